"""Keys of an entry made unreadable wherever a dialogue's file is shown: they may be a PIN. Pure."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "•"
_ENTRY = re.compile(r"(?P<word>press[\"']?\s*:\s*[\"']?)(?P<keys>[0-9*#](?: ?[0-9*#])+)")


def masked(text: str) -> str:
    """The text of a file with every `press` of several keys masked; as long as before, so that places stay right."""
    return _ENTRY.sub(lambda found: found["word"] + MASK * len(found["keys"]), text)


def masked_digits(text: str) -> str:
    """A wrong entry, shown without its digits where it has several."""
    digits = sum(character.isdigit() for character in text)
    return re.sub(r"\d", MASK, text) if digits > 1 else text
