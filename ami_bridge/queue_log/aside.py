"""Lines of queue_log that are no facts, kept to be looked at: masked, for a set time, in one file that is bounded.

They are evidence like any other (`ami_bridge.evidence`): of a calling number only its ends are kept, of what stands
behind a verb no digit, since nobody told us what it means. Offset, stamp, channel and reason say which line it was; as
it was it stands in Asterisk's own log.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Final

from ami_bridge.messages import mask_name
from ami_bridge.queue_log.lines import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ami_bridge.queue_log.lines import Odd

MOST_BYTES: Final = 4 << 20
"""A file of this size becomes the older one, and that is given up: twice as much is kept at most."""
OWNER_ONLY: Final = 0o600
FOLDER_OF_OWNER: Final = 0o700
OTHERS: Final = 0o077
KEPT_FOR: Final = timedelta(days=14)
"""Unless `keep.evidence` of hotline.yaml says another time."""

_STAMP: Final = re.compile(r"1\d{9}(\.\d{1,6})?|\d{4}-\d\d-\d\d([ T][\d:.]{5,15})?")
"""A Unix time until 2033 (no number of ten digits begins with 1: they are North American), or a date."""
_CHANNEL: Final = re.compile(r"([\w-]+-)?1\d{9}\.\d{1,9}")
"""A channel's id, behind the name of the system where it has one (``systemname`` in asterisk.conf)."""
_DIGIT: Final = re.compile(r"\d")


def masked(line: bytes) -> bytes:
    """A line fit to be kept. Bytes that are no digits stay as they are, whatever their encoding."""
    columns = line.decode("latin-1").split("|")  # every byte a character, and back again
    return "|".join(_column(index, column) for index, column in enumerate(columns)).encode("latin-1")


def _column(index: int, text: str) -> str:
    if (index == 0 and _STAMP.fullmatch(text)) or (index == 1 and _CHANNEL.fullmatch(text)):
        return text
    if index < COLUMNS:
        return mask_name(text)
    return mask_name(text) if mask_name(text) != text else _DIGIT.sub("*", text)


@dataclass(slots=True)
class AsideFile:
    """Where one reader's odd lines are kept: when, offset, reason, and the line, masked. Only its owner can read it.

    Attributes:
        path: The file; the older one is beside it, with `.1` behind its name.
        most_bytes: How large it may become.
        keep_for: How long a line stays; zero keeps none.
    """

    path: Path
    most_bytes: int = MOST_BYTES
    keep_for: timedelta = KEPT_FOR
    _kept: set[bytes] | None = field(default=None, repr=False)
    """The lines of the file, without their moments: a restarted reader that reads one again keeps it once."""

    def keep(self, lines: Sequence[tuple[int, Odd]], now: datetime | None = None) -> None:
        """Appends these lines, but for those that are there.

        Raises:
            OSError: they cannot be written.
        """
        if not lines or not self.keep_for:
            return
        if self._kept is None:
            self._kept = {line.partition(b" ")[2] for line in _lines_of(self.path)}
        make_folder(self.path.parent)
        if self.path.exists() and self.path.stat().st_size >= self.most_bytes:
            self.path.replace(self.older)
            self._kept.clear()
        with open_for_owner(self.path) as file:
            for offset, odd in lines:
                told = as_kept(offset, odd)
                if told not in self._kept:
                    self._kept.add(told)
                    file.write(moment(now) + b" " + told)

    @property
    def older(self) -> Path:
        """The file before this one."""
        return self.path.with_name(f"{self.path.name}.1")

    def forget(self, before: datetime) -> None:
        """Deletes what was set aside before that, here and in all files beside it; the others are made anew.

        Lines without a moment are an earlier version's, with numbers in clear: they go, too.

        Raises:
            OSError: a file cannot be read or written.
        """
        if not self.path.parent.is_dir():
            return
        for path in sorted(self.path.parent.iterdir()):
            if ".lines" in path.suffixes and path.is_file():
                forget_in(path, before)


def as_kept(offset: int, odd: Odd) -> bytes:
    """A line as it is kept, without its moment."""
    return b"%d %s %s\n" % (offset, odd.reason.encode(), masked(odd.text.rstrip(b"\r\n")).replace(b"\n", b" "))


def moment(now: datetime | None = None) -> bytes:
    """When a line is set aside, as it stands before it."""
    return f"{(now or datetime.now(UTC)):%Y-%m-%dT%H:%M:%SZ}".encode()


def forget_in(path: Path, before: datetime) -> None:
    """Deletes what was set aside before that in one file; nothing is left of one that has nothing else.

    Raises:
        OSError: the file cannot be read or written.
    """
    lines = _lines_of(path)
    stay = [line for line in lines if (at := _moment_of(line)) is not None and at >= before]
    if not stay:
        path.unlink(missing_ok=True)
    elif len(stay) < len(lines) or path.stat().st_mode & OTHERS:
        fresh = path.with_name(f"{path.name}.new")
        with open_for_owner(fresh) as file:
            file.truncate(0)
            file.writelines(stay)
        fresh.replace(path)


def make_folder(folder: Path) -> None:
    """The folder, for its owner alone.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(FOLDER_OF_OWNER)


def open_for_owner(path: Path) -> IO[bytes]:
    """The file to append to, made or put right so that only its owner reads it, whatever the umask.

    Raises:
        OSError: it cannot be had.
    """
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY), "ab")
    os.fchmod(file.fileno(), OWNER_ONLY)
    return file


def _lines_of(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []


def _moment_of(line: bytes) -> datetime | None:
    try:
        return datetime.strptime(line.partition(b" ")[0].decode("ascii"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
