"""How much of a hotline's flows its dialogues go through: each way out of each step, counted once for each taking."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.rehearsal.edges import edges_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.flow.model import FlowSet
    from ivr.rehearsal.edges import Edge


@dataclass(slots=True)
class Coverage:
    """Every way there is, and how often each was taken."""

    edges: tuple[Edge, ...]
    """In the order of the files."""
    taken: Counter[Edge] = field(default_factory=Counter)

    @classmethod
    def of(cls, flows: FlowSet) -> Coverage:
        """Nothing taken yet."""
        return cls(edges_of(flows))

    def add(self, edges: Iterable[Edge]) -> None:
        """Count what one call took."""
        self.taken.update(edges)

    @property
    def missed(self) -> tuple[Edge, ...]:
        """Ways no call took."""
        return tuple(edge for edge in self.edges if not self.taken[edge])

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len({(edge.flow, edge.step) for edge in self.edges})

    @property
    def steps_taken(self) -> int:
        """How many steps were left by some way."""
        return len({(edge.flow, edge.step) for edge in self.edges if self.taken[edge]})

    @property
    def per_cent(self) -> float:
        """Of the ways, how many were taken; 100 where there is none."""
        return 100 * (1 - len(self.missed) / len(self.edges)) if self.edges else 100.0
