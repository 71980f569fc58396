"""An attended transfer into a second queue, heard live: made-up events with the ids and the order of asterisk#759."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain import events as ev
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_ledger import line
from tests.ami_bridge.test_reducer import at, caller, join, member, ringing

if TYPE_CHECKING:
    from ami_bridge.domain.events import Event
    from tests.ami_bridge.replaying import Replay

LEG = "leg"
FIRST = (
    member(-1),
    join(0),
    ev.Connected(**ringing(3), waited_s=3.0),
)
ENTRY = replace(join(20), channel_id=LEG, call_id=LEG, queue="vip")
LEG_ENDS = ev.HungUp(**caller(25, LEG))
FIRST_ENDS = ev.Completed(**ringing(24.5), reason="transfer")
ANSWER = ev.Connected(**ringing(30.2, agent="1201", queue="vip"), waited_s=10.0)
END = ev.Completed(**ringing(60, agent="1201", queue="vip"), reason="agent")


def visits(replay: Replay) -> list[tuple[str, str, str | None, str | None]]:
    replay.tick(at(70))
    return [(v.channel_id, v.queue, v.outcome, v.ended_by) for v in replay.visits.values()]


@pytest.mark.parametrize(
    "events",
    [
        (*FIRST, ENTRY, FIRST_ENDS, LEG_ENDS, ANSWER, END),
        (*FIRST, ENTRY, FIRST_ENDS, ANSWER, replace(LEG_ENDS, at=at(31)), END),
        (*FIRST, ENTRY, LEG_ENDS, FIRST_ENDS, ANSWER, END),
    ],
)
def test_it_is_one_visit_of_the_leg_that_the_caller_goes_on_with(events: tuple[Event, ...]) -> None:
    replay = fresh(at(-2)).take_all(events)
    assert visits(replay) == [("c1", "normal", "answered", "transfer"), (LEG, "vip", "answered", "agent")]
    first, second = replay.visits.values()
    assert (first.next_visit_id, second.agent) == (second.id, "1201")
    assert second.wait_s == pytest.approx(10.2)
    counts = replay.state.counts["vip"]
    assert (counts.entered, counts.answered, counts.abandoned) == (1, 1, 0)


def test_the_log_alone_tells_the_same() -> None:
    told = (
        line(20, "ENTERQUEUE", "", "1001", "1", queue="vip"),
        line(24, "ATTENDEDTRANSFER", "APP", "Queue", "3", "21", "1", who="客服1001"),
        line(30, "CONNECT", "10", "b", "4", queue="vip", who="PJSIP/1201"),
        line(60, "COMPLETEAGENT", "10", "30", "1", queue="vip", who="PJSIP/1201"),
    )
    replay = fresh(at(-2)).take_all(FIRST)
    replay.take_all([replace(told[0], channel_id=LEG), *told[1:]])
    assert visits(replay) == [("c1", "normal", "answered", "transfer"), (LEG, "vip", "answered", "agent")]


def test_a_caller_whose_joining_was_not_heard_does_not_take_another_ones_place() -> None:
    other = replace(join(20), channel_id="c9", call_id="c9", queue="vip")
    replay = fresh(at(-2)).take_all([member(-1), other, ANSWER])
    assert [(v.channel_id, v.outcome) for v in replay.visits.values()] == [("c9", None), ("c1", "answered")]


def test_what_is_over_is_forgotten_under_both_names() -> None:
    replay = fresh(at(-2)).take_all((*FIRST, ENTRY, FIRST_ENDS, LEG_ENDS, ANSWER, END, ev.HungUp(**caller(61))))
    for minutes in range(2, 8):
        replay.tick(at(0) + timedelta(minutes=minutes))
    assert (replay.state.visits, replay.state.by_channel, replay.state.ordinals) == ({}, {}, {})
