"""SIPp: the agents' phones and the callers of the demo, the bench and the load.

Out of the shared root folder, or this machine's own.

Everything goes to 127.0.0.1, at a bounded rate, with a bounded number of calls. Agents live on `ports.AGENTS`.
SIPp sends key presses through raw sockets, so it needs root (or sudo), as the root folder does.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import secrets
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab.containers import container_command
from lab.inside import ProgramError, Watched, inside_root
from lab.pcap import silence_capture
from lab.ports import AGENTS, LOOPBACK
from lab.rootfs import build_rootfs

if TYPE_CHECKING:
    from collections.abc import Sequence

SCENARIOS = Path(__file__).with_name("scenarios")
_WATCH = Path(__file__).with_name("watch.sh")
SILENCE_MS = 2200
"""Sound sent at the beginning of a call, so that Asterisk learns where the caller is (caller.xml)."""
_MOST_PER_SECOND = 50.0


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys pressed after a wait."""

    wait_ms: int
    """Listened before, in milliseconds: at least 2000 before the first keys, `time_for(keys)` behind others."""
    keys: str = ""
    """Pressed then; none when empty."""


def time_for(keys: str) -> int:
    """Milliseconds SIPp needs to press these keys, before anything else may be pressed (caller.xml)."""
    return 700 + 220 * len(keys)


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller and what they do; a line of the scenario's CSV."""

    number: str
    """Calling number."""
    name: str
    """Display name; no `;` and no `"`."""
    presses: Sequence[Keys]
    """At most four."""
    patience_ms: int
    """Until they hang up, behind the last key."""

    def row(self) -> list[str]:
        """The fields caller.xml reads."""
        steps = [*self.presses, *[Keys(0)] * (4 - len(self.presses))]
        told = [text for step in steps for text in (str(step.wait_ms), step.keys)]
        return [self.number, self.name, *told, str(self.patience_ms)]


@dataclass(frozen=True, slots=True)
class AgentHabits:
    """How the agents' phones behave; times in milliseconds."""

    ring: int = 1500
    """Until answered."""
    ring_more: int = 2500
    """At most this much longer, at random."""
    talk: int = 8000
    """Until the agent hangs up; 0 leaves that to the caller."""
    talk_more: int = 12_000
    """At most this much longer, at random."""
    missed: int = 0
    """Of 100 calls, how many are left ringing."""

    def options(self) -> list[str]:
        """As SIPp's `-set`."""
        names = ("ring", "ring_more", "talk", "talk_more", "missed")
        return [word for name in names for word in ("-set", name, str(getattr(self, name)))]


@dataclass(frozen=True, slots=True)
class SippSetup:
    """Where SIPp runs and what it talks to."""

    folder: Path
    """Its own folder; made if missing."""
    switch: tuple[str, int]
    """Host and UDP port of Asterisk."""
    root: Path | None = None
    """The root folder; None builds or finds the shared one."""
    program: Sequence[str] = field(default=())
    """This machine's own SIPp instead of the root folder's."""
    container: bool = False
    """SIPp out of the image instead of the root folder."""
    trace: bool = False
    """Write every message not expected, and every wait that ended, to a file: for looking into, not for hours."""


class Sipp:
    """One run of SIPp, ended when we end."""

    def __init__(self, setup: SippSetup, scenario: str, options: Sequence[str]) -> None:
        folder = setup.folder
        folder.mkdir(parents=True, exist_ok=True)
        # SIPp makes branches and call ids of its process id, which is the same in every new namespace: Asterisk would
        # take one run's requests for repetitions of another's.
        run = secrets.token_hex(4)
        played = folder.resolve() / scenario
        played.write_text((SCENARIOS / scenario).read_text())  # SIPp looks for a capture beside the scenario
        (folder / "silence.pcap").write_bytes(silence_capture(SILENCE_MS))
        # Its control port takes commands from whoever reaches it, and is on every address unless told otherwise.
        common = ["-sf", str(played), "-nostdin", "-skip_rlimit", "-ci", LOOPBACK, "-key", "run", run]
        common += ["-cid_str", f"%u-{run}@%s", *(["-trace_err"] if setup.trace else [])]
        remote = f"{setup.switch[0]}:{setup.switch[1]}"
        if setup.program:
            errors = ["-error_file", str(folder / "errors.log")]
            command = ["sh", str(_WATCH), *setup.program, *common, *errors, *options, remote]
            self._errors = folder / "errors.log"
        elif setup.container:
            errors = ["-error_file", str(folder.resolve() / "errors.log")]
            name = f"hotline-lab-{os.getpid()}-sipp-{run}"
            argv = ["sipp", *common, *errors, *options, remote]
            # Key presses go through a raw socket.
            options = ["--cap-add=NET_RAW"]
            command = container_command(name, argv, mounts={folder: str(folder.resolve())}, options=options)
            self._errors = folder / "errors.log"
        else:
            argv = ["sipp", *common, "-error_file", "/var/log/asterisk/errors.log", *options, remote]
            root = setup.root or build_rootfs()
            command = inside_root(root, folder, argv, read=[folder], as_root=True)
            self._errors = folder / "log" / "errors.log"
        self._watched = Watched(command, folder / "output.log", "sipp")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._watched.running

    def wait(self, timeout_s: float) -> None:
        """Wait until all its calls are over.

        Raises:
            TimeoutError: it still runs.
            ProgramError: some call did not go as the scenario says.
        """
        status = self._watched.wait(timeout_s)
        if status:
            raise ProgramError(f"SIPp ended with status {status}\n{self.story()}")

    def finish(self) -> None:
        """Begin no new call and end with the last one that goes on."""
        self._watched.signal(signal.SIGUSR1)

    def stop(self) -> None:
        """End it at once. A second call does nothing."""
        self._watched.end(10.0)

    def story(self, lines: int = 30) -> str:
        """The tail of its errors and output."""
        errors = self._errors.read_text(errors="replace").splitlines()[-lines:] if self._errors.exists() else []
        return "\n".join([*errors, self._watched.said(lines)])


def register_agents(setup: SippSetup, agents: Sequence[tuple[str, str]], phones_port: int) -> None:
    """Register agents' phones, (number, password) each, at `phones_port` of the agents' address, for an hour.

    Sent from that very port, for the switch believes the source and not the Contact (`rewrite_contact`); so the phones
    are started afterwards, and those of the next hour on another port.

    Raises:
        ProgramError: the switch refused one.
        TimeoutError: the switch did not answer.
    """
    rows = [[number, f"[authentication username={number} password={password}]"] for number, password in agents]
    users = write_csv(setup.folder, "agents.csv", rows)
    count = ["-m", str(len(agents)), "-r", "10", "-inf", str(users), "-p", str(phones_port)]
    run = Sipp(
        dataclasses.replace(setup, trace=True), "agent_registers.xml", ["-i", AGENTS, *count, "-recv_timeout", "5000"]
    )
    try:
        run.wait(20.0)
    finally:
        run.stop()
        users.unlink()  # it held passwords


def agents_phones(setup: SippSetup, phones_port: int, media_port: int, habits: AgentHabits) -> Sipp:
    """All agents' phones on one port; they echo what they hear.

    Args:
        setup: where.
        phones_port: UDP port, the one given to `register_agents`.
        media_port: UDP port for sound, even; the one above it is used too.
        habits: how they behave.
    """
    where = ["-i", AGENTS, "-p", str(phones_port), "-mi", AGENTS, "-mp", str(media_port), "-rtp_echo"]
    return Sipp(setup, "agent.xml", [*where, "-aa", *habits.options()])


def callers(
    setup: SippSetup,
    number: str,
    who: Sequence[Caller],
    *,
    per_second: float,
    media_port: int,
    at_once: int = 20,
    calls: int = 0,
) -> Sipp:
    """Callers of `number`, one line of `who` after another.

    Args:
        setup: where.
        number: the number dialled.
        who: the callers, again from the first after the last.
        per_second: calls begun in a second, at most 50.
        media_port: UDP port all sound comes from, even; the one above it is used too.
        at_once: most calls at the same time.
        calls: end after so many; 0 goes on for ever.

    Raises:
        ValueError: a rate that is not meant for a laptop.
    """
    if not 0 < per_second <= _MOST_PER_SECOND:
        raise ValueError(f"{per_second} calls a second, expected more than 0 and at most {_MOST_PER_SECOND:.0f}")
    lines = write_csv(setup.folder, "callers.csv", [caller.row() for caller in who])
    # SIPp takes whole calls in a period: one call every so many milliseconds.
    rate = ["-r", "1", "-rp", str(round(1000 / per_second)), "-l", str(at_once)]
    where = ["-i", LOOPBACK, "-mi", LOOPBACK, "-mp", str(media_port)]
    more = ["-m", str(calls)] if calls else []
    return Sipp(setup, "caller.xml", [*where, "-s", number, "-inf", str(lines), "-aa", *rate, *more])


def write_csv(folder: Path, name: str, rows: Sequence[Sequence[str]]) -> Path:
    """A file SIPp reads line by line, readable by us alone."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    text.write("SEQUENTIAL\n")
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n").writerows(rows)
    path = folder.resolve() / name
    path.touch(0o600)
    path.write_text(text.getvalue())
    return path
