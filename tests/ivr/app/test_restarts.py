"""The pauses before a part is started again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.app.restarts import FIRST_PAUSE_S, HEALTHY_AFTER_S, LONGEST_PAUSE_S, Restarts


def test_the_first_restart_is_nearly_at_once() -> None:
    _, pause = Restarts().started(100.0).ended(101.0)
    assert pause == FIRST_PAUSE_S


def test_each_crash_in_a_row_doubles_the_pause_up_to_the_longest() -> None:
    restarts, pauses = Restarts(), []
    for _ in range(9):
        restarts, pause = restarts.started(0.0).ended(1.0)
        pauses.append(pause)
    assert pauses[:4] == [0.25, 0.5, 1.0, 2.0]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_part_that_lived_long_starts_anew() -> None:
    restarts = Restarts(in_a_row=7).started(0.0)
    after, pause = restarts.ended(HEALTHY_AFTER_S)
    assert (after.in_a_row, pause) == (1, FIRST_PAUSE_S)


@given(st.lists(st.floats(0, 1e6, allow_nan=False), max_size=200))
def test_a_pause_is_never_longer_than_the_longest(lives: list[float]) -> None:
    restarts = Restarts()
    for life in lives:
        restarts, pause = restarts.started(0.0).ended(life)
        assert FIRST_PAUSE_S <= pause <= LONGEST_PAUSE_S
