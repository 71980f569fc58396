"""Rows on disk while the database is away: in order, bounded, and still there after a crash of the process.

A spool is a folder of segments, each a file of one JSON object per line. Rows are appended to the newest and read back
from the oldest; a segment is deleted only when its rows are in the database, so a crash repeats rows and loses none.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final

from store.columns import Instant
from store.rows import ROW_TYPES
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from store.rows import Row

SEGMENT_BYTES: Final = 4 << 20
"""A segment is closed at this size: some 8,000 rows, which is what comes back into memory at a time."""
_KINDS: Final = {table.name: kind for kind, table in TABLE_OF.items() if kind in ROW_TYPES}
_INSTANTS: Final = {
    name: frozenset(column.name for column in TABLE_OF[kind].columns if isinstance(column.type, Instant))
    for name, kind in _KINDS.items()
}


class Spool:
    """The spool of one writer.

    Args:
        folder: Where its segments are; made when needed. Another process's must be another folder.
        most_bytes: How much disk it may take.
    """

    def __init__(self, folder: Path, *, most_bytes: int = 1 << 30) -> None:
        self._folder = folder
        self._most = most_bytes
        self._segments = sorted(int(path.stem) for path in folder.glob("*.rows")) if folder.is_dir() else []
        self._bytes = sum(self._path(number).stat().st_size for number in self._segments)
        self._file: IO[bytes] | None = None
        self._written = 0
        self.spooled = 0
        """Rows ever put here by this process."""
        self.unreadable = 0
        """Lines that could not be read back: the disk was full, or the power went in the middle of one."""

    def __bool__(self) -> bool:
        return bool(self._segments)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._bytes

    def put(self, row: Row) -> bool:
        """Appends a row; whether there was room for it.

        Raises:
            OSError: the disk takes no more.
        """
        line = _encoded(row)
        if self._bytes + len(line) > self._most:
            return False
        if self._file is None or self._written >= SEGMENT_BYTES:
            self._begin()
        assert self._file is not None  # noqa: S101 - begun just above
        self._file.write(line)
        self._file.flush()
        self._written += len(line)
        self._bytes += len(line)
        self.spooled += 1
        return True

    def put_first(self, rows: Iterable[Row]) -> None:
        """Rows older than all that is here: those still in memory when the process ends.

        Raises:
            OSError: the disk takes no more.
        """
        text = b"".join(_encoded(row) for row in rows)
        if not text:
            return
        number = (self._segments[0] if self._segments else 1_000_000) - 1
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(number).write_bytes(text)
        self._segments.insert(0, number)
        self._bytes += len(text)

    def oldest(self) -> list[Row]:
        """The rows of the oldest segment, in order; it stays until `forget`."""
        number = self._segments[0]
        if len(self._segments) == 1:
            self._close()  # what comes now goes into a new one
        rows: list[Row] = []
        for line in self._path(number).read_bytes().splitlines():
            try:
                rows.append(_decoded(line))
            except (ValueError, KeyError, TypeError):
                self.unreadable += 1
        return rows

    def forget(self) -> None:
        """Deletes the oldest segment: its rows are in the database."""
        path = self._path(self._segments.pop(0))
        self._bytes -= path.stat().st_size
        path.unlink()

    def close(self) -> None:
        """Ends writing; what is here stays for the next process."""
        self._close()

    def _begin(self) -> None:
        self._close()
        self._folder.mkdir(parents=True, exist_ok=True)
        number = (self._segments[-1] if self._segments else 1_000_000) + 1
        self._file = self._path(number).open("ab")
        self._written = 0
        self._segments.append(number)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}.rows"


def _encoded(row: Row) -> bytes:
    fields: dict[str, Any] = {name: getattr(row, name) for name in row.__slots__}
    fields = {name: v.isoformat() if isinstance(v, datetime) else v for name, v in fields.items()}
    return json.dumps([TABLE_OF[type(row)].name, fields], separators=(",", ":")).encode() + b"\n"


def _decoded(line: bytes) -> Row:
    table, fields = json.loads(line)
    instants = _INSTANTS[table]
    told: dict[str, Any] = {
        name: datetime.fromisoformat(v) if name in instants and v else v for name, v in fields.items()
    }
    kind: type[Any] = _KINDS[table]
    row: Row = kind(**told)
    return row
