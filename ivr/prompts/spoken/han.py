"""How Chinese says numbers, money, dates and times; Mandarin and Cantonese differ in words, hardly in rules.

The rules, and where they come from:

- **零** once for any run of zeros inside a number, none at its end: 一千零一, 一万零五十, 一百万零五
  (CLDR's `spellout` for `zh` and `yue`, compared in the tests; Wikibooks, Cantonese/Numbers).
- **一十** after a higher place: 一百一十, 一千零一十二; a number that begins with ten is 十 (same; Open Cantonese
  34.1).
- **两 or 二**: tens, hundreds and ones take 二; before 千 万 亿 both are right and 两 is usual, but 千 behind 万 or 亿
  takes 二: 两千, 两万, 三万二千, 两亿二千万 (《现代汉语词典》, note at 两). So 两 is said only as the head of a
  number, before 千 万 亿. Cantonese is taught alike: 兩 usually only as the first digit (Open Cantonese 34.1), 二百
  but 兩千 (Wikibooks). CLDR always says 二; a caller finds that stiff, not wrong.
- **A single two before what is counted** is 两: 两位, 两元, 两点, 两分钟. Behind a larger unit it is 二: 三元二角二分.
- **Money** goes by 元, 角, 分. 零 stands for missing 角 between 元 and 分, and for nothing else: 一百元零五分,
  一百元五角 (《支付结算办法》 annex 1, which rules how amounts are written out). In Cantonese the formal 元 角 分
  is used for CNY and not the colloquial 蚊 and 毫子; Hong Kong dollars go by 元, 毫, 分, the words on the coins and
  notes.
- **Years** digit by digit; months and days as numbers, with 日 and not the colloquial 号 (GB/T 15835-2011).
- **Times** on the 24-hour clock to the minute: 九点五十八分, 九点零五分, 两点, 零点三十分. No 半 and no 刻: what
  is heard is compared with what is on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.prompts.spoken.grammar import (
    DIGITS,
    YEARS,
    Tokens,
    check_digits,
    check_whole,
    check_year,
    split_decimal,
    split_duration,
    split_money,
)
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    from ivr.prompts.values import Money

_NUMERALS = "零一二三四五六七八九"
_TWO = 2
_TEN = 10
_TENS = tuple(
    _NUMERALS[n]
    if n < _TEN
    else (_NUMERALS[n // 10] if n >= 2 * _TEN else "") + "十" + (_NUMERALS[n % 10] if n % 10 else "")
    for n in range(100)
)
"""零 to 九十九, each one word: a phrase of three syllables spoken in one breath instead of three pasted together."""


@dataclass(frozen=True, slots=True)
class Currency:
    """How one currency's units are called."""

    whole: str
    tenth: str | None
    """None: hundredths are counted together (四十五美分)."""
    hundredth: str


@dataclass(frozen=True, slots=True)
class Han:
    """One Chinese language's words."""

    tag: str
    two: str
    """The two that counts: 两, 兩."""
    myriad: str
    hundred_million: str
    point: str
    minus: str
    currencies: Mapping[str, Currency]
    hour: str
    """Of the clock: 点, 點."""
    units: Mapping[str, str]
    """Of duration: `day`, `hour`, `minute`, `second`."""
    weekday: str
    """What precedes 一 to 六 and 日."""
    keys: Mapping[str, str]
    """`*` and `#`."""
    phone_one: str
    """How 1 is read in a phone number."""
    between: str = ""

    def number(self, value: int | Decimal) -> Tokens:
        """See `Grammar.number`."""
        negative, whole, decimals = split_decimal(value)
        sign = (self.minus,) if negative else ()
        if not decimals:
            return (*sign, *self._whole(whole))
        return (*sign, *self._whole(whole), self.point, *(_NUMERALS[int(digit)] for digit in decimals))

    def count(self, value: int) -> Tokens:
        """See `Grammar.count`."""
        if check_whole(value) == _TWO:
            return (self.two,)
        return self.number(value)

    def money(self, value: Money) -> Tokens:
        """See `Grammar.money`."""
        currency = self._currency(value)
        negative, whole, hundredths = split_money(value)
        out: list[str] = [self.minus] if negative and (whole or hundredths) else []
        if whole or not hundredths:
            out += [*self.count(whole), currency.whole]
        if not hundredths:
            return tuple(out)
        if currency.tenth is None:
            gap = "零" if whole and hundredths < _TEN else ""
            out.append(gap + self._small(hundredths, head=not whole) + currency.hundredth)
            return tuple(out)
        tenths, rest = divmod(hundredths, 10)
        if tenths:
            out.append(self._small(tenths, head=not whole) + currency.tenth)
        if rest:
            gap = "零" if whole and not tenths else ""
            out.append(gap + self._small(rest, head=not whole and not tenths) + currency.hundredth)
        return tuple(out)

    def date(self, value: dt.date, style: str) -> Tokens:
        """See `Grammar.date`."""
        if style == "weekday":
            return (self._weekdays()[value.weekday()],)
        day = (f"{_TENS[value.month]}月", f"{_TENS[value.day]}日")
        return day if style == "short" else (_year(check_year(value.year)), *day)

    def time(self, value: dt.time) -> Tokens:
        """See `Grammar.time`."""
        hour = self._hours()[value.hour]
        return (hour, _MINUTES[value.minute]) if value.minute else (hour,)

    def duration(self, seconds: int, style: str) -> Tokens:
        """See `Grammar.duration`."""
        parts = split_duration(seconds, style)
        return tuple(word for unit, number in parts for word in (*self.count(number), self.units[unit]))

    def digits(self, value: str, style: str) -> Tokens:
        """See `Grammar.digits`."""
        return tuple(self._key(key, style) for key in check_digits(value))

    def vocabulary(self) -> dict[str, frozenset[str]]:
        """See `Grammar.vocabulary`."""
        whole = frozenset(
            {
                *_TENS,
                *(f"一{_TENS[n]}" for n in range(10, 20)),
                *(f"{numeral}{place}" for numeral in _NUMERALS[1:] for place in "百千"),
                f"{self.two}千",
                self.two,
                self.myriad,
                self.hundred_million,
                self.minus,
            }
        )
        return {
            "number": whole | {self.point},
            "count": whole,
            "money": whole | {word for currency in self.currencies.values() for word in self._money_words(currency)},
            "date": frozenset(
                {
                    *(_year(year) for year in YEARS),
                    *(f"{_TENS[month]}月" for month in range(1, 13)),
                    *(f"{_TENS[day]}日" for day in range(1, 32)),
                    *self._weekdays(),
                }
            ),
            "time": frozenset({*self._hours(), *_MINUTES.values()}),
            "duration": whole | frozenset(self.units.values()),
            "digits": frozenset(self._key(key, style) for key in DIGITS for style in ("", "phone")),
        }

    def _whole(self, number: int) -> Tokens:
        """A whole number from 0, in groups of four figures as Chinese reads them."""
        if not number:
            return ("零",)
        groups = (
            (number // 10**8, self.hundred_million),
            (number // 10**4 % 10**4, self.myriad),
            (number % 10**4, ""),
        )
        out: list[str] = []
        skipped = False
        for group, unit in groups:
            if not group:
                skipped = bool(out)
                continue
            if out and (skipped or group < 1000):  # noqa: PLR2004 - its thousands are zero
                out.append("零")
            out += self._group(group, head=not out, unit=unit)
            skipped = False
        return tuple(out)

    def _group(self, group: int, *, head: bool, unit: str) -> list[str]:
        """1 to 9999 and the unit of its place."""
        if group == _TWO and head and unit:
            return [self.two, unit]
        thousands, rest = divmod(group, 1000)
        hundreds, tens = divmod(rest, 100)
        out: list[str] = []
        if thousands:
            out.append(f"{self._small(thousands, head=head)}千")
        if hundreds:
            out.append(f"{_NUMERALS[hundreds]}百")
        if tens:
            if (thousands and not hundreds) or (hundreds and tens < _TEN):
                out.append("零")
            inside = not head or thousands or hundreds
            out.append(f"一{_TENS[tens]}" if inside and _TEN <= tens < 2 * _TEN else _TENS[tens])
        return [*out, unit] if unit else out

    def _small(self, number: int, *, head: bool) -> str:
        """1 to 99 as part of a word."""
        return self.two if number == _TWO and head else _TENS[number]

    def _currency(self, value: Money) -> Currency:
        currency = self.currencies.get(value.currency)
        if currency is None:
            raise CannotSay(f"a currency other than {', '.join(self.currencies)} has no words in {self.tag}")
        return currency

    def _money_words(self, currency: Currency) -> set[str]:
        words = {currency.whole}
        for number in range(1, 10 if currency.tenth else 100):
            for head in (True, False):
                word = self._small(number, head=head)
                words.add(word + currency.hundredth)
                if currency.tenth:
                    words.add(word + currency.tenth)
            if number < _TEN:
                words.add("零" + self._small(number, head=False) + currency.hundredth)
        return words

    def _weekdays(self) -> tuple[str, ...]:
        return tuple(self.weekday + day for day in "一二三四五六日")

    def _hours(self) -> tuple[str, ...]:
        return tuple(self._small(hour, head=True) + self.hour for hour in range(24))

    def _key(self, key: str, style: str) -> str:
        if key in self.keys:
            return self.keys[key]
        return self.phone_one if key == "1" and style == "phone" else _NUMERALS[int(key)]


_MINUTES = {minute: f"{'零' if minute < _TEN else ''}{_TENS[minute]}分" for minute in range(1, 60)}


def _year(year: int) -> str:
    """二〇二六年: 〇 is how a year's zero is written; it is said 零."""
    return "".join(_NUMERALS[int(digit)] for digit in str(year)).replace("零", "〇") + "年"
