"""Whole logs read from beginning to end: the pieces rotation made of one, or files somebody names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic

from ami_bridge.queue_log.files import BROKEN_PACKING, open_log
from ami_bridge.queue_log.language import QUEUE_LOG, Fact
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.place import digest_of, is_turned, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.language import Language

READ_AT_ONCE: Final = 1 << 20
LOOKED_AT: Final = 200
"""Lines looked at for a file's first fact before it is said to have none."""


@dataclass(frozen=True, slots=True)
class ReadLine(Generic[Fact]):
    """One line read.

    Attributes:
        offset: Bytes of the file up to its end, unpacked.
        told: The fact on it, or why it is none.
        raw: The line itself.
    """

    offset: int
    told: Fact | Odd
    raw: bytes = field(repr=False)


def read_lines(path: Path, offset: int = 0, *, encoding: str = "gb18030") -> Iterator[ReadLine[LedgerLine]]:
    """The lines of a plain or packed queue_log from an offset on; the last one also where its end is missing.

    Raises:
        OSError: it cannot be read, or is not packed as its name says.
    """
    yield from read_log(path, QUEUE_LOG, offset, encoding=encoding)


def read_log(
    path: Path, language: Language[Fact], offset: int = 0, *, encoding: str = "gb18030"
) -> Iterator[ReadLine[Fact]]:
    """The same of any log.

    Raises:
        OSError: it cannot be read, or is not packed as its name says.
    """
    cutter = language.cutter(offset)
    try:
        with open_log(path) as file:
            file.seek(offset)
            while chunk := file.read(READ_AT_ONCE):
                for end, line in cutter.feed(chunk):
                    yield from (ReadLine(end, told, one) for one, told in language.facts(line, encoding))
    except BROKEN_PACKING as wrong:
        raise OSError(f"{path}: {wrong}") from None
    for end, line in cutter.finish():
        yield from (ReadLine(end, told, one) for one, told in language.facts(line, encoding))


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of queue_log, as far as its beginning tells.

    Attributes:
        path: Where it is.
        first_at: The time of its first fact; None when it has none.
        head: Its first line's digest: what it is known again by wherever it lies.
    """

    path: Path
    first_at: datetime | None
    head: str


def log_file(path: Path) -> LogFile:
    """Looks at a file's beginning.

    Raises:
        OSError: it cannot be read.
    """
    head = ""
    for count, line in enumerate(read_lines(path)):
        head = head or digest_of(line.raw)
        if not isinstance(line.told, Odd):
            return LogFile(path, line.told.at, head)
        if count >= LOOKED_AT:
            break
    return LogFile(path, None, head)


def in_order(files: Iterable[LogFile]) -> list[LogFile]:
    """The files as they were written; of one both plain and packed, or copied, only the first."""
    found: dict[str, LogFile] = {}
    for one in sorted(files, key=lambda one: (one.first_at is None, one.first_at, str(one.path))):
        found.setdefault(one.head or str(one.path), one)
    return list(found.values())


def pieces(path: Path, since: datetime | None = None, olddir: Path | None = None) -> list[Path]:
    """The log and the older pieces rotation left beside it, oldest first; those over before ``since`` are left out.

    ``olddir`` is where logrotate moves older pieces, if not beside the log.

    Raises:
        OSError: the folder cannot be read.
    """
    begun = since.timestamp() if since is not None else 0.0
    found: dict[str, tuple[int, Path]] = {}
    if not path.parent.is_dir():
        return []
    others = sorted(olddir.iterdir()) if olddir is not None and olddir.is_dir() and olddir != path.parent else []
    for one in [*sorted(path.parent.iterdir()), *others]:
        if one == path or is_turned(one.name, path.name):
            status = one.stat()
            if status.st_mtime >= begun and status.st_size:
                found.setdefault(unpacked(one.name), (status.st_mtime_ns, one))
    current = found.pop(path.name, None)
    older = [one for _, one in sorted(found.values())]
    return [*older, current[1]] if current else older
