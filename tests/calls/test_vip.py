"""Important callers: greeted as such, their own queue and agents, and ahead of others where they overflow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex, State
from tests.calls.asking import (
    AFTER_TALK,
    HOLD,
    RATE,
    Tally,
    all_is_quiet,
    greeted,
    in_order,
    rates,
    rings_of,
    said,
    talking,
    to_the_menu,
    to_the_queue,
    way_of,
)
from tests.calls.conftest import until

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

VIP = "13800138003"
VIP_WELCOME = "尊敬的贵宾客户，欢迎致电96956热线"


async def test_a_vip_is_greeted_as_one_and_served_by_the_vip_agents(house: House) -> None:
    tally, service = await Tally.of(house, "vip"), await Tally.of(house, "service")
    async with house.agent("1001") as ordinary, house.agent("1007") as own, house.caller(VIP) as phone:
        await greeted(phone)
        await phone.hears(VIP_WELCOME)
        await phone.press("0")
        await talking(house, own)
        assert ordinary.state is State.IDLE
        assert HOLD not in said(phone)
        await own.hang_up()
        await rates(phone)
        await phone.begins_to_hear(AFTER_TALK)
        assert in_order(phone, VIP_WELCOME, RATE, AFTER_TALK)
        await phone.hang_up()
    visit = await house.ended_visit(VIP)
    assert (visit.queue, visit.priority, visit.vip, visit.agent) == ("vip", 10, True, "1007")
    assert (visit.outcome, visit.ended_by, visit.next_visit_id) == ("answered", "agent", None)
    journey = await house.left_journey(VIP, "hung_up")
    assert journey.vip
    way = await way_of(house, journey)
    assert way[1:3] == ["recognise: found", "greet_vip: said"]
    assert way[-5:-2] == ["vip_queue: handed over", "vip_queue: answered", "rate_talk: answered"]
    assert way[-1] == "after_talk: hung up"
    await tally.moves_by(entered=1, answered=1, answered_within=1)
    await service.moves_by()


async def test_a_vip_overflows_ahead_of_an_ordinary_caller_who_already_waits(brisk: House) -> None:
    vip_tally, service = await Tally.of(brisk, "vip"), await Tally.of(brisk, "service")
    async with (
        brisk.agent("1001") as agent,
        brisk.agent("1007", Reflex.RING),
        brisk.caller("13922220001") as first,
        brisk.caller("13922220002") as waiting,
        brisk.caller(VIP) as vip,
    ):
        await to_the_queue(first)
        await talking(brisk, agent)
        await asyncio.gather(to_the_queue(waiting), to_the_menu(vip))
        await until(lambda: _waiting(brisk, "139****0002"))
        await vip.press("0")
        await until(lambda: _waiting(brisk, "138****8003", "139****0002"))
        [ahead, behind] = (await brisk.queue("service"))["waiting"]
        assert (ahead["vip"], ahead["priority"], ahead["position"]) == (True, 10, 1)
        assert (behind["vip"], behind["priority"], behind["position"]) == (False, 0, 2)
        await agent.hang_up()
        await until(lambda: _served(brisk, agent.number, "138****8003"))
        await agent.hang_up()
        await until(lambda: _served(brisk, agent.number, "139****0002"))
        await asyncio.gather(first.hang_up(), waiting.hang_up(), vip.hang_up())
    in_vip, overflown = (await brisk.visits(VIP))[-2:]
    assert (in_vip.queue, in_vip.outcome, in_vip.next_visit_id) == ("vip", "timed_out", overflown.id)
    assert [result for agent_id, result in await rings_of(brisk, in_vip) if agent_id == "1007"]
    overflown = await brisk.ended_visit(VIP)
    assert (overflown.queue, overflown.outcome, overflown.agent, overflown.vip) == ("service", "answered", "1001", True)
    behind_visit = await brisk.ended_visit("13922220002")
    assert behind_visit.entered_at < overflown.entered_at
    assert overflown.answered_at is not None
    assert behind_visit.answered_at is not None
    assert overflown.answered_at < behind_visit.answered_at
    way = await way_of(brisk, await brisk.left_journey(VIP, "hung_up"))
    assert way[-5:-1] == [
        "vip_queue: handed over",
        "vip_queue: timed_out",
        "vip_overflow: handed over",
        "vip_overflow: answered",
    ]
    await vip_tally.moves_by(entered=1, timed_out=1)
    await service.moves_by(entered=3, answered=3, answered_within=3)
    await all_is_quiet(brisk)


async def test_a_vip_whose_agents_are_absent_reaches_the_general_queue_at_once(house: House) -> None:
    vip_tally, service = await Tally.of(house, "vip"), await Tally.of(house, "service")
    async with house.agent("1002") as agent, house.caller(VIP) as phone:
        await greeted(phone, ahead="0")
        await talking(house, agent)
        await phone.hang_up()
    refused, answered = (await house.visits(VIP))[-2:]
    assert (refused.queue, refused.outcome, refused.next_visit_id) == ("vip", "join_empty", answered.id)
    assert (answered.queue, answered.outcome, answered.agent, answered.priority) == ("service", "answered", "1002", 10)
    assert (await house.ended_visit(VIP)).ended_by == "caller"
    await vip_tally.moves_by(entered=1, join_empty=1)
    await service.moves_by(entered=1, answered=1, answered_within=1)


async def _waiting(house: House, *callers: str) -> bool:
    return [one["caller"] for one in (await house.queue("service"))["waiting"]] == list(callers)


async def _served(house: House, agent: str, caller: str) -> bool:
    agents = (await house.live())["agents"]
    return any((one["id"], one["state"], one["caller"]) == (agent, "on_queue_call", caller) for one in agents)
