"""What a bridge needs to go on after a restart as if it had never stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from store.queries.pages import fetch, where
from store.rows import BridgeState, RingAttempt, Visit
from store.schema import BRIDGE_STATE, RING_ATTEMPTS, VISITS

if TYPE_CHECKING:
    from store.engine import Store


async def open_visits(store: Store, node: str) -> tuple[Visit, ...]:
    """The node's visits that were not over when last heard of, oldest first."""
    statement = where(Visit, VISITS.c.node == node, VISITS.c.ended_at.is_(None))
    async with store.reading() as connection:
        return await fetch(connection, Visit, statement.order_by(VISITS.c.entered_at, VISITS.c.id))


async def open_ring_attempts(store: Store, node: str) -> tuple[RingAttempt, ...]:
    """The ringings not over when last heard of that belong to the node's open visits, by visit and ordinal."""
    ring = RING_ATTEMPTS.c
    open_ones = select(VISITS.c.id).where(VISITS.c.node == node, VISITS.c.ended_at.is_(None))
    statement = where(RingAttempt, ring.visit_id.in_(open_ones), ring.ended_at.is_(None))
    async with store.reading() as connection:
        return await fetch(connection, RingAttempt, statement.order_by(ring.visit_id, ring.ordinal))


async def bridge_state(store: Store, node: str) -> BridgeState | None:
    """What the node's bridge knew last; null when there never was one."""
    async with store.reading() as connection:
        found = await fetch(connection, BridgeState, where(BridgeState, BRIDGE_STATE.c.node == node))
    return found[0] if found else None


async def bridge_states(store: Store) -> tuple[BridgeState, ...]:
    """What every bridge knew last, by node."""
    async with store.reading() as connection:
        return await fetch(connection, BridgeState, where(BridgeState).order_by(BRIDGE_STATE.c.node))
