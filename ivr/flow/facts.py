"""What is known of a variable before any call: its type and fields, whether it may be null, whether it is sensitive."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from dialplan.made_quickly import made_quickly
from ivr.flow.expressions import dotted
from ivr.flow.known import CALL_FIELDS, QUEUE_FIELDS, WITHHELD
from ivr.flow.operations import FUNCTIONS

if TYPE_CHECKING:
    from ivr.flow.known import LookupFacts


@made_quickly
@dataclass(frozen=True, slots=True)
class Fact:
    """One variable, or one field, at one place of a flow."""

    type: str
    """One of `known.TYPES`, `record`, `recording` (which one it is, never to be said), `null`, `mixed` (one or another,
    by the way taken), or `unknown` (anything; nothing is said about it)."""
    fields: Mapping[str, Fact] = field(default_factory=dict)
    """Of a record: its fields."""
    nullable: bool = False
    """Whether it can be null here: a lookup failed or a field of its answer is empty, a subflow gave nothing, a caller
    withholds the number."""
    sensitive: bool = False

    @property
    def is_sensitive(self) -> bool:
        """Whether it, or anything in it, is sensitive."""
        return self.sensitive or (bool(self.fields) and any(part.is_sensitive for part in self.fields.values()))


State = Mapping[str, Fact]
"""Every variable that is set on every way here."""

ANYTHING: Final = Fact("unknown")
BUILT_IN: Final[State] = {
    "call": Fact("record", {name: Fact("text", nullable=name in WITHHELD) for name in CALL_FIELDS}),
    "language": Fact("text"),
    "now": Fact("datetime"),
}
"""What every flow can read from its first step on."""


QUEUE_FIGURES: Final = Fact("record", {name: Fact("number", nullable=True) for name in QUEUE_FIELDS})
"""What `queue_state` leaves in its `into`: figures, each null when it could not be known."""


def answer(lookup: LookupFacts | None, *, nullable: bool) -> Fact:
    """What a lookup leaves in its `into`."""
    if lookup is None:
        return ANYTHING
    fields = {name: Fact(kind, nullable=name != lookup.as_of) for name, kind in lookup.gives.items()}
    return Fact("record", fields, nullable)


def joined(one: Fact, other: Fact) -> Fact:
    """What is known when it may be the one or the other."""
    if one is other:
        return one
    nullable = one.nullable or other.nullable
    sensitive = one.sensitive or other.sensitive
    if one.type == other.type:
        kind = one.type
    elif "null" in (one.type, other.type):
        kind = one.type if other.type == "null" else other.type
        nullable = True
    else:
        kind = "unknown" if "unknown" in (one.type, other.type) else "mixed"
    names = dict.fromkeys([*one.fields, *other.fields])
    parts = {name: _joined_field(name, one, other) for name in names}
    return Fact(kind, parts if kind == "record" else {}, nullable, sensitive or (kind != "record" and _hidden(parts)))


def met(one: State, other: State) -> State:
    """What is known where two ways come together: only what is set on both."""
    return {name: joined(fact, other[name]) for name, fact in one.items() if name in other}


def read(name: str, state: State) -> Fact | None:
    """What is known of `customer.tier`; None when it is not set, or no such field exists."""
    root, *parts = name.split(".")
    fact = state.get(root)
    for part in parts:
        if fact is None:
            return None
        if fact.type in {"unknown", "null"}:
            return Fact("unknown", nullable=fact.nullable, sensitive=fact.sensitive)
        outer = fact
        fact = outer.fields.get(part)
        if fact is not None:
            # A record is sensitive as a whole, as the engine keeps it: one mark for each variable.
            fact = replace(fact, nullable=fact.nullable or outer.nullable, sensitive=outer.is_sensitive)
    return fact


def known_to_be(state: State, condition: ast.expr) -> State:
    """The state on the way taken when a condition is true: what it names is not null there."""
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And):
        for part in condition.values:
            state = known_to_be(state, part)
        return state
    name = dotted(condition)
    if name is None and isinstance(condition, ast.Compare) and _rules_out_null(condition):
        name = dotted(condition.left)
    return _not_null(state, name) if name else state


def fact_of(tree: ast.expr, state: State) -> Fact:
    """What an expression gives."""
    match tree:
        case ast.Constant(value=value):
            return Fact(type_of(value), nullable=value is None)
        case ast.Name() | ast.Attribute():
            return read(dotted(tree) or "", state) or ANYTHING
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return Fact("boolean", sensitive=_any_sensitive(tree, state))
        case ast.BinOp() | ast.UnaryOp():
            parts = [fact_of(part, state) for part in ast.iter_child_nodes(tree) if isinstance(part, ast.expr)]
            kinds = {part.type for part in parts}
            kind = kinds.pop() if len(kinds) == 1 else "number" if kinds == {"number", "money"} else "unknown"
            nullable = any(part.nullable for part in parts) or _may_divide_by_zero(tree)
            return Fact("number" if kind == "money" else kind, {}, nullable, _any_sensitive(tree, state))
        case ast.Call(func=ast.Name(id=name)):
            nullable = any(fact_of(part, state).nullable for part in tree.args) and name in {"last", "text"}
            unsure = nullable or name == "number" or (name == "last" and not _is_written_number(tree.args[1]))
            return Fact(FUNCTIONS[name][2], {}, unsure, _any_sensitive(tree, state))
        case _:
            return Fact("unknown", sensitive=_any_sensitive(tree, state))


def type_of(value: object) -> str:
    """The type of a plain value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case str():
            return "text"
        case datetime():
            return "datetime"
        case date():
            return "date"
        case _:
            return "unknown"


def _is_written_number(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and isinstance(tree.value, int)


def _may_divide_by_zero(tree: ast.expr) -> bool:
    """Whether it is a division by something that is not a number written there: by 0 the result is null."""
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div)):
        return False
    return not (isinstance(tree.right, ast.Constant) and tree.right.value)


def _joined_field(name: str, one: Fact, other: Fact) -> Fact:
    left, right = one.fields.get(name), other.fields.get(name)
    if left is None or right is None:
        only = left or right or ANYTHING
        return replace(only, nullable=True)
    return joined(left, right)


def _hidden(parts: Mapping[str, Fact]) -> bool:
    return any(part.is_sensitive for part in parts.values())


def _rules_out_null(condition: ast.Compare) -> bool:
    """Whether a comparison can be true for something that is not null only."""
    compared, right = condition.ops[0], condition.comparators[0]
    if isinstance(compared, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        return True
    is_null = isinstance(right, ast.Constant) and right.value is None
    if isinstance(compared, ast.Eq):
        return isinstance(right, ast.Constant) and not is_null
    if isinstance(compared, ast.NotEq):
        return is_null
    written = right.elts if isinstance(right, ast.List) else [right]
    return isinstance(compared, ast.In) and all(
        isinstance(part, ast.Constant) and part.value is not None for part in written
    )


def _not_null(state: State, name: str) -> State:
    root, *parts = name.split(".")
    fact = state.get(root)
    if fact is None:
        return state
    inner = fact.fields.get(parts[0]) if parts else None
    fields = {**fact.fields, parts[0]: replace(inner, nullable=False)} if inner else fact.fields
    return {**state, root: replace(fact, nullable=False, fields=fields)}


def _any_sensitive(tree: ast.expr, state: State) -> bool:
    for part in ast.walk(tree):
        name = dotted(part) if isinstance(part, (ast.Name, ast.Attribute)) else None
        fact = read(name, state) if name else None
        if fact is not None and fact.is_sensitive:
            return True
    return False
