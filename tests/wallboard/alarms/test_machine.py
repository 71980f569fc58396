"""One alarm: the whole table of its phases, and what holds of any story whatever."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallboard.alarms.seeing import START, at
from wallboard.alarms.machine import CALM, FLAP_WINDOW, NEXT, Alarm, Look, Phase, Sight, step
from wallboard.alarms.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

RULE = Rule(name="r", when="ami_gone", for_s=10, clear_s=5)
LOOKS: dict[str, Look] = {"b": "bad", "~": "between", "g": "good", "?": "unseen"}


def play(looks: str, rule: Rule = RULE, every_s: float = 1) -> list[tuple[float, str]]:
    """One look each second, a letter each."""
    return _played(((number * every_s, LOOKS[letter]) for number, letter in enumerate(looks)), rule)[0]


def _played(looks: Iterable[tuple[float, Look]], rule: Rule = RULE) -> tuple[list[tuple[float, str]], Alarm]:
    alarm, told = Alarm(rule=rule.name, subject="s"), list[tuple[float, str]]()
    for second, look in looks:
        alarm, change = step(rule, alarm, Sight(look=look), at(second))
        if change is not None:
            told.append((second, change))
    return told, alarm


def test_the_table_says_where_every_look_leads_from_every_phase() -> None:
    assert set(NEXT) == set(product(get_args(Phase), get_args(Look)))
    assert all(NEXT[phase, look] in {"ok", "pending"} for phase, look in NEXT if phase in {"ok", "pending"})
    assert all(NEXT[phase, look] in {"firing", "clearing"} for phase, look in NEXT if phase in {"firing", "clearing"})


def test_what_is_bad_for_long_enough_fires_once_and_what_is_good_for_long_enough_is_over_once() -> None:
    assert play("b" * 30 + "g" * 30) == [(10, "fired"), (35, "recovered")]


@pytest.mark.parametrize("looks", ["b" * 10 + "g" + "b" * 10, "b" * 10 + "?" + "b" * 10, "b" * 10 + "~" + "b" * 10])
def test_what_was_not_bad_all_the_time_does_not_fire(looks: str) -> None:
    assert play(looks) == []


def test_what_cannot_be_seen_or_is_between_neither_fires_nor_recovers() -> None:
    assert play("b" * 11 + "?" * 100) == [(10, "fired")]
    assert play("b" * 11 + "~" * 100) == [(10, "fired")]
    assert play("b" * 11 + "gggg?gggg~gggg") == [(10, "fired")]


def test_it_is_told_again_only_where_the_rule_wants_it() -> None:
    rule = Rule(name="r", when="ami_gone", repeat_s=60)
    assert play("b" * 4, rule, every_s=30) == [(0, "fired"), (60, "repeated")]


def test_what_comes_and_goes_is_told_with_a_longer_breath() -> None:
    rule = Rule(name="r", when="ami_gone")
    looks = "bg" * 20
    told = play(looks, rule)
    assert [change for _, change in told] == ["fired", "recovered", "fired", "recovered", "fired"]
    calm = int(CALM.total_seconds())
    assert play(looks + "g" * (calm - 1), rule) == told
    assert play(looks + "g" * (calm + 1), rule)[-1] == (len(looks) - 1 + calm, "recovered")
    assert timedelta(seconds=len(looks)) < FLAP_WINDOW


def test_a_clock_that_was_set_back_counts_stretches_anew_and_nothing_waits_for_it() -> None:
    looks: list[tuple[float, Look]] = [(100, "bad"), (105, "bad"), (0, "bad"), (9, "bad"), (10, "bad")]
    assert _played(looks)[0] == [(10, "fired")]


def test_every_firing_has_a_name_of_its_own() -> None:
    rule = Rule(name="r", when="ami_gone")
    alarm, names = Alarm(rule="r", subject="s"), []
    for second, look in enumerate("bgbg"):
        alarm, change = step(rule, alarm, Sight(look=LOOKS[look]), at(second))
        names.append((change, alarm.id))
    assert [change for change, _ in names] == ["fired", "recovered", "fired", "recovered"]
    assert names[0][1] == names[1][1] != names[2][1] == names[3][1]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(LOOKS.values()))), max_size=60),
    st.sampled_from([0.0, 3.0, 60.0]),
    st.sampled_from([0.0, 3.0, 60.0]),
)
def test_there_are_never_two_firings_without_a_recovery_between(
    story: list[tuple[int, Look]], for_s: float, clear_s: float
) -> None:
    rule = Rule(name="r", when="ami_gone", for_s=for_s, clear_s=clear_s)
    second, looks = 0, []
    for pause, look in story:
        second += pause
        looks.append((float(second), look))
    told, alarm = _played(looks, rule)
    changes = [change for _, change in told]
    assert changes[:1] in ([], ["fired"])
    assert all(before != after for before, after in pairwise(changes))
    assert alarm.fires == (bool(changes) and changes[-1] == "fired")
    bad = {second for second, look in looks if look == "bad"}
    assert all(second in bad for second, change in told if change == "fired")
    good = {second for second, look in looks if look == "good"}
    assert all(second in good for second, change in told if change == "recovered")


def test_the_beginning_of_time_is_no_special_case() -> None:
    assert Alarm(rule="r", subject="s").id == "r/s/none"
    assert step(RULE, Alarm(rule="r", subject="s"), Sight(look="good"), START)[1] is None


def test_what_stands_keeps_the_value_it_fired_at_and_is_told_again_with_the_one_of_then() -> None:
    rule = Rule(name="r", when="waiting", over=5, for_s=1, repeat_s=60)
    alarm, told = Alarm(rule="r", subject="s"), []
    for second, value in ((0, 6.0), (1, 7.0), (2, 8.0), (61, 9.0)):
        alarm, change = step(rule, alarm, Sight(look="bad", value=value, of=5.0), at(second))
        told.append((change, alarm.value))
    assert told == [(None, 6.0), ("fired", 7.0), (None, 7.0), ("repeated", 9.0)]
