"""Turns that were made before and came of the place alone: made again without being worked out again.

Most of what callers do is a key in a menu, and what comes of it is the same for every caller who stands there: the way
taken, the next question. Such a turn is remembered with the flows it belongs to, as a lazy automaton remembers its
states, and the next one like it only counts and tells the time (docs/decisions/0012-turns-trodden-before.md).

A turn that asks for anything else (a variable, a key typed ahead, the caller, the time) says so itself
(`Draft.by_place`) and is never remembered; nor is one that ends the call or the segment, or enters more than one step.
Bounds on steps and visits are held each time: where one is met, the turn is worked out, and tells it.
`tests/ivr/engine/test_trodden.py` compares every turn with the one worked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ivr.engine.cursor import Cursor, Frame, Waiting
from ivr.engine.effects import Trace
from ivr.engine.inputs import Keys, Schedule, Silence, Spoken
from ivr.engine.move import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ivr.engine.effects import Effect
    from ivr.engine.inputs import Input
    from ivr.flow.model import FlowSet

MOST: Final = 10_000
"""Turns that are remembered of one set of flows, some 700 bytes each; the first ones stay. A thousand menus with four
keys, silence and a wrong key have 6,000 in each language."""

_TOLD: Final[Mapping[type[Input], Callable[[Any], str | bool | None]]] = {
    Keys: attrgetter("keys"),
    Silence: lambda _: None,
    Spoken: attrgetter("key"),
    Schedule: attrgetter("is_open"),
}
"""The inputs whose turns are remembered, and all that each tells."""


@dataclass(frozen=True, slots=True)
class Trodden:
    """What such a turn came to."""

    waited: Waiting
    """What the call waited for."""
    silent: int
    wrong: int
    effect: Effect
    """The effect that waits."""
    waiting: Waiting
    """What the call waits for now."""
    left: Trace | None
    """The line of the journey about the step that was left; None where the call stays in its step."""
    place: str
    """The step that was entered, as `flow.step`; empty where the call stays."""
    most_steps: int
    """The bound of the flow."""
    most_visits: int
    """The bound of the step that was entered."""


def again(flows: FlowSet, cursor: Cursor, event: Input, now: datetime) -> Move | None:
    """The turn as it was made before; None when it must be worked out."""
    kind = type(event)
    told = _TOLD.get(kind)
    if told is None or cursor.typed_ahead or cursor.version != flows.version:
        return None
    top = cursor.stack[-1]
    turn = flows.trodden.get((top.flow, top.step, top.silent, top.wrong, cursor.language, kind, told(event)))
    if turn is None or turn.waited is not cursor.waiting:
        return None
    return _stayed(cursor, top, turn) if turn.left is None else _gone_on(cursor, top, turn, turn.left, now)


def remember(flows: FlowSet, cursor: Cursor, event: Input, move: Move) -> None:
    """Keep a turn that was worked out and came of the place alone, if it is of a kind that is made again here."""
    told = _TOLD.get(type(event))
    *before, effect = move.effects
    left = before[0] if before else None
    top, after = cursor.stack[-1], move.cursor.stack[-1]
    if (
        told is None
        or (isinstance(event, Keys) and len(event.keys) != 1)  # a menu takes one key; more of them may be a secret
        or len(before) > 1
        or not (left is None or isinstance(left, Trace))
        or move.cursor.waiting in {Waiting.RETURN, Waiting.NOTHING}
        or len(flows.trodden) >= MOST
    ):
        return
    flow = flows.flows[top.flow]
    flows.trodden[top.flow, top.step, top.silent, top.wrong, cursor.language, type(event), told(event)] = Trodden(
        cursor.waiting,
        after.silent,
        after.wrong,
        effect,
        move.cursor.waiting,
        left,
        "" if left is None else move.cursor.place,
        flow.longest_steps,
        flow.steps[after.step].most_visits,
    )


def _stayed(cursor: Cursor, top: Frame, turn: Trodden) -> Move:
    """The question is put again."""
    frame = Frame(top.flow, top.step, top.variables, top.sensitive, turn.silent, turn.wrong, top.answers)
    after = Cursor(
        cursor.version,
        (*cursor.stack[:-1], frame),
        cursor.language,
        cursor.facts,
        turn.waiting,
        cursor.segment,
        "",
        cursor.steps_taken,
        cursor.visits,
        cursor.waited,
        cursor.reached,
        cursor.traces,
        cursor.began_ms,
        cursor.since_ms,
    )
    return Move(after, (turn.effect,))


def _gone_on(cursor: Cursor, top: Frame, turn: Trodden, left: Trace, now: datetime) -> Move | None:
    """The next step is entered, if the bounds let it."""
    steps = cursor.steps_taken.get(top.flow, 0) + 1
    visits = cursor.visits.get(turn.place, 0) + 1
    if steps > turn.most_steps or visits > turn.most_visits:
        return None
    now_ms = round(now.timestamp() * 1000)
    since_ms, traces, segment = cursor.since_ms, cursor.traces + 1, cursor.segment
    took_ms = max(0, now_ms - since_ms) if since_ms else 0
    after = Cursor(
        cursor.version,
        (*cursor.stack[:-1], Frame(top.flow, left.to, top.variables, top.sensitive)),
        cursor.language,
        cursor.facts,
        turn.waiting,
        segment,
        "",
        {**cursor.steps_taken, top.flow: steps},
        {**cursor.visits, turn.place: visits},
        cursor.waited,
        cursor.reached,
        traces,
        cursor.began_ms,
        now_ms,
    )
    trace = Trace(
        left.flow, left.step, left.verb, left.outcome, left.to, left.detail, traces, segment, took_ms, left.way
    )
    return Move(after, (trace, turn.effect))
