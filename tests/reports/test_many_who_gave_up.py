"""The list of who gave up reads one caller's calls at a time, says so when there are too many, and is right."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivr.app import abandoned as app
from ivr.app.abandoned import abandoned_in
from ivr.reports.recalls import Since
from ivr.reports.wishes import WishError
from tests.reports.test_against_the_slow_way import span_of
from tests.store.databases import write_all
from tests.store.samples import a_callback, a_visit

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import Visit

DAY = span_of("2026-11-21", "Asia/Shanghai")


def made(count: int) -> list[Visit]:
    chance = random.Random(3)
    return [
        a_visit(
            n,
            caller=chance.choice(["", *"ABCDE"]),
            queue=chance.choice(["general", "vip"]),
            entered_at=DAY.since + timedelta(minutes=n),
            ended_at=DAY.since + timedelta(minutes=n, seconds=30),
            answered_at=DAY.since + timedelta(minutes=n),
            agent="1001",
            outcome=chance.choice(["abandoned", "answered", "timed_out"]),
            wait_s=30.0,
        )
        for n in range(count)
    ]


async def test_one_callers_calls_are_looked_at_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = made(300)
    wish = replace(a_callback(1), caller="B", number_to_call="A", asked_at=DAY.since + timedelta(minutes=290))
    await write_all(store, [*visits, wish])
    asked: list[set[str]] = []

    class Watched(Since):
        def __init__(self, mine: Any, wishes: Any = ()) -> None:
            asked.append({one.caller for one in mine})
            super().__init__(mine, wishes)

    monkeypatch.setattr(app, "Since", Watched)
    table = await abandoned_in(store, DAY, only=(), short_s=None)
    assert sorted(asked, key=min) == [{one} for one in "ABCDE"]
    gave_up = [one for one in visits if one.outcome == "abandoned"]
    assert [row[7] for row in table.rows] == [one.call_id for one in gave_up]
    for row, one in zip(table.rows, gave_up, strict=True):
        after = [v for v in visits if v.caller == one.caller and v.entered_at >= (one.ended_at or one.entered_at)]
        answered = next((v for v in after if v.outcome == "answered"), None)
        if not one.caller:
            expected = "withheld"
        elif answered:
            expected = "answered"
        elif one.caller in "AB" and wish.asked_at >= one.entered_at:
            expected = "callback asked"
        else:
            expected = "called again" if after else "open"
        assert row[4] == expected, one.id
    vip = await abandoned_in(store, DAY, only=["vip"], short_s=None)
    assert [row[7] for row in vip.rows] == [one.call_id for one in gave_up if one.queue == "vip"]


async def test_more_than_a_list_holds_is_refused_not_cut(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await write_all(store, made(60))
    monkeypatch.setattr(app, "MOST_LISTED", 5)
    with pytest.raises(
        WishError, match=r"^R010: more than 5 callers gave up in this range; expected a shorter one, or"
    ):
        await abandoned_in(store, DAY, only=(), short_s=None)
