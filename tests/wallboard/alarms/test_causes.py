"""Causes and what follows from them: one alarm for each cause, and what cannot be seen stands as it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ami_bridge.messages import QueueView, TodayCounts
from tests.wallboard.alarms.seeing import at, queue, seen, story, told
from wallboard.alarms.causes import Calls
from wallboard.alarms.rules import METRICS, Rule, built_in
from wallboard.alarms.worth import Worths

if TYPE_CHECKING:
    from ami_bridge.messages import AgentState

EMPTY = Rule(name="nobody", when="no_agents", for_s=20)
LONG = Rule(name="long", when="longest_wait", over=60, clear_at=40, for_s=10, queues=("sales",))
MANY = Rule(name="phones", when="phones_gone", share=50, count=2, window_s=30)
CALLS = Rule(name="calls", when="failed_calls", over=20, clear_at=10, count=10)
HOUSE = built_in(("carrier",)) | {each.name: each for each in (EMPTY, LONG, MANY, CALLS)}
THERE: dict[str, AgentState] = {"1001": "available", "1002": "available", "1003": "on_queue_call"}
GONE: dict[str, AgentState] = dict.fromkeys(THERE, "signed_off")


def test_an_asterisk_that_is_gone_is_one_alarm_and_its_return_one_recovery() -> None:
    """Queues and trunks freeze: a long wait stands, and nobody rings for agents whom nobody can see."""
    waits = [seen(second, queues=[queue(waits_s=[70 + second], second=second)], agents=THERE) for second in range(30)]
    blind = [seen(second, "blind", trunk="unreachable", agents=GONE) for second in range(30, 200)]
    back = [seen(second, queues=[queue(available=1)], agents=THERE) for second in range(200, 300)]
    assert told(HOUSE, [*waits, *blind, *back]) == [
        "10 fired long/sales",
        "20 fired nobody/sales",
        "45 fired ami_gone/gz-1",
        "200 recovered nobody/sales",
        "200 recovered long/sales",
        "205 recovered ami_gone/gz-1",
    ]


def test_a_node_that_is_gone_includes_its_asterisk_its_trunks_and_its_queues() -> None:
    lost = [seen(second, "lost", trunk="unreachable") for second in range(200)]
    assert told(HOUSE, lost) == ["30 fired node_gone/gz-1"]


def test_a_trunk_that_is_gone_is_told_and_one_of_which_nobody_knows_is_not() -> None:
    assert told(HOUSE, [seen(second, trunk="unknown") for second in range(100)]) == []
    looks = [seen(second, trunk="unregistered" if 5 <= second < 60 else "reachable") for second in range(100)]
    assert told(HOUSE, looks) == ["35 fired trunk_gone/carrier", "70 recovered trunk_gone/carrier"]


def test_many_telephones_that_go_at_once_are_one_alarm_and_hold_back_what_follows() -> None:
    there = [seen(second, queues=[queue(available=2, talking=1)], agents=THERE) for second in range(5)]
    gone = [seen(second, queues=[queue(away=3)], agents=GONE) for second in range(5, 400)]
    back = [seen(second, queues=[queue(available=3)], agents=THERE) for second in range(400, 500)]
    assert told(HOUSE, [*there, *gone, *back]) == ["5 fired phones/phones", "400 recovered phones/phones"]


def test_telephones_that_go_one_after_the_other_are_no_loss_of_many() -> None:
    rules = {"phones": Rule(name="phones", when="phones_gone", share=50, count=2, window_s=30)}
    looks = [
        seen(second, agents={name: "signed_off" if second >= place * 40 else "available" for place, name in
                             enumerate(THERE, 1)})
        for second in range(200)
    ]  # fmt: skip
    assert told(rules, looks) == []


def test_who_leaves_his_queues_has_lost_no_telephone() -> None:
    there = [seen(second, agents=THERE) for second in range(5)]
    home = [seen(second, agents={}) for second in range(5, 60)]
    assert told({"phones": MANY}, [*there, *home]) == []


def test_what_went_while_nobody_saw_for_long_is_no_loss_of_this_moment() -> None:
    blind = [seen(second, "blind", agents=THERE) for second in range(1, 32)]
    assert told({"phones": MANY}, [seen(0, agents=THERE), *blind, seen(32, agents=GONE)]) == []


def test_a_feed_that_stood_still_for_a_moment_hides_no_loss() -> None:
    looks = [seen(0, agents=THERE), *[seen(second, "lost") for second in range(1, 9)], seen(9, agents=GONE)]
    assert told({"phones": MANY}, looks) == ["9 fired phones/phones"]


def test_an_alarm_of_telephones_stands_until_half_of_what_made_it_are_back() -> None:
    half: dict[str, AgentState] = {"1001": "available", "1002": "signed_off", "1003": "signed_off"}
    looks = [seen(0, agents=THERE), seen(1, agents=GONE), seen(500, agents=half), seen(501, agents=THERE)]
    assert told({"phones": MANY}, looks) == ["1 fired phones/phones", "501 recovered phones/phones"]


def test_a_database_that_is_away_is_one_alarm_and_nobody_knows_then_how_calls_ended() -> None:
    bad = {"calls": Calls(ended=20, failed=10)}
    looks = [
        *[seen(second, calls=bad) for second in range(2)],
        *[seen(second, database=False, calls={"calls": Calls(ended=0, failed=0)}) for second in range(2, 60)],
        *[seen(second, calls={"calls": Calls(ended=20, failed=2)}) for second in range(60, 90)],
    ]
    assert told(HOUSE, looks) == [
        "0 fired calls/calls",
        "17 fired database_gone/database",
        "60 recovered calls/calls",
        "65 recovered database_gone/database",
    ]


def test_too_few_calls_begin_nothing_and_end_nothing() -> None:
    few, many = {"calls": Calls(ended=3, failed=3)}, {"calls": Calls(ended=10, failed=3)}
    assert told({"calls": CALLS}, [seen(0, calls=few)]) == []
    looks = [seen(0, calls=many), seen(1, calls=few), seen(2, calls={"calls": Calls(ended=0, failed=0)})]
    assert told({"calls": CALLS}, looks) == ["0 fired calls/calls", "2 recovered calls/calls"]


def test_a_queue_that_is_closed_rings_for_nobody_and_ends_what_stood() -> None:
    rules = {"nobody": Rule(name="nobody", when="no_agents", hours="office")}
    looks = [seen(0, queues=[queue()], open_=False), seen(1, queues=[queue()]), seen(2, queues=[queue()], open_=False)]
    assert told(rules, looks) == ["1 fired nobody/sales", "2 recovered nobody/sales"]


def test_a_value_in_the_band_between_bound_and_clear_changes_nothing() -> None:
    values = [70, 50, 70, 41, 40]
    looks = [
        seen(second * 20, queues=[queue(waits_s=[value], second=second * 20)]) for second, value in enumerate(values)
    ]
    # the second look counts the stretch from the last bad one anew
    rules = {"long": Rule(name="long", when="longest_wait", over=60, clear_at=40)}
    assert told(rules, looks) == ["0 fired long/sales", "80 recovered long/sales"]


def test_a_rule_that_is_no_more_is_dropped_without_a_word() -> None:
    lines, book = story(HOUSE, [seen(second, "blind") for second in range(30)])
    assert lines == ["15 fired ami_gone/gz-1"]
    assert book.only({}).firing == ()


@pytest.mark.parametrize(
    ("metric", "value"),
    [("service_level", 60.0), ("sl_asterisk", 75.0), ("abandonment_all", 20.0), ("asa_s", 12.5), ("ended", 10.0)],
)
def test_metrics_are_worth_what_their_formulas_say(metric: str, value: float) -> None:
    today = TodayCounts(entered=12, answered=8, answered_within=6, abandoned=2, answer_waits=8, answer_wait_s=100.0)
    snapshot = seen(0, queues=[QueueView(name="sales", title="", today=today)]).snapshot
    assert snapshot is not None
    assert metric in METRICS
    assert Worths(snapshot, at(0)).of(metric, "sales") == value
    assert Worths(snapshot, at(0)).of(metric, "another") is None
