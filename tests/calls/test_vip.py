"""Important callers: greeted as such, their own queue and agents, and ahead of others where they overflow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex, State
from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    HOLD,
    MENU,
    RATE,
    WELCOME,
    all_is_quiet,
    greeted,
    rates,
    rings_of,
    said,
    talking,
    to_the_menu,
    to_the_queue,
)
from tests.calls.conftest import until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

VIP = "13800138003"
VIP_WELCOME = "尊敬的贵宾客户，欢迎致电96956热线"


async def test_a_vip_is_greeted_as_one_and_served_by_the_vip_agents(house: House) -> None:
    tally = await Tally.of(house)
    async with house.agent("1001") as ordinary, house.agent("1007") as own, house.caller(VIP) as phone:
        await greeted(phone)
        await phone.hears(VIP_WELCOME)
        await phone.begins_to_hear(MENU)
        await phone.press("0")
        await talking(house, own)
        assert ordinary.state is State.IDLE
        assert HOLD not in said(phone)
        await own.hang_up()
        await rates(phone)
        await phone.begins_to_hear(AFTER_TALK)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=[CHOOSE, VIP_WELCOME, RATE, AFTER_TALK],
        way=[
            "recognise: found",
            "greet_vip: said",
            "open_now: open",
            "main_menu: key 0",
            "person: way 1",
            "vip_queue: handed over",
            "vip_queue: answered",
            "rate_talk: answered",
            "rated: said",
            "after_talk: hung up",
        ],
        outcome="hung_up",
        visits=["vip: answered"],
        vip=ANSWERED,
    )
    visit = proven.visit
    assert (visit.priority, visit.vip, visit.agent) == (10, True, "1007")
    assert (visit.ended_by, visit.next_visit_id) == ("agent", None)
    assert proven.journey is not None
    assert proven.journey.vip


async def test_a_vip_overflows_ahead_of_an_ordinary_caller_who_already_waits(brisk: House) -> None:
    tally = await Tally.of(brisk)
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
        for served, following in ((first, "138****8003"), (vip, "139****0002")):
            await agent.hang_up()
            await served.begins_to_hear(RATE)
            await served.hang_up()
            await until(lambda following=following: _served(brisk, agent.number, following))  # type: ignore[misc]  # bound at once
        await waiting.hang_up()
    visits = ["service: answered"]
    heard, way = [CHOOSE, WELCOME, HOLD], ["say_please_hold: said", "service_queue: handed over"]
    behind_visit = (
        await proved(tally, waiting, heard=heard, way=way, outcome="queued", visits=visits, moves=None)
    ).visit
    heard, way = [*heard, RATE], ["service_queue: answered", "rate_talk: hung up"]
    await proved(tally, first, heard=heard, way=way, outcome="hung_up", visits=visits, moves=None)
    proven = await proved(
        tally,
        vip,
        heard=[VIP_WELCOME, RATE],
        way=[
            "vip_queue: handed over",
            "vip_queue: timed_out",
            "vip_overflow: handed over",
            "vip_overflow: answered",
            "rate_talk: hung up",
        ],
        outcome="hung_up",
        visits=["vip: timed_out", "service: answered"],
        moves={"entered": 3, "answered": 3, "answered_within": 3},
        vip={"entered": 1, "timed_out": 1},
    )
    in_vip, overflown = proven.visits
    assert in_vip.next_visit_id == overflown.id
    assert [result for agent_id, result in await rings_of(brisk, in_vip) if agent_id == "1007"]
    assert (overflown.agent, overflown.vip) == ("1001", True)
    assert behind_visit.entered_at < overflown.entered_at
    assert overflown.answered_at is not None
    assert behind_visit.answered_at is not None
    assert overflown.answered_at < behind_visit.answered_at
    await all_is_quiet(brisk)


async def test_a_vip_whose_agents_are_absent_reaches_the_general_queue_at_once(house: House) -> None:
    tally = await Tally.of(house)
    async with house.agent("1002") as agent, house.caller(VIP) as phone:
        await greeted(phone, then="0")
        await talking(house, agent)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=[VIP_WELCOME],
        way=["vip_queue: handed over", "vip_queue: empty", "vip_overflow: handed over"],
        outcome="queued",
        visits=["vip: join_empty", "service: answered"],
        moves=ANSWERED,
        vip={"entered": 1, "join_empty": 1},
    )
    refused, answered = proven.visits
    assert refused.next_visit_id == answered.id
    assert (answered.agent, answered.priority, answered.ended_by) == ("1002", 10, "caller")


async def _waiting(house: House, *callers: str) -> bool:
    return [one["caller"] for one in (await house.queue("service"))["waiting"]] == list(callers)


async def _served(house: House, agent: str, caller: str) -> bool:
    agents = (await house.live())["agents"]
    return any((one["id"], one["state"], one["caller"]) == (agent, "on_queue_call", caller) for one in agents)
