"""Counts per queue for a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from store.schema import VISITS
from store.service_levels import Judged, ServiceLevels, service_levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from store.engine import Store
    from store.metrics.counts import Bound
    from store.rows import Outcome


@dataclass(frozen=True, slots=True)
class Limit:
    """What a queue calls in time.

    Attributes:
        threshold_s: Seconds within which an answer is in time.
        short_abandon_s: A caller who gives up sooner than this many seconds is a short abandon.
    """

    threshold_s: float = 20.0
    short_abandon_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTotals:
    """What became of the visits that entered one queue in a range. entered = still_waiting + every outcome, always.

    Attributes:
        queue: The queue's name.
        entered: Visits that began in the range.
        still_waiting: Of these, still waiting.
        still_talking: Of the answered, still talking.
        answered: Connected to an agent, whether or not the talk is over.
        answered_within: Answered within the threshold.
        abandoned: The caller gave up; short abandons are in it.
        abandoned_within: The caller gave up within the threshold.
        short_abandoned: The caller gave up sooner than the short-abandon time.
        timed_out: The queue's longest wait was over.
        left_by_key: The caller left by pressing a key.
        join_empty: Turned away because nobody served the queue.
        leave_empty: Sent out because nobody served the queue any more.
        full: Turned away because the queue was full.
        withdrawn: Taken out by a supervisor or by us.
        incompatible: Caller and agent had no codec in common.
        failed: Something broke.
        unknown_after_gap: Nobody saw the end.
        answer_wait_s: Seconds the answered callers waited, together.
        talk_sum_s: Seconds of finished talks, together.
        longest_wait_s: The longest finished wait in seconds.
    """

    queue: str
    entered: int = 0
    still_waiting: int = 0
    still_talking: int = 0
    answered: int = 0
    answered_within: int = 0
    abandoned: int = 0
    abandoned_within: int = 0
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
    answer_wait_s: float = 0.0
    talk_sum_s: float = 0.0
    longest_wait_s: float = 0.0

    @property
    def levels(self) -> ServiceLevels:
        """Every service level, by name."""
        return service_levels(
            Judged(
                ended=self.entered - self.still_waiting,
                answered=self.answered,
                answered_within=self.answered_within,
                abandoned=self.abandoned,
                abandoned_within=self.abandoned_within,
                short_abandoned=self.short_abandoned,
            ),
        )


DEFAULT_LIMIT: Final = Limit()


async def queue_totals(
    store: Store,
    since: datetime,
    until: datetime | None = None,
    *,
    limits: Mapping[str, Limit] | None = None,
    node: str | None = None,
    queue: str | None = None,
) -> list[QueueTotals]:
    """The totals of every queue that visits entered in the range, by queue name.

    Args:
        store: Where to ask.
        since: The range's beginning.
        until: The range's end, not in it; null for "until now and beyond".
        limits: What each queue calls in time; `Limit()` for those not named.
        node: Only this Asterisk's visits.
        queue: Only this queue.
    """
    conditions = [VISITS.c.entered_at >= since]
    if until is not None:
        conditions.append(VISITS.c.entered_at < until)
    if node is not None:
        conditions.append(VISITS.c.node == node)
    if queue is not None:
        conditions.append(VISITS.c.queue == queue)
    async with store.reading() as connection:
        result = await connection.execute(_totals(conditions, limits or {}))
        return [QueueTotals(**found) for found in result.mappings()]


def _totals(conditions: Iterable[ColumnElement[bool]], limits: Mapping[str, Limit]) -> Select[Any]:
    visit = VISITS.c
    threshold, short = limit_of(limits, "threshold_s"), limit_of(limits, "short_abandon_s")
    answered, abandoned = _became("answered"), _became("abandoned")
    columns = [
        visit.queue,
        func.count().label("entered"),
        _count("still_waiting", visit.outcome.is_(None)),
        _count("still_talking", and_(answered, visit.ended_at.is_(None))),
        _count("answered", answered),
        _count("answered_within", and_(answered, visit.wait_s <= threshold)),
        _count("abandoned", abandoned),
        _count("abandoned_within", and_(abandoned, visit.wait_s <= threshold)),
        _count("short_abandoned", and_(abandoned, visit.wait_s < short)),
        _count("timed_out", _became("timed_out")),
        _count("left_by_key", _became("left_by_key")),
        _count("join_empty", _became("join_empty")),
        _count("leave_empty", _became("leave_empty")),
        _count("full", _became("full")),
        _count("withdrawn", _became("withdrawn")),
        _count("incompatible", _became("incompatible")),
        _count("failed", _became("failed")),
        _count("unknown_after_gap", _became("unknown_after_gap")),
        func.coalesce(func.sum(visit.wait_s).filter(answered), 0.0).label("answer_wait_s"),
        func.coalesce(func.sum(visit.talk_s), 0.0).label("talk_sum_s"),
        func.coalesce(func.max(visit.wait_s), 0.0).label("longest_wait_s"),
    ]
    return select(*columns).where(*conditions).group_by(visit.queue).order_by(visit.queue)


def _became(outcome: Outcome) -> ColumnElement[bool]:
    return VISITS.c.outcome == outcome


def _count(name: str, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition).label(name)


def limit_of(limits: Mapping[str, Limit], name: Bound) -> ColumnElement[Any]:
    """One limit of a visit's queue in seconds; that of `DEFAULT_LIMIT` for queues not named."""
    otherwise = literal(float(getattr(DEFAULT_LIMIT, name)))
    named = [(VISITS.c.queue == queue, literal(float(getattr(limit, name)))) for queue, limit in limits.items()]
    return case(*named, else_=otherwise) if named else otherwise
