"""What every language must be able to say, and the bounds all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ivr.prompts.values import CannotSay, Money

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

Tokens = tuple[str, ...]
"""Words in the order they are spoken; each one is a sound file of its own."""

LARGEST = 10**12 - 1
"""Largest whole number (either sign): a thousand times any phone bill, and where Chinese needs a word beyond 亿."""
MOST_DECIMALS = 6
"""Decimals of a spoken number; nobody remembers more."""
YEARS = range(1900, 2100)
"""Years a date can be in."""
_HOUR_S = 3600
_DAY_S = 86_400
LONGEST_S = 1000 * _DAY_S - 1
"""Seconds of the longest duration: 999 days and a bit."""
DIGITS = "0123456789*#X"
"""What a telephone's keys can spell, and the X that ends some identity numbers (GB 11643)."""


class Grammar(Protocol):
    """One language. Every method is pure, and yields members of `vocabulary` only.

    Raises:
        CannotSay: the value is outside the bounds above, or its currency is unknown.
    """

    @property
    def tag(self) -> str:
        """Primary language subtag: `zh`, `yue`, `en`."""
        ...

    @property
    def between(self) -> str:
        """What stands between two words in writing: a space, or nothing."""
        ...

    def number(self, value: int | Decimal) -> Tokens:
        """A number by itself: 二, two, 二点五."""
        ...

    def count(self, value: int) -> Tokens:
        """A number of things, before their name: 两(位客户)."""
        ...

    def money(self, value: Money) -> Tokens:
        """An amount with its units."""
        ...

    def date(self, value: dt.date, style: str) -> Tokens:
        """A day: `long` with the year, `short` without, `weekday` alone."""
        ...

    def time(self, value: dt.time) -> Tokens:
        """A time of day, to the minute."""
        ...

    def duration(self, seconds: int, style: str) -> Tokens:
        """A length of time in its two largest units; `minutes` rounds up to whole minutes, at least one."""
        ...

    def digits(self, value: str, style: str) -> Tokens:
        """Keys one by one; `phone` as phone numbers are read."""
        ...

    def vocabulary(self) -> dict[str, frozenset[str]]:
        """Every word, by the method that may say it."""
        ...


def check_whole(value: int) -> int:
    """The value, if it can be said."""
    if abs(value) > LARGEST:
        raise CannotSay(f"a number beyond {LARGEST} is not in the vocabulary")
    return value


def split_decimal(value: int | Decimal) -> tuple[bool, int, str]:
    """Whether it is negative, its whole part, and its decimals without trailing zeros."""
    if isinstance(value, int):
        return value < 0, abs(check_whole(value)), ""
    if not value.is_finite():
        raise CannotSay("not a finite number")
    exponent = value.adjusted()
    if exponent > len(str(LARGEST)):
        raise CannotSay(f"a number beyond {LARGEST} is not in the vocabulary")
    if -exponent > MOST_DECIMALS and value:
        raise CannotSay(f"a number with more than {MOST_DECIMALS} decimals")
    whole, _, decimals = f"{abs(value):f}".partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > MOST_DECIMALS:
        raise CannotSay(f"a number with more than {MOST_DECIMALS} decimals")
    return value < 0, check_whole(int(whole)), decimals


def split_money(value: Money) -> tuple[bool, int, int]:
    """Whether it is negative, its whole units, and its hundredths."""
    negative, whole, decimals = split_decimal(value.amount)
    if len(decimals) > 2:  # noqa: PLR2004 - every currency we know has two decimals (ISO 4217)
        raise CannotSay("an amount finer than a hundredth of its unit")
    return negative, whole, int(decimals.ljust(2, "0"))


def check_year(year: int) -> int:
    """The year, if it can be said."""
    if year not in YEARS:
        raise CannotSay(f"a year outside {YEARS.start} to {YEARS.stop - 1} is not in the vocabulary")
    return year


def check_digits(value: str) -> str:
    """The keys, if they are keys."""
    if not value or any(key not in DIGITS for key in value):
        raise CannotSay(f"digits must be a text of {DIGITS}")
    return value


def split_duration(seconds: int, style: str) -> tuple[tuple[str, int], ...]:
    """A length of time as one or two (unit, number) pairs, rounded to the smaller of the two.

    Units are `day`, `hour`, `minute`, `second`. Rounding may carry: 23 h 59 min 40 s is a day.
    """
    if seconds < 0 or seconds > LONGEST_S:
        raise CannotSay(f"a duration outside 0 to {LONGEST_S} seconds is not in the vocabulary")
    if style == "minutes":
        seconds = max(1, -(-seconds // 60)) * 60
    if seconds >= _DAY_S:
        seconds = min((seconds + _HOUR_S // 2) // _HOUR_S * _HOUR_S, LONGEST_S)
        parts = (("day", seconds // _DAY_S), ("hour", seconds // _HOUR_S % 24))
    elif seconds >= _HOUR_S:
        minutes = (seconds + 30) // 60
        if minutes * 60 == _DAY_S:
            return (("day", 1),)
        parts = (("hour", minutes // 60), ("minute", minutes % 60))
    else:
        parts = (("minute", seconds // 60), ("second", seconds % 60))
    return tuple(part for part in parts if part[1]) or (("second", 0),)
