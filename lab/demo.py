"""`python -m lab.demo`: a whole hotline on this machine, with agents and callers, until Ctrl-C.

Exit codes: 0 ended as told, 1 something failed (one line says what and where its log is), 2 wrong words or already
running.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.asterisk import check_version
from lab.containers import build_image
from lab.crowd import crowd
from lab.inside import ProgramError
from lab.ports import NoFreePortsError
from lab.rig import PROJECT, Plan, Rig
from lab.rootfs import RootfsError, build_rootfs
from lab.sipp import AgentHabits, Sipp, SippSetup, agents_phones, callers, register_agents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lab.asterisk import Kind

_KINDS: dict[str, Kind] = {"rootfs": "rootfs", "system": "system", "docker": "container"}
_AGENTS = tuple(str(number) for number in range(1001, 1009))
_NUMBER = "96956"
_PER_SECOND = 0.35
_AT_ONCE = 24
_CROWD = 4000
_SHIFT_S = 3000.0
_HABITS = AgentHabits(ring=1200, ring_more=3500, talk=7000, talk_more=16_000, missed=6)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    asterisk: str
    """One of `_KINDS`."""
    seconds: float | None
    """End by itself after so long; None goes on until Ctrl-C."""
    folder: Path
    """Where everything is kept; the history stays there between runs."""


def say(words: str) -> None:
    """One line of progress."""
    print(f"demo     {words}", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Run the demo; its exit code."""
    wishes = _wishes(words)
    # A shell starts what goes into the background with Ctrl-C ignored; whoever sends it means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    left: list[str] = []
    try:
        with _alone(wishes.folder):
            _run(wishes, left)
    except KeyboardInterrupt:
        say("ended; " + ("some of it may run still" if left else "nothing was left running"))
    except _NoFolderError as wrong:
        say(f"{wishes.folder} cannot be used ({wrong}); give another --folder")
        return 2
    except (ProgramError, RootfsError, NoFreePortsError, OSError) as failed:
        say(f"failed: {failed}")
        say(f"logs in {wishes.folder}: service.log, backend.log, switch/output.log, switch/log/, agents-1/, callers/")
        return 1
    except _RunningAlreadyError:
        say(f"a demo runs already in {wishes.folder}; give another --folder")
        return 2
    return 1 if left else 0


class _NoFolderError(Exception):
    """The folder cannot be made or written; the text is the system's own reason."""


class _RunningAlreadyError(Exception):
    """Another demo holds the folder."""


def _wishes(words: Sequence[str] | None) -> Wishes:
    parser = argparse.ArgumentParser(prog="python -m lab.demo", description="A whole hotline on this machine.")
    parser.add_argument(
        "--asterisk",
        choices=sorted(_KINDS),
        default="rootfs",
        help="which Asterisk: Debian's in a folder of its own, the installed one (20 or newer), or a container",
    )
    parser.add_argument("--seconds", type=float, help="end by itself after so many seconds")
    parser.add_argument("--folder", type=Path, default=PROJECT / "var" / "demo", help="where everything is kept")
    given = parser.parse_args(words)
    return Wishes(given.asterisk, given.seconds, given.folder.resolve())


def _as_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder; the kernel gives it back when we end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _NoFolderError(error.strerror or str(error)) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _RunningAlreadyError from None
        yield
    finally:
        os.close(lock)


def _run(wishes: Wishes, left: list[str]) -> None:
    """The demo; what could not be ended is put into `left`."""
    _get_asterisk(wishes.asterisk)
    plan = Plan(kind=_KINDS[wishes.asterisk], tell=say)
    rig = Rig(wishes.folder, plan)
    with contextlib.ExitStack() as running:
        running.callback(_in_peace, rig.stop, left)
        rig.start()
        say(f"{len(_AGENTS)} agents")
        shift = _Shift(wishes, rig)
        running.callback(_in_peace, shift.end, left)
        shift.begin()
        say("callers")
        people = crowd(_CROWD, seed=time.time_ns())
        talkers = callers(
            _sipp(wishes, rig, "callers"),
            _NUMBER,
            people,
            per_second=_PER_SECOND,
            media_port=_even(rig, 8),
            at_once=_AT_ONCE,
        )
        running.callback(_in_peace, talkers.stop, left)
        name, password = rig.supervisor
        address = rig.run("user", "link", str(rig.hotline), "--name", "demo", "--for", "24h").strip()
        say(f"ready: the wallboard is at {address}")
        say(f"       which signs a viewer in, once; at {rig.web}/ sign in as {name} with {password}")
        say("       (Ctrl-C ends everything)")
        _watch(wishes, rig, shift, talkers)
        say("time is over")


def _get_asterisk(kind: str) -> None:
    if kind == "docker":
        say("Asterisk's image")
        build_image()
        return
    if kind == "system":
        check_version(("asterisk",))  # before anything is built for one that is not there
    if kind == "rootfs" or shutil.which("sipp") is None:
        build_rootfs()  # SIPp comes out of it too


def _sipp(wishes: Wishes, rig: Rig, name: str) -> SippSetup:
    own = ("sipp",) if wishes.asterisk == "system" and shutil.which("sipp") else ()
    return SippSetup(rig.folder / name, rig.switch, program=own, container=wishes.asterisk == "docker")


def _even(rig: Rig, at: int) -> int:
    return [port for port in rig.ports.spare if port % 2 == 0][at]


class _Shift:
    """The agents' phones; their registration lasts an hour, then the next phones take over on another port."""

    def __init__(self, wishes: Wishes, rig: Rig) -> None:
        self._wishes = wishes
        self._rig = rig
        self._count = 0
        self._begun = 0.0
        self._phones: list[Sipp] = []

    def begin(self) -> None:
        """Register and answer; phones of the shift before only end their calls."""
        for old in self._phones:
            old.finish()
        self._count += 1
        self._begun = time.monotonic()
        port = self._rig.ports.spare[self._count % 2]
        agents = [(number, self._rig.agent_secret) for number in _AGENTS]
        register_agents(_sipp(self._wishes, self._rig, "registration"), agents, port)
        setup = _sipp(self._wishes, self._rig, f"agents-{self._count % 2}")
        self._phones = [*self._phones[-1:], agents_phones(setup, port, _even(self._rig, 4 + self._count % 2), _HABITS)]

    def look(self) -> None:
        """Raise when the phones ended, begin the next shift when it is time."""
        if not self._phones[-1].running:
            raise ProgramError(f"the agents' phones ended\n{self._phones[-1].story()}")
        if time.monotonic() - self._begun > _SHIFT_S:
            self.begin()

    def end(self) -> None:
        """All phones off."""
        for phones in self._phones:
            phones.stop()


def _watch(wishes: Wishes, rig: Rig, shift: _Shift, talkers: Sipp) -> None:
    """Until the time is over; raises when something ended that should not."""
    begun = time.monotonic()
    while wishes.seconds is None or time.monotonic() - begun < wishes.seconds:
        time.sleep(0.5)
        if not rig.asterisk.running:
            raise ProgramError(f"Asterisk ended\n{rig.asterisk.story()}")
        if rig.service is not None and not rig.service.running:
            raise ProgramError(f"the service ended\n{rig.service.said()}")
        if not talkers.running:
            raise ProgramError(f"the callers ended\n{talkers.story()}")
        shift.look()


def _in_peace(work: Callable[[], None], left: list[str]) -> None:
    """Clean up once begun, whatever is pressed meanwhile."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work()
    except (ProgramError, TimeoutError, subprocess.SubprocessError) as failed:
        left.append(str(failed))
        say(f"could not be ended: {failed}")
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main())
