"""Parts of the service are killed and stopped at every stage of a call: every caller reaches a person or the flow."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from lab.ports import LOOPBACK
from tests.calls.asking import (
    AFTER_TALK,
    ANSWERED,
    CHOOSE,
    FIRST,
    GOODBYE,
    HOLD,
    MENU,
    NUMBER,
    TONE,
    Tally,
    proved,
    rates,
    talking,
)
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

RESCUE = "系统正在维护，正在为您转接人工服务"
RESCUE_IN_ENGLISH = "Our system is being maintained. We are connecting you to a person."
MENU_IN_ENGLISH = "For your account balance, press 1"
A_WHILE_S = 20.0
"""To notice a stall: two probes of a second each, and a second between. More only on a slow machine."""


def pid(house: House, part: str) -> int:
    return house.rig.part_pids()[part]


async def again(house: House, *parts: tuple[str, int]) -> None:
    """Wait until the supervisor has started the parts, which had these pids, again, and everything is live."""

    async def back() -> bool:
        fresh = all(pid(house, part) != before and house.rig.part_serves(part) for part, before in parts)
        return fresh and await asyncio.to_thread(house.rig.is_live)

    await until(back, within_s=40)


@contextmanager
def nobody_restarts(house: House) -> Iterator[None]:
    """Stop the supervisor, so that a part that is killed stays away."""
    supervisor = house.rig.service.pid() if house.rig.service else None
    assert supervisor is not None
    os.kill(supervisor, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


@contextmanager
def nobody_accepts(port: int) -> Iterator[None]:
    """A socket that listens and whose backlog is full: who connects hears nothing, neither yes nor no.

    A backlog of 0 has room for one connection (listen(2)); a second is no harm, should the kernel be generous.
    """
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        full.bind((LOOPBACK, port))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex((LOOPBACK, port))
        yield


async def into_the_menu(phone: Phone, language: str = "1") -> None:
    await phone.call(NUMBER)
    await phone.begins_to_hear(CHOOSE)
    await phone.press(language)
    await phone.begins_to_hear(MENU_IN_ENGLISH if language == "3" else MENU)


async def into_the_queue(phone: Phone) -> None:
    await into_the_menu(phone)
    await phone.press("0")
    await phone.hears(HOLD)


async def test_a_caller_in_a_menu_is_told_so_in_english_and_reaches_a_person_when_the_service_is_killed(
    house: House,
) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller("13900000001") as phone:
        await into_the_menu(phone, language="3")
        os.kill(before, signal.SIGKILL)
        await phone.hears(RESCUE_IN_ENGLISH)
        await talking(house, agent)
        await agent.hang_up()
        await phone.ended()
    heard = (CHOOSE, MENU_IN_ENGLISH, RESCUE_IN_ENGLISH, "Thank you for calling")
    await proved(tally, phone, heard=heard, way=["open_now: open"], outcome="rescued", visit="answered", moves=ANSWERED)
    await again(house, ("agi", before))


async def test_a_caller_in_a_menu_is_moved_to_a_person_when_the_service_stalls(house: House) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller("13900000002") as phone:
        await into_the_menu(phone)
        os.kill(before, signal.SIGSTOP)
        await phone.begins_to_hear(RESCUE, within_s=A_WHILE_S)
        await talking(house, agent)
        await agent.hang_up()
        await phone.ended()
    heard = (CHOOSE, MENU, RESCUE, GOODBYE)
    await proved(tally, phone, heard=heard, way=["open_now: open"], outcome="rescued", visit="answered", moves=ANSWERED)
    await again(house, ("agi", before))  # the supervisor saw that it no longer beats


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
async def test_callers_who_wait_and_talk_notice_nothing_and_the_flow_goes_on_afterwards(
    house: House, how: signal.Signals
) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    wanted = f"139000001{how.value:02}", f"139000002{how.value:02}"
    async with (
        house.caller(wanted[0]) as talker,
        house.caller(wanted[1]) as waiter,
        house.caller(f"139000003{how.value:02}") as late,
        house.agent("1001") as agent,
    ):
        await into_the_queue(talker)
        await talking(house, agent)
        async with house.agent("1002", Reflex.RING) as other:
            await into_the_queue(waiter)
            await other.rings()
            known = len(talker.heard), len(waiter.heard)
            os.kill(before, how)
            if how is signal.SIGSTOP:  # and this one dials a service that takes the call and says nothing
                await late.call(NUMBER)
                await late.begins_to_hear(RESCUE, within_s=A_WHILE_S)
                await until(lambda: house.has_visits(late.number))
                await late.hang_up()
            await again(house, ("agi", before))
            assert [one.prompt for one in talker.heard[known[0] :] + waiter.heard[known[1] :] if one.prompt] == []
            spoken = len(talker.ear.recorded)
            agent.say(TONE)
            await until(lambda: _heard_a_voice(talker, spoken))
            await other.answer()
            await talking(house, other)
            await asyncio.gather(agent.hang_up(), other.hang_up())
            await asyncio.gather(rates(talker), rates(waiter))
            await asyncio.gather(*(phone.hears(AFTER_TALK) for phone in (talker, waiter)))
            await asyncio.gather(*(phone.ended() for phone in (talker, waiter)))
    way = [
        "service_queue: answered",
        "rate_talk: answered",
        "rated: said",
        "after_talk: no input",
        "goodbye: ended",
    ]
    for phone in (talker, waiter):
        heard = (MENU, HOLD, AFTER_TALK, GOODBYE)
        await proved(tally, phone, heard=heard, way=way, outcome="finished", visit="answered", moves=None)
    counted = {"entered": 2, "answered": 2, "answered_within": 2}
    if how is signal.SIGSTOP:
        await proved(tally, late, heard=[RESCUE], way=[], outcome="", visit="abandoned", moves=None)
        counted |= {"entered": 3, "abandoned": 1, "short_abandoned": 1}
    await tally.moves_by(**counted)


async def test_a_caller_who_dials_a_service_that_is_down_or_does_not_accept_reaches_a_person(house: House) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with house.caller("13900000009") as first, house.caller("13900000010") as second:
        with nobody_restarts(house):
            os.kill(before, signal.SIGKILL)
            async with house.agent("1001") as agent:
                await first.call(NUMBER)
                await first.begins_to_hear(RESCUE)
                await talking(house, agent)
                await agent.hang_up()
                await first.ended()
            with nobody_accepts(house.rig.ports.agi):
                await second.call(NUMBER)
                await second.begins_to_hear(RESCUE)  # after 2 s: FastAGI's own bound for a connection
                await second.hears("目前无法接通")
                await second.ended()
    await proved(tally, first, heard=[RESCUE, GOODBYE], way=[], outcome="", visit="answered", moves=None)
    assert CHOOSE not in first.transcript + second.transcript
    heard = [RESCUE, "目前无法接通"]
    await proved(tally, second, heard=heard, way=[], outcome="", visit="join_empty", moves=None)
    await tally.moves_by(entered=2, answered=1, answered_within=1, join_empty=1)
    await again(house, ("agi", before))


async def test_a_served_caller_hears_goodbye_when_the_service_is_away_after_the_talk(house: House) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller("13900000005") as phone:
        await into_the_queue(phone)
        await talking(house, agent)
        os.kill(before, signal.SIGSTOP)
        await agent.hang_up()
        await phone.hears(GOODBYE, within_s=A_WHILE_S)
        await phone.ended()
    heard, way = (HOLD, GOODBYE), ["service_queue: handed over"]
    await proved(tally, phone, heard=heard, way=way, outcome="queued", visit="answered", moves=ANSWERED)
    assert len(await house.visits(phone.number)) == 1
    await again(house, ("agi", before))


async def test_a_killed_bridge_goes_on_with_the_same_visit(house: House) -> None:
    before, tally = pid(house, "bridge"), await Tally.of(house)
    async with house.agent("1001", Reflex.RING) as agent, house.caller("13900000006") as phone:
        await into_the_queue(phone)
        await agent.rings()
        await until(lambda: house.has_visits(phone.number))
        seen = (await house.visits(phone.number))[-1].id
        os.kill(before, signal.SIGKILL)
        await again(house, ("bridge", before))
        waiting = (await house.queue("service"))["waiting"]
        assert [caller["visit_id"] for caller in waiting] == [seen]
        await agent.answer()
        await talking(house, agent)
        await phone.hang_up()
    heard, way = (MENU, HOLD), ["service_queue: handed over"]
    await proved(tally, phone, heard=heard, way=way, outcome="queued", visit="answered", moves=ANSWERED)
    [visit] = await house.visits(phone.number)
    assert (visit.id, visit.agent) == (seen, "1001")


async def test_what_ends_while_the_bridge_is_away_is_told_by_the_queue_log_and_by_the_channels_left(
    house: House,
) -> None:
    bridge, agi, tally = pid(house, "bridge"), pid(house, "agi"), await Tally.of(house)
    async with (
        house.agent("1001") as agent,
        house.caller("13900000007") as phone,
        house.caller("13900000011") as stranded,
    ):
        await asyncio.gather(into_the_queue(phone), into_the_menu(stranded))
        await talking(house, agent)
        os.kill(bridge, signal.SIGSTOP)
        await agent.hang_up()
        await rates(phone)
        await phone.hears(AFTER_TALK)
        await phone.hang_up()
        await house.left_journey(phone.number, "hung_up")
        os.kill(agi, signal.SIGKILL)  # with one in the menu, whose end nobody hears
        await stranded.begins_to_hear(RESCUE)
        await stranded.hang_up()
        os.kill(bridge, signal.SIGKILL)
        await again(house, ("bridge", bridge), ("agi", agi))
    heard, way = (
        (HOLD, AFTER_TALK),
        ["service_queue: answered", "rate_talk: answered", "rated: said", "after_talk: hung up"],
    )
    await proved(tally, phone, heard=heard, way=way, outcome="hung_up", visit="answered", moves=ANSWERED)
    assert (await house.ended_visit(phone.number)).ended_by == "agent"
    await proved(tally, stranded, heard=[MENU, RESCUE], way=["open_now: open"], outcome="lost", moves=None)


async def test_a_killed_wallboard_comes_back_and_shows_the_call_that_went_on(house: House) -> None:
    before, tally = pid(house, "wallboard"), await Tally.of(house)
    async with house.caller("13900000008") as phone:
        await into_the_menu(phone)
        os.kill(before, signal.SIGKILL)
        await again(house, ("wallboard", before))
        calls = (await house.live())["calls"]
        assert any(call["caller"].endswith("0008") for call in calls)
        await phone.hang_up()
    await proved(tally, phone, heard=[CHOOSE, FIRST, MENU], way=["main_menu: hung up"], outcome="hung_up")


async def _heard_a_voice(phone: Phone, since: int) -> bool:
    return TONE[:160] in phone.ear.recorded[since:]
