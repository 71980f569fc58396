"""Secrets of programs, kiosks and links: how one is made, and what is kept of it. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

PREFIX: Final = "hotline_"
"""So that a scanner of repositories knows one that was committed."""
HASH_FORM: Final = "sha256:…, as `hotline token new` prints it"
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_BYTES: Final = 32
_LONGEST: Final = 200


def new_token() -> str:
    """A token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> str:
    """What is kept of a token. It is random: there is nothing to guess, and nothing a slow hash would add."""
    return f"sha256:{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()}"


def is_hash(text: str) -> bool:
    """Whether a text is what `hash_of` gives."""
    return _HASH.fullmatch(text) is not None


def fits(token: str, kept: str) -> bool:
    """Whether a token is the one a hash was made of."""
    return len(token) <= _LONGEST and hmac.compare_digest(hash_of(token).encode(), kept.encode())
