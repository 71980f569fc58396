"""Adherence and conformance on examples one can check in one's head, and the sources' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store.intervals import Interval
from store.metrics import METRICS, Tally, value_of
from store.metrics.shifts import ACTIVITIES, DONE_AS_PLANNED, Activity, Planned, deviations, of_plan
from store.metrics.tally import total
from store.queries.planned import plan_deviations, plan_tallies
from store.rows import AGENT_STATES, AgentInterval, interval_id
from tests.store.databases import databases, engine_name, sqlite_threads_end, store, url, write_all
from tests.store.metrics.test_tally import stretch
from tests.store.samples import NOON

__all__ = ["databases", "engine_name", "sqlite_threads_end", "store", "url"]
if TYPE_CHECKING:
    from store.engine import Store

MINUTE = timedelta(minutes=1)
WHOLE = [Interval(NOON - timedelta(hours=12), NOON + timedelta(hours=12))]
LATER = NOON + timedelta(days=1)


def plan(begin: float, end: float, activity: Activity = "queue", agent: str = "1001") -> Planned:
    return Planned(agent=agent, begin=NOON + begin * MINUTE, end=NOON + end * MINUTE, activity=activity)


def did(*parts: tuple[float, float, str]) -> list[AgentInterval]:
    return [stretch(state, 60 * begin, 60 * end) for begin, end, state in parts]


def shares(tally: Tally) -> tuple[float | None, float | None, float | None]:
    return (
        value_of(METRICS["adherence"], tally),
        value_of(METRICS["conformance"], tally),
        value_of(METRICS["exceptions"], tally),
    )


def test_nices_own_example_gives_nices_number() -> None:
    # NICE, Schedule Conformance: scheduled 480 minutes, worked 450: 93.75 %.
    told = of_plan([plan(0, 480)], did((0, 450, "available"), (450, 480, "signed_off")), WHOLE, LATER)
    assert value_of(METRICS["conformance"], told[0]) == 0.9375


def test_genesys_formula_is_the_scheduled_time_less_its_exceptions() -> None:
    # Scheduled 60 minutes on queue; ten minutes late, ten minutes of break too long: 1 - 20 / 60.
    doing = did((0, 10, "signed_off"), (10, 30, "available"), (30, 40, "paused"), (40, 60, "on_queue_call"))
    assert shares(of_plan([plan(0, 60)], doing, WHOLE, LATER)[0]) == (40 / 60, 40 / 60, 2)


def test_who_comes_an_hour_late_and_stays_an_hour_longer_conforms_and_does_not_adhere() -> None:
    doing = did((0, 60, "signed_off"), (60, 540, "available"), (540, 600, "signed_off"))
    assert shares(of_plan([plan(0, 480)], doing, WHOLE, LATER)[0]) == (420 / 480, 1.0, 1)


def test_a_break_is_kept_by_being_away_and_a_meeting_by_a_call_of_ones_own() -> None:
    planned = [plan(0, 10, "queue"), plan(10, 20, "break"), plan(20, 30, "meeting"), plan(30, 40, "meal")]
    doing = did((0, 10, "wrap_up"), (10, 20, "paused"), (20, 30, "on_other_call"), (30, 40, "on_queue_call"))
    assert shares(of_plan(planned, doing, WHOLE, LATER)[0]) == (30 / 40, 20 / 10, 1)


def test_time_nobody_saw_is_in_neither_part_and_what_is_yet_to_come_is_not_judged() -> None:
    doing = did((0, 30, "available"), (30, 60, "unknown"), (60, 90, "paused"))
    told = of_plan([plan(0, 120)], doing, WHOLE, NOON + 80 * MINUTE)
    assert told[0].counts["planned_s"] == 50 * 60 * 1_000_000
    assert shares(told[0]) == (30 / 50, 30 / 50, 1)
    assert of_plan([plan(0, 120)], [], WHOLE, LATER) == {}


def test_an_exception_is_a_minute_or_more_of_anything_else_without_a_break() -> None:
    doing = did((0, 10, "available"), (10, 10.5, "paused"), (10.5, 20, "available"), (20, 20.6, "paused"),
                (20.6, 21, "signed_off"), (21, 30, "available"))  # fmt: skip
    told = list(deviations([plan(0, 30)], doing, LATER, LATER))
    assert [((one.begin - NOON) / MINUTE, (one.end - NOON) / MINUTE, one.state) for one in told] == [(20, 21, "paused")]
    assert told[0].activity == "queue"


def test_parts_add_up_to_the_whole_and_an_exception_counts_where_it_begins() -> None:
    doing = did((-5, 20, "signed_off"), (20, 55, "available"), (55, 65, "paused"), (65, 90, "available"))
    planned = [plan(0, 60), plan(60, 90)]
    quarters = [Interval(NOON + n * 15 * MINUTE, NOON + (n + 1) * 15 * MINUTE) for n in range(8)]
    parts = of_plan(planned, doing, quarters, LATER)
    whole = of_plan(planned, doing, [Interval(quarters[0].begin, quarters[-1].end)], LATER)
    assert total(parts.values()) == whole[0]
    found = {place: tally.counts["exceptions"] for place, tally in parts.items() if "exceptions" in tally.counts}
    assert found == {0: 1, 3: 1}, "55 to 65 is one, though the plan is in two parts"
    later = of_plan(planned, doing, quarters[1:2], LATER)
    assert "exceptions" not in later[0].counts, "it began before the range"


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_every_activity_is_kept_by_some_states_and_broken_by_others(activity: Activity) -> None:
    assert DONE_AS_PLANNED[activity]
    assert set(AGENT_STATES) - DONE_AS_PLANNED[activity]
    assert "unknown" not in DONE_AS_PLANNED[activity]


async def test_the_database_is_asked_for_the_planned_agents_alone(store: Store) -> None:
    doing = did((-10, 30, "available"), (30, 60, "paused"))
    await write_all(store, [*doing, *did_by("1002", (0, 60, "paused")), *did_by("1003", (0, 60, "available"))])
    mine = {"1001": [plan(-60, -30), plan(0, 60)], "1002": [plan(0, 60, "break", "1002")], "1004": [plan(0, 9)]}
    pieces = [Interval(NOON, NOON + 60 * MINUTE)]
    found = await plan_tallies(store, mine, pieces, LATER)
    assert {agent: value_of(METRICS["adherence"], tally) for (agent, _), tally in found.items()} == {
        "1001": 0.5, "1002": 1.0,
    }  # fmt: skip
    told = await plan_deviations(store, mine, pieces[0], LATER)
    assert [(agent, one.state, (one.begin - NOON) / MINUTE) for agent, one in told] == [("1001", "paused", 30)]
    assert await plan_tallies(store, {}, pieces, LATER) == {}


def did_by(agent: str, *parts: tuple[float, float, str]) -> list[AgentInterval]:
    return [replace(one, agent=agent, id=interval_id(one.node, agent, one.started_at)) for one in did(*parts)]
