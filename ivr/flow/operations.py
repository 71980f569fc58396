"""What an expression can do with values: its functions and its operators, as they count, compare and join. Pure.

Null compared by size is false, counted with is null, and so is what is divided by 0; money goes by its amount;
decimals are exact.
"""

from __future__ import annotations

import ast
import operator
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_TEXT: Final = 2_000
"""Characters a joined text may have."""
LARGEST: Final = 10**28
"""Greatest whole number that is counted to, the precision of decimals: a number multiplied by itself in each round of
a menu would soon take longer than a caller waits."""


def _starts_with(text: object, prefix: object) -> bool:
    return isinstance(text, str) and isinstance(prefix, str) and text.startswith(prefix)


def _ends_with(text: object, suffix: object) -> bool:
    return isinstance(text, str) and isinstance(suffix, str) and text.endswith(suffix)


def _length(text: object) -> int:
    return len(text) if isinstance(text, str) else 0


def _last(text: object, count: object) -> str | None:
    if not isinstance(text, str) or not isinstance(count, int) or isinstance(count, bool) or count < 0:
        return None
    return text[max(0, len(text) - count) :]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _number(value: object) -> int | Decimal | None:
    if isinstance(value, (int, Decimal)):
        return value
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) <= LONGEST_TEXT else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


FUNCTIONS: Final[Mapping[str, tuple[Callable[..., object], int, str, str]]] = MappingProxyType(
    {
        "length": (_length, 1, "number", "how many characters a text has; 0 for null"),
        "starts_with": (_starts_with, 2, "boolean", "whether a text begins with another"),
        "ends_with": (_ends_with, 2, "boolean", "whether a text ends with another"),
        "last": (_last, 2, "text", "the last so many characters of a text"),
        "text": (_text, 1, "text", "a number or truth as text"),
        "number": (_number, 1, "number", "the number a text shows, or null"),
    }
)
"""Name to (what it does, how many values it takes, type of its result, meaning)."""


def _by_size(compare: Callable[[Any, Any], Any]) -> Callable[[object, object], bool]:
    def compared(left: object, right: object) -> bool:
        return left is not None and right is not None and bool(compare(*_alike(left, right)))

    return compared


def _by_value(compare: Callable[[Any, Any], Any]) -> Callable[[object, object], bool]:
    def compared(left: object, right: object) -> bool:
        if left is None or right is None:
            return bool(compare(left, right))
        return bool(compare(*_alike(left, right)))

    return compared


def _counted(count: Callable[[Any, Any], Any]) -> Callable[[object, object], object]:
    def result(left: object, right: object) -> object:
        if left is None or right is None:
            return None
        value = count(*_alike(left, right))
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise ValueError(f"a text of more than {LONGEST_TEXT} characters")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise ValueError("a number with more digits than anything counted has")
        return value

    return result


def _alike(left: object, right: object) -> tuple[object, object]:
    """Two values as we compare and count them; amounts of two currencies are not alike."""
    currencies = {getattr(value, "currency", None) for value in (left, right)} - {None}
    if len(currencies) > 1:
        raise ValueError("two currencies")
    return _exact(left), _exact(right)


def _exact(value: object) -> object:
    """A number as we count with it: a float by its shortest digits, so that 0.1 is a tenth; money by its amount."""
    if isinstance(value, float):
        return Decimal(repr(value))
    amount = getattr(value, "amount", None)
    return amount if isinstance(amount, Decimal) else value


def _add(left: Any, right: Any) -> Any:
    return left + right


def _negated(value: Any) -> Any:
    return None if value is None else -_exact(value)  # type: ignore[operator]  # what cannot be negative raises


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        raise TypeError("a text cannot be multiplied")
    return left * right


def _divide(left: Any, right: Any) -> Any:
    if not isinstance(right, str) and right == 0:
        return None
    return Decimal(left) / right if isinstance(left, int) and isinstance(right, int) else left / right


def _contains(left: object, right: object) -> bool:
    if isinstance(right, str):
        return isinstance(left, str) and left in right
    return isinstance(right, (list, tuple)) and _exact(left) in map(_exact, right)


OPERATORS: Final[Mapping[type[ast.AST], Callable[..., object]]] = MappingProxyType(
    {
        ast.Eq: _by_value(operator.eq),
        ast.NotEq: _by_value(operator.ne),
        ast.Lt: _by_size(operator.lt),
        ast.LtE: _by_size(operator.le),
        ast.Gt: _by_size(operator.gt),
        ast.GtE: _by_size(operator.ge),
        ast.In: _contains,
        ast.NotIn: lambda left, right: not _contains(left, right),
        ast.Add: _counted(_add),
        ast.Sub: _counted(operator.sub),
        ast.Mult: _counted(_multiply),
        ast.Div: _counted(_divide),
        ast.Not: operator.not_,
        ast.USub: _negated,
    }
)
