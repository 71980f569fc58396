"""Ends for journeys that nobody ends, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store.endings import AT_ONCE, JourneyEnd, add_journeys, end_journeys, open_journeys
from store.queries.journeys import journeys
from store.rows import journey_id
from store.upserts import UNLED, Unled
from store.writer import Writer
from tests.store.samples import NOON, a_journey

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import Journey

LATER = NOON + timedelta(minutes=5)


def journey(channel: str, node: str = "gz-1") -> Journey:
    return a_journey(id=journey_id(node, channel), node=node, call_id=channel, channel_id=channel)


async def keep(store: Store, *rows: Journey) -> None:
    async with Writer(store) as writer:
        for row in rows:
            writer.put(row)
        await writer.flush()  # however slow the machine: closing waits only so long


async def ends(store: Store) -> dict[str, tuple[object, object]]:
    return {one.channel_id: (one.outcome, one.ended_at) for one in (await journeys(store)).rows}


def end(channel: str, node: str = "gz-1") -> JourneyEnd:
    return JourneyEnd(id=journey_id(node, channel), at=LATER, outcome="lost")


async def test_only_an_empty_end_is_filled(store: Store) -> None:
    over = replace(journey("c2"), ended_at=NOON + timedelta(seconds=9), outcome="hung_up")
    await keep(store, journey("c1"), over)
    told = await end_journeys(store, [end("c1"), end("c2"), end("c3")])
    assert told == (end("c1"),)
    assert await end_journeys(store, [end("c1")]) == ()
    assert await ends(store) == {"c1": ("lost", LATER), "c2": ("hung_up", NOON + timedelta(seconds=9))}


async def test_the_services_own_word_wins_when_it_comes_later(store: Store) -> None:
    await keep(store, journey("c1"))
    await end_journeys(store, [end("c1")])
    await keep(store, replace(journey("c1"), ended_at=NOON, outcome="finished"))
    assert await ends(store) == {"c1": ("finished", NOON)}


@pytest.mark.parametrize("outcome", UNLED)
async def test_a_row_from_before_the_end_that_is_drained_late_opens_nothing(store: Store, outcome: Unled) -> None:
    await keep(store, journey("c1"))
    await end_journeys(store, [replace(end("c1"), outcome=outcome)])
    await keep(store, replace(journey("c1"), last_step="menu", language="en"))
    assert await ends(store) == {"c1": (outcome, LATER)}
    (row,) = (await journeys(store)).rows
    assert (row.last_step, row.language) == ("menu", "en"), "what else it tells is newer than what was there"


async def test_a_journey_its_own_service_ended_in_a_queue_goes_on_after_it(store: Store) -> None:
    await keep(store, replace(journey("c1"), ended_at=NOON, outcome="queued"), replace(journey("c1"), last_step="rate"))
    assert await ends(store) == {"c1": (None, None)}


async def test_more_journeys_than_one_statement_takes(store: Store) -> None:
    channels = [f"c{number}" for number in range(AT_ONCE + 1)]
    await keep(store, *(journey(channel) for channel in channels))
    assert len(await end_journeys(store, [end(channel) for channel in channels])) == AT_ONCE + 1


async def test_open_journeys_are_those_of_one_node_and_time_without_an_end(store: Store) -> None:
    late = replace(journey("late"), started_at=LATER)
    await keep(store, journey("c1"), late, replace(journey("c2"), ended_at=NOON), journey("c3", node="gz-2"))
    found = await open_journeys(store, "gz-1", NOON, LATER)
    assert [one.channel_id for one in found] == ["c1"]


async def test_a_journey_nobody_wrote_down_is_added_and_one_that_is_there_stays(store: Store) -> None:
    services = replace(journey("c1"), ended_at=NOON, outcome="finished", last_step="menu")
    guessed = replace(journey("c1"), flow="", flow_version="", ended_at=LATER, outcome="lost")
    await keep(store, services)
    await add_journeys(store, [guessed, replace(guessed, id=journey_id("gz-1", "c2"), channel_id="c2")])
    assert await ends(store) == {"c1": ("finished", NOON), "c2": ("lost", LATER)}
    assert services in (await journeys(store)).rows
    await add_journeys(store, [])
    assert len((await journeys(store)).rows) == 2


async def test_more_journeys_are_added_than_one_statement_takes(store: Store) -> None:
    channels = [f"c{number}" for number in range(AT_ONCE + 1)]
    await add_journeys(store, [journey(channel) for channel in channels])
    assert len(await open_journeys(store, "gz-1", NOON - timedelta(hours=1), LATER)) == AT_ONCE + 1
