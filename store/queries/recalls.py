"""Who gave up waiting, and what is known of the same callers since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import literal, select

from store.queries.pages import fetch, where
from store.records import Callback
from store.rows import Visit
from store.schema import AGENT_INTERVALS, CALLBACKS, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from store.engine import Store


AT_ONCE: Final = 1000
"""Rows fetched at a time."""


async def given_up(
    store: Store, since: datetime, until: datetime, *, queues: Sequence[str] = (), most: int
) -> tuple[Visit, ...]:
    """The visits that began in the range and were abandoned, oldest first; at most one more than `most` of them."""
    visit = VISITS.c
    statement = where(Visit, *_given_up(since, until), visit.queue.in_(queues) if queues else None)
    async with store.reading() as connection:
        return await fetch(connection, Visit, statement.order_by(visit.entered_at, visit.id).limit(most + 1))


async def visits_since(
    store: Store, since: datetime, until: datetime, *, queues: Sequence[str] = ()
) -> AsyncIterator[tuple[str, list[Visit]]]:
    """One after the other each caller who gave up in the range, with all his visits from its beginning until now.

    A caller's are in the order they began, and only one caller's are in memory at a time.
    """
    visit = VISITS.c
    theirs = visit.queue.in_(queues) if queues else literal(value=True)
    callers = select(visit.caller).where(*_given_up(since, until), theirs, visit.caller != "")
    statement = where(Visit, visit.entered_at >= since, visit.caller.in_(callers))
    ordered = statement.order_by(visit.caller, visit.entered_at, visit.id)
    mine: list[Visit] = []
    async with store.reading() as connection:
        result = await connection.stream(ordered, execution_options={"yield_per": AT_ONCE})
        async for some in result.mappings().partitions():
            for one in (Visit(**fields) for fields in some):
                if mine and mine[0].caller != one.caller:
                    yield mine[0].caller, mine
                    mine = []
                mine.append(one)
    if mine:
        yield mine[0].caller, mine


async def wishes_since(store: Store, since: datetime, callers: Collection[str]) -> dict[str, list[Callback]]:
    """The wishes to be called back from then on of these callers, by the calling number and the one to call."""
    wish = CALLBACKS.c
    statement = where(Callback, wish.asked_at >= since).order_by(wish.asked_at, wish.id)
    found: dict[str, list[Callback]] = {}
    async with store.reading() as connection:
        result = await connection.stream(statement, execution_options={"yield_per": AT_ONCE})
        async for some in result.mappings().partitions():
            for one in (Callback(**fields) for fields in some):
                for number in {one.caller, one.number_to_call} & set(callers):
                    found.setdefault(number, []).append(one)
    return found


def _given_up(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    visit = VISITS.c
    return (visit.entered_at >= since, visit.entered_at < until, visit.outcome == "abandoned")


async def last_entered(store: Store, queue: str) -> datetime | None:
    """When a queue was last entered; None where it never was."""
    async with store.reading() as connection:
        asked = select(VISITS.c.entered_at).where(VISITS.c.queue == queue).order_by(VISITS.c.entered_at.desc()).limit(1)
        return (await connection.execute(asked)).scalar_one_or_none()


async def agent_ever(store: Store, agent: str) -> bool:
    """Whether the history knows an agent of this id: one who answered, was rung, or was in any state."""
    async with store.reading() as connection:
        for table in (VISITS, RING_ATTEMPTS, AGENT_INTERVALS):
            asked = select(literal(value=True)).select_from(table).where(table.c.agent == agent).limit(1)
            if (await connection.execute(asked)).scalar_one_or_none():
                return True
    return False
