"""Bytes of CEL's csv into records, and records into facts: what ``asterisk-conf/cel_custom.conf`` has Asterisk write.

Every column stands in quotes, and a quote in it is doubled. So a record begins with a single quote and the name of an
event, and nothing a caller calls himself can look like that: a number with a line break and ``"HANGUP","…`` in it
(tried: SIP allows ``%0a`` in a number) becomes ``""HANGUP"",""…``. What is no fact becomes an ``Odd``.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from ami_bridge.queue_log.language import Language
from ami_bridge.queue_log.lines import LONGEST_LINE, LineCutter, Odd, as_words

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal[
    "CHAN_START",
    "CHAN_END",
    "ANSWER",
    "HANGUP",
    "BRIDGE_ENTER",
    "BRIDGE_EXIT",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "PICKUP",
    "LINKEDID_END",
    "LOCAL_OPTIMIZE",
    "USER_DEFINED",
]
"""The events ``asterisk-conf/cel.conf`` asks for. Source: main/cel.c ``cel_event_types`` (Asterisk 22)."""

KINDS: Final = frozenset(get_args(Kind))
COLUMNS: Final = 12
EARLIEST: Final = 946_684_800
LATEST: Final = 4_102_444_800
"""2000 and 2100: a stamp outside is no time of a call centre's."""

Reason: TypeAlias = Literal["cut", "no_time", "unknown_event", "too_long"]
"""Why a record is set aside."""

REASONS: Final[Mapping[str, str]] = {
    "cut": "the line is cut, or of another mapping than ours",
    "no_time": "its second column is no Unix time",
    "unknown_event": "its event is not known here",
    "too_long": f"it is longer than {LONGEST_LINE} bytes",
}

_BEGINS: Final = re.compile(rb'(?="[A-Z0-9_]{3,24}","\d{9,10}\.\d{1,6}","[^"\n]{0,80}\d{9,10}\.\d{1,9}",")')
"""Where a record begins, wherever it stands: also behind one that Asterisk was killed in.

Up to the call's id: a number that ends in ``"HANGUP``, dialling something that looks like a time, would still need a
context that looks like an id.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CelEvent:
    """One record.

    Attributes:
        kind: What happened.
        at: When, by Asterisk's clock, to the microsecond.
        call_id: The linkedid at that moment: a transfer may give a channel another.
        channel_id: The channel's uniqueid.
        channel: Its name, such as ``PJSIP/1001-00000006``.
        number: The number it calls itself by.
        exten: Where in the dialplan it is.
        context: Likewise.
        app: The application it is in.
        peer: The names of the others in its bridge, where it enters or leaves one; with commas between.
        name: What a dialplan calls an event of its own (USER_DEFINED).
        extra: What else Asterisk said, name and value.
    """

    kind: Kind
    at: datetime
    call_id: str
    channel_id: str
    channel: str = ""
    number: str = ""
    exten: str = ""
    context: str = ""
    app: str = ""
    peer: str = ""
    name: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def told(self, name: str) -> str:
        """What the extra column says under a name; empty when it says nothing, or ``N/A``."""
        return next((value for key, value in self.extra if key == name and value != "N/A"), "")


def parse_record(record: bytes, *, encoding: str = "gb18030") -> CelEvent | Odd:
    """The fact of a record. ``encoding`` is tried where it is not UTF-8; ids and events are ASCII anyway."""
    if len(record) > LONGEST_LINE:
        return Odd("too_long", record[:LONGEST_LINE])
    bare = record.strip(b"\r\n\0").removeprefix(b"\xef\xbb\xbf")
    try:
        [columns] = csv.reader([as_words(bare, encoding)], strict=True)
    except (csv.Error, ValueError):
        return Odd("cut", record)
    if len(columns) != COLUMNS or not columns[2] or not columns[3] or not bare.endswith(b'"'):
        return Odd("cut", record)
    kind, stamp, call_id, channel_id, channel, number, exten, context, app, peer, name, extra = columns
    at = _time(stamp)
    if at is None:
        return Odd("no_time", record)
    if kind not in KINDS:
        return Odd("unknown_event", record)
    known: Kind = kind  # type: ignore[assignment]  # it is one of them
    said = () if known == "USER_DEFINED" else _extra(extra)  # what a dialplan says there may be a secret
    if said is None:
        return Odd("cut", record)
    return CelEvent(
        kind=known,
        at=at,
        call_id=call_id,
        channel_id=channel_id,
        channel=channel,
        number=number,
        exten=exten,
        context=context,
        app=app,
        peer=peer,
        name=name,
        extra=said,
    )


def _time(stamp: str) -> datetime | None:
    seconds, dot, micros = stamp.partition(".")
    if not (dot and stamp.isascii() and seconds.isdigit() and micros.isdigit() and len(micros) <= len("123456")):
        return None
    if not EARLIEST <= int(seconds) < LATEST:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros.ljust(6, "0")))


def _extra(text: str) -> tuple[tuple[str, str], ...] | None:
    """Asterisk's JSON; None where it is none: cut between the two of a doubled quote, the column looks whole."""
    try:
        told = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None
    return tuple((str(key), str(value)) for key, value in told.items()) if isinstance(told, dict) else None


@dataclass(slots=True)
class RecordCutter:
    """Cuts bytes, as they come, into whole records; each with the offset behind it. One may stand on several lines.

    Attributes:
        offset: Where in the file the next bytes stand.
    """

    offset: int = 0
    _lines: LineCutter = field(init=False, repr=False)
    _open: bytes = field(default=b"", repr=False)
    """A record in whose column a line break stands."""
    _end: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        self._lines = LineCutter(self.offset)

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """The records these bytes complete, line end included, each with the offset behind it."""
        self.offset += len(chunk)
        return [record for end, line in self._lines.feed(chunk) for record in self._take(end, line)]

    def finish(self) -> list[tuple[int, bytes]]:
        """What is unfinished, when nothing can follow any more."""
        records = [record for end, line in self._lines.finish() for record in self._take(end, line)]
        return [*records, *self._cut_off()]

    def _take(self, end: int, line: bytes) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        pieces = [piece for piece in _BEGINS.split(line) if piece]
        begins = end - len(line)
        for piece in pieces:
            if _BEGINS.match(piece):
                found += self._cut_off()  # a record begins, whatever the one before it still lacks
            begins += len(piece)
            self._open += piece
            self._end = begins
            # every quote of a whole record has its partner; one that does not begin like ours is nobody's beginning
            if self._open.count(b'"') % 2 == 0 or not _BEGINS.match(self._open) or len(self._open) > LONGEST_LINE:
                found += self._cut_off()
        return found

    def _cut_off(self) -> list[tuple[int, bytes]]:
        record, self._open = self._open, b""
        return [(self._end, record)] if record else []


def _told(record: bytes, encoding: str) -> list[tuple[bytes, CelEvent | Odd]]:
    return [(record, parse_record(record, encoding=encoding))]


CEL: Final[Language[CelEvent]] = Language(RecordCutter, _told)
"""For `queue_log.tail.LogTail` and `queue_log.reading.read_lines`."""
