"""What `hotline check` promises: one slip for each in a hotline that is right. docs/diagnostics.md has the rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.cli import checking
from ivr.config.checked import check_hotline
from tests.ivr.flow.surroundings import SMALL

MAIN, EN, IDENTIFY = "flows/main.yaml", "prompts/en.yaml", "flows/identify.yaml"
CLAUSE = "  bye: {hangup: goodbye}"
PROMISES = {
    "no unreachable step": (MAIN, CLAUSE, f"{CLAUSE}\n  spare: {{hangup: goodbye}}", "F021", "warning"),
    "no dead end": (
        MAIN,
        "  greet: {play: welcome, then: open_now}",
        (
            "  greet: {play: welcome, then: trap}\n  trap:\n    menu: main-menu\n    keys: {1: trap}\n"
            "    no_input: {then: trap}\n    wrong_input: {then: trap}"
        ),
        "F022",
        "error",
    ),
    "no loop without a bound": (MAIN, "closed: record", "closed: greet", "F023", "error"),
    "no tries without a bound": (
        MAIN,
        "no_input: {then: person}",
        "no_input: {tries: 100, then: person}",
        "F011",
        "error",
    ),
    "no wait without a bound": (MAIN, "    longest: 10min\n    after", "    after", "F002", "error"),
    "no path that ends in silence": (
        MAIN,
        "greet: {play: welcome, then: open_now}",
        "greet: {hangup: }",
        "F040",
        "warning",
    ),
    "no path that ends without a word": (MAIN, "      0: person", "      0: end", "F041", "warning"),
    "no unknown message": (MAIN, "play: welcome", "play: welcom", "F017", "error"),
    "no message missing in a language": (EN, "goodbye: Goodbye.\n", "", "P003", "error"),
    "no plural form missing in a language": (
        EN,
        "number, digits}",
        "number, digits} {n, plural, other {#}}",
        "P008",
        "error",
    ),
    "no amount in one language alone": (EN, "{amount, money}", "an amount", "P009", "error"),
    "no date in one language alone": (EN, "{as_of, date, long}", "now", "P009", "error"),
    "no form of a date that cannot be said": (EN, "date, long", "date, longest", "P007", "error"),
    "no value that is not given": (
        MAIN,
        "with: {amount: bill.amount, as_of: bill.as_of}",
        "with: {amount: bill.amount}",
        "F029",
        "error",
    ),
    "no value that may be nothing": (
        MAIN,
        "      - {when: bill.amount, then: say_balance}\n      - {then: person}",
        "      - {then: say_balance}",
        "F035",
        "error",
    ),
    "no unknown queue": (MAIN, "queue: sales", "queue: sails", "F014", "error"),
    "no unknown flow": (MAIN, "subflow: identify", "subflow: identfy", "F013", "error"),
    "no unknown step": (MAIN, "then: menu", "then: mneu", "F012", "error"),
    "no unknown variable": (MAIN, "when: identity.verified", "when: identty.verified", "F025", "error"),
    "no unknown field": (MAIN, "when: identity.verified", "when: identity.verifed", "F026", "error"),
    "no variable read before it is set": (
        MAIN,
        "greet: {play: welcome",
        "greet: {play: your-balance, with: {amount: bill.amount, as_of: bill.as_of}",
        "F025",
        "error",
    ),
    "no key with two ways": (MAIN, "      0: person", "      0: person\n      0: menu", "Y009", "error"),
    "no two ways with one condition": (
        MAIN,
        "      - {when: identity.verified, then: balance}",
        "      - {when: identity.verified, then: balance}\n      - {when: identity.verified, then: menu}",
        "F024",
        "error",
    ),
    "no sensitive value said": (
        IDENTIFY,
        "  known: {",
        "  tell: {play: repeat-number, with: {number: pin}, then: known}\n  known: {",
        "F027",
        "error",
    ),
    "no sensitive value to a script": (
        IDENTIFY,
        "  known: {",
        "  run: {script: greet, args: [pin], on_error: known, then: known}\n  known: {",
        "F027",
        "error",
    ),
}
ON_THE_WAY = {"no sensitive value said": "tell", "no sensitive value to a script": "run"}
"""Steps that must be come to for their promise to be broken."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "scripts").mkdir(exist_ok=True)
    (copy / "scripts" / "greet.py").write_text("print()\n", "utf-8")
    return copy


def broken(folder: Path, promise: str) -> None:
    name, right, wrong, *_ = PROMISES[promise]
    text = (folder / name).read_text("utf-8")
    assert right in text, "the small hotline has changed: choose another slip"
    text = text.replace(right, wrong, 1)
    if promise in ON_THE_WAY:
        text = text.replace("then: known}", f"then: {ON_THE_WAY[promise]}}}", 1)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_that_is_broken_is_told(folder: Path, promise: str) -> None:
    assert check_hotline(folder, {}).diagnostics == ()
    broken(folder, promise)
    loaded = check_hotline(folder, {})
    code, severity = PROMISES[promise][3:]
    assert (code, severity) in {(each.code, each.severity) for each in loaded.diagnostics}, as_text(
        loaded.diagnostics, loaded.sources
    )


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(("promise", "code"), [("no unreachable step", 0), ("no unknown queue", 1)])
def test_warnings_and_errors_are_told_apart_in_every_form_and_by_the_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str, promise: str, code: int
) -> None:
    broken(folder, promise)
    assert checking.check(folder, form, cache=False) == code
    said = capsys.readouterr().out
    assert ("error" if code else "warning") in said.replace("0 errors", "").replace('"errors": 0', "")
    assert PROMISES[promise][3] in said


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("greet: {branch: [{when: \"language == 'en'\", then: end}, {then: bye}]}", ["greet"]),
        ("greet: {queue: sales, longest: 5min, after: {answered: end, timed_out: bye}}", []),
        ("greet: {queue: sales, longest: 5min, after: {answered: end, timed_out: bye, full: end}}", ["greet"]),
        ("greet: {dial: PJSIP/1, ring: 20s, after: {answered: end, no_answer: bye}}", []),
        ("greet: {dial: PJSIP/1, ring: 20s, after: {answered: end, no_answer: end}}", ["greet"]),
        ("greet: {script: greet, on_error: bye, then: end}", []),
        ("greet: {script: greet, on_error: end, then: bye}", ["greet"]),
        ("greet: {subflow: identify, then: end}", []),
    ],
)
def test_what_counts_as_silence(folder: Path, steps: str, told: list[str]) -> None:
    (folder / MAIN).write_text(f"flow: main\nstart: greet\nsteps:\n  {steps}\n{CLAUSE}\n", "utf-8")
    found = [each for each in check_hotline(folder, {}).diagnostics if each.code == "F040"]
    assert [each.message.split("'")[1] for each in found] == told


def test_a_flow_that_may_be_silent_makes_its_caller_silent(folder: Path) -> None:
    text = (folder / IDENTIFY).read_text("utf-8")
    (folder / IDENTIFY).write_text(
        text.replace("start: ask_account", "start: maybe").replace(
            "steps:", "steps:\n  maybe: {branch: [{when: \"language == 'en'\", then: unknown}, {then: ask_account}]}"
        ),
        "utf-8",
    )
    (folder / MAIN).write_text(
        f"flow: main\nstart: who\nsteps:\n  who: {{subflow: identify, then: end}}\n{CLAUSE}\n", "utf-8"
    )
    found = [each for each in check_hotline(folder, {}).diagnostics if each.code == "F040"]
    assert [each.message.split("'")[1] for each in found] == ["who"]


ASK = "keys: {1: bye}, no_input: {after: 5s, tries: 2, then: bye}, wrong_input: {tries: 2, then: bye}"
MENU = f"greet: {{menu: main-menu, {ASK}}}"
SPOKEN = "  greet: {play: welcome, then: last}\n"
WITHOUT_A_WORD = [
    (f"  {MENU}", ""),
    (f"  {MENU.replace('1: bye', '1: end')}", "'greet' (key 1) without a word"),
    (f"  {MENU.replace('2, then: bye', '2, then: end')}", "'greet' (no_input, wrong_input) without a word"),
    (f"  {MENU.replace('1: bye', '1: last')}\n  last: {{hangup: }}", "'last' without a word after 'greet' (key 1)"),
    (f"  {MENU.replace('1: bye', '1: last')}\n  last: {{play: welcome, then: end}}", ""),
    (f"{SPOKEN}  last: {{hangup: }}", ""),
    (f"{SPOKEN}  last: {{hours: office, open: end, closed: end}}", ""),
    (
        SPOKEN + "  last: {collect: ask-account, into: a, length: 6, no_input: {tries: 1, then: bye}, "
        "wrong_input: {tries: 1, then: bye}, then: end}",
        "'last' without a word",
    ),
    (
        SPOKEN + "  last: {voicemail: messages, message: leave-word, longest: 1min, then: end}",
        "'last' without a word",
    ),
    (f"{SPOKEN}  last: {{queue: sales, longest: 1min, after: {{answered: end, timed_out: bye}}}}", ""),
    (
        f"{SPOKEN}  last: {{queue: sales, longest: 1min, after: {{answered: bye, timed_out: end}}}}",
        "'last' (after timed_out, empty, full, withdrawn, failed) without a word",
    ),
    (
        (
            f"{SPOKEN}  last: {{queue: sales, longest: 1min, exit_keys: {{1: end}}, "
            "after: {answered: bye, timed_out: bye}}"
        ),
        "'last' (key 1) without a word",
    ),
    (
        (
            f"{SPOKEN}  last: {{dial: PJSIP/1, ring: 20s, "
            "after: {answered: end, no_answer: end, busy: bye, failed: bye}}"
        ),
        "'last' (after no_answer) without a word",
    ),
    (
        f"{SPOKEN}  last: {{transfer: PJSIP/1, ring: 20s, after: {{no_answer: end, busy: bye, failed: bye}}}}",
        "'last' (after no_answer) without a word",
    ),
    (f"{SPOKEN}  last: {{subflow: identify, then: end}}", "'last' without a word after 'ask_account' (no_input)"),
    (f"{SPOKEN}  last: {{subflow: identify, then: said}}\n  said: {{play: welcome, then: end}}", ""),
]


@pytest.mark.parametrize(("steps", "told"), WITHOUT_A_WORD, ids=range(len(WITHOUT_A_WORD)))
def test_what_counts_as_a_word(folder: Path, steps: str, told: str) -> None:
    (folder / MAIN).write_text(f"flow: main\nstart: greet\nsteps:\n{steps}\n{CLAUSE}\n", "utf-8")
    found = [each for each in check_hotline(folder, {}).diagnostics if each.code == "F041"]
    assert [each.message for each in found] == ([f"a call can end at {told}"] if told else [])


def test_the_shortest_way_to_an_end_without_a_word_is_told(folder: Path) -> None:
    (folder / MAIN).write_text(
        "flow: main\nstart: greet\nsteps:\n  greet: {play: welcome, then: who}\n"
        "  who: {subflow: identify, then: office}\n"
        "  office: {hours: office, open: last, closed: bye}\n  last: {hangup: }\n" + CLAUSE + "\n",
        "utf-8",
    )
    (found,) = (each for each in check_hotline(folder, {}).diagnostics if each.code == "F041")
    assert found.message == "a call can end at 'last' without a word after 'ask_account' (no_input)"
    assert found.hint == "the way there: greet → who → office (open) → last"


def test_a_call_that_ends_inside_a_flow_that_was_run_is_told_there_with_the_way(folder: Path) -> None:
    text = (folder / IDENTIFY).read_text("utf-8")
    (folder / IDENTIFY).write_text(text.replace("  known: {", "  cut: {hangup: }\n  known: {"), "utf-8")
    text = (folder / IDENTIFY).read_text("utf-8").replace("then: known}", "then: cut}")
    (folder / IDENTIFY).write_text(text, "utf-8")
    found = [each for each in check_hotline(folder, {}).diagnostics if each.code == "F041"]
    assert [each.span.file for each in found if each.span] == [IDENTIFY]
    assert "identify.ask_account" in str(found[0].hint)


def test_flows_in_a_circle_are_followed_no_further(folder: Path) -> None:
    text = (folder / IDENTIFY).read_text("utf-8")
    (folder / IDENTIFY).write_text(
        text.replace("start: ask_account", "start: around").replace(
            "steps:", "steps:\n  around: {subflow: main, then: ask_account}"
        ),
        "utf-8",
    )
    codes = {each.code for each in check_hotline(folder, {}).diagnostics}
    assert "F030" in codes
    assert not codes & {"F040", "F041"}
