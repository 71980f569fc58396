"""What a segment keeps for people: a recording of the caller's words, and with whom a rating caller had talked."""

from __future__ import annotations

import pytest

from ivr.flow.expressions import parse
from ivr.flow.model import Callback, Hangup, Question, RecordWords, Survey, Ticket, Tries
from ivr.runner.handover import talk_of
from ivr.runner.ports import Talk
from tests.agi.support import calling
from tests.ivr.engine.making import AT, FACTS, given, single, to
from tests.ivr.runner.stage import LINKED, UNIQUEID, Stage, header, setting
from tests.ivr.runner.test_runner import BYE, OVER, WAIT, WAITING

RECORD = single(
    RecordWords("record", AT, "speak", {}, "words", 60_000, to("ticket")),
    Ticket("ticket", AT, "fault", given(account="null"), to("bye"), recording=parse("words")),
    BYE,
)
RATE = single(
    WAIT,
    Survey("asked", AT, "s", (Question("good", "how", "12345"),), Tries(1, "bye"), Tries(1, "bye"), to("bye")),
    Hangup("key", AT),
    BYE,
)
ASKING = (*setting(**{"TIMEOUT(response)": "5.000"}), '> GET DATA "/s/zh-CN/how" 0 1')
WHO = '> GET VARIABLE "MEMBERINTERFACE"'
VISIT = '> GET VARIABLE "HL_VISIT"'


async def recorded(stage: Stage, *end: str) -> None:
    async with stage.serving() as server, calling(server, None) as peer:
        peer.say(*header())
        assert await peer.hear() == LINKED[0][2:]
        peer.say(LINKED[1][2:])
        assert await peer.hear() == 'EXEC "Playback" "/s/zh-CN/speak"'
        peer.say("200 result=0")
        assert (await peer.hear()).startswith('RECORD FILE "/rec/')
        for line in end:
            if line.startswith("> "):
                assert await peer.hear() == line[2:]
            else:
                peer.say(line[2:])
        await peer.ended()
    assert server.counts.failed == 0


async def test_what_a_caller_said_is_kept_and_the_ticket_refers_to_it() -> None:
    stage = Stage(RECORD)
    await recorded(stage, "< 200 result=35 (dtmf) endpos=16000", *OVER)
    (_, place, path, seconds), ticket = stage.records.kept
    assert (place, str(path)[:5], seconds) == ("main.record", "/rec/", 2.0)
    assert ticket == ("main.ticket", "fault", "gz-1/r1")
    assert stage.mailbox.kept == []


async def test_a_caller_who_hangs_up_after_speaking_has_a_ticket() -> None:
    stage = Stage(RECORD)
    await recorded(stage, "< 200 result=-1 (hangup) endpos=12000", "< HANGUP")
    assert stage.records.kept[-1] == ("main.ticket", "fault", "gz-1/r1")
    assert (stage.journeys.steps, stage.journeys.ends) == (
        ["record: recorded", "ticket: opened", "bye: hung up"],
        ["hung_up"],
    )


async def test_a_caller_who_hangs_up_without_a_word_has_none() -> None:
    stage = Stage(RECORD)
    await recorded(stage, "< 200 result=-1 (hangup) endpos=0", "< HANGUP")
    assert stage.records.kept == []
    assert stage.journeys.steps == ["record: hung up"]


@pytest.mark.parametrize(("samples", "words"), [(8160, None), (8720, None), (9600, 1.2), (24160, 3.02)])
async def test_silence_alone_is_no_recording(samples: int, words: float | None) -> None:
    """Asterisk leaves a second of the silence that ends a recording, with or without words before it."""
    stage = Stage(RECORD)
    await recorded(stage, f"< 200 result=0 (timeout) endpos={samples}", *OVER)
    kept = [seconds for _, _, _, seconds in stage.records.kept[:-1]]
    assert kept == ([] if words is None else [words])
    assert stage.records.kept[-1] == ("main.ticket", "fault", None if words is None else "gz-1/r1")


async def test_a_short_word_that_was_ended_by_a_key_is_a_recording() -> None:
    stage = Stage(RECORD)
    await recorded(stage, "< 200 result=35 (dtmf) endpos=6400", *OVER)
    assert stage.records.kept[0][3] == 0.8


async def test_a_rating_after_a_talk_tells_whose_talk_it_was() -> None:
    stage = Stage(RATE)
    await stage.call(*WAITING)
    back = ("< 200 result=1 (PJSIP/1007)", VISIT, "< 200 result=1 (2)")
    pressed = setting(HL_SERVED="")
    await stage.call(WHO, *back, *ASKING, "< 200 result=5", *pressed, *OVER, args=("sealed1", "queue:CONTINUE"))
    visit = f"gz-1/{UNIQUEID}/2"
    assert stage.records.kept == [
        ("main.asked", {"good": None}, "1007", visit),
        ("main.asked", {"good": 5}, "1007", visit),
    ]


async def test_a_rating_without_a_talk_is_nobodys() -> None:
    stage = Stage(single(*(step for name, step in RATE.flows["main"].steps.items() if name != "wait")))
    await stage.call(*ASKING, "< 200 result=4", *OVER)
    assert stage.records.kept == [("main.asked", {"good": None}, None, None), ("main.asked", {"good": 4}, None, None)]


async def test_what_the_channel_does_not_know_is_not_guessed() -> None:
    stage = Stage(RATE)
    await stage.call(*WAITING)
    talk = (WHO, "< 200 result=0", VISIT, "< 200 result=0", *ASKING, "< 200 result= (timeout)", *OVER)
    await stage.call(*talk, args=("sealed1", "queue:CONTINUE"))
    assert stage.records.kept == [("main.asked", {"good": None}, None, None)]


@pytest.mark.parametrize(
    ("interface", "visit", "talk"),
    [
        ("PJSIP/1001", "1", Talk("1001", "gz-1/c/1")),
        ("Local/1001@agents", "01", Talk("1001@agents", "gz-1/c/1")),
        ("", "", Talk()),
        ("PJSIP/1001", "x", Talk("1001")),
        ("PJSIP/1001", "0", Talk("1001")),
    ],
)
def test_agent_and_visit_are_read_from_what_asterisk_left(interface: str, visit: str, talk: Talk) -> None:
    assert talk_of(interface, visit, "gz-1", "c") == talk


async def test_a_callback_is_kept_with_its_number() -> None:
    back = Callback("back", AT, "sales", parse("call.caller"), parse("null"), to("bye"))
    stage = Stage(single(back, BYE))
    await stage.call(*OVER)
    assert stage.records.kept == [("main.back", "sales", FACTS.caller)]
