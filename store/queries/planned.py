"""What agents did against their plan, by agent and interval: one agent's stretches in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_

from store.metrics.shifts import deviations, of_plan
from store.queries.pages import where
from store.rows import AgentInterval
from store.schema import AGENT_INTERVALS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from store.engine import Store
    from store.intervals import Interval
    from store.metrics.shifts import Deviation, Planned
    from store.metrics.tally import Tally

AT_ONCE: Final = 1000
"""Rows fetched at a time."""


async def plan_tallies(
    store: Store, plan: Mapping[str, Sequence[Planned]], pieces: Sequence[Interval], now: datetime
) -> dict[tuple[str, int], Tally]:
    """What the plan counts for, by agent and the number of the interval.

    Args:
        store: Where to ask what they did.
        plan: By agent, in order, none overlapping; agents without a plan are not looked at.
        pieces: Neighbouring intervals in order.
        now: Until when they are judged.
    """
    tallies: dict[tuple[str, int], Tally] = {}
    async for agent, stretches in _by_agent(store, list(plan), pieces[0].begin, pieces[-1].end):
        mine = [one for one in plan[agent] if one.begin < pieces[-1].end and one.end > pieces[0].begin]
        tallies |= {(agent, place): tally for place, tally in of_plan(mine, stretches, pieces, now).items()}
    return tallies


async def plan_deviations(
    store: Store, plan: Mapping[str, Sequence[Planned]], since: datetime, until: datetime, now: datetime
) -> list[tuple[str, Deviation]]:
    """Every exception that began in the range, by agent and time."""
    found: list[tuple[str, Deviation]] = []
    async for agent, stretches in _by_agent(store, list(plan), since, until):
        mine = [one for one in plan[agent] if one.begin < until and one.end > since]
        found += [(agent, one) for one in deviations(mine, stretches, until, now) if one.begin >= since]
    return found


async def _by_agent(
    store: Store, agents: Sequence[str], since: datetime, until: datetime
) -> AsyncIterator[tuple[str, list[AgentInterval]]]:
    doing = AGENT_INTERVALS.c
    statement = where(
        AgentInterval,
        doing.agent.in_(agents),
        doing.started_at < until,
        or_(doing.ended_at.is_(None), doing.ended_at > since),
    ).order_by(doing.agent, doing.started_at, doing.id)
    stretches: list[AgentInterval] = []
    if not agents:
        return
    async with store.reading() as connection:
        result = await connection.stream(statement, execution_options={"yield_per": AT_ONCE})
        async for some in result.mappings().partitions():
            for one in (AgentInterval(**fields) for fields in some):
                if stretches and stretches[0].agent != one.agent:
                    yield stretches[0].agent, stretches
                    stretches = []
                stretches.append(one)
    if stretches:
        yield stretches[0].agent, stretches
