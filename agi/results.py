"""What a verb's reply means: the only place that interprets results and parentheses.

Each function takes the reply of one kind of command (already known to be a 200) and says what happened, in our words. A
result of ``-1`` is ambiguous on the wire (hang-up, or a file that is not there); the channel finds out which before
it asks here, see ``Channel``.

Source: the handlers in res_agi.c (22.x); every form below was recorded from Asterisk 22.10.1 (tests/transcripts/agi).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from agi.errors import PeerError

if TYPE_CHECKING:
    from agi.replies import Reply


class ChannelState(Enum):
    """States of a channel as CHANNEL STATUS numbers them.

    Source: enum ast_channel_state, include/asterisk/channelstate.h.
    """

    DOWN = 0
    RESERVED = 1
    OFF_HOOK = 2
    DIALLING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALLING_OFF_HOOK = 8
    PRE_RING = 9


class Ended(Enum):
    """Why collecting keys stopped."""

    KEYS = "keys"
    """The caller finished: the entry is full, or closed with ``#``."""
    TIMEOUT = "timeout"
    """No (further) key in time; ``keys`` holds what was pressed so far, often nothing."""
    EMPTY = "empty"
    """The caller pressed ``#`` and nothing else."""


class RecordingEnd(Enum):
    """Why a recording stopped."""

    KEY = "key"
    TIMEOUT = "timeout"
    """The longest length was reached, or the caller was silent for long enough."""
    HANGUP = "hangup"
    """The caller hung up; what was recorded until then is kept."""
    FAILED = "failed"
    """Asterisk could not write the file, or could not go on."""


@dataclass(frozen=True, slots=True)
class Played:
    """A file was played."""

    key: str
    """The key that stopped it; empty when it was played to its end."""
    end_samples: int
    """Where it stopped, in samples of the file."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Keys were collected."""

    keys: str
    """What the caller pressed, without a closing ``#``. Personal data: never log it."""
    ended: Ended
    """Why collecting stopped."""

    def __repr__(self) -> str:
        return f"Collected({len(self.keys)} keys, {self.ended.name})"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording was made."""

    ended: RecordingEnd
    """Why it stopped."""
    key: str
    """The key that stopped it; empty for every other reason."""
    end_samples: int
    """Its length, in samples (8 per millisecond at 8 kHz)."""


def number(reply: Reply, verb: str) -> int:
    """The result as a whole number.

    Raises:
        PeerError: it is none.
    """
    try:
        return int(reply.result)
    except ValueError:
        raise PeerError(f"{verb}: the result is not a number") from None


def key(reply: Reply, verb: str) -> str:
    """The key whose character code the result is; empty for 0 (none).

    Raises:
        PeerError: the result is no key.
    """
    code = number(reply, verb)
    if code == 0:
        return ""
    pressed = chr(code) if 0 < code < 128 else ""  # noqa: PLR2004  # the ASCII range
    if not pressed or pressed not in "0123456789*#ABCD":
        raise PeerError(f"{verb}: the result is not a key")
    return pressed


def played(reply: Reply, verb: str) -> Played:
    """STREAM FILE and GET OPTION."""
    return Played(key(reply, verb), reply.end_samples or 0)


def collected(reply: Reply) -> Collected:
    """GET DATA.

    ``200 result=12 (timeout)``, ``200 result= (timeout)``, ``200 result=12``, ``200 result=`` (``#`` alone).
    """
    if reply.data == "timeout":
        return Collected(reply.result, Ended.TIMEOUT)
    return Collected(reply.result, Ended.KEYS if reply.result else Ended.EMPTY)


def read(reply: Reply) -> Collected | None:
    """The outcome of the application Read, as ``Read.outcome`` asks for it: status, colon, keys.

    None for HANGUP, ERROR, INTERRUPTED and SKIPPED.
    """
    status, _, keys = (reply.data or "").partition(":")
    if status == "TIMEOUT":
        return Collected(keys, Ended.TIMEOUT)
    if status == "OK":
        return Collected(keys, Ended.KEYS if keys else Ended.EMPTY)
    return None


def recorded(reply: Reply) -> Recorded:
    """RECORD FILE. The reason is in parentheses: dtmf, timeout, hangup; everything else is a failure."""
    length = reply.end_samples or 0
    match reply.data:
        case "dtmf":
            return Recorded(RecordingEnd.KEY, key(reply, "RECORD FILE"), length)
        case "timeout":
            return Recorded(RecordingEnd.TIMEOUT, "", length)
        case "hangup":
            return Recorded(RecordingEnd.HANGUP, "", length)
        case _:
            return Recorded(RecordingEnd.FAILED, "", length)


def text(reply: Reply) -> str | None:
    """GET VARIABLE, GET FULL VARIABLE, DATABASE GET: the raw value; None when it is not set (result 0)."""
    return (reply.data or "") if reply.result == "1" else None
