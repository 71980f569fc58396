"""Keys: too early, wrong, none, two at once, stars and hashes; and a hang-up wherever a call can be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import pytest

from lab.phone import Reflex
from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    HOLD,
    MENU,
    NUMBER,
    RATE,
    TONE,
    WELCOME,
    all_is_quiet,
    greeted,
    length_of_the_log,
    mistakes_in_the_log,
    rates,
    story,
    talking,
    to_the_menu,
    to_the_queue,
)
from tests.calls.conftest import until
from tests.calls.proof import ABANDONED, ANSWERED, NOTHING, Tally, proved

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

WRONG, NO_KEY, PIN = "您的按键有误", "您没有按键", "请输入服务密码"
ACCOUNT, BALANCE = "请输入客户编号", "您的话费余额是"
OFFER, MORE = "人工服务请按0，返回主菜单请按1", "返回主菜单请按1，人工服务请按0"
IN_LINE = (CHOOSE, WELCOME, HOLD)
VIP_WELCOME = "尊敬的贵宾客户，欢迎致电96956热线"


async def test_a_key_during_a_prompt_ends_the_prompt_at_once(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13944440001") as phone:
        await to_the_menu(phone)
        await phone.begins_to_hear(MENU)
        await asyncio.sleep(0.5)
        pressed_ms = phone.ear.now_ms
        await phone.press("0")
        await phone.begins_to_hear(HOLD)
        menu = next(one for one in phone.heard if MENU in one.text)
        assert not menu.complete
        assert menu.started_ms < pressed_ms < phone.heard[-1].started_ms
        await phone.hang_up()
    heard, way = (CHOOSE, WELCOME, MENU, HOLD), ["main_menu: key 0", "person: way 2", "say_please_hold: hung up"]
    await proved(tally, phone, heard=heard, way=way, outcome="hung_up")


async def test_keys_typed_ahead_are_kept_in_order_and_skip_what_need_not_be_heard(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13800138004") as phone:
        await greeted(phone, then="11122#")
        await phone.hears("您的话费余额是两元", within_s=60)
        assert not [one for one in phone.heard if one.complete and (MENU in one.text or PIN in one.text)]
        await phone.hang_up()
    way = [
        "greet: interrupted",
        "open_now: open",
        "main_menu: key 1",
        "balance: entered",
        "known: way 1",
        "ask_pin: collected",
        "check_pin: found",
        "read: found",
        "tell: hung up",
    ]
    await proved(tally, phone, heard=(CHOOSE, WELCOME, BALANCE), way=way, outcome="hung_up")


async def test_of_two_keys_at_once_each_answers_its_own_question(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13944440002") as phone:
        await to_the_menu(phone)
        await phone.begins_to_hear(MENU)
        await phone.press("93", hold_ms=60, gap_ms=40)
        await phone.begins_to_hear("Welcome to the")
        await phone.hang_up()
    heard = (CHOOSE, WELCOME, MENU, "Welcome to the")
    way = ["main_menu: key 9", "language: key 3", "recognise: missing", "greet: hung up"]
    await proved(tally, phone, heard=heard, way=way, outcome="hung_up")


async def test_wrong_keys_stars_and_hashes_are_told_and_three_of_them_lead_to_a_person(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13944440003") as phone:
        await to_the_menu(phone)
        for key in "5*":
            await phone.begins_to_hear(MENU)
            await phone.press(key)
            await phone.hears(WRONG)
        await phone.begins_to_hear(MENU)
        await phone.press("#")
        await phone.begins_to_hear(HOLD)
        assert [one.text for one in phone.heard].count(f"{WRONG}。") == 2
        await phone.hang_up()
    heard = (CHOOSE, WELCOME, MENU, WRONG, MENU, WRONG, MENU, HOLD)
    way = ["main_menu: wrong input", "person: way 2", "say_please_hold: hung up"]
    await proved(tally, phone, heard=heard, way=way, outcome="hung_up")


async def test_a_caller_who_presses_nothing_at_all_reaches_a_person_after_bounded_tries(brisk: House) -> None:
    caller, tally = "13944440004", await Tally.of(brisk)
    async with brisk.agent("1001") as agent, brisk.caller(caller) as phone:
        await phone.call(NUMBER)
        await phone.hears(WELCOME, within_s=60)
        await phone.hears(HOLD, within_s=60)
        await talking(brisk, agent)
        await phone.hang_up()
        texts = [one.text for one in phone.heard if one.complete]
        assert sum(CHOOSE in text for text in texts) == 2
        assert sum(MENU in text for text in texts) == 3
        assert sum(NO_KEY in text for text in texts) == 3
    way = [
        "language: no input",
        "recognise: missing",
        "greet: said",
        "open_now: open",
        "main_menu: no input",
        "person: way 2",
        "say_please_hold: said",
        "service_queue: handed over",
    ]
    heard = (CHOOSE, NO_KEY, CHOOSE, WELCOME, MENU, NO_KEY, MENU, NO_KEY, MENU, HOLD)
    await proved(tally, phone, heard=heard, way=way, outcome="queued", visits=["service: answered"], moves=ANSWERED)


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
    await greeted(phone, then="1")
    await phone.begins_to_hear(ACCOUNT)
    await phone.press("755")


async def _in_a_lookup(house: House, phone: Phone) -> None:
    await greeted(phone, then="1")
    await phone.begins_to_hear(ACCOUNT)
    house.rig.billing_faults(
        delay_s=1.9
    )  # a little less than the lookup's own 2 s: then it is the hang-up that ends it
    await phone.press("755001238#1122#")
    await until(lambda: _billing_is_asked(house))


async def _billing_is_asked(house: House) -> bool:
    return await asyncio.to_thread(house.rig.billing_asked) > 0


async def _in_the_balance(_house: House, phone: Phone) -> None:
    await greeted(phone, then="1")
    await phone.begins_to_hear(ACCOUNT)
    await phone.press("755001238#1122#")
    await phone.begins_to_hear(BALANCE)


async def _in_a_message(_house: House, phone: Phone) -> None:
    await greeted(phone, then="2")
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


async def _after_a_talk(house: House, phone: Phone) -> None:
    async with house.agent("1004") as agent:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.hang_up()
        await rates(phone)
        await phone.begins_to_hear(AFTER_TALK)


async def _before_rating_a_talk(house: House, phone: Phone) -> None:
    async with house.agent("1004") as agent:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.hang_up()
        await phone.begins_to_hear(RATE)


async def _where_a_person_is_offered(_house: House, phone: Phone) -> None:
    await greeted(phone, then="1")
    await phone.begins_to_hear(ACCOUNT)
    await phone.press("755001237#9999#")
    await phone.begins_to_hear("密码不正确")
    await phone.press("0")
    await phone.begins_to_hear(OFFER)


async def _where_more_is_offered(house: House, phone: Phone) -> None:
    await _in_the_balance(house, phone)
    await phone.begins_to_hear(MORE, within_s=60)


async def _in_the_greeting_of_a_vip(_house: House, phone: Phone) -> None:
    await greeted(phone)
    await phone.begins_to_hear(VIP_WELCOME)


async def _in_the_language_menu_by_key_9(_house: House, phone: Phone) -> None:
    await to_the_menu(phone)
    await phone.begins_to_hear(MENU)
    await phone.press("9")
    await phone.begins_to_hear(CHOOSE)


async def _in_the_general_queue_as_a_vip(house: House, phone: Phone) -> None:
    async with house.agent("1004", Reflex.RING) as agent:
        await greeted(phone, then="0")
        await agent.rings()
        await phone.hang_up()


class Place(NamedTuple):
    """Where a caller can be, and what is known of a call that ends there."""

    reach: Callable[[House, Phone], Awaitable[None]]
    last: str
    """The journey's last step."""
    heard: tuple[str, ...]
    outcome: str = "hung_up"
    visits: tuple[str, ...] = ()
    moves: Mapping[str, int] = NOTHING
    vip: Mapping[str, int] = NOTHING
    caller: str = ""
    """Empty: a number nobody knows."""


PLACES = [
    Place(_in_the_language_menu, "language: hung up", (CHOOSE,)),
    Place(_in_the_greeting, "greet: hung up", (CHOOSE, WELCOME)),
    Place(_in_the_main_menu, "main_menu: hung up", (WELCOME, MENU)),
    Place(_while_keying_a_number, "ask_account: hung up", (CHOOSE, WELCOME, ACCOUNT)),
    Place(_in_a_lookup, "check_pin: hung up", (CHOOSE, WELCOME, ACCOUNT)),
    Place(_in_the_balance, "tell: hung up", (ACCOUNT, BALANCE)),
    Place(_in_the_queue, "service_queue: handed over", IN_LINE, "queued", ("service: abandoned",), ABANDONED),
    Place(_in_a_talk, "service_queue: handed over", IN_LINE, "queued", ("service: answered",), ANSWERED),
    Place(_before_rating_a_talk, "rate_talk: hung up", (*IN_LINE, RATE), "hung_up", ("service: answered",), ANSWERED),
    Place(
        _after_a_talk, "after_talk: hung up", (*IN_LINE, RATE, AFTER_TALK), "hung_up", ("service: answered",), ANSWERED
    ),
    Place(_where_a_person_is_offered, "offer_person: hung up", (ACCOUNT, "密码不正确", OFFER)),
    Place(_where_more_is_offered, "anything_else: hung up", (BALANCE, MORE)),
    Place(_in_the_greeting_of_a_vip, "greet_vip: hung up", (VIP_WELCOME,), caller="13800138003"),
    Place(_in_the_language_menu_by_key_9, "language: hung up", (CHOOSE, MENU, CHOOSE)),
    Place(
        _in_the_general_queue_as_a_vip,
        "vip_overflow: handed over",
        (CHOOSE, VIP_WELCOME),
        "queued",
        ("vip: join_empty", "service: abandoned"),
        ABANDONED,
        {"entered": 1, "join_empty": 1},
        caller="13800138001",
    ),
]


@pytest.mark.parametrize("place", PLACES, ids=[place.reach.__name__[1:] for place in PLACES])
async def test_a_hang_up_leaves_a_closed_journey_no_channel_and_no_error(house: House, place: Place) -> None:
    log, tally = length_of_the_log(house), await Tally.of(house)
    async with house.caller(place.caller or f"13944451{PLACES.index(place):03}") as phone:
        try:
            await place.reach(house, phone)
            await phone.hang_up()
            await proved(
                tally,
                phone,
                heard=place.heard,
                way=[place.last],
                outcome=place.outcome,
                visits=place.visits,
                moves=place.moves,
                vip=place.vip,
            )
        finally:
            house.rig.billing_faults()
    await all_is_quiet(house)
    assert mistakes_in_the_log(house, log) == []


async def test_a_fault_report_cut_by_a_hang_up_is_a_ticket_with_what_was_said(house: House) -> None:
    log, tally = length_of_the_log(house), await Tally.of(house)
    async with house.caller("13944446001") as phone:
        await _in_a_message(house, phone)
        began_ms = phone.heard[-1].started_ms
        await phone.hang_up()
        heard_s = (phone.ear.now_ms - began_ms) / 1000
    heard = (CHOOSE, WELCOME, "请在提示音后说出故障地址和情况")
    way = ["report_fault: recorded", "open_ticket: opened", "fault_noted: hung up"]
    journey = (await proved(tally, phone, heard=heard, way=way, outcome="hung_up")).journey
    assert journey is not None

    async def kept() -> bool:
        return bool((await story(house, journey.call_id)).tickets)

    await until(kept)
    told = await story(house, journey.call_id)
    [message], [ticket] = told.recordings, told.tickets
    assert (ticket.recording, ticket.kind, ticket.colour) == (message.id, "fault", "yellow")
    assert told.voicemails == ()
    assert 0.5 < message.seconds < heard_s
    assert (house.rig.state / "recordings" / message.path).stat().st_size > 8000
    await all_is_quiet(house)
    assert mistakes_in_the_log(house, log) == []
