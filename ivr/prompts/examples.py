"""Each sentence with values that show it: one for every wording it has. Pure; for people who want to listen to all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.prompts.message import Choice, Kind, Place
from ivr.prompts.tokens import plural_form
from ivr.prompts.values import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.prompts.message import Message

MOMENT: Final = dt.datetime(2026, 11, 25, 9, 5, tzinfo=dt.UTC)
"""A date and a time of day with everything in them: a year with a zero, two figures of a day, one of minutes."""
_VALUES: Final[Mapping[Kind, object]] = MappingProxyType(
    {
        Kind.MONEY: Money(Decimal("102.05"), "CNY"),
        Kind.DATE: MOMENT,
        Kind.TIME: MOMENT,
        Kind.NUMBER: 12,
        Kind.DIGITS: "13800138000",
        Kind.DURATION: 150,
    }
)
_COUNTED: Final = (1, 2, 5, 12, 0)
"""Numbers to look for one that takes a wording of a plural."""


def examples(message: Message) -> tuple[Mapping[str, object], ...]:
    """Values to say a message with: each of its wordings and declared texts is in one of them."""
    usual = {name: _VALUES[kind] for name, kinds in message.places.items() for kind in sorted(kinds) if kind in _VALUES}
    chosen: dict[str, list[object]] = {}
    found: tuple[object, ...]
    for part in message.walk():
        if isinstance(part, Choice):
            found = tuple(_worded(part, message.language))
        elif isinstance(part, Place) and part.kind is Kind.TEXT:
            found = part.options
        else:
            continue
        known = chosen.setdefault(part.name, [])
        known += [value for value in found if value not in known]
    first = usual | {name: values[0] for name, values in chosen.items()}
    others = ({**first, name: value} for name, values in chosen.items() for value in values[1:])
    return (first, *others)


def _worded(choice: Choice, language: str) -> Iterator[object]:
    """A value for each wording of a choice, as far as there is one."""
    exact = [int(case[1:]) for case in choice.cases if case.startswith("=")]
    for case in choice.cases:
        if choice.kind is Kind.SELECT:
            yield case
        elif case.startswith("="):
            yield int(case[1:])
        else:
            fits = (n for n in _COUNTED if n not in exact and plural_form(language, n) == case)
            yield from list(fits)[:1]
