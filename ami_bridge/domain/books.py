"""The books of a state being changed: copies what is touched, notes what must be written and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ami_bridge.domain.model import Changes
from store import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ami_bridge.domain.model import State


class Books:
    """The next state in the making, and what it changed."""

    def __init__(self, state: State) -> None:
        self.rules = state.rules
        self.node = state.rules.node
        self.state = state
        self._new: dict[str, Any] = {}
        self._rows: dict[tuple[object, ...], rows.Row] = {}
        self._queues: set[str] = set()
        self._agents: set[str] = set()
        self._calls: set[str] = set()
        self._knowledge = False

    def look(self, name: str) -> Any:
        """A field as it is now."""
        return self._new.get(name, getattr(self.state, name))

    def own(self, name: str) -> dict[Any, Any]:
        """A mapping field, copied on the first touch."""
        if name not in self._new:
            self._new[name] = dict(getattr(self.state, name))
        mapping: dict[Any, Any] = self._new[name]
        return mapping

    def set(self, name: str, value: object) -> None:
        """A plain field."""
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
        changes = Changes(
            rows=tuple(self._rows.values()),
            queues=frozenset(self._queues),
            agents=frozenset(self._agents),
            calls=frozenset(self._calls),
            knowledge=self._knowledge,
        )
        return (replace(self.state, **self._new) if self._new else self.state), changes
