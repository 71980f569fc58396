"""All dialogues of a hotline played, what they cover, and a proposal for what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplan.source import Span
from ivr.rehearsal.coverage import Coverage
from ivr.rehearsal.player import play
from ivr.rehearsal.search import Seeker
from ivr.rehearsal.writing import proposal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.flow.model import FlowSet
    from ivr.rehearsal.house import House
    from ivr.rehearsal.model import Dialogue
    from ivr.rehearsal.player import Played
    from ivr.rehearsal.writing import Proposal
    from ivr.rehearsal.written import Names

NOWHERE = Span("a proposal", 1, 1)
"""Where proposed dialogues stand before somebody writes them down."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of a row of dialogues."""

    flows: FlowSet
    played: tuple[Played, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[Played, ...]:
        """Those that went another way than written."""
        return tuple(one for one in self.played if not one.passed)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said about the ways no dialogue takes."""

    proposal: Proposal | None
    """A dialogue for one of them."""
    unreachable: bool = False
    """None of them can be taken by any caller, whatever happens."""


def rehearse(house: House, dialogues: Iterable[Dialogue]) -> Rehearsal:
    """Play them all."""
    coverage = Coverage.of(house.flows)
    played = []
    for dialogue in dialogues:
        one = play(house, dialogue)
        coverage.add(one.edges)
        played.append(one)
    return Rehearsal(house.flows, tuple(played), coverage)


def advise(house: House, names: Names, coverage: Coverage) -> Advice:
    """A dialogue for a way that none takes; nothing where all are taken, or none can be found."""
    if not coverage.missed:
        return Advice(None)
    search = Seeker(house, NOWHERE).search(coverage.missed, one_is_enough=True)
    for edge in coverage.missed:
        dialogue = search.found.get(edge)
        made = proposal(house, names, edge, dialogue) if dialogue is not None else None
        if made is not None:
            return Advice(made)
    return Advice(None, unreachable=search.complete and not search.found)
