"""Rows waiting to be written: folded by key, kept in order per table, bounded by a stated rule. Pure.

*Folding.* A row replaces a waiting row with the same key and takes its place in the line: rows are whole, the database
would end with the newer one anyway, and the older one is superseded. So a call of fifty changes costs one place.

*The bound.* When more rows with different keys wait than there is room for, the oldest row of the least precious table
that has any is dropped: first the steps of journeys, at last what callers were promised. Every drop is counted by
table.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from store import records, rows
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WRITE_ORDER: Final[tuple[type[rows.Row], ...]] = (
    rows.Visit,
    rows.RingAttempt,
    rows.Journey,
    rows.JourneyStep,
    rows.AgentInterval,
    rows.Membership,
    rows.MembershipInterval,
    rows.Gap,
    rows.Remembered,
    rows.Voicemail,
    records.Recording,
    records.Survey,
    records.Callback,
    records.Ticket,
    rows.EvidenceLine,
    rows.Watcher,
    rows.Act,
    rows.Knowledge,
    rows.BridgeState,
    rows.LogPlace,
)
"""Within one transaction: what others refer to comes first, what says "known until here" comes last."""

KNOWN_UNTIL_HERE: Final[frozenset[type[rows.Row]]] = frozenset({rows.Knowledge, rows.BridgeState, rows.LogPlace})
"""These promise that everything before them is in the database, so they wait until nothing else does."""

TELLS_OF: Final[Mapping[type[rows.Row], tuple[type[rows.Row], ...]]] = MappingProxyType(
    {rows.Gap: (rows.AgentInterval, rows.Membership, rows.MembershipInterval)}
)
"""A gap that is over says that every agent's stretches are cut at its ends: it waits until no such row does. A bridge
killed in between finds it open, and cuts those that had not been."""

DROP_ORDER: Final[tuple[type[rows.Row], ...]] = (
    rows.Watcher,
    rows.EvidenceLine,
    rows.JourneyStep,
    rows.RingAttempt,
    rows.AgentInterval,
    rows.Remembered,
    rows.Journey,
    rows.Membership,
    rows.MembershipInterval,
    rows.Gap,
    rows.Knowledge,
    rows.BridgeState,
    rows.LogPlace,
    records.Survey,
    rows.Voicemail,
    records.Recording,
    rows.Visit,
    records.Ticket,
    records.Callback,
    rows.Act,
)
"""What is given up first when there is no room; last of all what somebody was promised."""

OF_AGENTS: Final[frozenset[type[rows.Row]]] = frozenset({rows.AgentInterval, rows.Membership, rows.MembershipInterval})
"""What a process left of these when it was killed tells until when it saw all agents: the latest moment in them. So
they go in one transaction as far as may be, or some would be known until later than others are."""

_FIRST_PROMISE: Final = len(WRITE_ORDER) - len(KNOWN_UNTIL_HERE)

Batch = tuple[rows.Row, ...]
"""Rows of one transaction, in the order they are to be written; no key twice."""

_KEY_OF: Final[Mapping[type[rows.Row], Callable[[Any], object]]] = MappingProxyType(
    {kind: attrgetter(*(column.name for column in table.primary_key)) for kind, table in TABLE_OF.items()},
)


def key_of(row: rows.Row) -> object:
    """What makes `row` the same row as another of its table."""
    return _KEY_OF[type(row)](row)


@dataclass(slots=True)
class _Waiting:
    """One place in the line: when it was taken (a ticket, growing) and the row that stands there now."""

    ticket: int
    row: rows.Row


_Line = OrderedDict[object, _Waiting]  # taking the first of a plain dict grows slow when many were taken before it


def _empty_lines() -> dict[type[rows.Row], _Line]:
    return {kind: OrderedDict() for kind in WRITE_ORDER}


@dataclass(slots=True)
class Backlog:
    """The line of rows.

    Attributes:
        capacity: How many rows may wait, those of the batch being written included.
        tickets: How many places were ever taken; the latest ticket's number.
        folded: How many rows were replaced by a newer one before they were written.
        dropped: How many rows were given up for want of room, by table name.
    """

    capacity: int
    tickets: int = 0
    folded: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    _lines: dict[type[rows.Row], _Line] = field(default_factory=_empty_lines)
    _taken: tuple[_Waiting, ...] = ()
    _size: int = 0

    def __len__(self) -> int:
        return self._size

    def put(self, row: rows.Row) -> None:
        """Let `row` wait, in the place of its predecessor when that still waits."""
        line = self._lines[type(row)]
        key = key_of(row)
        standing = line.get(key)
        if standing is not None:
            standing.row = row
            self.folded += 1
            return
        self.tickets += 1
        line[key] = _Waiting(self.tickets, row)
        self._size += 1
        if self._size > self.capacity:
            self._give_up_one()

    def take(self, rows_per_table: int, of_agents: int = 0) -> Batch:
        """The next batch: up to `rows_per_table` of each table. They count as waiting until `settle`.

        Args:
            rows_per_table: That many.
            of_agents: More of those that belong together (`OF_AGENTS`).
        """
        if self._taken:
            raise RuntimeError("the last batch was not settled")
        self._taken = tuple(self._first(rows_per_table, max(rows_per_table, of_agents)))
        return tuple(waiting.row for waiting in self._taken)

    def settle(self) -> None:
        """The batch taken last is in the database (or refused): forget it."""
        self._size -= len(self._taken)
        self._taken = ()

    def oldest_ticket(self) -> int | None:
        """The ticket of the row that has waited longest; null when none waits."""
        fronts = [next(iter(line.values())).ticket for line in self._lines.values() if line]
        return min([*fronts, *(waiting.ticket for waiting in self._taken)], default=None)

    def all(self) -> list[rows.Row]:
        """Every row that waits, oldest first; those of a batch that was not settled among them."""
        waiting = [*self._taken, *(one for line in self._lines.values() for one in line.values())]
        return [one.row for one in sorted(waiting, key=lambda one: one.ticket)]

    def remaining(self) -> dict[str, int]:
        """How many rows wait, by table name."""
        counts = {TABLE_OF[kind].name: len(line) for kind, line in self._lines.items() if line}
        for waiting in self._taken:
            name = TABLE_OF[type(waiting.row)].name
            counts[name] = counts.get(name, 0) + 1
        return counts

    def _first(self, rows_per_table: int, of_agents: int) -> Iterator[_Waiting]:
        for kind in WRITE_ORDER:
            if kind in KNOWN_UNTIL_HERE and any(self._lines[other] for other in WRITE_ORDER[:_FIRST_PROMISE]):
                return
            if any(self._lines[other] for other in TELLS_OF.get(kind, ())):
                continue
            line = self._lines[kind]
            for _ in range(min(of_agents if kind in OF_AGENTS else rows_per_table, len(line))):
                yield line.popitem(last=False)[1]

    def _give_up_one(self) -> None:
        for kind in DROP_ORDER:
            line = self._lines[kind]
            if line:
                line.popitem(last=False)
                name = TABLE_OF[kind].name
                self.dropped[name] = self.dropped.get(name, 0) + 1
                self._size -= 1
                return
