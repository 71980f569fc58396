"""Callers in the flows: in which step each is, and who went through a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from store.queries.pages import Page, fetch_page, where
from store.rows import Journey
from store.schema import JOURNEY_STEPS, JOURNEYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from store.engine import Store

_AT_ONCE = 500
"""Calls asked for in one statement: SQLite takes at most 999 values in old versions (SQLITE_MAX_VARIABLE_NUMBER)."""


async def places(store: Store, calls: Sequence[str]) -> dict[str, str]:
    """The step each of these calls is in now, as `flow.step`; a call that nobody has written down yet is not in it."""
    column = JOURNEYS.c
    found: dict[str, str] = {}
    async with store.reading() as connection:
        for first in range(0, len(calls), _AT_ONCE):
            asked = select(column.call_id, column.last_step).where(
                column.call_id.in_(calls[first : first + _AT_ONCE]), column.last_step.is_not(None)
            )
            rows = await connection.execute(asked.order_by(column.started_at))
            found |= {call_id: place for call_id, place in rows}  # noqa: C416 - a row is no pair to mypy
    return found


async def journeys_through(
    store: Store, flow: str, step: str, since: datetime, *, limit: int = 100, after: str | None = None
) -> Page[Journey]:
    """The journeys since then that left a step, or are in it, newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    journey, passed = JOURNEYS.c, JOURNEY_STEPS.c
    through = (
        select(passed.journey_id)
        .where(and_(passed.journey_id == journey.id, passed.flow == flow, passed.step == step))
        .exists()
    )
    statement = where(
        Journey,
        journey.started_at >= since,
        or_(through, and_(journey.last_step == f"{flow}.{step}", journey.ended_at.is_(None))),
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Journey, statement, by="started_at", limit=limit, after=after)
