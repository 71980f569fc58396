"""What a call leaves behind for people, and what becomes of it when the caller hangs up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.engine import effects as fx
from ivr.engine.cursor import read, write
from ivr.engine.inputs import HungUp, Keys, Recorded, Returned, Silence, Spoken, Started
from ivr.engine.machine import begin, step
from ivr.engine.play_script import NOON, Heard, PlayScript
from ivr.flow import model
from ivr.flow.expressions import parse
from ivr.flow.model import END
from tests.ivr.engine.making import AT, FACTS, flow, flows, given, left, on, single, to

NOON_MS = round(NOON.timestamp() * 1000)
RATE = model.Survey(
    "rate",
    AT,
    survey="after-talk",
    questions=(model.Question("helpful", "how-helpful", "12345"), model.Question("solved", "is-it-solved", "12")),
    no_input=model.Tries(2, "bye", "no-key", 4000),
    wrong_input=model.Tries(2, "bye", "wrong-key"),
    then=(on("low", when="rating.helpful <= 2"), on("bye")),
    into="rating",
)
BYE, LOW = model.Hangup("bye", AT, "bye"), model.Hangup("low", AT, "so-sorry")
RECORD = model.RecordWords("record", AT, "speak", {}, "words", 60_000, to("ticket"))
TICKET = model.Ticket("ticket", AT, "fault", given(account="'755'", words="null"), to("bye"), "red", parse("words"))


def surveyed(helpful: int | None = None, solved: int | None = None, visit: int = 1) -> fx.Surveyed:
    return fx.Surveyed("main.rate", "after-talk", (("helpful", helpful), ("solved", solved)), visit, NOON_MS)


def acting(*steps: model.Step, traces: bool = False) -> PlayScript:
    return PlayScript(single(*steps), "main", FACTS, traces=traces)


def test_a_survey_puts_its_questions_and_each_answer_is_kept_at_once() -> None:
    assert (
        acting(RATE, BYE, LOW)
        << surveyed()
        << Heard("how-helpful")
        >> Keys("5")
        << surveyed(5)
        << Heard("is-it-solved")
        >> Keys("2")
        << surveyed(5, 2)
        << Heard("bye")
    )


def test_the_answers_are_numbers_that_decide_the_way_on() -> None:
    played = acting(RATE, BYE, LOW) << surveyed() << fx.Ask >> Keys("2") << surveyed(2) << fx.Ask
    assert played >> Keys("1") << surveyed(2, 1) << Heard("so-sorry")
    assert played.cursor.top.variables["rating"] == {"helpful": 2, "solved": 1}


def test_each_question_has_its_own_tries_and_who_does_not_answer_is_asked_no_more() -> None:
    assert (
        acting(RATE, BYE, LOW)
        << surveyed()
        << Heard("how-helpful")
        >> Keys("9")
        << Heard("wrong-key", "how-helpful")
        >> Silence()
        << Heard("no-key", "how-helpful")
        >> Keys("3")
        << surveyed(3)
        << Heard("is-it-solved")
        >> Keys("3")
        << Heard("wrong-key", "is-it-solved")
        >> Silence()
        << Heard("no-key", "is-it-solved")
        >> Silence()
        << Heard("bye")
    )


def test_keys_typed_ahead_answer_questions() -> None:
    greet = model.Play("greet", AT, "hello", {}, to("rate"))
    played = acting(greet, RATE, BYE, LOW) << fx.Say >> Spoken("4") << surveyed()
    assert played << fx.Ask(
        (fx.Utterance("how-helpful", {}, "zh-CN"),), 1, 4000, 0, terminator="", sensitive=False, typed_ahead="4"
    )


def test_a_survey_that_is_asked_again_is_another_one() -> None:
    once = replace(RATE, questions=RATE.questions[:1], then=to("rate"), into=None)
    one = (("helpful", None),)
    assert (
        acting(once, BYE)
        << fx.Surveyed("main.rate", "after-talk", one, 1, NOON_MS)
        << fx.Ask
        >> Keys("5")
        << fx.Surveyed("main.rate", "after-talk", (("helpful", 5),), 1, NOON_MS)
        << fx.Surveyed("main.rate", "after-talk", one, 2, NOON_MS)
        << fx.Ask
    )


def test_a_ticket_refers_to_what_was_recorded() -> None:
    assert (
        acting(RECORD, TICKET, BYE)
        << fx.Record(None, fx.Utterance("speak", {}, "zh-CN"), 60_000, 5_000)
        >> Recorded(3.5, "gz-1/r1")
        << fx.TicketOpened("main.ticket", "fault", "red", {"account": "755", "words": None}, "gz-1/r1", 1)
        << Heard("bye")
    )


def test_a_caller_who_hangs_up_after_speaking_has_still_reported() -> None:
    """Everything that waits for nobody is done, in a subflow too; nothing is said to nobody."""
    inner = flow("inner", replace(TICKET, recording=parse("words"), then=to(END)), takes=("words",))
    calling = flows(
        flow(
            "main",
            replace(RECORD, then=to("file")),
            model.Subflow("file", AT, "inner", given(words="words"), None, to("bye")),
            BYE,
        ),
        inner,
    )
    played = PlayScript(calling, "main", FACTS, traces=True) << fx.Record >> Recorded(3.5, "gz-1/r1", gone=True)
    assert (
        played
        << left("main", "record", "record", "recorded", "file", {"seconds": "3.5"})
        << left("main", "file", "subflow", "entered", "inner.ticket")
        << fx.TicketOpened("inner.ticket", "fault", "red", {"account": "755", "words": None}, "gz-1/r1", 1)
        << left("inner", "ticket", "ticket", "opened", END, {"kind": "fault"})
        << left("main", "file", "subflow", "returned", "bye")
        << left("main", "bye", "hangup", "hung up", END)
        << fx.HangUp()
    )


def test_a_caller_who_says_nothing_leaves_no_recording() -> None:
    played = acting(RECORD, TICKET, BYE) << fx.Record >> Recorded(0.0)
    assert (
        played << fx.TicketOpened("main.ticket", "fault", "red", {"account": "755", "words": None}, None, 1) << fx.Say
    )
    assert acting(RECORD, TICKET, BYE) << fx.Record >> HungUp() << fx.HangUp()


def asked(number: str = "call.caller", **more: int) -> model.Callback:
    return model.Callback("back", AT, "service", parse(number), parse("'nobody free'"), to("bye"), **more)


def test_a_callback_keeps_the_place_of_a_caller_who_has_waited() -> None:
    waiting = model.Queue("wait", AT, "service", 0, 60_000, {"timed_out": "back"})
    calling = single(waiting, asked(not_after_ms=60_000), BYE)
    cursor = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOON).cursor
    later = step(calling, read(write(cursor)), Returned("timed_out"), NOON + timedelta(minutes=5))
    note = next(effect for effect in later.effects if isinstance(effect, fx.CallbackAsked))
    assert note == fx.CallbackAsked(
        "main.back", "service", FACTS.caller, "nobody free", entered_ms=NOON_MS, not_before_ms=None, not_after_ms=60_000
    )
    assert FACTS.caller not in repr(note)
    assert not any(FACTS.caller in repr(effect) for effect in later.effects)


def test_a_caller_who_has_not_waited_keeps_the_time_the_call_began() -> None:
    note = fx.CallbackAsked("main.back", "service", "13800138000", "nobody free", NOON_MS, None, None)
    assert acting(asked("'13800138000'"), BYE) << note << Heard("bye")


@pytest.mark.parametrize("number", ["null", "''", "'anonymous'", "'1,2'", "5", "'1'"])
def test_what_no_telephone_can_call_brings_the_caller_to_a_person(number: str) -> None:
    rescue = fx.Rescue("main.back: the number to call back is no telephone number")
    assert acting(asked(number), BYE) << rescue


@pytest.mark.parametrize("kept", [asked("pin"), replace(TICKET, args=given(account="pin"), recording=None)])
def test_nothing_sensitive_is_kept_whatever_the_check_has_let_through(kept: model.Step) -> None:
    pin = model.Collect(
        "pin", AT, "pin", {}, "pin", 4, 4, to(kept.name), model.Tries(1, END), model.Tries(1, END), sensitive=True
    )
    played = acting(pin, kept, BYE) << fx.Ask >> Keys("4711")
    assert played << fx.Rescue
