"""Thresholds as a table of states, and what holds for every sequence of values."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.levels import QUIET, Bound, Level, State, Thresholds, step

if TYPE_CHECKING:
    from collections.abc import Iterable

BEGAN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
QUEUE = Thresholds("higher", Bound(5, until=3, for_s=10), Bound(10, until=7, for_s=5, sound=True))
SHARE = Thresholds("lower", Bound(80, until=82), Bound(70, until=74))
PLAIN = Thresholds("higher", None, Bound(5))


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def run(thresholds: Thresholds, looks: Iterable[tuple[float, float | None]]) -> list[State]:
    states = [QUIET]
    for second, value in looks:
        states.append(step(thresholds, states[-1], value, at(second)))
    return states[1:]


LEVELS: dict[str, Level] = {"f": "fine", "y": "yellow", "r": "red"}


@pytest.mark.parametrize(
    ("name", "thresholds", "looks"),
    [
        ("yellow after its least duration", QUEUE, "0=5f 9.9=5f 10=5y"),
        ("bad for too short a time", QUEUE, "0=6f 9=4f 10=6f 19=6f 20=6y"),
        ("held in the band", QUEUE, "0=5f 10=5y 11=4y 99=4y 100=3f"),
        ("red before yellow is due", QUEUE, "0=12f 5=12r 6=8r 7=7f 10=7y"),
        ("red to yellow to fine", QUEUE, "0=12f 10=12r 11=7y 12=3f"),
        ("it rose unseen, and the band holds it", QUEUE, "0=6f 60=4y"),
        ("it rose and recovered unseen", QUEUE, "0=6f 60=1f"),
        ("lower is worse", SHARE, "0=80.1f 1=80y 2=70r 3=73.9r 4=74y 5=81.9y 6=82f"),
        ("without until it is over below from", PLAIN, "0=5r 1=4.9f"),
        ("no value is never bad", PLAIN, "0=-f 1=6r 2=-f"),
        ("a look from before changes nothing", PLAIN, "5=6r 4=0r 5=0f"),
    ],
)
def test_states(name: str, thresholds: Thresholds, looks: str) -> None:
    """Each look is `second=value` and the level after it; `-` is no value."""
    parts = [re.fullmatch(r"([\d.]+)=([\d.]+|-)(\w)", look) for look in looks.split()]
    table = [(float(part[1]), None if part[2] == "-" else float(part[2]), LEVELS[part[3]]) for part in parts if part]
    levels = [state.level for state in run(thresholds, [(second, value) for second, value, _ in table])]
    assert levels == [level for _, _, level in table], name


def test_a_level_began_when_it_was_due_and_not_when_somebody_looked() -> None:
    (_, late) = run(QUEUE, [(0, 6), (60, 6)])
    assert (late.level, late.since) == ("yellow", at(10))


SIGNAL = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 14)), min_size=1, max_size=30)
"""Pauses in seconds, each followed by a value."""


def looks_of(signal: list[tuple[int, int]]) -> list[tuple[float, float | None]]:
    now = 0.0
    looks: list[tuple[float, float | None]] = []
    for pause, value in signal:
        now += pause
        looks.append((now, float(value)))
    return looks


@given(SIGNAL, st.lists(st.floats(0, 400), max_size=40))
def test_it_does_not_matter_how_often_somebody_looks(signal: list[tuple[int, int]], more: list[float]) -> None:
    looks = looks_of(signal)
    between = [
        (second, next((value for when, value in reversed(looks) if when <= second), None))
        for second in more
        if second >= looks[0][0]
    ]
    often = sorted([*looks, *between], key=lambda look: look[0])
    (last,) = run(QUEUE, looks)[-1:]
    until_then = [look for look in often if look[0] <= looks[-1][0]]
    assert run(QUEUE, until_then)[-1] == last


@given(SIGNAL)
def test_looks_that_come_late_change_nothing(signal: list[tuple[int, int]]) -> None:
    looks = looks_of(signal)
    state = run(QUEUE, looks)[-1]
    for second, value in reversed(looks[:-1]):
        assert step(QUEUE, state, None if value is None else 14 - value, at(second)) == state


@given(st.lists(st.integers(4, 9), min_size=2, max_size=60), st.sampled_from([0, 5, 12]))
def test_nothing_flaps_inside_the_band(values: list[int], first: int) -> None:
    """4 to 9 is inside yellow's and red's bands or between them: after half a minute each level moves at most once."""
    looks = [(0.0, float(first)), (30.0, float(first))] + [(31.0 + n * 20, float(v)) for n, v in enumerate(values)]
    reds = [state.red.on_since for state in run(QUEUE, looks)][1:]
    yellows = [state.yellow.on_since for state in run(QUEUE, looks)][1:]
    for latch in (reds, yellows):
        assert sum(before != after for before, after in itertools.pairwise(latch)) <= 1


@given(SIGNAL, st.sampled_from([QUEUE, PLAIN]))
def test_a_recovery_is_always_seen_at_once(signal: list[tuple[int, int]], thresholds: Thresholds) -> None:
    for (_, value), state in zip(looks_of(signal), run(thresholds, looks_of(signal)), strict=True):
        if value is not None and value <= 3:
            assert state.level == "fine"
            assert state.since is None


@given(SIGNAL)
def test_red_stands_only_on_a_value_that_has_not_recovered(signal: list[tuple[int, int]]) -> None:
    for (_, value), state in zip(looks_of(signal), run(QUEUE, looks_of(signal)), strict=True):
        if state.level == "red":
            assert value is not None
            assert value > 7
