"""Asterisk's queue_log, read as it grows: one line per fact, ``epoch|callid|queue|agent|VERB|data…``.

It is written by Asterisk itself, before and without any AMI client; see main/logger.c, ``ast_queue_log``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, get_args

from ami_bridge.domain.events import LedgerLine, LedgerVerb

if TYPE_CHECKING:
    from pathlib import Path

VERBS: Final = frozenset(get_args(LedgerVerb))
_COLUMNS: Final = 5
READ_AT_ONCE: Final = 1 << 20
"""Bytes read in one go, so that a long log does not hold up the bridge's other work."""
LOOK_BACK: Final = 16 << 20
"""Bytes of the log's end looked at on start: some 150,000 lines, more than a busy day."""


def parse_line(line: bytes) -> LedgerLine | None:
    """The fact on a line; None for a verb we do not need, or a line that is none (cut, or a foreign format)."""
    columns = line.decode("utf-8", "replace").rstrip("\r\n").split("|")
    if len(columns) < _COLUMNS or columns[4] not in VERBS:
        return None
    try:
        stamp = float(columns[0])
        at = datetime.fromtimestamp(stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None  # dateformat in logger.conf makes text of it; then the log is of no use here
    return LedgerLine(
        at=at,
        channel_id=columns[1],
        queue=columns[2],
        member_name=columns[3],
        verb=columns[4],  # type: ignore[arg-type]  # membership in VERBS was just tested
        data=tuple(columns[5:]),
    )


@dataclass(slots=True)
class QueueLogTail:
    """Follows the file through growth, rotation and truncation; never holds it open between reads."""

    path: Path
    _offset: int | None = None
    _inode: int = -1
    _rest: bytes = field(default=b"", repr=False)

    def read(self) -> list[LedgerLine]:
        """The facts of all lines completed since the last read; on the first read, of the file's end.

        Raises:
            OSError: the file is there and cannot be read. (A missing one is empty: Asterisk makes it when needed.)
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return []
        if self._offset is None:
            self._offset = max(0, status.st_size - LOOK_BACK)
            self._inode = status.st_ino
        elif status.st_ino != self._inode or status.st_size < self._offset:
            # what the old file still got after our last read is lost to us; AMI saw it
            self._offset, self._inode, self._rest = 0, status.st_ino, b""
        return self._read_on(status.st_size)

    def _read_on(self, size: int) -> list[LedgerLine]:
        facts: list[LedgerLine] = []
        offset = self._offset or 0
        if size <= offset:
            return facts
        with self.path.open("rb") as file:
            file.seek(offset, os.SEEK_SET)
            while chunk := file.read(READ_AT_ONCE):
                offset += len(chunk)
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                facts.extend(fact for line in lines if (fact := parse_line(line)) is not None)
        self._offset = offset
        return facts
