"""The books of a state being changed: what is touched, and notes of what must be written and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ami_bridge.domain.changing import replace
from ami_bridge.domain.model import Changes
from ami_bridge.domain.tables import Edit, Table
from store import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ami_bridge.domain.model import State

_NOTHING: Final = Changes()


class Books:
    """The next state in the making, and what it changed."""

    def __init__(self, state: State) -> None:
        self.rules = state.rules
        self.node = state.rules.node
        self.state = state
        self._new: dict[str, Any] = {}
        self._edits: dict[str, Edit[Any, Any]] = {}
        self._rows: dict[tuple[object, ...], rows.Row] = {}
        self._queues: set[str] = set()
        self._agents: set[str] = set()
        self._calls: set[str] = set()
        self._knowledge = False

    def look(self, name: str) -> Any:
        """A field as it is now."""
        edit = self._edits.get(name)
        if edit is not None:
            return edit.now
        value = self._new[name] if name in self._new else getattr(self.state, name)
        return value.now if type(value) is Table else value

    def own(self, name: str) -> Edit[Any, Any]:
        """A mapping field, to be changed."""
        edit = self._edits.get(name)
        if edit is None:
            value = self._new.pop(name) if name in self._new else getattr(self.state, name)
            edit = self._edits[name] = Edit(value if type(value) is Table else Table(value))
        return edit

    def before(self, name: str, key: object) -> Any:
        """What a mapping field had under a key when the event came; null where it had nothing."""
        edit = self._edits.get(name)
        return self.look(name).get(key) if edit is None else edit.before(key)

    def set(self, name: str, value: object) -> None:
        """A field, whole."""
        edit = self._edits.pop(name, None)
        if edit is not None:
            edit.roll_back()
        self._new[name] = value

    def keep(self, row: rows.Row, *key: object) -> None:
        """Notes a row to be written; the last of one key wins and keeps the first one's place."""
        self._rows[(type(row), *key)] = row

    def kept_visits(self) -> Iterator[rows.Visit]:
        """The visits among the rows noted so far."""
        return (row for row in self._rows.values() if isinstance(row, rows.Visit))

    def show_queue(self, name: str) -> None:
        """Marks a queue as changed for the feed."""
        self._queues.add(name)

    def show_agent(self, agent_id: str) -> None:
        """Marks an agent as changed for the feed."""
        self._agents.add(agent_id)

    def show_call(self, call_id: str) -> None:
        """Marks a call as changed for the feed."""
        self._calls.add(call_id)

    def show_knowledge(self) -> None:
        """Marks the state of knowledge as changed."""
        self._knowledge = True

    def finish(self) -> tuple[State, Changes]:
        """The new state and what changed."""
        changes = _NOTHING
        if self._rows or self._queues or self._agents or self._calls or self._knowledge:
            changes = Changes(
                rows=tuple(self._rows.values()),
                queues=frozenset(self._queues),
                agents=frozenset(self._agents),
                calls=frozenset(self._calls),
                knowledge=self._knowledge,
            )
        fresh = {**self._new, **{name: edit.done() for name, edit in self._edits.items()}}
        return (replace(self.state, **fresh) if fresh else self.state), changes

    def give_up(self) -> None:
        """The event could not be taken: the state is as it was."""
        for edit in self._edits.values():
            edit.roll_back()
