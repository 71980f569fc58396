"""Counts of plain records: what each visit counts for, and that parts add up to the whole in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.intervals import Interval
from store.metrics import METRICS, Tally, value_of
from store.metrics.callers import Stay, judged
from store.metrics.tally import of_rings, of_stretches, of_visit, total
from store.rows import OUTCOMES, AgentInterval, Visit
from tests.store.samples import a_ring, a_visit, at

LIMITS = (20.0, 5.0)


def counted(**changes: Any) -> dict[str, int]:
    return dict(of_visit(a_visit(**changes), *LIMITS).counts)


def test_a_visit_that_waits_is_entered_and_waiting_and_nothing_else() -> None:
    assert counted() == {"entered": 1, "still_waiting": 1}


def test_an_answered_visit() -> None:
    found = counted(outcome="answered", wait_s=20.0, talk_s=60.25, hold_s=2.0, wrap_up_s=8.0, ended_at=at(90))
    assert found == {
        "entered": 1,
        "ended": 1,
        "answered": 1,
        "answered_within": 1,  # the threshold itself is in time
        "answer_waits": 1,
        "answer_wait_s": 20_000_000,
        "waits": 1,
        "wait_sum_s": 20_000_000,
        "longest_wait": 20_000_000,
        "handled": 1,
        "talk_sum_s": 60_250_000,
        "holds": 1,
        "hold_sum_s": 2_000_000,
        "wrap_up_sum_s": 8_000_000,
    }


@pytest.mark.parametrize(("wait_s", "short", "within"), [(4.999, 1, 1), (5.0, 0, 1), (20.0, 0, 1), (20.001, 0, 0)])
def test_bounds_of_abandons(wait_s: float, short: int, within: int) -> None:
    found = counted(outcome="abandoned", wait_s=wait_s, ended_at=at(wait_s))
    assert (found.get("short_abandoned", 0), found.get("abandoned_within", 0)) == (short, within)


def test_an_answer_whose_wait_nobody_knows_is_in_no_average() -> None:
    found = counted(outcome="answered")
    assert "answer_waits" not in found
    assert "answered_within" not in found
    assert found["still_talking"] == 1


def test_a_transferred_talk() -> None:
    assert counted(outcome="answered", talk_s=3.0, ended_at=at(9), transfer="blind")["transferred"] == 1


@given(st.sampled_from(OUTCOMES))
def test_every_outcome_is_counted_once_under_its_own_name(outcome: str) -> None:
    found = counted(outcome=outcome)
    assert [one for one in OUTCOMES if one in found] == [outcome]
    assert found["ended"] == 1


def any_visit() -> st.SearchStrategy[Visit]:
    seconds = st.one_of(st.none(), st.floats(0, 5000))
    return st.builds(
        a_visit,
        outcome=st.sampled_from([None, *OUTCOMES]),
        wait_s=seconds,
        talk_s=seconds,
        hold_s=seconds,
        wrap_up_s=seconds,
        transfer=st.sampled_from([None, "blind"]),
        ended_at=st.sampled_from([None, at(60)]),
    )


@given(st.lists(any_visit(), max_size=30), st.data())
def test_a_sum_of_parts_is_the_whole_in_any_order(visits: list[Visit], data: st.DataObject) -> None:
    tallies = [of_visit(visit, *LIMITS) for visit in visits]
    whole = total(tallies)
    shuffled = data.draw(st.permutations(tallies))
    cut = data.draw(st.integers(0, len(tallies)))
    parts = total(shuffled[:cut]) + total(shuffled[cut:])
    assert parts == whole
    for metric in METRICS.values():
        assert value_of(metric, parts) == value_of(metric, whole)


@given(st.lists(any_visit(), max_size=30))
def test_a_share_lies_between_none_and_all(visits: list[Visit]) -> None:
    whole = total(of_visit(visit, *LIMITS) for visit in visits)
    for metric in METRICS.values():
        value = value_of(metric, whole)
        assert value is None or value >= 0, metric.name
        assert metric.unit != "share" or value is None or value <= 1, metric.name
    entered = whole.counts.get("entered", 0)
    assert entered == len(visits) == sum(whole.counts.get(name, 0) for name in ("still_waiting", *OUTCOMES))


# --- agents ----------------------------------------------------------------------------------------------------------


def stretch(state: str, since: float, until: float | None, agent: str = "1001") -> AgentInterval:
    return AgentInterval(
        id=f"{agent}/{since}",
        node="gz-1",
        agent=agent,
        state=state,  # type: ignore[arg-type]  # a state of the samples
        started_at=at(since),
        ended_at=None if until is None else at(until),
    )


HOURS = [Interval(at(3600 * n), at(3600 * (n + 1))) for n in range(3)]


def test_a_state_is_cut_at_the_ends_of_intervals_and_one_that_goes_on_lasts_until_now() -> None:
    found = of_stretches([stretch("available", -50, 3700), stretch("on_queue_call", 3700, None)], HOURS, at(7300))
    assert {key: dict(tally.counts) for key, tally in found.items()} == {
        ("1001", 0): {"available_s": 3_600_000_000},
        ("1001", 1): {"available_s": 100_000_000, "on_queue_call_s": 3_500_000_000},
        ("1001", 2): {"on_queue_call_s": 100_000_000},
    }


@given(st.lists(st.floats(-7200, 20_000), min_size=2, max_size=12, unique=True))
def test_time_cut_by_hour_adds_up_to_the_whole(moments: list[float]) -> None:
    row = [stretch("available", a, b) for a, b in zip(sorted(moments), sorted(moments)[1:], strict=False)]
    whole = of_stretches(row, [Interval(HOURS[0].begin, HOURS[-1].end)], at(0))
    assert total(of_stretches(row, HOURS, at(0)).values()) == total(whole.values())
    assert all(tally.counts["available_s"] <= 3_600_000_000 for tally in of_stretches(row, HOURS, at(0)).values())


def test_ringing() -> None:
    results = ["answered", "no_answer", "no_answer", "busy", "refused", "cancelled", None]
    found = of_rings(a_ring(n, result=result) for n, result in enumerate(results))
    assert dict(found.counts) == {"rung": 6, "missed": 2, "refused": 2}
    assert value_of(METRICS["missed_rate"], found) == 2 / 6


# --- callers ---------------------------------------------------------------------------------------------------------

WEEK = timedelta(days=7)
DAY_0 = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def stay(caller: str, call: str, days: float, *, answered: bool = True, queue: str = "sales") -> Stay:
    return Stay(caller=caller, call_id=call, queue=queue, entered_at=DAY_0 + timedelta(days=days), answered=answered)


def callers(*stays: Stay, now: float = 100) -> dict[str, int]:
    return dict(total(one.tally for one in judged(stays, WEEK, DAY_0 + timedelta(days=now))).counts)


def test_who_calls_twice_in_a_week_has_come_back_and_the_first_call_resolved_nothing() -> None:
    found = callers(stay("A", "1", 0), stay("A", "2", 6.9), stay("B", "3", 1))
    assert found == {"calls_known": 3, "calls_again": 1, "calls_judged": 3, "calls_resolved": 2}


def test_a_week_and_a_moment_later_it_is_another_matter() -> None:
    found = callers(stay("A", "1", 0), stay("A", "2", 7.001))
    assert found == {"calls_known": 2, "calls_judged": 2, "calls_resolved": 2}


def test_a_call_through_two_queues_is_one_call_of_the_first_queue_and_answered_if_either_was() -> None:
    stays = (stay("A", "1", 0.01, queue="vip"), stay("A", "1", 0, answered=False))
    (one,) = judged(stays, WEEK, DAY_0 + timedelta(days=30))
    assert (one.queue, one.began_at, dict(one.tally.counts)) == (
        "sales",
        DAY_0,
        {"calls_known": 1, "calls_judged": 1, "calls_resolved": 1},
    )


def test_a_call_of_yesterday_is_not_judged_yet_nor_one_nobody_answered_nor_one_without_a_number() -> None:
    assert callers(stay("A", "1", 0), now=6) == {"calls_known": 1}
    assert callers(stay("A", "1", 0, answered=False)) == {"calls_known": 1}
    assert callers(stay("", "1", 0)) == {}


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 5), st.integers(0, 30), st.booleans())), st.randoms())
def test_the_order_of_stays_does_not_matter(found: list[tuple[str, int, int, bool]], chance: object) -> None:
    stays = [stay(caller, f"{caller}{call}", day, answered=yes) for caller, call, day, yes in found]
    mixed = list(stays)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    whole = total(one.tally for one in judged(stays, WEEK, DAY_0))
    assert whole == total(one.tally for one in judged(mixed, WEEK, DAY_0))
    assert whole.counts.get("calls_known", 0) == len({one.call_id for one in stays})


def test_tallies_of_nothing_are_equal() -> None:
    assert total([]) == Tally() == Tally() + Tally()
