"""What the running AGI server goes by, told to commands: `running.json`, replaced whole, beside a lock it holds."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.app.places import Places


@dataclass(frozen=True, slots=True)
class Running:
    """What the running service goes by."""

    number: int
    """The youngest record it has seen; -1 when it has not said anything yet."""
    live: str
    first: str | None
    started_with: str
    problem: str
    """Why it does not go by that record; empty when it does."""


STARTING = Running(-1, "", None, "", "")


class Standing:
    """The right to say what runs: one process has it, and the next when that one ends.

    Nobody waits for it: a second server of the same state folder serves calls as the first does.
    """

    def __init__(self, where: Places) -> None:
        self._where = where
        self._lock: IO[bytes] | None = None

    def mine(self) -> bool:
        """Whether this process has it now; tries to have it.

        Raises:
            OSError: the lock cannot be opened.
        """
        if self._lock is not None:
            return True
        lock = self._where.running_lock.open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        with contextlib.suppress(OSError):
            self._where.running.unlink(missing_ok=True)  # what another said is not ours
        return True

    def close(self) -> None:
        """Let another have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def tell(self, now: Running) -> None:
        """Say it, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        target = self._where.running
        staged = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            staged.write_text(json.dumps(asdict(now)) + "\n", "utf-8")
            staged.replace(target)
        finally:
            staged.unlink(missing_ok=True)


def running(where: Places) -> Running | None:
    """What the service goes by; None when none runs."""
    try:
        with where.running_lock.open("rb") as lock:
            if not _is_held(lock.fileno()):
                return None
    except OSError:
        return None
    try:
        told = json.loads(where.running.read_text("utf-8"))
        return Running(**{name: told[name] for name in Running.__slots__})
    except (OSError, ValueError, TypeError, KeyError):
        return STARTING


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
