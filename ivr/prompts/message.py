"""One sentence with typed places, read from ICU MessageFormat-like text into a small tree.

`您的话费余额是{amount, money}，截至{as_of, date, long}。` is two literal stretches, two places and a full stop. What is
taken from ICU MessageFormat: braces, `plural` with `=0`/`one`/`other` and `#`, `select`, and its apostrophe rule (an
apostrophe quotes only right before a brace; `''` is one apostrophe), so `don't` needs nothing. What differs: every
place has a type, because what is spoken depends on it, and the types are those a caller can be told.
Source: https://unicode-org.github.io/icu/userguide/format_parse/messages/ (apostrophe-friendly mode, the default).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from dialplan.made_quickly import made_quickly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Span


class Kind(StrEnum):
    """What a place takes; the words are those written in a message."""

    MONEY = "money"
    """A `Money`."""
    DATE = "date"
    """A `datetime.date` or an aware `datetime.datetime` in the hotline's zone."""
    TIME = "time"
    """A `datetime.time` or an aware `datetime.datetime` in the hotline's zone."""
    NUMBER = "number"
    """An `int`, or a `Decimal` with at most six decimals."""
    DIGITS = "digits"
    """A `str` of `0`-`9`, `*`, `#` and `X`, spoken one by one."""
    DURATION = "duration"
    """A `datetime.timedelta`, or whole seconds."""
    TEXT = "text"
    """A `str` out of the set declared in the place itself."""
    PLURAL = "plural"
    """A whole number that chooses a wording."""
    SELECT = "select"
    """A word that chooses a wording."""


STYLES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.MONEY: ("",),
        Kind.DATE: ("long", "short", "weekday"),
        Kind.TIME: ("short",),
        Kind.NUMBER: ("", "count"),
        Kind.DIGITS: ("", "phone"),
        Kind.DURATION: ("", "minutes"),
    }
)
"""The styles of each kind, the default first; `""` means that nothing is written."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Literal:
    """A stretch that is always said the same way."""

    text: str
    """As written, quoting resolved."""
    at: Span


@made_quickly
@dataclass(frozen=True, slots=True)
class Place:
    """A value, spoken by its kind."""

    name: str
    kind: Kind
    style: str
    """One of `STYLES`; empty for `text`."""
    options: tuple[str, ...]
    """For `text`: everything it can be."""
    at: Span


@dataclass(frozen=True, slots=True)
class Count:
    """The `#` of a plural: its number, spoken as a count of things (两 and not 二)."""

    name: str
    at: Span


@dataclass(frozen=True, slots=True)
class Choice:
    """A `plural` or `select`: one of several wordings."""

    name: str
    kind: Kind
    cases: Mapping[str, Parts]
    """Case to wording; `=0` and CLDR's `one`, `other` for a plural; words for a select. `other` is always there."""
    at: Span


Part = Literal | Place | Count | Choice
Parts = tuple[Part, ...]


@made_quickly
@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a message in one language; all but a greeting in several languages have exactly one."""

    language: str
    parts: Parts


@made_quickly
@dataclass(frozen=True, slots=True)
class Message:
    """One named sentence in one language file."""

    name: str
    """As flows say it: `identify.ask-account`."""
    language: str
    """The language whose caller hears it; a section may be in another one."""
    sections: tuple[Section, ...]
    at: Span
    """Where its text begins."""
    shared: bool = False
    """Written in the file for all languages."""
    places: Mapping[str, frozenset[Kind]] = field(init=False)
    """What must be handed over to say it: name to the kinds it is used as (a date and a time come from one value)."""

    def __post_init__(self) -> None:
        """Gather the places once: they are asked for at every check."""
        found: dict[str, set[Kind]] = {}
        if not self._is_plain():
            for part in self.walk():
                if isinstance(part, Place | Choice):
                    found.setdefault(part.name, set()).add(part.kind)
        object.__setattr__(self, "places", {name: frozenset(kinds) for name, kinds in found.items()})

    def _is_plain(self) -> bool:
        """Whether it is always the same, as most messages are."""
        for section in self.sections:
            for part in section.parts:
                if type(part) is not Literal:
                    return False
        return True

    def walk(self) -> Iterator[Part]:
        """Every part of every wording, outer before inner, in the order written."""
        for _, part in self.walk_with_language():
            yield part

    def walk_with_language(self) -> Iterator[tuple[str, Part]]:
        """The same with the language each part is spoken in."""
        for section in self.sections:
            for part in _walk(section.parts):
                yield section.language, part


def _walk(parts: Parts) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Choice):
            for case in part.cases.values():
                yield from _walk(case)
