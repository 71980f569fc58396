"""A step as facts that can be compared: the ways out of it, and everything else it says, in the words of its file.

Places are left out, and so is the order in which steps stand: neither changes what a caller meets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from ivr.engine.machine import VERBS
from ivr.flow.expressions import Expression
from ivr.flow.model import Announce, Question, SayValue, Step, Tries, Way
from ivr.flow.paths import exits
from ivr.flow.units import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Thing = tuple[str, str]
"""Something that steps use: its kind (`message`, `queue`, `hours`, `lookup`, `flow`, …) and its name."""

_OF_NO_MEANING: Final = frozenset({"name", "at", "then", "keys", "exit_keys", "after", "kind", "colour_at", "args"})
"""Fields that are told otherwise: the name is the key, ways are ways, places are none of it."""
_TARGETS: Final = frozenset({"open", "closed", "on_timeout", "on_error", "on_missing"})
_WRITTEN: Final = {
    "schedule": "hours",
    "box": "voicemail",
    "value": "say",
    "min_length": "length.min",
    "max_length": "length.max",
    "assign": "set",
}
"""Fields of the model, as the flow language calls them."""
_MAIN: Final[Mapping[str, str]] = {
    "play": "message",
    "menu": "message",
    "collect": "message",
    "record": "message",
    "hangup": "message",
    "queue_state": "queue",
    "callback": "queue",
    "dial": "to",
    "transfer": "to",
    "return": "values",
    "subflow": "flow",
}
"""What stands behind the verb itself, where the model calls it otherwise."""
_USES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("play", "menu", "collect", "record", "hangup"), "message"),
    **dict.fromkeys(("queue_state", "callback"), "queue"),
    "message": "message",
    "with_wait": "message",
    "meanwhile": "message",
    "queue": "queue",
    "hours": "hours",
    "lookup": "lookup",
    "voicemail": "voicemail",
    "ticket": "ticket",
    "script": "script",
    "subflow": "flow",
}
"""The last word of a field to the kind of thing it names."""


@dataclass(frozen=True, slots=True)
class WayFacts:
    """One way out."""

    to: str
    sets: Mapping[str, str] = field(default_factory=dict)
    """Variable to the expression it gets on the way."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What one step means."""

    verb: str
    ways: Mapping[str, WayFacts]
    """`then`, `when …`, `key 1`, `no_input`, `on_error`, `open`, `after timed_out`, … to where it goes."""
    fields: Mapping[str, str]
    """Everything else, by the words of the flow language: `longest`, `with.amount`, `no_input.tries`."""

    @property
    def uses(self) -> frozenset[Thing]:
        """The things it names."""
        found = ((kind_of(name), value) for name, value in self.fields.items())
        return frozenset((kind, value) for kind, value in found if kind)


def kind_of(name: str) -> str:
    """The kind of thing that a field names; empty for one that names none."""
    outer, _, word = name.rpartition(".")
    return "" if outer in {"with", "set", "return"} else _USES.get(word, "")


def facts_of(step: Step) -> StepFacts:
    """A step as facts."""
    verb = VERBS[type(step)].word
    told = dict(_fields(step, verb))
    return StepFacts(verb, dict(_ways(step)), told)


def _ways(step: Step) -> Iterator[tuple[str, WayFacts]]:
    for each in exits(step):
        when = each.way.when if each.way is not None else None
        name = f"when {' '.join(when.source.split())}" if when is not None else each.kind
        sets = {key: value.source for key, value in each.way.assign.items()} if each.way is not None else {}
        yield name, WayFacts(each.then, sets)


def _fields(step: Step, verb: str) -> Iterator[tuple[str, str]]:
    if isinstance(step, SayValue):
        yield "as", step.message.removeprefix("=")
    for each in fields(step):
        value = getattr(step, each.name)
        if each.name == "kind" and verb == "ticket":
            yield "ticket", value
        if each.name == "args":
            yield from _told("args" if isinstance(value, tuple) else "with", value)
        elif (
            each.name in _OF_NO_MEANING
            or each.name in _TARGETS
            or (isinstance(step, SayValue) and each.name == "message")
        ):
            continue
        else:
            written = verb if _MAIN.get(verb) == each.name else _WRITTEN.get(each.name, each.name)
            yield from _told(written, value)


def _told(name: str, value: object) -> Iterator[tuple[str, str]]:
    """A value under its name, parts of it one by one; what is not there is not told."""
    match value:
        case None:
            return
        case Expression():
            yield name, value.source
        case Mapping():
            for key, one in value.items():
                yield from _told(f"{name}.{key}", one)
        case Tries() | Announce() | Question():
            yield from _parts(name, value)
        case tuple():
            for number, one in enumerate(value, start=1):
                yield from _told(f"{name}.{one.name if isinstance(one, Question) else number}", one)
        case _:
            yield name.removesuffix("_ms"), _written(name, value)


def _written(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return duration_text(value) if isinstance(value, int) and name.endswith("_ms") else str(value)


def _parts(name: str, value: Tries | Announce | Question) -> Iterator[tuple[str, str]]:
    for part in fields(value):
        if part.name not in {"then", "at", "name"}:
            yield from _told(f"{name}.{part.name}", getattr(value, part.name))


def variables_of(step: Step) -> Iterator[tuple[str, bool]]:
    """The variables a step sets, each with whether it is sensitive there."""
    into = getattr(step, "into", None)
    if into:
        yield into, bool(getattr(step, "sensitive", False))
    for name in getattr(step, "assign", {}):
        yield name, False
    for each in exits(step):
        for name in each.way.assign if isinstance(each.way, Way) else ():
            yield name, False
