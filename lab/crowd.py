"""Who calls in the demo, and what they press; pure. Customers and PINs are those of `examples/cable-tv`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from lab.sipp import Caller, Keys, time_for

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUSTOMERS = (
    ("13800138000", "张伟", "4711"),
    ("13800138001", "王芳", "1357"),
    ("13800138002", "李娜", "2468"),
    ("13800138003", "刘洋", "8642"),
    ("13800138004", "陳大文", "1122"),
)
_FAMILY = "陈林黄何梁吴周谢罗郑"
_GIVEN = ("志明", "美玲", "家豪", "晓彤", "建国", "咏诗", "俊杰", "雅文", "子聪", "Ivy")
_LANGUAGES = "1112223"
_LISTENS_MS = 2500
"""Until the language is chosen: the strict RTP of Asterisk must have learnt the caller (caller.xml)."""
_WELCOME_MS = 8500
"""From the choice of a language into the main menu, in the slowest of the three."""
_PIN_MS = 5500
"""From `1` in the main menu to the moment the PIN can be keyed."""


def crowd(count: int, seed: int) -> list[Caller]:
    """Callers in the order they call: strangers call once, customers come back and are known."""
    chance = random.Random(seed)
    return [caller for _, caller in zip(range(count), _endless(chance), strict=False)]


def _endless(chance: random.Random) -> Iterator[Caller]:
    known: set[str] = set()
    while True:
        if chance.random() < 1 / 3:
            number, name, pin = chance.choice(_CUSTOMERS)
        else:
            number = f"139{chance.randrange(10**8):08}"
            name, pin = chance.choice(_FAMILY) + chance.choice(_GIVEN), ""
        language = "" if number in known else chance.choice(_LANGUAGES)
        known.add(number)
        yield _caller(chance, number, name, pin, language)


def _caller(chance: random.Random, number: str, name: str, pin: str, language: str) -> Caller:
    """One call; a customer who chose a language before is greeted at once."""
    begin = [Keys(_LISTENS_MS, language)] if language else []
    first = _WELCOME_MS + time_for(language)
    what = chance.random()
    if pin and what < 0.4:  # noqa: PLR2004 - the shares of what callers want stand here side by side
        keys = [Keys(first, "1"), Keys(_PIN_MS + time_for("1"), f"{pin}#")]
        return Caller(number, name, [*begin, *keys], 25_000)
    if what < 0.5:  # noqa: PLR2004 - leaves in the menu
        return Caller(number, name, begin, chance.randrange(1000, 9000))
    if what < 0.58:  # noqa: PLR2004 - says nothing until a person is offered
        return Caller(number, name, begin, 90_000)
    patience = chance.randrange(5000, 12_000) if what < 0.7 else 120_000  # noqa: PLR2004 - the impatient
    return Caller(number, name, [*begin, Keys(first, "0")], patience)
