"""The table itself, not what speaks it, against the source that most of its rules name: CLDR's spelt-out numbers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pytest
from icu4py.messageformat import MessageFormat

from ivr.prompts.values import Money
from tests.spoken.rows import rows

if TYPE_CHECKING:
    from tests.spoken.rows import Row

UNITS: Final = {"zh-CN": "元", "yue-HK": "元", "en": " yuan"}
LOCALES: Final = {"zh-CN": "zh", "yue-HK": "yue", "en": "en"}
SINCE: Final = 2010
"""The first year that CLDR says in pairs and the table as a number (docs/prompts.md)."""


def cldr(locale: str, number: int, way: str = "") -> str:
    return str(MessageFormat(f"{{n,spellout{way}}}", locale).format({"n": number}))


def whole(row: Row) -> int | None:
    """The number of a count, or of an amount of whole yuan, none of them below zero."""
    match row.typed:
        case int(number):
            return number
        case Money(amount, "CNY") if amount >= 0 and amount == int(amount):
            return int(amount)
    return None


@pytest.mark.parametrize("language", LOCALES)
def test_whole_numbers_are_cldrs(language: str) -> None:
    """But for 两, which it never says, and 〇, which is 零 aloud."""
    numbers = [(row, number) for row in rows() if (number := whole(row)) is not None]
    assert len(numbers) == 48
    for row, number in numbers:
        words = row.words[language].removesuffix(UNITS[language])
        assert words.translate({ord("两"): "二", ord("兩"): "二"}) == cldr(LOCALES[language], number).replace(
            "〇", "零"
        )


def test_english_dates_are_cldrs_but_for_the_years_it_says_in_pairs_again() -> None:
    dates = [(row.words["en"], row.typed) for row in rows() if row.kind in {"date long", "date short"}]
    assert len(dates) == 13
    for words, day in dates:
        assert isinstance(day, dt.date)
        month, _, year = words.partition(" of ")[2].partition(", ")
        assert words.startswith(f"the {cldr('en', day.day, ',%spellout-ordinal')} of ")
        assert month == f"{day:%B}"
        if year:
            assert year == cldr("en", day.year, ",%spellout-numbering-year" if day.year < SINCE else "")
