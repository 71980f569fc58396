"""A whole hotline on this machine: its own copy of a hotline's folder, the sample's backend, Asterisk, the service.

    with Rig(folder) as rig:
        …                      # rig.ports, rig.asterisk, rig.service, rig.index

The demo, the calls of the test suite and the bench all run on one. Everything is on loopback and below `folder`, and
all of it ends when we end, however that happens.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab.asterisk import AsteriskProcess, Kind, Setup
from lab.inside import ProgramError, Watched
from lab.listening import PromptIndex
from lab.ports import LOOPBACK, claim_ports
from wallboard.access.passwords import hash_password
from wallboard.access.tokens import hash_of, new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = PROJECT / "examples" / "cable-tv"
CACHE = Path(os.environ.get("HOTLINE_CACHE", Path.home() / ".cache" / "hotline"))
_WATCH = Path(__file__).with_name("watch.sh")
_READY_S = 45.0
ALWAYS_OPEN = ("hotline.yaml", '"Mo-Su 08:00-22:00"', '"Mo-Su 00:00-24:00"')
"""The sample keeps office hours; what is shown or tested must not depend on the clock of the machine."""
ALWAYS_CLOSED = ("hotline.yaml", '"Mo-Su 08:00-22:00"', '"Mo-Su off", exceptions: {"2000-01-01": "09:00-10:00"}')


def at_noon(now: datetime) -> tuple[str, str, str]:
    """The change that makes it about noon for the hotline: its midnight, when counters begin anew, is far then.

    Args:
        now: the machine's clock, aware.
    """
    return ("hotline.yaml", "time_zone: Asia/Shanghai", f"time_zone: {zone_at_noon(now)}")


def zone_at_noon(now: datetime) -> str:
    """The IANA name of a zone where it is about noon: its midnight is far, before and after.

    Args:
        now: the machine's clock, aware.
    """
    return f"Etc/GMT{now.astimezone(UTC).hour - 12:+}"  # POSIX counts west as plus


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rig is made of."""

    sample: Path = SAMPLE
    """The hotline's folder; it is copied."""
    edits: Sequence[tuple[str, str, str]] = (ALWAYS_OPEN,)
    """Changes to the copy: file, text to be found, text to stand there instead."""
    kind: Kind = "rootfs"
    """Which Asterisk."""
    database_url: str | None = None
    """None is SQLite in the state folder."""
    service: bool = True
    """Whether `hotline up` is started."""
    log: str = "info"
    """The service's log level."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files of Asterisk's configuration that are others than rendered: path below etc/asterisk → text."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Told, in a few words, what is being done."""


class Rig:
    """From an empty folder to a hotline that takes calls, and back to nothing running."""

    def __init__(self, folder: Path, plan: Plan | None = None) -> None:
        self.plan = plan or Plan()
        self.folder = folder.resolve()
        self._block = claim_ports()
        self.ports = self._block.ports
        self.hotline = self.folder / "hotline"
        self.state = self.folder / "state"
        self.agent_secret = secrets.token_hex(8)
        self._tokens = {"ami": secrets.token_hex(16), "billing": secrets.token_hex(16)}
        self.supervisor = ("supervisor", secrets.token_urlsafe(9))
        self._board_token = new_token()
        self._hashes = {
            "HOTLINE_SUPERVISOR_HASH": hash_password(self.supervisor[1]),
            "HOTLINE_VIP_DESK_HASH": hash_password(secrets.token_urlsafe(9)),
            "HOTLINE_MONITORING_HASH": hash_of(self._board_token),
        }
        self.index = PromptIndex()
        self.backend: Watched | None = None
        self.service: Watched | None = None
        self.asterisk = AsteriskProcess(
            Setup(
                self.folder / "switch",
                [self.state / "asterisk"],
                files=self.plan.files,
                read=[self.state / "sounds"],
                write=[self.state / "recordings"],
                kind=self.plan.kind,
            )
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def environment(self) -> Mapping[str, str]:
        """What the service is told about this machine."""
        ports = self.ports
        told = {
            "HOTLINE_STATE_DIR": str(self.state),
            "HOTLINE_AGI_LISTEN": f"{LOOPBACK}:{ports.agi}",
            "HOTLINE_AMI_HOST": LOOPBACK,
            "HOTLINE_AMI_PORT": str(ports.ami),
            "HOTLINE_WALLBOARD_LISTEN": f"{LOOPBACK}:{ports.web}",
            "HOTLINE_SIP_LISTEN": f"{LOOPBACK}:{ports.sip}",
            "HOTLINE_RTP_FIRST": str(ports.rtp_start),
            "HOTLINE_RTP_LAST": str(ports.rtp_end),
            "HOTLINE_QUEUE_LOG": str(self.asterisk.log / "queue_log"),
            "HOTLINE_AGENT_SECRET": self.agent_secret,
            "HOTLINE_AMI_SECRET": self._tokens["ami"],
            "HOTLINE_CUSTOMERS_URL": f"sqlite:///{self.folder / 'customers.db'}",
            "HOTLINE_BILLING_URL": f"http://{LOOPBACK}:{ports.backend}",
            "HOTLINE_BILLING_TOKEN": self._tokens["billing"],
            **self._hashes,
        }
        if self.plan.database_url is not None:
            told["HOTLINE_DATABASE_URL"] = self.plan.database_url
        return {**os.environ, **told}

    @property
    def switch(self) -> tuple[str, int]:
        """Where Asterisk listens for SIP."""
        return LOOPBACK, self.ports.sip

    @property
    def web(self) -> str:
        """The wallboard's address, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.ports.web}"

    @property
    def signed_in(self) -> dict[str, str]:
        """Headers that let a program in at the wallboard."""
        return {"Authorization": f"Bearer {self._board_token}"}

    @property
    def database_url(self) -> str:
        """The history's database."""
        return self.plan.database_url or f"sqlite:///{self.state / 'hotline.db'}"

    # --- from nothing to a hotline -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Stage, build, start; returns when the wallboard says that its numbers are live.

        Raises:
            ProgramError: some part did not start; the message carries what it said.
        """
        try:
            self.stage()
            self.plan.tell("the sample's customers and billing system")
            self.start_backend()
            self.plan.tell("Asterisk")
            self.asterisk.start()
            if self.plan.service:
                self.plan.tell("the service: bridge, AGI server, wallboard")
                self.start_service()
        except BaseException:  # also Ctrl-C: nothing half started stays behind
            self.stop()
            raise

    def stop(self) -> None:
        """End everything that was started. A second call does nothing."""
        self.stop_service()
        self.asterisk.stop()
        if self.backend is not None:
            self.backend.end()
            self.backend = None
        self._block.close()

    def stage(self) -> None:
        """Copy the hotline, build its prompts (from the cache where they are there), render Asterisk's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.plan.sample, self.hotline, dirs_exist_ok=True)
        for name, old, new in self.plan.edits:
            path = self.hotline / name
            text = path.read_text("utf-8")
            if old not in text:
                raise ProgramError(f"{name} has no {old!r} to change")
            path.write_text(text.replace(old, new), "utf-8")
        self.plan.tell("prompts")
        self.build_prompts()
        self.plan.tell("Asterisk's configuration")
        self.run("render", str(self.hotline))
        self.learn_prompts()

    def build_prompts(self) -> None:
        """Build the sounds; hard links into a shared cache make this cheap for every rig but the first."""
        sounds, kept = self.state / "sounds", CACHE / "sounds"
        if kept.is_dir():
            shutil.copytree(kept, sounds, dirs_exist_ok=True, copy_function=_link)
        self.run("prompts", str(self.hotline))
        shutil.copytree(sounds, kept, dirs_exist_ok=True, copy_function=_link)

    def learn_prompts(self) -> None:
        """Make every built sound known to the phones' ears."""
        sounds = self.state / "sounds"
        texts: dict[str, str] = {}
        for line in (sounds / "index.tsv").read_text("utf-8").splitlines():
            _, identity, _, _, text = line.split("\t")
            texts[identity] = text
        for language in sorted(path for path in sounds.iterdir() if path.is_dir()):
            for path in sorted(language.glob("*.alaw")):
                if path.stem in texts:  # not the rescue's copies: one sound, one name
                    self.index.add(path.stem, path.read_bytes(), language=language.name, text=texts[path.stem])

    def start_backend(self) -> None:
        """Start the sample operator's billing system, and make its customers."""
        program = str(self.plan.sample / "backend" / "billing.py")
        command = [sys.executable, program, "--port", str(self.ports.backend)]
        command += ["--customers", str(self.folder / "customers.db")]
        self.backend = self._watched(command, "backend", sys.executable)
        self._until(lambda: _answers(f"http://{LOOPBACK}:{self.ports.backend}/"), self.backend, "the billing system")

    def start_service(self) -> None:
        """Start `hotline up` and wait until the numbers are live."""
        command = [sys.executable, "-m", "ivr.cli.main", "up", str(self.hotline), "--log", self.plan.log]
        self.service = self._watched(command, "service", sys.executable)
        self._until(self.is_live, self.service, "the service")

    def stop_service(self) -> None:
        """End `hotline up`."""
        if self.service is not None:
            self.service.end(15.0)
            self.service = None

    # --- asking ------------------------------------------------------------------------------------------------------

    def is_live(self) -> bool:
        """Whether every part serves, and the wallboard says that its numbers are live."""
        if "\nready " not in (self.folder / "service.log").read_text("utf-8", errors="replace"):
            return False
        try:
            return bool(self.ask("/api/v1/health")["standing"]["truth"] == "live")
        except (OSError, ValueError):
            return False

    def ask(self, path: str) -> dict[str, dict[str, str]]:
        """What the wallboard's API answers, whatever its status."""
        request = urllib.request.Request(self.web + path, headers=self.signed_in)  # noqa: S310 - always our own http://
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - always our own http://
                said = answer.read()
        except urllib.error.HTTPError as refused:
            said = refused.read()
        told: dict[str, dict[str, str]] = json.loads(said)
        return told

    def billing_faults(
        self, *, delay_s: float = 0.0, fail: bool = False, answers: Mapping[str, object] | None = None
    ) -> None:
        """Make the billing system late or broken, or well again; ``answers`` are single accounts', as it reads them."""
        self._billing("/faults", {"delay_s": delay_s, "fail": fail, "answers": answers or {}})

    def _billing(self, path: str, said: Mapping[str, object] | None = None) -> dict[str, float]:
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{self.ports.backend}{path}",
            None if said is None else json.dumps(said).encode(),
            {"Authorization": self._tokens["billing"], "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            told: dict[str, float] = json.load(answer)
        return told

    def billing_asked(self) -> int:
        """How many requests the billing system is at, this moment."""
        return int(self._billing("/faults")["waiting"])

    def part_pids(self) -> dict[str, int]:
        """Process ids of the service's parts by name, from its own log."""
        pids: dict[str, int] = {}
        for line in (self.folder / "service.log").read_text("utf-8").splitlines():
            if '"part_started"' in line:
                said = json.loads(line)
                pids[said.get("of", "")] = said["pid"]
        return pids

    def part_serves(self, part: str) -> bool:
        """Whether a part has said that it is ready since it was last started."""
        serves = False
        for line in (self.folder / "service.log").read_text("utf-8").splitlines():
            if f'"of": "{part}"' in line:
                serves = '"part_ready"' in line
        return serves

    def run(self, *words: str) -> str:
        """Run one `hotline` command to its end; what it printed.

        Raises:
            ProgramError: it ended with another status than 0.
        """
        command = [sys.executable, "-m", "ivr.cli.main", *words]
        done = subprocess.run(
            command, check=False, cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=600
        )
        if done.returncode:
            raise ProgramError(f"hotline {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    # --- small things ------------------------------------------------------------------------------------------------

    def _watched(self, command: Sequence[str], name: str, program: str) -> Watched:
        wrapped = ["env", f"--chdir={PROJECT}", "sh", str(_WATCH), *command]
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            return Watched(wrapped, self.folder / f"{name}.log", Path(program).name)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _until(self, condition: Callable[[], bool], program: Watched, what: str) -> None:
        deadline = time.monotonic() + _READY_S
        while not condition():
            if not program.running:
                raise ProgramError(f"{what} ended while starting\n{program.said()}")
            if time.monotonic() > deadline:
                raise ProgramError(f"{what} was not ready within {_READY_S:.0f} s\n{program.said()}")
            time.sleep(0.1)


def _link(source: str, target: str) -> None:
    """A hard link where there is none yet; a copy where the two are on different disks."""
    if Path(target).exists() and not source.endswith((".tsv", ".json")):
        return
    if source.endswith((".tsv", ".json")):  # these differ from hotline to hotline; the sounds are named by content
        staged = f"{target}.{os.getpid()}"
        shutil.copyfile(source, staged)
        Path(staged).replace(target)
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - always our own http://
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
