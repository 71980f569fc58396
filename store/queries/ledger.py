"""What proving the ledger needs: the visits of some channels, how far they were proved, and what they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from store.purging import purge
from store.queries.pages import fetch, where
from store.retention import evidence_rule
from store.rows import EvidenceLine, Journey, Knowledge, LogPlace, RingAttempt, Visit, journey_id
from store.schema import EVIDENCE_LINES, JOURNEYS, KNOWLEDGE, LOG_PLACES, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from store.engine import Store

AT_ONCE: Final = 500
"""Channels asked for in one statement: below every engine's bound on parameters."""


async def visits_of_channels(
    store: Store, node: str, channels: Iterable[str]
) -> tuple[tuple[Visit, ...], Mapping[str, tuple[RingAttempt, ...]]]:
    """Every visit of these channels, by channel and ordinal, and the ringing of each by visit."""
    wanted = sorted(set(channels))
    found: list[Visit] = []
    rings: dict[str, tuple[RingAttempt, ...]] = {}
    async with store.reading() as connection:
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            mine = (VISITS.c.node == node) & VISITS.c.channel_id.in_(some)
            statement = where(Visit, mine).order_by(VISITS.c.channel_id, VISITS.c.ordinal)
            found.extend(await fetch(connection, Visit, statement))
            ring = RING_ATTEMPTS.c
            theirs = where(RingAttempt, ring.visit_id.in_(select(VISITS.c.id).where(mine)))
            for one in await fetch(connection, RingAttempt, theirs.order_by(ring.visit_id, ring.ordinal)):
                rings[one.visit_id] = (*rings.get(one.visit_id, ()), one)
    return tuple(found), rings


async def journeys_of_channels(store: Store, node: str, channels: Iterable[str]) -> tuple[Journey, ...]:
    """The journeys of these callers' channels, by channel."""
    wanted = sorted(set(channels))
    found: list[Journey] = []
    async with store.reading() as connection:
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            mine = (JOURNEYS.c.node == node) & JOURNEYS.c.id.in_([journey_id(node, channel) for channel in some])
            found.extend(await fetch(connection, Journey, where(Journey, mine).order_by(JOURNEYS.c.id)))
    return tuple(found)


async def journeys_between(
    store: Store, node: str, since: datetime, until: datetime, *, after: str = "", limit: int = 1000
) -> tuple[Journey, ...]:
    """The node's journeys that began in a range, by id, from behind one id on."""
    journey = JOURNEYS.c
    inside = (journey.node == node) & (journey.started_at >= since) & (journey.started_at < until)
    statement = where(Journey, inside, journey.id > after).order_by(journey.id).limit(limit)
    async with store.reading() as connection:
        return await fetch(connection, Journey, statement)


async def first_visits(store: Store, node: str, since: datetime, limit: int) -> tuple[Visit, ...]:
    """The node's first visits from a moment on, oldest first; those refused at the door left out."""
    visit = VISITS.c
    joined = visit.outcome.is_(None) | visit.outcome.not_in(["full", "join_empty"])
    statement = where(Visit, visit.node == node, visit.entered_at >= since, joined)
    async with store.reading() as connection:
        return await fetch(connection, Visit, statement.order_by(visit.entered_at, visit.id).limit(limit))


async def agent_names(store: Store, node: str) -> Mapping[str, str]:
    """The display name each agent of the node last answered a visit under."""
    visit = VISITS.c
    newest = (
        select(visit.agent, func.max(visit.entered_at).label("at"))
        .where(visit.node == node, visit.agent.is_not(None), visit.agent_name.is_not(None))
        .group_by(visit.agent)
        .subquery()
    )
    statement = select(visit.agent, visit.agent_name).join(
        newest, (visit.agent == newest.c.agent) & (visit.entered_at == newest.c.at)
    )
    async with store.reading() as connection:
        found = await connection.execute(statement.where(visit.node == node))
        return {one.agent: one.agent_name for one in found}


async def knowledge(store: Store, node: str) -> Knowledge | None:
    """How far the node's history can be relied on; null when no bridge has said so yet."""
    async with store.reading() as connection:
        found = await fetch(connection, Knowledge, where(Knowledge, KNOWLEDGE.c.node == node))
    return found[0] if found else None


async def log_place(store: Store, node: str, log: str) -> LogPlace | None:
    """Where a reader of the node's queue_log was; null when it never was anywhere."""
    place = LOG_PLACES.c
    async with store.reading() as connection:
        found = await fetch(connection, LogPlace, where(LogPlace, place.node == node, place.log == log))
    return found[0] if found else None


async def evidence_of_channels(store: Store, node: str, channels: Iterable[str]) -> tuple[EvidenceLine, ...]:
    """The lines kept of these channels, as they were said."""
    line = EVIDENCE_LINES.c
    statement = where(EvidenceLine, line.node == node, line.channel_id.in_(sorted(set(channels))))
    async with store.reading() as connection:
        return await fetch(connection, EvidenceLine, statement.order_by(line.at, line.source, line.id))


async def forget_evidence(store: Store, node: str, before: datetime) -> int:
    """Deletes the node's lines older than that, a few at a time, on PostgreSQL whole months at once; how many lines."""
    (gone,) = await purge(store, [evidence_rule(node, before)])
    return gone.rows
