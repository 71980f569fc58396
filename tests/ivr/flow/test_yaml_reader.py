from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.yaml_reader import DEEPEST, LARGEST_FILE, Mapping, Scalar, plain, read_yaml, schema


def codes(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [each.code for each in read_yaml(data, "a.yaml").diagnostics]


def content(text: str) -> object:
    root = read_yaml(text.encode(), "a.yaml").root
    assert root is not None
    return plain(root)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2026-11-20", "2026-11-20"),
        ("<<", "<<"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("96956", 96956),
        ("-5", -5),
        ("0", 0),
        ("1.50", Decimal("1.50")),
        ("86138001380001380001", "86138001380001380001"),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_a_value_means_what_it_looks_like(written: str, value: object) -> None:
    assert content(f"a: {written}\n") == {"a": value}


def test_what_was_written_is_kept_beside_what_it_means() -> None:
    root = read_yaml(b"a: +5\nb: 'x'\n", "a.yaml").root
    assert isinstance(root, Mapping)
    first, second = (entry.value for entry in root.entries)
    assert isinstance(first, Scalar)
    assert isinstance(second, Scalar)
    assert (first.value, first.text, first.quoted) == (5, "+5", False)
    assert (second.value, second.quoted) == ("x", True)


def test_places_count_characters_and_not_bytes() -> None:
    root = read_yaml("热线: 您好 # 注\n  \n名: {'一': 二}\n".encode(), "a.yaml").root
    assert isinstance(root, Mapping)
    spans = [(e.key.span.line, e.key.span.column, e.key.span.length, e.value.span.column) for e in root.entries]
    assert spans == [(1, 1, 2, 5), (3, 1, 1, 4)]
    inner = root.entries[1].value
    assert isinstance(inner, Mapping)
    assert (inner.entries[0].key.span.column, inner.entries[0].value.span.column) == (5, 10)


def test_equal_keys_are_refused_also_when_one_is_quoted() -> None:
    document = read_yaml(b"1: a\n'1': b\n", "a.yaml")
    (found,) = document.diagnostics
    assert (found.code, found.hint) == ("Y009", "first in line 1")
    assert content(document.source.text) == {"1": "a"}


def test_anchors_are_allowed_and_billions_of_them_are_not() -> None:
    assert content("a: &x [1]\nb: *x\n") == {"a": [1], "b": [1]}
    laughs = "a: &a0 [x, x]\n" + "".join(f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(20))
    assert codes(laughs) == ["Y006"]


def test_an_anchor_cannot_contain_itself() -> None:
    assert codes("a: &a [*a]\n") == ["Y010"]


def test_depth_is_bounded_also_through_anchors() -> None:
    assert codes("[" * 100_000) == ["Y006"]
    chain = "a: &a0 [x]\n" + "".join(f"b{n}: &a{n + 1} [*a{n}]\n" for n in range(DEEPEST))
    assert codes(chain) == ["Y006"]


def test_an_enormous_file_is_refused_before_it_is_parsed() -> None:
    assert codes(b"#" * LARGEST_FILE + b"a") == ["Y001"]
    assert codes(b"a: 1\n" + b"#" * (LARGEST_FILE - 5)) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "gb18030", "latin-1"])
def test_other_encodings_are_refused(encoding: str) -> None:
    text = "a: é\n" if encoding == "latin-1" else "a: 热线\n"
    assert codes(text.encode(encoding)) == ["Y002"]


def test_a_byte_order_mark_is_left_out_with_a_warning() -> None:
    document = read_yaml(b"\xef\xbb\xbfa: 1\n", "a.yaml")
    assert content(document.source.text) == {"a": 1}
    assert [each.severity for each in document.diagnostics] == ["warning"]


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\ufeff", "# to be written\n", "\ufeff# a\n\n# b"])
def test_an_empty_file_is_told(text: str) -> None:
    assert "Y004" in codes(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\t- 1", "indent with spaces, not with tabs"),
        ("a: b: c", "a text with ': ' in it needs quotes"),
        ("a: @b", "a value that begins with * & % @ or ` needs quotes"),
        ("a: 'b' c", "put the whole value in one pair of quotes"),
        ("a: [", None),
    ],
)
def test_what_is_not_yaml_is_told_with_advice(text: str, hint: str | None) -> None:
    (found,) = read_yaml(text.encode(), "a.yaml").diagnostics
    assert (found.code, found.hint) == ("Y005", hint)
    assert found.span is not None


def test_a_control_character_is_shown_by_its_place() -> None:
    (found,) = read_yaml(b"a: 1\nb: x\x00y", "a.yaml").diagnostics
    assert (found.code, str(found.span), found.message) == ("Y005", "a.yaml:2:5", "the control character U+0000")


def test_a_second_document_is_refused() -> None:
    assert codes("a: 1\n---\nb: 2\n") == ["Y005"]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    document = read_yaml(data, "a.yaml")
    assert document.root is not None or document.diagnostics


@pytest.mark.parametrize("ending", ["\r", "\r\n", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_alike_whatever_ends_them(ending: str) -> None:
    document = read_yaml(f"a: 1{ending}b: 2{ending}c: {{".encode(), "a.yaml")
    span = document.diagnostics[0].span
    assert span is not None
    assert document.source.text.split("\n")[span.line - 1 :][:1] in (["c: {"], [])
    assert document.source.text == "a: 1\nb: 2\nc: {"


@given(st.text(max_size=200))
def test_no_text_makes_it_raise_and_every_place_is_in_the_text(text: str) -> None:
    document = read_yaml(text.encode("utf-8", "surrogatepass"), "a.yaml")
    lines = document.source.text.split("\n")
    for each in document.diagnostics:
        if each.span is not None:
            assert 1 <= each.span.line <= len(lines) + 1


@given(st.one_of(st.integers(-(10**15), 10**15), st.booleans(), st.none()))
def test_plain_values_come_back(value: int | bool | None) -> None:  # noqa: FBT001  # a value, not a switch
    written = (
        {True: "true", False: "false", None: "null"}.get(value, str(value))
        if not isinstance(value, int) or isinstance(value, bool)
        else str(value)
    )
    assert schema(written) == value
