"""What agents did, for whoever fills in the time nobody saw: their places in queues, talks, ringing, and the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, or_, select

from store.partitions import Partitions
from store.queries.pages import fetch, where
from store.rows import AgentInterval, Gap, MembershipInterval, RingAttempt, Visit
from store.schema import AGENT_INTERVALS, GAPS, MEMBERSHIP_INTERVALS, RING_ATTEMPTS, VISITS
from store.upserts import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from store.engine import Store

LONGEST_CALL: Final = timedelta(hours=24)
"""How long before a range a visit may have begun and still touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All the history has of agents that touches a range.

    Attributes:
        intervals: What they did, by agent and start.
        memberships: Their places in queues, by agent, queue and start.
        talks: Visits an agent answered.
        rings: The ringing, with the queue it was for.
    """

    intervals: Sequence[AgentInterval]
    memberships: Sequence[MembershipInterval]
    talks: Sequence[Visit]
    rings: Sequence[tuple[RingAttempt, str]]


async def told_of_agents(store: Store, node: str, since: datetime, until: datetime) -> Told:
    """What the node's history has of agents in a range."""
    visit, ring = VISITS.c, RING_ATTEMPTS.c
    intervals, memberships = await stretches_of_agents(store, node, since, until)
    lately = and_(visit.entered_at >= since - LONGEST_CALL, visit.entered_at < until, visit.node == node)
    talks = where(
        Visit,
        lately,
        visit.agent.is_not(None),
        visit.answered_at < until,
        or_(visit.ended_at.is_(None), visit.ended_at > since),
    )
    rang = (
        select(*RING_ATTEMPTS.columns, visit.queue.label("for_queue"))
        .join(VISITS, visit.id == ring.visit_id)
        .where(
            ring.node == node,
            ring.started_at < until,
            ring.started_at >= since - LONGEST_CALL,
            or_(ring.ended_at.is_(None), ring.ended_at > since),
        )
    )
    async with store.reading() as connection:
        found = await connection.execute(rang.order_by(ring.started_at, ring.visit_id, ring.ordinal))
        rings = [_ring(dict(one)) for one in found.mappings()]
        found_talks = await fetch(connection, Visit, talks.order_by(visit.answered_at, visit.id))
    return Told(intervals=intervals, memberships=memberships, talks=found_talks, rings=rings)


async def stretches_of_agents(
    store: Store, node: str, since: datetime, until: datetime
) -> tuple[tuple[AgentInterval, ...], tuple[MembershipInterval, ...]]:
    """What agents did in a range, by agent and start; and their places in queues, by agent, queue and start."""
    doing, place = AGENT_INTERVALS.c, MEMBERSHIP_INTERVALS.c
    intervals = where(
        AgentInterval,
        doing.node == node,
        doing.started_at < until,
        or_(doing.ended_at.is_(None), doing.ended_at >= since),
    ).order_by(doing.agent, doing.started_at, doing.id)
    places = where(
        MembershipInterval,
        place.node == node,
        place.started_at < until,
        or_(place.ended_at.is_(None), place.ended_at >= since),
    ).order_by(place.agent, place.queue, place.started_at)
    async with store.reading() as connection:
        return await fetch(connection, AgentInterval, intervals), await fetch(connection, MembershipInterval, places)


def _ring(fields: dict[str, object]) -> tuple[RingAttempt, str]:
    queue = str(fields.pop("for_queue"))
    return RingAttempt(**fields), queue  # type: ignore[arg-type]  # columns are fields by name


async def members_now(store: Store, node: str) -> tuple[MembershipInterval, ...]:
    """The node's members as they were last heard of, by agent and queue."""
    place = MEMBERSHIP_INTERVALS.c
    statement = where(MembershipInterval, place.node == node, place.ended_at.is_(None))
    async with store.reading() as connection:
        return await fetch(connection, MembershipInterval, statement.order_by(place.agent, place.queue))


async def gaps(store: Store, node: str) -> tuple[Gap, ...]:
    """The node's gaps, oldest first."""
    async with store.reading() as connection:
        return await fetch(connection, Gap, where(Gap, GAPS.c.node == node).order_by(GAPS.c.since))


async def open_gap(store: Store, node: str) -> Gap | None:
    """The gap that has not ended; null when the last bridge saw until it stopped."""
    gap = GAPS.c
    statement = where(Gap, gap.node == node, gap.until.is_(None)).order_by(gap.since.desc()).limit(1)
    async with store.reading() as connection:
        found = await fetch(connection, Gap, statement)
    return found[0] if found else None


async def unsettled_gaps(store: Store, node: str) -> tuple[Gap, ...]:
    """The node's gaps that ended and were not filled in for good, oldest first."""
    gap = GAPS.c
    statement = where(Gap, gap.node == node, gap.until.is_not(None), gap.settled.is_(False))
    async with store.reading() as connection:
        return await fetch(connection, Gap, statement.order_by(gap.since))


async def first_seen(store: Store, node: str) -> Mapping[str, datetime]:
    """When each agent of the node was first seen doing anything."""
    doing = AGENT_INTERVALS.c
    statement = select(doing.agent, func.min(doing.started_at).label("at")).where(doing.node == node)
    async with store.reading() as connection:
        found = await connection.execute(statement.group_by(doing.agent))
        return {one.agent: one.at for one in found}


async def first_place_at(store: Store, node: str) -> datetime | None:
    """When the node's history of places in queues begins; null when it has none."""
    place = MEMBERSHIP_INTERVALS.c
    statement = select(func.min(place.started_at)).where(place.node == node)
    async with store.reading() as connection:
        first: datetime | None = (await connection.execute(statement)).scalar_one()
        return first


async def first_of_a_bridge(store: Store, node: str) -> datetime | None:
    """When a bridge first saw what the node's agents do; null where all that is known of them was imported."""
    imported = [gap.until for gap in await gaps(store, node) if gap.cause == "import" and gap.until is not None]
    doing = AGENT_INTERVALS.c
    statement = select(func.min(doing.started_at)).where(doing.node == node)
    if imported:
        statement = statement.where(doing.started_at >= max(imported))
    async with store.reading() as connection:
        first: datetime | None = (await connection.execute(statement)).scalar_one()
        return first


async def replace_stretches(
    store: Store, node: str, since: datetime, until: datetime, stretches: Mapping[str, Iterable[AgentInterval]]
) -> None:
    """Puts, for each agent named, these stretches in the place of all that began in the range; in one transaction."""
    doing = AGENT_INTERVALS.c
    told = {agent: list(rows) for agent, rows in stretches.items()}
    await Partitions(store).make_for([row for rows in told.values() for row in rows])
    async with store.writing() as connection:
        for agent, rows in told.items():
            mine = and_(doing.node == node, doing.agent == agent, doing.started_at >= since, doing.started_at < until)
            await connection.execute(delete(AGENT_INTERVALS).where(mine))
            await write(connection, store.kind, rows)
