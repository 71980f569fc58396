"""Queues, dialled numbers and transfers: where a segment ends and the call waits or talks in Asterisk's hands."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from ivr.engine.effects import AskQueue, DialOut, Enqueue, TransferOut
from ivr.engine.turn import FlowDefect, Go, Onward, Turn
from ivr.flow.model import END

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.inputs import QueueTold, Returned
    from ivr.flow.expressions import Expression
    from ivr.flow.model import Dial, Queue, QueueState, Transfer

DIALLABLE: Final = re.compile(r"[A-Za-z0-9@/_.:+*#-]{1,128}")
"""What may be dialled. It becomes an argument of Dial(), where `,` begins options, `&` rings one more, and `$` or `(`
is evaluated; a number that came out of a database must do none of that."""


def enter_queue_state(_turn: Turn, look: QueueState) -> Onward:
    """Ask how the queue stands."""
    return AskQueue(look.queue)


def answer_queue_state(turn: Turn, look: QueueState, told: QueueTold) -> Onward:
    """Keep the figures; one that nobody could tell is null."""
    figures = asdict(told)
    turn.set_variable(look.into, figures)
    return turn.way(look.then, "seen", {name: "unknown" if n is None else str(n) for name, n in figures.items()})


def enter_queue(turn: Turn, queue: Queue) -> Onward:
    """Hand the call over."""
    turn.trace("queue", "handed over", turn.present.name, {"queue": queue.queue})
    return Enqueue(queue.queue, queue.priority, queue.longest_ms, "".join(sorted(queue.exit_keys)), queue.announce)


def answer_queue(turn: Turn, queue: Queue, returned: Returned) -> Onward:
    """Go where the key leads, or on by the outcome."""
    turn.begin_segment()
    way = queue.exit_keys.get(returned.key) if returned.outcome == "left_by_key" else None
    if way is not None:
        return turn.take(way, f"key {returned.key}")
    return _after(turn, queue.after, returned.outcome)


def enter_dial(turn: Turn, dial: Dial) -> Onward:
    """Connect the call, unless what is to be dialled is no number."""
    to = _number(turn, dial.to)
    if to is None:
        return _after(turn, dial.after, "failed")
    turn.trace("dial", "handed over", turn.present.name)
    return DialOut(to, dial.ring_ms)


def answer_dial(turn: Turn, dial: Dial, returned: Returned) -> Onward:
    """Go on by the outcome."""
    turn.begin_segment()
    return _after(turn, dial.after, returned.outcome)


def enter_transfer(turn: Turn, transfer: Transfer) -> Onward:
    """Give the call away, unless what is to be dialled is no number."""
    to = _number(turn, transfer.to)
    if to is None:
        return _after(turn, transfer.after, "failed")
    turn.trace("transfer", "handed over", turn.present.name)
    return TransferOut(to, transfer.ring_ms)


def answer_transfer(turn: Turn, transfer: Transfer, returned: Returned) -> Onward:
    """Nobody took the call: it is ours again."""
    turn.begin_segment()
    return _after(turn, transfer.after, returned.outcome)


def _number(turn: Turn, expression: Expression) -> str | None:
    """What is to be dialled; None when it cannot be."""
    turn.refuse_sensitive(expression, "the number to dial")
    to = turn.evaluate(expression)
    number = "" if to is None else str(to)
    return number if DIALLABLE.fullmatch(number) else None


def _after(turn: Turn, after: Mapping[str, str], outcome: str) -> Onward:
    """The way the flow names for this outcome.

    Where it names none: a caller who was `answered` has had a talk, and the flow ends; any other outcome left the
    caller without one, and goes the way of `failed`, or to the rescue where there is none.
    """
    to = after.get(outcome) or (END if outcome == "answered" else after.get("failed"))
    if to is None:
        raise FlowDefect(f"{turn.place}: no way on after '{outcome}'")
    return Go(to, outcome)
