"""Calls that end before the caller has heard anything: F040."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic
from ivr.flow.model import (
    END,
    Assign,
    Branch,
    Dial,
    Hangup,
    Hours,
    Lookup,
    Queue,
    Return,
    Step,
    Subflow,
)
from ivr.flow.paths import exits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.flow.known import Known
    from ivr.flow.model import Flow

_UNHEARD = frozenset({"after empty", "after full", "after withdrawn", "after failed", "after busy"})
"""Outcomes of a queue or a dialled number in which the caller has heard neither music nor ringing."""


def silent_ends(flows: Mapping[str, Flow], known: Known) -> Iterator[Diagnostic]:
    """F040: steps at which a call may end while its caller has heard nothing at all."""
    quiet = quiet_flows(flows)
    for name, at in (known.entries or {}).items():
        flow = flows.get(name)
        if flow is None or at is None:
            continue
        for step in _before_any_sound(flow, quiet):
            if isinstance(step, (Hangup, Return)) or END in _unheard(step, quiet):
                message = f"a call can end at '{step.name}' before the caller has heard anything"
                yield Diagnostic("F040", "warning", step.at, message, "a message before it, or 'hangup: goodbye'")


def quiet_flows(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Flows that some call can go through without hearing anything."""
    quiet: frozenset[str] = frozenset()
    while True:
        found = frozenset(name for name, flow in flows.items() if _is_quiet(flow, quiet))
        if found == quiet:
            return quiet
        quiet = found


def _is_quiet(flow: Flow, quiet: frozenset[str]) -> bool:
    return any(isinstance(step, Return) or END in _unheard(step, quiet) for step in _before_any_sound(flow, quiet))


def _before_any_sound(flow: Flow, quiet: frozenset[str]) -> Iterator[Step]:
    """The steps a call can come to in silence; those that speak are left out."""
    seen: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        step = flow.steps.get(name)
        if step is None or name in seen:
            continue
        seen.add(name)
        if isinstance(step, Return) or (isinstance(step, Hangup) and step.message is None):
            yield step
        elif ways := _unheard(step, quiet):
            yield step
            waiting.extend(ways)


def _unheard(step: Step, quiet: frozenset[str]) -> list[str]:
    """Where a call goes on from a step that has said nothing. What is not known here (a script) may speak."""
    match step:
        case Assign() | Branch() | Hours() | Lookup():
            return [way.then for way in exits(step)]
        case Subflow() if step.flow in quiet:
            return [way.then for way in exits(step)]
        case Queue() | Dial():
            return [way.then for way in exits(step) if way.kind in _UNHEARD]
        case _:
            return []
