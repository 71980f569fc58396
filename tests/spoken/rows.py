"""The table of what is spoken: a hundred values in three languages, with the rule each is an example of.

`table.tsv` was written from the rules in `rules.tsv`, which name their sources; nothing of it is made by the code it
proves. Mandarin and English were written by hand, Cantonese by the written rules that part it from Mandarin.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.prompts.values import Money

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("zh-CN", "yue-HK", "en")
DAY: Final = dt.date(2026, 11, 25)
"""The day of a moment of which only the time of day is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value, and the words of it in each language."""

    kind: str
    """As a flow's `as`, with its style: `money`, `date short`."""
    value: str
    rule: str
    words: Mapping[str, str]

    @property
    def typed(self) -> object:
        """The value as a flow has it."""
        match self.kind.partition(" ")[0]:
            case "money":
                amount, currency = self.value.split()
                return Money(Decimal(amount), currency)
            case "date":
                return dt.date.fromisoformat(self.value)
            case "time":
                return dt.datetime.combine(DAY, dt.time.fromisoformat(self.value))
        return int(self.value)

    def __str__(self) -> str:
        return f"{self.kind} {self.value} ({self.rule})"


def rows() -> tuple[Row, ...]:
    """All of them, in order."""
    found = []
    for kind, value, rule, *words in _lines("table.tsv"):
        found.append(Row(kind, value, rule, dict(zip(LANGUAGES, words, strict=True))))
    return tuple(found)


def rules() -> Mapping[tuple[str, str], str]:
    """Rule and language to its source."""
    return {(rule, language): source for rule, language, _, source in _lines("rules.tsv")}


def _lines(name: str) -> list[list[str]]:
    head, *lines = (HERE / name).read_text("utf-8").splitlines()
    assert all(len(line.split("\t")) == len(head.split("\t")) for line in lines)
    return [line.split("\t") for line in lines]
