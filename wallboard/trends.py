"""The last hours of every queue, and how its last hour compares with the same one a week ago. Pure.

The visits come from the history, for the live counts know only "today". A running quarter of an hour is left out: half
of one would look like a fall.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from store.queries.recent import QUARTER_S, Handled, Quarter, Spent
from store.queries.totals import Limit, QueueTotals
from wallboard.known_as import known_as

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from zoneinfo import ZoneInfo

    from ami_bridge.messages import Snapshot
    from wallboard.payloads import Json

QUARTERS: Final = 32
"""Eight hours: a shift."""
HOUR: Final = timedelta(hours=1)
_HANDLING: Final = frozenset({"on_queue_call", "on_hold", "wrap_up"})
_READY: Final = frozenset({"available", "ringing"})
_QUARTER: Final = timedelta(seconds=QUARTER_S)


@dataclass(frozen=True, slots=True)
class Spans:
    """The stretches of time asked of the history, all in UTC."""

    now: datetime
    first_quarter: datetime
    """When the first of the `QUARTERS` began; they end where the running quarter begins."""
    first_quarter_week_ago: datetime
    """As many quarters before the one that ran at `week_ago`."""
    midnight: datetime
    """When the hotline's day began."""
    week_ago: datetime
    """The same time on the hotline's clock seven days ago; on a night of changed clocks no whole number of days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the history answered."""

    quarters: Sequence[Quarter]
    quarters_week_ago: Sequence[Quarter]
    last_hour: Sequence[QueueTotals]
    hour_week_ago: Sequence[QueueTotals]
    handled: Sequence[Handled]
    spent: Sequence[Spent]


def spans(now: datetime, zone: ZoneInfo) -> Spans:
    """What to ask for at this moment."""
    local = now.astimezone(zone)
    week_ago = (local - timedelta(days=7)).astimezone(UTC)  # of an aware datetime: on the zone's own clock
    return Spans(
        now=now,
        first_quarter=_first_quarter(now),
        first_quarter_week_ago=_first_quarter(week_ago),
        midnight=local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC),
        week_ago=week_ago,
    )


def _first_quarter(until: datetime) -> datetime:
    running = datetime.fromtimestamp(until.timestamp() // QUARTER_S * QUARTER_S, UTC)
    return running - QUARTERS * _QUARTER


def limits(snapshot: Snapshot | None) -> dict[str, Limit]:
    """What each queue calls in time, as the bridge tells it."""
    return {queue.name: Limit(queue.threshold_s, queue.short_s) for queue in (snapshot.queues if snapshot else ())}


@dataclass(frozen=True, slots=True)
class Trends:
    """What was found at one moment, to be told to each audience."""

    found: Found
    asked: Spans

    def told(self, queues: frozenset[str] | None = None, agents: Collection[str] | None = None) -> Json:
        """The answer of `GET /api/v1/trends`, of these queues and agents; None is all."""
        return trends(self.found, self.asked, queues, agents)


def trends(
    found: Found, asked: Spans, queues: frozenset[str] | None = None, agents: Collection[str] | None = None
) -> Json:
    """The answer of `GET /api/v1/trends`, of these queues and agents; None is all."""
    names = {
        row.queue for rows in (found.quarters, found.last_hour, found.hour_week_ago, found.handled) for row in rows
    }
    if queues is not None:
        names &= queues
    spent = found.spent if agents is None else [row for row in found.spent if row.agent in agents]
    return {
        "at": asked.now,
        "first_quarter": asked.first_quarter,
        "quarter_s": QUARTER_S,
        "week_ago": asked.week_ago,
        "overall": _told(found, asked, names),
        "queues": {name: _told(found, asked, {name}) for name in sorted(names)},
        "occupancy": occupancy(spent),
    }


def occupancy(spent: Iterable[Spent]) -> dict[str, float]:
    """Per cent by agent: (talk + hold + wrap-up) ÷ (the same + free + ringing); whoever was never ready has none.

    Source: http://www.reporting-toolbox.com/Definitions.htm. Pauses, other calls and time nobody saw are in neither
    part.
    """
    busy: defaultdict[str, float] = defaultdict(float)
    idle: defaultdict[str, float] = defaultdict(float)
    for row in spent:
        if row.state in _HANDLING:
            busy[row.agent] += row.seconds
        elif row.state in _READY:
            idle[row.agent] += row.seconds
    return {
        known_as(agent): round(100 * busy[agent] / whole, 1)
        for agent in sorted({*busy, *idle})
        if (whole := busy[agent] + idle[agent]) > 0
    }


def _told(found: Found, asked: Spans, names: set[str]) -> Json:
    taken = [row for row in found.handled if row.queue in names]
    count = sum(row.handled for row in taken)
    took_s = sum(row.talk_s + row.wrap_up_s for row in taken)
    mine = [row for row in found.quarters if row.queue in names]
    then = [row for row in found.quarters_week_ago if row.queue in names]
    return {
        "entered": _series(mine, asked.first_quarter, "entered"),
        "abandoned": _series(mine, asked.first_quarter, "abandoned"),
        "entered_week_ago": _series(then, asked.first_quarter_week_ago, "entered"),
        "last_hour": _hour([row for row in found.last_hour if row.queue in names]),
        "hour_week_ago": _hour([row for row in found.hour_week_ago if row.queue in names]),
        "handled": count,
        "aht_s": round(took_s / count, 1) if count else None,
    }


def _series(rows: Iterable[Quarter], first: datetime, what: str) -> list[int]:
    """One number per quarter, a quarter without visits is 0."""
    series = [0] * QUARTERS
    for row in rows:
        place = (row.begins_at - first) // _QUARTER
        if 0 <= place < QUARTERS:
            series[place] += getattr(row, what)
    return series


def _hour(rows: Sequence[QueueTotals]) -> Json:
    ended = sum(row.entered - row.waiting - row.short_abandoned for row in rows)
    answered, within = sum(row.answered for row in rows), sum(row.answered_within for row in rows)
    return {
        "entered": sum(row.entered for row in rows),
        "answered": answered,
        "abandoned": sum(row.abandoned for row in rows),
        "connection_rate": _per_cent(answered, ended),
        "sl_negative": _per_cent(within, ended),
    }


def _per_cent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole > 0 else None
