"""What callers go through, verb by verb, as plays; then what holds for every flow and every input."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.engine import effects as fx
from ivr.engine import inputs
from ivr.engine.cursor import Cursor, Waiting
from ivr.engine.inputs import (
    CallFacts,
    Found,
    HungUp,
    Keys,
    LookupFailed,
    LookupLate,
    Recorded,
    Returned,
    Schedule,
    ScriptEnded,
    Silence,
    Spoken,
    Started,
)
from ivr.engine.machine import FITS, VERBS, Move, begin, step
from ivr.engine.play_script import NOON, Heard, PlayScript
from ivr.flow import model
from ivr.flow.expressions import parse
from ivr.flow.model import END, Step, Way
from tests.ivr.engine import making
from tests.ivr.engine.making import AT, FACTS, collect, flow, flows, left, lookup, menu, on, single, to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.engine.effects import Effect
    from ivr.engine.inputs import Input
    from ivr.flow.model import Flow, FlowSet


def play(name: str, then: str = END, *, interruptible: bool = True, **args: str) -> model.Play:
    return model.Play(name, AT, f"{name}-message", making.given(**args), to(then), interruptible)


def bye(name: str) -> model.Hangup:
    return model.Hangup(name, AT)


SILENT, WRONG, NEXT = bye("silent"), bye("wrong"), play("next")


def acting(flow_set: FlowSet, facts: CallFacts = FACTS, *, traces: bool = False) -> PlayScript:
    return PlayScript(flow_set, "main", facts, traces=traces)


def traced(flow_set: FlowSet, *events: Input, facts: CallFacts = FACTS) -> list[fx.Trace]:
    cursor = begin(flow_set, "main", facts, "zh-CN")
    left: list[fx.Trace] = []
    for event in (Started(facts), *events):
        move = step(flow_set, cursor, event, NOON)
        cursor = move.cursor
        left += [effect for effect in move.effects if isinstance(effect, fx.Trace)]
    return left


def outcomes(flow_set: FlowSet, *events: Input, facts: CallFacts = FACTS) -> list[str]:
    return [f"{trace.step}: {trace.outcome}" for trace in traced(flow_set, *events, facts=facts)]


# --- play and menu ---------------------------------------------------------------------------------------------------


def test_a_message_is_said_with_its_values_in_the_language_of_the_call() -> None:
    calling = single(model.Assign("set", AT, making.given(due="5"), to("next")), play("next", due="due"))
    said = fx.Utterance("next-message", {"due": 5}, "zh-CN")
    assert acting(calling) << fx.Say((said,), interruptible=True) >> Spoken() << fx.HangUp()


def test_a_value_is_said_alone_in_the_language_of_the_call() -> None:
    saying = model.SayValue("say", AT, value=parse("1 + 1"), message="=count", kind="count", then=to("next"))
    spoken = fx.Say((fx.Utterance("=count", {"value": 2}, "zh-CN"),), interruptible=True)
    assert acting(single(saying, NEXT)) << spoken >> Spoken("1") << Heard("next-message")


def test_a_menu_takes_one_key_and_goes_its_way() -> None:
    calling = single(menu(k1=on("next")), NEXT, SILENT, WRONG)
    question = fx.Ask(
        (fx.Utterance("ask-message", {}, "zh-CN"),),
        max_keys=1,
        first_key_ms=6000,
        next_key_ms=0,
        terminator="",
        sensitive=False,
    )
    assert acting(calling) << question >> Keys("1") << Heard("next-message") >> Spoken() << fx.HangUp()


def test_silence_and_wrong_keys_have_their_own_words_tries_and_ways() -> None:
    calling = single(menu(k1=on("next")), NEXT, SILENT, WRONG)
    assert (
        acting(calling, traces=True)
        << Heard("ask-message")
        >> Keys("7")
        << Heard("wrong-key", "ask-message")
        >> Silence()
        << Heard("no-key", "ask-message")
        >> Keys("8")
        << Heard("wrong-key", "ask-message")
        >> Keys("9")
        << left("main", "ask", "menu", "wrong input", "wrong", {"tries": "3"})
        << left("main", "wrong", "hangup", "ended", END)
        << fx.HangUp()
    )
    assert outcomes(calling, Silence(), Keys("7"), Silence()) == ["ask: no input", "silent: ended"]


def test_coming_to_a_question_again_gives_all_its_tries_again() -> None:
    calling = single(menu(k1=on("ask")), SILENT, WRONG)
    nearly = (Silence(), Keys("7"), Keys("7"))
    assert outcomes(calling, *nearly, Keys("1"), *nearly, Silence()) == [
        "ask: key 1",
        "ask: no input",
        "silent: ended",
    ]


def test_a_key_during_a_message_answers_the_next_question_unheard() -> None:
    calling = single(play("next", "ask"), menu(k2=on("end")), SILENT, WRONG)
    cursor = begin(calling, "main", FACTS, "en")
    cursor = step(calling, cursor, Started(FACTS), NOON).cursor
    move = step(calling, cursor, Spoken("2"), NOON)
    (*_, asked) = move.effects
    assert isinstance(asked, fx.Ask)
    assert asked.typed_ahead == "2"
    assert move.cursor.typed_ahead == ""


def test_a_key_during_a_message_that_may_not_be_interrupted_is_not_kept() -> None:
    calling = single(play("next", "ask", interruptible=False), menu(k2=on("end")), SILENT, WRONG)
    cursor = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOON).cursor
    assert step(calling, cursor, Spoken("2"), NOON).cursor.typed_ahead == ""


def test_keys_typed_ahead_are_dealt_out_question_by_question_and_dropped_at_a_miss() -> None:
    calling = single(
        play("a", "b"), play("b", "c"), play("c", "ask"), menu(k1=on("pin")), collect("pin"), SILENT, WRONG
    )
    cursor = begin(calling, "main", FACTS, "en")
    for event in (Started(FACTS), Spoken("1"), Spoken("4"), Spoken("7")):
        move = step(calling, cursor, event, NOON)
        cursor = move.cursor
    asked = move.effects[-1]
    assert isinstance(asked, fx.Ask)
    assert (asked.typed_ahead, cursor.typed_ahead) == ("1", "47")
    asked = step(calling, cursor, Keys("1"), NOON).effects[-1]
    assert isinstance(asked, fx.Ask)
    assert asked.typed_ahead == "47"
    missed = step(calling, cursor, Keys("9"), NOON)
    assert missed.cursor.typed_ahead == ""


@pytest.mark.parametrize(
    ("ahead", "most", "taken"),
    [("12#34", 6, "12#"), ("1234", 2, "12"), ("#1", 6, "#"), ("", 6, ""), ("1234#", 4, "1234#"), ("12345#", 4, "1234")],
)
def test_a_collect_takes_ahead_up_to_its_terminator_or_length(ahead: str, most: int, taken: str) -> None:
    question = replace(collect("pin"), max_length=most)
    calling = single(play("a", "pin"), question, SILENT, WRONG)
    cursor = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOON).cursor
    asked = step(calling, cursor.but(typed_ahead=ahead), Spoken(), NOON).effects[-1]
    assert isinstance(asked, fx.Ask)
    assert asked.typed_ahead == taken


@pytest.mark.parametrize(("most", "wanted"), [(6, 7), (4, 4)])
def test_an_entry_of_varying_length_waits_for_the_key_that_ends_it(most: int, wanted: int) -> None:
    """Who gives all six keys and `#`, as told, must not cut off what is said next with that `#`."""
    calling = single(replace(collect("pin"), max_length=most), NEXT, SILENT, WRONG)
    asked = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOON).effects[-1]
    assert isinstance(asked, fx.Ask)
    assert asked.max_keys == wanted


def test_more_keys_than_there_may_be_are_a_wrong_entry() -> None:
    calling = single(collect("pin"), NEXT, SILENT, WRONG)
    assert acting(calling) << fx.Ask >> Keys("123456", "terminator") << Heard("next-message")
    assert acting(calling) << fx.Ask >> Keys("1234567") << Heard("too-short", "pin-message")


def test_a_terminator_that_asterisk_does_not_know_ends_an_entry_too() -> None:
    calling = single(replace(collect("pin"), terminator="*"), NEXT, SILENT, WRONG)
    play_script = acting(calling) << fx.Ask >> Keys("1234*", "timeout") << Heard("next-message")
    assert play_script
    assert play_script.cursor.top.variables == {"account": "1234"}


def test_a_key_whose_way_is_closed_is_a_wrong_key() -> None:
    calling = single(menu(k1=on("next", when="call.caller == 'nobody'")), NEXT, SILENT, WRONG)
    assert acting(calling) << Heard("ask-message") >> Keys("1") << Heard("wrong-key", "ask-message")


def test_choosing_a_language_changes_what_is_spoken() -> None:
    calling = single(menu(k3=on("next", language="'en'")), NEXT, SILENT, WRONG)
    english = fx.Say((fx.Utterance("next-message", {}, "en"),), interruptible=True)
    assert acting(calling) << fx.Ask >> Keys("3") << english


@pytest.mark.parametrize("odd", ["'fr'", "null", "7"])
def test_a_language_nobody_speaks_here_leaves_the_present_one(odd: str) -> None:
    calling = single(model.Assign("set", AT, making.given(language=odd), to("next")), NEXT)
    assert acting(calling) << fx.Say((fx.Utterance("next-message", {}, "zh-CN"),), interruptible=True)


# --- remembered choices ----------------------------------------------------------------------------------------------

REMEMBERING = single(
    menu("language", remember="caller", k1=on("main", language="'zh-CN'"), k3=on("main", language="'en'")),
    menu("main", k9=on("language"), k0=on("end")),
    SILENT,
    WRONG,
)


def test_a_choice_is_remembered_for_the_calling_number() -> None:
    chosen = fx.Remember("main.language", "3")
    assert acting(REMEMBERING) << Heard("language-message") >> Keys("3") << chosen << Heard("main-message")


def test_a_remembered_choice_is_taken_without_asking_until_the_caller_comes_back_to_it() -> None:
    facts = replace(FACTS, remembered={"main.language": "3"})
    assert (
        acting(REMEMBERING, facts)
        << fx.Ask((fx.Utterance("main-message", {}, "en"),), 1, 6000, 0, "", sensitive=False)
        >> Keys("9")
        << Heard("language-message")
        >> Keys("1")
        << fx.Remember("main.language", "1")
        << Heard("main-message")
    )
    assert outcomes(REMEMBERING, Keys("9"), facts=facts) == ["language: remembered 3", "main: key 9"]


def test_a_remembered_key_that_the_menu_does_not_have_any_more_is_not_taken() -> None:
    facts = replace(FACTS, remembered={"main.language": "8"})
    assert acting(REMEMBERING, facts) << Heard("language-message")


# --- collect ---------------------------------------------------------------------------------------------------------


def test_collected_digits_are_a_variable_and_in_no_trace() -> None:
    calling = single(collect(), play("next", account="account"), SILENT, WRONG)
    said = fx.Say((fx.Utterance("next-message", {"account": "55001"}, "zh-CN"),), interruptible=True)
    assert acting(calling) << fx.Ask >> Keys("55001", "terminator") << said
    (trace,) = traced(calling, Keys("55001", "terminator"))
    assert (trace.outcome, trace.detail) == ("collected", {"keys": "5"})


@pytest.mark.parametrize("keys", ["", "123", "1234567"])
def test_too_few_or_too_many_digits_are_a_wrong_input(keys: str) -> None:
    calling = single(collect(), NEXT, SILENT, WRONG)
    assert acting(calling) << fx.Ask >> Keys(keys, "timeout") << Heard("too-short", "ask-message")


def test_a_pin_is_neither_traced_nor_counted_nor_kept_over_a_segment() -> None:
    calling = single(
        collect("pin", into="pin", sensitive=True, then="copy"),
        model.Assign("copy", AT, making.given(other="pin"), to("hold")),
        model.Queue("hold", AT, "general", 0, 60_000, {"answered": "end"}),
        SILENT,
        WRONG,
    )
    cursor = begin(calling, "main", FACTS, "zh-CN")
    asked = step(calling, cursor, Started(FACTS), NOON)
    assert isinstance(asked.effects[-1], fx.Ask)
    assert asked.effects[-1].sensitive
    queued = step(calling, asked.cursor, Keys("4711"), NOON)
    assert "4711" not in repr(queued)
    assert queued.cursor.top.variables == {"pin": None, "other": None}
    assert queued.effects[0] == left("main", "pin", "collect", "collected", "copy", {})


def test_a_sensitive_value_is_never_said() -> None:
    calling = single(collect(into="pin", sensitive=True), play("next", pin="pin"), SILENT, WRONG)
    reason = "main.next: 'pin' of message 'next-message' is sensitive"
    assert acting(calling) << fx.Ask >> Keys("4711") << fx.Rescue(reason)


def test_a_sensitive_value_stays_sensitive_through_a_subflow_and_back() -> None:
    inner = flow("inner", model.Return("back", AT, making.given(seen="given")))
    outer = flow(
        "main",
        collect(into="pin", sensitive=True, then="call"),
        model.Subflow("call", AT, "inner", making.given(given="pin"), "result", to("next")),
        play("next", seen="result.seen"),
        SILENT,
        WRONG,
    )
    rescued = acting(flows(outer, inner)) << fx.Ask >> Keys("4711")
    assert rescued << fx.Rescue("main.next: 'seen' of message 'next-message' is sensitive")


# --- lookups, hours, expressions -------------------------------------------------------------------------------------

ASKING = single(
    lookup(),
    play("found", amount="bill.amount"),
    play("late", "find", amount="bill.amount"),
    play("failed"),
)


def test_a_lookup_found_fills_its_variable() -> None:
    wanted = fx.LookUp("account_balance", {"account": None}, 2000, 900_000, None)
    said = fx.Say((fx.Utterance("found-message", {"amount": Decimal("1.5")}, "zh-CN"),), interruptible=True)
    assert acting(ASKING) << wanted >> Found({"amount": Decimal("1.5")}) << said


def test_a_lookup_late_or_failed_goes_its_own_way_and_says_why_in_the_trace() -> None:
    assert acting(ASKING) << fx.LookUp >> LookupLate() << Heard("late-message")
    assert acting(ASKING) << fx.LookUp >> LookupFailed("stale") << Heard("failed-message")
    (trace,) = traced(ASKING, LookupFailed("stale"))
    assert (trace.outcome, trace.detail) == ("failed", {"reason": "stale"})


def test_an_older_answer_never_passes_for_the_one_that_is_late() -> None:
    calling = single(lookup(then="found"), play("found", "find"), play("late", amount="bill.amount"), play("failed"))
    nothing = fx.Say((fx.Utterance("late-message", {"amount": None}, "zh-CN"),), interruptible=True)
    found = Found({"amount": Decimal(5)})
    assert acting(calling) << fx.LookUp >> found << fx.Say >> Spoken() << fx.LookUp >> LookupLate() << nothing


def test_a_missing_row_has_a_way_of_its_own_or_null_fields() -> None:
    with_way = single(lookup(on_missing="none"), play("found"), play("late"), play("failed"), play("none"))
    assert acting(with_way) << fx.LookUp >> Found(None) << Heard("none-message")
    null = fx.Say((fx.Utterance("found-message", {"amount": None}, "zh-CN"),), interruptible=True)
    assert acting(ASKING) << fx.LookUp >> Found(None) << null


def test_hours_choose_between_open_and_closed() -> None:
    calling = single(model.Hours("hours", AT, "office", "open", "closed"), play("open"), play("closed"))
    assert acting(calling) << fx.AskHours("office") >> Schedule(is_open=True) << Heard("open-message")
    assert acting(calling) << fx.AskHours("office") >> Schedule(is_open=False) << Heard("closed-message")


def test_a_branch_takes_the_first_way_that_is_open_and_sets_variables_in_order() -> None:
    ways = (on("no", when="a"), on("next", when="not a", b="1", c="b + 1"), on("no"))
    calling = single(model.Branch("fork", AT, ways), play("next", c="c"), play("no"))
    assert acting(calling) << fx.Say((fx.Utterance("next-message", {"c": 2}, "zh-CN"),), interruptible=True)


def test_an_expression_that_fails_is_a_rescue_that_tells_no_value() -> None:
    calling = single(collect(), play("next", sum="account + 1"), SILENT, WRONG)
    reason = "main.next: 'account + 1' failed (EvaluationError)"
    assert acting(calling) << fx.Ask >> Keys("55001") << fx.Rescue(reason)


def test_a_branch_without_an_open_way_is_a_rescue() -> None:
    calling = single(model.Branch("fork", AT, (on("end", when="false"),)))
    assert acting(calling) << fx.Rescue("main.fork: no way of this branch is open")


# --- subflows --------------------------------------------------------------------------------------------------------


def subflow(name: str = "call", flow_name: str = "inner", *, then: str = "next") -> model.Subflow:
    return model.Subflow(name, AT, flow_name, making.given(given="1"), "result", to(then))


def test_a_subflow_has_its_own_variables_and_gives_back_what_it_returns() -> None:
    inner = flow("inner", model.Return("back", AT, making.given(got="given", outer="secret")))
    outer = flow(
        "main",
        model.Assign("set", AT, making.given(secret="'mine'"), to("call")),
        subflow(),
        play("next", got="result.got", outer="result.outer"),
    )
    said = fx.Say((fx.Utterance("next-message", {"got": 1, "outer": None}, "zh-CN"),), interruptible=True)
    assert acting(flows(outer, inner)) << said
    assert outcomes(flows(outer, inner)) == ["set: set", "call: entered", "back: returned", "call: returned"]


def test_a_subflow_that_just_ends_returns_nothing() -> None:
    calling = flows(flow("main", subflow(), play("next", got="result.got")), flow("inner", play("hello")))
    nothing = fx.Say((fx.Utterance("next-message", {"got": None}, "zh-CN"),), interruptible=True)
    assert acting(calling) << Heard("hello-message") >> Spoken() << nothing


def test_a_hangup_in_a_subflow_ends_the_call() -> None:
    calling = flows(flow("main", subflow(), NEXT), flow("inner", model.Hangup("bye", AT, "goodbye")))
    assert acting(calling) << Heard("goodbye") >> Spoken() << fx.HangUp()


def test_a_subflow_that_calls_itself_is_a_rescue_at_the_greatest_depth() -> None:
    calling = flows(flow("main", subflow("call", "main")))
    assert acting(calling) << fx.Rescue("main.call: more than 16 flows stand on each other")


def test_a_loop_is_a_rescue_at_the_flow_s_bound_also_when_each_round_is_a_new_subflow() -> None:
    looping = single(model.Assign("a", AT, {}, to("b")), model.Assign("b", AT, {}, to("a")), longest_steps=20)
    assert acting(looping) << fx.Rescue("main.b: more than 20 steps in flow 'main'")
    calling = flows(
        flow("main", subflow(then="call"), longest_steps=99),
        flow("inner", model.Return("back", AT, {}), longest_steps=10),
    )
    assert acting(calling) << fx.Rescue("inner.back: more than 10 steps in flow 'inner'")


def test_a_step_that_is_come_to_too_often_is_left_for_a_person() -> None:
    looping = single(
        model.Assign("a", AT, {}, to("b")), model.Assign("b", AT, {}, to("a"), most_visits=3), longest_steps=50
    )
    assert acting(looping) << fx.Rescue("main.a: more than 3 visits to step 'b'")


@pytest.mark.parametrize(("keys", "kept"), [("79927398713", "79927398713"), ("79927398710", None)])
def test_a_wrong_check_digit_is_wrong_input(keys: str, kept: str | None) -> None:
    asked = replace(collect(check_digit="luhn"), max_length=12)
    acted = acting(single(asked, NEXT, SILENT, WRONG)) << Heard("ask-message")
    said = Heard("too-short", "ask-message") if kept is None else fx.Say
    assert acted >> Keys(keys) << said
    assert acted.cursor.top.variables.get("account") == kept


def test_the_x_of_an_identity_number_is_kept_as_it_is_written() -> None:
    asked = replace(collect(check_digit="gb11643"), min_length=18, max_length=18)
    acted = acting(single(asked, NEXT, SILENT, WRONG)) << fx.Ask
    assert acted >> Keys("11010519491231002*") << fx.Say
    assert acted.cursor.top.variables["account"] == "11010519491231002X"


def test_an_entry_has_a_clock_for_its_first_key_and_one_for_the_others() -> None:
    asked = replace(collect(), first_digit_ms=7_000, inter_digit_ms=2_000)
    calling = single(asked, NEXT, SILENT, WRONG)
    ask = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOON).effects[-1]
    assert isinstance(ask, fx.Ask)
    assert (ask.first_key_ms, ask.next_key_ms) == (7_000, 2_000)


def test_visits_are_counted_over_the_whole_call_also_across_segments_and_runs_of_a_subflow() -> None:
    calling = flows(
        flow("main", subflow(then="hold"), model.Queue("hold", AT, "q", 0, 1, {"answered": "call"})),
        flow("inner", model.Return("back", AT, {}, most_visits=2)),
    )
    play = acting(calling)
    play << fx.Enqueue("q", 0, 1) >> Returned("answered") << fx.Enqueue("q", 0, 1) >> Returned("answered")
    assert play << fx.Rescue("inner.back: more than 2 visits to step 'back'")


# --- outside, voicemail, scripts -------------------------------------------------------------------------------------

QUEUEING = single(
    model.Queue("hold", AT, "general", 5, 300_000, {"answered": "next", "timed_out": "late", "failed": "late"}),
    NEXT,
    play("late"),
)


def test_a_queue_ends_the_segment_and_the_call_comes_back_in_the_next() -> None:
    cursor = step(QUEUEING, begin(QUEUEING, "main", FACTS, "en"), Started(FACTS), NOON).cursor
    assert (cursor.segment, cursor.waiting) == (1, Waiting.RETURN)
    back = step(QUEUEING, cursor, Returned("answered"), NOON + timedelta(minutes=3))
    trace = back.effects[0]
    assert isinstance(trace, fx.Trace)
    assert (trace.outcome, trace.segment, trace.ordinal, trace.took_ms) == ("answered", 2, 2, 180_000)
    assert back.cursor.segment == 2


@pytest.mark.parametrize(
    ("outcome", "heard"), [("answered", "next"), ("timed_out", "late"), ("full", "late"), ("never heard of", "late")]
)
def test_a_queue_s_outcome_leads_on_and_an_unnamed_one_goes_the_way_of_failed(outcome: str, heard: str) -> None:
    assert acting(QUEUEING) << fx.Enqueue("general", 5, 300_000) >> Returned(outcome) << Heard(f"{heard}-message")


def test_where_no_way_is_named_an_answered_call_ends_and_any_other_is_rescued() -> None:
    calling = single(model.Queue("hold", AT, "general", 0, 1000, {}))
    assert acting(calling) << fx.Enqueue >> Returned("answered") << fx.HangUp()
    assert acting(calling) << fx.Enqueue >> Returned("full") << fx.Rescue("main.hold: no way on after 'full'")


def test_a_number_is_dialled_and_no_number_is_a_failure() -> None:
    calling = single(
        model.Dial("dial", AT, parse("call.caller"), 20_000, {"busy": "next", "failed": "failed"}), NEXT, play("failed")
    )
    assert acting(calling) << fx.DialOut("8613800138000", 20_000) >> Returned("busy") << Heard("next-message")
    assert acting(calling, replace(FACTS, caller="")) << Heard("failed-message")


@pytest.mark.parametrize("to", ["PJSIP/1,,G(evil)", "1001&PJSIP/trunk/900", "${SHELL(x)}", "1001 ", "1" * 129, "１"])
def test_what_would_be_more_than_a_number_to_dial_is_not_dialled(to: str) -> None:
    calling = single(model.Dial("dial", AT, parse("call.caller"), 1, {"failed": "failed"}), play("failed"))
    assert acting(calling, replace(FACTS, caller=to)) << Heard("failed-message")


@pytest.mark.parametrize(
    "to", ["1001", "PJSIP/1001", "PJSIP/trunk/sip:+8613800138000@carrier.example", "*98", "00852#"]
)
def test_numbers_and_endpoints_are_dialled_as_they_are(to: str) -> None:
    calling = single(model.Dial("dial", AT, parse("call.caller"), 1, {"failed": "failed"}), play("failed"))
    assert acting(calling, replace(FACTS, caller=to)) << fx.DialOut(to, 1)


def test_a_voicemail_is_recorded() -> None:
    calling = single(model.Voicemail("box", AT, "messages", "speak", {}, 60_000, to("next")), NEXT)
    wanted = fx.Record("messages", fx.Utterance("speak", {}, "zh-CN"), 60_000, 5000)
    assert acting(calling) << wanted >> Recorded(3.21) << Heard("next-message")
    assert traced(calling, Recorded(3.21))[0].detail == {"seconds": "3.2"}


def test_a_script_gets_its_values_as_text_and_may_fail() -> None:
    args = (parse("call.number"), parse("unknown"), parse("7"))
    calling = single(model.Script("run", AT, "echo", args, "failed", to("next")), NEXT, play("failed"))
    assert acting(calling) << fx.RunScript("echo", ("96956", "", "7")) >> ScriptEnded(ok=True) << Heard("next-message")
    assert acting(calling) << fx.RunScript >> ScriptEnded(ok=False) << Heard("failed-message")


# --- ends and defects ------------------------------------------------------------------------------------------------


def test_a_hang_up_ends_the_call_and_says_where() -> None:
    calling = single(menu(k1=on("end")), SILENT, WRONG)
    gone = left("main", "ask", "menu", "hung up", END)
    assert acting(calling, traces=True) << fx.Ask >> HungUp() << gone << fx.HangUp() >> HungUp() << fx.HangUp()


def test_a_step_or_flow_that_is_not_there_is_a_rescue() -> None:
    assert (
        acting(single(play("a", "nowhere")))
        << fx.Say
        >> Spoken()
        << fx.Rescue("main.a: there is no step 'nowhere' to go to")
    )
    assert acting(flows(flow("main", subflow()))) << fx.Rescue("main.call: there is no flow 'inner'")
    assert PlayScript(QUEUEING, "other", FACTS) << fx.Rescue("other.: there is no flow 'other'")


def test_a_defect_is_traced_at_the_step_it_happened_in() -> None:
    calling = single(play("a", "nowhere"))
    assert outcomes(calling, Spoken()) == ["a: said", "a: rescued"]


def test_a_call_goes_on_only_with_the_flows_it_began_with() -> None:
    cursor = step(QUEUEING, begin(QUEUEING, "main", FACTS, "en"), Started(FACTS), NOON).cursor
    move = step(replace(QUEUEING, version="other"), cursor, Returned("answered"), NOON)
    assert move.effects[-1] == fx.Rescue("the call began on flows 0123456789ab, these are other")


SAMPLES: Sequence[Input] = (
    Started(FACTS),
    Spoken(),
    Keys("1"),
    Silence(),
    Found(None),
    LookupLate(),
    LookupFailed("late"),
    Schedule(is_open=True),
    inputs.QueueTold(3),
    Returned("answered"),
    Recorded(1.0),
    ScriptEnded(ok=True),
    HungUp(),
)

WAITS: Mapping[Waiting, Step] = {
    Waiting.START: NEXT,
    Waiting.SPEECH: play("a"),
    Waiting.KEYS: replace(menu("a", k1=on("end")), wrong_input=model.Tries(1, END), no_input=model.Tries(1, END)),
    Waiting.LOOKUP: replace(lookup("a"), then=to(END), on_timeout=END, on_error=END),
    Waiting.SCHEDULE: model.Hours("a", AT, "office", END, END),
    Waiting.QUEUE: model.QueueState("a", AT, "general", "line", to(END)),
    Waiting.RETURN: model.Queue("a", AT, "general", 0, 1, {"answered": END}),
    Waiting.RECORDING: model.Voicemail("a", AT, "box", "speak", {}, 1, to(END)),
    Waiting.SCRIPT: model.Script("a", AT, "echo", (), END, to(END)),
    Waiting.NOTHING: bye("a"),
}


@pytest.mark.parametrize("waiting", list(Waiting))
@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_input_that_nobody_waits_for_is_a_rescue_and_every_other_is_not(waiting: Waiting, event: Input) -> None:
    calling = single(WAITS[waiting])
    cursor = begin(calling, "main", FACTS, "en")
    if waiting is not Waiting.START:
        cursor = step(calling, cursor, Started(FACTS), NOON).cursor
    assert cursor.waiting is waiting
    last = step(calling, cursor, event, NOON).effects[-1]
    fits = isinstance(event, (*FITS[waiting], HungUp))
    assert isinstance(last, fx.Rescue) is not fits


def test_every_verb_of_the_language_is_in_the_table_and_every_waiting_has_its_inputs() -> None:
    # By name: a slotted dataclass leaves its unslotted twin among the subclasses.
    assert {verb.__name__ for verb in VERBS} == {kind.__name__ for kind in Step.__subclasses__()}
    assert set(FITS) == set(Waiting)
    assert {kind for kinds in FITS.values() for kind in kinds} | {HungUp} == set(inputs.Input.__args__)


# --- whatever the flow, whatever the input ---------------------------------------------------------------------------

FLOW_NAMES = ("main", "inner")
STEP_NAMES = ("s0", "s1", "s2", "s3")
targets = st.sampled_from((*STEP_NAMES, *STEP_NAMES, END, "nowhere"))
expressions = st.sampled_from(
    ("1", "a", "not a", "a.b", "a + 1", "1 / 0", "language", "call.caller", "pin", "'en'")
).map(parse)
assignments = st.dictionaries(st.sampled_from(("a", "b", "pin", "language")), expressions, max_size=2)
ways = st.lists(st.builds(Way, targets, st.none() | expressions, assignments), max_size=2).flatmap(
    lambda some: st.builds(Way, targets).map(lambda last: (*some, last))
)
tries = st.builds(model.Tries, st.integers(1, 3), targets, st.none() | st.just("again"), st.none() | st.just(1))
args = st.dictionaries(st.sampled_from(("x", "y")), expressions, max_size=1)
message = st.just("hello")
after = st.dictionaries(st.sampled_from(("answered", "failed", "full")), targets)


any_question = st.builds(model.Question, st.sampled_from("pqr"), st.just("message"), st.just("12"))


def steps_named(name: str) -> st.SearchStrategy[Step]:
    here = {"name": st.just(name), "at": st.just(AT), "most_visits": st.integers(1, 8)}
    keys = st.dictionaries(st.sampled_from("0123*#"), st.builds(Way, targets, st.none() | expressions, assignments))
    asking = {"message": message, "args": args, "no_input": tries, "wrong_input": tries}
    return st.one_of(
        st.builds(model.Play, **here, message=message, args=args, then=ways, interruptible=st.booleans()),
        st.builds(model.Menu, **here, **asking, keys=keys, remember=st.sampled_from((None, "caller"))),
        st.builds(
            model.Collect,
            **here,
            **asking,
            into=st.sampled_from(("a", "pin")),
            min_length=st.integers(0, 3),
            max_length=st.integers(3, 6),
            then=ways,
            sensitive=st.booleans(),
        ),
        st.builds(model.Assign, **here, assign=assignments, then=ways),
        st.builds(model.Branch, **here, then=ways),
        st.builds(model.Hours, **here, schedule=message, open=targets, closed=targets),
        st.builds(
            model.Lookup,
            **here,
            lookup=message,
            args=args,
            into=st.just("a"),
            timeout_ms=st.just(1),
            max_age_ms=st.just(1),
            on_timeout=targets,
            on_error=targets,
            then=ways,
            on_missing=st.none() | targets,
        ),
        st.builds(model.SayValue, **here, value=expressions, message=message, kind=st.just("count"), then=ways),
        st.builds(
            model.Queue,
            **here,
            queue=message,
            priority=st.just(0),
            longest_ms=st.just(1),
            after=after,
            exit_keys=keys,
            announce=st.none() | st.just(model.Announce("place", 1)),
        ),
        st.builds(model.QueueState, **here, queue=message, into=st.just("a"), then=ways),
        st.builds(model.Dial, **here, to=expressions, ring_ms=st.just(1), after=after),
        st.builds(model.Transfer, **here, to=expressions, ring_ms=st.just(1), after=after),
        st.builds(model.Voicemail, **here, box=message, message=message, args=args, longest_ms=st.just(1), then=ways),
        st.builds(model.Script, **here, script=message, args=st.tuples(expressions), on_error=targets, then=ways),
        st.builds(
            model.Subflow,
            **here,
            flow=st.sampled_from((*FLOW_NAMES, "missing")),
            args=assignments,
            into=st.none() | st.just("a"),
            then=ways,
        ),
        st.builds(
            model.RecordWords, **here, message=message, args=args, into=st.just("a"), longest_ms=st.just(1), then=ways
        ),
        st.builds(
            model.Survey,
            **here,
            survey=message,
            questions=st.lists(any_question, min_size=1, max_size=3).map(tuple),
            no_input=tries,
            wrong_input=tries,
            then=ways,
            into=st.none() | st.just("b"),
        ),
        st.builds(model.Callback, **here, queue=message, number=expressions, reason=expressions, then=ways),
        st.builds(model.Ticket, **here, kind=message, args=assignments, then=ways, recording=st.none() | expressions),
        st.builds(model.Return, **here, values=assignments),
        st.builds(model.Hangup, **here, message=st.none() | message, args=args),
    )


ANY_STEPS = st.fixed_dictionaries({name: steps_named(name) for name in STEP_NAMES})


@st.composite
def any_flow(draw: st.DrawFn, name: str) -> Flow:
    steps = draw(ANY_STEPS)
    return model.Flow(name, draw(targets.filter(lambda start: start != END)), steps, AT, (), draw(st.integers(1, 12)))


any_flows = st.tuples(*map(any_flow, FLOW_NAMES)).map(lambda several: flows(*several))
any_key = st.text("0123456789*#", max_size=7)
ANY_INPUT: Mapping[type[Input], st.SearchStrategy[Input]] = {
    Started: st.just(Started(FACTS)),
    Spoken: st.builds(Spoken, st.none() | st.sampled_from("019*#")),
    Keys: st.builds(Keys, any_key),
    Silence: st.just(Silence()),
    Found: st.builds(Found, st.none() | st.just({"b": Decimal(3)})),
    LookupLate: st.just(LookupLate()),
    LookupFailed: st.builds(LookupFailed, st.just("stale")),
    Schedule: st.builds(Schedule, st.booleans()),
    inputs.QueueTold: st.builds(inputs.QueueTold, st.none() | st.integers(0, 9)),
    Returned: st.builds(
        Returned, st.sampled_from(("answered", "full", "failed", "left_by_key", "")), st.sampled_from(("", "1", "7"))
    ),
    Recorded: st.builds(Recorded, st.floats(0, 60), st.sampled_from(("", "gz-1/r1")), st.booleans()),
    ScriptEnded: st.builds(ScriptEnded, st.booleans()),
    HungUp: st.just(HungUp()),
}

ENDS = (fx.HangUp, fx.Rescue)
NEVER_WAITING = (fx.Trace, fx.Remember, fx.Surveyed, fx.CallbackAsked, fx.TicketOpened)


def check_move(flow_set: FlowSet, move: Move) -> Effect:
    """The invariants of one move; the effect that waits."""
    *before, last = move.effects
    assert all(isinstance(effect, NEVER_WAITING) for effect in before)
    assert not isinstance(last, NEVER_WAITING)
    assert (move.cursor.waiting is Waiting.NOTHING) is isinstance(last, ENDS)
    if not isinstance(last, ENDS):
        top = move.cursor.top
        assert top.step in flow_set.flows[top.flow].steps
    return last


def walk(data: st.DataObject, flow_set: FlowSet, *, hang_up_after: int | None = None) -> tuple[int, Cursor]:
    """Lead a call to its end by fitting inputs; how many inputs it took, and where it ended."""
    cursor = begin(flow_set, "main", FACTS, "zh-CN")
    facts = replace(FACTS, remembered=data.draw(st.dictionaries(st.sampled_from(("main.s0", "inner.s1")), any_key)))
    move = step(flow_set, cursor, Started(facts), NOON)
    count = 0
    while not isinstance(check_move(flow_set, move), ENDS):
        kinds = FITS[move.cursor.waiting]
        event = HungUp() if count == hang_up_after else data.draw(ANY_INPUT[data.draw(st.sampled_from(kinds))])
        move = step(flow_set, move.cursor, event, NOON)
        count += 1
    return count, move.cursor


lenient = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@lenient
@given(any_flows, st.data())
def test_every_call_through_every_flow_ends_within_its_bounds(flow_set: FlowSet, data: st.DataObject) -> None:
    count, cursor = walk(data, flow_set)
    bounds = {name: one.longest_steps for name, one in flow_set.flows.items()}
    assert all(taken <= bounds[name] for name, taken in cursor.steps_taken.items())
    for place, visits in cursor.visits.items():
        name, _, step_name = place.partition(".")
        assert visits <= flow_set.flows[name].steps[step_name].most_visits
    most_waits_in_a_step = 3 * (3 + 3)  # a survey of three questions: both kinds of miss, three tries each
    assert count <= sum(bounds.values()) * most_waits_in_a_step


@lenient
@given(any_flows, st.integers(0, 8), st.data())
def test_a_caller_may_hang_up_at_any_point(flow_set: FlowSet, after_inputs: int, data: st.DataObject) -> None:
    count, cursor = walk(data, flow_set, hang_up_after=after_inputs)
    assert count <= after_inputs + 1
    assert cursor.waiting is Waiting.NOTHING


@lenient
@given(any_flows, st.lists(st.one_of(*ANY_INPUT.values()), max_size=8))
def test_no_input_at_any_time_raises_or_breaks_the_form_of_a_move(flow_set: FlowSet, events: list[Input]) -> None:
    cursor = begin(flow_set, "main", FACTS, "zh-CN")
    for event in (Started(FACTS), *events):
        move = step(flow_set, cursor, event, NOON)
        check_move(flow_set, move)
        cursor = move.cursor
