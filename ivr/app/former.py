"""Queues and agents that were called otherwise: their history goes on under the name they have now (`formerly`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.config.model import Hotline
    from store.metrics.tally import Tally

    Tallies = dict[tuple[str, int], Tally]


@dataclass(frozen=True, slots=True)
class Former:
    """Former names of queues, or of agents."""

    present: Mapping[str, str] = field(default_factory=dict)
    """By a former name the one of now."""

    def now(self, names: Iterable[str]) -> list[str]:
        """Names as they are now, each once."""
        return list(dict.fromkeys(self.present.get(name, name) for name in names))

    def ever(self, names: Sequence[str]) -> list[str]:
        """Names of now with all they had; no names are none."""
        return [*names, *(old for old, new in self.present.items() if new in names)]

    def merged(self, found: Tallies) -> Tallies:
        """Counts under the names of now."""
        told: Tallies = {}
        for (name, place), tally in found.items():
            key = (self.present.get(name, name), place)
            told[key] = told[key] + tally if key in told else tally
        return told

    def notes(self, asked: Sequence[str], found: Iterable[str]) -> list[str]:
        """What a reader must know: which name is another now, and under which what was counted stands."""
        renamed = [f"{old} is called {self.present[old]} now" for old in dict.fromkeys(asked) if old in self.present]
        told = sorted(set(found) & set(self.present) - set(asked))
        return [*renamed, *(f"what was counted as {old} stands under {self.present[old]}" for old in told)]


def former_queues(hotline: Hotline) -> Former:
    """The former names of the queues of a hotline."""
    return Former({old: name for name, queue in hotline.queues.items() for old in queue.formerly})


def former_agents(hotline: Hotline) -> Former:
    """The same of its agents."""
    return Former({old: id_ for id_, agent in hotline.agents.items() for old in agent.formerly})
