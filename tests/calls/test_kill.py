"""Parts of the service are killed and stopped at every stage of a call: every caller reaches a person or the flow."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex, State
from lab.ports import LOOPBACK
from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    FIRST,
    GOODBYE,
    HOLD,
    MENU,
    NUMBER,
    RATE,
    TONE,
    rates,
    talking,
    to_the_queue,
)
from tests.calls.conftest import STEADY, until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

RESCUE = "系统正在维护，正在为您转接人工服务"
RESCUE_IN_ENGLISH = "Our system is being maintained. We are connecting you to a person."
MENU_IN_ENGLISH = "For your account balance, press 1"
WENT_ON = (CHOOSE, FIRST, HOLD, RATE, AFTER_TALK)
ON = ("service_queue: answered", "rate_talk: answered", "rated: said", "after_talk: hung up")
"""What a caller heard, and the way of the call, where the flow went on after the talk."""
A_WHILE_S = 20.0
"""To notice a stall: two probes of a second each, and a second between. More only on a slow machine."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A hotline whose agents' phones ring for as long as a part needs to be started again."""
    edits = (ALWAYS_OPEN, *STEADY, ("hotline.yaml", "ring: 12s", "ring: 1min"))
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=edits)) as running:
        yield running


def pid(house: House, part: str) -> int:
    return house.rig.part_pids()[part]


async def again(house: House, *parts: tuple[str, int]) -> None:
    """Wait until the supervisor has started the parts, which had these pids, again, and everything is live."""

    async def back() -> bool:
        fresh = all(pid(house, part) != before and house.rig.part_serves(part) for part, before in parts)
        return fresh and await asyncio.to_thread(house.rig.is_live)

    await until(back, within_s=60)


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

    A backlog of 0 has room for one connection or two, as the kernel counts (listen(2)).
    """
    with socket.socket() as full, socket.socket() as first, socket.socket() as second, socket.socket() as third:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        full.bind((LOOPBACK, port))
        full.listen(0)
        for one in (first, second, third):
            one.setblocking(False)
            one.connect_ex((LOOPBACK, port))
        assert not select.select([], [third], [], 0.2)[1], "the third is neither taken nor refused"
        yield


async def into_the_menu(house: House, phone: Phone, language: str = "1") -> None:
    """Into the main menu, and until that is written: the rows of its last 50 ms die with a service that is killed."""
    await phone.call(NUMBER)
    await phone.begins_to_hear(CHOOSE)
    await phone.press(language)
    await phone.begins_to_hear(MENU_IN_ENGLISH if language == "3" else MENU)
    await until(lambda: _stands_in(house, phone, "main.main_menu"))


async def into_the_queue(house: House, phone: Phone) -> None:
    """Into the queue, and until that is written."""
    await to_the_queue(phone)
    await phone.hears(HOLD)
    await house.left_journey(phone.number, "queued")


async def test_a_caller_in_a_menu_is_told_so_in_english_and_reaches_a_person_when_the_service_is_killed(
    house: House,
) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller("13900000001") as phone:
        await into_the_menu(house, phone, language="3")
        os.kill(before, signal.SIGKILL)
        await phone.hears(RESCUE_IN_ENGLISH)
        await talking(house, agent)
        await agent.hang_up()
        await phone.ended()
    heard = (CHOOSE, MENU_IN_ENGLISH, RESCUE_IN_ENGLISH, "Thank you for calling")
    await proved(
        tally,
        phone,
        heard=heard,
        way=["open_now: open"],
        outcome="rescued",
        visits=["service: answered"],
        moves=ANSWERED,
    )
    await again(house, ("agi", before))


async def test_callers_who_wait_and_talk_notice_nothing_of_a_killed_service_and_the_flow_goes_on_afterwards(
    house: House,
) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with (
        house.caller("13900000003") as talker,
        house.caller("13900000004") as waiter,
        house.agent("1001") as agent,
    ):
        await into_the_queue(house, talker)
        await talking(house, agent)
        async with house.agent("1002", Reflex.RING) as other:
            await into_the_queue(house, waiter)
            await other.rings()
            async with nothing_is_noticed(talker, waiter):
                os.kill(before, signal.SIGKILL)
                await again(house, ("agi", before))
            await other.answer()
            await talking(house, other)
            await asyncio.gather(*(goes_on(*pair) for pair in ((agent, talker), (other, waiter))))
    for phone in (talker, waiter):
        await proved(tally, phone, heard=WENT_ON, way=ON, outcome="hung_up", visits=["service: answered"], moves=None)
    await tally.moves_by({"entered": 2, "answered": 2, "answered_within": 2})


async def test_a_stalled_service_and_a_caller_at_every_stage_of_a_call(house: House) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    async with AsyncExitStack() as line:
        talker, served, waiter, chooser, late = [
            await line.enter_async_context(house.caller(f"139000001{index:02}")) for index in range(5)
        ]
        talkers = await line.enter_async_context(house.agent("1001"))
        await into_the_queue(house, talker)
        await talking(house, talkers)
        serveds = await line.enter_async_context(house.agent("1002"))
        await into_the_queue(house, served)
        await talking(house, serveds)
        waiters = await line.enter_async_context(house.agent("1003", Reflex.RING))
        await asyncio.gather(into_the_queue(house, waiter), into_the_menu(house, chooser))
        await waiters.rings()
        async with nothing_is_noticed(talker, waiter):
            os.kill(before, signal.SIGSTOP)
            await serveds.hang_up()  # and its caller comes back to a service that says nothing
            await serveds.unregister()
            choosers = await line.enter_async_context(house.agent("1004"))
            await chooser.begins_to_hear(RESCUE, within_s=A_WHILE_S)  # two probes missed
            await talking(house, choosers)
            await late.call(NUMBER)
            await late.begins_to_hear(RESCUE, within_s=A_WHILE_S)
            await until(lambda: house.has_visits(late.number))
            await asyncio.gather(late.hang_up(), served.hears(GOODBYE, within_s=A_WHILE_S), chooser.hang_up())
            await served.ended()
            await again(house, ("agi", before))  # the supervisor saw that it no longer beats
        await waiters.answer()
        await talking(house, waiters)
        await asyncio.gather(*(goes_on(*pair) for pair in ((talkers, talker), (waiters, waiter))))
    for phone in (talker, waiter):
        await proved(tally, phone, heard=WENT_ON, way=ON, outcome="hung_up", visits=["service: answered"], moves=None)
    heard, handed = (HOLD, GOODBYE), ["service_queue: handed over"]
    await proved(tally, served, heard=heard, way=handed, outcome="queued", visits=["service: answered"], moves=None)
    heard, way = (MENU, RESCUE), ["open_now: open"]
    await proved(tally, chooser, heard=heard, way=way, outcome="rescued", visits=["service: answered"], moves=None)
    await proved(tally, late, heard=[RESCUE], way=[], outcome="", visits=["service: abandoned"], moves=None)
    answered = {"answered": 4, "answered_within": 4}
    await tally.moves_by({"entered": 5, **answered, "abandoned": 1, "short_abandoned": 1})


@asynccontextmanager
async def nothing_is_noticed(talker: Phone, waiter: Phone) -> AsyncIterator[None]:
    """Whatever happens within: who talks goes on talking, who waits goes on waiting, and neither hears a prompt."""
    known = [(phone, len([one for one in phone.heard if one.prompt])) for phone in (talker, waiter)]
    yield
    for phone, before in known:
        assert phone.state is State.TALKING
        assert [one.text for one in phone.heard if one.prompt][before:] == []


async def goes_on(agent: Phone, phone: Phone) -> None:
    """The agent speaks, and is heard; hangs up; and the caller is back in the flow."""
    spoken = len(phone.ear.recorded)
    agent.say(TONE)
    await until(lambda: _heard_a_voice(phone, spoken))
    await agent.hang_up()
    await rates(phone)
    await phone.begins_to_hear(AFTER_TALK)
    await phone.hang_up()


async def test_a_caller_who_dials_a_service_that_is_down_or_does_not_accept_reaches_a_person(house: House) -> None:
    before, tally = pid(house, "agi"), await Tally.of(house)
    others = {part: pid(house, part) for part in ("bridge", "wallboard")}
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
    await proved(tally, first, heard=[RESCUE, GOODBYE], way=[], outcome="", visits=["service: answered"], moves=None)
    assert CHOOSE not in first.transcript + second.transcript
    heard = [RESCUE, "目前无法接通"]
    await proved(tally, second, heard=heard, way=[], outcome="", visits=["service: join_empty"], moves=None)
    await tally.moves_by({"entered": 2, "answered": 1, "answered_within": 1, "join_empty": 1})
    await again(house, ("agi", before))
    assert {part: pid(house, part) for part in others} == others  # a supervisor that stood still does not blame them


async def test_a_killed_bridge_goes_on_with_the_same_visit(house: House) -> None:
    before, tally = pid(house, "bridge"), await Tally.of(house)
    async with house.agent("1001", Reflex.RING) as agent, house.caller("13900000006") as phone:
        await into_the_queue(house, phone)
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
    heard, way = (CHOOSE, HOLD), ["service_queue: handed over"]
    proven = await proved(
        tally, phone, heard=heard, way=way, outcome="queued", visits=["service: answered"], moves=ANSWERED
    )
    assert (proven.visit.id, proven.visit.agent) == (seen, "1001")


async def test_what_ends_while_the_bridge_is_away_is_told_by_the_queue_log_and_by_the_channels_left(
    house: House,
) -> None:
    bridge, agi, tally = pid(house, "bridge"), pid(house, "agi"), await Tally.of(house)
    async with (
        house.agent("1001") as agent,
        house.caller("13900000007") as phone,
        house.caller("13900000011") as stranded,
    ):
        await asyncio.gather(into_the_queue(house, phone), into_the_menu(house, stranded))
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
    proven = await proved(
        tally, phone, heard=heard, way=way, outcome="hung_up", visits=["service: answered"], moves=None
    )
    assert proven.visit.ended_by == "agent"
    await proved(tally, stranded, heard=[MENU, RESCUE], way=["open_now: open"], outcome="lost", moves=ANSWERED)


async def test_a_killed_wallboard_comes_back_and_shows_the_call_that_went_on(house: House) -> None:
    before, tally = pid(house, "wallboard"), await Tally.of(house)
    async with house.caller("13900000008") as phone:
        await into_the_menu(house, phone)
        os.kill(before, signal.SIGKILL)
        await again(house, ("wallboard", before))
        calls = (await house.live())["calls"]
        assert any(call["caller"].endswith("0008") for call in calls)
        await phone.hang_up()
    await proved(tally, phone, heard=[CHOOSE, FIRST, MENU], way=["main_menu: hung up"], outcome="hung_up")


async def _stands_in(house: House, phone: Phone, step: str) -> bool:
    return [one.last_step for one in await house.journeys_since(phone.number)][:1] == [step]


async def _heard_a_voice(phone: Phone, since: int) -> bool:
    return TONE[:160] in phone.ear.recorded[since:]
