"""The mappings of a state, so that an event costs what it changes and not what there is. Pure.

`apply` gives a new state and leaves the old one as it was. Were its mappings plain ones, each event would copy ten
thousand agents to change one. A `Table` therefore hands its dictionary on to its successor and remembers how to undo
what the successor changed: the newest state reads as fast as a dictionary does, and an older one, should anybody still
look at it, is put together again.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, ValuesView

K = TypeVar("K")
V = TypeVar("V")

_NONE: Final = object()
"""There was nothing under this key."""


class Table(Mapping[K, V]):
    """One mapping of one state; it never changes for whoever looks at it."""

    __slots__ = ("content", "later", "undo")

    def __init__(self, content: Mapping[K, V] | None = None) -> None:
        self.content: dict[K, V] | None = dict(content or {})
        """None once a later table has taken it over."""
        self.later: Table[K, V] | None = None
        self.undo: dict[K, Any] = {}
        """What makes this table's content of the later one's."""

    @property
    def now(self) -> dict[K, V]:
        """The content. Not to be changed: `Edit` does that."""
        return self.content if self.content is not None else self._put_together()

    def _put_together(self) -> dict[K, V]:
        chain: list[Table[K, V]] = []
        one: Table[K, V] = self
        while one.content is None and one.later is not None:
            chain.append(one)
            one = one.later
        content = dict(one.content or {})
        for earlier in reversed(chain):
            _undo(content, earlier.undo)
        self.content, self.later, self.undo = content, None, {}
        return content

    def __getitem__(self, key: K) -> V:
        return self.now[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self.now)

    def __len__(self) -> int:
        return len(self.now)

    def __contains__(self, key: object) -> bool:
        return key in self.now

    def get(self, key: K, default: Any = None) -> Any:
        """As of a dictionary."""
        return self.now.get(key, default)

    def keys(self) -> KeysView[K]:
        """As of a dictionary."""
        return self.now.keys()

    def values(self) -> ValuesView[V]:
        """As of a dictionary."""
        return self.now.values()

    def items(self) -> ItemsView[K, V]:
        """As of a dictionary."""
        return self.now.items()

    def __repr__(self) -> str:
        return f"Table({self.now!r})"


class Edit(MutableMapping[K, V]):
    """The successor of a table in the making; until `done` or `roll_back` nobody looks at the table itself."""

    __slots__ = ("_from", "_undo", "now")

    def __init__(self, table: Table[K, V]) -> None:
        self._from = table
        self._undo: dict[K, Any] = {}
        self.now = table.now
        """The content with the changes made so far."""

    def before(self, key: K) -> V | None:
        """What stood there before the first change."""
        value = self._undo[key] if key in self._undo else self.now.get(key)
        return None if value is _NONE else value

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self._undo:
            self._undo[key] = self.now.get(key, _NONE)
        self.now[key] = value

    def __delitem__(self, key: K) -> None:
        value = self.now.pop(key)
        self._undo.setdefault(key, value)

    def __getitem__(self, key: K) -> V:
        return self.now[key]

    def get(self, key: K, default: Any = None) -> Any:
        """As of a dictionary."""
        return self.now.get(key, default)

    def __iter__(self) -> Iterator[K]:
        return iter(self.now)

    def __len__(self) -> int:
        return len(self.now)

    def done(self) -> Table[K, V]:
        """The table with the changes; the one it was made from keeps what it had."""
        earlier = self._from
        if not self._undo:
            return earlier
        later: Table[K, V] = Table.__new__(Table)
        later.content, later.later, later.undo = self.now, None, {}
        earlier.content, earlier.later, earlier.undo = None, later, self._undo
        return later

    def roll_back(self) -> None:
        """As if nothing had been changed."""
        _undo(self.now, self._undo)
        self._undo = {}


def _undo(content: dict[Any, Any], undo: Mapping[Any, Any]) -> None:
    for key, value in undo.items():
        if value is _NONE:
            content.pop(key, None)
        else:
            content[key] = value
