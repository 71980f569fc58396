"""Agents: what they do now, what they did, which queues they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from store.queries.pages import fetch, where
from store.rows import AgentInterval, Membership
from store.schema import AGENT_INTERVALS, MEMBERSHIPS, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTotals:
    """One agent's counts for a range.

    Attributes:
        agent: The agent's id.
        answered: Visits answered.
        missed: Ringings not answered in time (result `no_answer`).
        talk_sum_s: Seconds of finished talks, together.
    """

    agent: str
    answered: int = 0
    missed: int = 0
    talk_sum_s: float = 0.0


async def agents_now(store: Store, *, node: str | None = None) -> tuple[AgentInterval, ...]:
    """The current interval of every agent (of one node), by node and agent."""
    columns = AGENT_INTERVALS.c
    statement = where(AgentInterval, columns.ended_at.is_(None), None if node is None else columns.node == node)
    async with store.reading() as connection:
        ordered = statement.order_by(columns.node, columns.agent, columns.started_at)
        return await fetch(connection, AgentInterval, ordered)


async def cut_short(store: Store, node: str, since: datetime) -> tuple[AgentInterval, ...]:
    """Of every agent of a node who is in no state now, the interval that ended last; none that began before `since`.

    A bridge that is killed between two of its transactions may have written an end and not the beginning behind it.
    """
    columns = AGENT_INTERVALS.c
    last = (
        select(columns.agent, func.max(columns.started_at).label("started_at"))
        .where(columns.node == node, columns.started_at >= since)
        .group_by(columns.agent)
        .having(func.count() == func.count(columns.ended_at))
        .subquery()
    )
    latest = and_(columns.agent == last.c.agent, columns.started_at == last.c.started_at)
    statement = where(AgentInterval, columns.node == node, latest, columns.ended_at.is_not(None))
    async with store.reading() as connection:
        return await fetch(connection, AgentInterval, statement.order_by(columns.agent))


async def agent_intervals(
    store: Store,
    since: datetime,
    until: datetime,
    *,
    agent: str | None = None,
    node: str | None = None,
) -> tuple[AgentInterval, ...]:
    """Every interval that touches the range, uncut, by node, agent and start; the caller cuts at the range's ends."""
    columns = AGENT_INTERVALS.c
    statement = where(
        AgentInterval,
        columns.started_at < until,
        or_(columns.ended_at.is_(None), columns.ended_at > since),
        None if agent is None else columns.agent == agent,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        ordered = statement.order_by(columns.node, columns.agent, columns.started_at, columns.id)
        return await fetch(connection, AgentInterval, ordered)


async def agent_totals(
    store: Store,
    since: datetime,
    until: datetime | None = None,
    *,
    node: str | None = None,
) -> list[AgentTotals]:
    """What each agent answered and missed in the range, by agent; answers by `answered_at`, misses by their start."""
    visit, ring = VISITS.c, RING_ATTEMPTS.c
    answers = (
        select(
            visit.agent, func.count().label("answered"), func.coalesce(func.sum(visit.talk_s), 0.0).label("talk_sum_s")
        )
        .where(visit.agent.is_not(None), visit.answered_at >= since)
        .group_by(visit.agent)
    )
    misses = (
        select(ring.agent, func.count().label("missed"))
        .where(ring.result == "no_answer", ring.started_at >= since)
        .group_by(ring.agent)
    )
    if until is not None:
        answers, misses = answers.where(visit.answered_at < until), misses.where(ring.started_at < until)
    if node is not None:
        answers, misses = answers.where(visit.node == node), misses.where(ring.node == node)
    async with store.reading() as connection:
        answered = {found.agent: found for found in await connection.execute(answers)}
        missed = {found.agent: found.missed for found in await connection.execute(misses)}
    return [
        AgentTotals(
            agent=agent,
            answered=answered[agent].answered if agent in answered else 0,
            missed=missed.get(agent, 0),
            talk_sum_s=answered[agent].talk_sum_s if agent in answered else 0.0,
        )
        for agent in sorted({*answered, *missed})
    ]


async def memberships(
    store: Store,
    *,
    node: str | None = None,
    agent: str | None = None,
    left_too: bool = False,
) -> tuple[Membership, ...]:
    """Who serves which queue now (with `left_too`, also who once did), by node, queue and agent."""
    columns = MEMBERSHIPS.c
    statement = where(
        Membership,
        None if node is None else columns.node == node,
        None if agent is None else columns.agent == agent,
        None if left_too else columns.left_at.is_(None),
    )
    async with store.reading() as connection:
        return await fetch(connection, Membership, statement.order_by(columns.node, columns.queue, columns.agent))
