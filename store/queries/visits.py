"""Visits: the list, and one with everything about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from store.queries.pages import Page, fetch, fetch_page, where
from store.rows import RingAttempt, Visit
from store.schema import RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from store.engine import Store
    from store.rows import Outcome


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One visit with its ringing.

    Attributes:
        visit: The visit.
        rings: Every ringing of an agent for it, in order.
    """

    visit: Visit
    rings: tuple[RingAttempt, ...]


async def visits(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    queue: str | None = None,
    outcome: Outcome | Literal["waiting"] | None = None,
    agent: str | None = None,
    node: str | None = None,
    call_id: str | None = None,
    queues: Collection[str] | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Visit]:
    """The visits that began in the range and meet every filter given, newest first.

    Args:
        store: Where to ask.
        since: The range's beginning; null for the oldest.
        until: The range's end, not in it; null for the newest.
        queue: Only this queue.
        outcome: Only these; `waiting` for visits without an outcome yet.
        agent: Only those this agent answered.
        node: Only this Asterisk's.
        call_id: Only this call's.
        queues: Only these queues; null for all.
        limit: The most rows of the page (1 to 1000).
        after: The `next` of the page before.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    visit = VISITS.c
    statement = where(
        Visit,
        None if since is None else visit.entered_at >= since,
        None if until is None else visit.entered_at < until,
        None if queue is None else visit.queue == queue,
        _of_outcome(outcome),
        None if agent is None else visit.agent == agent,
        None if node is None else visit.node == node,
        None if call_id is None else visit.call_id == call_id,
        None if queues is None else visit.queue.in_(sorted(queues)),
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Visit, statement, by="entered_at", limit=limit, after=after)


async def visit(store: Store, visit_id: str) -> VisitStory | None:
    """One visit and its ringing; null when there is none of that id."""
    async with store.reading() as connection:
        found = await fetch(connection, Visit, where(Visit, VISITS.c.id == visit_id))
        if not found:
            return None
        of_visit = where(RingAttempt, RING_ATTEMPTS.c.visit_id == visit_id).order_by(RING_ATTEMPTS.c.ordinal)
        return VisitStory(found[0], await fetch(connection, RingAttempt, of_visit))


def _of_outcome(outcome: Outcome | Literal["waiting"] | None) -> ColumnElement[bool] | None:
    if outcome is None:
        return None
    return VISITS.c.outcome.is_(None) if outcome == "waiting" else VISITS.c.outcome == outcome
