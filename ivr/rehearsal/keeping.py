"""What a call leaves for people, as dialogues and reports tell it: answers, callbacks, tickets, recorded words.

The engine's notes become rows of facts under the names that dialogues use. The same coming to a step is the same row,
as in the database (`ivr.services.records`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, cast

from ivr.engine.effects import CallbackAsked, Note, Surveyed
from ivr.flow.units import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.effects import TicketOpened

Kind = Literal["survey", "callback", "ticket", "voicemail", "recording"]

LENGTHS: Final = ("length", "recording", "not_before", "not_after")
"""Facts that are milliseconds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept."""

    kind: Kind
    facts: Mapping[str, object] = field(default_factory=dict)
    key: tuple[object, ...] = ()
    """What makes it the same as one kept before; empty is a new one each time."""

    def has(self, facts: Mapping[str, object]) -> bool:
        """Whether these are among its facts."""
        return _within(facts, self.facts)


def words(box: str | None, ms: int) -> Kept:
    """What a caller has said: for a box, or for a later step."""
    return Kept("recording", {"length": ms}) if box is None else Kept("voicemail", {"box": box, "length": ms})


def kept_of(note: Note, recordings: Mapping[str, int], usual_colours: Mapping[str, str]) -> Kept:
    """A note of the engine.

    Args:
        note: What is to be kept.
        recordings: Recording to its milliseconds.
        usual_colours: The colour a ticket of each kind has where its step names none.
    """
    match note:
        case Surveyed(step, survey, answers, visit):
            return Kept("survey", dict(answers), (step, survey, visit))
        case CallbackAsked():
            facts = {"queue": note.queue, "number": note.number, "reason": note.reason or None}
            times = {"not_before": note.not_before_ms, "not_after": note.not_after_ms}
            return Kept("callback", {**facts, **times}, (note.queue,))
        case _:
            return _ticket(note, recordings, usual_colours)


def _ticket(note: TicketOpened, recordings: Mapping[str, int], usual_colours: Mapping[str, str]) -> Kept:
    colour = note.colour or usual_colours.get(note.kind)
    recording = recordings.get(note.recording) if note.recording is not None else None
    facts = {"kind": note.kind, "colour": colour, "with": dict(note.fields), "recording": recording}
    return Kept("ticket", facts)


def described(kind: str, facts: Mapping[str, object]) -> str:
    """In words: `callback (queue service, number 8613800138000)`; what is nothing is left out, but for answers."""
    told = []
    for name, value in facts.items():
        if isinstance(value, dict):
            told += [f"{inner} {'nothing' if each is None else each}" for inner, each in value.items()]
        elif kind == "survey":
            told.append(f"{name} {'unanswered' if value is None else value}")
        elif value is not None:
            told.append(_shown(name, value) if kind == "recording" else _named(name, value))
    return f"{kind} ({', '.join(told)})" if told else kind


def _named(name: str, value: object) -> str:
    return f"{name.replace('_', ' ')} {_shown(name, value)}"


def _shown(name: str, value: object) -> str:
    return duration_text(cast("int", value)) if name in LENGTHS else str(value)


def _within(wanted: Mapping[str, object], there: Mapping[str, object]) -> bool:
    for name, value in wanted.items():
        found = there.get(name)
        if isinstance(value, dict):
            if not isinstance(found, dict) or not _within(value, found):
                return False
        elif name not in there or found != value:
            return False
    return True
