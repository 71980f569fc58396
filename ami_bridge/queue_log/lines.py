"""Bytes of queue_log into lines, and lines into facts: ``epoch|call id|queue|agent|VERB|data…``.

Written by ``ast_queue_log`` (main/logger.c), one line at a time, and nothing in it is escaped. What is no fact is not
dropped: it becomes an ``Odd`` with its reason, to be counted and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = 5
LONGEST_LINE: Final = 16_384
"""Bytes. Asterisk composes a line in 8192 (``qlog_msg``, main/logger.c); what is longer is not its own."""
EARLIEST: Final = 946_684_800
LATEST: Final = 4_102_444_800
"""2000 and 2100: a stamp outside is no time of a call centre's."""

Reason: TypeAlias = Literal["cut", "no_time", "unknown_verb", "too_long"]
"""Why a line is set aside: columns are missing; the first is no epoch (a foreign format); a verb nobody told us of."""

REASONS: Final[Mapping[str, str]] = {
    "cut": "the line is cut, or not of queue_log",
    "no_time": "it does not begin with a Unix time",
    "unknown_verb": "its verb is not known here",
    "too_long": f"it is longer than {LONGEST_LINE} bytes",
}

_GLUED = re.compile(rb"(?<=.)(?=\d{10}\|NONE\|NONE\|NONE\|QUEUESTART\|)")
"""Asterisk was killed in the middle of a line, and its next life wrote on behind it."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A line that is no fact."""

    reason: str
    """One of `REASONS`, or of those of the log's own language."""
    text: bytes
    """As it stood there; the first `LONGEST_LINE` bytes of it."""


def parse_line(line: bytes, *, encoding: str = "gb18030") -> LedgerLine | Odd:
    """The fact on a line. ``encoding`` is tried where it is not UTF-8; a name may be wrong then, an id never is."""
    if len(line) > LONGEST_LINE:
        return Odd("too_long", line[:LONGEST_LINE])
    bare = line.strip(b"\r\n\0").removeprefix(b"\xef\xbb\xbf")
    # decoded first: the second byte of a Chinese character may be that of "|" in GBK
    columns = as_words(bare, encoding).split("|")
    if len(columns) < COLUMNS:
        return Odd("cut", line)
    at = _time(columns[0])
    if at is None:
        return Odd("no_time", line)
    if columns[4] not in VERBS:
        return Odd("unknown_verb", line)
    return LedgerLine(
        at=at,
        channel_id=columns[1],
        queue=columns[2],
        member_name=columns[3],
        verb=columns[4],
        data=tuple(columns[5:]),
    )


def as_words(line: bytes, encoding: str) -> str:
    """The line as text: UTF-8, or what it is in ``encoding``, whatever comes of it."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(encoding, "replace")


def _time(column: str) -> datetime | None:
    try:
        stamp = float(column)
        return datetime.fromtimestamp(stamp, UTC) if EARLIEST <= stamp < LATEST else None
    except (ValueError, OverflowError, OSError):
        return None


def as_text(line: LedgerLine) -> str:
    """The line as Asterisk wrote it."""
    stamp = line.at.timestamp()
    shown = f"{stamp:.0f}" if stamp.is_integer() else f"{stamp:.6f}"
    return "|".join((shown, line.channel_id, line.queue, line.member_name, line.verb, *line.data))


def split_glued(line: bytes) -> list[bytes]:
    """The lines in a line: two, where Asterisk was killed while it wrote and started again."""
    return _GLUED.split(line) if b"|QUEUESTART|" in line else [line]


@dataclass(slots=True)
class LineCutter:
    """Cuts bytes, as they come, into whole lines; each with the offset behind it. Holds at most one unfinished line.

    Attributes:
        offset: Where in the file the next bytes stand.
    """

    offset: int = 0
    _rest: bytes = field(default=b"", repr=False)
    _too_long: bytes = field(default=b"", repr=False)

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """The lines these bytes complete, line end included, each with the offset behind it."""
        begins = self.offset - len(self._rest)
        self.offset += len(chunk)
        *lines, rest = (self._rest + chunk).split(b"\n")
        found: list[tuple[int, bytes]] = []
        for body in lines:
            begins += len(body) + 1
            found.append((begins, self._whole(body) + b"\n"))
        self._rest = self._bounded(rest)
        return found

    def finish(self) -> list[tuple[int, bytes]]:
        """The unfinished line, when nothing can follow any more; none when there is none."""
        body = self._whole(self._rest)
        self._rest = b""
        return [(self.offset, body)] if body else []

    @property
    def unfinished(self) -> int:
        """How many bytes of an unfinished line were seen."""
        return len(self._rest)

    def _whole(self, body: bytes) -> bytes:
        if not self._too_long:
            return body
        body, self._too_long = self._too_long, b""
        return body

    def _bounded(self, rest: bytes) -> bytes:
        """A line without an end costs no memory: its beginning is kept as proof that it is too long."""
        if len(rest) > LONGEST_LINE:
            self._too_long = self._too_long or rest[: LONGEST_LINE + 1]
            return b""
        return rest
