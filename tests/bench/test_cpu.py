from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cpu import (
    CountedWrongError,
    Reading,
    Spent,
    Spread,
    added_up,
    between,
    parse_stat,
    per_call_ms,
    ratios,
    read,
    spread,
)

STAT = "41 ({command}) S 1 41 41 0 -1 4194560 900 0 3 0 {utime} {stime} 7 9 20 0 12 0 100 1000 50 18446744073709551615"


@pytest.mark.parametrize("command", ["asterisk", "a b", "x) S 1 (", "((", ")"])
def test_user_and_system_time_are_added_whatever_the_command_is_called(command: str) -> None:
    assert parse_stat(STAT.format(command=command, utime=250, stime=50), 100) == 3.0


def test_children_that_were_waited_for_do_not_count() -> None:
    assert parse_stat(STAT.format(command="x", utime=0, stime=0), 100) == 0.0


def test_the_time_of_a_thread_that_has_ended_is_still_counted() -> None:
    pids = {"self": os.getpid()}
    before = read(pids)

    def work() -> None:
        while between(before, read(pids)).cpu_s["self"] < 0.05:
            sum(range(10_000))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert between(before, read(pids)).cpu_s["self"] >= 0.05


def test_a_process_that_has_ended_is_told_and_not_counted_as_nothing() -> None:
    with pytest.raises(CountedWrongError, match="has ended"):
        read({"gone": 2**22 + 1})


def test_a_process_started_anew_is_told_by_its_clock_going_backwards() -> None:
    with pytest.raises(CountedWrongError, match="backwards"):
        between(Reading(1.0, {"agi": 5.0}), Reading(2.0, {"agi": 0.1}))


def test_readings_of_different_processes_are_not_compared() -> None:
    with pytest.raises(CountedWrongError, match="same processes"):
        between(Reading(1.0, {"agi": 5.0}), Reading(2.0, {"bridge": 6.0}))


def test_what_a_process_takes_when_nobody_calls_is_taken_off_for_as_long_as_the_block_lasted() -> None:
    idle = Spent(10.0, {"bridge": 0.2})  # 20 ms a second
    assert per_call_ms(Spent(30.0, {"bridge": 1.0}), idle, 20) == {"bridge": pytest.approx(20.0)}


def test_stretches_with_nobody_calling_are_one_long_one() -> None:
    stretches = [Spent(8.0, {"bridge": 0.1, "agi": 0.0}), Spent(12.0, {"bridge": 0.3, "agi": 0.02})]
    together = added_up(stretches)
    assert together.lasted_s == 20.0
    assert together.cpu_s == {"bridge": pytest.approx(0.4), "agi": pytest.approx(0.02)}
    with pytest.raises(ValueError, match="no stretches"):
        added_up([])


def test_an_idle_block_costs_nothing() -> None:
    same = Spent(10.0, {"asterisk": 0.7})
    assert per_call_ms(same, same, 5) == {"asterisk": pytest.approx(0.0)}


@pytest.mark.parametrize(("calls", "lasted_s"), [(0, 1.0), (1, 0.0)])
def test_no_calls_and_no_idle_time_are_refused(calls: int, lasted_s: float) -> None:
    with pytest.raises(ValueError, match="expected at least one call and some time"):
        per_call_ms(Spent(1.0, {}), Spent(lasted_s, {}), calls)


def test_ratios_are_made_of_neighbours_and_not_of_medians() -> None:
    assert ratios([2.0, 30.0], [1.0, 10.0]) == [2.0, 3.0]
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_the_median_lies_between_the_lowest_and_the_highest(values: list[float]) -> None:
    found = spread(values)
    assert (found.lowest, found.highest) == (min(values), max(values))
    assert found.lowest <= found.median <= found.highest


def test_the_median_of_an_even_number_lies_in_the_middle() -> None:
    assert spread([4.0, 1.0, 2.0, 3.0]) == Spread(2.5, 1.0, 4.0)


def test_a_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        spread([])
