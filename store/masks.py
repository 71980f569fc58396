"""Numbers that were masked in the database: one that called is told apart from the others, and by nothing else. Pure.

A mask stands where the number stood in every row, so that reports which look for a caller's other calls still find
them; nobody can tell the number from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

MARK: Final = "masked:"
"""What a mask begins with; no calling number does."""
_LENGTH: Final = 24
"""Hex digits of a mask: enough that no two callers of a hotline share one."""


def masked(key: bytes, number: str) -> str:
    """The mask of a number: always the same one with the same key, so that what is masked later joins what was before.

    Args:
        key: The hotline's own; without it nobody can try numbers until one fits.
        number: The number, in one spelling; empty stays empty, and a mask stays itself.
    """
    if not number or number.startswith(MARK):
        return number
    return MARK + hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def fresh_mask() -> str:
    """A mask that is made of nothing: not even with the key can a number be tried against it."""
    return MARK + secrets.token_hex(_LENGTH // 2)
