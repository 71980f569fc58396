"""What agents did against when they were to do it: adherence, conformance, exceptions. Pure; the time is an argument.

Sources: adherence is the scheduled time less its exceptions, conformance the time worked against the time scheduled to
be worked, whenever it was (Genesys Cloud, "How Genesys Cloud calculates adherence and conformance"; NICE, "Schedule
Conformance"; ServiceNow Workforce Optimization). As in Genesys without its switch, work outside the plan is no
exception. Time nobody saw is in neither part, as in every metric of agents.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from store.metrics.tally import MICROSECOND, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from store.intervals import Interval
    from store.rows import AgentInterval, StretchState

Activity: TypeAlias = Literal[
    "queue", "break", "meal", "absence", "meeting", "training", "coaching", "back_office"
]  # fmt: skip
ACTIVITIES: Final[tuple[Activity, ...]] = get_args(Activity)
SERVING: Final[frozenset[StretchState]] = frozenset({"available", "ringing", "on_queue_call", "on_hold", "wrap_up"})
"""States of an agent who is there for callers of the queues."""
_GONE: Final[frozenset[StretchState]] = frozenset({"paused", "signed_off", "unreachable"})
_ELSEWHERE: Final[frozenset[StretchState]] = _GONE | {"on_other_call"}
DONE_AS_PLANNED: Final[Mapping[Activity, frozenset[StretchState]]] = MappingProxyType(
    {
        "queue": SERVING,
        "break": _GONE,
        "meal": _GONE,
        "absence": _GONE,
        "meeting": _ELSEWHERE,
        "training": _ELSEWHERE,
        "coaching": _ELSEWHERE,
        "back_office": _ELSEWHERE,
    }
)
"""The states in which an agent does what was planned. A talk on his own telephone is work, but none for the queues."""
EXCEPTION_FROM: Final = timedelta(minutes=1)
"""Whoever does something else for less than this, without a break, made no exception; the time counts all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One stretch of an agent's plan.

    Attributes:
        agent: The agent's id.
        begin: When it begins, in UTC.
        end: When it ends, not in it, in UTC.
        activity: What the agent was to do.
    """

    agent: str
    begin: datetime
    end: datetime
    activity: Activity


@dataclass(frozen=True, slots=True)
class Deviation:
    """A stretch of the plan in which the agent did something else: when, what was planned, what he did first."""

    begin: datetime
    end: datetime
    activity: Activity
    state: StretchState


def of_plan(
    planned: Sequence[Planned], stretches: Sequence[AgentInterval], pieces: Sequence[Interval], now: datetime
) -> dict[int, Tally]:
    """What one agent's plan and doings count for, by the number of the interval; none where nothing was.

    Args:
        planned: His plan, in order, none overlapping.
        stretches: What he did, by its beginning, none overlapping.
        pieces: Intervals in order, none overlapping.
        now: Until when he is judged.
    """
    counts: dict[int, Counter[str]] = {}
    for part in _parts(planned, stretches, pieces[-1].end, now):
        names = ["planned_s", *(["planned_queue_s"] if part.activity == "queue" else [])]
        names += ["adhered_s"] if part.state in DONE_AS_PLANNED[part.activity] else []
        for place, lasted in _cut(part.begin, part.end, pieces):
            found = counts.setdefault(place, Counter())
            for name in names:
                found[name] += lasted
    for one in stretches:
        if one.state in SERVING:
            for place, lasted in _cut(one.started_at, min(one.ended_at or now, now), pieces):
                counts.setdefault(place, Counter())["worked_s"] += lasted
    for deviation in deviations(planned, stretches, pieces[-1].end, now):
        for place, _ in list(_cut(deviation.begin, deviation.end, pieces))[:1]:
            if deviation.begin >= pieces[place].begin:  # one that began before the range belongs there
                counts.setdefault(place, Counter())["exceptions"] += 1
    return {place: Tally(dict(found)) for place, found in counts.items()}


def deviations(
    planned: Sequence[Planned], stretches: Sequence[AgentInterval], until: datetime, now: datetime
) -> Iterator[Deviation]:
    """Every stretch of the plan of at least `EXCEPTION_FROM` in which something else was done, in order.

    What he did may change meanwhile: it ends where he does as planned, the plan goes on to something else, or nobody
    saw him.
    """
    going: Deviation | None = None
    for part in _parts(planned, stretches, until, now):
        differs = part.state not in DONE_AS_PLANNED[part.activity]
        if going is not None and differs and part.begin == going.end and part.activity == going.activity:
            going = Deviation(going.begin, part.end, going.activity, going.state)
            continue
        if going is not None and going.end - going.begin >= EXCEPTION_FROM:
            yield going
        going = part if differs else None
    if going is not None and going.end - going.begin >= EXCEPTION_FROM:
        yield going


def _parts(
    planned: Sequence[Planned], stretches: Sequence[AgentInterval], until: datetime, now: datetime
) -> Iterator[Deviation]:
    """The plan cut at what was done, as far as it was seen and is over: what was planned, and the state in it."""
    begins = [one.started_at for one in stretches]
    for plan in planned:
        last = min(plan.end, until, now)
        for place in range(max(bisect_right(begins, plan.begin) - 1, 0), bisect_left(begins, last)):
            one = stretches[place]
            begin, end = max(one.started_at, plan.begin), min(one.ended_at or now, last)
            if begin < end and one.state != "unknown":
                yield Deviation(begin, end, plan.activity, one.state)


def _begin(piece: Interval) -> datetime:
    return piece.begin


def _cut(begin: datetime, end: datetime, pieces: Sequence[Interval]) -> Iterator[tuple[int, int]]:
    """How many microseconds of a stretch lie in which interval."""
    first = max(bisect_right(pieces, begin, key=_begin) - 1, 0)
    for place in range(first, bisect_left(pieces, end, key=_begin)):
        lasted = min(end, pieces[place].end) - max(begin, pieces[place].begin)
        if lasted > timedelta(0):
            yield place, lasted // MICROSECOND
