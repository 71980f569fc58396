"""Rows on disk while the database is away: in order, bounded, and still there after a crash of the process.

A spool is a folder of segments, each a file of one JSON object per line. Rows are appended to the newest and read back
from the oldest; a segment is deleted only when its rows are in the database, so a crash repeats rows and loses none.

*The bound.* When there is no room, a row takes that of rows that are worth less, the least first and of these the
oldest: lines of evidence, then the steps of journeys, and so on (`store.backlog.DROP_ORDER`); the last row of a visit
and what callers left go last of all. A row that nothing is worth less than is not taken.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final

from store.backlog import DROP_ORDER
from store.columns import Instant
from store.rows import ROW_TYPES, AgentInterval, Visit
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from store.rows import Row

SEGMENT_BYTES: Final = 1 << 20
"""A segment is closed at this size: some 2,000 rows, which is what comes back into memory at a time."""
_WORTH: Final = {TABLE_OF[kind].name: place for place, kind in enumerate(DROP_ORDER)}
_UNENDED: Final = _WORTH[TABLE_OF[AgentInterval].name]
"""What a visit is worth that goes on: a newer row of it will come."""
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
        self._read: int | None = None  # the segment whose rows are in memory now
        self._worths: dict[int, set[int]] = {}  # by segment, what its rows are worth, as far as that was seen
        self.given_up: dict[str, int] = {}
        """Rows that had to make room for others, by table."""
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
        worth = _worth(row)
        if self._bytes + len(line) > self._most and not self._make_room(len(line), worth):
            return False
        if self._file is None or self._written >= SEGMENT_BYTES:
            self._begin()
        assert self._file is not None  # noqa: S101 - begun just above
        self._file.write(line)
        self._file.flush()
        self._written += len(line)
        self._bytes += len(line)
        self._worths[self._segments[-1]].add(worth)
        self.spooled += 1
        return True

    def _make_room(self, wanted: int, worth: int) -> bool:
        """Gives up rows that are worth less than that, the least first; whether there is room now."""
        for least in range(worth):
            for number in list(self._segments):
                if number == self._read or least not in self._worths_of(number):
                    continue
                if self._file is not None and number == self._segments[-1]:
                    self._close()  # what comes goes into a new one
                self._thin(number, least)
                if self._bytes + wanted <= self._most:
                    return True
        return False

    def _worths_of(self, number: int) -> set[int]:
        if number not in self._worths:
            lines = self._path(number).read_bytes().splitlines()
            self._worths[number] = {_worth_of_line(line) for line in lines}
        return self._worths[number]

    def _thin(self, number: int, worth: int) -> None:
        """Writes a segment again without the rows that are worth just that."""
        path = self._path(number)
        kept: list[bytes] = []
        for line in path.read_bytes().splitlines(keepends=True):
            if _worth_of_line(line) != worth:
                kept.append(line)
                continue
            table = _table_of_line(line)
            self.given_up[table] = self.given_up.get(table, 0) + 1
        fresh = path.with_suffix(".thin")
        fresh.write_bytes(b"".join(kept))
        self._bytes += fresh.stat().st_size - path.stat().st_size
        fresh.replace(path)  # a crash leaves the one or the other, whole
        self._worths[number].discard(worth)

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
        number = self._read = self._segments[0]
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
        number = self._segments.pop(0)
        path, self._read = self._path(number), None
        self._worths.pop(number, None)
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
        self._worths[number] = set()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}.rows"


def _worth(row: Row) -> int:
    """What a row is worth: its place in the order in which rows are given up."""
    if isinstance(row, Visit) and row.ended_at is None:
        return _UNENDED
    return _WORTH[TABLE_OF[type(row)].name]


def _table_of_line(line: bytes) -> str:
    return line[2 : line.find(b'"', 2)].decode(errors="replace")


def _worth_of_line(line: bytes) -> int:
    """The same of a row as it stands in a segment; a torn line is worth nothing."""
    table = _table_of_line(line)
    if table == TABLE_OF[Visit].name and b'"ended_at":null' in line:
        return _UNENDED
    return _WORTH.get(table, 0)


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
