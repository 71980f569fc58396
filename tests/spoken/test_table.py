"""What is spoken of a hundred values in three languages, compared with what was written by hand from the rules."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from dialplan.source import Span
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.compose import compose, everything_said
from ivr.prompts.tokens import grammar
from ivr.prompts.values_alone import VALUE, message_of, with_values
from lab.listening import Heard, Prompt
from tests.spoken.house import Reading, readings
from tests.spoken.matching import differences
from tests.spoken.rows import LANGUAGES, Row, rows, rules

BOUNDS: Final = {
    "money": (
        "0 1 2 10 11 20 22 100 101 102 110 200 222 1000 1001 1010 10000 10001 100000000 0.01 0.02 0.10 0.20 -1 -2"
    ),
    "count": "0 1 2 10 11 20 22 102 110 200 1000 10001",
    "time": "00:00 00:01 02:00 09:05 11:59 12:00 13:15 23:59",
}
"""Where a rule changes: these are in the table, whoever rewrites it."""


def spoken() -> Catalogue:
    """A catalogue that says values alone, and nothing else."""
    empty = Catalogue({language: {} for language in LANGUAGES})
    return with_values(empty, {message_of(*row.kind.split(" ")): Span("x", 1, 1, 1) for row in rows()})


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_value_is_said_as_the_table_has_it(language: str) -> None:
    catalogue = spoken()
    ready = {said.id for said in everything_said(catalogue)}
    wrong = []
    for row in rows():
        fragments = compose(catalogue, message_of(*row.kind.split(" ")), {VALUE: row.typed}, language)
        said = grammar(language).between.join(fragment.text for fragment in fragments)
        if said != row.words[language]:
            wrong.append(f"{row}: {said!r}, the table has {row.words[language]!r}")
        assert {fragment.id for fragment in fragments} <= ready, row
    assert not wrong, "\n".join(wrong)


def test_the_table_has_a_hundred_values_each_once_and_every_bound() -> None:
    assert len(rows()) == 100
    assert Counter((row.kind, row.value) for row in rows()).most_common(1)[0][1] == 1
    there = {(row.kind, row.value.partition(" ")[0]) for row in rows() if not row.value.endswith(("HKD", "USD"))}
    missing = [
        (kind, value) for kind, values in BOUNDS.items() for value in values.split() if (kind, value) not in there
    ]
    assert not missing


def test_each_row_is_of_a_rule_that_has_a_source_in_each_language() -> None:
    known = rules()
    assert {(row.rule, language) for row in rows() for language in LANGUAGES} == set(known)
    assert all(known.values())


def test_a_row_is_read_as_it_is_written() -> None:
    assert str(Row("time", "09:05", "clock", {}).typed) == "2026-11-25 09:05:00"


def test_each_value_of_each_language_is_in_one_call() -> None:
    played = Counter((one.language, row.kind, row.value) for one in readings() for row in one.rows)
    assert set(played.values()) == {1}
    assert len(played) == 300


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        (["两|", "元", "一|", "百"], 2),
        (["两", "元", "一百", "元"], 0),
        (["二", "元", "一百", "元"], 1),
        (["两", "元", "一百"], 1),
        (["两", "一百", "元"], 2),
        (["两", "元", "一百", "元", "元"], 1),
        ([], 2),
    ],
)
def test_what_is_heard_otherwise_is_told(heard: list[str], told: int) -> None:
    """A sound that ends in `|` was cut."""
    some = tuple(row for row in rows() if row.value in {"2 CNY", "100 CNY"})
    reading = Reading("7000", "zh-CN", some)
    assert len(list(differences(reading, [sound(text) for text in heard], spoken()))) == told


def sound(text: str) -> Heard:
    words, cut, _ = text.partition("|")
    prompt = Prompt(words, "zh-CN", words, (b"", b""), 0, 1)
    return Heard(prompt, 0, 1, 0, 0 if cut else 1)
