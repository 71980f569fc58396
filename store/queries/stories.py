"""All journeys of a time with all their steps, read in pieces: for whoever goes through every call."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from store.queries.journeys import JourneyStory, journeys
from store.queries.pages import fetch, where
from store.rows import JourneyStep
from store.schema import JOURNEY_STEPS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from store.engine import Store

AT_ONCE: Final = 500
"""Journeys read in one piece: below the number of places a statement may have in either database."""


async def stories(store: Store, since: datetime, until: datetime | None = None) -> AsyncIterator[JourneyStory]:
    """The journeys that began in the range, newest first, each with its steps; those that begin meanwhile are left out.

    Args:
        store: the history.
        since: the first moment, aware.
        until: the first moment behind; None is now.
    """
    after = None
    while True:
        page = await journeys(store, since, until, limit=AT_ONCE, after=after)
        names = [each.id for each in page.rows]
        columns = JOURNEY_STEPS.c
        wanted = where(JourneyStep, columns.journey_id.in_(names)).order_by(columns.journey_id, columns.ordinal)
        async with store.reading() as connection:
            found = await fetch(connection, JourneyStep, wanted)
        steps = {name: tuple(rows) for name, rows in groupby(found, lambda row: row.journey_id)}
        for each in page.rows:
            yield JourneyStory(each, steps.get(each.id, ()))
        if page.next is None:
            return
        after = page.next
