"""Calls on their way through the flows, what was remembered of their callers, and the messages they left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.queries.pages import Page, R, fetch, fetch_page, where
from store.records import Callback, Recording, Survey, Ticket
from store.rows import Journey, JourneyStep, Remembered, RingAttempt, Visit, Voicemail
from store.schema import JOURNEY_STEPS, JOURNEYS, REMEMBERED, RING_ATTEMPTS, TABLE_OF, VOICEMAILS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store


@dataclass(frozen=True, slots=True)
class JourneyStory:
    """One journey with its steps.

    Attributes:
        journey: The journey.
        steps: Its steps, in order.
    """

    journey: Journey
    steps: tuple[JourneyStep, ...]


@dataclass(frozen=True, slots=True)
class CallStory:
    """Everything the database has about one call, each in the order it began.

    Attributes:
        journeys: Its ways through flows.
        visits: Its visits to queues.
        voicemails: The messages left.
        surveys: The surveys asked.
        callbacks: The callbacks asked for.
        tickets: The tickets opened.
        recordings: What the caller said at `record` steps.
        rings: Every ringing of an agent for its visits.
    """

    journeys: tuple[JourneyStory, ...]
    visits: tuple[Visit, ...]
    voicemails: tuple[Voicemail, ...]
    surveys: tuple[Survey, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    recordings: tuple[Recording, ...] = ()
    rings: tuple[RingAttempt, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the call."""
        left = (self.voicemails, self.surveys, self.callbacks, self.tickets, self.recordings)
        return not (self.journeys or self.visits or any(left))


async def journeys(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    flow: str | None = None,
    number: str | None = None,
    node: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Journey]:
    """The journeys that began in the range and meet every filter given, newest first; arguments as for `visits`.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = JOURNEYS.c
    statement = where(
        Journey,
        None if since is None else columns.started_at >= since,
        None if until is None else columns.started_at < until,
        None if flow is None else columns.flow == flow,
        None if number is None else columns.number == number,
        None if node is None else columns.node == node,
    )
    async with store.reading() as connection:
        return await fetch_page(connection, Journey, statement, by="started_at", limit=limit, after=after)


async def journey(store: Store, call_id: str) -> JourneyStory | None:
    """The first journey of a call with its steps; null when the call has none."""
    async with store.reading() as connection:
        stories = await _stories_of_call(connection, call_id)
    return stories[0] if stories else None


async def journey_by_id(store: Store, journey_id: str) -> JourneyStory | None:
    """One journey with its steps; null when there is none of that id."""
    async with store.reading() as connection:
        found = await fetch(connection, Journey, where(Journey, JOURNEYS.c.id == journey_id))
        return JourneyStory(found[0], await _steps(connection, journey_id)) if found else None


async def call(store: Store, call_id: str) -> CallStory:
    """Everything known about one call; empty where nothing is."""
    async with store.reading() as connection:
        stories = await _stories_of_call(connection, call_id)
        visits = await _of_call(connection, Visit, call_id, "entered_at")
        return CallStory(
            stories,
            visits,
            await _of_call(connection, Voicemail, call_id, "recorded_at"),
            await _of_call(connection, Survey, call_id, "asked_at"),
            await _of_call(connection, Callback, call_id, "asked_at"),
            await _of_call(connection, Ticket, call_id, "opened_at"),
            await _of_call(connection, Recording, call_id, "recorded_at"),
            await _rings(connection, [visit.id for visit in visits]),
        )


async def remembered(store: Store, caller_key: str) -> dict[str, str]:
    """What this caller chose on earlier calls: step to choice. Withdrawn choices are not in it."""
    columns = REMEMBERED.c
    statement = where(Remembered, columns.caller_key == caller_key, columns.key != "")
    async with store.reading() as connection:
        return {kept.step: kept.key for kept in await fetch(connection, Remembered, statement.order_by(columns.step))}


async def voicemails(
    store: Store,
    *,
    box: str | None = None,
    limit: int = 100,
    after: str | None = None,
) -> Page[Voicemail]:
    """Messages left (in one box), newest first.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    statement = where(Voicemail, None if box is None else VOICEMAILS.c.box == box)
    async with store.reading() as connection:
        return await fetch_page(connection, Voicemail, statement, by="recorded_at", limit=limit, after=after)


async def _of_call(connection: AsyncConnection, kind: type[R], call_id: str, by: str) -> tuple[R, ...]:
    """The rows of one table that belong to a call, in order of the instant column `by`."""
    columns = TABLE_OF[kind].c
    return await fetch(connection, kind, where(kind, columns.call_id == call_id).order_by(columns[by], columns["id"]))


async def _rings(connection: AsyncConnection, visits: Sequence[str]) -> tuple[RingAttempt, ...]:
    columns = RING_ATTEMPTS.c
    statement = where(RingAttempt, columns.visit_id.in_(visits)).order_by(columns.started_at, columns.ordinal)
    return await fetch(connection, RingAttempt, statement)


async def _stories_of_call(connection: AsyncConnection, call_id: str) -> tuple[JourneyStory, ...]:
    columns = JOURNEYS.c
    of_call = where(Journey, columns.call_id == call_id).order_by(columns.started_at, columns.id)
    found = await fetch(connection, Journey, of_call)
    return tuple([JourneyStory(each, await _steps(connection, each.id)) for each in found])


async def _steps(connection: AsyncConnection, journey_id: str) -> tuple[JourneyStep, ...]:
    columns = JOURNEY_STEPS.c
    statement = where(JourneyStep, columns.journey_id == journey_id).order_by(columns.ordinal)
    return await fetch(connection, JourneyStep, statement)
