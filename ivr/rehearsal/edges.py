"""Every way out of every step, and which of them a line of a call's journey tells of.

The ways are those the check follows (`ivr.flow.paths.exits`); a `return` and a `hangup` have one, their own. What the
outcomes of each verb mean is one table, `TOLD`: a verb or an outcome that is not in it is an error, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ivr.flow.model import (
    Assign,
    Branch,
    Callback,
    Collect,
    Dial,
    Hangup,
    Hours,
    Lookup,
    Menu,
    Play,
    Queue,
    QueueState,
    RecordWords,
    Return,
    SayValue,
    Script,
    Step,
    Subflow,
    Survey,
    Ticket,
    Transfer,
    Voicemail,
)
from ivr.flow.paths import exits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.effects import Trace
    from ivr.flow.model import FlowSet

THEN: Final = "then"
"""The step's `then`: its only way, or the one with the trace's number."""
NONE: Final = ""
"""The step is not left by it."""
AFTER: Final = "after "
KEY: Final = "key "
_EVERYWHERE: Final = {"hung up": NONE, "rescued": NONE}
"""What can come of any step, and is no way of it."""
_ASKED: Final = {"no input": "no_input", "wrong input": "wrong_input"}

TOLD: Final[Mapping[type[Step], Mapping[str, str]]] = {
    Play: {"said": THEN, "interrupted": THEN},
    SayValue: {"said": THEN, "interrupted": THEN},
    Menu: {**_ASKED, "key *": KEY, "remembered *": KEY},
    Collect: {**_ASKED, "collected": THEN},
    Assign: {"set": THEN},
    Branch: {"way *": THEN},
    Hours: {"open": "open", "closed": "closed"},
    Lookup: {"found": THEN, "missing": "on_missing", "late": "on_timeout", "failed": "on_error"},
    Subflow: {"entered": NONE, "returned": THEN},
    Return: {"returned": "return"},
    Queue: {"handed over": NONE, "key *": KEY, "*": AFTER},
    QueueState: {"seen": THEN},
    Dial: {"handed over": NONE, "*": AFTER},
    Transfer: {"handed over": NONE, "*": AFTER},
    Voicemail: {"recorded": THEN},
    RecordWords: {"recorded": THEN},
    Survey: {**_ASKED, "answered": THEN},
    Callback: {"noted": THEN},
    Ticket: {"opened": THEN},
    Script: {"done": THEN, "failed": "on_error"},
    Hangup: {"ended": "hang up"},
}
"""Verb to the outcomes its traces tell (`ivr.engine.machine`) to the way that was taken; `*` stands for a word."""


class UnknownOutcomeError(Exception):
    """The engine tells of something this table does not know: the two have drifted apart."""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One way out of one step."""

    flow: str
    step: str
    way: str
    """`then`, `then 2` of several, `key 1`, `no_input`, `on_error`, `open`, `after timed_out`, `return`, …"""

    def __str__(self) -> str:
        return f"{self.flow}.{self.step}: {self.way}"


def edges_of(flows: FlowSet) -> tuple[Edge, ...]:
    """Every way out of every step, in the order of the files."""
    found = []
    for flow in flows.flows.values():
        for step in flow.steps.values():
            found += [Edge(flow.name, step.name, way) for way in ways_of(step)]
    return tuple(found)


def ways_of(step: Step) -> tuple[str, ...]:
    """The ways out of one step."""
    own = {Return: "return", Hangup: "hang up"}.get(type(step))
    if own is not None:
        return (own,)
    kinds = [each.kind for each in exits(step)]
    several = kinds.count(THEN) > 1
    numbers = iter(range(1, len(kinds) + 1))
    return tuple(f"{THEN} {next(numbers)}" if kind == THEN and several else kind for kind in kinds)


def condition_of(flows: FlowSet, edge: Edge) -> str:
    """When one of several ways is taken, as the flow writes it; empty where there is no choice."""
    word, _, number = edge.way.partition(" ")
    if word != THEN or not number:
        return ""
    ways = [each.way for each in exits(flows.flows[edge.flow].steps[edge.step]) if each.kind == THEN]
    way = ways[int(number) - 1]
    return f"when {way.when.source}" if way is not None and way.when is not None else "else"


def edge_of(flows: FlowSet, trace: Trace) -> Edge | None:
    """The way a trace tells of; None when the step was not left by it, or the call met a defect.

    Raises:
        UnknownOutcomeError: the verb or its outcome is in no table here.
    """
    flow = flows.flows.get(trace.flow)
    step = flow.steps.get(trace.step) if flow else None
    if step is None:
        return None
    way = told_way(step, trace.outcome, trace.way)
    if way == NONE:
        return None
    ways = ways_of(step)
    if way not in ways:
        raise UnknownOutcomeError(f"{trace.flow}.{trace.step}: '{trace.outcome}' tells of '{way}', which is no way out")
    return Edge(trace.flow, trace.step, way)


def told_way(step: Step, outcome: str, number: int) -> str:
    """The way out of a step that an outcome tells of, `NONE` when it was not left by it.

    Args:
        step: the step.
        outcome: in a trace's words.
        number: which of several `then` was taken, counted from 1.

    Raises:
        UnknownOutcomeError: the verb or its outcome is in no table here.
    """
    verb = type(step).__name__.lower()
    table = TOLD.get(type(step))
    if table is None:
        raise UnknownOutcomeError(f"nothing is known of the ways of '{verb}'")
    known = {**_EVERYWHERE, **table}
    first, _, word = outcome.partition(" ")
    told = known.get(outcome, known.get(f"{first} *" if word else "*"))
    if told is None:
        raise UnknownOutcomeError(f"'{verb}' left a step with '{outcome}', which is not known")
    ways = ways_of(step)
    match told:
        case "on_missing" if told not in ways:  # then it goes on with nothing, like an answer
            return _then(ways, number)
        case "then":
            return _then(ways, number)
        case "key ":
            return f"{KEY}{word}"
        case "after ":
            # An outcome the flow has no way for goes where `failed` goes (`ivr.engine.machine`).
            wanted = f"{AFTER}{outcome}"
            return wanted if wanted in ways else f"{AFTER}failed"
        case _:
            return told


def _then(ways: tuple[str, ...], number: int) -> str:
    return THEN if THEN in ways else f"{THEN} {number}"
