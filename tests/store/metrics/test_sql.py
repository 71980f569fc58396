"""The database counts what plain records count: on both engines, by name, and as the page's own SQL."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from store.intervals import Interval, intervals
from store.metrics import COUNTS, METRICS, value_of
from store.metrics.sql import metric_text
from store.metrics.tally import Tally, of_rings, of_stretches, of_visit, total
from store.queries.counted import ring_tallies, state_tallies, visit_tallies
from store.queries.totals import Limit, queue_totals
from tests.store.databases import write_all
from tests.store.metrics.test_tally import stretch
from tests.store.samples import a_days_visits, a_ring, a_visit, at

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import Visit

VISIT_COUNTS = tuple(name for name, count in COUNTS.items() if count.source == "visits")
LIMITS = {"general": Limit(threshold_s=10, short_abandon_s=3), "vip": Limit(threshold_s=30, short_abandon_s=8)}


def visits_of_a_day() -> list[Visit]:
    chance = random.Random(7)
    return [
        replace(
            visit,
            entered_at=at(120 * number - chance.choice([0, 0.000001, 1])),
            hold_s=chance.choice([None, 3.5]),
            wrap_up_s=chance.choice([None, 7.25]),
            transfer=chance.choice([None, "blind", "attended"]),
        )
        for number, visit in enumerate(a_days_visits(400))
    ]


def plain(visit: Visit) -> Tally:
    limit = LIMITS.get(visit.queue, Limit())
    return of_visit(visit, limit.threshold_s, limit.short_abandon_s)


@pytest.mark.parametrize("begin", [1000, 1])
@pytest.mark.parametrize("end", [40_000, 39_999, 2000])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kathmandu"])
async def test_counts_by_queue_and_interval(store: Store, zone: str, begin: int, end: int) -> None:
    visits = visits_of_a_day()
    await write_all(store, visits)
    pieces = intervals(at(begin), at(end), "30m", ZoneInfo(zone))
    found = await visit_tallies(store, pieces, VISIT_COUNTS, limits=LIMITS)
    expected: dict[tuple[str, int], Tally] = {}
    for visit in visits:
        for number, piece in enumerate(pieces):
            if piece.begin <= visit.entered_at < piece.end:
                key = (visit.queue, number)
                expected[key] = expected.get(key, Tally()) + plain(visit)
    assert _without_noughts(found) == _without_noughts(expected)
    whole = [Interval(pieces[0].begin, pieces[-1].end)]
    at_once = await visit_tallies(store, whole, VISIT_COUNTS, limits=LIMITS)
    for queue in ("general", "vip", "Ä-queue"):
        assert total(tally for (name, _), tally in found.items() if name == queue) == at_once[queue, 0]


async def test_counts_by_agent_belong_to_the_interval_of_the_answer(store: Store) -> None:
    answered = {"outcome": "answered", "agent": "1001", "talk_s": 9.5}
    await write_all(
        store,
        [
            a_visit(1, entered_at=at(890), answered_at=at(910), wait_s=20.0, **answered),
            a_visit(2, entered_at=at(910), answered_at=at(911), wait_s=1.0, **answered),
            a_visit(3, entered_at=at(10), wait_s=1.0, outcome="abandoned"),
        ],
    )
    pieces = intervals(at(0), at(1800), "15m", ZoneInfo("UTC"))
    found = await visit_tallies(store, pieces, ("handled", "talk_sum_s"), by_agent=True)
    assert {key: dict(tally.counts) for key, tally in found.items()} == {
        ("1001", 1): {"handled": 2, "talk_sum_s": 19_000_000}
    }


async def test_only_the_queues_and_agents_asked_for(store: Store) -> None:
    await write_all(store, visits_of_a_day())
    whole = [Interval(at(0), at(100_000))]
    assert {name for name, _ in await visit_tallies(store, whole, ("entered",), queues=("vip",))} == {"vip"}
    named = await visit_tallies(store, whole, ("answered",), by_agent=True, agents=("1002",))
    assert {name for name, _ in named} == {"1002"}


async def test_the_page_s_own_sql_gives_the_metric(store: Store) -> None:
    visits = [replace(visit, queue="general") for visit in visits_of_a_day()]
    await write_all(store, visits)
    limit = LIMITS["general"]
    whole = total(of_visit(visit, limit.threshold_s, limit.short_abandon_s) for visit in visits)
    bounds = {"threshold_s": limit.threshold_s, "short_abandon_s": limit.short_abandon_s}
    asked = 0
    async with store.reading() as connection:
        for metric in METRICS.values():
            sql = metric_text(metric)
            if sql is None:
                continue
            named = {name: bound for name, bound in bounds.items() if f":{name}" in sql}
            statement = text(f"SELECT {sql} FROM visits")  # noqa: S608 - it is the page's own
            value = (await connection.execute(statement, named)).scalar_one()
            assert float(value) == pytest.approx(value_of(metric, whole)), metric.name
            asked += 1
    assert asked > 40


async def test_the_totals_of_the_board_are_the_same_counts(store: Store) -> None:
    await write_all(store, visits_of_a_day())
    whole = [Interval(at(0), at(100_000))]
    shared = (
        "entered",
        "still_waiting",
        "still_talking",
        "answered",
        "answered_within",
        "abandoned",
        "short_abandoned",
    )
    found = await visit_tallies(store, whole, shared, limits=LIMITS)
    totals = await queue_totals(store, at(0), at(100_000), limits=LIMITS)
    assert {one.queue: {name: getattr(one, name) for name in shared} for one in totals} == {
        queue: dict(tally.counts) for (queue, _), tally in found.items()
    }


async def test_ringing_and_states_by_agent_and_interval(store: Store) -> None:
    rings = [
        a_ring(
            n,
            agent=("1001", "1002")[n % 2],
            started_at=at(100 * n),
            result=("answered", "no_answer", "busy", None)[n % 4],
        )
        for n in range(40)
    ]
    states = [stretch("available", 0, 1000), stretch("on_queue_call", 1000, None), stretch("paused", -900, 900, "1002")]
    await write_all(store, [*rings, *states])
    pieces = intervals(at(0), at(3600), "15m", ZoneInfo("UTC"))
    found = await ring_tallies(store, pieces)
    for number, piece in enumerate(pieces):
        for agent in ("1001", "1002"):
            mine = [one for one in rings if one.agent == agent and piece.begin <= one.started_at < piece.end]
            assert _without_noughts({(agent, number): found[agent, number]}) == _without_noughts(
                {(agent, number): of_rings(mine)}
            )
    now = at(2000)
    assert await state_tallies(store, pieces, now) == of_stretches(states, pieces, now)
    assert set(await state_tallies(store, pieces, now, agents=("1002",))) == {("1002", 0)}


async def test_a_late_repair_changes_exactly_the_intervals_it_must(store: Store) -> None:
    before = a_visit(1, entered_at=at(100), outcome="timed_out", wait_s=50.0)
    await write_all(store, [before, a_visit(2, entered_at=at(1000), outcome="answered", wait_s=1.0)])
    pieces = intervals(at(0), at(3600), "15m", ZoneInfo("UTC"))
    names = ("ended", "timed_out", "abandoned")
    was = await visit_tallies(store, pieces, names)
    await write_all(store, [replace(before, entered_at=at(-1) + timedelta(seconds=1900), outcome="abandoned")])
    now = await visit_tallies(store, pieces, names)
    assert set(was) == {("general", 0), ("general", 1)}
    assert set(now) == {("general", 1), ("general", 2)}
    assert now["general", 1] == was["general", 1]
    assert dict(now["general", 2].counts) == {"ended": 1, "timed_out": 0, "abandoned": 1}


def _without_noughts(tallies: dict[tuple[str, int], Tally]) -> dict[tuple[str, int], dict[str, int]]:
    return {key: {name: value for name, value in tally.counts.items() if value} for key, tally in tallies.items()}
