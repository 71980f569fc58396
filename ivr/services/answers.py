"""A source's raw answer into the declared fields: exactly what was declared, or no answer at all. Pure.

Nothing is guessed: money without a currency, a time without an offset, a text where a number was declared, a field
that is not there are all `bad_answer`. A field that is there and null is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, cast
from zoneinfo import ZoneInfo

from ivr.prompts.values import Money

if TYPE_CHECKING:
    from ivr.services.sources import Field, Kind, Lookup

Reason: TypeAlias = Literal[
    "unreachable", "failing", "refused", "bad_answer", "bad_argument", "stale", "circuit_open", "unknown"
]
"""Why a lookup failed, as the journey shows it:

- `unreachable`: no connection, or it broke; `failing`: the source answered with a failure of its own (HTTP 5xx, 429)
- `refused`: the source will not answer this question (another HTTP status, a database error)
- `bad_answer`: the answer is not what was declared; `bad_argument`: the question could not be put with these values
- `stale`: the figure is older than the flow allows; `circuit_open`: the source failed too often, it is left in peace
- `unknown`: there is no such lookup
"""

LONGEST_TEXT: Final = 1000
"""Characters of a text field: more than a caller is ever told, less than would fill a cursor by mistake."""

MOST_AHEAD: Final = timedelta(minutes=5)
"""How far a figure's `as_of` may lie in the future: two clocks differ, a figure from tomorrow is wrong."""

_AMOUNT: Final = re.compile(r"(-?\d{1,15}(?:\.\d{1,6})?)(?: ([A-Z]{3}))?", re.ASCII)


class NoAnswer(Exception):  # noqa: N818  - not an error of ours: a source did not answer as declared
    """A lookup failed. The text is the reason and, for the log, a place; never a value."""

    def __init__(self, reason: Reason, place: str = "", *, is_source_down: bool = False) -> None:
        super().__init__(f"{reason}: {place}" if place else reason)
        self.reason: Reason = reason
        self.place = place
        self.is_source_down = is_source_down
        """Whether it counts towards opening the circuit."""


class Dated(Protocol):
    """A lookup as far as the age of its answers goes."""

    @property
    def as_of(self) -> str | None:
        """The field that tells when an answer was true."""


def declared(kind: str, found: object, zone: str | None) -> object:
    """One value as a source would give it, in the form flows see; None when it is not of this kind."""
    try:
        return _value(cast("Kind", kind), found, None, zone)
    except (ValueError, ArithmeticError):
        return None


def typed(lookup: Lookup, raw: Mapping[str, object], zone: str | None) -> dict[str, object]:
    """The declared fields of a raw row.

    Raises:
        NoAnswer: `bad_answer`, with the field's name.
    """
    return {one.name: _field(one, raw, zone) for one in lookup.gives}


def refuse_stale(lookup: Dated, row: Mapping[str, object], max_age: timedelta, now: datetime) -> None:
    """Let only a figure pass that says itself it is young enough; nothing to say where no `as_of` is declared.

    Raises:
        NoAnswer: `stale`, or `bad_answer` when the figure does not say when it was true.
    """
    if lookup.as_of is None:
        return
    as_of = row.get(lookup.as_of)
    if not isinstance(as_of, datetime) or as_of - now > MOST_AHEAD:
        raise NoAnswer("bad_answer", lookup.as_of)
    if now - as_of > max_age:
        raise NoAnswer("stale", lookup.as_of)


def _field(one: Field, raw: Mapping[str, object], zone: str | None) -> object:
    found: object = raw
    for part in (one.at or one.name).split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise NoAnswer("bad_answer", one.name)
        found = found[part]
    if found is None:
        return None
    try:
        value = _value(one.kind, found, one.currency, zone)
    except (ValueError, ArithmeticError):
        value = None
    if value is None:
        raise NoAnswer("bad_answer", one.name)
    return value


def _value(kind: Kind, found: object, currency: str | None, zone: str | None) -> object:
    """The value, or None (or ValueError) when it is not of this kind."""
    match kind:
        case "text":
            return _text(found)
        case "number":
            return _number(found)
        case "money":
            return _money(found, currency)
        case "boolean":
            return _boolean(found)
        case "date":
            return _date(found)
        case "datetime":
            return _instant(found, zone)


def _text(found: object) -> str | None:
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)  # account numbers are often stored as integers
    return found if isinstance(found, str) and len(found) <= LONGEST_TEXT else None


def _number(found: object) -> int | Decimal | None:
    match found:
        case bool():
            return None
        case int():
            return found
        case float():
            found = Decimal(repr(found))  # SQLite has no decimals; repr gives back the digits that were stored
    return found if isinstance(found, Decimal) and found.is_finite() else None


def _money(found: object, currency: str | None) -> Money | None:
    match found:
        case Mapping():
            return _money(f"{found.get('amount')} {found.get('currency')}", currency)
        case str():
            match_ = _AMOUNT.fullmatch(found)
            written = (match_[2] or currency) if match_ else None
            if match_ is None or written is None or written != (currency or written):
                return None
            return Money(Decimal(match_[1]), written)
        case _:
            number = _number(found)
            return None if number is None or currency is None else Money(Decimal(number), currency)


def _boolean(found: object) -> bool | None:
    return bool(found) if isinstance(found, int) and found in (0, 1) else None  # SQLite has no booleans


def _date(found: object) -> date | None:
    if isinstance(found, str):
        return date.fromisoformat(found)
    return found if isinstance(found, date) and not isinstance(found, datetime) else None


def _instant(found: object, zone: str | None) -> datetime | None:
    instant = datetime.fromisoformat(found) if isinstance(found, str) else found
    if not isinstance(instant, datetime):
        return None
    if instant.tzinfo is None:
        return None if zone is None else instant.replace(tzinfo=ZoneInfo(zone))
    return instant
