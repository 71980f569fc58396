"""An ordinary caller and the general queue: answered, abandoned, rung in vain, waited too long, empty, full."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    GOODBYE,
    HOLD,
    RATE,
    TONE,
    WELCOME,
    all_is_quiet,
    rates,
    rings_of,
    talking,
    to_the_menu,
    to_the_queue,
    went_through,
)
from tests.calls.conftest import until
from tests.calls.proof import ABANDONED, ANSWERED, Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

BUSY = "目前所有坐席都在忙"
IN_LINE = (CHOOSE, WELCOME, HOLD)
"""What everybody hears on the way into the general queue."""


async def test_a_caller_reaches_a_person_and_the_flow_goes_on_after_the_talk(house: House) -> None:
    caller, began, tally = "13911110001", datetime.now(UTC), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller(caller, "王小明") as phone:
        await to_the_queue(phone)
        await phone.hears(HOLD)
        await talking(house, agent)
        talks = time.monotonic()
        before = len(phone.ear.recorded), len(agent.ear.recorded)
        agent.say(TONE)
        phone.say(TONE)
        assert await phone.ear.until(lambda: TONE[: 160 * 15] in phone.ear.recorded[before[0] :], 60)
        assert await agent.ear.until(lambda: TONE[: 160 * 15] in agent.ear.recorded[before[1] :], 60)
        live = next(one for one in (await house.live())["agents"] if one["id"] == "1001")
        assert (live["queue"], live["caller"]) == ("service", "139****0001")
        talked_s = time.monotonic() - talks
        await agent.hang_up()
        await rates(phone)
        await phone.hears(AFTER_TALK)
        await phone.hears(GOODBYE)
        assert await phone.ended() == "them"
        whole_call_s = phone.ear.now_ms / 1000
        await until(lambda: house.agent_is("1001", "available"))

    way = [
        "language: key 1",
        "recognise: missing",
        "greet: interrupted",
        "open_now: open",
        "main_menu: key 0",
        "person: way 2",
        "say_please_hold: said",
        "service_queue: handed over",
        "service_queue: answered",
        "rate_talk: answered",
        "rated: said",
        "after_talk: no input",
        "goodbye: ended",
    ]
    heard = (*IN_LINE, "?", RATE, AFTER_TALK, GOODBYE)
    proven = await proved(
        tally, phone, heard=heard, way=way, outcome="finished", visits=["service: answered"], moves=ANSWERED
    )
    visit, journey = proven.visit, proven.journey
    assert (visit.agent, visit.agent_name, visit.ended_by) == ("1001", "陈美玲", "agent")
    assert (visit.caller_name, visit.number, visit.language, visit.vip) == ("王小明", "96956", "zh-CN", False)
    assert (visit.position, visit.priority, visit.rings) == (1, 0, 1)
    assert visit.wait_s is not None
    assert visit.wait_s >= 0
    assert visit.talk_s is not None
    assert visit.talk_s >= talked_s - 0.05  # AMI's stamps and this clock are not one
    assert visit.wait_s + visit.talk_s < whole_call_s
    assert await rings_of(house, visit) == [("1001", "answered")]

    assert journey is not None
    assert (journey.call_id, journey.flow, journey.flow_version) == (visit.call_id, visit.flow, visit.flow_version)
    await went_through(house, "1001", began, "available", "ringing", "on_queue_call", "wrap_up", "available")


async def test_a_caller_hangs_up_on_the_agent(house: House) -> None:
    caller, tally = "13911110002", await Tally.of(house)
    async with house.agent("1002") as agent, house.caller(caller) as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await phone.hang_up()
        assert await agent.ended() == "them"
    way, visits = ["say_please_hold: said", "service_queue: handed over"], ["service: answered"]
    proven = await proved(tally, phone, heard=IN_LINE, way=way, outcome="queued", visits=visits, moves=ANSWERED)
    assert (proven.visit.agent, proven.visit.ended_by) == ("1002", "caller")


async def test_a_caller_who_gives_up_waiting_is_abandoned_while_the_agent_rings(house: House) -> None:
    caller, tally, began = "13911110003", await Tally.of(house), datetime.now(UTC)
    async with house.agent("1003", Reflex.RING) as agent, house.caller(caller) as phone:
        await to_the_queue(phone)
        await agent.rings()
        await until(lambda: _waiting(house, 1))
        [waiting] = (await house.queue("service"))["waiting"]
        assert (waiting["caller"], waiting["position"], waiting["language"]) == ("139****0003", 1, "zh-CN")
        await until(lambda: house.agent_is("1003", "ringing"))
        await phone.hang_up()
        assert await agent.ended() == "them"
        await until(lambda: house.agent_is("1003", "available"))
    way, visits = ["say_please_hold: said", "service_queue: handed over"], ["service: abandoned"]
    proven = await proved(tally, phone, heard=IN_LINE, way=way, outcome="queued", visits=visits, moves=ABANDONED)
    assert (proven.visit.agent, proven.visit.ended_by, proven.visit.talk_s) == (None, "caller", None)
    assert await rings_of(house, proven.visit) == [("1003", "cancelled")]
    await went_through(house, "1003", began, "available", "ringing")
    await all_is_quiet(house)


async def test_a_second_agent_answers_when_the_first_lets_it_ring(brisk: House) -> None:
    caller, tally = "13911110004", await Tally.of(brisk)
    async with brisk.agent("1001", Reflex.RING) as deaf, brisk.caller(caller) as phone:
        await to_the_queue(phone)
        await deaf.rings()
        async with brisk.agent("1002") as quick:
            await talking(brisk, quick)
            await quick.hang_up()
            await rates(phone)
            await phone.hears(AFTER_TALK)
            await phone.hang_up()
    heard = (*IN_LINE, RATE, AFTER_TALK)
    way = ["service_queue: answered", "rate_talk: answered", "rated: said", "after_talk: hung up"]
    visits = ["service: answered"]
    proven = await proved(tally, phone, heard=heard, way=way, outcome="hung_up", visits=visits, moves=ANSWERED)
    rings = await rings_of(brisk, proven.visit)
    assert proven.visit.agent == "1002"
    assert rings[0] == ("1001", "no_answer")
    assert rings[-1] == ("1002", "answered")
    assert proven.visit.rings == len(rings)
    missed = next(one for one in (await brisk.live())["agents"] if one["id"] == "1001")["missed"]
    assert missed >= 1


async def test_a_caller_who_waits_too_long_is_offered_a_callback(brisk: House) -> None:
    caller, tally = "13911110005", await Tally.of(brisk)
    async with brisk.agent("1001", Reflex.RING), brisk.caller(caller) as phone:
        await to_the_queue(phone)
        await phone.begins_to_hear(BUSY, within_s=60)
        hold, free = [one for one in phone.heard if one.prompt][-2:]
        heard_s = (free.started_ms - hold.started_ms) / 1000
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=(*IN_LINE, BUSY),
        way=["service_queue: timed_out", "nobody_free: hung up"],
        outcome="hung_up",
        visits=["service: timed_out"],
        moves={"entered": 1, "timed_out": 1},
    )
    assert (proven.visit.ended_by, proven.visit.agent) == ("system", None)
    assert proven.visit.wait_s is not None
    assert 10 < proven.visit.wait_s < heard_s


async def test_a_queue_without_an_agent_is_told_at_once(house: House) -> None:
    caller, tally = "13911110006", await Tally.of(house)
    async with house.caller(caller) as phone:
        await to_the_queue(phone)
        await phone.begins_to_hear(BUSY)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=(*IN_LINE, BUSY),
        way=["service_queue: empty", "nobody_free: hung up"],
        outcome="hung_up",
        visits=["service: join_empty"],
        moves={"entered": 1, "join_empty": 1},
    )
    assert proven.visit.agent is None


async def test_the_last_agent_leaving_frees_those_who_wait(brisk: House) -> None:
    caller, tally = "13911110007", await Tally.of(brisk)
    async with brisk.caller(caller) as phone:
        async with brisk.agent("1001", Reflex.RING) as agent:
            await to_the_queue(phone)
            await agent.rings()
            await agent.unregister()
        await phone.begins_to_hear(BUSY, within_s=60)
        await phone.hang_up()
    await proved(
        tally,
        phone,
        heard=(*IN_LINE, BUSY),
        way=["service_queue: empty", "nobody_free: hung up"],
        outcome="hung_up",
        visits=["service: leave_empty"],
        moves={"entered": 1, "leave_empty": 1},
    )


async def test_a_full_queue_turns_the_next_caller_away(brisk: House) -> None:
    tally = await Tally.of(brisk)
    async with (
        brisk.agent("1001", Reflex.RING),
        brisk.caller("13911110008") as first,
        brisk.caller("13911110009") as second,
        brisk.caller("13911110010") as third,
    ):
        await asyncio.gather(to_the_queue(first), to_the_queue(second), to_the_menu(third))
        await until(lambda: _waiting(brisk, 2))
        await third.press("0")
        await third.begins_to_hear(BUSY)
        await asyncio.gather(first.hang_up(), second.hang_up(), third.hang_up())
    way, visits = ["service_queue: handed over"], ["service: abandoned"]
    for phone in (first, second):
        await proved(tally, phone, heard=IN_LINE, way=way, outcome="queued", visits=visits, moves=None)
    await proved(
        tally,
        third,
        heard=(*IN_LINE, BUSY),
        way=["service_queue: full", "nobody_free: hung up"],
        outcome="hung_up",
        visits=["service: full"],
        moves={"entered": 3, "full": 1, "abandoned": 2, "short_abandoned": 2},
    )


async def _waiting(house: House, count: int) -> bool:
    return len((await house.queue("service"))["waiting"]) == count
