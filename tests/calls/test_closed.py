"""Outside the opening hours: it is said so, a message may be left, and it is there afterwards, with sound."""

from __future__ import annotations

import asyncio
import wave
from array import array
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import CHOOSE, GOODBYE, TONE, WELCOME, all_is_quiet, greeted, story
from tests.calls.conftest import until
from tests.calls.played import NIGHT
from tests.calls.proof import Tally, proved
from tests.calls.stage import Stage, all_compared

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

CLOSED, TAKEN = "现在是非服务时间", "您的留言已收到"


async def test_a_caller_outside_opening_hours_leaves_a_message(closed: House) -> None:
    caller, tally = "13955550001", await Tally.of(closed)
    async with closed.caller(caller) as phone:
        await greeted(phone)
        await phone.hears(CLOSED, within_s=60)
        await asyncio.sleep(0.5)  # the tone
        phone.say(TONE * 2)
        await asyncio.sleep(2.3)
        closed_ms = next(one.ended_ms for one in phone.heard if CLOSED in one.text)
        await phone.press("#")
        longest_s = (phone.ear.now_ms - closed_ms) / 1000 + 0.5  # the recogniser may tell an end a little late
        await phone.hears(TAKEN)
        await phone.hears(GOODBYE)
        assert await phone.ended() == "them"

    way = [
        "language: key 1",
        "recognise: missing",
        "greet: said",
        "open_now: closed",
        "say_closed: recorded",
        "message_taken: said",
        "goodbye: ended",
    ]
    heard = (CHOOSE, WELCOME, CLOSED, TAKEN, GOODBYE)
    journey = (await proved(tally, phone, heard=heard, way=way, outcome="finished")).journey
    assert journey is not None

    async def kept() -> bool:
        return bool((await story(closed, journey.call_id)).voicemails)

    await until(kept)
    told = await story(closed, journey.call_id)
    [message] = told.voicemails
    assert (message.box, message.language) == ("messages", "zh-CN")
    assert message.caller.endswith(caller)
    assert 1 < message.seconds < longest_s
    with wave.open(str(closed.rig.state / "recordings" / message.path)) as recording:
        assert abs(recording.getnframes() / recording.getframerate() - message.seconds) < 0.3
        samples = array("h", recording.readframes(recording.getnframes()))
    assert sum(abs(sample) > 1000 for sample in samples) > 8000  # at least a second of voice
    await all_is_quiet(closed)


async def test_the_sample_s_own_dialogue_of_the_night_goes_as_it_was_rehearsed(closed: House) -> None:
    stage = Stage(closed)
    [compared] = await all_compared(closed, stage, [NIGHT])
    assert compared.real == compared.rehearsed
    await all_is_quiet(closed)


async def test_a_caller_outside_opening_hours_may_simply_hang_up(closed: House) -> None:
    tally = await Tally.of(closed)
    async with closed.caller("13955550002") as phone:
        await greeted(phone)
        await phone.begins_to_hear(CLOSED)
        await phone.hang_up()
    heard, way = (CHOOSE, WELCOME, CLOSED), ["open_now: closed", "say_closed: hung up"]
    journey = (await proved(tally, phone, heard=heard, way=way, outcome="hung_up")).journey
    assert journey is not None
    assert (await story(closed, journey.call_id)).voicemails == ()
    await all_is_quiet(closed)
