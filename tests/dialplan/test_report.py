from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.codes import CODES
from dialplan.diagnostics import Diagnostic
from dialplan.report import as_github, as_json, as_markdown, as_text, display_width
from dialplan.source import Source, Span

FLOW = Source("flows/main.yaml", "steps:\n    hours: office\n    open: main_mneu\n    说: 您好啊 x\n\tkey: a\n")
SOURCES = {FLOW.name: FLOW}
UNKNOWN = Diagnostic(
    "F012",
    "error",
    Span(FLOW.name, 3, 11, 9),
    "unknown step 'main_mneu'",
    hint="did you mean 'main_menu' (line 34)?",
)
MISSING = Diagnostic("P003", "error", None, "'your-balance' is missing", file="prompts/yue-HK.yaml")


def test_a_mistake_is_shown_with_its_line_and_a_caret() -> None:
    assert as_text([MISSING, UNKNOWN], SOURCES, scope="3 flows, 41 prompts, 3 languages") == (
        "flows/main.yaml:3:11 error F012  unknown step 'main_mneu'\n"
        "    2 |     hours: office\n"
        "    3 |     open: main_mneu\n"
        "      |           ^^^^^^^^^ did you mean 'main_menu' (line 34)?\n"
        "prompts/yue-HK.yaml error P003  'your-balance' is missing\n"
        "2 errors, 0 warnings in 3 flows, 41 prompts, 3 languages\n"
    )


@pytest.mark.parametrize(
    ("span", "under"),
    [
        (Span(FLOW.name, 4, 8, 3), "      |         ^^^^^^"),
        (Span(FLOW.name, 4, 12, 1), "      |                ^"),
        (Span(FLOW.name, 5, 2, 3), "      |     ^^^"),
        (Span(FLOW.name, 3, 19, 50), "      |                   ^"),
    ],
    ids=["wide", "after wide", "after a tab", "past the end"],
)
def test_the_caret_stands_under_the_word_whatever_its_width(span: Span, under: str) -> None:
    lines = as_text([Diagnostic("F001", "warning", span, "m", expected="a name")], SOURCES).splitlines()
    assert under in lines
    assert "      = expected: a name" in lines
    assert lines[-1] == "0 errors, 1 warning"


def test_a_very_long_line_is_shown_around_the_place() -> None:
    source = Source("f", "a" * 1000 + "wrong" + "b" * 1000)
    shown = as_text([Diagnostic("F001", "error", Span("f", 1, 1001, 5), "m")], {"f": source}).splitlines()
    column = shown[2].index("^")
    assert shown[1][column : column + 5] == "wrong"
    assert len(shown[1]) < 400


def test_a_name_from_outside_cannot_move_the_cursor() -> None:
    text = as_text([Diagnostic("F001", "error", None, "name '\x1b[2J\n'", file="a\rb")], {})
    assert text == "a�b error F001  name '�[2J�'\n1 error, 0 warnings\n"


def test_colour_changes_nothing_but_colour() -> None:
    import re

    colored = as_text([UNKNOWN, MISSING], SOURCES, color=True)
    assert colored != as_text([UNKNOWN, MISSING], SOURCES)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == as_text([UNKNOWN, MISSING], SOURCES)


def test_programs_get_all_facts_as_json() -> None:
    record = json.loads(as_json([UNKNOWN]))
    assert record["errors"] == 1
    assert record["diagnostics"][0] | {"message": ""} == {
        "code": "F012",
        "severity": "error",
        "file": "flows/main.yaml",
        "line": 3,
        "column": 11,
        "length": 9,
        "message": "",
        "expected": None,
        "hint": "did you mean 'main_menu' (line 34)?",
    }


def test_a_forge_gets_one_annotation_a_line() -> None:
    odd = Diagnostic("F001", "warning", Span("a,b:c.yaml", 1, 2, 3), "50% \n off", expected="x")
    assert as_github([odd, MISSING]) == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,endColumn=5,title=F001::50%25 %0A off; expected: x\n"
        "::error file=prompts/yue-HK.yaml,title=P003::'your-balance' is missing\n"
    )


def test_each_code_has_its_anchor_and_two_examples() -> None:
    page = as_markdown(CODES)
    for code in CODES:
        assert f'<a id="{code.lower()}"></a>' in page
    assert page.count("```") == 4 * len(CODES)


@given(st.text(), st.integers(-5, 500), st.integers(-5, 500), st.integers(-5, 500))
def test_no_place_and_no_text_makes_a_report_fail(text: str, line: int, column: int, length: int) -> None:
    diagnostic = Diagnostic("F001", "error", Span("f", line, column, length), text, text, text)
    shown = as_text([diagnostic], {"f": Source("f", text)})
    assert shown.endswith("1 error, 0 warnings\n")
    assert "\x1b" not in shown
    json.loads(as_json([diagnostic]))


def test_widths_are_those_of_a_terminal() -> None:
    assert [display_width(text) for text in ("ab", "您好", "ａ", "e\u0301", "")] == [2, 4, 2, 1, 0]
