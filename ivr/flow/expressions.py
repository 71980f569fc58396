"""The small language of `when`, `with` and `= …`: names, values, comparisons, a few functions; nothing that can grow.

Built on simpleeval over a tree that has been checked first: the check refuses everything but the nodes listed
here, so that simpleeval's wider reach (attributes of objects, comprehensions, powers, repetition of text) cannot
be asked for at all. A name that is not known and a field of something that is null are null; null compared by size
is false, counted with is null, and so is what is divided by 0.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import simpleeval  # type: ignore[import-untyped]  # simpleeval ships no types

from dialplan.diagnostics import nearest
from ivr.flow.operations import FUNCTIONS, OPERATORS

if TYPE_CHECKING:
    from dialplan.source import Span

LONGEST: Final = 300
"""Characters of one expression."""
MOST_NODES: Final = 100
"""Names, values and operators of one expression."""

CONSTANTS: Final[Mapping[str, object]] = MappingProxyType({"true": True, "false": False, "null": None})

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DOTTED_KEYWORD = re.compile(r"(?<=[A-Za-z0-9_])\.(?P<word>" + "|".join(keyword.kwlist) + r")\b")
_PREPARED_KEYWORD = re.compile(r"(\.(?:" + "|".join(keyword.kwlist) + r"))_\b")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class ExpressionError(ValueError):
    """An expression that is refused when it is read."""

    def __init__(self, message: str, offset: int = 0, length: int = 1, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        """Characters before the mistake."""
        self.length = length
        self.hint = hint


class EvaluationError(ValueError):
    """An expression that could not be worked out with the values of this call: text plus a number, division by 0."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression, or a plain value."""

    source: str
    """The text as written, without the `=` before it."""
    names: frozenset[str]
    """Every name read, dotted in full: `customer.tier`, `call.from`."""
    tree: ast.expr = field(compare=False, repr=False)
    """The checked tree; a plain value is one `ast.Constant`."""
    at: Span | None = field(default=None, compare=False)
    """The place it was written."""
    inside: Span | None = field(default=None, compare=False, repr=False)
    """The place of its first character, where its columns can be told one by one (no escapes, one line)."""

    @property
    def is_constant(self) -> bool:
        """Whether it reads nothing of the call."""
        return isinstance(self.tree, ast.Constant)

    @property
    def value(self) -> object:
        """The value of a constant; None for anything else."""
        return self.tree.value if isinstance(self.tree, ast.Constant) else None

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """The value with these variables; a name `a.b` is field `b` of the mapping `a`.

        Raises:
            EvaluationError: the values do not fit (`'a' + 1`, `1 / 0`); never for a name that is missing.
        """
        if isinstance(self.tree, ast.Constant):
            return self.tree.value
        evaluator = _spare()
        evaluator.names = scope
        try:
            return evaluator.eval(self.source, previously_parsed=self.tree)
        except (simpleeval.InvalidExpression, TypeError, ValueError, ArithmeticError) as error:
            raise EvaluationError(f"'{self.source}': {type(error).__name__}") from error
        finally:
            evaluator.names = _NOTHING  # no value of a call outlives its evaluation
            _SPARE.append(evaluator)


_WRITTEN: Final = {True: "true", False: "false", None: "null"}


def constant(value: object, at: Span | None = None) -> Expression:
    """A plain value as an expression."""
    source = _WRITTEN[value] if value is None or isinstance(value, bool) else str(value)
    return Expression(source, frozenset(), ast.Constant(value), at, None)  # type: ignore[arg-type]  # Decimal too


def parse(text: str, at: Span | None = None, inside: Span | None = None) -> Expression:
    """Read and check one expression.

    Raises:
        ExpressionError: it is not one, or uses what the language does not have.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression of {len(text)} characters; {LONGEST} is the most", LONGEST)
    if "\n" in text.strip():
        raise ExpressionError("an expression over several lines", text.index("\n"))
    if "\\" in text:
        raise ExpressionError("a backslash in an expression", text.index("\\"))
    names, checked = _read(text)
    return Expression(text.strip(), names, checked, at, inside)


@lru_cache(maxsize=4_096)
def _read(text: str) -> tuple[frozenset[str], ast.expr]:
    """The names and the checked tree of a text; the same few are written again and again, and no tree is changed."""
    prepared, shifts = _without_keywords(text)
    tree = _tree(prepared, shifts)
    checker = _Checker(prepared, shifts)
    checked = checker.check(tree)
    return frozenset(checker.names), checked


def dotted(node: ast.expr) -> str | None:
    """`customer.tier` for that tree of attributes; None for any other tree."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _without_keywords(text: str) -> tuple[str, list[int]]:
    """`call.from` as `call.from_`, so that Python's parser takes it; and where a character was put in."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    parts: list[str] = []
    shifts: list[int] = []
    last = 0
    for found in _DOTTED_KEYWORD.finditer(text):
        if any(start <= found.start() < stop for start, stop in quoted):
            continue
        parts += [text[last : found.end()], "_"]
        last = found.end()
        shifts.append(last + len(shifts))
    parts.append(text[last:])
    return "".join(parts), shifts


def _tree(text: str, shifts: list[int]) -> ast.expr:
    lead = len(text) - len(text.lstrip())
    stripped = text.strip()
    if not stripped:
        raise ExpressionError("an empty expression")
    if single := re.search(r"(?<![=!<>])=(?!=)", _QUOTED.sub(lambda found: " " * len(found[0]), text)):
        raise ExpressionError("'=' alone", _offset(single.start(), shifts), hint="'==' compares")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python only warns of (`1and 2`) is refused or harmless here
            return ast.parse(stripped, mode="eval").body
    except SyntaxError as error:
        offset = _offset(lead + max((error.offset or 1) - 1, 0), shifts)
        raise ExpressionError("not an expression", offset, hint=_syntax_hint(stripped)) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("not an expression") from None


def _syntax_hint(text: str) -> str | None:
    bare = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    for sign, word in (("&&", "and"), ("||", "or"), ("<>", "!=")):
        if sign in bare:
            return f"write '{word}' for '{sign}'"
    if bare.strip().startswith("!") or " !" in bare.replace("!=", "  "):
        return "write 'not' for '!'"
    return None


def _offset(prepared: int, shifts: list[int]) -> int:
    """The offset in what was written, for an offset in the prepared text."""
    return prepared - sum(shift < prepared for shift in shifts)


class _Evaluator(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc]  # simpleeval ships no types
    """simpleeval with our operators and functions, and names that are mappings all the way down."""

    def __init__(self) -> None:
        super().__init__(
            operators=dict(OPERATORS), functions={name: row[0] for name, row in FUNCTIONS.items()}, names=_NOTHING
        )

    def _eval_name(self, node: ast.Name) -> object:
        return self.names.get(node.id)

    def _eval_attribute(self, node: ast.Attribute) -> object:
        held = self._eval(node.value)
        return held.get(node.attr) if isinstance(held, Mapping) else None

    def _eval_boolop(self, node: ast.BoolOp) -> bool:
        """`and` and `or` give true or false, never one of their sides."""
        every = isinstance(node.op, ast.And)
        for value in node.values:
            if bool(self._eval(value)) is not every:
                return not every
        return every


_NOTHING: Mapping[str, object] = MappingProxyType({})
_SPARE: deque[_Evaluator] = deque(maxlen=8)
"""Evaluators that nobody is using: to make one costs more than most evaluations."""


def _spare() -> _Evaluator:
    """An evaluator that nobody is using."""
    try:
        return _SPARE.pop()
    except IndexError:
        return _Evaluator()


class _Checker:
    """Walks a tree, refuses what the language does not have, and gives back a tree in our terms."""

    def __init__(self, prepared: str, shifts: list[int]) -> None:
        self.names: set[str] = set()
        self._lead = len(prepared) - len(prepared.lstrip())
        self._text = prepared.strip()
        self._shifts = shifts
        self._nodes = 0

    def check(self, node: ast.expr) -> ast.expr:
        """The same tree with exact decimals and true, false and null as values."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._error(node, f"an expression of more than {MOST_NODES} parts")
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                node.operand = self.check(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                node.left, node.right = self.check(node.left), self.check(node.right)
            case ast.BoolOp():
                node.values = [self.check(value) for value in node.values]
            case ast.Compare():
                self._compare(node)
            case ast.List():
                node.elts = [self.check(value) for value in node.elts]
            case ast.Call():
                self._call(node)
            case _:
                raise self._error(node, f"'{self._written(node)}' is more than an expression may do", _ALTERNATIVE)
        return node

    def _constant(self, node: ast.Constant) -> ast.Constant:
        written = self._written(node)
        if node.value is None or isinstance(node.value, bool):
            meant = "null" if node.value is None else written.lower()
            raise self._error(node, f"'{written}'", f"write '{meant}'")
        if isinstance(node.value, float):
            if not re.fullmatch(r"[0-9]*\.[0-9]+", written):
                raise self._error(node, f"the number '{written}'", "write it with plain digits")
            node.value = Decimal(written)  # type: ignore[assignment]  # exact, where a float would not be
        elif not isinstance(node.value, (int, str)):
            raise self._error(node, f"'{written}'", _ALTERNATIVE)
        return node

    def _name(self, node: ast.Name | ast.Attribute) -> ast.expr:
        whole = dotted(node)
        if whole is None:
            raise self._error(node, f"a field of '{self._written(node)}'", "fields belong to names: customer.tier")
        if isinstance(node, ast.Name) and node.id in CONSTANTS:
            return ast.copy_location(ast.Constant(CONSTANTS[node.id]), node)  # type: ignore[arg-type]  # of three kinds
        here: ast.expr = node
        while isinstance(here, ast.Attribute):
            if here.attr.endswith("_") and keyword.iskeyword(here.attr[:-1]):
                here.attr = here.attr[:-1]
            here = here.value
        whole = dotted(node) or whole
        for part in whole.split("."):
            if not _NAME.fullmatch(part):
                raise self._error(node, f"the name '{part}'", "names have Latin letters, digits and _")
        self.names.add(whole)
        return node

    def _compare(self, node: ast.Compare) -> None:
        for compared in node.ops:
            if type(compared) not in OPERATORS:
                raise self._error(node, f"'{self._written(node)}' compares with 'is'", "write '=='")
        if len(node.ops) > 1:
            raise self._error(node, "two comparisons in a row", "join them with 'and'")
        node.left = self.check(node.left)
        node.comparators = [self.check(value) for value in node.comparators]

    def _call(self, node: ast.Call) -> None:
        known = FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if known is None or not isinstance(node.func, ast.Name):
            name = self._written(node.func)
            near = nearest(name, FUNCTIONS)
            hint = f"did you mean '{near}'?" if near else f"there are {', '.join(FUNCTIONS)}"
            raise self._error(node.func, f"unknown function '{name}'", hint)
        if node.keywords or len(node.args) != known[1]:
            values = "1 value" if known[1] == 1 else f"{known[1]} values"
            raise self._error(node, f"'{node.func.id}' takes {values}, not {len(node.args) + len(node.keywords)}")
        node.args = [self.check(value) for value in node.args]

    def _written(self, node: ast.expr) -> str:
        """The part of the text as the admin wrote it."""
        return _PREPARED_KEYWORD.sub(r"\1", ast.get_source_segment(self._text, node) or "")

    def _error(self, node: ast.expr, message: str, hint: str | None = None) -> ExpressionError:
        start = len(self._text.encode()[: node.col_offset].decode(errors="ignore"))
        length = len(self._written(node)) or 1
        return ExpressionError(message, _offset(self._lead + start, self._shifts), length, hint)


_ALTERNATIVE: Final = "there are names, values, + - * /, comparisons, 'in', 'and', 'or', 'not' and a few functions"
