"""Counts of calls in the flows and of their steps, worked out by the database from the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, and_, cast, func, literal_column, select

from store.intervals import Interval
from store.metrics.ways import WayTaken
from store.queries.counted import asked_by_slot, only, places_of, slot, within
from store.schema import JOURNEY_STEPS, JOURNEYS, VISITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from store.engine import Store
    from store.queries.counted import Tallies

_SECONDS: Final = len("2026-11-21 12:00:00")


@dataclass(frozen=True, slots=True)
class HungUpAt:
    """Where callers hung up: the step, and how many."""

    place: str
    calls: int


async def call_tallies(store: Store, pieces: Sequence[Interval], *, flows: Sequence[str] = ()) -> Tallies:
    """Counts of calls by the flow they began with and the interval they began in.

    Args:
        store: Where to ask.
        pieces: Neighbouring intervals in order, on whole seconds.
        flows: Only these flows; all when empty.
    """
    journey, visit = JOURNEYS.c, VISITS.c
    queued_at = (
        select(func.min(visit.entered_at))
        .where(visit.node == journey.node, visit.channel_id == journey.channel_id)
        .correlate(JOURNEYS)
        .scalar_subquery()
        .label("queued_at")
    )
    inner: Select[Any] = select(journey.flow, journey.started_at, journey.ended_at, journey.outcome, queued_at).where(
        *within(journey.started_at, pieces)
    )
    call = only(inner, (journey.flow, flows)).subquery("calls").c
    over, queued = call.outcome.is_not(None), call.queued_at.is_not(None)
    until = func.coalesce(call.queued_at, call.ended_at)
    known = and_(until.is_not(None), until >= call.started_at)
    finished = and_(call.outcome == "finished", ~queued)
    hung_up = and_(call.outcome == "hung_up", ~queued)
    counted = {
        "calls": None,
        "calls_over": over,
        "calls_queued": queued,
        "calls_contained": finished | hung_up,
        "calls_finished": finished,
        "calls_hung_up": hung_up,
        "calls_handed_on": and_(call.outcome.in_(("dialled", "transferred")), ~queued),
        "calls_rescued": call.outcome == "rescued",
        "calls_lost": call.outcome == "lost",
        "ivr_times": known,
    }
    columns: list[ColumnElement[Any]] = [
        (func.count() if condition is None else func.count().filter(condition)).label(name)
        for name, condition in counted.items()
    ]
    lasted = func.sum(_microseconds(store, until) - _microseconds(store, call.started_at)).filter(known)
    columns.append(cast(lasted, BigInteger).label("ivr_sum_s"))
    statement: Select[Any] = select(call.flow.label("name"), slot(store, call.started_at, pieces), *columns)
    return await asked_by_slot(store, statement, pieces)


def _microseconds(store: Store, at: ColumnElement[Any]) -> ColumnElement[int]:
    """An instant as microseconds since 1970; SQLite's own dates are of milliseconds, and round."""
    if store.kind == "sqlite":
        second = cast(func.strftime("%s", func.substr(at, 1, _SECONDS)), BigInteger)
        return second * 1_000_000 + cast(func.substr(at, _SECONDS + 2, 6), BigInteger)
    return cast(func.extract("epoch", at) * 1_000_000, BigInteger)


async def hung_up_at(
    store: Store, since: datetime, until: datetime, *, flows: Sequence[str] = (), limit: int = 5
) -> tuple[HungUpAt, ...]:
    """Where most callers hung up in the flow, of the calls that began in the range; the most first."""
    journey, visit = JOURNEYS.c, VISITS.c
    of_theirs = select(visit.id).where(visit.node == journey.node, visit.channel_id == journey.channel_id)
    columns: list[ColumnElement[Any]] = [
        func.coalesce(journey.last_step, "").label("place"),
        func.count().label("calls"),
    ]
    statement = (
        select(*columns)
        .where(journey.started_at >= since, journey.started_at < until, journey.outcome == "hung_up")
        .where(~of_theirs.correlate(JOURNEYS).exists())
        .group_by("place")
        .order_by(literal_column("calls").desc(), "place")
        .limit(limit)
    )
    async with store.reading() as connection:
        found = await connection.execute(only(statement, (journey.flow, flows)))
        return tuple(HungUpAt(one.place, one.calls) for one in found)


async def ways_taken(
    store: Store,
    since: datetime,
    until: datetime,
    *,
    flows: Sequence[str] = (),
    pieces: Sequence[Interval] = (),
    by_version: bool = True,
    by_language: bool = False,
) -> tuple[WayTaken, ...]:
    """How often each way out of each step was taken, of the calls that began in the range, by flow and step.

    Args:
        store: Where to ask.
        since: The range's beginning.
        until: Its end, not in it.
        flows: Only these flows; all when empty.
        pieces: The range's intervals, by which calls are told apart; none when empty.
        by_version: Whether versions are told apart.
        by_language: Whether the languages calls had chosen are.
    """
    journey, step = JOURNEYS.c, JOURNEY_STEPS.c
    cut = pieces or [Interval(since, until)]
    named = (
        *((journey.language.label("language"),) if by_language else ()),
        step.flow.label("flow"),
        *((journey.flow_version.label("version"),) if by_version else ()),
        step.step.label("step"),
        step.verb.label("verb"),
        step.outcome.label("outcome"),
        func.coalesce(step.to_step, "").label("to"),
    )
    told_apart = (slot(store, journey.started_at, cut), *named)
    statement: Select[Any] = (
        select(*told_apart, func.count().label("times"))
        .join_from(JOURNEYS, JOURNEY_STEPS, step.journey_id == journey.id)
        .where(journey.started_at >= since, journey.started_at < until)
        # by its label: written out once more, its parameters would be others to PostgreSQL
        .group_by("slot", *named)
        .order_by("slot", *named)
    )
    places = places_of(cut)
    taken: dict[tuple[int, tuple[str, ...]], WayTaken] = {}
    async with store.reading() as connection:
        for one in (await connection.execute(only(statement, (step.flow, flows)))).mappings():
            fields = {"version": "", **one}
            way = WayTaken(**{**{k: v for k, v in fields.items() if k != "slot"}, "place": places(one["slot"])})
            key = (way.place, (way.language, way.flow, way.version, way.step, way.verb, way.outcome, way.to))
            before = taken.get(key)
            taken[key] = way if before is None else replace(way, times=before.times + way.times)
    return tuple(taken[key] for key in sorted(taken))


async def flow_ever(store: Store, flow: str) -> bool:
    """Whether the history has a call or a step of a flow of this name."""
    async with store.reading() as connection:
        for table in (JOURNEYS, JOURNEY_STEPS):
            asked: Select[Any] = select(literal_column("1")).select_from(table).where(table.c.flow == flow).limit(1)
            if (await connection.execute(asked)).first():
                return True
    return False
