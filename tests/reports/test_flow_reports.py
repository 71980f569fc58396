"""What callers did in the flows: each call counted once, each way of each step, on both engines."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivr.app.report_part import metrics_in
from ivr.reports.forms import as_csv, as_json, as_text
from ivr.reports.html import as_html
from ivr.reports.ways import WORDS, ways_table
from ivr.reports.wishes import WishError, cut_of_ways
from ivr.reports.workbook import as_workbook
from store.queries.flow_counts import ways_taken
from store.rows import Journey, JourneyStep, journey_id
from tests.reports.test_against_the_slow_way import hotline, span_of
from tests.store.databases import write_all
from tests.store.samples import a_visit

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from store.engine import Store
    from store.rows import Row

__all__ = ["hotline"]
DAY = span_of("2026-11-21", "Asia/Shanghai")
NINE = DAY.since + timedelta(hours=9)


def a_call(
    number: int, outcome: str | None, *, lasts: float = 30.5, queued: float | None = None, **more: Any
) -> list[Row]:
    """A call that began so many minutes after nine, and what came of it."""
    began, channel = NINE + timedelta(minutes=number), f"{number}.1"
    told = {
        "flow": "main",
        "flow_version": "v1",
        "ended_at": None if outcome is None else began + timedelta(seconds=lasts),
        "last_step": "main.menu",
    } | more
    rows: list[Row] = [
        Journey(
            id=journey_id("t-1", channel), node="t-1", call_id=channel, channel_id=channel, number="100",
            started_at=began, outcome=outcome, **told,
        )
    ]  # fmt: skip
    if queued is not None:
        rows += [
            a_visit(n, id=f"t-1/{channel}/{n}", node="t-1", channel_id=channel, entered_at=began + timedelta(seconds=s))
            for n, s in ((1, queued), (2, queued + 50))
        ]
    return rows


def the_day() -> list[Row]:
    return [
        *a_call(0, "finished", lasts=10.25),
        *a_call(1, "hung_up", lasts=20.5),
        *a_call(2, "hung_up", lasts=300, queued=4.25),  # gave up in the queue: no hang-up in the flow
        *a_call(3, "queued", lasts=5, queued=5),
        *a_call(4, "dialled"),
        *a_call(5, "transferred"),
        *a_call(6, "rescued"),
        *a_call(7, "lost"),
        *a_call(70, None),
        *a_call(71, "hung_up", flow="other", last_step="other.greet"),
        *a_call(-9 * 60 - 1, "finished"),  # the day before
    ]


async def test_each_call_is_counted_by_what_became_of_it(store: Store, hotline: Hotline) -> None:
    await write_all(store, the_day())
    names = (
        "calls,calls_over,calls_queued,calls_contained,calls_finished,calls_hung_up,calls_handed_on,calls_rescued,"
        "calls_lost,containment,ivr_hang_up_rate,queued_rate,ivr_s"
    )
    made = await metrics_in(store, hotline, "calls", DAY, by="flow", only=(), names=names)
    columns = [column.name for column in made.columns]
    main, other = (dict(zip(columns, row, strict=True)) for row in made.rows)
    assert main == {
        "flow": "main",
        "calls": 9,
        "calls_over": 8,
        "calls_queued": 2,
        "calls_contained": 2,
        "calls_finished": 1,
        "calls_hung_up": 1,
        "calls_handed_on": 2,
        "calls_rescued": 1,
        "calls_lost": 1,
        "containment": 2 / 8,
        "ivr_hang_up_rate": 1 / 8,
        "queued_rate": 2 / 9,
        "ivr_s": (10.25 + 20.5 + 4.25 + 5 + 4 * 30.5) / 8,
    }
    assert (other["flow"], other["calls"], other["ivr_hang_up_rate"]) == ("other", 1, 1.0)
    assert made.total is not None
    assert made.total[:3] == ("all", 10, 9)
    assert made.notes == ("callers hung up most often in main.menu (1), other.greet (1)",)


async def test_calls_are_cut_by_the_hour_they_began_in(store: Store, hotline: Hotline) -> None:
    await write_all(store, the_day())
    made = await metrics_in(store, hotline, "calls", DAY, by="hour", only=["main"], names="calls")
    found = {str(row[0])[11:16]: row[2] for row in made.rows if row[2]}
    assert found == {"09:00": 8, "10:00": 1}


async def test_a_flow_there_is_not_is_told_with_the_nearest(store: Store, hotline: Hotline) -> None:
    await write_all(store, the_day())
    with pytest.raises(WishError, match=r"R012: there is no flow 'mian'; did you mean 'main'\?"):
        await metrics_in(store, hotline, "calls", DAY, by="flow", only=["mian"], names=None)
    assert (await metrics_in(store, hotline, "calls", DAY, by="flow", only=["other"], names=None)).rows[0][0] == "other"


def steps(channel: int, *left: tuple[str, str, str | None]) -> list[Row]:
    return [
        JourneyStep(
            journey_id=f"t-1/{channel}.1", ordinal=ordinal, node="t-1", segment=1, flow="main", step=step, verb="menu",
            outcome=outcome, at=NINE, to_step=to,
        )
        for ordinal, (step, outcome, to) in enumerate(left, 1)
    ]  # fmt: skip


async def test_each_way_out_of_each_step_is_counted_by_version(store: Store) -> None:
    await write_all(
        store,
        [
            *a_call(0, "finished"),
            *a_call(1, "hung_up"),
            *a_call(2, "hung_up", flow_version="v2"),
            *a_call(-9 * 60 - 1, "finished"),
            *steps(
                0, ("menu", "1", "hours"), ("hours", "done", "menu"), ("menu", "1", "hours"), ("hours", "done", "menu")
            ),
            *steps(1, ("menu", "0", "person"), ("menu", "hung up", None)),
            *steps(2, ("menu", "hung up", None)),
            *steps(-541, ("menu", "1", "hours")),
        ],
    )
    made = ways_table(DAY, await ways_taken(store, DAY.since, DAY.until))
    assert as_csv(made).splitlines() == [
        "flow,version,step,verb,way,to,steps_entered,ways_taken,way_share,steps_hung_up,step_hang_up_rate",
        "main,v1,hours,menu,done,menu,2,2,1.0,0,0.0",
        "main,v1,menu,menu,0,person,4,1,0.25,1,0.25",
        "main,v1,menu,menu,1,hours,4,2,0.5,1,0.25",
        "main,v1,menu,menu,hung up,,4,1,0.25,1,0.25",
        "main,v2,menu,menu,hung up,,1,1,1.0,1,1.0",
    ]
    assert made.notes == ("3 steps of 2 versions were entered in this range",)
    assert "50.0 %" in as_text(made)
    assert "way_share" in as_html(made)
    assert len(json.loads(as_json(made))["rows"]) == 5
    assert as_workbook(made).startswith(b"PK")
    assert ways_table(DAY, await ways_taken(store, DAY.since, DAY.until, flows=["other"])).rows == ()


async def languages(store: Store) -> None:
    await write_all(
        store,
        [
            *a_call(0, "finished", language="zh-CN"),
            *a_call(1, "hung_up", language="en"),
            *a_call(70, "hung_up", language="en", flow_version="v2"),
            *a_call(71, "hung_up"),
            *steps(0, ("menu", "1", None)),
            *steps(1, ("menu", "hung up", None)),
            *steps(70, ("menu", "1", None)),
            *steps(71, ("menu", "hung up", None)),
        ],
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            "step",
            [
                "flow,step,verb,way,to,steps_entered,ways_taken,way_share,steps_hung_up,step_hang_up_rate",
                "main,menu,menu,1,,4,2,0.5,2,0.5",
                "main,menu,menu,hung up,,4,2,0.5,2,0.5",
            ],
        ),
        (
            "language",
            [
                "language,flow,step,verb,way,to,steps_entered,ways_taken,way_share,steps_hung_up,step_hang_up_rate",
                ",main,menu,menu,hung up,,1,1,1.0,1,1.0",
                "en,main,menu,menu,1,,2,1,0.5,1,0.5",
                "en,main,menu,menu,hung up,,2,1,0.5,1,0.5",
                "zh-CN,main,menu,menu,1,,1,1,1.0,0,0.0",
            ],
        ),
        (
            "hour",
            [
                "from,flow,step,verb,way,to,steps_entered,ways_taken,way_share,steps_hung_up,step_hang_up_rate",
                "2026-11-21T09:00:00+08:00,main,menu,menu,1,,2,1,0.5,1,0.5",
                "2026-11-21T09:00:00+08:00,main,menu,menu,hung up,,2,1,0.5,1,0.5",
                "2026-11-21T10:00:00+08:00,main,menu,menu,1,,2,1,0.5,1,0.5",
                "2026-11-21T10:00:00+08:00,main,menu,menu,hung up,,2,1,0.5,1,0.5",
            ],
        ),
    ],
)
async def test_ways_are_told_apart_as_is_asked(store: Store, by: str, expected: list[str]) -> None:
    await languages(store)
    cut = cut_of_ways(by, WORDS, DAY)
    taken = await ways_taken(
        store, DAY.since, DAY.until, pieces=cut, by_version=by == "version", by_language=by == "language"
    )
    assert as_csv(ways_table(DAY, taken, by, cut)).splitlines() == expected


def test_what_ways_are_not_told_apart_by_is_named() -> None:
    with pytest.raises(WishError, match=r"^R008: there is no interval 'langauge'; did you mean 'language'\?$"):
        cut_of_ways("langauge", WORDS, DAY)
