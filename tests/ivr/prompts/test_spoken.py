from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.prompts import CannotSay, Money
from ivr.prompts.spoken.grammar import LARGEST, LONGEST_S, Tokens
from ivr.prompts.tokens import GRAMMARS, grammar

SENTENCES = Path(__file__).with_name("sentences")


def say(language: str, kind: str, value: str) -> Tokens:
    """One line of a table of sentences, said."""
    speak = grammar(language)
    method, _, style = kind.partition(" ")
    match method:
        case "money":
            return speak.money(Money(Decimal(value), style))
        case "number":
            return speak.number(int(value) if value.lstrip("-").isdigit() else Decimal(value))
        case "count":
            return speak.count(int(value))
        case "date":
            return speak.date(dt.date.fromisoformat(value), style)
        case "time":
            return speak.time(dt.time.fromisoformat(value))
        case "duration":
            return speak.duration(int(value), style)
        case "digits":
            return speak.digits(value, style)
    raise AssertionError(kind)


def table(language: str) -> list[tuple[str, str, str]]:
    lines = (SENTENCES / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(kind, value, heard) for kind, value, _, heard in cells]


@pytest.mark.parametrize("language", GRAMMARS)
def test_a_hundred_reviewed_sentences_are_said_as_reviewed(language: str) -> None:
    wrong = []
    for kind, value, heard in table(language):
        said = grammar(language).between.join(say(language, kind, value))
        if said != heard:
            wrong.append(f"{kind} {value}: {said!r}, reviewed {heard!r}")
    assert not wrong, "\n".join(wrong)
    assert len(table(language)) >= 100


@pytest.mark.parametrize("language", GRAMMARS)
@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("money CNY", "0.001", "finer than a hundredth"),
        ("money CNY", str(LARGEST + 1), "beyond"),
        ("money CNY", "1E+400000", "beyond"),
        ("money EUR", "1", "currency other than CNY, HKD, USD"),
        ("number", "NaN", "not a finite"),
        ("number", str(LARGEST + 1), "beyond"),
        ("number", "0.0000001", "more than 6 decimals"),
        ("number", "1.0000001", "more than 6 decimals"),
        ("count", str(-LARGEST - 1), "beyond"),
        ("date long", "1899-12-31", "year outside 1900 to 2099"),
        ("date long", "2100-01-01", "year outside 1900 to 2099"),
        ("duration", "-1", "duration outside"),
        ("duration", str(LONGEST_S + 1), "duration outside"),
        ("digits", "", "must be a text of"),
        ("digits", "12a", "must be a text of"),
        ("digits", "１２", "must be a text of"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(language: str, kind: str, value: str, reason: str) -> None:
    with pytest.raises(CannotSay, match=reason):
        say(language, kind, value)


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(CannotSay) as refused:
        grammar("en").digits("4711x", "")
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize("language", GRAMMARS)
def test_trailing_zeros_change_nothing(language: str) -> None:
    speak = grammar(language)
    assert speak.money(Money(Decimal("123.4500"), "CNY")) == speak.money(Money(Decimal("123.45"), "CNY"))
    assert speak.number(Decimal("2.500")) == speak.number(Decimal("2.5"))
    assert speak.number(Decimal("1E+3")) == speak.number(1000)


@pytest.mark.parametrize("language", GRAMMARS)
def test_the_longest_duration_can_be_said(language: str) -> None:
    assert grammar(language).duration(LONGEST_S, "")
    assert grammar(language).duration(LONGEST_S, "minutes")
