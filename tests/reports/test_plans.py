"""Adherence in the report of agents: what nobody saw and what is wrong with the plan is told, never a nought for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dialplan.diagnostics import Diagnostic
from dialplan.source import Span as Place
from ivr.app.report_answers import HotlineReports
from ivr.app.report_part import metrics_in
from ivr.config.shifts import Shifts
from ivr.reports.wishes import WishError, span
from store.metrics.shifts import Planned
from store.rows import AgentInterval, interval_id
from tests.store.databases import write_all
from tests.wallboard.floor import sample
from wallboard import trends

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from ivr.reports.tables import Table
    from store.engine import Store

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""Nine in the morning in Guangzhou."""
HOUR = timedelta(hours=1)


def hotline() -> Hotline:
    found = sample().hotline
    assert found is not None
    return found


ONE, OTHER = list(hotline().agents)[:2]


def planned(agent: str, begin: float, end: float, activity: Any = "queue") -> Planned:
    return Planned(agent=agent, begin=NINE + begin * HOUR, end=NINE + end * HOUR, activity=activity)


SHIFTS = Shifts(
    {
        ONE: [planned(ONE, 0, 3), planned(ONE, 3, 3.5, "meal"), planned(ONE, 3.5, 8)],
        OTHER: [planned(OTHER, 0, 8)],
        "7777": [planned("7777", 0, 1)],
    }
)


async def filled(store: Store) -> None:
    rows = []
    for begin, end, state in ((0, 0.5, "signed_off"), (0.5, 3, "available"), (3, 4, "paused"), (4, 8, "wrap_up")):
        at = NINE + begin * HOUR
        rows.append(
            AgentInterval(
                id=interval_id("t-1", ONE, at),
                node="t-1",
                agent=ONE,
                state=state,  # type: ignore[arg-type]  # a state's name
                started_at=at,
                ended_at=NINE + end * HOUR,
            )
        )
    await write_all(store, rows)


async def report(store: Store, shifts: Shifts | None, names: str | None = None, by: str = "agent") -> Table:
    asked = span("2026-11-20", "2026-11-21", "Asia/Shanghai", NINE + 100 * HOUR)
    return await metrics_in(
        store, hotline(), "agents", asked, by=by, only=(), names=names, shifts=shifts, now=NINE + 100 * HOUR
    )


async def test_adherence_stands_beside_the_agents_who_have_a_plan(store: Store) -> None:
    await filled(store)
    table = await report(store, SHIFTS, "scheduled_s,adherence,conformance,exceptions")
    rows = {row[0]: row[1:] for row in table.rows}
    # 8 h planned; half an hour late, half an hour too long at table; 6.5 h there of the 7.5 planned.
    assert rows[ONE] == (8 * 3600.0, 7 / 8, 6.5 / 7.5, 2)
    assert rows[OTHER] == rows["7777"] == (0.0, None, None, 0)
    assert table.notes == (
        f"8.0 h of the plan of {OTHER} were seen by nobody; they are in no figure",
        "1.0 h of the plan of 7777 were seen by nobody; they are in no figure",
    )
    hours = await report(store, SHIFTS, "adherence", by="hour")
    shown = [row[2] for row in hours.rows if row[1] == ONE and row[2] is not None]
    assert shown == [0.5, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert hours.total is not None
    assert hours.total[2] == 7 / 8


async def test_the_columns_are_there_unasked_where_there_is_a_plan(store: Store) -> None:
    await filled(store)
    assert [column.name for column in (await report(store, SHIFTS)).columns][-2:] == ["adherence", "conformance"]
    for shifts in (None, Shifts()):
        table = await report(store, shifts)
        assert "adherence" not in [column.name for column in table.columns]
        assert not table.notes


async def test_without_a_plan_there_is_no_figure_and_that_is_said(store: Store) -> None:
    await filled(store)
    table = await report(store, None, "adherence")
    assert {row[1] for row in table.rows} == {None}
    assert table.notes == ("there is no plan (shifts/*.csv) for these agents in this range",)


async def test_half_a_plan_gives_no_half_figure(store: Store) -> None:
    await filled(store)
    wrong = Diagnostic("S007", "error", Place("shifts/a.csv", 3, 6), "twice")
    broken = replace(SHIFTS, diagnostics=(wrong,))
    with pytest.raises(WishError, match=r"^R014: .*, the first at shifts/a\.csv:3:6; `hotline check` tells them$"):
        await report(store, broken, "adherence")
    table = await report(store, broken)
    assert "adherence" not in [column.name for column in table.columns]
    assert "the plan of the shifts has errors" in table.notes[0]


async def test_the_board_and_the_api_say_the_same(store: Store) -> None:
    await filled(store)
    reports = HotlineReports(hotline(), lambda: SHIFTS)
    found = await reports.adherence(store, NINE - 9 * HOUR, NINE + 8 * HOUR)
    assert trends.of_agents((), found) == {ONE: {"adherence": 87.5, "conformance": 86.7}}
    words = {"from": "2026-11-20", "to": "2026-11-21", "agent": ONE}
    answer: Any = await reports.told(store, "agents", words, NINE + 100 * HOUR)
    assert [(row["agent"], row["adherence"]) for row in answer["rows"]] == [(ONE, 0.875)]
    assert await HotlineReports(hotline()).adherence(store, NINE, NINE + HOUR) == {}
