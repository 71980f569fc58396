"""Durations with units, clock times and telephone keys, as admins write them."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

_MS_PER_UNIT: Final = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8}) ?(ms|s|min|h|d)")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_NEAR_UNITS: Final = {
    "m": "min",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "mins": "min",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "msec": "ms",
}
"""Units people write and what they mean; not accepted (one way to say a thing), but named in the message."""

KEYS: Final = "0123456789*#"
"""The keys of a telephone."""
DURATION_FORM: Final = "a whole number with its unit: 800ms, 6s, 15min, 2h or 1d"
SILENCE_LEFT_MS: Final = 1_000
"""What RECORD FILE leaves of the silence that ends a recording. Source: `handle_recordfile`, res_agi.c: the file is
rewound by the silence less 1,000 ms, and cut there."""
CLOCK_FORM: Final = 'a quoted time of day: "09:00"'
KEY_FORM: Final = "one of the keys 0 to 9, * or # (in quotes)"


def duration_ms(text: str) -> int | None:
    """Milliseconds of `6s`, `800ms`, `15min`, `2h`, `1d`; None when it is no such duration."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) * _MS_PER_UNIT[found[2]] if found else None


def whole_seconds(ms: int) -> int:
    """Seconds of a length that Asterisk takes in whole seconds; at least as long as it was written."""
    return max(1, -(-ms // 1_000))


def duration_text(ms: int) -> str:
    """The shortest way to write so many milliseconds: 90000 is `90s`, 120000 is `2min`."""
    for unit, size in reversed(_MS_PER_UNIT.items()):
        if ms and ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms}ms"


def meant_duration(text: str) -> str | None:
    """How a duration that was written wrong is written right, where that can be told: `5 minutes` is `5min`."""
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]))?\s*([a-z]*)", text.strip().casefold())
    if not found:
        return None
    number, tenth, word = found.groups()
    unit = _NEAR_UNITS.get(word, word or "s")
    if unit not in _MS_PER_UNIT:
        return None
    tenths = int(number) * 10 + int(tenth or 0)
    ms, rest = divmod(tenths * _MS_PER_UNIT[unit], 10)
    return None if rest else duration_text(ms)


def clock(text: str) -> time | None:
    """The time of day of `09:00`, or None."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def is_key(text: str) -> bool:
    """Whether this is one telephone key."""
    return len(text) == 1 and text in KEYS
