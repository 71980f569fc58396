"""When a version that goes first is taken back: how its calls fare beside those of the live one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

FEWEST_FAILED: Final = 2
"""One failure may be the caller's odd telephone; the second on a new version is the version's."""
LAST: Final = 100
"""Calls that are compared on either side, the youngest: a good morning does not hide a bad afternoon."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls of one version."""

    begun: int = 0
    failed: int = 0
    """Of these, calls the flow could not lead on, that were rescued: brought to a person by the dialplan."""

    @property
    def rate(self) -> float:
        """Failed of begun, 0 to 1."""
        return self.failed / self.begun if self.begun else 0.0


@dataclass(slots=True)
class Calls:
    """The last calls that began on one version since what is live was taken up; no other call counts."""

    most: int = LAST
    _failed: dict[str, bool] = field(default_factory=dict)
    """Whether it failed, by the call's id, the oldest first."""

    def begin(self, call: str) -> None:
        """One began; one that began before and comes again is one call still."""
        self._failed.setdefault(call, False)
        if len(self._failed) > self.most:
            del self._failed[next(iter(self._failed))]

    def fail(self, call: str) -> bool:
        """One failed; False when it is none of these, and counts for nothing."""
        if call not in self._failed:
            return False
        self._failed[call] = True
        return True

    @property
    def tally(self) -> Tally:
        """How they fared."""
        return Tally(len(self._failed), sum(self._failed.values()))


def why_taken_back(first: Tally, live: Tally, tolerance: float) -> str | None:
    """Why the version that goes first is to be taken back now; None while it may go on.

    Args:
        first: its calls.
        live: the calls of the version all others begin with, over the same time.
        tolerance: how far its share of failed calls may be above the other's, 0 to 1.
    """
    if first.failed < FEWEST_FAILED or first.rate <= live.rate + tolerance:
        return None
    return f"{first.failed} of {first.begun} calls failed, of the live version {live.failed} of {live.begun}"
