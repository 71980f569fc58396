"""When is the answer to an action complete?

Asterisk says so itself: the first message of a list carries ``EventList: start`` and the last ``EventList: Complete``
(or ``Cancelled``) — manager.c:1903, 1983 — whatever the English in ``Message`` may be. Everything else is one message.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ROWS: Final = 200_000
"""Messages one list may have: 5,000 members in 20 queues and some callers."""


def begins_list(first: Mapping[str, object]) -> bool:
    """Whether this first message announces a list."""
    return str(first.get("EventList", "")).lower() == "start"


def ends_list(message: Mapping[str, object]) -> bool:
    """Whether this is the last message of a list."""
    return str(message.get("EventList", "")).lower() in {"complete", "cancelled"}


def is_error(first: Mapping[str, object]) -> bool:
    """Whether the switch refused the action (``Response: Error``; an error never begins a list)."""
    return str(first.get("Response", "")).lower() in {"error", "failure", "fail"}


def is_complete(received: int, first: Mapping[str, object], latest: Mapping[str, object]) -> bool:
    """Whether the answer is whole after ``received`` messages with one ActionID."""
    if is_error(first) or not begins_list(first):
        return True
    return received > 1 and (ends_list(latest) or received >= MAX_ROWS)


def stamped(text: str) -> datetime | None:
    """The moment a ``Timestamp`` names, seconds since 1970 and a fraction (manager.c, ``append_event``); else None."""
    if not text.replace(".", "", 1).isdecimal():
        return None
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None  # of a year that no calendar has
