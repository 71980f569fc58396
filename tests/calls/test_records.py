"""What real calls leave for people: a rating after a talk, a callback when nobody is free, a ticket with the words."""

from __future__ import annotations

import asyncio
import json
import wave
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    HOLD,
    MENU,
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
    to_the_queue,
)
from tests.calls.conftest import until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from store.queries.journeys import CallStory
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

BUSY, OURS, RIGHT, NOTED = "目前所有坐席都在忙", "我们将拨打以下号码", "号码正确请按1", "您的回电请求已登记"
OTHER = "请输入您的联系电话"
DESCRIBE, REPORTED = "请在提示音后说出故障地址和情况", "您的故障报告已收到"
IN_LINE = (CHOOSE, WELCOME, HOLD)
NOBODY: Mapping[str, int] = MappingProxyType({"entered": 1, "join_empty": 1})
"""What a caller moves for whom no agent is at work."""


async def told(house: House, call_id: str, so: Callable[[CallStory], object]) -> CallStory:
    """Everything kept of a call, once this much is."""

    async def kept() -> bool:
        return bool(so(await story(house, call_id)))

    await until(kept)
    return await story(house, call_id)


async def test_a_rating_after_a_talk_is_a_row_with_agent_and_visit(house: House) -> None:
    tally = await Tally.of(house)
    async with house.agent("1003") as agent, house.caller("13966660001") as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.hang_up()
        await rates(phone, "4")
        await phone.begins_to_hear(AFTER_TALK)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=(*IN_LINE, RATE, AFTER_TALK),
        way=["service_queue: answered", "rate_talk: answered", "rated: said", "after_talk: hung up"],
        outcome="hung_up",
        visits=["service: answered"],
        moves=ANSWERED,
    )
    visit = proven.visit
    kept = await told(house, visit.call_id, lambda all_: [one for one in all_.surveys if "4" in one.answers])
    [survey] = kept.surveys
    assert json.loads(survey.answers) == {"satisfied": 4}
    assert (survey.survey, survey.flow, survey.step) == ("after-talk", "main", "rate_talk")
    assert (survey.agent, survey.visit_id, survey.language) == ("1003", visit.id, "zh-CN")
    assert survey.flow_version == visit.flow_version
    assert visit.answered_at is not None
    assert survey.asked_at > visit.answered_at


async def test_a_second_talk_of_a_call_is_rated_by_itself_and_who_hangs_up_has_been_asked(house: House) -> None:
    tally = await Tally.of(house)
    async with house.agent("1003") as agent, house.caller("13966660002") as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.hang_up()
        await rates(phone, "1")
        await phone.begins_to_hear(AFTER_TALK)
        await phone.press("1")  # to the main menu, and to a person again
        await phone.begins_to_hear(MENU)
        await phone.press("0")
        await until(lambda: house.agent_is("1003", "on_queue_call"), 20)
        await agent.hang_up()
        await phone.begins_to_hear(RATE)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=(*IN_LINE, RATE, AFTER_TALK, MENU, HOLD, RATE),
        way=[
            "after_talk: key 1",
            "main_menu: key 0",
            "person: way 2",
            "say_please_hold: said",
            "service_queue: handed over",
            "service_queue: answered",
            "rate_talk: hung up",
        ],
        outcome="hung_up",
        visits=["service: answered", "service: answered"],
        moves={name: 2 * by for name, by in ANSWERED.items()},
    )
    first, second = proven.visits
    kept = await told(house, second.call_id, lambda all_: len(all_.surveys) > 1)
    assert [(json.loads(one.answers), one.visit_id) for one in kept.surveys] == [
        ({"satisfied": 1}, first.id),
        ({"satisfied": None}, second.id),
    ]


async def test_a_caller_whom_nobody_serves_is_kept_for_a_callback(house: House) -> None:
    caller, log, tally = "13966660003", length_of_the_log(house), await Tally.of(house)
    async with house.caller(caller) as phone:
        await to_the_queue(phone)
        await phone.begins_to_hear(BUSY)
        await phone.press("1")
        await phone.hears(OURS)
        await phone.begins_to_hear(RIGHT, within_s=60)
        await phone.press("1")
        await phone.begins_to_hear(NOTED)
        digits = [one.text for one in phone.heard if len(one.text.strip("。")) == 1]
        assert "".join(digits) == "八六幺三九六六六六零零零三"
        await phone.hang_up()
    heard, visits = (*IN_LINE, BUSY, OURS, RIGHT, NOTED), ["service: join_empty"]
    way = ["number_right: key 1", "call_back: noted", "callback_noted: hung up"]
    visit = (await proved(tally, phone, heard=heard, way=way, outcome="hung_up", visits=visits, moves=NOBODY)).visit
    kept = await told(house, visit.call_id, lambda all_: all_.callbacks)
    [callback] = kept.callbacks
    assert (callback.queue, callback.number_to_call) == ("service", f"86{caller}")
    assert (callback.reason, callback.language, callback.vip) == ("nobody free", "zh-CN", False)
    assert abs(callback.entered_at - visit.entered_at) < timedelta(seconds=2), "the place in the queue is kept"
    assert callback.not_before is None
    assert callback.not_after == callback.asked_at + timedelta(days=1)
    assert caller not in (house.rig.folder / "service.log").read_text("utf-8", errors="replace")[log:]


async def test_a_caller_may_be_called_back_on_another_number(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13966660004") as phone:
        await to_the_queue(phone)
        await phone.begins_to_hear(BUSY)
        await phone.press("1")
        await phone.begins_to_hear(RIGHT, within_s=60)
        await phone.press("2")
        await phone.begins_to_hear(OTHER)
        await phone.press("02087654321#")
        await phone.begins_to_hear(RIGHT, within_s=60)
        await phone.press("1")
        await phone.begins_to_hear(NOTED)
        await phone.hang_up()
    heard, visits = (*IN_LINE, BUSY, RIGHT, OTHER, RIGHT, NOTED), ["service: join_empty"]
    way = ["number_right: key 2", "ask_number: collected", "your_number: said", "say_number: said"]
    way += ["number_right: key 1", "call_back: noted", "callback_noted: hung up"]
    visit = (await proved(tally, phone, heard=heard, way=way, outcome="hung_up", visits=visits, moves=NOBODY)).visit
    kept = await told(house, visit.call_id, lambda all_: all_.callbacks)
    assert [one.number_to_call for one in kept.callbacks] == ["02087654321"]


async def test_a_fault_report_is_a_ticket_with_the_callers_words(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13800138004") as phone:  # a customer: the ticket knows the account
        await greeted(phone, then="2")
        await phone.hears(DESCRIBE)
        await asyncio.sleep(0.5)  # the tone
        phone.say(TONE * 2)
        await asyncio.sleep(2.3)
        asked_ms = next(one.ended_ms for one in phone.heard if DESCRIBE in one.text)
        await phone.press("#")
        longest_s = (phone.ear.now_ms - asked_ms) / 1000 + 0.5  # the recogniser may tell an end a little late
        await phone.begins_to_hear(REPORTED)
        await phone.hang_up()
    heard, way = (CHOOSE, WELCOME, DESCRIBE, REPORTED), ["report_fault: recorded", "open_ticket: opened"]
    way += ["fault_noted: hung up"]
    journey = (await proved(tally, phone, heard=heard, way=way, outcome="hung_up")).journey
    assert journey is not None
    kept = await told(house, journey.call_id, lambda all_: all_.tickets and all_.recordings)
    [ticket], [recording] = kept.tickets, kept.recordings
    assert (ticket.kind, ticket.colour, ticket.recording) == ("fault", "yellow", recording.id)
    assert json.loads(ticket.fields)["account"].startswith("755")
    assert ticket.due_at == ticket.opened_at + timedelta(days=1)
    assert (ticket.flow, ticket.step, ticket.flow_version) == ("main", "open_ticket", journey.flow_version)
    assert 1 < recording.seconds <= longest_s
    with wave.open(str(house.rig.state / "recordings" / recording.path)) as sound:
        assert abs(sound.getnframes() / sound.getframerate() - recording.seconds) < 0.3
    await all_is_quiet(house)
    assert mistakes_in_the_log(house) == []
