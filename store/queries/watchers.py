"""Which bridges say that they watch a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from store.queries.pages import fetch, where
from store.rows import Watcher
from store.schema import WATCHERS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store


async def watchers(store: Store, node: str) -> tuple[Watcher, ...]:
    """All that ever said so and were not forgotten, the dead among them; by the time each began."""
    watcher = WATCHERS.c
    async with store.reading() as connection:
        statement = where(Watcher, watcher.node == node).order_by(watcher.since, watcher.bridge)
        return await fetch(connection, Watcher, statement)


async def forget_watchers(store: Store, node: str, before: datetime, *, bridge: str = "") -> None:
    """Those that have not said so since then, and this one, whose work is done."""
    watcher = WATCHERS.c
    gone = (watcher.seen_at < before) | (watcher.bridge == bridge)
    async with store.writing() as connection:
        await connection.execute(delete(WATCHERS).where(watcher.node == node, gone))
