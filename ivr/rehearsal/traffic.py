"""What callers did, laid on a flow as it is now: how often each way out of each step was taken. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from ivr.rehearsal.edges import Edge, UnknownOutcomeError, told_way, ways_of
from ivr.rehearsal.steps_told import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.flow.model import FlowSet


class Passed(Protocol):
    """A step left in one way by a number of calls (`store.metrics.ways`)."""

    @property
    def flow(self) -> str:
        """The flow's name."""

    @property
    def step(self) -> str:
        """The step's name."""

    @property
    def outcome(self) -> str:
        """What came of it, in a journey's words."""

    @property
    def to(self) -> str:
        """The step that came next; empty where the call ended."""

    @property
    def times(self) -> int:
        """How often."""


def traffic(flows: FlowSet, passed: Iterable[Passed]) -> tuple[Counter[Edge], int]:
    """How often each way was taken, and how often a step was left by none of these flows' ways.

    The last are calls of other versions, in which a step was another or had other ways, and calls that ended in a step:
    a hang-up, a rescue.
    """
    taken: Counter[Edge] = Counter()
    others = 0
    for one in passed:
        flow = flows.flows.get(one.flow)
        step = flow.steps.get(one.step) if flow is not None else None
        way = ""
        if step is not None:
            try:
                way = told_way(step, one.outcome, number_of(step, one.outcome, one.to or None))
            except UnknownOutcomeError:
                way = ""
        if step is not None and way in ways_of(step):
            taken[Edge(one.flow, one.step, way)] += one.times
        else:
            others += one.times
    return taken, others
