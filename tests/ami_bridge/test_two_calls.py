"""An agent with two calls at once, which a queue with ringinuse=yes gives him."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain import events as ev
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_reducer import at, join, member, ringing

if TYPE_CHECKING:
    from tests.ami_bridge.replaying import Replay

BOTH = (
    member(-1),
    join(0),
    ev.Connected(**ringing(1), waited_s=1.0),
    replace(join(4), channel_id="c2", call_id="c2"),
    ev.Connected(**(ringing(5) | {"channel_id": "c2", "call_id": "c2"}), waited_s=1.0),
)


def over(second: float, channel: str) -> ev.Completed:
    return ev.Completed(**(ringing(second) | {"channel_id": channel, "call_id": channel}), reason="caller")


def talks(replay: Replay) -> list[tuple[str, float]]:
    """The stretches on queue calls and at rest, and where each began."""
    return [
        (one.state, (one.started_at - at(0)).total_seconds())
        for one in replay.intervals.values()
        if one.state in {"on_queue_call", "wrap_up"}
    ]


@pytest.mark.parametrize("order", [("c1", "c2"), ("c2", "c1")], ids=["first ends first", "second ends first"])
def test_he_is_on_a_call_until_the_last_one_is_over_and_rests_then(order: tuple[str, str]) -> None:
    replay = fresh(at(-2)).take_all([*BOTH, over(10, order[0]), over(20, order[1])])
    assert talks(replay) == [("on_queue_call", 1.0), ("wrap_up", 20.0)]
    agent = replay.state.agents["1001"]
    assert (agent.serving, agent.also, agent.answered) == (None, (), 2)
    assert agent.talk_sum_s == pytest.approx(sum(visit.talk_s or 0 for visit in replay.visits.values()))


def test_the_one_that_goes_on_is_the_one_at_hand() -> None:
    replay = fresh(at(-2)).take_all([*BOTH, over(10, "c2")])
    agent = replay.state.agents["1001"]
    assert (agent.serving, agent.interval.state) == ("gz-1/c1/1", "on_queue_call")
