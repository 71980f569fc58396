"""What was published, and what new calls begin with after it. Pure: no I/O, no clock.

Each record says the whole standing behind it, so that the youngest alone decides what is live; the others are the
history that `hotline versions` shows and `hotline rollback` goes back in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Act = Literal["publish", "first", "rollback", "taken-back"]
MOST_BACK: Final = 20
"""Records whose versions are kept to be gone back to."""
_PARTS: Final = 1 << 32
"""Into how many parts calls are divided: a share of a hundredth per cent is still right to a millionth of itself."""


class NothingBeforeError(LookupError):
    """There is no version to go back to."""


@dataclass(frozen=True, slots=True)
class First:
    """A version that some calls begin with before all do."""

    version: str
    share: float = 0.0
    """Of all calls, 0 to 1, beside those of `callers`."""
    callers: tuple[str, ...] = ()
    """Calling numbers whose calls all begin with it, as keyed hashes: a number is never written down in clear."""
    shown: tuple[str, ...] = ()
    """The same numbers, masked, for people."""
    tolerance: float = 0.05
    """How far its share of failed calls may be above that of the live version, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One act of publishing, and what is true after it."""

    number: int
    """1 for the first; no two have the same."""
    act: Act
    version: str
    """The version the act is about."""
    live: str
    """What new calls begin with after it."""
    first: First | None
    """What some of them begin with instead."""
    before: str
    """What was live before it; for the very first record, what ran then, or empty when nothing did."""
    who: str
    why: str
    when: datetime
    """Aware, in UTC."""
    difference: tuple[str, ...] = ()
    """What changed for callers, in words, against the version that was live."""


def undo(records: Sequence[Publication]) -> str:
    """The version that was live before the present one was published; going back twice goes back two publications.

    Raises:
        NothingBeforeError: nothing was live before.
    """
    lives: list[str] = []
    for record in records:
        if not lives and record.before:
            lives.append(record.before)
        if record.act == "rollback" and record.live in lives:
            while lives[-1] != record.live:
                lives.pop()
        elif not lives or lives[-1] != record.live:
            lives.append(record.live)
    if len(lives) < 2:  # noqa: PLR2004 - the present one, and one before it
        raise NothingBeforeError
    return lives[-2]


def needed(records: Sequence[Publication], most: int = MOST_BACK) -> frozenset[str]:
    """Versions of the last `most` records: each may be gone back to, so none of them is thrown away."""
    last = records[-most:]
    named = {version for record in last for version in (record.version, record.live, record.before)}
    return frozenset(named - {""})


def begins_with(record: Publication, caller: str, call: str) -> str:
    """The version a new call begins with.

    Args:
        record: the youngest.
        caller: the calling number's keyed hash; empty when it is withheld.
        call: the call's id; the same call always gets the same answer.
    """
    first = record.first
    if first is not None and (caller in first.callers or _part(f"{first.version} {call}") < first.share):
        return first.version
    return record.live


def _part(text: str) -> float:
    """Where a text falls between 0 and 1: evenly, and the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) / _PARTS
