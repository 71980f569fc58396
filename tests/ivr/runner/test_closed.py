"""A number closed by hand: new callers hear its message and nothing of the flow; everybody else goes on."""

from __future__ import annotations

from dataclasses import replace

from ivr.flow.model import Hangup, Play, Queue
from ivr.runner.runner import Runner
from tests.ivr.engine.making import AT, single, to
from tests.ivr.runner.stage import Speech, Stage, setting

GREETING = Play("hello", AT, "hello", {}, to("wait"), interruptible=False)
WAIT = Queue("wait", AT, "sales", 5, 90_000, {"answered": "bye", "failed": "bye"})
BYE = Hangup("bye", AT)
SPOKEN = ('> EXEC "Playback" "/s/zh-CN/hello"', "< 200 result=0")
OVER = setting(HL_NEXT="hangup")
RESCUED = setting(HL_NEXT="rescue")
PLAYED = '> EXEC "Playback" "/s/zh-CN/emergency&/s/yue-HK/emergency&/s/en/emergency"'
"""In every language: none was chosen."""
WAITING = setting(
    HL_LANGUAGE="zh-CN",
    HL_VIP="0",
    HL_FLOWID="main@0123456789ab",
    HL_CURSOR="sealed1",
    HL_QUEUE="sales",
    HL_PRIORITY="5",
    HL_LONGEST="90",
    HL_NEXT="queue",
)


class Closed:
    """Which number is closed."""

    number = ""

    def message(self, number: str) -> str | None:
        return "emergency" if number == self.number else None


def stage_of(speech: Speech | None = None) -> tuple[Stage, Closed]:
    stage, closed = Stage(single(GREETING, WAIT, BYE), speech), Closed()
    stage.runner = Runner(replace(stage.runner._world, closed=closed))
    return stage, closed


async def test_a_new_caller_hears_the_message_and_nothing_of_the_flow() -> None:
    stage, closed = stage_of()
    closed.number = "96956"
    await stage.call(PLAYED, "< 200 result=0", *OVER)
    assert stage.journeys.steps == ["(closed): said"]
    assert stage.journeys.ends == ["finished"]
    assert stage.journeys.traces[0].left.detail == {"message": "emergency"}


async def test_a_caller_of_another_number_goes_on_as_always() -> None:
    stage, closed = stage_of()
    closed.number = "96957"
    await stage.call(*SPOKEN, *WAITING)


async def test_a_call_in_progress_goes_on_when_its_number_is_closed() -> None:
    stage, closed = stage_of()
    await stage.call(*SPOKEN, *WAITING)
    closed.number = "96956"
    await stage.call(*OVER, args=("sealed1", "queue:CONTINUE"))
    assert stage.journeys.steps == ["hello: said", "wait: handed over", "wait: answered", "bye: ended"]


async def test_a_message_that_cannot_be_said_leads_to_a_person_and_not_to_silence() -> None:
    stage, closed = stage_of(Speech(mute=frozenset({"emergency"})))
    closed.number = "96956"
    await stage.call(*RESCUED)
    assert stage.journeys.ends == ["rescued"]


async def test_a_caller_who_hangs_up_meanwhile_is_no_trouble() -> None:
    stage, closed = stage_of()
    closed.number = "96956"
    await stage.call(PLAYED, "< 200 result=-1", "< HANGUP")
    assert stage.journeys.steps == ["(closed): said"]
    assert stage.journeys.ends == ["hung_up"]
