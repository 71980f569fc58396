"""Clocks that differ or jump: ours and Asterisk's, each told once. Pure.

Every moment of the history is Asterisk's (`Timestamp`), every range and every rest that is over is asked for by ours. A
difference of some seconds makes waits on the board wrong, and a step makes them jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_S: Final = 2.0
"""Seconds two clocks may differ, and one may jump, unremarked: more than a ping takes, less than a person notices."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of the clocks.

    Attributes:
        what: `clocks.differ`, `clocks.agree` (again) or `clock.jumped` (ours).
        by_s: Seconds ours is ahead of Asterisk's, or has jumped forward; negative when behind or backward.
    """

    what: str
    by_s: float


@dataclass(slots=True)
class Clocks:
    """What was last seen of both clocks.

    Attributes:
        apart_s: Seconds by which ours was told to be ahead of Asterisk's; null while they agree.
    """

    apart_s: float | None = None
    _ahead_s: float | None = None

    def look(self, ours: float, steady: float, switch: float | None) -> list[Told]:
        """What is new, of one look at all clocks.

        Args:
            ours: Our wall clock, in seconds.
            steady: A clock that nobody sets.
            switch: Asterisk's, in the middle of our asking for it; null when it did not say.
        """
        told: list[Told] = []
        ahead = ours - steady
        if self._ahead_s is not None and abs(ahead - self._ahead_s) > MOST_S:
            told.append(Told("clock.jumped", round(ahead - self._ahead_s, 1)))
        self._ahead_s = ahead
        if switch is None:
            return told
        apart = ours - switch
        if abs(apart) <= MOST_S / 2 and self.apart_s is not None:
            told.append(Told("clocks.agree", round(apart, 1)))
            self.apart_s = None
        elif abs(apart) > MOST_S and (self.apart_s is None or abs(apart - self.apart_s) > MOST_S):
            told.append(Told("clocks.differ", round(apart, 1)))
            self.apart_s = apart
        return told
