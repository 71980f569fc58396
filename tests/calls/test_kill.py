"""Parts of the service are killed and stopped while callers are in a menu, wait and talk: all reach a person."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import rates
from tests.calls.conftest import until

if TYPE_CHECKING:
    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

RESCUE = "正在为您转接人工服务"
MENU = "查询话费余额请按1"


def pid(house: House, part: str) -> int:
    return house.rig.part_pids()[part]


async def again(house: House, part: str, before: int) -> None:
    """Wait until the supervisor has started the part again, and everything is live."""

    async def back() -> bool:
        fresh = pid(house, part) != before and house.rig.part_serves(part)
        return fresh and await asyncio.to_thread(house.rig.is_live)

    await until(back, within_s=30)


async def into_the_menu(phone: Phone, language: str = "1") -> None:
    await phone.call("96956")
    await phone.begins_to_hear("普通话请按1")
    await phone.press(language)
    await phone.begins_to_hear(MENU)


async def into_the_queue(phone: Phone) -> None:
    await into_the_menu(phone)
    await phone.press("0")
    await phone.hears("正在为您转接人工服务，请稍候")


async def test_a_caller_in_a_menu_reaches_a_person_when_the_service_is_killed(house: House) -> None:
    before = pid(house, "agi")
    async with house.agent("1001") as agent, house.caller("13900000001") as phone:
        await into_the_menu(phone)
        os.kill(before, signal.SIGKILL)
        await phone.hears(RESCUE)
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        await agent.hang_up()
        await phone.ended()
    assert (await house.ended_visit("13900000001")).outcome == "answered"
    await again(house, "agi", before)


async def test_a_caller_in_a_menu_is_moved_to_a_person_when_the_service_stalls(house: House) -> None:
    before = pid(house, "agi")
    async with house.agent("1001") as agent, house.caller("13900000002") as phone:
        await into_the_menu(phone)
        os.kill(before, signal.SIGSTOP)
        await phone.hears(
            RESCUE, within_s=9
        )  # probes each second, two missed: well before the supervisor's ten seconds
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        await agent.hang_up()
        await phone.ended()
    assert (await house.ended_visit("13900000002")).outcome == "answered"
    await again(house, "agi", before)  # the supervisor saw that it no longer beats


async def test_a_caller_who_waits_notices_nothing_and_the_flow_goes_on_afterwards(house: House) -> None:
    before = pid(house, "agi")
    async with house.agent("1001") as anchor, house.caller("13900000003") as phone:
        anchor.reflex = anchor.reflex.RING
        await into_the_queue(phone)
        await anchor.rings()
        os.kill(before, signal.SIGKILL)
        await again(house, "agi", before)
        await anchor.answer()
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        await anchor.hang_up()
        await rates(phone)
        await phone.hears("返回主菜单请按1，结束请挂机")
        await phone.hears("感谢您的来电")
        await phone.ended()
    visit = await house.ended_visit("13900000003")
    assert (visit.outcome, visit.agent, visit.flow) == ("answered", "1001", "main")
    assert (await house.left_journey("13900000003", "finished")).last_step == "main.goodbye"


async def test_a_caller_who_talks_notices_nothing_and_the_flow_goes_on_afterwards(house: House) -> None:
    before = pid(house, "agi")
    async with house.agent("1001") as agent, house.caller("13900000004") as phone:
        await into_the_queue(phone)
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        os.kill(before, signal.SIGKILL)
        await again(house, "agi", before)
        assert phone.state == "talking"
        await agent.hang_up()
        await rates(phone)
        await phone.hears("返回主菜单请按1，结束请挂机")
        await phone.hang_up()
    assert (await house.ended_visit("13900000004")).outcome == "answered"


async def test_a_served_caller_hears_goodbye_when_the_service_is_away_after_the_talk(house: House) -> None:
    before = pid(house, "agi")
    async with house.agent("1001") as agent, house.caller("13900000005") as phone:
        await into_the_queue(phone)
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        os.kill(before, signal.SIGSTOP)
        await agent.hang_up()
        await phone.hears("感谢您的来电", within_s=12)
        await phone.ended()
    assert len(await house.visits("13900000005")) == 1
    await again(house, "agi", before)


async def test_a_killed_bridge_goes_on_with_the_same_visit(house: House) -> None:
    before = pid(house, "bridge")
    async with house.agent("1001") as agent, house.caller("13900000006") as phone:
        agent.reflex = agent.reflex.RING
        await into_the_queue(phone)
        await agent.rings()
        await until(lambda: house.has_visits("13900000006"))
        seen = (await house.visits("13900000006"))[-1].id
        os.kill(before, signal.SIGKILL)
        await again(house, "bridge", before)
        waiting = (await house.queue("service"))["waiting"]
        assert [caller["visit_id"] for caller in waiting] == [seen]
        await agent.answer()
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        await agent.hang_up()
        await phone.hang_up()
    visit = await house.ended_visit("13900000006")
    assert (visit.id, visit.outcome, visit.agent) == (seen, "answered", "1001")
    assert len(await house.visits("13900000006")) == 1


async def test_a_talk_that_ends_while_the_bridge_is_away_is_told_by_the_queue_log(house: House) -> None:
    before = pid(house, "bridge")
    async with house.agent("1001") as agent, house.caller("13900000007") as phone:
        await into_the_queue(phone)
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        os.kill(before, signal.SIGSTOP)
        await agent.hang_up()
        await rates(phone)
        await phone.hears("返回主菜单请按1，结束请挂机")
        await phone.hang_up()
        os.kill(before, signal.SIGKILL)
        await again(house, "bridge", before)
    visit = await house.ended_visit("13900000007")
    assert (visit.outcome, visit.ended_by) == ("answered", "agent")


async def test_a_killed_wallboard_comes_back_and_shows_the_call_that_went_on(house: House) -> None:
    before = pid(house, "wallboard")
    async with house.caller("13900000008") as phone:
        await into_the_menu(phone)
        os.kill(before, signal.SIGKILL)
        await again(house, "wallboard", before)
        calls = (await house.live())["calls"]
        assert any(call["caller"].endswith("0008") for call in calls)
        await phone.hang_up()
