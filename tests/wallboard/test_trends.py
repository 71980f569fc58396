"""The last hours and last week: what is asked, what is told, and that it is asked once for all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ami_bridge.messages import TodayCounts
from store.errors import StoreUnavailable
from store.metrics import Tally
from store.metrics.tally import MICROSECONDS
from store.queries.recent import Handled, Quarter, Spent
from store.queries.totals import QueueTotals
from store.rows import Visit
from store.writer import Writer
from wallboard import routes, trends
from wallboard.figures import common_target, figures
from wallboard.remembered import FRESH_S, PAUSE_S, Remembered

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiohttp import web

    from store.engine import Store
    from tests.wallboard.conftest import Client

NOW = datetime(2026, 11, 20, 6, 32, 7, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def found(**more: object) -> trends.Found:
    empty = {"quarters": (), "quarters_week_ago": (), "last_hour": (), "hour_week_ago": (), "handled": (), "spent": ()}
    return trends.Found(**(empty | more))  # type: ignore[arg-type]  # a table of fields


def test_the_quarters_end_where_the_running_one_begins_and_the_day_begins_at_the_hotlines_midnight() -> None:
    asked = trends.spans(NOW, SHANGHAI)
    assert asked.first_quarter == datetime(2026, 11, 19, 22, 30, tzinfo=UTC)
    assert asked.midnight == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert asked.week_ago == NOW - timedelta(days=7)


def test_a_week_ago_is_the_same_time_on_the_clock_across_a_night_of_changed_clocks() -> None:
    london = ZoneInfo("Europe/London")  # summer time ended on 25 October 2026 at 01:00 UTC
    asked = trends.spans(datetime(2026, 10, 28, 9, 30, tzinfo=UTC), london)
    assert asked.week_ago == datetime(2026, 10, 21, 8, 30, tzinfo=UTC)


def test_a_quarter_without_visits_is_a_zero_and_the_running_one_is_not_told() -> None:
    asked = trends.spans(NOW, SHANGHAI)
    rows = [
        Quarter(
            queue="general",
            begins_at=asked.first_quarter + n * timedelta(minutes=15),
            entered=5,
            answered=4,
            abandoned=1,
        )
        for n in (0, 2, 32)
    ]
    told = trends.trends(found(quarters=rows), asked)
    series = told["queues"]["general"]["entered"]  # type: ignore[index]  # plain JSON data
    assert series == [5, 0, 5, *[0] * 29]


def test_an_hours_rates_leave_out_who_waits_and_who_gave_up_at_once() -> None:
    hour = QueueTotals(
        queue="q", entered=12, still_waiting=1, answered=8, answered_within=7, abandoned=3, short_abandoned=1
    )
    told = trends.trends(found(last_hour=[hour]), trends.spans(NOW, SHANGHAI))
    assert told["overall"]["last_hour"] == {  # type: ignore[index]  # plain JSON data
        "entered": 12,
        "answered": 8,
        "abandoned": 3,
        "connection_rate": 80.0,
        "sl_negative": 70.0,
    }
    assert told["overall"]["hour_week_ago"]["sl_negative"] is None  # type: ignore[index]  # plain JSON data


def test_handling_time_is_talk_and_wrap_up_over_the_talks_that_are_over() -> None:
    rows = [
        Handled(queue="a", tally=talks(handled=3, talk_sum_s=300, wrap_up_sum_s=30, holds=2, hold_sum_s=9)),
        Handled(queue="b", tally=talks(handled=1, talk_sum_s=50, wrap_up_sum_s=20, transferred=1)),
    ]
    told = trends.trends(found(handled=rows), trends.spans(NOW, SHANGHAI))
    assert told["overall"]["aht_s"] == 100.0  # type: ignore[index]  # plain JSON data
    assert told["queues"]["a"]["aht_s"] == 110.0  # type: ignore[index]  # plain JSON data


def test_hold_and_transfers_are_told_beside_it() -> None:
    rows = [Handled(queue="a", tally=talks(handled=4, talk_sum_s=9, holds=2, hold_sum_s=9, transferred=1))]
    told: Any = trends.trends(found(handled=rows), trends.spans(NOW, SHANGHAI))
    assert (told["queues"]["a"]["hold_s"], told["queues"]["a"]["transfer_rate"]) == (4.5, 25.0)
    assert (told["overall"]["handled"], told["overall"]["transfer_rate"]) == (4, 25.0)


def talks(**counts: int) -> Tally:
    """Counts of finished talks; those in seconds given as seconds."""
    return Tally({name: count * (MICROSECONDS if name.endswith("_s") else 1) for name, count in counts.items()})


def test_occupancy_counts_neither_pauses_nor_other_calls_and_is_not_told_of_nothing() -> None:
    rows = [
        Spent(agent="1", state=state, seconds=seconds)
        for state, seconds in (("on_queue_call", 50.0), ("on_hold", 5.0), ("wrap_up", 15.0), ("available", 25.0))
    ]
    rows += [Spent(agent="1", state=state, seconds=900.0) for state in ("paused", "on_other_call", "unknown")]
    rows += [Spent(agent="1", state="ringing", seconds=5.0), Spent(agent="2", state="paused", seconds=9.0)]
    told = trends.of_agents(rows)
    assert told["1"] == {"occupancy": 70.0, "utilisation": 55.0, "paused_share": 47.4}  # 900 of 1,900 s signed in
    assert told["2"] == {"occupancy": None, "utilisation": None, "paused_share": 100.0}
    assert trends.of_agents([Spent(agent="3", state="signed_off", seconds=9.0)]) == {}


def test_an_agents_day_is_not_told_to_whoever_is_for_some_queues() -> None:
    rows = [Spent(agent="1", state="on_queue_call", seconds=9.0)]
    made = trends.Trends(found(spent=rows, planned={"1": Tally({})}), trends.spans(NOW, SHANGHAI))
    assert made.told(frozenset({"general"}))["agents"] == {}
    assert list(made.told()["agents"]) == ["1"]  # type: ignore[call-overload]  # plain JSON data


def test_the_common_target_weighs_each_queues_by_its_visits() -> None:
    big, small = TodayCounts(answered=95, abandoned=5, short_abandoned=5), TodayCounts(answered=5)
    assert common_target([(0.8, figures(big), big), (0.9, figures(small), small)]) == 0.805
    assert common_target([(0.8, figures(TodayCounts()), TodayCounts())]) is None


class Clock:
    def __init__(self) -> None:
        self.at = 100.0
        self.asked = 0
        self.away = False

    async def work_out(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailable("away")
        return self.asked


async def test_many_who_ask_at_once_are_given_one_answer_until_it_is_old() -> None:
    clock = Clock()
    remembered: Remembered[int] = Remembered(lambda: clock.at)
    assert set(await asyncio.gather(*(remembered.get(clock.work_out) for _ in range(50)))) == {1}
    clock.at += FRESH_S - 1
    assert await remembered.get(clock.work_out) == 1
    clock.at += 1
    assert await remembered.get(clock.work_out) == 2


async def test_a_database_that_is_away_is_left_alone_for_a_while() -> None:
    clock = Clock()
    remembered: Remembered[int] = Remembered(lambda: clock.at)
    clock.away = True
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await remembered.get(clock.work_out)
    assert clock.asked == 1
    clock.away = False
    clock.at += PAUSE_S
    assert await remembered.get(clock.work_out) == 2


async def test_the_history_is_told_by_queue_and_asked_once_for_all_viewers(
    board: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    async with Writer(store) as writer:
        for number, ago in enumerate(
            (timedelta(minutes=30), timedelta(days=7, minutes=30), timedelta(days=7, minutes=90))
        ):
            name = f"v{number}"
            writer.put(
                Visit(
                    id=name, node="gz-1", call_id=name, channel_id=name, ordinal=1, queue="general",
                    entered_at=now - ago, outcome="answered", wait_s=3.0, talk_s=60.0, ended_at=now,
                )
            )  # fmt: skip
    asked: list[object] = []
    work_out = routes._find_trends

    def counted(app: web.Application) -> Awaitable[trends.Trends]:
        asked.append(app)
        return work_out(app)

    monkeypatch.setattr(routes, "_find_trends", counted)
    answers = await asyncio.gather(*(board.get("/api/v1/trends") for _ in range(20)))
    told = [await answer.json() for answer in answers]
    assert all(one == told[0] for one in told)
    assert len(asked) == 1
    general = told[0]["queues"]["general"]
    assert (general["last_hour"]["entered"], general["hour_week_ago"]["entered"]) == (1, 1)
    assert sum(general["entered"]) == 1
    assert sum(general["entered_week_ago"]) == 2
