"""Signs of a Chinese keyboard where YAML wants its own: they look alike, and libyaml complains lines later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dialplan.source import Span

_SLIP: Final = re.compile(r"""\s*(?:-\s+)?(?:[^\s#:'"“”]+(?P<colon>：)|["“”]?[^\s#:'"“”]*(?P<quote>[“”])\s*[:：])""")
_MEANT: Final = {"：": "a colon and a blank", "“": "a plain quote", "”": "a plain quote"}


def slip_in(text: str, complaint: Span | None) -> str | None:
    """Advice about the last key before a complaint that is written with a full-width sign; None where there is none."""
    lines = text.split("\n")
    for number in range(min(complaint.line if complaint else 0, len(lines)), 0, -1):
        found = _SLIP.match(lines[number - 1])
        if found is not None:
            sign = found["colon"] or found["quote"]
            return f"line {number} has '{sign}' where YAML wants {_MEANT[sign]}"
    return None
