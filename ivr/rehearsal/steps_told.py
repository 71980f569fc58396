"""What a step asks, sets and offers, as far as a replayed call has to know it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.flow.model import Collect, Dial, Lookup, Queue, Step, Survey, Transfer
from ivr.flow.paths import exits
from ivr.rehearsal.edges import THEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.flow.model import Way

ASKS: Final[Mapping[type[Step], tuple[str, ...]]] = {
    Lookup: ("lookup", "args"),
    Queue: ("queue",),
    Dial: ("to",),
    Transfer: ("to",),
    Collect: ("min_length", "max_length", "terminator", "check_digit"),
    Survey: ("questions",),
}
"""What makes a step ask the same of the world or the caller."""
LEADS_OUT: Final = (Queue, Dial, Transfer)
"""Steps that bring the caller to somebody."""


def asked_by(step: Step, name: str) -> object:
    """One of these, as it is written; of questions the keys that answer them, for other words are the same question."""
    value = getattr(step, name)
    return tuple(each.keys for each in value) if isinstance(step, Survey) else plain(value)


def plain(value: object) -> object:
    """As it is written."""
    return getattr(value, "source", value)


def thens(step: Step) -> tuple[Way, ...]:
    """The ways of its `then`."""
    return tuple(each.way for each in exits(step) if each.kind == THEN and each.way is not None)


def number_of(was: Step, outcome: str, to: str | None) -> int:
    """Which of several ways an outcome tells of, from 1: by its words, else by where it led; 0 when neither tells."""
    word, _, number = outcome.partition(" ")
    if word == "way" and number.isdecimal():
        return int(number)
    led = [at for at, way in enumerate(thens(was), start=1) if way.then == to]
    return led[0] if len(led) == 1 else 0


def says_the_same(present: Step, was: Step) -> bool:
    """Whether two steps set the same variables to the same."""
    return type(present) is type(was) and _assigned(present) == _assigned(was)


def _assigned(step: Step) -> list[tuple[str, object]]:
    own = [(name, each.source) for name, each in getattr(step, "assign", {}).items()]
    ways = [way for each in exits(step) if (way := each.way) is not None]
    own += [(name, each.source) for name, each in getattr(step, "values", {}).items()]
    return own + [(name, each.source) for way in ways for name, each in way.assign.items()] + _into(step)


def _into(step: Step) -> list[tuple[str, object]]:
    into = getattr(step, "into", None)
    return [(into, getattr(step, "lookup", None) or getattr(step, "flow", None))] if into else []


def set_by(step: Step) -> set[str]:
    """The variables it sets."""
    return {name for name, _ in _assigned(step)}
