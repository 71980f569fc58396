"""Stretches nobody saw, from what agents did, on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from store.intervals import Interval
from store.queries.gaps import joined, unseen
from store.rows import AgentInterval, Gap, interval_id
from store.writer import Writer

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import StretchState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def stretch(agent: str, state: StretchState, since: float, until: float | None) -> AgentInterval:
    return AgentInterval(
        id=interval_id("n", agent, at(since)), node="n", agent=agent, state=state, started_at=at(since),
        ended_at=None if until is None else at(until),
    )  # fmt: skip


async def test_what_nobody_saw_of_any_agent_is_one_stretch_cut_at_the_range(store: Store) -> None:
    async with Writer(store) as writer:
        for one in (
            stretch("1", "unknown", -10, 5),
            stretch("2", "unknown", 4, 9),
            stretch("2", "available", 9, 50),
            stretch("1", "unknown", 30, 40),
            stretch("3", "unknown", 58, None),
            stretch("4", "unknown", 70, 80),
        ):
            writer.put(one)
    found = await unseen(store, at(0), at(60))
    assert found == [Interval(at(0), at(9)), Interval(at(30), at(40)), Interval(at(58), at(60))]
    assert await unseen(store, at(10), at(30)) == []


async def test_a_gap_of_the_bridge_is_one_until_queue_log_has_told_of_it(store: Store) -> None:
    async with Writer(store) as writer:
        writer.put(Gap(node="n", since=at(1), until=at(2)))
        writer.put(Gap(node="n", since=at(5), until=at(6), settled=True))
        writer.put(Gap(node="other", since=at(9)))
    assert await unseen(store, at(0), at(10)) == [Interval(at(1), at(2)), Interval(at(9), at(10))]


def test_stretches_that_touch_are_one() -> None:
    parts = [Interval(at(5), at(6)), Interval(at(0), at(2)), Interval(at(1), at(5)), Interval(at(0), at(1))]
    assert joined(parts) == [Interval(at(0), at(6))]
    assert joined([]) == []
