from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts.message import Choice, Count, Kind, Literal, Parts, Place
from ivr.prompts.parse import parse_text
from ivr.prompts.texts import Text


def text(value: str) -> Text:
    """A text on line 1 from column 1, as if written bare."""
    return Text(value, tuple((1, column) for column in range(1, len(value) + 2)), "prompts/en.yaml")


def parts(value: str, language: str = "en") -> Parts:
    found, diagnostics = parse_text(text(value), language)
    assert not diagnostics, diagnostics
    return found


def problems(value: str, language: str = "en") -> list[tuple[str, int, int, str]]:
    """Code, column, length and message of everything wrong."""
    _, diagnostics = parse_text(text(value), language)
    return [(one.code, one.span.column, one.span.length, one.message) for one in diagnostics if one.span]


def shape(found: Parts) -> list[object]:
    """Parts without their places in the file."""
    out: list[object] = []
    for part in found:
        match part:
            case Literal(text=said):
                out.append(said)
            case Place():
                out.append((part.name, str(part.kind), part.style, *part.options))
            case Count():
                out.append(("#", part.name))
            case Choice():
                out.append((part.name, str(part.kind), {case: shape(said) for case, said in part.cases.items()}))
    return out


def test_a_sentence_is_its_stretches_and_places() -> None:
    assert shape(parts("您的余额是{amount, money}，截至{as_of, date}{as_of,time,short}。", "zh-CN")) == [
        "您的余额是",
        ("amount", "money", ""),
        "，截至",
        ("as_of", "date", "long"),
        ("as_of", "time", "short"),
        "。",
    ]


def test_every_part_knows_where_it_was_written() -> None:
    literal, place = parts("Hello {n, number}")
    assert (literal.at.column, literal.at.length) == (1, 6)
    assert (place.at.column, place.at.length) == (8, 1)


def test_a_plural_has_wordings_and_its_number() -> None:
    assert shape(parts("{n, plural, =0 {none} one {one of {k, digits, phone}} other {# of them}}")) == [
        (
            "n",
            "plural",
            {"=0": ["none"], "one": ["one of ", ("k", "digits", "phone")], "other": [("#", "n"), " of them"]},
        )
    ]


def test_the_number_sign_is_a_plurals_also_inside_its_selects_and_itself_elsewhere() -> None:
    assert shape(parts("# {n, plural, one {x} other {{s, select, other {#}}}}")) == [
        "# ",
        ("n", "plural", {"one": ["x"], "other": [("s", "select", {"other": [("#", "n")]})]}),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("don't", "don't"),
        ("'' it", "' it"),
        ("'{'x'}'", "{x}"),
        ("'{x, money}'", "{x, money}"),
        ("'{it''s}'", "{it's}"),
        ("'", "'"),
        ("'{", "{"),
    ],
)
def test_an_apostrophe_quotes_only_before_a_brace(written: str, said: str) -> None:
    assert shape(parts(written)) == [said]


def test_a_text_place_declares_its_texts() -> None:
    assert shape(parts("{name, text, May Chan | John Lee|}")) == [("name", "text", "", "May Chan", "John Lee")]


@pytest.mark.parametrize(
    ("written", "code", "column", "length", "message"),
    [
        ("a {amount} b", "P006", 3, 8, "place 'amount' has no type"),
        ("a {} b", "P006", 3, 2, "a place without a name"),
        ("a {1x, money} b", "P006", 3, 11, "a place without a name"),
        ("a {x y, money}", "P006", 3, 12, "a place without a name"),
        ("a {x, mony} b", "P006", 7, 4, "unknown type 'mony' of place 'x'"),
        ("a {x, } b", "P006", 7, 1, "unknown type '' of place 'x'"),
        ("a {x, money, short} b", "P007", 3, 17, "unknown style 'short' of money place 'x'"),
        ("a {x, date, lang} b", "P007", 3, 15, "unknown style 'lang' of date place 'x'"),
        ("a {x, date long} b", "P005", 3, 14, "place 'x' is not closed after its type"),
        ("a {x, money", "P005", 3, 1, "'{' is never closed"),
        ("a {x, text} b", "P010", 3, 9, "place 'x' may be any text"),
        ("a {x, text, | } b", "P010", 3, 13, "place 'x' may be any text"),
        ("a } b", "P005", 3, 1, "'}' closes nothing"),
        ("{n, plural, other {x}}", "P008", 1, 22, "plural 'n' has no case 'one'"),
        ("{n, plural, one {x}}", "P008", 1, 20, "plural 'n' has no case 'other'"),
        ("{n, select, a {x}}", "P008", 1, 18, "select 'n' has no case 'other'"),
        ("{n, plural, one {x} few {y} other {z}}", "P008", 21, 3, "plural 'n' has a case 'few'"),
        ("{n, plural, one {x} one {y} other {z}}", "P008", 21, 3, "case 'one' of plural 'n' is written twice"),
        ("{n, select, =1 {x} other {z}}", "P008", 13, 2, "select 'n' has a case '=1'"),
        ("{n, plural, one x}", "P008", 13, 4, "plural 'n' has a case without wording"),
        ("{n, plural, one {x", "P005", 1, 1, "'{' is never closed"),
        ("{n, plural", "P005", 1, 1, "'{' is never closed"),
    ],
)
def test_a_mistake_is_shown_at_its_characters(written: str, code: str, column: int, length: int, message: str) -> None:
    assert (code, column, length, message) in problems(written)


def test_one_mistake_does_not_hide_the_next() -> None:
    assert [code for code, *_ in problems("{a}{b, mony}{c, date, x}{d, text}}")] == [
        "P006",
        "P006",
        "P007",
        "P010",
        "P005",
    ]


def test_a_misspelt_type_and_style_get_the_nearest_name() -> None:
    _, diagnostics = parse_text(text("{a, mony} {b, date, lon}"), "en")
    assert [one.hint for one in diagnostics] == ["did you mean 'money'?", "did you mean 'long'?"]


def test_an_exact_one_stands_for_english_one() -> None:
    assert parts("{n, plural, =1 {x} other {y}}")


def test_chinese_needs_no_one_and_may_not_have_it() -> None:
    assert parts("{n, plural, other {#位}}", "zh-CN")
    assert problems("{n, plural, one {一位} other {#位}}", "zh-CN")[0][3] == "plural 'n' has a case 'one'"


def test_nesting_and_length_are_bounded() -> None:
    deep = "{n, select, other {" * 50 + "}}" * 50
    assert "nested too deeply" in problems(deep)[0][3]
    assert problems("x" * 5000)[0][:1] == ("P004",)


SYNTAX = st.sampled_from(
    ["{", "}", "'", "#", ",", " ", "n", "plural", "select", "other", "one", "=0", "money", "text", "|", "两"]
)


@given(st.lists(SYNTAX, max_size=40).map("".join) | st.text(max_size=40))
def test_no_text_breaks_the_reader(value: str) -> None:
    found, diagnostics = parse_text(text(value), "en")
    assert isinstance(found, tuple)
    for one in diagnostics:
        assert one.span
        assert 1 <= one.span.column <= len(value) + 1


@given(st.text(st.characters(exclude_characters="{}'"), max_size=30))
def test_a_text_without_syntax_is_itself(value: str) -> None:
    assert "".join(str(part) for part in shape(parts(value))) == value


def test_kinds_are_those_the_flow_check_knows() -> None:
    assert {str(kind) for kind in Kind} == {
        "money",
        "date",
        "time",
        "number",
        "digits",
        "duration",
        "text",
        "plural",
        "select",
    }
