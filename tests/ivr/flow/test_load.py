from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.defaults import FlowDefaults, TriesDefaults
from ivr.flow.load import load_flow
from ivr.flow.model import Assign, Collect, Dial, Flow, Hangup, Lookup, Menu, Play, Queue, Return, Step
from tests.ivr.flow.surroundings import SMALL, codes_of, framed, read, told


def step(text: str, defaults: FlowDefaults | None = None) -> Step:
    """The first step of some steps, which must be without a mistake in themselves."""
    reading = load_flow(framed(text).encode(), "flows/example.yaml", defaults)
    assert reading.diagnostics == ()
    assert reading.flow is not None
    return reading.flow.steps[reading.flow.start]


def flow(text: str) -> Flow:
    reading, _ = read(text)
    assert reading.flow is not None
    return reading.flow


def test_a_step_remembers_where_it_was_written() -> None:
    assert str(step("greet:\n  play: welcome\n  then: end").at) == "flows/example.yaml:5:3"


def test_every_verb_of_the_small_hotline_is_read() -> None:
    kinds = {type(each).__name__ for name in ("main", "identify") for each in flow_of(name).steps.values()}
    assert kinds >= {"Play", "Hours", "Menu", "Subflow", "Lookup", "Queue", "Voicemail", "Hangup", "Collect", "Return"}


def flow_of(name: str) -> Flow:
    defaults = FlowDefaults(TriesDefaults(tries=3, after_ms=5_000), TriesDefaults(tries=3))
    reading = load_flow((SMALL / "flows" / f"{name}.yaml").read_bytes(), f"flows/{name}.yaml", defaults)
    assert reading.flow is not None
    return reading.flow


def test_times_become_milliseconds() -> None:
    found = step(
        "ask:\n  lookup: balance\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n  on_error: end\n"
        "  into: bill\n  then: end"
    )
    assert isinstance(found, Lookup)
    assert (found.timeout_ms, found.max_age_ms, found.on_missing, found.meanwhile) == (2_000, 900_000, None, None)


def test_plain_values_are_set_and_expressions_follow_an_equals_sign() -> None:
    found = step(
        "note:\n  set: {a: loss, b: 12, c: true, d: = call.caller, e: \"= 'a: ' + 'b'\", f: , g: 007}\n  then: end"
    )
    assert isinstance(found, Assign)
    scope = {"call": {"caller": "138"}}
    values = {name: each.evaluate(scope) for name, each in found.assign.items()}
    assert values == {"a": "loss", "b": 12, "c": True, "d": "138", "e": "a: b", "f": None, "g": "007"}


def test_what_is_returned_is_plain_too() -> None:
    found = step("done:\n  return: {outcome: not told, ok: = 1 < 2}")
    assert isinstance(found, Return)
    assert {name: each.evaluate({}) for name, each in found.values.items()} == {"outcome": "not told", "ok": True}


def test_what_is_read_is_an_expression_and_a_quoted_one_stays_one() -> None:
    found = step('say:\n  play: repeat-number\n  with: {number: "last(call.caller, 4)"}\n  then: end')
    assert isinstance(found, Play)
    assert found.args["number"].names == {"call.caller"}


def test_a_way_may_be_a_name_or_a_list_and_may_set_something() -> None:
    found = step("go:\n  set: {a: 1}\n  then:\n    - {when: a == 1, set: {b: 2}, then: go}\n    - {then: end}")
    assert isinstance(found, Assign)
    first, last = found.then
    assert (first.then, first.when is not None, list(first.assign)) == ("go", True, ["b"])
    assert (last.then, last.when, last.assign) == ("end", None, {})


def test_keys_are_text_however_they_are_written() -> None:
    found = step(
        "ask:\n  menu: main-menu\n  keys: {1: end, '0': end, \"#\": {set: {a: b}, then: ask}}\n"
        "  no_input: {after: 5s, tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
    )
    assert isinstance(found, Menu)
    assert list(found.keys) == ["1", "0", "#"]
    assert found.no_input.after_ms == 5_000


def test_what_a_question_leaves_out_comes_from_the_hotline() -> None:
    defaults = FlowDefaults(
        TriesDefaults(tries=4, after_ms=7_000, message="no-key"),
        TriesDefaults(tries=2, then="end"),
        4_000,
        50,
        first_digit_ms=8_000,
    )
    found = step(
        "ask:\n  collect: ask-account\n  into: a\n  length: 4\n  no_input: {tries: 1, then: end}\n  then: end", defaults
    )
    assert isinstance(found, Collect)
    assert (found.no_input.tries, found.no_input.after_ms, found.no_input.message) == (1, None, "no-key")
    assert (found.wrong_input.tries, found.wrong_input.then, found.inter_digit_ms) == (2, "end", 4_000)
    assert found.first_digit_ms == 8_000
    asked = step("ask:\n  menu: main-menu\n  keys: {1: end}\n  no_input: {then: end}", defaults)
    assert isinstance(asked, Menu)
    assert asked.no_input.after_ms == 7_000


def test_a_bound_on_visits_is_the_steps_own_or_the_hotlines() -> None:
    assert step("greet:\n  play: welcome\n  then: end").most_visits == 25
    assert step("greet:\n  play: welcome\n  then: end", FlowDefaults(most_visits=7)).most_visits == 7
    assert step("greet:\n  play: welcome\n  most_visits: 2\n  then: end", FlowDefaults(most_visits=7)).most_visits == 2
    assert codes_of("greet:\n  play: welcome\n  most_visits: 0\n  then: end") == ["F011"]
    assert codes_of("greet:\n  play: welcome\n  most_visits: often\n  then: end") == ["F003"]


def test_an_inherited_way_on_must_exist_in_the_flow() -> None:
    defaults = FlowDefaults(TriesDefaults(tries=3, after_ms=5_000, then="person"), TriesDefaults(tries=3, then="end"))
    reading = load_flow(framed("ask:\n  menu: main-menu\n  keys: {1: end}").encode(), "flows/example.yaml", defaults)
    assert ("step", "person") in {(each.kind, each.name) for each in reading.mentions}


@pytest.mark.parametrize(
    ("length", "bounds"), [("6", (6, 6)), ("{min: 4, max: 8}", (4, 8)), ("{min: 1, max: 32}", (1, 32))]
)
def test_lengths_are_exact_or_between(length: str, bounds: tuple[int, int]) -> None:
    tries = "no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
    found = step(f"ask:\n  collect: ask-pin\n  into: a\n  length: {length}\n  {tries}\n  then: end")
    assert isinstance(found, Collect)
    assert (found.min_length, found.max_length) == bounds


@pytest.mark.parametrize("length", ["0", "33", "{min: 8, max: 4}", "{min: 4}", "4-8", "[4]", "true"])
def test_other_lengths_are_refused(length: str) -> None:
    tries = "no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
    assert codes_of(f"ask:\n  collect: ask-pin\n  into: a\n  length: {length}\n  {tries}\n  then: end")


def entry(more: str) -> str:
    tries = "no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
    return f"ask:\n  collect: ask-pin\n  into: a\n  {more}\n  {tries}\n  then: end"


def test_each_limit_of_an_entry_has_its_name() -> None:
    found = step(entry('length: 18\n  first_digit: 9s\n  inter_digit: 2s\n  terminator: "#"\n  check_digit: gb11643'))
    assert isinstance(found, Collect)
    assert (found.first_digit_ms, found.inter_digit_ms, found.terminator) == (9_000, 2_000, "#")
    assert found.check_digit == "gb11643"


def test_the_wait_for_the_first_key_has_one_name() -> None:
    text = entry("length: 4").replace("{tries: 2", "{after: 5s, tries: 2", 1)
    assert "how long a collect waits for its first key is its own 'first_digit'" in told(text)


@pytest.mark.parametrize(
    "more",
    [
        "length: {min: 17, max: 18}\n  check_digit: gb11643",
        "length: {min: 18, max: 19}\n  check_digit: gb11643",
        'length: 18\n  terminator: "*"\n  check_digit: gb11643',
        "length: {min: 1, max: 9}\n  check_digit: luhn",
    ],
)
def test_a_check_digit_that_does_not_fit_the_entry_is_refused(more: str) -> None:
    assert codes_of(entry(more)) == ["F036"]
    assert codes_of(entry("length: 4\n  check_digit: lunh")) == ["F003"]


def test_outcomes_that_are_left_out_go_where_waiting_in_vain_goes() -> None:
    found = step("wait:\n  queue: sales\n  longest: 1min\n  after: {answered: end, timed_out: wait, full: end}")
    assert isinstance(found, Queue)
    assert found.after == {
        "answered": "end", "timed_out": "wait", "empty": "wait", "full": "end", "withdrawn": "wait", "failed": "wait"
    }  # fmt: skip


def test_a_number_is_dialled_as_it_is_written() -> None:
    found = step("duty:\n  dial: 00862012345678\n  ring: 20s\n  after: {answered: end, no_answer: end}")
    assert isinstance(found, Dial)
    assert found.to.evaluate({}) == "00862012345678"


def test_hanging_up_needs_no_message() -> None:
    assert isinstance(step("bye:\n  hangup:"), Hangup)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n  play: welcome\n  goto: end", "where to go next is called 'then'"),
        ("a:\n  play: welcome\n  thn: end", "did you mean 'then'?"),
        ("a:\n  palay: welcome\n  then: end", "did you mean 'play'?"),
        ("a:\n  language: en\n  then: end", "write 'set: {language: en}'"),
        ("a:\n  queue: sales\n  longest: 5 minutes\n  after: {answered: end, timed_out: end}", "did you mean 5min?"),
    ],
)
def test_slips_are_met_with_what_was_meant(text: str, hint: str) -> None:
    assert hint in told(text)


def test_a_mistake_in_an_expression_is_placed_to_the_character() -> None:
    _, found = read(framed("a:\n  branch:\n    - {when: call.number == lenght(1), then: end}\n    - {then: end}"))
    assert [str(each.span) for each in found] == ["flows/example.yaml:7:31"]
    _, found = read(framed("a:\n  set: {b: =   lenght(1)}\n  then: end"))
    assert [str(each.span) for each in found] == ["flows/example.yaml:6:18"]


@pytest.mark.parametrize("text", ["- a", "text", "12", "{}", "flow: example", "steps: 3", "flow: [a]\nsteps: {a: b}"])
def test_what_is_no_flow_is_told_without_a_crash(text: str) -> None:
    _, found = read(text)
    assert found


_JUNK = st.recursive(
    st.sampled_from(["play", "then", "end", "1", "'x'", "= a", "a b", "true", "", "5s", "menu", "when", "welcome"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(
            st.sampled_from(
                ["play", "menu", "collect", "set", "branch", "lookup", "queue", "dial", "then", "keys", "when", "with",
                 "into", "after", "no_input", "tries", "length", "return", "subflow", "script", "voicemail", "hours"]
            ),
            inner,
            max_size=5,
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"),
    ),
    max_leaves=12,
)  # fmt: skip


@given(_JUNK)
def test_no_nonsense_makes_reading_or_checking_raise(junk: str) -> None:
    _, found = read(f"flow: example\nstart: a\nsteps:\n  a: {junk}\n".encode())
    assert all(each.message for each in found)
