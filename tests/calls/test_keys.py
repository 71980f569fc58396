"""Keys: too early, wrong, none, two at once, stars and hashes; and a hang-up wherever a call can be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from tests.calls.asking import (
    CHOOSE,
    HOLD,
    MENU,
    NUMBER,
    TONE,
    WELCOME,
    Tally,
    all_is_quiet,
    greeted,
    in_order,
    length_of_the_log,
    mistakes_in_the_log,
    story,
    talking,
    to_the_menu,
    to_the_queue,
    way_of,
)
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

WRONG, NO_KEY, PIN = "您的按键有误", "您没有按键", "请输入服务密码"


async def test_a_key_during_a_prompt_ends_the_prompt_at_once(house: House) -> None:
    async with house.caller("13944440001") as phone:
        await to_the_menu(phone)
        await phone.begins_to_hear(MENU)
        await asyncio.sleep(0.5)
        pressed_ms = phone.ear.now_ms
        await phone.press("0")
        await phone.begins_to_hear(HOLD)
        menu = next(one for one in phone.heard if MENU in one.text)
        assert not menu.complete
        assert menu.ended_ms - pressed_ms < 300
        assert phone.heard[-1].started_ms - pressed_ms < 1000
        await phone.hang_up()
    way = await way_of(house, await house.left_journey("13944440001", "hung_up"))
    assert way[-2:] == ["person: way 2", "say_please_hold: hung up"]


async def test_keys_typed_ahead_are_kept_in_order_and_skip_what_need_not_be_heard(house: House) -> None:
    async with house.caller("13800138004") as phone:
        await greeted(phone, ahead="11122#")
        await phone.hears("您的话费余额是两元", within_s=15)
        assert not [one for one in phone.heard if one.complete and (MENU in one.text or PIN in one.text)]
        await phone.hang_up()
    way = await way_of(house, await house.left_journey("13800138004", "hung_up"))
    assert [step for step in way if step.startswith(("main_menu", "ask_pin", "check_pin", "read"))] == [
        "main_menu: key 1",
        "ask_pin: collected",
        "check_pin: found",
        "read: found",
    ]


async def test_of_two_keys_at_once_each_answers_its_own_question(house: House) -> None:
    async with house.caller("13944440002") as phone:
        await to_the_menu(phone)
        await phone.begins_to_hear(MENU)
        await phone.press("93", hold_ms=60, gap_ms=40)
        await phone.begins_to_hear("Welcome to the")
        await phone.hang_up()
    way = await way_of(house, await house.left_journey("13944440002", "hung_up"))
    assert way[4:6] == ["main_menu: key 9", "language: key 3"]


async def test_wrong_keys_stars_and_hashes_are_told_and_three_of_them_lead_to_a_person(house: House) -> None:
    async with house.caller("13944440003") as phone:
        await to_the_menu(phone)
        for key in "5*":
            await phone.begins_to_hear(MENU)
            await phone.press(key)
            await phone.hears(WRONG)
        await phone.begins_to_hear(MENU)
        await phone.press("#")
        await phone.begins_to_hear(HOLD)
        assert in_order(phone, MENU, WRONG, MENU, WRONG, MENU, HOLD)
        assert [one.text for one in phone.heard].count(f"{WRONG}。") == 2
        await phone.hang_up()
    way = await way_of(house, await house.left_journey("13944440003", "hung_up"))
    assert "main_menu: wrong input" in way


async def test_a_caller_who_presses_nothing_at_all_reaches_a_person_after_bounded_tries(brisk: House) -> None:
    caller, tally = "13944440004", await Tally.of(brisk)
    async with brisk.agent("1001") as agent, brisk.caller(caller) as phone:
        await phone.call(NUMBER)
        await phone.hears(WELCOME, within_s=45)
        await phone.hears(HOLD, within_s=45)
        await talking(brisk, agent)
        await phone.hang_up()
        texts = [one.text for one in phone.heard if one.complete]
        assert sum(CHOOSE in text for text in texts) == 2
        assert sum(MENU in text for text in texts) == 3
        assert sum(NO_KEY in text for text in texts) == 3
        assert in_order(phone, CHOOSE, NO_KEY, CHOOSE, WELCOME, MENU, NO_KEY, MENU, NO_KEY, MENU, HOLD)
    way = await way_of(brisk, await brisk.left_journey(caller, "queued"))
    assert way[0] == "language: no input"
    assert way[4] == "main_menu: no input"
    await tally.moves_by(entered=1, answered=1, answered_within=1)


# --- hanging up wherever a call can be -------------------------------------------------------------------------------


async def _in_the_language_menu(_house: House, phone: Phone) -> None:
    await phone.call(NUMBER)
    await phone.begins_to_hear(CHOOSE)


async def _in_the_greeting(_house: House, phone: Phone) -> None:
    await greeted(phone)
    await phone.begins_to_hear(WELCOME)


async def _in_the_main_menu(_house: House, phone: Phone) -> None:
    await to_the_menu(phone)
    await phone.begins_to_hear(MENU)


async def _while_keying_a_number(_house: House, phone: Phone) -> None:
    await greeted(phone, ahead="1")
    await phone.begins_to_hear("请输入客户编号")
    await phone.press("755")


async def _in_a_lookup(house: House, phone: Phone) -> None:
    await greeted(phone, ahead="1")
    await phone.begins_to_hear("请输入客户编号")
    house.rig.billing_faults(delay_s=1.5)
    await phone.press("755001238#1122#")
    await asyncio.sleep(0.4)


async def _in_the_balance(_house: House, phone: Phone) -> None:
    await greeted(phone, ahead="1")
    await phone.begins_to_hear("请输入客户编号")
    await phone.press("755001238#1122#")
    await phone.begins_to_hear("您的话费余额是")


async def _in_a_message(_house: House, phone: Phone) -> None:
    await greeted(phone, ahead="2")
    await phone.hears("请在提示音后说出故障地址和情况")
    phone.say(TONE * 2)
    await asyncio.sleep(1.5)


async def _in_the_queue(house: House, phone: Phone) -> None:
    async with house.agent("1004", Reflex.RING) as agent:
        await to_the_queue(phone)
        await agent.rings()
        await phone.hang_up()


async def _in_a_talk(house: House, phone: Phone) -> None:
    async with house.agent("1004") as agent:
        await to_the_queue(phone)
        await talking(house, agent)
        await phone.hang_up()


PLACES: list[tuple[Callable[[House, Phone], Awaitable[None]], str, str]] = [
    (_in_the_language_menu, "language: hung up", "hung_up"),
    (_in_the_greeting, "greet: hung up", "hung_up"),
    (_in_the_main_menu, "main_menu: hung up", "hung_up"),
    (_while_keying_a_number, "ask_account: hung up", "hung_up"),
    (_in_a_lookup, "check_pin: hung up", "hung_up"),
    (_in_the_balance, "tell: hung up", "hung_up"),
    (_in_the_queue, "service_queue: handed over", "queued"),
    (_in_a_talk, "service_queue: handed over", "queued"),
]


@pytest.mark.parametrize(("reach", "last", "outcome"), PLACES, ids=[place[0].__name__[1:] for place in PLACES])
async def test_a_hang_up_leaves_a_closed_journey_no_channel_and_no_error(
    house: House, reach: Callable[[House, Phone], Awaitable[None]], last: str, outcome: str
) -> None:
    caller = f"1394445100{[place[0] for place in PLACES].index(reach)}"
    log = length_of_the_log(house)
    try:
        async with house.caller(caller) as phone:
            await reach(house, phone)
            await phone.hang_up()
        journey = await house.left_journey(caller, outcome)
    finally:
        house.rig.billing_faults()
    assert journey.ended_at is not None
    assert (await way_of(house, journey))[-1] == last
    await all_is_quiet(house)
    assert mistakes_in_the_log(house, log) == []


async def test_a_fault_report_cut_by_a_hang_up_is_a_ticket_with_what_was_said(house: House) -> None:
    caller, log = "13944446001", length_of_the_log(house)
    async with house.caller(caller) as phone:
        await _in_a_message(house, phone)
        await phone.hang_up()
    journey = await house.left_journey(caller, "hung_up")
    way = await way_of(house, journey)
    assert way[-3:] == ["report_fault: recorded", "open_ticket: opened", "fault_noted: hung up"]

    async def kept() -> bool:
        return bool((await story(house, journey.call_id)).tickets)

    await until(kept)
    told = await story(house, journey.call_id)
    [message], [ticket] = told.recordings, told.tickets
    assert (ticket.recording, ticket.kind, ticket.colour) == (message.id, "fault", "yellow")
    assert told.voicemails == ()
    assert 0.5 < message.seconds < 4
    assert (house.rig.state / "recordings" / message.path).stat().st_size > 8000
    await all_is_quiet(house)
    assert mistakes_in_the_log(house, log) == []
