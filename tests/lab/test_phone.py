from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from lab.phone import CallRefusedError, NotHeardError, Phone, Reflex, State
from lab.ports import AGENTS
from lab.sip import quoted
from tests.lab.conftest import PASSWORD, tone

if TYPE_CHECKING:
    from tests.lab.conftest import Line

pytestmark = pytest.mark.asterisk


async def test_a_prompt_is_heard_bit_by_bit_and_to_its_end(line: Line) -> None:
    async with Phone(line.switch, number="13800138000", index=line.index) as phone:
        await phone.call("100")
        for said in ("climb in words", "odd", "climb in words"):  # what is under way at the end is heard, too
            await phone.hears(said)
        await phone.ended()
    assert [(one.name, one.complete, one.holes) for one in phone.heard] == [
        ("climb", True, 0),
        ("odd", True, 0),
        ("climb", True, 0),
    ]
    assert phone.ended_by == "them"
    assert tone(300, 60) in bytes(phone.ear.recorded)


async def test_keys_arrive_in_order_and_cut_the_prompt_short(line: Line) -> None:
    async with Phone(line.switch, number="13800138001", index=line.index) as phone:
        await phone.call("200")
        await phone.begins_to_hear("climb")
        await phone.press("1*")
        await phone.press("02")
        await phone.ended()
    assert "1*02" in line.asterisk.cli("database get pressed 13800138001")
    assert [one.complete for one in phone.heard] == [False]


@pytest.mark.parametrize(
    "name", ['O"Brien \\ (x) <sip:a@b>', "<script>alert(1)</script>", "陈美玲", "a)\r\nX-Evil: 1", "%0d%0aX: 1"]
)
async def test_any_calling_name_arrives_whole_and_breaks_nothing(line: Line, name: str) -> None:
    async with Phone(line.switch, number="13800138002", name=name, index=line.index) as phone:
        await phone.call("200")
        await phone.press("1111")
        await phone.ended()
    stored = line.asterisk.cli("database get name 13800138002").strip().removeprefix("Value: ")
    # Asterisk keeps the backslashes of a quoted display name (seen on 22.10).
    assert stored == quoted(name)[1:-1]


async def test_a_registered_phone_is_called_answers_and_both_hear_each_other(line: Line) -> None:
    voice, reply = tone(1100, 25), tone(1500, 25)
    line.index.add("caller-voice", voice)
    line.index.add("agent-voice", reply)
    async with (
        Phone(line.switch, number="1001", host=AGENTS, password=PASSWORD, index=line.index) as agent,
        Phone(line.switch, number="13800138003", name="张三", index=line.index) as caller,
    ):
        await agent.register()
        dialling = asyncio.create_task(caller.call("1001"))
        await agent.rings()
        assert "张三" in agent.caller
        await agent.answer()
        await dialling
        caller.say(voice)
        await agent.hears("caller-voice")
        agent.say(reply)
        await caller.hears("agent-voice")
        await caller.press("5")
        await agent.ear.until(lambda: agent.ear.keys == ["5"], 3)
        assert agent.ear.keys == ["5"]
        await agent.hold()
        await agent.unhold()
        await agent.hang_up()
        assert await caller.ended() == "them"
    assert agent.state is State.ENDED


async def test_a_busy_phone_a_refusal_and_a_caller_who_gives_up(line: Line) -> None:
    async with (
        Phone(line.switch, number="1001", host=AGENTS, password=PASSWORD) as agent,
        Phone(line.switch, number="13800138004") as caller,
    ):
        await agent.register()
        agent.reflex = Reflex.BUSY
        with pytest.raises(CallRefusedError, match="486"):
            await caller.call("1001")
        agent.reflex = Reflex.RING
        with pytest.raises(TimeoutError):
            await caller.call("1001", within_s=0.7)
        assert await agent.ended() == "them"


async def test_a_wrong_password_is_refused(line: Line) -> None:
    async with Phone(line.switch, number="1002", host=AGENTS, password="wrong") as phone:
        with pytest.raises(CallRefusedError, match="401"):
            await phone.register()


async def test_what_is_not_said_is_reported_with_what_was(line: Line) -> None:
    async with Phone(line.switch, number="13800138005", index=line.index) as phone:
        await phone.call("100")
        with pytest.raises(NotHeardError, match="climb in words"):
            await phone.hears("something else", within_s=2)
