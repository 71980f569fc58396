"""What agents did against their plan, by agent and interval: one agent's stretches in memory at a time."""

from __future__ import annotations

from types import MappingProxyType
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
    store: Store,
    plan: Mapping[str, Sequence[Planned]],
    pieces: Sequence[Interval],
    now: datetime,
    *,
    formerly: Mapping[str, str] = MappingProxyType({}),
) -> dict[tuple[str, int], Tally]:
    """What the plan counts for, by agent and the number of the interval.

    Args:
        store: Where to ask what they did.
        plan: By agent, in order, none overlapping; agents without a plan are not looked at.
        pieces: Neighbouring intervals in order.
        now: Until when they are judged.
        formerly: By an id that an agent had before, the one he has now; his plan may name either.
    """
    tallies: dict[tuple[str, int], Tally] = {}
    begin, end = pieces[0].begin, pieces[-1].end
    async for agent, stretches in _by_agent(store, _ever(plan, formerly), begin, end):
        present = formerly.get(agent, agent)
        theirs = plan.get(agent, plan.get(present, ()))
        mine = [one for one in theirs if one.begin < end and one.end > begin]
        for place, tally in of_plan(mine, stretches, pieces, now).items():
            key = (present, place)
            tallies[key] = tallies[key] + tally if key in tallies else tally
    return tallies


def _ever(plan: Mapping[str, Sequence[Planned]], formerly: Mapping[str, str]) -> list[str]:
    """The agents of a plan with the ids they had before."""
    return list(dict.fromkeys((*plan, *(old for old, new in formerly.items() if new in plan))))


async def plan_deviations(
    store: Store,
    plan: Mapping[str, Sequence[Planned]],
    range_: Interval,
    now: datetime,
    *,
    formerly: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, Deviation]]:
    """Every exception that began in the range, by agent and time; `formerly` as `plan_tallies` has it."""
    found: list[tuple[str, Deviation]] = []
    since, until = range_.begin, range_.end
    async for agent, stretches in _by_agent(store, _ever(plan, formerly), since, until):
        present = formerly.get(agent, agent)
        theirs = plan.get(agent, plan.get(present, ()))
        mine = [one for one in theirs if one.begin < until and one.end > since]
        found += [(present, one) for one in deviations(mine, stretches, until, now) if one.begin >= since]
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
