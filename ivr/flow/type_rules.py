"""Whether the parts of an expression fit each other, by what is known of each before any call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from dialplan.diagnostics import did_you_mean
from ivr.flow.expressions import dotted
from ivr.flow.facts import Fact, fact_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.flow.facts import State

_COUNTED: Final = frozenset({"number", "money"})
_UNSURE: Final = frozenset({"unknown", "null"})
_TAKES: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "length": (frozenset({"text"}),),
    "starts_with": (frozenset({"text"}), frozenset({"text"})),
    "ends_with": (frozenset({"text"}), frozenset({"text"})),
    "last": (frozenset({"text"}), frozenset({"number"})),
    "text": (frozenset({"text", "number", "boolean", "money", "date", "datetime", "mixed"}),),
    "number": (frozenset({"text", "number", "mixed"}),),
}
"""Function to the types each of its values may have (`ivr.flow.operations.FUNCTIONS`): of others it gives nothing."""


class Mistake(NamedTuple):
    """One part that does not fit."""

    code: str
    message: str
    expected: str
    hint: str | None = None


def type_mistakes(tree: ast.expr, state: State, languages: tuple[str, ...] | None) -> Iterator[Mistake]:
    """F028 for what can be told wrong before any call, F020 for a language nobody here speaks.

    Args:
        tree: the expression.
        state: what is known where it is evaluated.
        languages: those of the hotline; None when they could not be read.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()]):
                yield from _listed(node, state)
                yield from _spoken(node, languages)
            case ast.Compare():
                left, right = fact_of(node.left, state), fact_of(node.comparators[0], state)
                if not _comparable(left, right, node.ops[0]):
                    message = f"{in_words(left)} is compared with {in_words(right)}"
                    yield Mistake("F028", message, "two of the same type")
                yield from _spoken(node, languages)
            case ast.UnaryOp(op=ast.USub()):
                operand = fact_of(node.operand, state)
                if operand.type not in {*_COUNTED, *_UNSURE}:
                    yield Mistake("F028", f"{in_words(operand)} cannot be negative", "a number after '-'")
            case ast.BinOp():
                left, right = fact_of(node.left, state), fact_of(node.right, state)
                if not _addable(left, right, node.op):
                    message = f"{in_words(left)} is counted with {in_words(right)}"
                    yield Mistake("F028", message, "two numbers, or two texts with +")
            case ast.Call(func=ast.Name(id=name), args=given):
                yield from _called(name, given, state)


def in_words(fact: Fact) -> str:
    """What something is, as a report says it."""
    words = {
        "mixed": "what has another type on another way here",
        "record": "a record",
        "boolean": "true or false",
        "money": "an amount of money",
        "null": "null",
    }
    return words.get(fact.type, f"a {fact.type}")


def _called(name: str, given: list[ast.expr], state: State) -> Iterator[Mistake]:
    for part, wanted in zip(given, _TAKES[name], strict=False):
        fact = fact_of(part, state)
        if fact.type not in wanted and fact.type not in _UNSURE:
            expected = " or ".join(sorted(wanted - {"mixed"}))
            yield Mistake("F028", f"'{name}' is given {in_words(fact)}", expected)


def _listed(node: ast.Compare, state: State) -> Iterator[Mistake]:
    """`in` a list of values that may be the same, or of a text in a text."""
    left, right = fact_of(node.left, state), node.comparators[0]
    if isinstance(right, ast.List):
        for part in right.elts:
            each = fact_of(part, state)
            if not _comparable(left, each, ast.Eq()):
                yield Mistake("F028", f"{in_words(left)} is looked for among {in_words(each)}", "a list of one type")
                return
        return
    around = fact_of(right, state)
    if around.type not in {"text", *_UNSURE}:
        yield Mistake("F028", f"something is looked for in {in_words(around)}", "a list ['a', 'b'], or a text")
    elif left.type not in {"text", "mixed", *_UNSURE}:
        yield Mistake("F028", f"{in_words(left)} is looked for in a text", "a text in a text")


def _spoken(node: ast.Compare, languages: tuple[str, ...] | None) -> Iterator[Mistake]:
    """A comparison of `language` with one that is not spoken is always the same."""
    sides = (node.left, node.comparators[0])
    if languages is None or all(dotted(side) != "language" for side in sides):
        return
    for side in sides:
        for part in side.elts if isinstance(side, ast.List) else (side,):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value not in languages:
                hint = did_you_mean(part.value, languages)
                yield Mistake("F020", f"unknown language '{part.value}'", f"one of {', '.join(languages)}", hint)


def _comparable(left: Fact, right: Fact, by: ast.cmpop) -> bool:
    kinds = {left.type, right.type}
    if kinds & _UNSURE or kinds <= _COUNTED:
        return True
    by_size = not isinstance(by, (ast.Eq, ast.NotEq))
    if "mixed" in kinds:
        return not by_size
    return len(kinds) == 1 and not (by_size and kinds & {"boolean", "record"})


def _addable(left: Fact, right: Fact, by: ast.operator) -> bool:
    kinds = {left.type, right.type}
    if kinds & _UNSURE or kinds <= _COUNTED:
        return True
    return kinds == {"text"} and isinstance(by, ast.Add)
