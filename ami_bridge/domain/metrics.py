"""Counting visits: what one visit adds to its queue's day, by the names of `store.metrics`; how days are told apart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from store.rows import OUTCOMES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from store.rows import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One queue's day, in the feed's names (``ami_bridge.messages.TodayCounts`` says what each means)."""

    entered: int = 0
    answered: int = 0
    answered_within: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    timed_out: int = 0
    left_by_key: int = 0
    join_empty: int = 0
    leave_empty: int = 0
    full: int = 0
    withdrawn: int = 0
    incompatible: int = 0
    failed: int = 0
    unknown_after_gap: int = 0
    answer_waits: int = 0
    handled: int = 0
    answer_wait_s: float = 0.0
    talk_sum_s: float = 0.0
    longest_wait_s: float = 0.0

    @property
    def settled(self) -> int:
        """Visits with an outcome; ``entered`` minus this are still waiting."""
        return sum(getattr(self, name) for name in OUTCOMES)


def counted(visit: Visit) -> tuple[object, ...]:
    """What of a visit its contribution depends on."""
    return visit.entered_at, visit.outcome, visit.wait_s, visit.talk_s


def contribution(visit: Visit, *, day_start: datetime, threshold_s: float, short_s: float) -> Counts:
    """What one visit adds to its queue's day; nothing if it entered on another day."""
    if visit.entered_at < day_start:
        return Counts()
    wait = visit.wait_s or 0.0
    answered = visit.outcome == "answered"
    counts = Counts(
        entered=1,
        # a talk found going on, whose wait nobody saw, is answered but not known to be in time
        answered_within=int(answered and visit.wait_s is not None and wait <= threshold_s),
        short_abandoned=int(visit.outcome == "abandoned" and visit.wait_s is not None and wait < short_s),
        answer_waits=int(answered and visit.wait_s is not None),
        handled=int(answered and visit.talk_s is not None),
        answer_wait_s=wait if answered else 0.0,
        talk_sum_s=visit.talk_s or 0.0,
        longest_wait_s=wait if visit.outcome is not None else 0.0,
    )
    return counts if visit.outcome is None else replace(counts, **{visit.outcome: 1})


def moved(counts: Counts, before: Counts, after: Counts) -> Counts:
    """The day when one visit's contribution changed from ``before`` to ``after``; the longest wait only ever grows."""
    changed = {
        f.name: getattr(counts, f.name) - getattr(before, f.name) + getattr(after, f.name)
        for f in fields(Counts)
        if f.name != "longest_wait_s"
    }
    return Counts(**changed, longest_wait_s=max(counts.longest_wait_s, after.longest_wait_s))


def midnight_before(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local day ``now`` is in, as UTC."""
    return datetime(*now.astimezone(zone).timetuple()[:3], tzinfo=zone).astimezone(UTC)


def midnight_after(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the next local day, in UTC; 23 to 25 hours after the last where clocks are changed."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
