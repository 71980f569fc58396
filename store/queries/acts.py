"""Acts of supervisors: claimed once, answered once, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from store.act_rows import Act
from store.queries.pages import Page, fetch, fetch_page, where
from store.schema import ACTS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store


async def claim(store: Store, row: Act) -> Act | None:
    """Write an act before it is done. None: the key is new, and it is the caller's to do; else the act that had it.

    Two that claim one key at the same time, from whatever processes: one of them gets it.

    Raises:
        StoreUnavailable: The database does not serve; nothing may be done.
    """
    values = {column.name: getattr(row, column.name) for column in ACTS.columns}
    insert = (postgresql if store.kind == "postgresql" else sqlite).insert(ACTS)
    statement = insert.values(values).on_conflict_do_nothing(index_elements=["id"]).returning(ACTS.c.id)
    async with store.writing() as connection:
        if (await connection.execute(statement)).first() is not None:
            return None
        (found,) = await fetch(connection, Act, where(Act, ACTS.c.id == row.id))
    return found


async def answer(store: Store, key: str, *, at: datetime, code: str, words: str, seen: str) -> None:
    """Write what came of an act; an answer that is there already stands.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    open_one = (ACTS.c.id == key) & ACTS.c.answered_at.is_(None)
    statement = update(ACTS).where(open_one).values(answered_at=at, code=code, words=words, seen=seen)
    async with store.writing() as connection:
        await connection.execute(statement)


async def interrupted(store: Store, node: str, at: datetime) -> int:
    """Say of every act of a node that was never answered that nobody knows; how many there were.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    words = "the service ended before the answer; whether it was done is not known, and it is not done again"
    left = (ACTS.c.node == node) & ACTS.c.answered_at.is_(None)
    statement = update(ACTS).where(left).values(answered_at=at, code="interrupted", words=words, seen="")
    async with store.writing() as connection:
        return (await connection.execute(statement)).rowcount


async def act(store: Store, key: str) -> Act | None:
    """The act of a key; null when there is none."""
    async with store.reading() as connection:
        found = await fetch(connection, Act, where(Act, ACTS.c.id == key))
    return found[0] if found else None


async def acts(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    who: str | None = None,
    kind: str | None = None,
    target: str | None = None,
    code: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Act]:
    """The acts asked for in the range that meet every filter given, newest first.

    Args:
        store: Where to ask.
        since: The range's beginning; null for the oldest.
        until: The range's end, not in it; null for the newest.
        who: Only this person's.
        kind: Only this act, `pause` for example.
        target: Only this target's, `agent:1001` for example.
        code: Only those with this answer.
        limit: The most rows of the page (1 to 1000).
        after: The `next` of the page before.

    Raises:
        BadCursorError: `after` is not from a page.
        StoreUnavailable: The database does not serve.
    """
    one = ACTS.c
    statement = where(
        Act,
        None if since is None else one.asked_at >= since,
        None if until is None else one.asked_at < until,
        None if who is None else one.who == who,
        None if kind is None else one.act == kind,
        None if target is None else one.target == target,
        None if code is None else one.code == code,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Act, statement, by="asked_at", limit=limit, after=after)


async def notes(store: Store, node: str, since: datetime) -> tuple[Act, ...]:
    """The notes that were sent since then and those that were taken down, oldest first.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    one = ACTS.c
    of_notes = one.act.in_(("note", "take_note_down"))
    statement = where(Act, one.node == node, one.asked_at >= since, of_notes, one.code == "done")
    async with store.reading() as connection:
        return await fetch(connection, Act, statement.order_by(one.asked_at, one.id))
