"""Who gave up waiting, and what is known of the same callers since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import literal, select

from store.queries.pages import fetch, where
from store.records import Callback
from store.rows import Visit
from store.schema import AGENT_INTERVALS, CALLBACKS, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """What the list of abandoned callers is made of.

    Attributes:
        visits: The visits that were abandoned, oldest first.
        later: Every visit of their callers from the range's beginning on, in the order they began.
        callbacks: Every wish to be called back from the range's beginning on, in the order they were said.
    """

    visits: tuple[Visit, ...]
    later: tuple[Visit, ...]
    callbacks: tuple[Callback, ...]


async def abandoned(store: Store, since: datetime, until: datetime, *, queues: Sequence[str] = ()) -> Abandoned:
    """The visits that began in the range and were abandoned, and what came after them, until now."""
    visit, wish = VISITS.c, CALLBACKS.c
    given_up = (visit.entered_at >= since, visit.entered_at < until, visit.outcome == "abandoned")
    theirs = visit.queue.in_(queues) if queues else None
    callers = select(visit.caller).where(*given_up, visit.caller != "")
    async with store.reading() as connection:
        listed = where(Visit, *given_up, theirs).order_by(visit.entered_at, visit.id)
        since_then = where(Visit, visit.entered_at >= since, visit.caller.in_(callers))
        return Abandoned(
            visits=await fetch(connection, Visit, listed),
            later=await fetch(connection, Visit, since_then.order_by(visit.entered_at, visit.id)),
            callbacks=await fetch(
                connection, Callback, where(Callback, wish.asked_at >= since).order_by(wish.asked_at, wish.id)
            ),
        )


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
