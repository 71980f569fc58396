"""Values that show a sentence in each of its wordings."""

from __future__ import annotations

import pytest

from ivr.prompts.compose import sentence
from ivr.prompts.examples import examples
from tests.ivr.prompts.hotline import one


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: Hello.", ["Hello."]),
        ("a: Pay {amount, money}.", ["Pay one hundred two yuan and five fen."]),
        ("a: On {at, date, short} at {at, time}.", ["On the twenty-fifth of November at nine oh five a.m."]),
        (
            'a: "{n, plural, =0 {None.} one {One, {name, text, Lin | Ho}.} other {# more.}}"',
            ["None.", "One, Lin.", "two more."],
        ),
        ('a: "{tier, select, vip {Sir.} other {Hello.}}"', ["Sir.", "Hello."]),
        ("a: Ask {name, text, Lin | Ho}.", ["Ask Lin.", "Ask Ho."]),
        ("a: Wait {t, duration}, {n, number}, {d, digits}.", None),
    ],
)
def test_each_wording_is_shown(text: str, words: list[str] | None) -> None:
    catalogue = one(text)
    (message,) = catalogue.messages["en"].values()
    said = list(dict.fromkeys(sentence(catalogue, "a", args, "en") for args in examples(message)))
    assert words is None or said == words
    assert said
