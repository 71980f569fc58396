"""English, as a phone system says it.

The rules, and where they come from:

- **Numbers** without "and": one hundred twenty-three (CLDR's `spellout` for `en`, compared in the tests). One fragment
  less per number than the British "one hundred and twenty-three", and nobody mistakes it.
- **Money**: the unit in the singular for exactly one (CLDR plural rule `one`: i = 1, v = 0), hundredths joined by
  "and": one dollar and one cent. Yuan, jiao and fen have no plural (Merriam-Webster): one yuan and five fen; three
  units are a list: one hundred twenty-three yuan, four jiao and five fen.
- **Dates** the British way, the year after a comma: the twentieth of November, two thousand twenty-six.
- **Times** on the 12-hour clock: nine fifty-eight a.m., nine oh five p.m., nine a.m., twelve noon, twelve midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.prompts.spoken.grammar import (
    DIGITS,
    YEARS,
    Tokens,
    check_digits,
    check_year,
    split_decimal,
    split_duration,
    split_money,
)
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from ivr.prompts.values import Money

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = (
    *_ONES,
    *(f"{_TENS[n // 10 - 2]}{f'-{_ONES[n % 10]}' if n % 10 else ''}" for n in range(20, 100)),
)
"""zero to ninety-nine, each one word."""
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_NOON = 12


@dataclass(frozen=True, slots=True)
class Currency:
    """How one currency's units are called."""

    one: str
    many: str
    small_one: str
    small_many: str
    tenth: str | None = None
    """Its tenth, where people count in tenths."""


_CURRENCIES = MappingProxyType(
    {
        "CNY": Currency("yuan", "yuan", "fen", "fen", "jiao"),
        "HKD": Currency("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
        "USD": Currency("dollar", "dollars", "cent", "cents"),
    }
)


class English:
    """English words."""

    tag = "en"
    between = " "

    def number(self, value: int | Decimal) -> Tokens:
        """See `Grammar.number`."""
        negative, whole, decimals = split_decimal(value)
        sign = ("minus",) if negative else ()
        if not decimals:
            return (*sign, *_whole(whole))
        return (*sign, *_whole(whole), "point", *(_ONES[int(digit)] for digit in decimals))

    def count(self, value: int) -> Tokens:
        """See `Grammar.count`."""
        return self.number(value)

    def money(self, value: Money) -> Tokens:
        """See `Grammar.money`."""
        currency = _CURRENCIES.get(value.currency)
        if currency is None:
            raise CannotSay(f"a currency other than {', '.join(_CURRENCIES)} has no words in English")
        negative, whole, hundredths = split_money(value)
        small = _small_money(currency, hundredths)
        out: list[str] = ["minus"] if negative and (whole or hundredths) else []
        if whole or not hundredths:
            unit = currency.one if whole == 1 else currency.many
            out += [*_whole(whole), unit + ("," if len(small) > 1 else "")]
        if small:
            joined = bool(whole) or len(small) > 1
            out += [*small[:-1], f"and {small[-1]}" if joined else small[-1]]
        return tuple(out)

    def date(self, value: dt.date, style: str) -> Tokens:
        """See `Grammar.date`."""
        if style == "weekday":
            return (_WEEKDAYS[value.weekday()],)
        day, month = f"the {_ordinal(value.day)} of", _MONTHS[value.month - 1]
        return (day, month) if style == "short" else (day, f"{month},", _year(check_year(value.year)))

    def time(self, value: dt.time) -> Tokens:
        """See `Grammar.time`."""
        if not value.minute and value.hour % _NOON == 0:
            return ("twelve noon" if value.hour else "twelve midnight",)
        hour = _SMALL[value.hour % _NOON or _NOON]
        half = "p.m." if value.hour >= _NOON else "a.m."
        return (hour, _MINUTES[value.minute], half) if value.minute else (hour, half)

    def duration(self, seconds: int, style: str) -> Tokens:
        """See `Grammar.duration`."""
        out: list[str] = []
        for unit, number in split_duration(seconds, style):
            if out:
                out.append("and")
            out += [*_whole(number), unit if number == 1 else f"{unit}s"]
        return tuple(out)

    def digits(self, value: str, style: str) -> Tokens:
        """See `Grammar.digits`."""
        return tuple(_key(key, style) for key in check_digits(value))

    def vocabulary(self) -> dict[str, frozenset[str]]:
        """See `Grammar.vocabulary`."""
        whole = frozenset(
            {*_SMALL, *(f"{_ONES[n]} hundred" for n in range(1, 10)), *(word for _, word in _SCALES), "minus"}
        )
        units = frozenset(f"{unit}{s}" for unit in ("day", "hour", "minute", "second") for s in ("", "s"))
        return {
            "number": whole | {"point"},
            "count": whole,
            "money": whole | {word for currency in _CURRENCIES.values() for word in _money_words(currency)},
            "date": frozenset(
                {
                    *(f"the {_ordinal(day)} of" for day in range(1, 32)),
                    *(f"{month}{comma}" for month in _MONTHS for comma in ("", ",")),
                    *(_year(year) for year in YEARS),
                    *_WEEKDAYS,
                }
            ),
            "time": frozenset(
                {*_SMALL[1:13], *_MINUTES.values(), "a.m.", "p.m.", "twelve noon", "twelve midnight"},
            ),
            "duration": whole | units | {"and"},
            "digits": frozenset(_key(key, style) for key in DIGITS for style in ("", "phone")),
        }


def _whole(number: int) -> Tokens:
    """A whole number from 0."""
    if number < 100:  # noqa: PLR2004 - one word
        return (_SMALL[number],)
    out: list[str] = []
    for scale, word in _SCALES:
        group, number = divmod(number, scale)
        if group:
            out += [*_hundreds(group), word]
    return (*out, *_hundreds(number))


def _hundreds(number: int) -> list[str]:
    """1 to 999; nothing for 0."""
    hundreds, rest = divmod(number, 100)
    return [*([f"{_ONES[hundreds]} hundred"] if hundreds else []), *([_SMALL[rest]] if rest else [])]


def _small_money(currency: Currency, hundredths: int) -> list[str]:
    """What is below the whole unit, as one or two words."""
    if currency.tenth is None:
        return [_amount(hundredths, currency.small_one, currency.small_many)] if hundredths else []
    tenths, rest = divmod(hundredths, 10)
    parts = [(tenths, currency.tenth, currency.tenth), (rest, currency.small_one, currency.small_many)]
    return [_amount(*part) for part in parts if part[0]]


def _amount(number: int, one: str, many: str) -> str:
    return f"{_SMALL[number]} {one if number == 1 else many}"


def _money_words(currency: Currency) -> set[str]:
    words = {name + comma for name in (currency.one, currency.many) for comma in ("", ",")}
    for hundredths in range(1, 100):
        for word in _small_money(currency, hundredths):
            words |= {word, f"and {word}"}
    return words


def _ordinal(day: int) -> str:
    """1 to 31: first, twentieth, twenty-first. Rule: irregular for 1, 2, 3, 5, 8, 9; -y becomes -ieth; 12 twelfth."""
    head, dash, last = _SMALL[day].rpartition("-")
    if last == "twelve":
        last = "twelfth"
    elif last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return head + dash + last


def _year(year: int) -> str:
    """Nineteen ninety-nine, nineteen oh five, nineteen hundred, two thousand, two thousand twenty-six."""
    century, rest = divmod(year, 100)
    if century == 20:  # noqa: PLR2004 - two thousand and its years
        return f"two thousand {_SMALL[rest]}" if rest else "two thousand"
    tail = _SMALL[rest] if rest >= 10 else f"oh {_SMALL[rest]}" if rest else "hundred"  # noqa: PLR2004 - one figure
    return f"{_SMALL[century]} {tail}"


_MINUTES = {minute: _SMALL[minute] if minute >= 10 else f"oh {_SMALL[minute]}" for minute in range(1, 60)}  # noqa: PLR2004 - one figure


def _key(key: str, style: str) -> str:
    if key == "X":
        return key
    if key in "*#":
        return "star" if key == "*" else "hash"
    return "oh" if key == "0" and style == "phone" else _ONES[int(key)]


GRAMMAR = English()
"""English's words."""
