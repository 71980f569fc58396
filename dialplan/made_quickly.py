"""Frozen dataclasses that are made three times as fast: for records of which there are thousands.

A frozen dataclass is filled through `object.__setattr__`, one call for each field. Here a new object is of a class that
may be changed, with the same slots, while it is filled, and of its own class from then on: Python lets an object change
its class when both have the same `__slots__` (Python's reference, "Data model", 3.3.2.4.1). It is as frozen as before.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Record = TypeVar("Record")
_UNFINISHED: dict[type, type] = {}


def made_quickly(record: type[Record]) -> type[Record]:
    """Give a class made by `@dataclass(frozen=True, slots=True)` a quicker `__init__`, equal in every other way.

    Raises:
        TypeError: it has a base class, or a field that is `kw_only`, or a default for one that is not in `__init__`.
    """
    every: Any = fields(record)  # type: ignore[arg-type]  # the decorator below this one has made it a dataclass
    if record.__bases__ != (object,):
        raise TypeError(f"{record.__name__} has a base class")
    if any(each.kw_only or not (each.init or each.default is each.default_factory is MISSING) for each in every):
        raise TypeError(f"{record.__name__} has a field that is not a plain argument")
    slots = tuple(each.name for each in every)
    draft = type(f"{record.__name__}InTheMaking", (), {"__slots__": slots})
    _UNFINISHED[record] = draft
    init = _written(every, draft, record)
    init.__qualname__ = f"{record.__qualname__}.__init__"
    init.__annotations__ = record.__init__.__annotations__
    record.__init__ = init  # type: ignore[method-assign]  # this is what it is for
    return record


def unfinished(record: type) -> type:
    """The class of its objects while they are filled, for the few places where even the call of `__init__` is too dear.

    Who makes one sets every field and, last, its `__class__` to the record: what is forgotten is missing later.

    Raises:
        KeyError: the record was not made by `made_quickly`.
    """
    return _UNFINISHED[record]


def _written(every: Any, draft: type, record: type) -> Callable[..., None]:
    """The `__init__`, written out as `dataclasses` writes its own: a loop over the fields would be no quicker."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_draft": draft, "_record": record, "_missing": MISSING}
    head, body = ["self"], ["_set(self, '__class__', _draft)"]
    for each in every:
        value = each.name
        if not each.init:
            continue
        if each.default_factory is not MISSING:
            names[f"_make_{value}"] = each.default_factory
            head.append(f"{value}=_missing")
            body.append(f"self.{value} = _make_{value}() if {value} is _missing else {value}")
            continue
        if each.default is not MISSING:
            names[f"_default_{value}"] = each.default
        head.append(value if each.default is MISSING else f"{value}=_default_{value}")
        body.append(f"self.{value} = {value}")
    last = ["self.__post_init__()"] if hasattr(record, "__post_init__") else []
    lines = "\n    ".join([*body, "self.__class__ = _record", *last])
    exec(f"def __init__({', '.join(head)}):\n    {lines}\n", names)  # noqa: S102  - of names that Python took for fields
    init: Callable[..., None] = names["__init__"]
    return init
