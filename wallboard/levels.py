"""Thresholds: (level, value, time) → level, with hysteresis and a least duration. Pure; `now` is an argument.

Each of the two bounds is a latch of its own. It rises when the value has stood at or past `from` for `for`, and falls
at once when the value is back at `until` (without one: when it is not past `from` any more). In the band between the
two nothing changes, so a value that trembles around a bound rings once. Red goes before yellow.

Between two looks the last value is taken to have stood still, so it does not matter how often, or in which order,
somebody looks: a look from before the last one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

Level = Literal["fine", "yellow", "red"]
Worse = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Bound:
    """When one level begins and when it is over. Seconds, per cent or a count: the figure's own unit."""

    begins: float
    """`from`: the first value that is bad."""
    until: float | None = None
    """The value at which it is over; None is over as soon as the value is better than `from`."""
    for_s: float = 0.0
    """How long the value must have been bad before the level begins."""
    sound: bool = False
    """Whether boards ring when the level begins."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The bounds of one tile."""

    worse: Worse
    yellow: Bound | None = None
    red: Bound | None = None


@dataclass(frozen=True, slots=True)
class Latch:
    """One bound as it stands."""

    on_since: datetime | None = None
    """Since when the level holds; None while it does not."""
    bad_since: datetime | None = None
    """Since when the value has been at or past `from`; None while it is not."""


OFF: Final = Latch()


@dataclass(frozen=True, slots=True)
class State:
    """One tile's level, and what the next look needs."""

    at: datetime | None = None
    """The last look."""
    yellow: Latch = OFF
    red: Latch = OFF

    @property
    def level(self) -> Level:
        """The worse of the two that holds."""
        return "red" if self.red.on_since else "yellow" if self.yellow.on_since else "fine"

    @property
    def since(self) -> datetime | None:
        """Since when; None while it is fine. A new one is a new rise: boards ring once for each."""
        return self.red.on_since or self.yellow.on_since


QUIET: Final = State()


def step(thresholds: Thresholds, state: State, value: float | None, now: datetime) -> State:
    """The state after a look at the value.

    Args:
        thresholds: the tile's.
        state: after the look before; `QUIET` before the first.
        value: the figure; None where it has none (nobody was answered yet), which is never bad.
        now: the time of this look.
    """
    if state.at is not None and now < state.at:
        return state
    return replace(
        state,
        at=now,
        yellow=_moved(thresholds.yellow, thresholds.worse, state.yellow, value, now),
        red=_moved(thresholds.red, thresholds.worse, state.red, value, now),
    )


def unseen(state: State) -> State:
    """The state after time that nobody saw: what holds stands, what was about to begin counts from the next look."""
    return replace(state, yellow=_unseen(state.yellow), red=_unseen(state.red))


def _unseen(latch: Latch) -> Latch:
    return latch if latch.on_since else OFF


def _moved(bound: Bound | None, worse: Worse, latch: Latch, value: float | None, now: datetime) -> Latch:
    if bound is None:
        return OFF
    latch = _risen(bound, latch, now)  # what the last value has come to meanwhile
    if value is None or _is_over(bound, worse, value):
        return OFF
    if not _is_bad(bound.begins, worse, value):
        return replace(latch, bad_since=None)
    return _risen(bound, replace(latch, bad_since=latch.bad_since or now), now)


def _risen(bound: Bound, latch: Latch, now: datetime) -> Latch:
    if latch.on_since is not None or latch.bad_since is None:
        return latch
    due = latch.bad_since + timedelta(seconds=bound.for_s)
    return replace(latch, on_since=due) if now >= due else latch


def _is_bad(begins: float, worse: Worse, value: float) -> bool:
    return value >= begins if worse == "higher" else value <= begins


def _is_over(bound: Bound, worse: Worse, value: float) -> bool:
    if bound.until is None:
        return not _is_bad(bound.begins, worse, value)
    return value <= bound.until if worse == "higher" else value >= bound.until
