"""When a version that goes first is taken back: how its calls fare beside those of the live one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FEWEST_FAILED: Final = 2
"""One failure may be the caller's odd telephone; the second on a new version is the version's."""


@dataclass(slots=True)
class Tally:
    """Calls of one version since it was looked at."""

    begun: int = 0
    failed: int = 0
    """Calls the flow could not lead on, that were rescued: brought to a person by the dialplan."""

    @property
    def rate(self) -> float:
        """Failed of begun, 0 to 1; a call that came back after a restart may fail without having begun here."""
        return min(1.0, self.failed / self.begun) if self.begun else float(self.failed > 0)


def why_taken_back(first: Tally, live: Tally, tolerance: float) -> str | None:
    """Why the version that goes first is to be taken back now; None while it may go on.

    Args:
        first: its calls.
        live: the calls of the version all others begin with, over the same time.
        tolerance: how far its share of failed calls may be above the other's, 0 to 1.
    """
    if first.failed < FEWEST_FAILED or first.rate <= live.rate + tolerance:
        return None
    return (
        f"{first.failed} of {max(first.begun, first.failed)} calls failed, of the live version "
        f"{live.failed} of {max(live.begun, live.failed)}"
    )
