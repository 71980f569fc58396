from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ivr.engine import effects as fx
from ivr.engine.cursor import Waiting
from ivr.engine.inputs import CallFacts
from ivr.engine.machine import begin
from ivr.engine.turn import FlowDefect, Turn
from ivr.flow.expressions import parse
from ivr.flow.model import Hangup
from tests.ivr.engine.making import AT, FACTS, given, on, single

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CALLING = single(Hangup("only", AT))


def turn(now: datetime = NOW) -> Turn:
    return Turn(CALLING, begin(CALLING, "main", FACTS, "yue-HK"), now)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("call.number", "96956"),
        ("call.caller", "8613800138000"),
        ("call.caller_name", "王先生"),
        ("call.uniqueid", "gz-1-100.1"),
        ("call.linkedid", "gz-1-100.1"),
        ("call.nothing", None),
        ("language", "yue-HK"),
        ("now", NOW),
        ("never_set", None),
        ("never_set.field", None),
    ],
)
def test_an_expression_sees_the_call_and_null_for_all_else(source: str, value: object) -> None:
    assert turn().evaluate(parse(source)) == value


def test_a_withheld_number_is_null_so_that_no_lookup_finds_a_customer_without_one() -> None:
    acting = turn()
    acting.begin_call(CallFacts("96956", "", ""))
    assert acting.evaluate(parse("call.caller")) is None
    assert acting.evaluate(parse("call.caller_name")) is None


def test_nothing_a_flow_sets_hides_what_is_known_of_the_call() -> None:
    acting = turn()
    acting.assign(given(call="1", now="2", language="'en'"))
    assert acting.evaluate(parse("call.number")) == "96956"
    assert acting.evaluate(parse("now")) == NOW
    assert acting.evaluate(parse("language")) == "en"


def test_a_variable_set_anew_from_something_open_is_not_sensitive_any_more() -> None:
    acting = turn()
    acting.set_variable("pin", "4711", sensitive=True)
    acting.assign(given(copy="pin", whole="pin.part"))
    assert acting.cursor.top.sensitive == {"pin", "copy", "whole"}
    acting.assign(given(copy="1"))
    assert acting.cursor.top.sensitive == {"pin", "whole"}


def test_a_failing_expression_is_a_defect_without_its_values() -> None:
    acting = turn()
    acting.set_variable("pin", "4711")
    with pytest.raises(FlowDefect, match=r"^main.only: 'pin / 2' failed \(EvaluationError\)$"):
        acting.evaluate(parse("pin / 2"))


def test_a_trace_counts_itself_and_the_time_since_the_step_was_entered() -> None:
    first = turn()
    first.begin_call(CallFacts("1", "2"))
    first.arrive("only")
    later = Turn(CALLING, first.cursor, NOW + timedelta(milliseconds=1234))
    later.trace("hangup", "ended", "end")
    later.trace("hangup", "ended", "end")
    traces = [effect for effect in later.effects if isinstance(effect, fx.Trace)]
    assert [(trace.ordinal, trace.took_ms) for trace in traces] == [(1, 1234), (2, 1234)]
    assert later.cursor.began_ms == round(NOW.timestamp() * 1000)


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    first = turn()
    first.arrive("only")
    earlier = Turn(CALLING, first.cursor, NOW - timedelta(hours=1))
    earlier.trace("hangup", "ended", "end")
    assert isinstance(earlier.effects[0], fx.Trace)
    assert earlier.effects[0].took_ms == 0


def test_the_first_open_way_is_taken_and_none_is_a_defect() -> None:
    acting = turn()
    assert acting.way((on("a", when="false"), on("b"), on("c")), "said").to == "b"
    with pytest.raises(FlowDefect, match="no way on is open after 'said'"):
        acting.way((on("a", when="false"),), "said")


@pytest.mark.parametrize(
    ("effect", "waiting", "keeps"),
    [
        (fx.AskHours("office"), Waiting.SCHEDULE, True),
        (fx.Enqueue("general", 0, 1), Waiting.RETURN, False),
        (fx.DialOut("1001", 1), Waiting.RETURN, False),
        (fx.HangUp(), Waiting.NOTHING, False),
        (fx.Rescue("why"), Waiting.NOTHING, False),
    ],
)
def test_secrets_stay_while_the_segment_lasts_and_no_longer(
    effect: fx.Effect, waiting: Waiting, *, keeps: bool
) -> None:
    acting = turn()
    acting.set_variable("pin", "4711", sensitive=True)
    acting.cursor = acting.cursor.but(typed_ahead="12")
    acting.finish(effect)
    assert acting.cursor.waiting is waiting
    assert (acting.cursor.top.variables["pin"] == "4711") is keeps
    assert (acting.cursor.typed_ahead == "12") is keeps
