from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.source import Source
from ivr.prompts.texts import Entry, read_entries


def read(text: str) -> tuple[dict[str, Entry], list[tuple[str, str]]]:
    """Entries by name, and (place, message) of every mistake."""
    entries, diagnostics = read_entries(Source("p.yaml", text))
    return {entry.name: entry for entry in entries}, [
        (str(one.span), f"{one.code} {one.message}") for one in diagnostics
    ]


def test_groups_give_dotted_names() -> None:
    entries, wrong = read("a: x\nidentify:\n  ask: y\n  pin:\n    retry: z\n")
    assert {name: entry.texts[0][1].value for name, entry in entries.items()} == {
        "a": "x",
        "identify.ask": "y",
        "identify.pin.retry": "z",
    }
    assert not wrong


def test_every_value_is_text_whatever_yaml_would_make_of_it() -> None:
    entries, wrong = read('a: 5\nb: yes\nc: 2026-11-20\nd: 12:30\ne: "null"\n')
    assert [entry.texts[0][1].value for entry in entries.values()] == ["5", "yes", "2026-11-20", "12:30", "null"]
    assert not wrong


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("a: Hello {x} there", 1, 10),
        ('a: "Hello {x} there"', 1, 11),
        ("a: 'It''s {x} there'", 1, 11),
        ("a:\n  - en: Hello {x}", 2, 15),
        ("a: >-\n  Hello\n  {x} there", 3, 3),
        ("a: |\n  Hello\n  {x} there", 3, 3),
        ('a: "Hel\\u0041lo {x} there"', 1, 17),
        ("a: 您好 {x} there", 1, 7),
        ("a: Hello\n  {x} there", 2, 3),
    ],
)
def test_a_character_is_found_where_it_was_written(written: str, line: int, column: int) -> None:
    entries, _ = read(written)
    found = entries["a"].texts[0][1]
    start = found.value.index("{")
    span = found.span(start, start + 3)
    assert (span.line, span.column, span.length) == (line, column, 3)


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("- x", "p.yaml:1:1", "P001 the file is not a mapping"),
        ("a: [x", "p.yaml:2:1", "P001 not YAML: did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: x\na: y", "p.yaml:2:1", "P002 'a' is written twice"),
        ("a:\n  b: x\na:\n  c: y", "p.yaml:3:1", "P002 'a' is written twice"),
        ("a: {b: x}", "p.yaml:1:4", "P004 'a' is a YAML mapping in braces"),
        ("a b: x", "p.yaml:1:1", "P002 'a b' is not a message name"),
        ("../a: x", "p.yaml:1:1", "P002 '../a' is not a message name"),
        ("[a]: x", "p.yaml:1:1", "P002 '' is not a message name"),
        ("a:", "p.yaml:1:3", "P004 'a' says nothing"),
        ("a: ''", "p.yaml:1:4", "P004 'a' says nothing"),
        ("a: ~", "p.yaml:1:4", "P004 'a' says nothing"),
        ("a: []", "p.yaml:1:4", "P004 'a' says nothing"),
        ("a:\n  - x", "p.yaml:2:5", "P004 'a' has a part that is not 'language: text'"),
        ("a:\n  b:\n    c:\n      d:\n        e: x", "p.yaml:4:7", "P002 'a.b.c.d' is grouped too deeply"),
        ("a: \x07", "p.yaml:1:4", "P001 the control character U+0007"),
    ],
)
def test_a_mistake_has_its_place(written: str, place: str, message: str) -> None:
    assert read(written)[1] == [(place, message)]


def test_an_unquoted_brace_gets_the_hint_that_helps() -> None:
    _, diagnostics = read_entries(Source("p.yaml", "a: {n, plural, other {x}}"))
    assert [one.hint for one in diagnostics] == ["a text that begins with '{' stands in quotes"]


def test_an_anchor_within_itself_ends() -> None:
    assert read("a: &x\n  b: *x\n")[1]


def test_an_empty_file_says_nothing_and_is_no_mistake() -> None:
    assert read("# nothing yet\n") == ({}, [])


@given(st.text(max_size=60))
def test_no_file_breaks_the_reader(text: str) -> None:
    read(text)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs"), max_codepoint=0xFFFF), min_size=1, max_size=30))
def test_every_character_of_a_quoted_text_has_its_column(value: str) -> None:
    if any(map(str.isalnum, value)):
        entries, _ = read("a: '" + value.replace("'", "''") + "'")
        places = entries["a"].texts[0][1].places
        assert len(places) == len(value) + 1
        assert list(places) == sorted(places)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("a: !!str 5\n", [(1, 4)]),
        ("a: !hello x\nb:\n  - !!str en: x\n", [(1, 4), (3, 5)]),
        ("!!map {a: x}\n", [(1, 1)]),
        ("a: Hello !world\nb: Hello!\nc: '!!str x'\nd: |\n  !!str x\n", []),
    ],
)
def test_a_tag_is_told_and_an_exclamation_mark_is_none(text: str, tags: list[tuple[int, int]]) -> None:
    _, found = read_entries(Source("prompts/en.yaml", text))
    told = [(each.span.line, each.span.column) for each in found if each.code == "Y007" and each.span]
    assert told == tags
