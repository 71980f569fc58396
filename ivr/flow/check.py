"""Every rule over a hotline's flows together; each rule is one small function with its code (`ivr.flow.codes`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean, has_errors, nearest
from ivr.flow.announce_rules import unsayable_announcements
from ivr.flow.knowledge import learn
from ivr.flow.model import (
    DEEPEST,
    Collect,
    Flow,
    Hangup,
    Lookup,
    Menu,
    Play,
    RecordWords,
    Step,
    Subflow,
    Survey,
    Ticket,
    Voicemail,
)
from ivr.flow.paths import asking_flows, blind_loops, circles, dead_ends, overlapping_ways, unreachable_steps
from ivr.flow.silence import silent_ends
from ivr.flow.values_rules import value_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dialplan.source import Span
    from ivr.flow.expressions import Expression
    from ivr.flow.known import Known
    from ivr.flow.load import FlowReading
    from ivr.flow.notes import Mention

_CODES = {
    "step": "F012",
    "flow": "F013",
    "queue": "F014",
    "lookup": "F015",
    "schedule": "F016",
    "message": "F017",
    "script": "F018",
    "box": "F019",
    "language": "F020",
    "ticket": "F037",
}
"""The code of a name that does not exist, by what it should be a name of."""


def check_flows(readings: Iterable[FlowReading], known: Known) -> list[Diagnostic]:
    """Everything wrong with these flows in their hotline, beyond what reading them has shown.

    Rules that follow a call through a flow look only at flows that were read without an error: a misspelt step would
    else make half a flow unreachable.
    """
    all_readings = list(readings)
    found: list[Diagnostic] = []
    sound: dict[str, Flow] = {}
    for reading in all_readings:
        own = list(unknown_names(reading, all_readings, known))
        found += own
        if reading.flow is not None:
            found += overlapping_ways(reading.flow)
            if not has_errors((*reading.diagnostics, *(each for each in own if each.code == "F012"))):
                sound[reading.name] = reading.flow
    if known.entries is not None:
        found += unasked_flows(all_readings, known.entries)
    circling = list(flow_circles(sound))
    found += circling or flow_depths(sound)
    for flow in sound.values():
        found += fitting_arguments(flow, {r.name: r.flow for r in all_readings if r.flow}, known)
        found += unsayable_announcements(flow, known)
    found += _along_calls(sound, known)
    if not circling:
        found += silent_ends(sound, known)
    return found


def _along_calls(flows: Mapping[str, Flow], known: Known) -> Iterator[Diagnostic]:
    knowledge = learn(flows, known)
    asking = asking_flows(flows)
    for flow in flows.values():
        yield from unreachable_steps(flow)
        yield from dead_ends(flow)
        yield from blind_loops(flow, asking)
        yield from value_rules(flow, knowledge, known)


def unknown_names(reading: FlowReading, readings: list[FlowReading], known: Known) -> Iterator[Diagnostic]:
    """F012 to F020: a name that nothing has."""
    tables: dict[str, Collection[str] | None] = {
        "step": reading.step_names,
        "flow": [each.name for each in readings],
        "message": None if known.messages is None else {*known.messages, *known.unreadable_messages},
        "queue": known.queues,
        "lookup": known.lookups,
        "schedule": known.schedules,
        "script": known.scripts,
        "box": known.boxes,
        "language": known.languages,
        "ticket": known.tickets,
    }
    for mention in reading.mentions:
        names = tables.get(mention.kind)
        if names is not None and mention.name not in names:
            yield _unknown(mention, names, reading)


def _unknown(mention: Mention, names: Collection[str], reading: FlowReading) -> Diagnostic:
    hint = did_you_mean(mention.name, sorted(names))
    near = nearest(mention.name, sorted(names))
    if mention.kind == "step" and near and reading.flow and near in reading.flow.steps:
        hint = f"did you mean '{near}' (line {reading.flow.steps[near].at.line})?"
    few = ", ".join(sorted(names)[:_FEW]) if len(names) <= _FEW else ""
    expected = (f"one of {few}" if few else None) if names else f"the hotline has no {mention.kind}"
    message = f"unknown {mention.kind} '{mention.name}'"
    return Diagnostic(_CODES[mention.kind], "error", mention.at, message, None if hint else expected, hint)


_FEW = 8
"""Names that are listed when none of them is near."""


def unasked_flows(readings: list[FlowReading], entries: Mapping[str, Span | None]) -> Iterator[Diagnostic]:
    """F033: flows no number and no other flow leads to; F034: a number whose flow wants to be handed something."""
    used = set(entries)
    flows = {reading.name: reading.flow for reading in readings if reading.flow}
    waiting = list(used)
    while waiting:
        flow = flows.get(waiting.pop())
        for step in flow.steps.values() if flow else ():
            if isinstance(step, Subflow) and step.flow not in used:
                used.add(step.flow)
                waiting.append(step.flow)
    all_known = len(flows) == len(readings)  # one that cannot be read may lead anywhere
    for name, flow in flows.items():
        if name not in used and all_known:
            message = f"no number and no flow leads to '{name}'"
            yield Diagnostic("F033", "warning", flow.at, message, "a number in hotline.yaml, or a subflow step")
        if name in entries and flow.takes:
            wanted = ", ".join(flow.takes)
            message = f"a number leads to '{name}', which takes {wanted}"
            yield Diagnostic("F034", "error", entries[name] or flow.at, message, "a flow that takes nothing")


def flow_circles(flows: Mapping[str, Flow]) -> Iterator[Diagnostic]:
    """F030: flows that call each other in a circle, so that a call would pile up flow on flow."""
    graph = {
        name: [step.flow for step in flow.steps.values() if isinstance(step, Subflow) and step.flow in flows]
        for name, flow in flows.items()
    }
    for circle in circles(graph):
        for name in sorted(circle):
            for step in flows[name].steps.values():
                if isinstance(step, Subflow) and step.flow in circle:
                    message = f"'{name}' runs '{step.flow}', which comes back to '{name}' as a subflow"
                    yield Diagnostic("F030", "error", step.at, message, "a step to go to, or a flow of its own")


def flow_depths(flows: Mapping[str, Flow]) -> Iterator[Diagnostic]:
    """F030: flows that stand on each other deeper than the engine goes; of a circle nothing more is said."""
    heights = dict.fromkeys(flows, 1)
    for _ in range(DEEPEST + 1):
        for name, flow in flows.items():
            run = [heights[s.flow] for s in flow.steps.values() if isinstance(s, Subflow) and s.flow in flows]
            heights[name] = 1 + max(run, default=0)
    for name, flow in flows.items():
        for step in flow.steps.values():
            if isinstance(step, Subflow) and heights.get(step.flow) == DEEPEST and heights[name] == DEEPEST + 1:
                message = f"from '{name}' on, more than {DEEPEST} flows stand on each other"
                yield Diagnostic("F030", "error", step.at, message, "steps of its own, or fewer flows in a row")


def given_to_messages(readings: Iterable[FlowReading]) -> dict[str, set[str]]:
    """Each message some step says, with the names it is given values by."""
    given: dict[str, set[str]] = {}
    for reading in readings:
        for step in reading.flow.steps.values() if reading.flow else ():
            if isinstance(step, Play | Menu | Collect | Voicemail | RecordWords | Hangup) and step.message is not None:
                given.setdefault(step.message, set()).update(step.args)
    return given


def fitting_arguments(flow: Flow, flows: Mapping[str, Flow], known: Known) -> Iterator[Diagnostic]:
    """F029: arguments that are wanted and not given, or given and not wanted."""
    for step in flow.steps.values():
        match step:
            case Lookup() if (facts := known.lookup(step.lookup)) is not None:
                yield from _fit(step, f"lookup '{step.lookup}'", step.args, facts.takes)
            case Subflow() if step.flow in flows:
                yield from _fit(step, f"flow '{step.flow}'", step.args, flows[step.flow].takes)
            case Ticket() if (kind := known.ticket(step.kind)) is not None:
                yield from _fit(step, f"ticket '{step.kind}'", step.args, kind.takes)
                if step.colour is not None and step.colour not in kind.colours:
                    message = f"a ticket '{step.kind}' is never '{step.colour}'"
                    expected, hint = f"one of {', '.join(kind.colours)}", did_you_mean(step.colour, kind.colours)
                    yield Diagnostic("F037", "error", step.colour_at or step.at, message, expected, hint)
            case Survey():
                for question in step.questions:
                    asked = (known.messages or {}).get(question.message, {})
                    yield from _fit(step, f"message '{question.message}'", {}, asked)
            case Play() | Menu() | Collect() | Voicemail() | RecordWords() | Hangup():
                places = (known.messages or {}).get(step.message or "")
                if places is not None:
                    yield from _fit(step, f"message '{step.message}'", step.args, places)
            case _:
                pass


def _fit(step: Step, owner: str, given: Mapping[str, Expression], wanted: Collection[str]) -> Iterator[Diagnostic]:
    for name in sorted(wanted):
        if name not in given:
            yield Diagnostic("F029", "error", step.at, f"{owner} is not given '{name}'", f"with: {{{name}: …}}")
    for name, expression in given.items():
        if name not in wanted:
            at: Span = expression.at or step.at
            known = f"one of {', '.join(sorted(wanted))}" if wanted else "nothing in 'with'"
            yield Diagnostic(
                "F029", "error", at, f"{owner} takes no '{name}'", known, did_you_mean(name, sorted(wanted))
            )
