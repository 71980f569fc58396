"""What callers told us and what was promised them: surveys, callbacks, tickets, recordings, each in pages by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.queries.pages import Page, fetch, fetch_page, where
from store.records import Callback, Recording, Survey, Ticket
from store.schema import CALLBACKS, RECORDINGS, SURVEYS, TICKETS

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store


async def surveys(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    survey: str | None = None,
    agent: str | None = None,
    node: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Survey]:
    """The surveys asked in the range that meet every filter given, newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = SURVEYS.c
    statement = where(
        Survey,
        None if since is None else columns.asked_at >= since,
        None if until is None else columns.asked_at < until,
        None if survey is None else columns.survey == survey,
        None if agent is None else columns.agent == agent,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Survey, statement, by="asked_at", limit=limit, after=after)


async def callbacks(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    queue: str | None = None,
    node: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Callback]:
    """The callbacks asked for in the range that meet every filter given, newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = CALLBACKS.c
    statement = where(
        Callback,
        None if since is None else columns.asked_at >= since,
        None if until is None else columns.asked_at < until,
        None if queue is None else columns.queue == queue,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Callback, statement, by="asked_at", limit=limit, after=after)


async def tickets(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    kind: str | None = None,
    colour: str | None = None,
    node: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Ticket]:
    """The tickets opened in the range that meet every filter given, newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = TICKETS.c
    statement = where(
        Ticket,
        None if since is None else columns.opened_at >= since,
        None if until is None else columns.opened_at < until,
        None if kind is None else columns.kind == kind,
        None if colour is None else columns.colour == colour,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Ticket, statement, by="opened_at", limit=limit, after=after)


async def recordings(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    node: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Recording]:
    """The recordings begun in the range, newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = RECORDINGS.c
    statement = where(
        Recording,
        None if since is None else columns.recorded_at >= since,
        None if until is None else columns.recorded_at < until,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Recording, statement, by="recorded_at", limit=limit, after=after)


async def recording(store: Store, recording_id: str) -> Recording | None:
    """One recording, as a ticket refers to it; null when there is none of that id."""
    async with store.reading() as connection:
        found = await fetch(connection, Recording, where(Recording, RECORDINGS.c.id == recording_id))
        return found[0] if found else None
