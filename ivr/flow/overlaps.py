"""Whether a condition can be true only where another one is: then of two ways in this order the later is never taken.

Told is what follows from comparisons with values that are written there (`waiting > 20` after `waiting > 5`, `in` a
list after `==` each of it), joined by `and`. Everything else is compared by how it is written.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ivr.flow.expressions import dotted

if TYPE_CHECKING:
    from ivr.flow.expressions import Expression

_FLIPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


@dataclass(frozen=True, slots=True)
class _Atom:
    """One condition without `and`."""

    name: str
    """What is compared; or the condition itself as it is written, where it is not taken apart."""
    by: type[ast.cmpop] | None = None
    values: tuple[object, ...] = ()
    """What it is compared with; of `in` the whole list."""


def is_covered(later: Expression, earlier: Expression) -> bool:
    """Whether the earlier condition is true wherever the later one is."""
    given, wanted = _atoms(later.tree), _atoms(earlier.tree)
    return all(any(_implies(one, other) for one in given) for other in wanted)


def _atoms(tree: ast.expr) -> list[_Atom]:
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        return [atom for part in tree.values for atom in _atoms(part)]
    return [_atom(tree)]


def _atom(tree: ast.expr) -> _Atom:
    written = _Atom(ast.dump(tree))
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        return written
    left, by, right = tree.left, type(tree.ops[0]), tree.comparators[0]
    if isinstance(left, ast.Constant) and by in _FLIPPED:
        left, by, right = right, _FLIPPED[by], left
    name = dotted(left)
    if name is None:
        return written
    if by in {ast.In, ast.NotIn}:
        listed = right.elts if isinstance(right, ast.List) else []
        values = tuple(part.value for part in listed if isinstance(part, ast.Constant))
        return _Atom(name, by, values) if listed and len(values) == len(listed) else written
    return _Atom(name, by, (right.value,)) if isinstance(right, ast.Constant) else written


def _implies(one: _Atom, other: _Atom) -> bool:
    if one == other:
        return True
    if one.name != other.name or one.by is None or other.by is None:
        return False
    if one.by in {ast.Eq, ast.In}:
        return all(_holds(value, other) for value in one.values)
    if one.by in {ast.NotEq, ast.NotIn}:
        return other.by in {ast.NotEq, ast.NotIn} and set(map(_key, other.values)) <= set(map(_key, one.values))
    return _is_within(one, other)


def _holds(value: object, atom: _Atom) -> bool:
    """Whether a condition is true of a value; not known is no."""
    among = _key(value) in set(map(_key, atom.values))
    if atom.by in {ast.Eq, ast.In}:
        return among
    if atom.by in {ast.NotEq, ast.NotIn}:
        return not among
    limit = atom.values[0]
    return _is_number(value) and _is_number(limit) and _compares(value, limit, atom.by)


def _compares(value: object, limit: object, by: type[ast.cmpop] | None) -> bool:
    one, other = Decimal(str(value)), Decimal(str(limit))
    if by is ast.Lt:
        return one < other
    if by is ast.LtE:
        return one <= other
    return one > other if by is ast.Gt else one >= other


def _is_within(one: _Atom, other: _Atom) -> bool:
    """Whether everything on one side of a limit fulfils the other condition."""
    limit, wanted = one.values[0], other.values
    if not _is_number(limit) or not all(map(_is_number, wanted)):
        return False
    below = {ast.Lt, ast.LtE}
    if other.by in {ast.NotEq, ast.NotIn}:
        return not any(_compares(value, limit, one.by) for value in wanted)
    if other.by in {ast.Eq, ast.In} or (one.by in below) != (other.by in below):
        return False
    edge, bound = Decimal(str(limit)), Decimal(str(wanted[0]))
    if edge == bound:
        return one.by in {ast.Lt, ast.Gt} or other.by in {ast.LtE, ast.GtE}
    return edge < bound if one.by in below else edge > bound


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _key(value: object) -> tuple[str, object]:
    """Values that are equal for an expression."""
    if isinstance(value, (int, Decimal)):
        return "number", Decimal(value)  # true is 1 there, as for Python
    return type(value).__name__, value
