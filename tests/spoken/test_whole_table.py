"""The whole table, put together a second time: every number from CLDR, the words between by the rules' sources.

Nothing of this is what speaks, and nothing of it wrote the table. What the two do not agree in, and who is right:

- CLDR has no 两 and no 兩: the table is, by 《现代汉语词典》 and Open Cantonese 34.1.
- CLDR writes 〇 in Mandarin's cardinals, the table 零: one word, líng.
- CLDR writes 零 in Cantonese years, the table 〇 as in Mandarin (GB/T 15835-2011): one word, ling4.
- CLDR says the years from 2010 on in pairs in English, the table as a number: both are said (docs/prompts.md).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from ivr.prompts.values import Money
from tests.spoken.rows import rows
from tests.spoken.test_against_cldr import LOCALES, SINCE, cldr

if TYPE_CHECKING:
    from tests.spoken.rows import Row

ROWS: Final = rows()
CHINESE: Final = {
    "zh-CN": {"minus": "负", "CNY": "元角分", "HKD": ("港元", "角", "分"), "USD": ("美元", "美分"), "hour": "点"},
    "yue-HK": {"minus": "負", "CNY": "元角分", "HKD": ("港元", "毫", "分"), "USD": ("美元", "美仙"), "hour": "點"},
}
"""Units: 《支付结算办法》附一, the coins of Hong Kong, ISO 4217; hours: GB/T 7408 as it is read."""
ENGLISH: Final = {
    "CNY": (("yuan", "yuan"), ("jiao", "jiao"), ("fen", "fen")),
    "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents")),
    "USD": (("dollar", "dollars"), ("cent", "cents")),
}
"""One and many, by CLDR's plural rule of English; units of a dollar are its hundredths."""
WEEKDAYS: Final = {"zh-CN": "一二三四五六日", "yue-HK": "一二三四五六日"}
TWO: Final = str.maketrans("两兩", "二二")


def spelt(language: str, number: int) -> str:
    return cldr(LOCALES[language], number).replace("〇", "零")


def chinese_money(language: str, money: Money) -> str:
    """Each unit that is there; 零 for one that is missing between two."""
    amount = abs(money.amount)
    fen = int(amount * 100)
    units = CHINESE[language][money.currency]
    figures = (fen // 100, fen % 100) if len(units) == 2 else (fen // 100, fen // 10 % 10, fen % 10)
    said, gap = "", False
    for figure, unit in zip(figures, units, strict=True):
        if figure:
            gap = gap or (bool(said) and len(units) == 2 and figure < 10)
            said += ("零" if gap and said else "") + spelt(language, figure) + unit
            gap = False
        else:
            gap = bool(said)
    sign = str(CHINESE[language]["minus"]) if money.amount < 0 else ""
    return sign + (said or f"{spelt(language, 0)}{units[0]}")


def english_money(money: Money) -> str:
    """Each unit that is there, joined as English joins lists of things that are one amount."""
    fen = int(abs(money.amount) * 100)
    units = ENGLISH[money.currency]
    figures = (fen // 100, fen % 100) if len(units) == 2 else (fen // 100, fen // 10 % 10, fen % 10)
    parts = [
        f"{spelt('en', figure)} {one if figure == 1 else many}"
        for figure, (one, many) in zip(figures, units, strict=True)
        if figure
    ] or [f"{spelt('en', 0)} {units[0][1]}"]
    *first, last = parts
    joined = f"{', '.join(first)} and {last}" if first else last
    return ("minus " if money.amount < 0 else "") + joined


def chinese(language: str, row: Row) -> str:
    """A value in Mandarin or Cantonese, as CLDR would say its numbers."""
    match row.kind, row.typed:
        case "money", Money() as money:
            return chinese_money(language, money)
        case "date weekday", dt.date() as day:
            return f"星期{WEEKDAYS[language][day.weekday()]}"
        case "time", dt.datetime() as moment:
            minute = "" if not moment.minute else "零" * (moment.minute < 10) + spelt(language, moment.minute) + "分"
            return f"{spelt(language, moment.hour)}{CHINESE[language]['hour']}{minute}"
        case kind, dt.date() as day:
            year = cldr(LOCALES[language], day.year, ",%spellout-numbering-year") + "年" if "long" in kind else ""
            year = year.replace("零", "〇")
            return f"{year}{spelt(language, day.month)}月{spelt(language, day.day)}日"
        case _, number:
            assert isinstance(number, int)
            return spelt(language, number)


def english(row: Row) -> str:
    """A value in English, as CLDR would say its numbers."""
    match row.kind, row.typed:
        case "money", Money() as money:
            return english_money(money)
        case "date weekday", dt.date() as day:
            return f"{day:%A}"
        case "time", dt.datetime() as moment:
            return english_time(moment)
        case kind, dt.date() as day:
            words = f"the {cldr('en', day.day, ',%spellout-ordinal')} of {day:%B}"
            year = cldr("en", day.year, ",%spellout-numbering-year" if day.year < SINCE else "")
            return f"{words}, {year}" if "long" in kind else words
        case _, number:
            assert isinstance(number, int)
            return spelt("en", number)


def english_time(moment: dt.datetime) -> str:
    hour = spelt("en", moment.hour % 12 or 12)
    if moment.minute == 0 and moment.hour in {0, 12}:
        return f"{hour} {'noon' if moment.hour else 'midnight'}"
    minute = f"{'oh ' * (0 < moment.minute < 10)}{spelt('en', moment.minute)} " if moment.minute else ""
    return f"{hour} {minute}{'p.m.' if moment.hour >= 12 else 'a.m.'}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_row_is_what_cldrs_numbers_and_the_sources_words_make(row: Row) -> None:
    for language in CHINESE:
        assert row.words[language].translate(TWO) == chinese(language, row), language
    assert row.words["en"] == english(row)


def test_two_is_liang_alone_or_at_the_head_before_a_great_unit_and_nowhere_else() -> None:
    """《现代汉语词典》 at 两; Open Cantonese 34.1: the one thing CLDR cannot witness."""
    head = re.compile(r"(?:负|負)?(两|兩|二)(?=[千万萬亿億元角毫分点點港美]|$)")
    seen = 0
    for row in ROWS:
        if row.kind.startswith("date"):
            assert not re.search("[两兩]", "".join(row.words.values())), row
            continue
        for language, liang in (("zh-CN", "两"), ("yue-HK", "兩")):
            words = row.words[language]
            begins = head.match(words)
            assert words.count(liang) == bool(begins), row
            if begins:
                assert begins[1] == liang, row
                seen += 1
    assert seen >= 2 * 10


def test_amounts_are_exact() -> None:
    assert all(row.typed.amount * 100 == int(row.typed.amount * 100) for row in ROWS if isinstance(row.typed, Money))
    assert Decimal("0.01") in {row.typed.amount for row in ROWS if isinstance(row.typed, Money)}
