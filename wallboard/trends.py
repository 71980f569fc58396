"""The last hours of every queue, and how its last hour compares with the same one a week ago. Pure.

The visits come from the history, for the live counts know only "today". A running quarter of an hour is left out: half
of one would look like a fall.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from store.metrics import METRICS, Tally, value_of
from store.metrics.tally import microseconds, total
from store.queries.recent import QUARTER_S, Handled, Quarter, Spent
from store.queries.totals import Limit, QueueTotals
from wallboard.known_as import known_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from ami_bridge.messages import Snapshot
    from wallboard.payloads import Json

QUARTERS: Final = 32
"""Eight hours: a shift."""
HOUR: Final = timedelta(hours=1)
OF_AGENTS: Final = ("occupancy", "utilisation", "paused_share")
"""Metrics of each agent's day."""
OF_PLANS: Final = ("adherence", "conformance")
"""And of each who has a plan."""
OF_TALKS: Final = ("aht_s", "hold_s", "transfer_rate")
"""Metrics of a queue's finished talks of today."""
_OF_AN_HOUR: Final = ("connection_rate", "sl_negative")
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
    planned: Mapping[str, Tally] = field(default_factory=dict)
    """What agents did against their plan, by agent; nothing where there is none."""


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

    def told(self, queues: frozenset[str] | None = None) -> Json:
        """The answer of `GET /api/v1/trends`, of these queues; None is all."""
        return trends(self.found, self.asked, queues)


def trends(found: Found, asked: Spans, queues: frozenset[str] | None = None) -> Json:
    """The answer of `GET /api/v1/trends`, of these queues; None is all.

    An agent's day is one, whichever queue it went to: to whoever is for some queues it is not told.
    """
    names = {
        row.queue for rows in (found.quarters, found.last_hour, found.hour_week_ago, found.handled) for row in rows
    }
    if queues is not None:
        names &= queues
    return {
        "at": asked.now,
        "first_quarter": asked.first_quarter,
        "quarter_s": QUARTER_S,
        "week_ago": asked.week_ago,
        "overall": _told(found, asked, names),
        "queues": {name: _told(found, asked, {name}) for name in sorted(names)},
        "agents": of_agents(found.spent, found.planned) if queues is None else {},
    }


def of_agents(spent: Iterable[Spent], planned: Mapping[str, Tally] | None = None) -> dict[str, dict[str, float | None]]:
    """`OF_AGENTS` of each agent, and `OF_PLANS` of whom has a plan, in per cent; who has none of them is not told.

    Of an agent that is a telephone number the masked form, as everywhere on the board.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in spent:
        counts[row.agent][f"{row.state}_s"] += microseconds(row.seconds)
    told = {known_as(agent): _metrics(OF_AGENTS, Tally(dict(found))) for agent, found in sorted(counts.items())}
    for agent, tally in sorted((planned or {}).items()):
        told.setdefault(known_as(agent), {}).update(_metrics(OF_PLANS, tally))
    return {agent: values for agent, values in told.items() if any(value is not None for value in values.values())}


def _told(found: Found, asked: Spans, names: set[str]) -> Json:
    talks = total(row.tally for row in found.handled if row.queue in names)
    mine = [row for row in found.quarters if row.queue in names]
    then = [row for row in found.quarters_week_ago if row.queue in names]
    return {
        "entered": _series(mine, asked.first_quarter, "entered"),
        "abandoned": _series(mine, asked.first_quarter, "abandoned"),
        "entered_week_ago": _series(then, asked.first_quarter_week_ago, "entered"),
        "last_hour": _hour([row for row in found.last_hour if row.queue in names]),
        "hour_week_ago": _hour([row for row in found.hour_week_ago if row.queue in names]),
        "handled": talks.counts.get("handled", 0),
        **_metrics(OF_TALKS, talks),
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
    counts = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("entered", "still_waiting", "answered", "answered_within", "abandoned", "short_abandoned")
    }
    whole = Tally({**counts, "ended": counts["entered"] - counts["still_waiting"]})
    told = {name: counts[name] for name in ("entered", "answered", "abandoned")}
    return {**told, **_metrics(_OF_AN_HOUR, whole)}


def _metrics(names: Iterable[str], tally: Tally) -> dict[str, float | None]:
    """Metrics by name as the board tells them: a share in per cent, rounded to a tenth."""
    told: dict[str, float | None] = {}
    for name in names:
        value = value_of(METRICS[name], tally)
        told[name] = None if value is None else round(value * (100 if METRICS[name].unit == "share" else 1), 1)
    return told
