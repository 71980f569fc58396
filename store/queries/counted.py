"""Counts by queue or agent and interval, worked out by the database from the rows themselves (decision 0016).

Each returns tallies by name and the number of the interval among those asked for; where nothing was, there is none.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from sqlalchemy import Integer, cast, func, literal_column, or_, select

from store.intervals import first_step, step_s
from store.metrics.callers import Stay, judged
from store.metrics.counts import COUNTS, Bound
from store.metrics.sql import expression
from store.metrics.tally import Tally, of_stretches
from store.queries.pages import where
from store.queries.totals import limit_of
from store.rows import AgentInterval
from store.schema import AGENT_INTERVALS, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store
    from store.intervals import Interval
    from store.queries.totals import Limit


AT_ONCE: Final = 1000
"""Rows held in memory at a time, of those that are looked at one by one: a range may have any number of them."""
Tallies: TypeAlias = "dict[tuple[str, int], Tally]"
"""Counts by name and the number of the interval."""


async def visit_tallies(
    store: Store,
    pieces: Sequence[Interval],
    counts: Iterable[str],
    *,
    limits: Mapping[str, Limit] | None = None,
    by_agent: bool = False,
    queues: Sequence[str] = (),
    agents: Sequence[str] = (),
) -> Tallies:
    """Counts of visits by queue and the interval they began in, or by agent and the interval they were answered in.

    Args:
        store: Where to ask.
        pieces: Neighbouring intervals in order, on whole seconds.
        counts: Names of counts of visits.
        limits: What each queue calls in time; `Limit()` for those not named.
        by_agent: Whether agents are asked for.
        queues: Only these queues; all when empty.
        agents: Only these agents; all when empty.
    """
    visit = VISITS.c
    name, at = (visit.agent, visit.answered_at) if by_agent else (visit.queue, visit.entered_at)
    bounds = {bound: limit_of(limits or {}, bound) for bound in get_args(Bound)}
    columns = [expression(COUNTS[count], bounds) for count in counts]
    statement = select(name.label("name"), slot(store, at, pieces), *columns).where(*within(at, pieces))
    if by_agent:
        statement = statement.where(name.is_not(None))
    return await asked_by_slot(store, only(statement, (visit.queue, queues), (visit.agent, agents)), pieces)


async def ring_tallies(store: Store, pieces: Sequence[Interval], *, agents: Sequence[str] = ()) -> Tallies:
    """What ringing came to, by agent and the interval it began in."""
    ring = RING_ATTEMPTS.c
    statement = select(
        ring.agent.label("name"),
        slot(store, ring.started_at, pieces),
        func.count(ring.result).label("rung"),
        func.count().filter(ring.result == "no_answer").label("missed"),
        func.count().filter(ring.result.in_(("refused", "busy"))).label("refused"),
    ).where(*within(ring.started_at, pieces))
    return await asked_by_slot(store, only(statement, (ring.agent, agents)), pieces)


async def state_tallies(
    store: Store, pieces: Sequence[Interval], now: datetime, *, agents: Sequence[str] = ()
) -> Tallies:
    """The time in each state, by agent and interval; a state that goes on has lasted until `now`."""
    columns = AGENT_INTERVALS.c
    statement = where(
        AgentInterval,
        columns.started_at < pieces[-1].end,
        or_(columns.ended_at.is_(None), columns.ended_at > pieces[0].begin),
        columns.agent.in_(agents) if agents else None,
    )
    tallies: Tallies = {}
    async with store.reading() as connection:
        result = await connection.stream(statement, execution_options={"yield_per": AT_ONCE})
        async for some in result.mappings().partitions():
            for key, tally in of_stretches([AgentInterval(**one) for one in some], pieces, now).items():
                tallies[key] = tallies[key] + tally if key in tallies else tally
    return tallies


async def caller_tallies(store: Store, pieces: Sequence[Interval], window: timedelta, now: datetime) -> Tallies:
    """Which calls were of callers who came back, by queue and the interval the call began in."""
    visit = VISITS.c
    statement = (
        select(
            visit.caller, visit.call_id, visit.queue, visit.entered_at, (visit.outcome == "answered").label("answered")
        )
        .where(visit.entered_at >= pieces[0].begin - window, visit.entered_at < pieces[-1].end + window)
        .where(visit.caller != "")
        .order_by(visit.caller)
    )
    begins = [piece.begin for piece in pieces]
    tallies: Tallies = {}
    async with store.reading() as connection:
        async for stays in _by_caller(connection, statement):
            for call in judged(stays, window, now):
                if pieces[0].begin <= call.began_at < pieces[-1].end:
                    key = (call.queue, bisect_right(begins, call.began_at) - 1)
                    tallies[key] = tallies.get(key, Tally()) + call.tally
    return tallies


async def _by_caller(connection: AsyncConnection, statement: Select[Any]) -> AsyncIterator[list[Stay]]:
    """The stays of one caller after the other, of rows in the order of callers."""
    stays: list[Stay] = []
    result = await connection.stream(statement, execution_options={"yield_per": AT_ONCE})
    async for some in result.partitions():
        for caller, call_id, queue, entered_at, answered in some:
            if stays and stays[0].caller != caller:
                yield stays
                stays = []
            stays.append(
                Stay(caller=caller, call_id=call_id, queue=queue, entered_at=entered_at, answered=bool(answered))
            )
    if stays:
        yield stays


def within(at: ColumnElement[Any], pieces: Sequence[Interval]) -> tuple[ColumnElement[bool], ...]:
    """Whether an instant is in the intervals, which are neighbours."""
    return (at >= pieces[0].begin, at < pieces[-1].end)


def slot(store: Store, at: ColumnElement[Any], pieces: Sequence[Interval]) -> ColumnElement[int]:
    """Which step an instant is in, counted from the one the first interval begins in."""
    if len(pieces) == 1:
        return literal_column("0").label("slot")
    origin, step = round(first_step(pieces).timestamp()), step_s(pieces)
    if store.kind == "sqlite":
        # SQLite's own dates are of milliseconds and round: a microsecond before midnight would be the next day.
        second = func.strftime("%s", func.substr(at, 1, len("2026-11-21 12:00:00")))
        return ((cast(second, Integer) - origin) // step).label("slot")
    # As a float, which tells a microsecond before midnight from midnight; `extract` reckons with decimals, far slower.
    return cast(func.floor((func.date_part("epoch", at) - origin) / step), Integer).label("slot")


def only(statement: Select[Any], *wanted: tuple[ColumnElement[Any], Sequence[str]]) -> Select[Any]:
    """The statement for these names alone; an empty list is no condition."""
    return statement.where(*(column.in_(names) for column, names in wanted if names))


def places_of(pieces: Sequence[Interval]) -> Callable[[int], int]:
    """Of a step (`slot`) the number of the interval it is in."""
    step = timedelta(seconds=step_s(pieces))
    begins = [piece.begin for piece in pieces]
    origin = first_step(pieces) if len(pieces) > 1 else begins[0]

    @cache
    def place_of(slot: int) -> int:
        return max(bisect_right(begins, origin + slot * step) - 1, 0)

    return place_of


async def asked_by_slot(store: Store, statement: Select[Any], pieces: Sequence[Interval]) -> Tallies:
    """What a statement of `name`, `slot` and counts finds, added up to the intervals."""
    place_of = places_of(pieces)
    tallies: Tallies = {}
    async with store.reading() as connection:
        result = await connection.execute(statement.group_by("name", "slot"))
    names = list(result.keys())[2:]
    with no_look_for_garbage():
        for name, slot, *values in result:  # fetched already; one by one, so that no row is kept beside its tally
            place = place_of(slot)
            counts = dict(zip(names, values, strict=True))
            if None in values:
                counts = {count: value for count, value in counts.items() if value is not None}
            counted, key = Tally(counts), (name, place)
            tallies[key] = tallies[key] + counted if key in tallies else counted
    return tallies


@contextmanager
def no_look_for_garbage() -> Iterator[None]:
    """While very many things are made that stay and make no circle: every look would pass over all of them in vain.

    A month by quarter of an hour spent a third of its time on such looks. Nothing is awaited within.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()
