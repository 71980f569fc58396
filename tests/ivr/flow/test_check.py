"""Rules that look at a flow as a whole, beyond the one example each code has."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ivr.flow import knowledge
from ivr.flow.check import check_flows
from ivr.flow.facts import Fact, joined, met
from ivr.flow.load import load_flow
from ivr.flow.model import DEEPEST
from ivr.flow.paths import circles
from tests.ivr.flow.surroundings import codes_of, framed, known, read

if TYPE_CHECKING:
    from ivr.flow.facts import State
    from ivr.flow.model import Step

LOOK = (
    "timeout: 2s\n  max_age: 1d\n  on_timeout: {late}\n  on_error: end\n  on_missing: end\n  into: bill\n  then: {then}"
)
KEY = "no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
ASK = "no_input: {after: 5s, tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
PIN = f"pin:\n  collect: ask-pin\n  into: pin\n  length: 4\n  sensitive: true\n  {KEY}\n  then: {{then}}\n"
SAY = "say:\n  play: repeat-number\n  with: {number: {value}}\n  then: end"


def looked_up(late: str, then: str) -> str:
    return "ask:\n  lookup: balance\n  with: {account: call.caller}\n  " + LOOK.format(late=late, then=then)


def say(value: str) -> str:
    return SAY.replace("{value}", value)


def pin(then: str) -> str:
    return PIN.replace("{then}", then)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("say: call.number\n  as: digits\n  style: phone", None),
        ("say: now\n  as: date\n  style: weekday", None),
        ("say: length(call.number)\n  as: count", None),
        ("say: call.caller\n  as: digits", "F035"),  # may be withheld
        ("say: call.number\n  as: money", "F028"),
        ("say: 5\n  as: digits", "F028"),
        ("say: now\n  as: duration", "F028"),
        ("say: null\n  as: number", "F035"),
        ("say: pin\n  as: digits", "F027"),
        ("say: tier\n  as: number", "F025"),
        ("say: call.number\n  as: text", "F003"),
        ("say: call.number\n  as: digits\n  style: long", "F028"),
        ("say: call.number\n  style: phone", "F002"),
        ("say: call.number\n  as: digits\n  with: {a: 1}", "F001"),
    ],
)
def test_a_value_that_is_said_alone_is_there_fits_and_may_be_known(said: str, code: str | None) -> None:
    assert set(codes_of(pin("say") + f"say:\n  {said}\n  then: end")) == ({code} if code else set())


def test_a_misspelt_step_does_not_make_others_unreachable() -> None:
    assert codes_of("a:\n  play: welcome\n  then: bb\nb:\n  hangup: goodbye") == ["F012"]


def test_a_variable_set_on_one_of_two_ways_is_not_set() -> None:
    text = (
        "a:\n  branch:\n    - {when: language == 'en', set: {x: '1'}, then: say}\n    - {then: %s}\n"
        "b:\n  set: {x: '2'}\n  then: say\n" + say("x")
    )
    assert codes_of(text % "b") == []
    assert codes_of(text % "say") == ["F021", "F025"]


def test_a_loop_back_before_the_assignment_counts_as_a_way() -> None:
    menu = f"ask:\n  menu: main-menu\n  keys: {{1: say, 2: note}}\n  {ASK}\n"
    text = f"{menu}note:\n  set: {{x: '1'}}\n  then: ask\n{say('x')}"
    assert codes_of(text) == ["F025"]


def test_what_a_failed_lookup_left_can_be_tested_but_not_said() -> None:
    decide = "decide:\n  branch:\n    - {when: bill.amount > 5, then: say}\n    - {then: end}\n"
    speak = "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}\n  then: end"
    assert codes_of(looked_up("decide", "decide") + "\n" + decide + speak) == []
    assert codes_of(looked_up("say", "say") + "\n" + speak) == ["F035", "F035"]


def test_without_on_missing_an_answer_may_be_nothing() -> None:
    speak = "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}\n  then: end"
    assert codes_of((looked_up("end", "say") + "\n" + speak).replace("  on_missing: end\n", "")) == ["F035", "F035"]


def test_a_misspelt_field_is_found_with_the_nearest() -> None:
    _, found = read(framed(looked_up("end", "say") + "\nsay:\n  set: {x: = bill.amont}\n  then: end"))
    assert [(each.code, each.hint) for each in found] == [("F026", "did you mean 'amount'?")]


@pytest.mark.parametrize(
    "condition",
    [
        "bill.amount == 'x'",
        "call.caller > 5",
        "bill.as_of == 1",
        "bill.amount + 'x' == 1",
        "bill.amount * call.caller > 1",
    ],
)
def test_types_that_never_fit_are_found(condition: str) -> None:
    text = looked_up("end", "go") + f'\ngo:\n  branch:\n    - {{when: "{condition}", then: end}}\n    - {{then: end}}'
    assert "F028" in codes_of(text)


@pytest.mark.parametrize(
    "condition",
    ["bill.amount > 5", "bill.as_of < now", "bill.amount == null", "call.caller in ['1', '2']", "bill.amount * 2 > 1"],
)
def test_types_that_fit_are_not_complained_of(condition: str) -> None:
    text = looked_up("end", "go") + f'\ngo:\n  branch:\n    - {{when: "{condition}", then: end}}\n    - {{then: end}}'
    assert codes_of(text) == []


def test_a_sensitive_value_may_be_looked_up_and_compared() -> None:
    look = "check:\n  lookup: balance\n  with: {account: pin}\n  " + LOOK.format(late="end", then="go")
    go = "\ngo:\n  branch:\n    - {when: pin == '4711', then: end}\n    - {then: end}"
    assert codes_of(pin("check") + look + go) == []


@pytest.mark.parametrize(
    "use",
    [
        say("pin"),
        say("text(pin)"),
        say("pin + '0'"),
        "say:\n  set: {copy: = pin}\n  then: then_say\nthen_" + say("copy"),
        "say:\n  dial: = pin\n  ring: 5s\n  after: {answered: end, no_answer: end}",
        "say:\n  script: echo-number\n  args: [pin]\n  on_error: end\n  then: end",
    ],
)
def test_a_sensitive_value_is_followed_to_where_it_would_be_told(use: str) -> None:
    assert codes_of(pin("say") + use) == ["F027"]


def test_a_sensitive_value_is_followed_through_a_subflow() -> None:
    outer = load_flow(
        framed(pin("run") + "run:\n  subflow: echo\n  with: {x: pin}\n  into: y\n  then: say\n" + say("y.z")).encode(),
        "flows/example.yaml",
    )
    inner = load_flow(b"flow: echo\ntakes: [x]\nstart: a\nsteps:\n  a: {return: {z: = x}}\n", "flows/echo.yaml")
    assert (outer.diagnostics, inner.diagnostics) == ((), ())
    assert [(each.code, each.span.file if each.span else "") for each in check_flows([outer, inner], known())] == [
        ("F027", "flows/example.yaml")
    ]


def test_a_sensitive_value_does_not_outlast_the_queue() -> None:
    wait = "wait:\n  queue: sales\n  longest: 1min\n  after: {answered: go, timed_out: end}\n"
    go = "go:\n  branch:\n    - {when: pin == '4711', then: end}\n    - {then: end}"
    _, found = read(framed(pin("wait") + wait + go))
    assert [each.code for each in found] == ["F025"]
    assert "do not outlast" in (found[0].hint or "")


def test_a_field_only_some_returns_give_may_be_nothing() -> None:
    text = "run:\n  subflow: identify\n  into: who\n  then: say\n" + say("who.account")
    assert codes_of(text) == ["F035"]
    asked = text.replace("then: say\n", "then:\n    - {when: who.account, then: say}\n    - {then: end}\n")
    assert codes_of(asked) == []


def test_an_unquoted_word_is_told_to_be_a_name() -> None:
    _, found = read(framed(say("hello")))
    assert found[0].hint == """if the text is meant, write "'hello'\""""


def test_a_circle_that_asks_is_none() -> None:
    text = f"greet:\n  play: welcome\n  then: ask\nask:\n  menu: main-menu\n  keys: {{1: greet}}\n  {ASK}"
    assert codes_of(text) == []


def test_circles_are_found_among_many_names_without_recursion() -> None:
    line = {str(n): [str(n + 1)] for n in range(5_000)} | {"5000": ["4000"], "x": ["x"], "y": ["x"]}
    found = circles(line)
    assert sorted(map(len, found)) == [1, 1_001]


def test_arguments_for_a_subflow_are_those_it_takes() -> None:
    assert codes_of("run:\n  subflow: identify\n  with: {acount: call.caller}\n  then: end") == ["F029"]


@pytest.mark.parametrize(("first", "last"), [("set: {x: '1'}, ", ""), ("", "set: {x: '1'}, ")])
def test_it_does_not_matter_which_of_two_ways_sets_a_variable(first: str, last: str) -> None:
    text = f"a:\n  branch:\n    - {{when: language == 'en', {first}then: say}}\n    - {{{last}then: say}}\n"
    assert codes_of(text + say("x")) == ["F025"]


@pytest.mark.parametrize(("first", "last"), [("= pin", "'0'"), ("'0'", "= pin")])
def test_what_is_sensitive_on_one_of_two_ways_is_sensitive(first: str, last: str) -> None:
    text = (
        "a:\n  branch:\n    - {when: language == 'en', set: {x: FIRST}, then: say}\n    - {set: {x: LAST}, then: say}\n"
    ).replace("FIRST", first)
    assert codes_of(pin("a") + text.replace("LAST", last) + say("x")) == ["F027"]


def test_one_set_of_facts_is_what_both_ways_know() -> None:
    text, number = Fact("text"), Fact("number", sensitive=True)
    assert met({"a": text, "b": text}, {"a": number}) == {"a": Fact("mixed", sensitive=True)}
    assert met({"a": text}, {"a": number, "b": text}) == {"a": Fact("mixed", sensitive=True)}
    assert joined(Fact("null", nullable=True), text) == Fact("text", nullable=True)
    assert joined(Fact("record", {"x": text}), Fact("record", {})).fields == {"x": Fact("text", nullable=True)}


def test_a_long_flow_with_many_variables_is_checked_in_bounded_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Following every way through one by one would take ages here: each menu doubles their number."""
    followed, onward = Counter[str](), knowledge._onward

    def counted(step: Step, *rest: Any) -> list[tuple[str, State]]:
        followed[step.name] += 1
        return onward(step, *rest)

    monkeypatch.setattr(knowledge, "_onward", counted)
    steps = []
    for n in range(200):
        after = f"s{n + 1}" if n < 199 else "end"
        steps += [f"s{n}:", "  menu: main-menu", f"  keys: {{1: t{n}, 2: {after}, 3: s{n * 7 % 200}}}"]
        steps += ["  " + line.strip() for line in ASK.splitlines()]
        steps += [f"t{n}:", f"  set: {{v{n}: '1'}}", f"  then: {after}"]
    assert codes_of("\n".join(steps)) == []
    assert len(followed) > 400
    assert followed.total() < 50 * len(followed)


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("bill.amount in [5, 6]", []),
        ("bill.amount in [null, 5]", ["F035"]),
        ("bill.amount in [bill.amount, 5]", ["F035"]),
    ],
)
def test_being_in_a_list_is_being_something_only_when_nothing_is_not_in_it(condition: str, codes: list[str]) -> None:
    decide = f"decide:\n  branch:\n    - {{when: '{condition}', then: say}}\n    - {{then: end}}\n"
    speak = "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: now}\n  then: end"
    assert codes_of(looked_up("decide", "decide") + "\n" + decide + speak) == codes


@pytest.mark.parametrize("condition", ["-call.number == '1'", "-bill.as_of == now", "-(language == 'en') == 1"])
def test_only_what_is_counted_can_be_negative(condition: str) -> None:
    text = looked_up("end", "go") + f'\ngo:\n  branch:\n    - {{when: "{condition}", then: end}}\n    - {{then: end}}'
    assert "F028" in codes_of(text)


def test_a_record_that_holds_something_sensitive_is_sensitive_as_a_whole() -> None:
    """So the engine keeps it (`Turn.set_variable`): what the check lets through must not be refused on a caller."""
    outer = framed(pin("run") + "run:\n  subflow: both\n  with: {x: pin}\n  into: y\n  then: say\n" + say("y.open"))
    inner = b"flow: both\ntakes: [x]\nstart: a\nsteps:\n  a: {return: {secret: = x, open: '1'}}\n"
    found = check_flows([load_flow(outer.encode(), "flows/example.yaml"), load_flow(inner, "flows/both.yaml")], known())
    assert [each.code for each in found] == ["F027"]


def test_what_is_of_two_types_is_neither_said_nor_counted() -> None:
    """A text on one way and a number on the other: no call can be sure of either."""
    ways = "    - {when: language == 'en', set: {x: 1}, then: use}\n    - {set: {x: one}, then: use}\n"
    either = f"a:\n  branch:\n{ways}use:\n"
    assert codes_of(either + "  play: repeat-number\n  with: {number: x}\n  then: end") == ["F028"]
    assert codes_of(either + "  branch:\n    - {when: x > 1, then: end}\n    - {then: end}") == ["F028"]
    assert codes_of(either + "  branch:\n    - {when: x == 1, then: end}\n    - {then: end}") == []
    assert codes_of(either + "  branch:\n    - {when: x.y == 1, then: end}\n    - {then: end}") == ["F026"]


def test_a_division_may_give_nothing_unless_what_divides_is_written_there() -> None:
    set_it = "a:\n  set: {n: = HOW}\n  then: say\n"
    speak = "say:\n  play: count-it\n  with: {number: n}\n  then: end"
    facts = {**(known().messages or {}), "count-it": {"number": frozenset({"number"})}}
    for how, codes in (("6 / 2", []), ("6 / length(call.number)", ["F035"]), ("6 / 0", ["F035"])):
        reading = load_flow(framed(set_it.replace("HOW", how) + speak).encode(), "flows/example.yaml")
        found = check_flows([reading], replace(known(), messages=facts))
        assert [each.code for each in found] == codes, how


def test_flows_do_not_stand_on_each_other_deeper_than_the_engine_goes() -> None:
    def chain(length: int) -> list[str]:
        last = "flow: f{n}\nstart: a\nsteps:\n  a: {hangup: goodbye}\n"
        link = "flow: f{n}\nstart: a\nsteps:\n  a: {subflow: f{m}, then: end}\n"
        texts = [
            (last if n == length else link).replace("{n}", str(n)).replace("{m}", str(n + 1))
            for n in range(1, length + 1)
        ]
        readings = [load_flow(text.encode(), f"flows/f{n}.yaml") for n, text in enumerate(texts, start=1)]
        found = check_flows(readings, replace(known(), entries={"f1": None}))
        return [each.code for each in found]

    assert chain(DEEPEST) == []
    assert chain(DEEPEST + 1) == ["F030"]


def test_what_is_handed_down_a_long_row_of_flows_is_known_at_its_end() -> None:
    head = "flow: f{n}\ntakes: [x]\nstart: a\nsteps:\n"
    link = head + "  a: {subflow: f{m}, with: {x: x}, then: end}\n"
    last = head + "  a: {play: repeat-number, with: {number: x}, then: end}\n"
    first = pin("run") + "run:\n  subflow: f1\n  with: {x: pin}\n  then: end\n"
    texts = {
        f"f{n}": (last if n == DEEPEST - 1 else link).replace("{n}", str(n)).replace("{m}", str(n + 1))
        for n in range(1, DEEPEST)
    }
    readings = [load_flow(text.encode(), f"flows/{name}.yaml") for name, text in texts.items()]
    found = check_flows([load_flow(framed(first).encode(), "flows/example.yaml"), *readings], known())
    assert [each.code for each in found] == ["F027"]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("call.number", []),
        ("call.caller", ["F035"]),
        ("last(call.caller, 4)", ["F035"]),
        ("call.caller_name", ["F035"]),
    ],
)
def test_who_may_withhold_a_number_may_leave_nothing_to_say(value: str, codes: list[str]) -> None:
    assert codes_of(say(f"'{value}'" if "(" in value else value)) == codes


def test_a_field_its_source_may_leave_empty_is_said_only_where_it_is_there() -> None:
    text = looked_up("end", "say") + "\nsay:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}"
    text += "\n  then: end"
    _, found = read(framed(text))
    assert [(each.code, each.message) for each in found] == [("F035", "'bill.amount' may be nothing here")]
    made_sure = text.replace("then: say\n", "then:\n    - {when: bill.amount, then: say}\n    - {then: end}\n", 1)
    assert codes_of(made_sure) == []


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("last(call.number, 4)", []),
        ("last(call.number, length(call.number))", ["F035"]),
        ("text(number(call.number))", ["F035"]),
    ],
)
def test_a_function_that_may_give_nothing_is_known_to(value: str, codes: list[str]) -> None:
    """`number` of a text that shows none is null, and `last` of a count that is not whole."""
    assert codes_of(say(f'"{value}"')) == codes
