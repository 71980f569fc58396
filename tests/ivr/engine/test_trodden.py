"""Turns made again are the turns worked out: on any flow, for any input, whoever calls and whenever."""

from __future__ import annotations

import random
from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.config.load import load_hotline
from ivr.engine import effects as fx
from ivr.engine import trodden
from ivr.engine.cursor import Cursor, Waiting, read, write
from ivr.engine.draft import Draft
from ivr.engine.inputs import CallFacts, HungUp, Keys, Schedule, Silence, Spoken, Started
from ivr.engine.machine import FITS, Move, begin, step, worked_out
from ivr.engine.play_script import NOON
from ivr.flow import model
from ivr.flow.load import load_flow
from ivr.flow.model import END, FlowSet
from tests.ivr.engine.making import AT, FACTS, collect, flow, flows, menu, on, single, to
from tests.ivr.engine.test_machine import ANY_INPUT, any_flows, lenient, subflow
from tests.ivr.engine.test_sample_hotline import ANSWERS, FOLDER, ROWS
from tests.ivr.engine.test_sound_flows import GIVING_UP, answered, written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ivr.engine.inputs import Input
    from ivr.engine.standing import Standing

OTHER_CALLER = CallFacts("96956", "", "", "gz-1-100.2", "gz-1-100.2", {"main.s0": "1"})
LATER = NOON + timedelta(days=1, milliseconds=7)


class Both:
    """A call that is led by both: on flows that remember turns, and on the same flows that never do."""

    def __init__(self, flow_set: FlowSet, facts: CallFacts = FACTS, language: str = "zh-CN") -> None:
        self._flows = flow_set
        self.cursor = begin(flow_set, "main", facts, language)
        self._now = NOON
        self.made_again = 0
        self.last = self.tell(Started(facts))

    def tell(self, event: Input) -> fx.Effect:
        """Both make the same of it, to the last figure."""
        self._now += timedelta(milliseconds=1234)
        wanted = worked_out(replace(self._flows), self.cursor, event, self._now)
        self.made_again += is_known(self._flows, self.cursor, event, self._now)
        before = whole(self.cursor)
        got = step(self._flows, self.cursor, event, self._now)
        assert seen(got) == seen(wanted)
        assert whole(self.cursor) == before, "a cursor that was given was changed"
        self.cursor = got.cursor
        self.last = got.effects[-1]
        return self.last


WORKED_OUT = Move(begin(flows(), "main", FACTS, "en"), ())
only_again = trodden.again_or(lambda *_: WORKED_OUT)


def is_known(flow_set: FlowSet, cursor: Cursor, event: Input, now: datetime) -> bool:
    return only_again(flow_set, cursor, event, now) is not WORKED_OUT


def kept(flow_set: FlowSet) -> list[tuple[Standing, object, trodden.Trodden]]:
    """All turns that are remembered: from where, what was heard, and what it came to."""
    return [(at, heard, turn) for at in flow_set.trodden.places.values() for heard, turn in at.turns.items()]


def seen(move: Move) -> tuple[object, ...]:
    """A move with what its lines of the journey leave out of a comparison."""
    traces = (each for each in move.effects if isinstance(each, fx.Trace))
    return (whole(move.cursor), move.effects, [(one.ordinal, one.segment, one.took_s, one.way) for one in traces])


def whole(cursor: Cursor) -> tuple[object, ...]:
    """Every part of a cursor, mappings as they are now."""
    frames = [(one, dict(one.variables)) for one in cursor.stack]
    return (cursor, cursor.at.place, frames, dict(cursor.counts), dict(cursor.waited))


def led(flow_set: FlowSet, events: Iterable[Input], facts: CallFacts = FACTS, language: str = "zh-CN") -> Both:
    call = Both(flow_set, facts, language)
    for event in events:
        call.tell(event)
    return call


# --- whatever the flow, whatever the input ---------------------------------------------------------------------------


@lenient
@given(any_flows, st.data())
def test_calls_that_answer_what_is_asked_are_led_as_if_nothing_were_remembered(
    flow_set: FlowSet, data: st.DataObject
) -> None:
    for facts in (FACTS, OTHER_CALLER, FACTS):
        call = Both(flow_set, facts, data.draw(st.sampled_from(("zh-CN", "en"))))
        while call.cursor.waiting is not Waiting.NOTHING:
            kinds = FITS[call.cursor.waiting]
            call.tell(data.draw(ANY_INPUT[data.draw(st.sampled_from(kinds))]))


@lenient
@given(any_flows, st.lists(st.one_of(*ANY_INPUT.values()), max_size=6))
def test_inputs_that_nobody_waits_for_are_answered_as_if_nothing_were_remembered(
    flow_set: FlowSet, events: list[Input]
) -> None:
    led(flow_set, events)
    led(flow_set, events, OTHER_CALLER, "en")


@pytest.mark.parametrize("seed", range(4))
def test_flows_as_people_write_them_are_led_as_if_nothing_were_remembered(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(30):
        texts = {name: written(dice, name) for name in ("main", "inner")}
        readings = [load_flow(text.encode(), f"flows/{name}.yaml", GIVING_UP) for name, text in texts.items()]
        flow_set = flows(*(each.flow for each in readings if each.flow))
        for _ in range(6):
            call = Both(flow_set, dice.choice((FACTS, OTHER_CALLER)), "en")
            while call.cursor.waiting is not Waiting.NOTHING:
                call.tell(answered(dice, call.last))


@lenient
@given(any_flows, st.data())
def test_a_call_goes_on_from_any_earlier_moment_and_from_what_was_written_of_it(
    flow_set: FlowSet, data: st.DataObject
) -> None:
    call = Both(flow_set)
    moments = [call.cursor]
    for _ in range(data.draw(st.integers(0, 12))):
        moment = data.draw(st.sampled_from(moments))
        call.cursor = read(write(moment)) if data.draw(st.booleans()) else moment
        if kinds := FITS[call.cursor.waiting]:
            call.tell(data.draw(ANY_INPUT[data.draw(st.sampled_from(kinds))]))
            moments.append(call.cursor)


@lenient
@given(any_flows, st.data())
def test_nothing_a_caller_typed_said_or_is_can_be_remembered(flow_set: FlowSet, data: st.DataObject) -> None:
    for facts in (FACTS, OTHER_CALLER):
        call = Both(flow_set, facts)
        while call.cursor.waiting is not Waiting.NOTHING:
            kinds = FITS[call.cursor.waiting]
            call.tell(data.draw(ANY_INPUT[data.draw(st.sampled_from(kinds))]))
    for at, heard, turn in kept(flow_set):
        assert type(turn.effect) in {fx.Say, fx.Ask, fx.LookUp, fx.AskHours, fx.AskQueue, fx.Record, fx.RunScript}
        assert heard in {Silence, Spoken, True, False} or (isinstance(heard, str) and len(heard) == 1)
        for one in (at, turn.at):
            assert one is flow_set.trodden.places[one.place]
            assert (one.typed_ahead, one.answers) == ("", ())
            assert type(flow_set.flows[one.flow].steps[one.step]) is not model.Collect or not isinstance(heard, str)


def fitting(asked: fx.Effect) -> list[Input]:
    """What a telephone can answer: one key where one is taken."""
    answers = ROWS[asked.lookup] if isinstance(asked, fx.LookUp) else ANSWERS[type(asked)]
    if not (isinstance(asked, fx.Ask) and asked.max_keys == 1):
        return list(answers)
    return [each for each in answers if not isinstance(each, Keys) or len(each.keys) == 1]


def test_the_sample_is_led_as_if_nothing_were_remembered() -> None:
    sample = load_hotline(FOLDER, {}).flows
    assert sample is not None
    dice = random.Random(7)
    turns = made_again = 0
    for _ in range(200):
        call = Both(sample, dice.choice((FACTS, OTHER_CALLER)), dice.choice(sample.languages))
        while call.cursor.waiting is not Waiting.NOTHING:
            call.tell(dice.choice(fitting(call.last)))
            turns += 1
        made_again += call.made_again
    assert made_again > turns / 5, "hardly a turn was made again: this proves nothing"


# --- what is remembered, and what never ------------------------------------------------------------------------------


def bye(name: str) -> model.Hangup:
    return model.Hangup(name, AT)


SILENT, WRONG = bye("silent"), bye("wrong")


def turning() -> FlowSet:
    """Two menus that lead to each other; made anew, so that nothing is remembered of it yet."""
    return single(menu("a", k1=on("b")), menu("b", k1=on("a"), k2=on("b")), SILENT, WRONG, longest_steps=400)


@pytest.mark.parametrize("event", [Keys("1"), Keys("9"), Silence()])
def test_what_one_caller_did_is_made_again_for_the_next_one(event: Input) -> None:
    calling = turning()
    assert led(calling, [event]).made_again == 0
    assert led(calling, [event], OTHER_CALLER).made_again == 1
    assert led(calling, [event], language="en").made_again == 0


def test_a_message_said_and_hours_asked_are_made_again() -> None:
    hours = model.Hours("b", AT, "office", "c", "c")
    calling = single(model.Play("a", AT, "hello", {}, to("b")), hours, menu("c", k1=on("a")), SILENT, WRONG)
    events = (Spoken(), Schedule(is_open=False))
    led(calling, events)
    assert led(calling, events).made_again == 2


def test_a_turn_made_again_tells_its_own_time_and_counts_its_own_lines() -> None:
    calling = turning()
    led(calling, [Keys("1")])
    cursor = Both(calling).cursor.but(traces=41, segment=3)
    (trace, _) = step(calling, cursor, Keys("1"), LATER).effects
    assert isinstance(trace, fx.Trace)
    assert (trace.ordinal, trace.segment, trace.took_ms) == (42, 3, 24 * 3600 * 1000 + 7 - 1234)


@pytest.mark.parametrize(("longest", "most"), [(5, 25), (400, 3)])
def test_bounds_are_held_for_turns_made_again(longest: int, most: int) -> None:
    calling = turning()
    main = calling.flows["main"]
    steps = {name: replace(each, most_visits=most) for name, each in main.steps.items()}
    calling = replace(calling, flows={"main": replace(main, steps=steps, longest_steps=longest)})
    for _ in range(2):
        call = Both(calling)
        while call.cursor.waiting is not Waiting.NOTHING:
            call.tell(Keys("1"))
        assert isinstance(call.last, fx.Rescue)
        assert sum(call.cursor.visits.values()) == min(longest, 2 * most)
    assert call.made_again == min(longest, 2 * most) - 1


def test_variables_and_their_secrecy_are_each_caller_s_own() -> None:
    calling = single(collect(into="pin", sensitive=True, then="b"), menu("b", k1=on("b")), SILENT, WRONG)
    led(calling, [Keys("4711"), Keys("1")])
    call = led(calling, [Keys("0815"), Keys("1")])
    assert call.made_again == 1
    assert call.cursor.top.variables == {"pin": "0815"}
    assert call.cursor.top.sensitive == {"pin"}


@pytest.mark.parametrize("digits", ["4711", "47", "4"])
@pytest.mark.parametrize("sensitive", [True, False])
def test_digits_of_a_caller_are_remembered_nowhere(digits: str, *, sensitive: bool) -> None:
    calling = single(collect(sensitive=sensitive), bye("next"), SILENT, WRONG)
    led(calling, [Keys(digits), Keys(digits)])
    assert digits not in repr(kept(calling))
    assert digits not in repr(calling.trodden.places.keys())


def test_more_keys_than_a_menu_takes_are_remembered_nowhere() -> None:
    calling = turning()
    led(calling, [Keys("4711"), Keys("")])
    assert kept(calling) == []


def test_in_a_subflow_the_flows_below_stay_as_they_are() -> None:
    inner = flow("inner", menu("a", k1=on("b")), menu("b", k1=on("a")), SILENT, WRONG)
    calling = flows(flow("main", subflow(), bye("next")), inner)
    for _ in range(2):
        call = led(calling, [Keys("1"), Keys("9"), Keys("1")])
        assert [frame.flow for frame in call.cursor.stack] == ["main", "inner"]
    assert call.made_again == 3


def test_a_call_that_stands_elsewhere_is_not_taken_for_one_that_stood_here() -> None:
    calling = turning()
    call = led(calling, [Keys("1"), Keys("1")])
    for other in (
        call.cursor.but(typed_ahead="2"),
        call.cursor.but(version="other"),
        call.cursor.but(waiting=Waiting.SPEECH),
        call.cursor.but(language="en"),
        call.cursor.with_top(replace(call.cursor.top, wrong=1)),
        call.cursor.with_top(replace(call.cursor.top, silent=1)),
    ):
        wanted = worked_out(replace(calling), other, Keys("1"), LATER)
        assert seen(step(calling, other, Keys("1"), LATER)) == seen(wanted)


def test_turns_of_other_flows_under_the_same_version_are_not_taken_for_these() -> None:
    calling, others = turning(), single(menu("a", k1=on("a")), SILENT, WRONG)
    cursor = led(calling, [Keys("1"), Keys("1"), Keys("1"), Keys("1")]).cursor
    assert is_known(calling, cursor, Keys("1"), LATER)
    assert seen(step(others, cursor, Keys("1"), LATER)) == seen(worked_out(replace(others), cursor, Keys("1"), LATER))


def test_what_is_made_again_is_as_frozen_as_what_was_worked_out() -> None:
    calling = turning()
    led(calling, [Keys("1"), Keys("9")])
    for event in (Keys("1"), Keys("9")):
        move = step(calling, Both(calling).cursor, event, LATER)
        for record in (move, move.cursor, *move.effects):
            with pytest.raises(FrozenInstanceError):
                setattr(record, fields(record)[0].name, None)


def test_no_more_turns_are_remembered_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trodden, "MOST", 2)
    calling = turning()
    events = (Keys("1"), Keys("9"), Keys("1"), Silence(), Keys("1"))
    led(calling, events)
    assert led(calling, events).made_again == 2
    assert len(kept(calling)) == calling.trodden.turns == 2


def test_a_turn_that_asked_for_more_is_not_remembered_and_the_comparison_would_see_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = menu("a", k1=on("b", when="call.caller == '8613800138000'"))

    def two_callers() -> None:
        calling = single(asking, menu("b", k1=on("a")), SILENT, WRONG)
        led(calling, [Keys("1")])
        led(calling, [Keys("1")], OTHER_CALLER)

    two_callers()
    monkeypatch.setattr(Draft, "by_place", property(lambda _: True, lambda _, __: None))
    with pytest.raises(AssertionError):
        two_callers()


def test_a_hang_up_and_the_end_of_a_call_are_worked_out_each_time() -> None:
    calling = single(menu("a", k1=on(END)), SILENT, WRONG)
    for event in (HungUp(), Keys("1")):
        led(calling, [event])
        assert led(calling, [event]).made_again == 0


def test_a_turn_through_several_steps_is_worked_out_each_time() -> None:
    calling = single(menu("a", k1=on("b")), model.Branch("b", AT, to("c")), menu("c", k1=on("a")), SILENT, WRONG)
    for _ in range(2):
        call = led(calling, [Keys("1"), Keys("1")])
        assert call.cursor.visits == {"main.a": 2, "main.b": 1, "main.c": 1}
    assert call.made_again == 1


def test_which_question_of_a_survey_is_asked_again_is_never_mistaken() -> None:
    questions = tuple(model.Question(name, f"{name}-message", "12") for name in "pq")
    tries = model.Tries(3, "silent")
    calling = single(model.Survey("a", AT, "s", questions, tries, tries, to(END)), SILENT)
    led(calling, [Keys("9"), Keys("1"), Silence()])
    call = led(calling, [Keys("1"), Keys("9")])
    assert isinstance(call.last, fx.Ask)
    assert call.last.utterances[-1].message == "q-message"
