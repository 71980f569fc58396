"""How long callers waited of late, and what is said of it: nothing that nobody has seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge import views
from ami_bridge.domain import events as ev
from ami_bridge.domain.model import empty_state
from ami_bridge.domain.waits import FEWEST, MOST_KEPT, OF_LATE, expected_wait
from ami_bridge.past import Past, restore
from tests.ami_bridge.replaying import RULES, T0, Replay, fresh
from tests.ami_bridge.test_reducer import at, caller, join, ringing


def waits(*seconds: float) -> tuple[tuple[object, float], ...]:
    return tuple((T0, wait) for wait in seconds)


def answered(*pairs: tuple[float, float]) -> Replay:
    """Callers who came at one second and were answered at another."""
    replay = fresh()
    for number, (came, taken) in enumerate(pairs):
        name = f"c{number}"
        replay.take_all([join(came, name), ev.Left(**caller(taken, name), queue="normal")])
        replay.take(ev.Connected(**ringing(taken, name)))
        replay.take(ev.Completed(**ringing(taken + 1, name), reason="agent"))
    return replay


@pytest.mark.parametrize(
    ("seen", "waited_s", "expected"),
    [
        ((), 0, None),
        ((10, 20), 0, None),
        ((10, 20, 30), 0, 30),
        ((10, 20, 30, 40), 0, 30),
        ((0, 0, 0, 120), 0, 0),
        ((10, 60, 90, 120, 240), 30, 90),
        ((10, 20, 90, 120), 30, None),
    ],
)
def test_three_of_four_of_those_who_waited_as_long_were_answered_within_it(
    seen: tuple[float, ...], waited_s: float, expected: float | None
) -> None:
    assert expected_wait(waits(*seen), waited_s) == expected  # type: ignore[arg-type]  # times do not matter here


@given(st.lists(st.floats(0, 4000), max_size=30), st.floats(0, 4000))
def test_an_estimate_is_one_of_the_waits_seen_or_nothing(seen: list[float], waited_s: float) -> None:
    told = expected_wait(waits(*seen), waited_s)  # type: ignore[arg-type]  # as above
    longer = [wait for wait in seen if wait >= waited_s]
    assert (told is None) == (len(longer) < FEWEST)
    if told is not None:
        within = sum(wait - waited_s <= told for wait in longer)
        assert told >= 0
        assert within >= 0.75 * len(longer)


def test_only_waits_that_ended_with_an_agent_are_kept_each_once() -> None:
    replay = answered((0, 10), (5, 30))
    replay.take_all([join(40, "gone"), ev.GaveUp(**caller(41, "gone"), queue="normal")])
    replay.take(ev.HungUp(**caller(42, "gone")))
    assert replay.state.waits == {"normal": ((at(10), 10.0), (at(30), 25.0))}


def test_a_talk_found_going_on_tells_of_no_wait() -> None:
    replay = answered((0, 10))
    [row] = replay.visits.values()
    later = at(60)
    found = Past(recent=(replace(row, wait_s=None),))
    assert restore(empty_state(RULES, later), found, later).waits == {}


def test_what_is_older_than_of_late_is_forgotten_and_the_queue_is_shown_anew() -> None:
    replay = answered((0, 10), (0, 11), (0, 12))
    assert views.queue_view(replay.state, "normal").expected_wait_s == 12.0
    replay.tick(at(11) + OF_LATE)
    assert [wait for _, wait in replay.state.waits["normal"]] == [11.0, 12.0]
    assert "normal" in replay.changes[-1].queues
    assert views.queue_view(replay.state, "normal").expected_wait_s is None
    replay.tick(at(11) + OF_LATE)
    assert replay.changes[-1].queues == frozenset()


def test_no_more_waits_are_kept_than_are_needed() -> None:
    replay = answered(*((n, n + 0.5) for n in range(MOST_KEPT + 7)))
    assert len(replay.state.waits["normal"]) == MOST_KEPT
    assert replay.state.waits["normal"][-1][0] == at(MOST_KEPT + 6.5)


def test_a_restarted_bridge_knows_the_waits_of_late_from_the_store() -> None:
    rows = tuple(answered((0, 10), (5, 30)).visits.values())
    now = at(40)
    state = restore(empty_state(RULES, now), Past(recent=rows), now)
    assert state.waits == {"normal": ((at(10), 10.0), (at(30), 25.0))}
    later = at(20) + OF_LATE
    assert restore(empty_state(RULES, later), Past(recent=rows), later).waits == {"normal": ((at(30), 25.0),)}
    assert restore(empty_state(RULES, later), Past(recent=rows), later + timedelta(hours=1)).waits == {}
