"""What a variable of a flow may hold, and how it is written down between two segments of a call.

Text, numbers, yes or no, null, dates, instants, money, and mappings of those. JSON knows half of them, so the others
are written as a list whose first word says what they are: `["money", "123.45", "CNY"]`. Plain lists are written
`["list", …]` and mappings as JSON objects; nothing else is accepted, so nothing else can slip into a cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ivr.prompts.values import Money


def to_plain(value: object) -> object:
    """The value as JSON can hold it.

    Raises:
        TypeError: the value is of no kind a flow may hold.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return ["decimal", str(value)]
        case Money():
            return ["money", str(value.amount), value.currency]
        case datetime():  # before date: every datetime is one
            return ["instant", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case Mapping():
            return {str(name): to_plain(member) for name, member in value.items()}
        case list() | tuple():
            return ["list", *map(to_plain, value)]
        case _:
            raise TypeError(f"a flow's variable cannot hold {type(value).__name__}")


def from_plain(plain: object) -> object:
    """The value that `to_plain` wrote.

    Raises:
        ValueError: this was not written by `to_plain`.
    """
    match plain:
        case dict():
            return {str(name): from_plain(member) for name, member in plain.items()}
        case [str() as kind, *parts]:
            return _tagged(kind, parts)
        case list():
            raise ValueError("a list without its kind")
        case _:
            return plain


def _tagged(kind: str, parts: list[object]) -> object:
    try:
        match kind, parts:
            case "decimal", [str(text)]:
                return Decimal(text)
            case "money", [str(text), str(currency)]:
                return Money(Decimal(text), currency)
            case "instant", [str(text)]:
                return datetime.fromisoformat(text)
            case "date", [str(text)]:
                return date.fromisoformat(text)
            case "list", _:
                return [from_plain(member) for member in parts]
    except InvalidOperation as broken:
        raise ValueError(f"{kind} is no number") from broken
    raise ValueError(f"no value of a flow is written as {kind!r} with {len(parts)} parts")
