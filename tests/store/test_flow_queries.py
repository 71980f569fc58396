"""Callers in the flows, asked of each database: where they are, who went through a step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from store.queries.flows import journeys_through, places
from store.queries.pages import BadCursorError
from store.rows import Journey, JourneyStep
from store.writer import Writer

if TYPE_CHECKING:
    from store.engine import Store

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_journey(number: int, minutes: float, *, last: str = "main.menu", over: bool = True) -> Journey:
    began = NOON + timedelta(minutes=minutes)
    return Journey(
        id=f"j{number}", node="n", call_id=f"c{number}", channel_id=f"c{number}", number="96956", flow="main",
        flow_version="v", started_at=began, last_step=last, ended_at=began + timedelta(minutes=1) if over else None,
    )  # fmt: skip


def a_step(number: int, ordinal: int, step: str, to_step: str | None, flow: str = "main") -> JourneyStep:
    return JourneyStep(
        journey_id=f"j{number}", ordinal=ordinal, node="n", segment=1, flow=flow, step=step, verb="menu",
        outcome="key 1", at=NOON, to_step=to_step,
    )  # fmt: skip


@pytest.fixture
async def filled(store: Store) -> Store:
    async with Writer(store) as writer:
        for journey in (
            a_journey(1, 1),
            a_journey(2, 2, last="main.person", over=False),
            a_journey(3, 3, last="main.greet", over=False),
            a_journey(4, -60),
        ):
            writer.put(journey)
        for step in (
            a_step(1, 1, "greet", "menu"),
            a_step(1, 2, "menu", ""),
            a_step(2, 1, "greet", "menu"),
            a_step(2, 2, "menu", "person"),
            a_step(2, 3, "known", "end", "balance"),
            a_step(4, 1, "greet", "menu"),
        ):
            writer.put(step)
    return store


async def test_each_caller_is_in_the_step_last_written_of_him(filled: Store) -> None:
    asked = ["c2", "c3", *(f"nobody{n}" for n in range(1200))]
    assert await places(filled, asked) == {"c2": "main.person", "c3": "main.greet"}
    assert await places(filled, []) == {}


async def test_who_went_through_a_step_or_is_in_it_newest_first_and_in_pages(filled: Store) -> None:
    first = await journeys_through(filled, "main", "greet", NOON, limit=2)
    assert [row.id for row in first.rows] == ["j3", "j2"]
    rest = await journeys_through(filled, "main", "greet", NOON, limit=2, after=first.next)
    assert [row.id for row in rest.rows] == ["j1"]
    assert rest.next is None
    assert [row.id for row in (await journeys_through(filled, "main", "person", NOON)).rows] == ["j2"]
    with pytest.raises(BadCursorError):
        await journeys_through(filled, "main", "greet", NOON, after="nonsense")
