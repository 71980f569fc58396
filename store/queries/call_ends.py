"""How the calls ended whose flow was over of late: what an alarm about failing calls is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from store.schema import JOURNEYS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store

FAILED: Final = ("rescued", "lost")
"""The dialplan had to bring the caller to a person, or nobody knows how the call went on."""
LONGEST: Final = timedelta(hours=2)
"""A flow that takes longer is not looked for: the index is on the beginning."""


@dataclass(frozen=True, slots=True)
class CallEnds:
    """Calls whose flow was over within a time."""

    ended: int
    failed: int


async def call_ends(store: Store, node: str, since: datetime) -> CallEnds:
    """Of one node's calls, how many flows have ended since then, and how many of them failed.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    journey = JOURNEYS.c
    failed = func.count().filter(journey.outcome.in_(FAILED))
    statement = select(func.count(), failed).where(
        journey.node == node, journey.started_at >= since - LONGEST, journey.ended_at >= since
    )
    async with store.reading() as connection:
        ended, wrong = (await connection.execute(statement)).one()
    return CallEnds(ended, wrong)
