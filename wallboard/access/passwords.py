"""Passwords: Argon2id (RFC 9106) by argon2-cffi. What is kept is the hash; checking one is work on purpose.

No I/O, but a tenth of a second of one core and 64 MiB for each check: callers bound how many run at a time.
"""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

MEMORY_KIB: Final = 65_536
PASSES: Final = 3
"""RFC 9106, section 4, the second recommended option, with one lane: the other cores are the boards'."""
SHORTEST: Final = 10
"""Characters of a new password; NIST SP 800-63B wants eight and no rules about kinds of signs."""
LONGEST: Final = 256
"""Characters of a password that are looked at."""
_MOST_KIB: Final = 262_144
_MOST_PASSES: Final = 16
_MOST_LANES: Final = 8
_LEAST_KIB: Final = 7_168
"""The least memory OWASP's cheat sheet names for Argon2id."""
HASH_FORM: Final = "an Argon2id hash, as `hotline user hash` prints it: $argon2id$v=19$…"

_HASHER: Final = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
NOBODYS: Final = "$argon2id$v=19$m=65536,t=3,p=1$7mKj2cX0b4u6ZQ1o9gq0xA$Y2hlY2tlZCBmb3IgbmFtZXMgbm9ib2R5IGhhcy4uLi4"
"""Checked for names nobody has, so that they take as long; no password fits it but by a chance of 1 in 2^256."""


def hash_password(password: str) -> str:
    """The hash of a new password, with a salt of its own."""
    return _HASHER.hash(password)


def is_password(kept: str, password: str) -> bool:
    """Whether a password is the one; takes its time, whatever the answer."""
    try:
        return _HASHER.verify(kept, password[:LONGEST] if len(password) <= LONGEST else "")
    except (VerificationError, InvalidHashError):
        return False


def fault_of(kept: str) -> str | None:
    """What is wrong with a hash, in a few words; None when it can be used."""
    try:
        told = extract_parameters(kept)
    except (InvalidHashError, ValueError):
        return "it is no Argon2 hash"
    if told.type is not Type.ID:
        return "it is Argon2, but not Argon2id"
    if told.memory_cost < _LEAST_KIB:
        return f"it was made with {told.memory_cost} KiB of memory, which is guessed too fast"
    if told.memory_cost > _MOST_KIB or told.time_cost > _MOST_PASSES or told.parallelism > _MOST_LANES:
        return "it asks for more work than a sign-in may take"
    return None
