"""A queue renamed last month, an agent with two names: one row each, told under the name of now, and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete

from ivr.app.abandoned import abandoned_in
from ivr.app.former import former_queues
from ivr.app.history_part import VisitHistory
from ivr.app.report_part import limits, metrics_in
from ivr.config.shifts import Shifts
from ivr.reports.wishes import WishError
from store.metrics.shifts import Planned
from store.rows import AgentInterval, interval_id
from store.schema import AGENT_INTERVALS, CALLBACKS, RING_ATTEMPTS, VISITS
from tests.reports.days import AGENTS, a_day
from tests.reports.test_against_the_slow_way import span_of
from tests.store.databases import write_all
from tests.wallboard.floor import sample

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from ivr.reports.tables import Table
    from ivr.reports.wishes import Kind
    from store.engine import Store

MONTH = span_of("2026-11-21", "Asia/Shanghai")
HALF = MONTH.since + (MONTH.until - MONTH.since) / 2
LATER = MONTH.until + timedelta(days=30)


def hotline(**formerly: list[str]) -> Hotline:
    """The sample, whose first queue and first agent had other names."""
    found = sample().hotline
    assert found is not None
    queues, agents = dict(found.queues), dict(found.agents)
    queue, agent = next(iter(queues)), next(iter(agents))
    queues[queue] = queues[queue].model_copy(update={"formerly": tuple(formerly.get("queue", ()))})
    agents[agent] = agents[agent].model_copy(update={"formerly": tuple(formerly.get("agent", ()))})
    return found.model_copy(update={"queues": queues, "agents": agents})


QUEUE, AGENT = next(iter(hotline().queues)), next(iter(hotline().agents))


def rows(*, renamed: bool) -> list[Any]:
    """A day whose first half happened under other names, or not."""
    made: list[Any] = []
    day: list[Any] = list(a_day(MONTH.since, 400, 11))
    for row in day:
        changes: dict[str, Any] = {}
        at = next(getattr(row, name) for name in ("asked_at", "entered_at", "started_at") if hasattr(row, name))
        if hasattr(row, "queue"):
            changes["queue"] = "old" if renamed and at < HALF and row.queue == "sales" else row.queue
            changes["queue"] = QUEUE if changes["queue"] == "sales" else changes["queue"]
        if getattr(row, "agent", None) == AGENTS[0]:
            changes["agent"] = "1099" if renamed and at < HALF else AGENT
        if getattr(row, "agent_name", None):
            changes["agent_name"] = "Mei Chen" if at < HALF else "Mei Li"  # she married; her number stayed
        made.append(replace(row, **changes) if changes else row)
    for row in [one for one in made if isinstance(one, AgentInterval)]:
        made[made.index(row)] = replace(row, id=interval_id(row.node, row.agent, row.started_at))
    return made


async def report(store: Store, kind: Kind, of: Hotline, **more: Any) -> Table:
    given: dict[str, Any] = {"by": "hour", "only": (), "names": None, "now": LATER}
    return await metrics_in(store, of, kind, MONTH, **(given | more))


@pytest.fixture
def was() -> Hotline:
    return hotline(queue=["old"], agent=["1099"])


async def test_a_renamed_queue_is_one_row_and_that_is_said(store: Store, was: Hotline) -> None:
    await write_all(store, rows(renamed=True))
    found = await report(store, "queues", was, names="entered,repeat_rate,fcr")
    assert f"what was counted as old stands under {QUEUE}" in found.notes
    assert "old" not in {cell for row in found.rows for cell in row}


async def test_everything_is_as_if_it_had_never_been_renamed(store: Store, was: Hotline) -> None:
    await write_all(store, rows(renamed=False))
    kinds: tuple[Kind, ...] = ("queues", "agents", "hours")
    never = {kind: await report(store, kind, hotline()) for kind in kinds}
    await _emptied(store)
    await write_all(store, rows(renamed=True))
    for kind, expected in never.items():
        found = await report(store, kind, was)
        assert (found.rows, found.total) == (expected.rows, expected.total), kind


async def _emptied(store: Store) -> None:
    async with store.writing() as connection:
        for table in (RING_ATTEMPTS, AGENT_INTERVALS, CALLBACKS, VISITS):
            await connection.execute(delete(table))


async def test_it_is_asked_for_by_either_name(store: Store, was: Hotline) -> None:
    await write_all(store, rows(renamed=True))
    asked: tuple[tuple[Kind, str, str], ...] = (("queues", "old", QUEUE), ("agents", "1099", AGENT))
    for kind, old, new in asked:
        by_new = await report(store, kind, was, only=[new])
        by_old = await report(store, kind, was, only=[old])
        assert by_old.rows == by_new.rows
        assert {row[1] for row in by_old.rows} == {new}
        assert by_old.notes[0] == f"{old} is called {new} now"
        twice = await report(store, kind, was, only=[old, new])
        assert twice.rows == by_new.rows


async def test_without_being_told_both_names_are_rows_and_none_is_lost(store: Store) -> None:
    await write_all(store, rows(renamed=True))
    found = await report(store, "queues", hotline(), by="queue", names="entered")
    assert {"old", QUEUE} <= {row[0] for row in found.rows}
    with pytest.raises(WishError, match="R006"):
        await report(store, "queues", hotline(), only=["older"])


async def test_an_agents_two_spoken_names_are_one_agent(store: Store, was: Hotline) -> None:
    await write_all(store, rows(renamed=True))
    found = await report(store, "agents", was, by="agent", names="answered")
    assert [row[0] for row in found.rows].count(AGENT) == 1
    assert "1099" not in {row[0] for row in found.rows}


async def test_the_history_view_and_the_list_of_who_gave_up_know_it_too(store: Store, was: Hotline) -> None:
    await write_all(store, rows(renamed=True))
    history = VisitHistory("Asia/Shanghai", limits(was), former_queues(was))
    words = {"from": "2026-11-21", "to": "2026-11-22", "by": "day", "metrics": "entered,sl_negative"}
    table = await report(store, "queues", was, by="queue", names="entered,sl_negative")
    truth = {row[0]: row[1:] for row in table.rows}
    for asked in (words, words | {"queue": "old"}, words | {"queue": QUEUE}):
        told: Any = await history.told(store, asked, LATER)
        shown = told["range"]["queues"]
        assert "old" not in shown
        assert shown[QUEUE]["entered"] == truth[QUEUE][0]
        assert shown[QUEUE]["sl_negative"] == pytest.approx(truth[QUEUE][1], abs=1e-6)
    former = former_queues(was)
    listed = await abandoned_in(store, MONTH, only=former.ever([QUEUE]), short_s=None, present=former.present)
    assert {row[1] for row in listed.rows} == {QUEUE}
    gave_up = [row for row in rows(renamed=True) if getattr(row, "outcome", "") == "abandoned"]
    assert len(listed.rows) == len([row for row in gave_up if row.queue in {"old", QUEUE}])


async def test_adherence_goes_on_over_a_new_number(store: Store, was: Hotline) -> None:
    nine = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    hour = timedelta(hours=1)
    doing = [
        AgentInterval(
            id=interval_id("t-1", agent, begin), node="t-1", agent=agent, state="available", started_at=begin,
            ended_at=begin + hour,
        )
        for agent, begin in (("1099", nine), (AGENT, nine + hour))
    ]  # fmt: skip
    await write_all(store, doing)
    plan = [Planned(agent=AGENT, begin=nine, end=nine + 2 * hour, activity="queue")]
    found = await report(
        store, "agents", was, by="agent", only=[AGENT], names="scheduled_s,adherence", shifts=Shifts({AGENT: plan})
    )
    assert found.rows == ((AGENT, 7200.0, 1.0),)
