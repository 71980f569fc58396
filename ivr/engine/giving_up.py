"""A call given up for a reason that the engine cannot see: whoever leads it says so, and a person takes over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.engine.effects import Rescue
from ivr.engine.machine import VERBS, Move
from ivr.engine.turn import FlowDefect, Turn
from ivr.flow.model import END, FlowSet

if TYPE_CHECKING:
    from datetime import datetime

    from ivr.engine.cursor import Cursor


def given_up(flows: FlowSet | None, cursor: Cursor, reason: str, now: datetime) -> Move:
    """The call as the engine would leave it for a person: a trace of the present step, then `Rescue`.

    For what the engine cannot see: a sentence that cannot be spoken, a cursor that cannot be kept, flows that are not
    there any more (`flows` is None).
    """
    turn = Turn(flows or FlowSet(cursor.version, {}, ()), cursor, now)
    try:
        verb = VERBS[type(turn.present)].word
    except FlowDefect:
        verb = "unknown"
    turn.trace(verb, "rescued", END, {"reason": reason})
    turn.finish(Rescue(reason))
    return Move(turn.cursor, tuple(turn.effects))
