"""The ledger's rows beside CEL's calls: nothing where they agree, and each thing in which they do not named once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.domain.model import Rules
from ami_bridge.reconcile.call_differences import MOMENT, WHAT_CEL_KNOWS, Known, differences_of
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying_calls import House, verify_calls
from store.rows import Journey, Visit, journey_id, visit_id
from tests.ami_bridge.replaying import RULES
from tests.ami_bridge.test_cel import only, scene
from tests.ami_bridge.test_importing import book

if TYPE_CHECKING:
    from pathlib import Path

    from ami_bridge.cel.call import Call

NODE = "gz-1"
WHO = AgentNames(Rules(node=NODE, zone=RULES.zone, agents={"1001": "陈美玲", "1003": "黄晓彤"}))


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def moment(call: Call, after_s: float) -> datetime:
    assert call.began is not None
    return call.began + s(after_s)


def journey(call: Call, outcome: str | None, ended_s: float | None, **more: Any) -> Journey:
    known = {
        "id": journey_id(NODE, call.id),
        "node": NODE,
        "call_id": call.id,
        "channel_id": call.id,
        "number": "96956",
        "flow": "main",
        "flow_version": "v",
        "started_at": moment(call, 0.03),
        "caller": call.legs[0].number,
        "outcome": outcome,
        "ended_at": None if ended_s is None else moment(call, ended_s),
    }
    return Journey(**{**known, **more})


def visit(call: Call, entered_s: float, **more: Any) -> Visit:
    ordinal = more.pop("ordinal", 1)
    known = {
        "id": visit_id(NODE, call.id, ordinal),
        "node": NODE,
        "call_id": call.id,
        "channel_id": call.id,
        "ordinal": ordinal,
        "queue": "service",
        "entered_at": moment(call, entered_s),
    }
    return Visit(**{**known, **more})


def talk(call: Call, nth: int, entered_s: float, agent: str, by: str, **more: Any) -> Visit:
    """A visit that led to CEL's nth talk of the caller."""
    mine = [one for one in call.talks if one.partner(call.id) is not None][nth]
    assert mine.until is not None
    times = {"answered_at": mine.since, "ended_at": mine.until, "talk_s": (mine.until - mine.since).total_seconds()}
    return visit(call, entered_s, **{**times, "outcome": "answered", "agent": agent, "ended_by": by, **more})


def compared(call: Call, *rows: Journey | Visit, queues: dict[str, str] | None = None) -> list[tuple[str, Any, Any]]:
    journeys = [row for row in rows if isinstance(row, Journey)]
    visits = [row for row in rows if isinstance(row, Visit)]
    found = differences_of(call, Known(journeys, visits, WHO, queues or {}))
    assert {one.what for one in found} <= set(WHAT_CEL_KNOWS)
    return [(one.what, one.ledger, one.cel) for one in found]


def agreeing(name: str) -> tuple[Call, list[Journey | Visit]]:
    """A recorded scene, and the ledger's rows of it."""
    call = only(name)
    match name:
        case "menu":
            return call, [journey(call, "hung_up", 4.172)]
        case "answered_agent":
            return call, [journey(call, "hung_up", 7.506), talk(call, 0, 4.37, "1001", "agent")]
        case "answered_caller":
            return call, [journey(call, "queued", 4.37), talk(call, 0, 4.37, "1001", "caller")]
        case "abandoned":
            gone = visit(call, 4.37, ended_at=moment(call, 4.378), outcome="abandoned", ended_by="caller")
            return call, [journey(call, "queued", 4.37), gone]
        case "blind_queue":
            into = visit_id(NODE, call.id, 2)
            first = talk(call, 0, 4.37, "1001", "transfer", next_visit_id=into)
            second = talk(call, 1, 4.49, "1003", "agent", ordinal=2, queue="vip")
            return call, [journey(call, "hung_up", 6.61), first, second]
        case "blind_agent":
            return call, [journey(call, "hung_up", 7.5), talk(call, 0, 4.38, "1001", "transfer")]
        case "attended":
            return call, [journey(call, "hung_up", 9.5), talk(call, 0, 4.37, "1001", "transfer")]
        case "attended_in_queue":
            asking = call.legs[2].channel_id
            joined = next(one for one in call.talks if asking in {one.one, one.other})
            consulted = visit(
                call,
                4.83,
                id=visit_id(NODE, asking, 1),
                channel_id=asking,
                queue="vip",
                answered_at=joined.since,
                ended_at=joined.until,
                outcome="answered",
                agent="1003",
                ended_by="caller",
            )
            return call, [journey(call, "hung_up", 8.87), talk(call, 0, 4.61, "1001", "transfer"), consulted]
        case "local_member":
            [last] = [one for one in call.talks if one.partner(call.id) == call.legs[-1].channel_id]
            row = talk(call, 0, 4.37, "1003", "caller", ended_at=last.until, talk_s=2.0)
            return call, [journey(call, "queued", 4.37), row]
        case _:
            raise AssertionError(name)


SCENES = (
    "menu",
    "answered_agent",
    "answered_caller",
    "abandoned",
    "blind_queue",
    "blind_agent",
    "attended",
    "attended_in_queue",
    "local_member",
)
QUEUES = {"7002": "vip"}


@pytest.mark.parametrize("name", SCENES)
def test_what_agrees_differs_in_nothing(name: str) -> None:
    call, rows = agreeing(name)
    assert compared(call, *rows, queues=QUEUES) == []


def changed(name: str, place: int, **fields: Any) -> list[tuple[str, Any, Any]]:
    call, rows = agreeing(name)
    rows[place] = replace(rows[place], **fields)
    return compared(call, *rows, queues=QUEUES)


def test_each_thing_that_differs_is_named_and_nothing_else() -> None:
    call, [_, row] = agreeing("answered_agent")
    assert isinstance(row, Visit)
    [joined] = call.talks
    parted = joined.until
    assert parted is not None
    assert changed("answered_agent", 1, ended_by="caller") == [("ended by", "caller", "agent")]
    assert changed("answered_agent", 1, ended_by=None) == [("ended by", None, "agent")]
    assert changed("answered_agent", 1, agent="1003") == [("agent", "1003", "1001")]
    late = parted + MOMENT + s(0.1)
    assert changed("answered_agent", 1, ended_at=late) == [("ended", late, parted)]
    assert changed("answered_agent", 1, ended_at=None) == [("ended", None, parted)]
    assert changed("answered_agent", 1, talk_s=9.0) == [("talk", 9.0, (parted - joined.since).total_seconds())]
    early = joined.since - MOMENT - s(0.1)
    assert changed("answered_agent", 1, answered_at=early)[0] == ("answered", early, joined.since)
    assert changed("answered_agent", 1, answered_at=None)[0] == ("answered", None, joined.since)


def test_what_is_within_its_bound_is_no_difference() -> None:
    call, _ = agreeing("answered_agent")
    [joined] = call.talks
    assert joined.until is not None
    assert changed("answered_agent", 1, ended_at=joined.until + s(1.9), answered_at=joined.since - s(1.9)) == []
    menu, _ = agreeing("menu")
    assert changed("menu", 0, started_at=moment(menu, 9.9)) == []
    assert changed("menu", 0, ended_at=moment(menu, 4.17 + 14.9)) == []


def test_a_transfer_that_the_ledger_has_not_and_one_that_was_none() -> None:
    assert changed("blind_agent", 1, ended_by="agent") == [("ended by", "agent", "transfer")]
    assert changed("attended", 1, ended_by="caller") == [("ended by", "caller", "transfer")]
    assert changed("answered_caller", 1, ended_by="transfer") == [("ended by", "transfer", "caller")]


def test_the_end_of_a_talk_behind_a_local_channel_is_the_telephones() -> None:
    call, _ = agreeing("local_member")
    end = call.talks[-1].until
    assert end is not None
    early = end - s(2.1)
    assert changed("local_member", 1, ended_at=early) == [("ended", early, end)]


def test_a_talk_is_one_visits_only() -> None:
    call, rows = agreeing("blind_agent")
    at = call.talks[0].since.replace(microsecond=0)  # whole seconds, as queue_log has them
    waited = visit(call, 0, ordinal=2, queue="vip", outcome="timed_out", ended_by="system")
    assert compared(call, *rows, replace(waited, entered_at=at, ended_at=moment(call, 6))) == []


def test_a_visit_whose_row_was_made_late_has_its_own_talk_whatever_its_number() -> None:
    call, [its_journey, first, second] = agreeing("blind_queue")
    assert isinstance(first, Visit)
    assert isinstance(second, Visit)
    waited = replace(first, ordinal=2, entered_at=first.entered_at - s(3))
    assert compared(call, its_journey, waited, replace(second, ordinal=1), queues=QUEUES) == []


def test_a_transfer_that_led_elsewhere_than_the_ledger_says() -> None:
    assert changed("blind_queue", 1, next_visit_id=None) == [("sent to", None, "vip")]
    assert changed("blind_queue", 2, queue="sales") == [("sent to", "sales", "vip")]


def test_a_talk_counted_on_behind_a_transfer_is_told() -> None:
    call, _ = agreeing("blind_agent")
    first, second = call.talks
    assert changed("blind_agent", 1, ended_at=second.until) == [("ended", second.until, first.until)]


def test_an_answer_nobody_gave_and_one_the_ledger_missed() -> None:
    call, _ = agreeing("abandoned")
    at = moment(call, 4.37)
    assert changed("abandoned", 1, answered_at=at, outcome="answered", agent="1001") == [("answered", at, None)]
    assert changed("blind_queue", 2, answered_at=None, outcome="abandoned")[0][0] == "answered"


def test_one_who_gave_up_is_gone_at_that_moment() -> None:
    call, _ = agreeing("abandoned")
    end = call.legs[0].ended
    assert end is not None
    for wrong in (end + s(2.1), None):
        assert changed("abandoned", 1, ended_at=wrong) == [("ended", wrong, end)]
    menu = only("timed_out")
    gave_up = visit(menu, 4, ended_at=moment(menu, 9), outcome="abandoned", ended_by="caller")
    assert compared(menu, gave_up) == [("ended", gave_up.ended_at, menu.legs[0].ended)]
    # but one who waited too long goes on in the flow
    assert compared(menu, replace(gave_up, outcome="timed_out", ended_by="system")) == []


def test_a_journey_that_was_left_open_or_ended_at_another_time() -> None:
    menu, _ = agreeing("menu")
    assert changed("menu", 0, ended_at=None, outcome=None) == [("journey ended", None, menu.ended)]
    late = moment(menu, 30)
    assert changed("menu", 0, ended_at=late) == [("journey ended", late, menu.ended)]
    assert changed("menu", 0, ended_at=late, outcome="lost") == [("journey ended", late, menu.ended)]
    early = moment(menu, 1)
    assert changed("menu", 0, ended_at=early) == [("journey ended", early, menu.ended)]
    assert changed("menu", 0, ended_at=early, outcome="queued") == []
    assert changed("menu", 0, started_at=moment(menu, 11)) == [("journey began", moment(menu, 11), menu.began)]


def test_a_call_the_ledger_has_nothing_of() -> None:
    assert compared(only("menu")) == [("call", "not there", "there")]


# -- with a database


async def test_every_scene_is_compared_and_what_one_lacks_is_told(tmp_path: Path) -> None:
    log = tmp_path / "hotline.csv"
    log.write_bytes(b"".join(scene(name) for name in SCENES) + b'"HANGUP","17955\n')
    calls = [only(name) for name in SCENES]
    begin = min(call.began for call in calls if call.began is not None) - s(60)
    house = House(NODE, WHO, QUEUES)
    async with book(tmp_path) as mine:
        for name in SCENES:
            for row in agreeing(name)[1]:
                mine.writer.put(row)
        await mine.writer.flush()

        verdict = await verify_calls(mine.store, [log], house, since=begin, until=begin + s(7200))
        assert (verdict.calls, verdict.differences, verdict.set_aside) == (9, [], {"cut": 1})

        lost = only("blind_queue")
        stranger = replace(journey(lost, "hung_up", 5), id=journey_id(NODE, "x.1"), channel_id="x.1")
        earlier = replace(stranger, id=journey_id(NODE, "x.0"), channel_id="x.0", started_at=begin + s(1))
        mine.writer.put(stranger)
        mine.writer.put(earlier)  # before CEL was turned on: nobody can say
        await mine.writer.flush()
        verdict = await verify_calls(mine.store, [log], house, since=begin, until=begin + s(7200))
        assert [(one.call_id, one.what, one.cel) for one in verdict.differences] == [("x.1", "call", "not there")]
        assert verdict.calls == 10

        hidden = scene("hostile")
        log.write_bytes(log.read_bytes() + hidden)
        verdict = await verify_calls(mine.store, [log], house, since=begin, until=begin + s(7200))
        assert ("1795574855.38", "call", "not there", "there") in [
            (one.call_id, one.what, one.ledger, one.cel) for one in verdict.differences
        ]
        # calls that began earlier, or are not over, are not compared
        verdict = await verify_calls(mine.store, [log], house, since=begin + s(6000), until=begin + s(7200))
        assert (verdict.calls, verdict.differences) == (0, [])


def asked_for(call: Call, seconds: float) -> Call:
    """The same call, in which the agent asked so much longer before he sent the caller on."""
    more = timedelta(seconds=seconds)
    [sent] = call.transfers
    return replace(
        call,
        transfers=(replace(sent, at=sent.at + more),),
        legs=tuple(replace(leg, ended=leg.ended and leg.ended + more) for leg in call.legs),
        ended=call.ended and call.ended + more,
    )


def test_a_talk_lasts_until_the_caller_is_sent_on_however_long_the_agent_asks_before() -> None:
    call, [its_journey, its_talk] = agreeing("attended")
    longer = asked_for(call, 9.0)
    [sent] = longer.transfers
    assert isinstance(its_talk, Visit)
    assert isinstance(its_journey, Journey)
    assert its_talk.answered_at is not None
    ends = replace(its_talk, ended_at=sent.at, talk_s=(sent.at - its_talk.answered_at).total_seconds())
    over = replace(its_journey, ended_at=longer.ended)
    assert compared(longer, over, ends) == []
    assert [what for what, *_ in compared(longer, over, its_talk)] == ["ended"]


def test_an_agent_who_hung_up_to_make_an_attended_transfer_may_be_told_to_have_ended_the_talk() -> None:
    call, [its_journey, its_talk] = agreeing("attended")
    assert isinstance(its_talk, Visit)
    by_agent = replace(its_talk, ended_by="agent")
    [sent] = call.transfers
    hung_up = tuple(replace(leg, ended=sent.at) if leg.channel_id == sent.by else leg for leg in call.legs)
    assert compared(replace(call, legs=hung_up), its_journey, by_agent) == []
    long_after = tuple(replace(leg, ended=sent.at + timedelta(seconds=9)) for leg in hung_up)
    assert "ended by" in [what for what, *_ in compared(replace(call, legs=long_after), its_journey, by_agent)]
    assert "ended by" in [what for what, *_ in compared(call, its_journey, replace(its_talk, ended_by="caller"))]


def test_a_caller_who_hung_up_as_he_was_sent_on_may_be_told_to_have_ended_the_talk() -> None:
    call, [_, its_talk] = agreeing("attended")
    assert isinstance(its_talk, Visit)
    by_caller = replace(its_talk, ended_by="caller")
    [sent] = call.transfers

    def told(after: float) -> list[str]:
        gone = sent.at + timedelta(seconds=after)
        legs = tuple(replace(leg, ended=gone) if leg.channel_id == by_caller.channel_id else leg for leg in call.legs)
        return [what for what, *_ in compared(replace(call, legs=legs), by_caller)]

    assert "ended by" not in told(0.4)
    assert "ended by" in told(5.0)


def test_an_agent_who_asked_somebody_and_came_back_talked_all_the_while() -> None:
    call, [its_journey, its_talk] = agreeing("answered_agent")
    assert isinstance(its_journey, Journey)
    assert isinstance(its_talk, Visit)
    assert its_talk.talk_s is not None
    more = timedelta(seconds=9)
    legs = tuple(replace(leg, ended=leg.ended and leg.ended + more) for leg in call.legs)
    caller, agent = sorted(call.stays, key=lambda one: one.channel_id != call.id)
    assert caller.until is not None
    assert agent.until is not None
    before = replace(agent, until=agent.since + timedelta(seconds=0.5))
    after = replace(agent, since=agent.since + timedelta(seconds=1), until=agent.until + more)
    whole = replace(call, legs=legs, ended=call.ended and call.ended + more)
    whole = replace(whole, stays=(replace(caller, until=caller.until + more), before, after))
    journey_of = replace(its_journey, ended_at=its_journey.ended_at and its_journey.ended_at + more)
    talk_of = replace(its_talk, ended_at=its_talk.ended_at and its_talk.ended_at + more, talk_s=its_talk.talk_s + 9)
    assert compared(whole, journey_of, talk_of) == []
    parted = replace(talk_of, ended_at=before.until, talk_s=0.5)
    assert "ended" in [what for what, *_ in compared(whole, journey_of, parted)]


def test_a_caller_who_hangs_up_while_the_agent_still_asks_talked_until_then() -> None:
    """Asked by the agent's own channel, which leaves the caller's bridge for it; AMI and queue_log told 3 s of talk."""
    call = only("gone_while_asked")
    with_agent = talk(call, 0, 0.5, "2024", "caller")
    assert with_agent.ended_at == moment(call, 4.175811)
    left = replace(with_agent, ended_at=moment(call, 6.570307), talk_s=3.009917)
    assert compared(call, left) == []
    assert [what for what, *_ in compared(call, with_agent)] == ["ended"]


def test_a_caller_who_hung_up_while_the_agent_asked_somebody_ended_the_talk() -> None:
    """The agent's own telephone then hangs up by itself, as it does at the end of what he asked."""
    call, [_, its_talk] = agreeing("answered_caller")
    assert isinstance(its_talk, Visit)
    caller = call.leg(its_talk.channel_id)
    assert caller is not None
    assert caller.ended is not None
    after = caller.ended + timedelta(seconds=0.1)
    legs = tuple(
        replace(leg, ended=after, source=leg.name) if leg.channel_id != its_talk.channel_id else leg
        for leg in call.legs
    )
    told = [what for what, *_ in compared(replace(call, legs=legs), replace(its_talk, ended_by="agent"))]
    assert told == ["ended by"]
    assert compared(replace(call, legs=legs), its_talk) == []
