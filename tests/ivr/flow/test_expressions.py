from __future__ import annotations

import weakref
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.expressions import EvaluationError, ExpressionError, constant, parse


@dataclass(frozen=True)
class Money:
    """As data sources give it."""

    amount: Decimal
    currency: str


SCOPE: dict[str, object] = {
    "customer": {"tier": "vip", "none": None, "balance": Money(Decimal("12.50"), "CNY"), "since": date(2020, 1, 1)},
    "call": {"from": "13800138000", "number": "96956"},
    "other": Money(Decimal(1), "HKD"),
    "tries": 3,
    "tenth": 0.1,
    "ok": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("customer.tier == 'vip'", True),
        ("call.from", "13800138000"),
        ("'call.from ' + call.from", "call.from 13800138000"),
        ("call.number == '96956' and tries > 2", True),
        ("tries * 2 + 1", 7),
        ("tries / 2", Decimal("1.5")),
        ("-tries", -3),
        ("tenth + 0.2 == 0.3", True),
        ("tries in [1, 2, 3]", True),
        ("customer.tier not in ['vip', 'gold']", False),
        ("'800' in call.from", True),
        ("not ok", False),
        ("tries and ok", True),
        ("customer.none or tries", True),
        ("null", None),
        ("nobody", None),
        ("nobody.at.all", None),
        ("customer.tier.deeper", None),
        ("customer.none < 3", False),
        ("customer.none >= 3", False),
        ("customer.none + 3", None),
        ("customer.none == null", True),
        ("customer.balance < 20", True),
        ("customer.balance == 12.5", True),
        ("customer.balance - 2.5", Decimal(10)),
        ("-customer.balance", Decimal("-12.50")),
        ("-customer.none", None),
        ("customer.balance in [10, 12.5]", True),
        ("1 / 0", None),
        ("customer.balance / (tries - 3)", None),
        ("length(call.from)", 11),
        ("length(customer.none)", 0),
        ("last(call.from, 4)", "8000"),
        ("starts_with(call.from, '138')", True),
        ("ends_with(customer.none, 'x')", False),
        ("text(tries)", "3"),
        ("number('12.5') > 12", True),
        ("number('nan')", None),
    ],
)
def test_an_expression_gives(text: str, value: object) -> None:
    assert parse(text).evaluate(SCOPE) == value


@pytest.mark.parametrize(
    "text",
    [
        "customer.__class__", "().__class__.__bases__", "customer._secret", "open('/etc/passwd')",
        "customer.get('tier')", "9 ** 9", "1 << 9", "[x for x in [1]]", "lambda: 1", "x if ok else y", "f'{tries}'",
        "tries[0]", "{'a': 1}", "(1, 2)", "x := 1", "x = 1", "1 < tries < 5", "tries is 3", "True", "None", "b'a'",
        "1e9", "1j", "...", "*tries", "a; b", "a, b", "length()", "length('a', 'b')", "length(text='a')", "客户 == 1",
        "'a\\n'", "a\nb", "", "   ", "await x", "1and 2 2", "x" * 301, " + ".join(["1"] * 80), "(" * 200, "5 % 2",
        "5 // 2", "~5",
    ],
)  # fmt: skip
def test_an_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize("text", ["'a' + 1", "'a' * 3", "tries < 'a'", "customer.balance < other", "-'a'"])
def test_values_that_do_not_fit_are_an_error_of_their_own(text: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        parse(text).evaluate(SCOPE)
    assert "12.50" not in str(caught.value)


def test_names_are_told_in_full() -> None:
    assert parse("call.from == '1' and starts_with(customer.tier, prefix)").names == {
        "call.from",
        "customer.tier",
        "prefix",
    }


@pytest.mark.parametrize(
    ("text", "offset", "length"),
    [("call.from == lenght(1)", 13, 6), ("'客户' == open(1)", 8, 4), ("  x = 1", 4, 1), ("call.in.x + y[1]", 12, 4)],
)
def test_a_mistake_is_placed_to_the_character(text: str, offset: int, length: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.offset, caught.value.length) == (offset, length)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("lenght(x)", "did you mean 'length'?"),
        ("a && b", "write 'and' for '&&'"),
        ("a || b", "write 'or' for '||'"),
        ("!a", "write 'not' for '!'"),
        ("a = 1", "'==' compares"),
        ("False", "write 'false'"),
    ],
)
def test_habits_of_other_languages_are_met_with_advice(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.hint == hint


def test_a_text_cannot_grow_without_bound() -> None:
    scope: dict[str, object] = {"a": "x" * 1_500}
    with pytest.raises(EvaluationError):
        parse("a + a").evaluate(scope)


def test_a_number_cannot_grow_without_bound() -> None:
    """A flow may multiply a number by itself in each round of a menu: 20 rounds would else take minutes."""
    assert parse("n * n").evaluate({"n": 10**14}) == 10**28
    with pytest.raises(EvaluationError):
        parse("n * n").evaluate({"n": 10**14 + 1})


def test_a_constant_is_its_value() -> None:
    assert constant("zh-CN").evaluate({}) == "zh-CN"
    assert constant(Decimal("1.5")).is_constant
    assert not parse("a").is_constant


@pytest.mark.parametrize("text", ["a", "a + 1"])
def test_no_value_of_a_call_outlives_its_evaluation(text: str) -> None:
    money = Money(Decimal(1), "CNY")
    gone = weakref.ref(money)
    with suppress(EvaluationError):
        parse(text).evaluate({"a": money})
    del money
    assert gone() is None
    assert parse("a").evaluate({}) is None


def refusal_of(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None


@given(st.text(alphabet="ab.'\"()[]+-*/<>=!, 019\\_{}:#%&|~", max_size=60))
def test_no_text_makes_the_parser_or_the_evaluation_raise_anything_else(text: str) -> None:
    refusal = refusal_of(text)
    if refusal is None:
        with suppress(EvaluationError):
            parse(text).evaluate({"a": 1, "b": "x"})
    else:
        assert refusal.message
        assert 0 <= refusal.offset <= len(text) + 1
