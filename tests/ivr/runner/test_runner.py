"""One segment of a call against a scripted Asterisk: what is said on the wire, in order, and what is left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from ivr.engine.inputs import CallFacts, Found, LookupLate
from ivr.engine.machine import begin
from ivr.flow.expressions import parse
from ivr.flow.model import Assign, Collect, Dial, Hangup, Hours, Play, Queue, Script, Voicemail
from ivr.runner import perform
from ivr.runner.ports import Release
from ivr.services.sealing import CursorSeal
from tests.agi.support import calling
from tests.ivr.engine.making import AT, collect, flow, flows, given, lookup, menu, on, single, to
from tests.ivr.runner.stage import LINKED, UNIQUEID, Speech, Stage, header, setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from agi.server import AgiServer
    from ivr.flow.model import FlowSet, Step

BYE = Hangup("bye", AT)
WAIT = Queue("wait", AT, "sales", 5, 90_000, {"answered": "asked", "failed": "bye", "left_by_key": "key"})
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
OVER = setting(HL_NEXT="hangup")
RESCUED = setting(HL_NEXT="rescue")
GREETING = Play("hello", AT, "hello", {}, to("bye"))


def asked(*more: Step) -> FlowSet:
    return single(menu("ask", k1=on("bye")), *more, BYE, Hangup("silent", AT), Hangup("wrong", AT))


# --- speaking --------------------------------------------------------------------------------------------------------


async def test_a_sentence_that_may_not_be_interrupted_is_one_playback() -> None:
    flow = single(Play("hello", AT, "hello", {}, to("bye"), interruptible=False), BYE)
    stage = Stage(flow, Speech(several={"hello": 2}))
    await stage.call('> EXEC "Playback" "/s/zh-CN/hello.1&/s/zh-CN/hello.2"', "< 200 result=0", *OVER)
    assert stage.journeys.steps == ["hello: said", "bye: ended"]
    assert stage.journeys.ends == ["finished"]


async def test_a_sentence_that_may_be_interrupted_listens_from_its_first_sound_on() -> None:
    await Stage(single(GREETING, BYE)).call('> GET DATA "/s/zh-CN/hello" 1 1', "< 200 result= (timeout)", *OVER)


async def test_a_key_during_a_sentence_of_several_sounds_never_enters_a_variable() -> None:
    await Stage(single(GREETING, BYE), Speech(several={"hello": 2})).call(
        '> STREAM FILE "/s/zh-CN/hello.1" "0123456789*#ABCD" 0',
        "< 200 result=0 endpos=8000",
        '> GET DATA "/s/zh-CN/hello.2" 1 1',
        "< 200 result= (timeout)",
        *OVER,
    )


@pytest.mark.parametrize(("key", "result"), [("1", "200 result=1"), ("#", "200 result=")])
async def test_the_key_that_interrupts_answers_the_next_question_without_a_word(key: str, result: str) -> None:
    hello = Play("hello", AT, "hello", {}, to("ask"))
    both = replace(menu("ask"), keys={"1": on("bye"), "#": on("bye")})
    flow = single(hello, both, BYE, Hangup("silent", AT), Hangup("wrong", AT))
    stage = Stage(flow)
    await stage.call('> GET DATA "/s/zh-CN/hello" 1 1', f"< {result}", *OVER)
    assert stage.journeys.steps == ["hello: interrupted", f"ask: key {key}", "bye: ended"]


async def test_instants_are_told_in_the_hotlines_zone() -> None:
    stage = Stage(single(Play("hello", AT, "hello", given(at="now"), to("bye")), BYE))
    await stage.call('> GET DATA "/s/zh-CN/hello" 1 1', "< 200 result= (timeout)", *OVER)
    ((_, args, _),) = stage.speech.said
    assert isinstance(at := args["at"], datetime)
    assert at.isoformat() == "2026-11-20T18:00:00+08:00"


# --- asking ----------------------------------------------------------------------------------------------------------


async def test_a_menu_tells_its_clock_and_takes_one_key() -> None:
    stage = Stage(asked())
    await stage.call(
        *setting(**{"TIMEOUT(response)": "6.000"}), '> GET DATA "/s/zh-CN/ask-message" 0 1', "< 200 result=1", *OVER
    )
    assert stage.journeys.steps == ["ask: key 1", "bye: ended"]


async def test_clocks_are_told_only_when_they_change() -> None:
    two = menu("two", k1=on("number"))
    number = replace(collect("number", then="bye"), first_digit_ms=6_000)
    flow = single(menu("one", k1=on("two")), two, number, BYE, Hangup("silent", AT), Hangup("wrong", AT))
    await Stage(flow).call(
        *setting(**{"TIMEOUT(response)": "6.000"}),
        '> GET DATA "/s/zh-CN/one-message" 0 1',
        "< 200 result=1",
        '> GET DATA "/s/zh-CN/two-message" 0 1',
        "< 200 result=1",
        *setting(**{"TIMEOUT(digit)": "3.000"}),
        '> GET DATA "/s/zh-CN/number-message" 0 7',
        "< 200 result=4711",
        *OVER,
    )


async def test_keys_of_an_entry_never_enter_a_variable_of_the_channel() -> None:
    flow = single(collect(then="bye", sensitive=True), BYE, Hangup("silent", AT), Hangup("wrong", AT))
    await Stage(flow, Speech(several={"ask-message": 2})).call(
        *setting(**{"TIMEOUT(response)": "5.000", "TIMEOUT(digit)": "3.000"}),
        '> STREAM FILE "/s/zh-CN/ask-message.1" "0123456789*#ABCD" 0',
        "< 200 result=52 endpos=8",
        '> GET DATA "" 0 6',
        "< 200 result=711",
        *OVER,
    )


async def test_what_was_typed_ahead_is_completed_without_the_question() -> None:
    hello = Play("hello", AT, "hello", {}, to("ask"))
    flow = single(hello, collect(then="bye"), BYE, Hangup("silent", AT), Hangup("wrong", AT))
    stage = Stage(flow)
    await stage.call(
        '> GET DATA "/s/zh-CN/hello" 1 1',
        "< 200 result=4",
        *setting(**{"TIMEOUT(response)": "3.000", "TIMEOUT(digit)": "3.000"}),
        '> GET DATA "" 0 6',
        "< 200 result=711",
        *OVER,
    )
    assert stage.journeys.traces[1].detail == {"keys": "4"}


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("200 result= (timeout)", "no input"), ("200 result=12 (timeout)", "wrong input"), ("200 result=", "wrong input")],
)
async def test_silence_and_too_few_keys_are_told_apart(result: str, outcome: str) -> None:
    one_try = collect(then="bye")
    one_try = replace(
        one_try, no_input=replace(one_try.no_input, tries=1), wrong_input=replace(one_try.wrong_input, tries=1)
    )
    stage = Stage(single(one_try, BYE, Hangup("silent", AT), Hangup("wrong", AT)))
    clocks = setting(**{"TIMEOUT(response)": "5.000", "TIMEOUT(digit)": "3.000"})
    await stage.call(*clocks, '> GET DATA "/s/zh-CN/ask-message" 0 7', f"< {result}", *OVER)
    assert stage.journeys.steps[0] == f"ask: {outcome}"


async def test_a_choice_to_be_remembered_is_kept_for_the_calling_number_and_for_no_withheld_one() -> None:
    flow = single(menu("ask", remember="caller", k1=on("bye")), BYE, Hangup("silent", AT), Hangup("wrong", AT))
    talk = (
        *setting(**{"TIMEOUT(response)": "6.000"}),
        '> GET DATA "/s/zh-CN/ask-message" 0 1',
        "< 200 result=1",
        *OVER,
    )
    stage = Stage(flow)
    await stage.call(*talk)
    await stage.call(*talk, caller="")
    assert stage.memory.kept == [("8613800138000", "main.ask", "1")]


# --- data, hours, scripts --------------------------------------------------------------------------------------------

LOOKED_UP = single(lookup(then="bye"), BYE, Hangup("late", AT), Hangup("failed", AT))
COVERED = single(replace(lookup(then="bye"), meanwhile="one-moment"), BYE, Hangup("late", AT), Hangup("failed", AT))


async def test_an_answer_within_a_breath_is_covered_by_nothing() -> None:
    stage = Stage(COVERED)
    stage.lookups.answer = Found({"amount": 1})
    asyncio.get_running_loop().call_later(0.05, stage.lookups.may_answer.set)
    await stage.call(*OVER)
    assert stage.journeys.steps == ["find: found", "bye: ended"]


async def test_a_longer_wait_is_covered_by_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perform, "BREATH_S", 0.01)
    stage = Stage(COVERED)
    stage.lookups.answer = LookupLate()
    async with stage.serving() as server, calling(server, None) as peer:
        peer.say(*header())
        assert await peer.hear() == LINKED[0][2:]
        peer.say(LINKED[1][2:])
        assert await peer.hear() == 'EXEC "Playback" "/s/zh-CN/one-moment"'
        stage.lookups.may_answer.set()
        peer.say("200 result=0")
        assert await peer.hear() == 'SET VARIABLE "HL_NEXT" "hangup"'
        peer.say("200 result=1")
        await peer.ended()
    assert stage.journeys.steps == ["find: late", "late: ended"]


@pytest.mark.parametrize("flows_", [LOOKED_UP, COVERED], ids=["bare", "covered"])
async def test_a_lookup_is_stopped_when_the_caller_leaves(flows_: FlowSet) -> None:
    stage = Stage(flows_)
    async with stage.serving() as server, calling(server, None) as peer:
        peer.say(*header())
        assert await peer.hear() == LINKED[0][2:]
        peer.say(LINKED[1][2:], "HANGUP")
        async with asyncio.timeout(60):
            await stage.lookups.stopped.wait()
        await peer.ended()
    assert stage.journeys.steps == ["find: hung up"]
    assert stage.journeys.ends == ["hung_up"]


@pytest.mark.parametrize(("is_open", "outcome"), [(True, "open"), (False, "closed")])
async def test_hours_are_asked_of_the_release_the_call_began_with(is_open: bool, outcome: str) -> None:  # noqa: FBT001 - pytest hands parameters over by name
    stage = Stage(single(Hours("now_open", AT, "office", "bye", "bye"), BYE))
    stage.hours.open = is_open
    await stage.call(*OVER)
    assert stage.journeys.steps[0] == f"now_open: {outcome}"


@pytest.mark.parametrize(("ok", "outcome"), [(True, "done"), (False, "failed")])
async def test_a_script_runs_on_the_call_and_tells_how_it_ended(ok: bool, outcome: str) -> None:  # noqa: FBT001 - as above
    script = Script("run", AT, "old", (parse("call.caller"),), "bye", to("bye"))
    stage = Stage(single(script, BYE))
    stage.scripts.ok = ok
    await stage.call("> NOOP", "< 200 result=0", *OVER)
    assert stage.journeys.steps[0] == f"run: {outcome}"
    assert stage.scripts.ran == [("old", ("8613800138000",))]


async def test_a_caller_who_left_during_a_script_has_hung_up() -> None:
    stage = Stage(single(Script("run", AT, "old", (), "bye", to("bye")), BYE))
    await stage.call("> NOOP", "< HANGUP", "< 200 result=0")
    assert stage.journeys.steps == ["run: hung up"]


# --- voicemail -------------------------------------------------------------------------------------------------------

VOICEMAIL = single(Voicemail("record", AT, "messages", "leave-word", {}, 120_000, to("bye")), BYE)


async def recorded(stage: Stage, *end: str) -> None:
    """Leave a message; the name of its file is new each time."""
    async with stage.serving() as server, calling(server, None) as peer:
        peer.say(*header())
        assert await peer.hear() == LINKED[0][2:]
        peer.say(LINKED[1][2:])
        assert await peer.hear() == 'EXEC "Playback" "/s/zh-CN/leave-word"'
        peer.say("200 result=0")
        words = (await peer.hear()).split(" ")
        assert words[:2] == ["RECORD", "FILE"]
        assert words[2].startswith('"/rec/')
        assert words[3:] == ['"wav"', '"#"', "120000", "0", '"BEEP"', '"s=5"']
        for line in end:
            if line.startswith("> "):
                assert await peer.hear() == line[2:]
            else:
                peer.say(line[2:])
        await peer.ended()
    assert server.counts.failed == 0


async def test_a_message_that_is_ended_by_its_key_is_kept() -> None:
    stage = Stage(VOICEMAIL)
    await recorded(stage, "< 200 result=35 (dtmf) endpos=16000", *OVER)
    ((box, path, seconds),) = stage.mailbox.kept
    assert (box, path.startswith("/rec/"), path.endswith(".wav"), seconds) == ("messages", True, True, 2.0)
    assert stage.journeys.traces[0].detail == {"seconds": "2.0"}


async def test_a_message_that_is_ended_by_a_hangup_is_kept_too() -> None:
    stage = Stage(VOICEMAIL)
    await recorded(stage, "< 200 result=-1 (hangup) endpos=12000", "< HANGUP")
    assert [seconds for _, _, seconds in stage.mailbox.kept] == [1.5]
    assert (stage.journeys.steps, stage.journeys.ends) == (["record: hung up"], ["hung_up"])


async def test_a_caller_who_says_nothing_leaves_nothing() -> None:
    stage = Stage(VOICEMAIL)
    await recorded(stage, "< 200 result=-1 (hangup) endpos=0", "< HANGUP")
    assert stage.mailbox.kept == []


async def test_a_recording_that_cannot_be_written_leads_to_a_person() -> None:
    stage = Stage(VOICEMAIL)
    await recorded(stage, "< 200 result=-1 (writefile) endpos=0", *RESCUED)
    assert stage.mailbox.kept == []
    assert stage.journeys.steps == ["record: rescued"]


# --- the channel's language, for what Asterisk says by itself ---------------------------------------------------------

SPOKEN = setting(**{"CHANNEL(language)": "en"})
TO_ENGLISH = Assign("english", AT, given(language="'en'"), to("hello"))


async def test_the_channel_speaks_the_language_a_caller_has_chosen_from_the_choice_on() -> None:
    flow = single(menu("ask", k1=on("english")), TO_ENGLISH, GREETING, BYE, Hangup("silent", AT), Hangup("wrong", AT))
    await Stage(flow).call(
        *setting(**{"TIMEOUT(response)": "6.000"}),
        '> GET DATA "/s/zh-CN/ask-message" 0 1',
        "< 200 result=1",
        *SPOKEN,
        '> GET DATA "/s/en/hello" 1 1',
        "< 200 result= (timeout)",
        *OVER,
    )


async def test_a_channel_of_another_language_is_told_the_calls_before_a_segments_first_word() -> None:
    stage = Stage(single(WAIT, replace(GREETING, name="asked"), BYE, Hangup("key", AT)))
    chinese = setting(**{"CHANNEL(language)": "zh-CN"})
    await stage.call(*chinese, *WAITING, language="en")
    hello = ('> GET DATA "/s/zh-CN/hello" 1 1', "< 200 result= (timeout)")
    await stage.call(*hello, *OVER, args=("sealed1", "queue:CONTINUE"))
    await stage.call(*chinese, *hello, *OVER, args=("sealed1", "queue:CONTINUE"), language="yue-HK")


async def test_a_caller_who_is_given_up_hears_the_rescue_in_the_language_chosen() -> None:
    english = Assign("english", AT, given(language="'en'"), to("nowhere"))
    await Stage(single(english)).call(*SPOKEN, *RESCUED)
    stage = Stage(single(replace(english, then=to("wait")), WAIT, ASKED, BYE, Hangup("key", AT)))
    stage.fake_seal.full = True
    await stage.call(*SPOKEN, *RESCUED)


# --- between segments ------------------------------------------------------------------------------------------------

ASKED = menu("asked", k1=on("bye"))
AROUND = single(WAIT, ASKED, BYE, Hangup("key", AT), Hangup("silent", AT), Hangup("wrong", AT))


async def test_the_last_words_before_a_queue_are_its_parameters_and_the_very_last_is_what_comes_next() -> None:
    stage = Stage(AROUND)
    await stage.call(*WAITING)
    assert (stage.journeys.steps, stage.journeys.ends) == (["wait: handed over"], ["queued"])


async def test_the_last_words_before_a_dial() -> None:
    flow = single(Dial("out", AT, parse("'PJSIP/1001'"), 20_000, {"failed": "bye"}), BYE)
    stage = Stage(flow)
    await stage.call(*WAITING[:8], *setting(HL_TO="PJSIP/1001", HL_RING="20", HL_NEXT="dial"))
    assert stage.journeys.ends == ["dialled"]


@pytest.mark.parametrize(
    ("result", "steps"),
    [
        ("queue:TIMEOUT", ["wait: timed_out", "bye: ended"]),
        ("queue:KEY:1", ["wait: left_by_key", "key: ended"]),
        ("", ["wait: failed", "bye: ended"]),
    ],
)
async def test_a_call_comes_back_where_it_left(result: str, steps: list[str]) -> None:
    stage = Stage(AROUND)
    await stage.call(*WAITING)
    await stage.call(*OVER, args=("sealed1", result))
    assert stage.journeys.steps[1:] == steps
    assert [trace.segment for trace in stage.journeys.traces] == [1, 2, 2]
    assert len(stage.journeys.began) == 1, "a call begins once"


async def test_a_secret_does_not_outlive_its_segment() -> None:
    pin = collect("pin", then="wait", into="pin", sensitive=True)
    flow = single(pin, WAIT, ASKED, BYE, Hangup("key", AT), Hangup("silent", AT), Hangup("wrong", AT))
    stage = Stage(flow)
    clocks = setting(**{"TIMEOUT(response)": "5.000", "TIMEOUT(digit)": "3.000"})
    await stage.call(*clocks, '> GET DATA "/s/zh-CN/pin-message" 0 7', "< 200 result=4711", *WAITING)
    assert "4711" not in str(stage.fake_seal.sealed)


async def test_a_vip_is_told_to_the_bridge() -> None:
    stage = Stage(
        single(
            Assign("mark", AT, given(vip="true"), to("wait")),
            WAIT,
            ASKED,
            BYE,
            Hangup("key", AT),
            Hangup("silent", AT),
            Hangup("wrong", AT),
        )
    )
    talk = [line.replace('"HL_VIP" "0"', '"HL_VIP" "1"') for line in WAITING]
    await stage.call(*talk)


async def test_a_call_ends_on_the_version_it_began_with() -> None:
    stage = Stage(AROUND)
    await stage.call(*WAITING)
    older = stage.releases.current
    newer = flows(flow("main", Hangup("only", AT)), version="ba9876543210")
    stage.releases.current, stage.releases.older = Release(newer, stage.speech, stage.hours), {"0123456789ab": older}
    await stage.call(*OVER, args=("sealed1", "queue:TIMEOUT"))
    assert stage.journeys.steps[1:] == ["wait: timed_out", "bye: ended"]


# --- what cannot be taken up, done or kept ---------------------------------------------------------------------------


async def test_a_version_that_is_gone_leads_to_a_person_and_leaves_a_trace() -> None:
    stage = Stage(AROUND)
    await stage.call(*WAITING)
    newer = flows(flow("main", Hangup("only", AT)), version="ba9876543210")
    stage.releases.current = Release(newer, stage.speech, stage.hours)
    with capture_logs() as logs:
        await stage.call(*RESCUED, args=("sealed1", "queue:TIMEOUT"))
    assert [line["event"] for line in logs] == ["call_cannot_be_taken_up"]
    assert (stage.journeys.steps[1:], stage.journeys.ends) == (["wait: rescued"], ["queued", "rescued"])


def real_cursor(uniqueid: str) -> tuple[CursorSeal, str]:
    seal = CursorSeal(Fernet.generate_key())
    facts = CallFacts("96956", "8613800138000", uniqueid=uniqueid, linkedid=uniqueid)
    return seal, seal.seal(begin(AROUND, "main", facts, "zh-CN"))


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text[:-4],
        lambda text: text[:40] + ("A" if text[40] != "A" else "B") + text[41:],
        lambda _: "garbage",
        lambda _: real_cursor(UNIQUEID)[1],
    ],
    ids=["cut", "changed", "garbage", "anothers key"],
)
async def test_a_cursor_that_is_not_ours_leads_to_a_person(broken: Callable[[str], str]) -> None:
    seal, text = real_cursor(UNIQUEID)
    stage = Stage(AROUND, seal=seal)
    with capture_logs() as logs:
        await stage.call(*RESCUED, args=(broken(text), "queue:TIMEOUT"))
    assert [line["event"] for line in logs] == ["call_cannot_be_taken_up"]


async def test_the_cursor_of_another_call_leads_to_a_person() -> None:
    seal, text = real_cursor("gz-1-100.2")
    await Stage(AROUND, seal=seal).call(*RESCUED, args=(text, "queue:TIMEOUT"))


async def test_a_cursor_too_long_to_be_kept_leads_to_a_person_with_one_line() -> None:
    stage = Stage(AROUND)
    stage.fake_seal.full = True
    with capture_logs() as logs:
        await stage.call(*RESCUED)
    assert [line["event"] for line in logs] == ["not_handed_over"]
    assert stage.journeys.steps == ["wait: handed over", "wait: rescued"]
    assert stage.journeys.ends == ["rescued"]


async def test_a_sentence_that_cannot_be_said_leads_to_a_person_and_leaves_a_trace() -> None:
    stage = Stage(single(GREETING, BYE), Speech(mute=frozenset({"hello"})))
    with capture_logs() as logs:
        await stage.call(*RESCUED)
    assert [line["event"] for line in logs] == ["cannot_say"]
    (trace,) = stage.journeys.traces
    assert (trace.verb, trace.step, trace.outcome, trace.detail) == (
        "play",
        "hello",
        "rescued",
        {"reason": "a sentence could not be said"},
    )
    assert (trace.ordinal, stage.journeys.ends) == (1, ["rescued"])


@pytest.mark.parametrize(
    "refusal",
    [
        ("< 200 result=-1", "> CHANNEL STATUS", "< 200 result=6"),
        ("< 510 Invalid or unknown command",),
        ("< 520 Invalid command syntax.  Proper usage not available.",),
    ],
    ids=["no such file", "510", "520"],
)
async def test_what_asterisk_refuses_leads_to_a_person(refusal: tuple[str, ...]) -> None:
    stage = Stage(single(GREETING, BYE))
    await stage.call('> GET DATA "/s/zh-CN/hello" 1 1', *refusal, *RESCUED)
    assert (stage.journeys.steps, stage.journeys.ends) == (["hello: rescued"], ["rescued"])


async def test_a_refusal_among_the_last_words_leads_to_a_person() -> None:
    stage = Stage(AROUND)
    await stage.call(*WAITING[:9], "< 520 Invalid command syntax.  Proper usage not available.", *RESCUED)
    assert stage.journeys.ends == ["rescued"]


async def test_a_defect_of_the_flow_leads_to_a_person() -> None:
    stage = Stage(single(Play("hello", AT, "hello", {}, to("nowhere"))))
    await stage.call('> GET DATA "/s/zh-CN/hello" 1 1', "< 200 result= (timeout)", *RESCUED)
    assert stage.journeys.ends == ["rescued"]


# --- after a talk ----------------------------------------------------------------------------------------------------

ASKING = (*setting(**{"TIMEOUT(response)": "6.000"}), '> GET DATA "/s/zh-CN/asked-message" 0 1')


async def test_who_asks_for_something_new_after_a_talk_is_not_served_any_more() -> None:
    again = single(
        WAIT,
        menu("asked", k1=on("more")),
        menu("more", k1=on("bye")),
        BYE,
        Hangup("key", AT),
        Hangup("silent", AT),
        Hangup("wrong", AT),
    )
    stage = Stage(again)
    await stage.call(*WAITING)
    await stage.call(
        *ASKING,
        "< 200 result=1",
        *setting(HL_SERVED=""),
        '> GET DATA "/s/zh-CN/more-message" 0 1',
        "< 200 result=1",
        *OVER,
        args=("sealed1", "queue:CONTINUE"),
    )


async def test_who_presses_nothing_after_a_talk_stays_served() -> None:
    once = replace(ASKED, no_input=replace(ASKED.no_input, tries=1))
    stage = Stage(single(WAIT, once, BYE, Hangup("key", AT), Hangup("silent", AT), Hangup("wrong", AT)))
    await stage.call(*WAITING)
    await stage.call(*ASKING, "< 200 result= (timeout)", *OVER, args=("sealed1", "queue:CONTINUE"))


async def test_who_was_not_served_is_told_nothing_about_it() -> None:
    waits = replace(WAIT, after={"timed_out": "asked", "failed": "bye"})
    stage = Stage(single(waits, ASKED, BYE, Hangup("silent", AT), Hangup("wrong", AT)))
    await stage.call(*WAITING)
    await stage.call(*ASKING, "< 200 result=1", *OVER, args=("sealed1", "queue:TIMEOUT"))


# --- leaving, at every moment ----------------------------------------------------------------------------------------

LONG = single(
    Play("hello", AT, "hello", {}, to("ask"), interruptible=False),
    menu("ask", k1=on("pin")),
    Collect(
        "pin", AT, "pin-message", {}, "pin", 4, 6, to("find"), ASKED.no_input, ASKED.wrong_input, 6_000, sensitive=True
    ),
    lookup(then="run"),
    Script("run", AT, "old", (), "bye", to("record")),
    Voicemail("record", AT, "messages", "leave-word", {}, 120_000, to("wait")),
    WAIT,
    ASKED,
    *(Hangup(name, AT) for name in ("bye", "key", "silent", "wrong", "late", "failed")),
)
ANSWERS = {
    "GET VARIABLE": f"200 result=1 ({UNIQUEID})",
    "EXEC": "200 result=0",
    "SET VARIABLE": "200 result=1",
    "GET DATA": "200 result=1",
    "NOOP": "200 result=0",
    "RECORD FILE": "200 result=35 (dtmf) endpos=8000",
    "CHANNEL STATUS": "511 Command Not Permitted on a dead channel or intercept routine",
}
COMMANDS = 17
"""What the long call says in all."""


def answer_to(line: str, *, pin: bool) -> str:
    if pin and line.startswith("GET DATA"):
        return "200 result=4711"
    return next(answer for verb, answer in ANSWERS.items() if line.startswith(verb))


async def led(server: AgiServer, leaves_at: int, how: str) -> int:
    """Lead the long call, and leave at its n-th command; how many there were."""
    async with calling(server, None) as peer:
        peer.say(*header())
        count = 0
        while line := await peer.hear():
            count += 1
            if count < leaves_at:
                peer.say(answer_to(line, pin="pin-message" in line))
            elif how == "cut":
                peer.cut()
                break
            elif count == leaves_at and how == "line":
                peer.say("HANGUP", answer_to(line, pin=False))
            elif count == leaves_at:
                peer.say("200 result=-1", "HANGUP")
            else:
                alive = line.startswith(("SET VARIABLE", "GET VARIABLE"))
                peer.say(answer_to(line, pin=False) if alive else ANSWERS["CHANNEL STATUS"])
    async with asyncio.timeout(60):
        while server.calls:  # noqa: ASYNC110 - the server has no event for its last call's end
            await asyncio.sleep(0)
    return count


@pytest.mark.parametrize("how", ["line", "result", "cut"])
@pytest.mark.parametrize("leaves_at", range(1, COMMANDS + 1))
async def test_a_caller_may_leave_at_every_moment(leaves_at: int, how: str) -> None:
    stage = Stage(LONG)
    stage.lookups.may_answer.set()
    with capture_logs() as logs:
        async with stage.serving() as server:
            await led(server, leaves_at, how)
    assert server.counts.failed == 0
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    if stage.journeys.began:
        assert stage.journeys.ends == ["hung_up"]


async def test_the_long_call_is_as_long_as_it_is_said_to_be() -> None:
    stage = Stage(LONG)
    stage.lookups.may_answer.set()
    async with stage.serving() as server:
        assert await led(server, COMMANDS + 1, "line") == COMMANDS
    assert stage.journeys.ends == ["queued"]
