"""Check digits of numbers that callers key in: a slip of a finger is heard at once, and not after a lookup.

- `luhn`: ISO/IEC 7812-1, annex B: from the right, every second figure is doubled (and its figures added); the sum is a
  multiple of 10. Bank cards, the ICCID of SIM cards (ITU-T E.118), the IMEI of devices.
- `gb11643`: GB 11643-1999, the 18 figures of a Chinese resident identity number: ISO 7064 MOD 11-2, whose check
  character may be X. A telephone has no X; it is keyed as `*` and kept as X.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TEN, _ELEVEN = 10, 11


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """One scheme."""

    number_of: Callable[[str], str | None]
    """The number as it is written, of the keys pressed; None when its check digit is not right."""
    shortest: int
    """Keys of the shortest number that can have one."""
    longest: int
    """Keys of the longest."""
    keys: str = "0123456789"
    """Keys that may be part of it: no terminator."""


def _luhn(keys: str) -> str | None:
    if not (keys.isascii() and keys.isdigit()):
        return None
    doubled = [sum(divmod(int(key) * 2, _TEN)) if place % 2 else int(key) for place, key in enumerate(reversed(keys))]
    return keys if sum(doubled) % _TEN == 0 else None


def _gb11643(keys: str) -> str | None:
    head, last = keys[:-1], keys[-1:]
    if not (head.isascii() and head.isdigit()) or last not in {*"0123456789*"}:
        return None
    held = 0
    for key in head:
        held = (held + int(key)) * 2 % _ELEVEN
    check = _TEN if last == "*" else int(last)
    return head + last.replace("*", "X") if (held + check) % _ELEVEN == 1 else None


CHECK_DIGITS: Final[Mapping[str, CheckDigit]] = {
    "luhn": CheckDigit(_luhn, 2, 32),
    "gb11643": CheckDigit(_gb11643, 18, 18, "0123456789*"),
}
"""Every scheme, by its word in `check_digit`."""
