"""An attended transfer into a second queue, heard live: made-up events with the ids and the order of asterisk#759."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain import events as ev
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_ledger import line
from tests.ami_bridge.test_reducer import at, caller, doing, join, member, ringing
from tests.ami_bridge.test_resync import channel, shot, waiting

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


def test_a_caller_who_took_the_place_of_a_leg_holds_the_talk_under_his_own_channel() -> None:
    held, back = (ev.HoldChanged(at=at(s), channel_id="c1", held=s == 40) for s in (40, 47))
    replay = fresh(at(-2)).take_all((*FIRST, ENTRY, FIRST_ENDS, LEG_ENDS, ANSWER, held))
    assert doing(replay, "1201") == "on_hold"
    replay.take_all((back, END))
    assert [visit.hold_s for visit in replay.visits.values()] == [None, 7.0]


LEG_IS_OVER = ev.Resulted(**caller(24, LEG), status="CONTINUE")


@pytest.mark.parametrize("between", [(), (LEG_IS_OVER,)])
def test_the_end_of_a_talk_told_under_the_agents_leg_is_not_that_of_the_leg(between: tuple[Event, ...]) -> None:
    """The leg asked a colleague in the agent's own queue, and lends its name to the end of the first talk."""
    leg = replace(join(20), channel_id=LEG, call_id=LEG)
    answered = replace(ANSWER, queue="normal", channel_id=LEG, call_id=LEG, waited_s=1.0, at=at(21))
    told_wrongly = ev.Completed(
        **{**ringing(24.5), "channel_id": LEG, "call_id": LEG}, reason="transfer", talked_s=21.5
    )
    replay = fresh(at(-2)).take_all((*FIRST, leg, answered, *between, told_wrongly))
    replay.tick(at(26))
    first, second = replay.visits.values()
    assert (first.outcome, first.ended_by, first.agent) == ("answered", "transfer", "1001")
    assert (second.agent, second.ended_by) == ("1201", None)


def test_the_log_too_tells_of_a_talk_under_the_agents_leg_in_the_same_queue() -> None:
    leg = replace(join(20), channel_id=LEG, call_id=LEG)
    answered = replace(ANSWER, queue="normal", channel_id=LEG, call_id=LEG, waited_s=1.0, at=at(21))
    told_wrongly = line(24, "ATTENDEDTRANSFER", "LINK", "x", "y", "3", "21", "1", who="客服1001")
    over = line(24, "COMPLETECALLER", "1", "3", "1", who="客服1201")
    replay = fresh(at(-2)).take_all((*FIRST, leg, answered))
    replay.take_all([replace(told_wrongly, channel_id=LEG), replace(over, channel_id=LEG)])
    first, second = replay.visits.values()
    assert (first.ended_by, first.transfer, first.ended_at) == ("transfer", "attended", at(24))
    assert (second.ended_by, second.transfer, second.agent) == ("caller", None, "1201")


def test_nor_does_it_end_the_talk_of_the_caller_who_took_the_legs_place_meanwhile() -> None:
    """The line is taken a second after it was written, and by then a colleague has answered."""
    leg = replace(join(20), channel_id=LEG, call_id=LEG)
    handed = ev.HandedOn(
        at=at(24),
        transferee="c1",
        transferer="a-1001",
        kind="attended",
        to="",
        second_call_id=LEG,
        takes_its_place=True,
    )
    answered = ev.Connected(**ringing(24.7, agent="1201"), waited_s=4.0)
    told_wrongly = replace(line(24, "ATTENDEDTRANSFER", "APP", "Queue", "3", "21", "1", who="客服1001"), channel_id=LEG)
    over = ev.Completed(**ringing(27, agent="1201"), reason="agent")
    replay = fresh(at(-2)).take_all((*FIRST, leg, handed, FIRST_ENDS, answered, told_wrongly, over))
    assert visits(replay) == [("c1", "normal", "answered", "transfer"), (LEG, "normal", "answered", "agent")]
    assert [visit.ended_at for visit in replay.visits.values()] == [at(24.5), at(27)]


BY_HAND = (FIRST_ENDS, replace(FIRST_ENDS, reason="agent"))
"""An agent who makes an attended transfer by hanging up: two threads of app_queue, and now and then both tell."""
IN_THE_LOG = (
    line(24, "ATTENDEDTRANSFER", "BRIDGE", "b", "3", "21", "1", who="客服1001"),
    line(24, "COMPLETEAGENT", "3", "21", "1", who="客服1001"),
)


@pytest.mark.parametrize("heard", [(0, 1), (1, 0)])
@pytest.mark.parametrize("read", [(), (0, 1), (1, 0)])
def test_a_transfer_made_by_hanging_up_is_a_transfer_whoever_tells_it_first(
    heard: tuple[int, ...], read: tuple[int, ...]
) -> None:
    replay = fresh(at(-2)).take_all((*FIRST, *(BY_HAND[index] for index in heard)))
    replay.take_all(IN_THE_LOG[index] for index in read)
    assert visits(replay) == [("c1", "normal", "answered", "transfer")]


def test_what_is_told_again_of_a_talk_is_no_answer_to_the_caller_who_waits_again() -> None:
    back = join(24.2)
    replay = fresh(at(-2)).take_all((*FIRST, back, FIRST_ENDS, replace(BY_HAND[1], at=at(24.6))))
    assert visits(replay) == [("c1", "normal", "answered", "transfer"), ("c1", "normal", None, None)]


def test_of_two_talks_that_are_over_the_log_speaks_of_the_one_it_has_not_told_of() -> None:
    """One agent, two callers within seconds: the second talk is told under the agent's leg."""
    second = [
        replace(event, channel_id="c2", call_id="c2") for event in (join(3.6), ev.Connected(**ringing(4), waited_s=0.4))
    ]
    over = [ev.Completed(**{**ringing(5), "channel_id": of, "call_id": of}, reason="agent") for of in ("c1", "c2")]
    replay = fresh(at(-2)).take_all((*FIRST, over[0], *second, over[1]))
    replay.take(line(5, "COMPLETEAGENT", "3", "2", "1", who="客服1001"))
    told = replace(line(5, "ATTENDEDTRANSFER", "LINK", "x", "y", "0", "1", "1", who="客服1001"), channel_id=LEG)
    replay.take(told)
    assert [(v.channel_id, v.transfer) for v in replay.visits.values()] == [("c1", None), ("c2", "attended")]


def test_what_is_over_is_forgotten_under_both_names() -> None:
    replay = fresh(at(-2)).take_all((*FIRST, ENTRY, FIRST_ENDS, LEG_ENDS, ANSWER, END, ev.HungUp(**caller(61))))
    for minutes in range(2, 8):
        replay.tick(at(0) + timedelta(minutes=minutes))
    assert (replay.state.visits, replay.state.by_channel, replay.state.ordinals) == ({}, {}, {})


PHONE = channel("a-1201", channel="PJSIP/1201-0000002b", call_id="c1", application="AppQueue", bridge_id="b1")


def test_a_snapshot_finds_the_talk_of_a_leg_that_is_gone_under_the_callers_channel() -> None:
    replay = fresh(at(-2)).take_all((*FIRST, ENTRY, FIRST_ENDS, LEG_ENDS, ANSWER))
    there = (channel(bridge_id="b1", data="vip,c,,,300"), PHONE)
    busy = member(40, "1201", "vip", status=2)
    replay.take(shot(40, queues=("normal", "vip"), members=(member(40), busy), channels=there))
    assert (replay.visits[f"gz-1/{LEG}/1"].ended_at, doing(replay, "1201")) == (None, "on_queue_call")
    replay.take(END)
    assert visits(replay) == [("c1", "normal", "answered", "transfer"), (LEG, "vip", "answered", "agent")]


def test_a_snapshot_finds_the_caller_in_line_in_the_place_of_the_leg() -> None:
    handed = ev.HandedOn(
        at=at(24),
        transferee="c1",
        transferer="a-1001",
        kind="attended",
        to="",
        second_call_id=LEG,
        takes_its_place=True,
    )
    replay = fresh(at(-2)).take_all((*FIRST, ENTRY, handed, FIRST_ENDS, LEG_ENDS))
    in_line = waiting("c1", wait_s=20, queue="vip")
    replay.take(shot(40, queues=("normal", "vip"), waiting=(in_line,), channels=(channel(data="vip,c,,,300"),)))
    assert [(v.channel_id, v.queue, v.outcome) for v in replay.visits.values()] == [
        ("c1", "normal", "answered"),
        (LEG, "vip", None),
    ]
