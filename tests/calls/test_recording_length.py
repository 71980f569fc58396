"""What a real Asterisk leaves of words that silence ends: as much as the rehearsal says, and nothing of silence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import CHOOSE, TONE, WELCOME, greeted, story
from tests.calls.conftest import until
from tests.calls.proof import Tally, proved

if TYPE_CHECKING:
    from store.queries.journeys import CallStory
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


DESCRIBE, REPORTED = "请在提示音后说出故障地址和情况", "您的故障报告已收到"


async def reported(house: House, caller: str, words_s: float) -> CallStory:
    """Everything kept of a caller who reports a fault in so many seconds of words, and is then silent."""
    tally = await Tally.of(house)
    async with house.caller(caller) as phone:
        await greeted(phone, then="2")
        await phone.hears(DESCRIBE)
        await asyncio.sleep(0.5)  # the tone
        if words_s:
            phone.say(TONE * round(words_s))
        await phone.begins_to_hear(REPORTED, within_s=60)
        await phone.hang_up()
    proven = await proved(
        tally,
        phone,
        heard=(CHOOSE, WELCOME, DESCRIBE, REPORTED),
        way=["open_ticket: opened", "fault_noted: hung up"],
        outcome="hung_up",
    )
    journey = proven.journey
    assert journey is not None

    async def kept() -> bool:
        return bool((await story(house, journey.call_id)).tickets)

    await until(kept)
    return await story(house, journey.call_id)


async def test_silence_that_ends_a_recording_is_cut_to_a_second_and_silence_alone_is_none(house: House) -> None:
    spoken, silent = await asyncio.gather(reported(house, "13966670001", 2), reported(house, "13966670002", 0))
    [recording] = spoken.recordings
    assert spoken.tickets[0].recording == recording.id
    assert 2.5 < recording.seconds < 4.2, "two seconds of words, one of silence, and the moment before the words"
    assert silent.recordings == ()
    assert silent.tickets[0].recording is None
    files = {path.name for path in (house.rig.state / "recordings").rglob("*.wav")}
    assert files == {recording.path}, "a file of nothing but silence is taken away"
