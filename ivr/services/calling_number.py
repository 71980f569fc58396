"""The calling number: what a trunk sends, in one form to look up by, and one to show. Pure.

Trunks send what they like: `13800138000`, `+8613800138000`, `008613800138000`, `Anonymous`, nothing at all. Everything
that looks customers up, remembers or joins uses E.164 without the plus sign.
"""

from __future__ import annotations

import re
from typing import Final

from phonenumbers import NumberParseException, PhoneNumber, country_code_for_region, is_valid_number, parse

LONGEST: Final = 32
"""Characters of a number that is in no numbering plan (an extension, a carrier's own code) that are believed."""

WITHHELD: Final = frozenset(
    {"", "anonymous", "restricted", "private", "unavailable", "unknown", "withheld", "blocked", "asterisk", "s"}
)
"""What stands where a number should be. `anonymous` is RFC 3323, 4.1; Asterisk sends `asterisk` when it has none."""

_DECORATION: Final = re.compile(r"[\s().\-/]")
_PLAIN: Final = re.compile(rf"\+?[0-9*#]{{1,{LONGEST}}}", re.ASCII)

_HIDDEN: Final = "•"
_MOST_HEAD: Final = 3
_MOST_TAIL: Final = 4
_SHORT: Final = 6
"""Digits up to which a number is an extension or a service: it is nobody's home."""


def normalise(ani: str, region: str) -> str:
    """A calling number in E.164 without `+`; as it came where no numbering plan knows it; empty when withheld.

    Args:
        ani: What the trunk sent.
        region: ISO 3166 code of the country whose numbers come without a country code, such as `CN`.
    """
    number = _DECORATION.sub("", ani)
    if number.lower() in WITHHELD or not _PLAIN.fullmatch(number):
        return ""
    known = _known(number, region)
    return f"{known.country_code}{_national(known)}" if known else number.removeprefix("+")


def mask(number: str, region: str) -> str:
    """A number as a screen may show it: `138••••6021`; abroad `+852 ••••4567`; empty stays empty.

    At least four digits are hidden, and of short ones all but the last two.

    Args:
        number: What `normalise` gave.
        region: The country whose code is left away.
    """
    known = _known(f"+{number}", region) if number.isascii() and number.isdigit() else None
    if known is None or len(national := _national(known)) <= _SHORT:
        return _masked(number)
    is_home = known.country_code == country_code_for_region(region)
    return _masked(national) if is_home else f"+{known.country_code} {_masked(national)}"


def _masked(digits: str) -> str:
    length = len(digits)
    if length <= _SHORT:
        return _HIDDEN * (length - 2) + digits[-2:] if length > 2 else _HIDDEN * length  # noqa: PLR2004  - see `mask`
    tail = min(_MOST_TAIL, length - 4)
    head = max(0, min(_MOST_HEAD, length - tail - 4))
    return digits[:head] + _HIDDEN * (length - head - tail) + digits[-tail:]


def _known(number: str, region: str) -> PhoneNumber | None:
    # With region HK, `00852…` is misread: Hong Kong dials 001, so 00 is not taken for an international prefix.
    candidates = [f"+{number[2:]}", number] if number.startswith("00") else [number]
    for candidate in candidates:
        try:
            parsed = parse(candidate, region)
        except NumberParseException:
            continue
        if is_valid_number(parsed):
            return parsed
    return None


def _national(known: PhoneNumber) -> str:
    return "0" * (known.number_of_leading_zeros or 1 if known.italian_leading_zero else 0) + str(known.national_number)
