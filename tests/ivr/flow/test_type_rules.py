"""Parts of expressions that do not fit each other are told before any call."""

from __future__ import annotations

import pytest

from ivr.flow.operations import FUNCTIONS
from ivr.flow.type_rules import _TAKES
from tests.ivr.flow.surroundings import codes_of, told


def steps(condition: str) -> str:
    return (
        f'look:\n  queue_state: sales\n  into: q\n  then:\n    - {{when: "{condition}", then: bye}}\n'
        "    - {then: bye}\nbye: {hangup: goodbye}"
    )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("starts_with(q.waiting, 'a')", "'starts_with' is given a number"),
        ("ends_with(call.number, q.waiting)", "'ends_with' is given a number"),
        ("length(q) > 1", "'length' is given a record"),
        ("last(call.number, 'x') == 'a'", "'last' is given a text"),
        ("text(q) == ''", "'text' is given a record"),
        ("number(now) == 5", "'number' is given a datetime"),
        ("call.number in ['1', 2]", "a text is looked for among a number"),
        ("q.waiting in ['a']", "a number is looked for among a text"),
        ("q.waiting in call.number", "a number is looked for in a text"),
        ("call.number in q.waiting", "something is looked for in a number"),
        ("language == 'fr'", "unknown language 'fr'"),
        ("'zh-CM' != language", "unknown language 'zh-CM'"),
        ("language in ['en', 'fr']", "unknown language 'fr'"),
    ],
)
def test_what_does_not_fit_is_told(condition: str, said: str) -> None:
    assert f"error {'F020' if 'language' in said else 'F028'}  {said}" in told(steps(condition))


@pytest.mark.parametrize(
    "condition",
    [
        "length(call.caller) > 1",
        "starts_with(call.number, '8')",
        "last(call.number, q.waiting) == 'a'",
        "text(q.waiting) == '1'",
        "number(call.number) > 5",
        "q.waiting in [1, 2, 0.5]",
        "call.number in ['1', '2']",
        "'1' in call.number",
        "language == 'en'",
        "language in ['zh-CN', 'en']",
        "call.caller in [null, '1']",
    ],
)
def test_what_fits_is_not(condition: str) -> None:
    assert codes_of(steps(condition)) == []


def test_every_function_says_what_it_takes() -> None:
    assert {name: len(wanted) for name, wanted in _TAKES.items()} == {name: row[1] for name, row in FUNCTIONS.items()}
