"""Turns that were made before and came of the place alone: made again without being worked out again.

Most of what callers do is a key in a menu, and what comes of it is the same for every caller who stands there: the way
taken, the next question. Such a turn is remembered with the flows it belongs to, as a lazy automaton remembers its
states, and the next one like it only counts and tells the time (docs/decisions/0012-turns-trodden-before.md).

A turn that asks for anything else (a variable, a key typed ahead, the caller, the time) says so itself
(`Draft.by_place`) and is never remembered; nor is one that ends the call or the segment, or enters more than one step.
Bounds on steps and visits are held each time: where one is met, the turn is worked out, and tells it.
`tests/ivr/engine/test_trodden.py` compares every turn with the one worked out.

Calls that stand at the same place share one `Standing`, and the turns hang on it, so that finding one is two
attributes and a dictionary. `step` is written out flat, with its records filled where it stands (`unfinished`): each
call of a function of our own would cost it a tenth (docs/performance.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from dialplan.made_quickly import unfinished
from ivr.engine.cursor import Cursor, Waiting
from ivr.engine.effects import Trace
from ivr.engine.inputs import Keys, Schedule, Silence, Spoken
from ivr.engine.move import Move
from ivr.engine.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from ivr.engine.effects import Effect, Leaving
    from ivr.engine.inputs import Input
    from ivr.flow.model import FlowSet

    Step: TypeAlias = Callable[[FlowSet, Cursor, Input, datetime], Move]

MOST: Final = 10_000
"""Turns that are remembered of one set of flows, some 850 bytes each; the first ones stay. A thousand menus with four
keys, silence and a wrong key have 6,000 in each language."""

_cursor: Final[Any] = unfinished(Cursor)
_trace: Final[Any] = unfinished(Trace)
_move: Final[Any] = unfinished(Move)


@dataclass(frozen=True, slots=True)
class Trodden:
    """What such a turn came to."""

    at: Standing
    """Where the call stands now."""
    effect: Effect
    """The effect that waits."""
    only: tuple[Effect, ...]
    """The same where nothing comes before it."""
    left: Leaving | None
    """The line of the journey about the step that was left; None where the call stays in its step."""
    flow: str
    place: str
    """The step that was entered, as `flow.step`."""
    most_steps: int
    """The bound of the flow."""
    most_visits: int
    """The bound of the step that was entered."""


def again_or(otherwise: Step) -> Step:
    """What leads a call on: a turn as it was made before, and ``otherwise`` one that must be worked out."""

    def step(flows: FlowSet, cursor: Cursor, event: Input, now: datetime) -> Move:
        """What the call does next.

        Args:
            flows: The flow set of the version the call began on.
            cursor: Where the call stands.
            event: What happened.
            now: This moment, timezone-aware.
        """
        at = cursor.at
        heard = event.keys if type(event) is Keys else Silence if type(event) is Silence else _heard(event)
        turn: Trodden | None = at.turns.get(heard)
        if turn is None or at.home is not flows.trodden:
            return otherwise(flows, cursor, event, now)
        after = _cursor()
        after.kept = kept = cursor.kept
        after.at = turn.at
        move = _move()
        move.cursor = after
        left = turn.left
        if left is None:
            after.counts = cursor.counts
            after.traces = cursor.traces
            after.since_s = cursor.since_s
            move.effects = turn.only
        else:
            counts = cursor.counts.copy()
            flow, place = turn.flow, turn.place
            counts[flow] = steps = counts.get(flow, 0) + 1
            counts[place] = visits = counts.get(place, 0) + 1
            if steps > turn.most_steps or visits > turn.most_visits:
                return otherwise(flows, cursor, event, now)
            since_s = cursor.since_s
            after.since_s = now_s = now.timestamp()
            after.counts = counts
            trace = _trace()
            after.traces = trace.ordinal = cursor.traces + 1
            trace.took_s = now_s - since_s if since_s else 0.0
            trace.segment = kept.segment
            trace.left = left
            trace.__class__ = Trace
            move.effects = (trace, turn.effect)
        after.__class__ = Cursor
        move.__class__ = Move
        made: Move = move
        return made

    return step


def _heard(event: Input) -> Hashable:
    """All that an input tells, where its turns are remembered; keys are told by themselves."""
    if isinstance(event, Schedule):
        return event.is_open
    if isinstance(event, Spoken) and event.key is None:
        return Spoken
    return Silence if isinstance(event, Silence) else None


def remember(flows: FlowSet, cursor: Cursor, event: Input, move: Move) -> None:
    """Keep a turn that was worked out and came of the place alone, if it is of a kind that is made again here."""
    heard = event.keys if isinstance(event, Keys) else _heard(event)
    *before, effect = move.effects
    left = before[0] if before else None
    if (
        heard is None
        or (isinstance(event, Keys) and len(event.keys) != 1)  # a menu takes one key; more of them may be a secret
        or len(before) > 1
        or not (left is None or isinstance(left, Trace))
        or move.cursor.waiting in {Waiting.RETURN, Waiting.NOTHING}
        or flows.trodden.turns >= MOST
    ):
        return
    at = _own(flows, cursor)
    if at.turns.setdefault(heard, turn := _trodden(flows, move, left.left if left else None, effect)) is turn:
        flows.trodden.turns += 1


def _trodden(flows: FlowSet, move: Move, left: Leaving | None, effect: Effect) -> Trodden:
    at = _own(flows, move.cursor)
    flow = flows.flows[at.flow]
    most_visits = flow.steps[at.step].most_visits
    return Trodden(at, effect, (effect,), left, at.flow, move.cursor.place, flow.longest_steps, most_visits)


def _own(flows: FlowSet, cursor: Cursor) -> Standing:
    """The flows' own standing of this cursor, made when somebody first stands there.

    It has no key typed ahead and no answer of a survey, whatever the cursor has: the turn has asked for neither.
    """
    at, memory = cursor.at, flows.trodden
    place = at.place
    own: Standing | None = memory.places.get(place)
    if own is None:
        own = memory.places[place] = Standing(*place, home=memory)
    return own
