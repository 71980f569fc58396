"""`record`, `survey`, `callback` and `ticket` as they are written, and what the check says of them."""

from __future__ import annotations

import pytest

from ivr.flow.model import Callback, RecordWords, Survey, Ticket
from tests.ivr.flow.surroundings import codes_of, told
from tests.ivr.flow.test_check import pin
from tests.ivr.flow.test_load import step

TRIES = "no_input: {after: 4s, tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"


LOOKED_UP = (
    "say:\n  lookup: balance\n  with: {account: words}\n  timeout: 1s\n  max_age: 1d\n  on_timeout: end\n"
    "  on_error: end\n  into: b\n  then: end"
)


def survey(questions: str, more: str = "then: end") -> str:
    return f"rate:\n  survey: s\n  questions: {questions}\n  {TRIES}\n  {more}"


def callback(number: str, more: str = "") -> str:
    return f"back:\n  callback: sales\n  number: {number}\n  {more}then: end"


def ticket(fields: str, more: str = "") -> str:
    return f"file:\n  ticket: fault\n  with: {fields}\n  {more}then: end"


def test_a_record_step_has_its_bounds() -> None:
    found = step("say:\n  record: leave-word\n  into: words\n  longest: 1min\n  then: end")
    assert isinstance(found, RecordWords)
    assert (found.into, found.longest_ms, found.silence_ms) == ("words", 60_000, 5_000)


def test_the_figures_of_a_question_are_a_range_or_a_list() -> None:
    found = step(survey("{q: {message: main-menu, keys: 1-5}, r: {message: main-menu, keys: [1, 0]}}", "then: end"))
    assert isinstance(found, Survey)
    assert [(question.name, question.keys) for question in found.questions] == [("q", "12345"), ("r", "10")]
    assert (found.no_input.after_ms, found.no_input.tries) == (4_000, 2)


@pytest.mark.parametrize("keys", ["5-1", "1-1", "5", "1 to 5", "[]", "[12]", "['#']", "{1: 2}"])
def test_other_figures_are_refused(keys: str) -> None:
    assert codes_of(survey(f"{{q: {{message: main-menu, keys: {keys}}}}}")) == ["F007"]


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ("{}", "F003"),
        ("[a]", "F003"),
        ("{q: main-menu}", "F003"),
        ("{q: {message: main-menu}}", "F002"),
        ("{q: {message: main-menu, keys: 1-5, tries: 3}}", "F001"),
        ("{a-b: {message: main-menu, keys: 1-5}}", "F009"),
        ("{q: {message: mian-menu, keys: 1-5}}", "F017"),
        ("{q: {message: repeat-number, keys: 1-5}}", "F029"),
        ("{" + ", ".join(f"q{n}: {{message: main-menu, keys: 1-5}}" for n in range(10)) + "}", "F011"),
    ],
)
def test_what_is_wrong_with_questions_is_told(questions: str, code: str) -> None:
    assert codes_of(survey(questions)) == [code]


def test_answers_are_numbers_and_there_only_when_all_are_given() -> None:
    low = "then:\n    - {when: r.q <= 2, then: end}\n    - {then: end}"
    asked = survey("{q: {message: main-menu, keys: 1-5}}", f"into: r\n  {low}")
    assert codes_of(asked) == []
    assert codes_of(asked.replace("r.q <= 2", "r.q == 'x'")) == ["F028"]
    assert codes_of(asked.replace("r.q", "r.x")) == ["F026"]
    silent = asked.replace("tries: 2, then: end}\n  wrong", "tries: 2, then: after}\n  wrong", 1)
    assert codes_of(f"{silent}\nafter:\n  branch:\n    - {{when: r.q == 1, then: end}}\n    - {{then: end}}") == [
        "F025"
    ]


def test_a_survey_asks_so_a_circle_through_it_is_none_that_spins() -> None:
    text = survey("{q: {message: main-menu, keys: 1-5}}", "then: rate")
    assert codes_of(text) == []


def test_a_callback_is_read_with_its_times() -> None:
    found = step(callback("call.number", "reason: nobody free\n  not_before: 10min\n  not_after: 1d\n  "))
    assert isinstance(found, Callback)
    assert (found.not_before_ms, found.not_after_ms, found.reason.evaluate({})) == (600_000, 86_400_000, "nobody free")
    plain = step(callback("call.number"))
    assert isinstance(plain, Callback)
    assert (plain.not_before_ms, plain.not_after_ms, plain.reason.evaluate({})) == (None, None, "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (callback("call.number").replace("sales", "slaes"), "F014"),
        (callback("call.caller"), "F035"),
        (callback("1"), "F028"),
        (callback("call.number").replace("  number: call.number\n", ""), "F002"),
        (callback("call.number", "not_before: 1d\n  not_after: 1h\n  "), "F011"),
        (callback("call.number", "not_after: 60d\n  "), "F011"),
        (pin("back") + callback("pin"), "F027"),
        (pin("back") + callback("call.number", "reason: = pin\n  "), "F027"),
    ],
)
def test_what_is_wrong_with_a_callback_is_told(text: str, code: str) -> None:
    assert set(codes_of(text)) == {code}


def test_a_ticket_is_read_with_its_colour_and_recording() -> None:
    found = step(
        "file:\n  ticket: fault\n  colour: red\n  with: {account: call.caller}\n  recording: words\n  then: end"
    )
    assert isinstance(found, Ticket)
    assert (found.kind, found.colour, found.recording is not None) == ("fault", "red", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ticket("{account: call.caller}"), None),  # may be nothing: a ticket is opened all the same
        (ticket("{account: null}", "colour: red\n  "), None),
        (ticket("{account: null}", "colour: pink\n  "), "F037"),
        (ticket("{account: null}").replace("fault", "fualt"), "F037"),
        (ticket("{}"), "F029"),
        (ticket("{account: null, street: call.caller}"), "F029"),
        (ticket("{account: 5}"), "F028"),
        (ticket("{account: null}", "recording: call.number\n  "), "F028"),
        (ticket("{account: null}", "recording: words\n  "), "F025"),
        (pin("file") + ticket("{account: pin}"), "F027"),
        (pin("file") + ticket("{account: 'last(pin, 2)'}"), "F027"),
    ],
)
def test_a_ticket_gets_what_its_kind_takes_and_nothing_sensitive(text: str, code: str | None) -> None:
    assert set(codes_of(text)) == ({code} if code else set())


@pytest.mark.parametrize(
    "use",
    [
        "say:\n  say: words\n  as: digits\n  then: end",
        "say:\n  play: repeat-number\n  with: {number: words}\n  then: end",
        LOOKED_UP,
        "say:\n  dial: = words\n  ring: 9s\n  after: {answered: end, no_answer: end}",
    ],
)
def test_a_recording_is_never_said_asked_or_dialled(use: str) -> None:
    text = "words:\n  record: leave-word\n  into: words\n  longest: 1min\n  then: say\n"
    assert codes_of(text + use) == ["F028"]


def test_a_name_that_is_misspelt_is_met_with_the_nearest() -> None:
    assert "did you mean 'fault'?" in told(ticket("{account: null}").replace("fault", "fualt"))
    assert "did you mean 'yellow'?" in told(ticket("{account: null}", "colour: yelow\n  "))
