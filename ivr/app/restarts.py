"""When a part that ended is started again. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_PAUSE_S = 0.25
"""A crash is usually alone: callers wait on the answer, so the first restart is nearly at once."""
LONGEST_PAUSE_S = 15.0
"""A part that cannot live is tried four times a minute: often enough to heal by itself, too seldom to burn a core."""
HEALTHY_AFTER_S = 30.0
"""A part that lived this long is healthy: its next crash counts as the first again."""


@dataclass(frozen=True, slots=True)
class Restarts:
    """What is remembered of one part's crashes."""

    in_a_row: int = 0
    started_at: float = 0.0
    """Seconds on a steady clock."""

    def started(self, now: float) -> Restarts:
        """The part has been started."""
        return replace(self, started_at=now)

    def ended(self, now: float) -> tuple[Restarts, float]:
        """The part has ended; returns what to remember and the seconds to wait before starting it again."""
        in_a_row = 1 if now - self.started_at >= HEALTHY_AFTER_S else self.in_a_row + 1
        pause = min(FIRST_PAUSE_S * 2.0 ** min(in_a_row - 1, 16), LONGEST_PAUSE_S)
        return replace(self, in_a_row=in_a_row), pause
