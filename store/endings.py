"""An end for journeys whose service cannot tell theirs any more: it was killed, or stands still.

The one place where somebody else than its owner writes on a row. It is safe because only an empty end is filled, or one
that the switch shows to be none, a journey is added only where there is none, and because the owner's own word,
whenever it comes, is a whole row and replaces ours (`store.upserts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store.queries.pages import fetch, where
from store.rows import Journey
from store.schema import JOURNEYS
from store.upserts import values_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Executable

    from store.engine import Store
    from store.upserts import Unled
    from store.urls import EngineName

AT_ONCE: Final = 500
"""Journeys in one statement; SQLite takes 32 766 values in one, PostgreSQL 65 535."""

_END = (
    update(JOURNEYS)
    .where(JOURNEYS.c.id == bindparam("which"), JOURNEYS.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), outcome=bindparam("how"))
)

_LOST = (
    update(JOURNEYS)
    .where(JOURNEYS.c.id == bindparam("which"), JOURNEYS.c.outcome == "lost")
    .values(ended_at=bindparam("at"))
)

_RESCUED = (
    update(JOURNEYS)
    .where(JOURNEYS.c.id == bindparam("which"), JOURNEYS.c.outcome == "hung_up")
    .values(ended_at=bindparam("at"), outcome="rescued")
)

_ADD: Final[Mapping[EngineName, Executable]] = {
    "sqlite": sqlite.insert(JOURNEYS).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(JOURNEYS).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyEnd:
    """What is to be said of a journey that nobody ends.

    Attributes:
        id: The journey.
        at: When its call was over, or, where that was not seen, found to be.
        outcome: How.
    """

    id: str
    at: datetime
    outcome: Unled


async def open_journeys(store: Store, node: str, since: datetime, until: datetime) -> tuple[Journey, ...]:
    """The node's journeys that began in the range and have not ended, oldest first."""
    began = JOURNEYS.c.started_at
    statement = where(Journey, JOURNEYS.c.node == node, JOURNEYS.c.ended_at.is_(None), began >= since, began < until)
    async with store.reading() as connection:
        return await fetch(connection, Journey, statement.order_by(began, JOURNEYS.c.id))


async def end_journeys(store: Store, ends: Sequence[JourneyEnd]) -> tuple[JourneyEnd, ...]:
    """End those that have not ended; the others, and those nobody began, stay as they are.

    Returns:
        Those that were open. Where there are none, which is the rule, nothing is locked.
    """
    still: list[JourneyEnd] = []
    for first in range(0, len(ends), AT_ONCE):
        some = ends[first : first + AT_ONCE]
        unended = await _unended(store, [end.id for end in some])
        still += [end for end in some if end.id in unended]
    if still:
        async with store.writing() as connection:
            await connection.execute(_END, [{"which": end.id, "at": end.at, "how": end.outcome} for end in still])
    return tuple(still)


async def correct_lost(store: Store, ends: Sequence[JourneyEnd]) -> None:
    """Give those that were found to be over, and only those, the moment they really were; how stays as it is."""
    if ends:
        async with store.writing() as connection:
            await connection.execute(_LOST, [{"which": end.id, "at": end.at} for end in ends])


async def were_rescued(store: Store, ends: Sequence[JourneyEnd]) -> None:
    """Give those that were taken for hung up, and only those, the end of a call that the dialplan's rescue had."""
    if ends:
        async with store.writing() as connection:
            await connection.execute(_RESCUED, [{"which": end.id, "at": end.at} for end in ends])


async def add_journeys(store: Store, journeys: Sequence[Journey]) -> None:
    """Add those that nobody wrote down; one that is there by now, its service's own or not, stays as it is."""
    if journeys:
        async with store.writing() as connection:
            await connection.execute(_ADD[store.kind], [values_of(row) for row in journeys])


async def _unended(store: Store, ids: Collection[str]) -> set[str]:
    statement = select(JOURNEYS.c.id).where(JOURNEYS.c.id.in_(ids), JOURNEYS.c.ended_at.is_(None))
    async with store.reading() as connection:
        return set((await connection.execute(statement)).scalars())
