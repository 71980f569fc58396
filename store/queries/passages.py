"""How often callers took each way out of each step: counted by the database from the steps of journeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from store.schema import JOURNEY_STEPS, JOURNEYS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store


@dataclass(frozen=True, slots=True)
class Passage:
    """A step left in one way by any number of calls.

    Attributes:
        flow: The flow the step is in.
        step: The step's name.
        outcome: What came of it, in a journey's words.
        to_step: The step that came next; null when the call ended there.
        times: How often.
    """

    flow: str
    step: str
    outcome: str
    to_step: str | None
    times: int


async def passages(store: Store, since: datetime, until: datetime) -> tuple[Passage, ...]:
    """Every step that calls of a range came through, by how it was left; in the order of flows and steps.

    Args:
        store: Where to ask.
        since: The first moment, aware: of the beginning of a call, not of the step.
        until: The first moment behind.
    """
    columns, journey = JOURNEY_STEPS.c, JOURNEYS.c
    by = (columns.flow, columns.step, columns.outcome, columns.to_step)
    began = select(journey.id).where(journey.started_at >= since, journey.started_at < until)
    counted = select(*by, func.count()).where(columns.journey_id.in_(began)).group_by(*by).order_by(*by)
    async with store.reading() as connection:
        return tuple(Passage(*row) for row in (await connection.execute(counted)).all())
