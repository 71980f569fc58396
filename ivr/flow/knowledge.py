"""What is known at every step of every flow, on all ways there: a dataflow over steps, and over the flows they call."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from ivr.flow.facts import ANYTHING, BUILT_IN, QUEUE_FIGURES, Fact, State, answer, fact_of, joined, known_to_be, met
from ivr.flow.model import (
    DEEPEST,
    END,
    Assign,
    Collect,
    Flow,
    Lookup,
    QueueState,
    RecordWords,
    Return,
    Step,
    Subflow,
    Survey,
)
from ivr.flow.paths import LEAVING, Exit, exits, in_order, leaving_flows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.flow.expressions import Expression
    from ivr.flow.known import Known

_MOST_ROUNDS: Final = 2 * DEEPEST + 2
"""Rounds over all flows until what they give each other is settled: down every row of subflows and up again."""


@dataclass(slots=True)
class Knowledge:
    """What is known; filled by `learn`, then only read."""

    states: dict[str, dict[str, State]] = field(default_factory=dict)
    """Flow to step to what is set when a call comes to the step; only steps a call can come to."""
    gives: dict[str, Fact] = field(default_factory=dict)
    """Flow to what its `return` steps give."""
    takes: dict[str, State] = field(default_factory=dict)
    """Flow to what its callers hand over."""


def learn(flows: Mapping[str, Flow], known: Known) -> Knowledge:
    """Everything known of these flows."""
    leaving = leaving_flows(flows)
    calling = any(isinstance(step, Subflow) for flow in flows.values() for step in flow.steps.values())
    knowledge = Knowledge()
    for _ in range(_MOST_ROUNDS):
        before = (knowledge.gives, knowledge.takes)
        knowledge.states = {name: _states(flow, knowledge, known, leaving) for name, flow in flows.items()}
        knowledge.gives = {name: _given(flow, knowledge.states[name]) for name, flow in flows.items()}
        knowledge.takes = _taken(flows, knowledge)
        if before == (knowledge.gives, knowledge.takes) or not calling:
            break
    return knowledge


def assigned(state: State, assignments: Mapping[str, Expression]) -> State:
    """The state after `set`: each value sees the ones before it."""
    for name, expression in assignments.items():
        state = {**state, name: fact_of(expression.tree, state)}
    return state


def on_way(step: Step, way: Exit, state: State, knowledge: Knowledge, known: Known) -> State:
    """What is known behind one way out of a step, before the way's own condition and `set`."""
    match step:
        case Collect() if way.kind == "then":
            return {**state, step.into: Fact("text", sensitive=step.sensitive)}
        case RecordWords():
            return {**state, step.into: Fact("recording", nullable=True)}
        case Survey() if step.into is not None and way.kind == "then":
            answers = {question.name: Fact("number") for question in step.questions}
            return {**state, step.into: Fact("record", answers)}
        case Assign():
            return assigned(state, step.assign)
        case Lookup():
            missed = way.kind != "then"
            found = answer(known.lookup(step.lookup), nullable=missed or step.on_missing is None)
            return {**state, step.into: found}
        case QueueState():
            return {**state, step.into: QUEUE_FIGURES}
        case Subflow() if step.into is not None:
            return {**state, step.into: knowledge.gives.get(step.flow, ANYTHING)}
        case _:
            return state


def _states(flow: Flow, knowledge: Knowledge, known: Known, leaving: frozenset[str]) -> dict[str, State]:
    handed = knowledge.takes.get(flow.name, {})
    start: State = {**BUILT_IN, **{name: handed.get(name, ANYTHING) for name in flow.takes}}
    if flow.start not in flow.steps:
        return {}
    order = {name: index for index, name in enumerate(in_order(flow))}
    names = list(order)
    states: dict[str, State] = {flow.start: start}
    waiting = [order[flow.start]]
    while waiting:
        # Always the first step of the order that has news: when it is looked at, most ways to it have come in.
        name = names[heappop(waiting)]
        while waiting and names[waiting[0]] == name:
            heappop(waiting)
        for then, state in _onward(flow.steps[name], states[name], knowledge, known, leaving):
            if then not in order:
                continue
            merged = met(states[then], state) if then in states else state
            if then not in states or merged != states[then]:
                states[then] = merged
                heappush(waiting, order[then])
    return states


def _onward(
    step: Step, state: State, knowledge: Knowledge, known: Known, leaving: frozenset[str]
) -> list[tuple[str, State]]:
    onward = []
    for way in exits(step):
        behind = on_way(step, way, state, knowledge, known)
        if isinstance(step, LEAVING) or (isinstance(step, Subflow) and step.flow in leaving):
            behind = {name: fact for name, fact in behind.items() if not fact.is_sensitive}
        if way.way is not None:
            if way.way.when is not None:
                behind = known_to_be(behind, way.way.when.tree)
            behind = assigned(behind, way.way.assign)
        onward.append((way.then, behind))
    return onward


def _given(flow: Flow, states: Mapping[str, State]) -> Fact:
    """What a flow gives back: every field of every `return` a call can come to."""
    nothing = Fact("record")
    found: Fact | None = None
    for name, state in states.items():
        step = flow.steps[name]
        if isinstance(step, Return):
            fields = {key: fact_of(value.tree, state) for key, value in step.values.items()}
            here = Fact("record", fields)
            found = here if found is None else joined(found, here)
        if any(way.then == END for way in exits(step)):
            found = nothing if found is None else joined(found, nothing)
    return found or nothing


def _taken(flows: Mapping[str, Flow], knowledge: Knowledge) -> dict[str, State]:
    """What each flow is handed, over every step that calls it."""
    takes: dict[str, dict[str, Fact]] = {}
    for flow in flows.values():
        for name, state in knowledge.states[flow.name].items():
            step = flow.steps[name]
            if not isinstance(step, Subflow):
                continue
            here = takes.setdefault(step.flow, {})
            for key, expression in step.args.items():
                fact = fact_of(expression.tree, state)
                here[key] = joined(here[key], fact) if key in here else fact
    return dict(takes)
