"""Listening, whispering, barging in: who hears whom by the sound that was received, and silence where it must be."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lab.phone import State
from lab.tones import UNHEARD, hum, is_heard, loudest
from tests.acts.stage import OF_SERVICE_AND_VIP
from tests.calls.asking import talking, to_the_queue
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from lab.phone import Phone
    from tests.acts.stage import Board
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ = 425, 905, 1705
LONG_S = 300
"""As long as any test takes: everybody hums all the time."""
LISTENED_S = 4
"""Seconds of sound in which silence is asserted."""


@dataclass
class Talk:
    """A caller, an agent, and a supervisor with a telephone."""

    caller: Phone
    agent: Phone
    supervisor: Phone


@asynccontextmanager
async def talk(house: House, number: str, agent: str = "1001") -> AsyncIterator[Talk]:
    async with (
        house.agent(agent) as answering,
        house.agent("1008") as supervisor,
        house.caller(number) as caller,
    ):
        await to_the_queue(caller)
        await talking(house, answering)
        caller.say(hum(CALLER_HZ, LONG_S))
        answering.say(hum(AGENT_HZ, LONG_S))
        yield Talk(caller, answering, supervisor)


async def hears(phone: Phone, hz: int, who: str) -> None:
    """Wait until a pitch is heard from now on."""
    begin = len(phone.ear.recorded)
    found = await phone.ear.until(lambda: is_heard(bytes(phone.ear.recorded[begin:]), hz), 60)
    assert found, f"{phone.number} does not hear {who} ({hz} Hz) within 60 s"


async def fresh(*phones: Phone) -> list[bytes]:
    """What these telephones receive from now on, some seconds of it each."""
    begin = [len(phone.ear.recorded) for phone in phones]
    wanted = LISTENED_S * 8000
    deadline = time.monotonic() + 60
    while any(len(phone.ear.recorded) - at < wanted for phone, at in zip(phones, begin, strict=True)):
        assert time.monotonic() < deadline, "a telephone receives no sound"
        await asyncio.sleep(0.1)
    return [bytes(phone.ear.recorded[at:]) for phone, at in zip(phones, begin, strict=True)]


async def nobody_hears(hz: int, *phones: Phone) -> None:
    """Some seconds of sound, and none of it this pitch."""
    for phone, sound in zip(phones, await fresh(*phones), strict=True):
        assert loudest(sound, hz) < UNHEARD, f"{phone.number} hears {hz} Hz, {loudest(sound, hz):.3f} of it"


async def test_listen_whisper_barge_and_back_and_who_hears_whom(house: House, desk: Board) -> None:
    desk.person = OF_SERVICE_AND_VIP  # of the talk, and of the telephone that listens
    async with talk(house, "13933300001") as here:
        assert (await desk.do("listen", agent="1001", phone="1008", mode="barge"))["code"] == "not_allowed"
        told = await desk.done("listen", agent="1001", phone="1008")
        assert "nobody hears the supervisor" in told["words"]
        await here.supervisor.reaches(State.TALKING, within_s=60)
        here.supervisor.say(hum(SUPERVISOR_HZ, LONG_S))
        await hears(here.supervisor, CALLER_HZ, "the caller")
        await hears(here.supervisor, AGENT_HZ, "the agent")
        await nobody_hears(SUPERVISOR_HZ, here.caller, here.agent)
        assert (await desk.do("listen", agent="1001", phone="1008"))["code"] == "already_so"

        told = await desk.done("listen", agent="1001", phone="1008", mode="whisper")
        assert "the agent alone hears" in told["words"]
        await hears(here.agent, SUPERVISOR_HZ, "the supervisor")
        await hears(here.supervisor, CALLER_HZ, "the caller")
        await nobody_hears(SUPERVISOR_HZ, here.caller)

        await desk.done("listen", agent="1001", phone="1008", mode="barge")
        await hears(here.caller, SUPERVISOR_HZ, "the supervisor")
        await hears(here.agent, SUPERVISOR_HZ, "the supervisor")

        await desk.done("listen", agent="1001", phone="1008", mode="listen")
        await hears(here.supervisor, AGENT_HZ, "the agent")
        await nobody_hears(SUPERVISOR_HZ, here.caller, here.agent)

        for key in "5", "6", "4":  # what app_chanspy's own option `d` would open the microphone by
            await here.supervisor.press(key)
        await nobody_hears(SUPERVISOR_HZ, here.caller, here.agent)
        await hears(here.agent, CALLER_HZ, "the caller")
        await here.agent.hang_up()
        assert await here.supervisor.ended() == "them", "the listening ends with the talk"


async def test_the_supervisor_who_leaves_leaves_the_talk_alone(house: House, desk: Board) -> None:
    async with talk(house, "13933300002", "1002") as here:
        await desk.done("listen", agent="1002", phone="1008")
        await here.supervisor.reaches(State.TALKING, within_s=60)
        await hears(here.supervisor, CALLER_HZ, "the caller")
        await here.supervisor.hang_up()
        await hears(here.agent, CALLER_HZ, "the caller")
        await hears(here.caller, AGENT_HZ, "the agent")
        assert here.caller.state is State.TALKING


async def test_a_telephone_that_is_not_there_is_told(house: House, desk: Board) -> None:
    async with house.agent("1003") as agent, house.caller("13933300003") as caller:
        await to_the_queue(caller)
        await talking(house, agent)
        told = await desk.do("listen", agent="1003", phone="1007")
        assert (told["code"], told["result"]) == ("phone_away", "failed")
        assert (await desk.audit(told["key"])).code == "phone_away"
        assert (await desk.do("listen", agent="1003", phone="1003"))["code"] == "own_phone"
        assert (await desk.do("listen", agent="1003", phone="carrier"))["code"] == "unknown_phone"
        await until(lambda: house.agent_is("1003", "on_queue_call"))
