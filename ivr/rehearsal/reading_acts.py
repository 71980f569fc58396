"""`talk` of a dialogue: one act a line. `WORDS` is the whole vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import did_you_mean
from ivr.flow import units
from ivr.flow.fields import described
from ivr.flow.outside_verbs import DIAL_OUTCOMES, QUEUE_OUTCOMES
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence
from ivr.rehearsal import model
from ivr.rehearsal.masking import masked_digits
from ivr.rehearsal.reading_answers import WrittenAnswers, read_backend
from ivr.rehearsal.reading_kept import read_kept
from ivr.rehearsal.reading_lines import read_lines
from ivr.rehearsal.written import Notes, Slots

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table

    from dialplan.source import Span
    from ivr.flow.yaml_reader import Node

OUTCOMES: Final = tuple(dict.fromkeys((*QUEUE_OUTCOMES, *DIAL_OUTCOMES)))
"""What a call can come back with."""
WHOLE: Final = "..."
HANG_UP: Final = "hang up"


@dataclass(frozen=True, slots=True)
class AsThere:
    """The talk of the dialogue this one is like; up to the first time it expects `until`, or all of it."""

    until: str | None
    at: Span


@dataclass(frozen=True, slots=True)
class AnyOutcome:
    """The call comes back with each of these, in a dialogue of its own."""

    outcomes: tuple[str, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class ChangedBackend:
    """The data sources answer otherwise from now on; resolved against what they answered before."""

    answers: Table[str, WrittenAnswers]
    at: Span


WrittenAct = model.Act | AsThere | AnyOutcome | ChangedBackend


def read_talk(node: Node, notes: Notes) -> list[WrittenAct]:
    """Every act that can be read; mistakes are noted. None at all is a caller who does nothing."""
    if not isinstance(node, Sequence):
        notes.wrong(node, "a list of acts: [{expect: welcome}, {press: 1}]")
        return []
    acts: list[WrittenAct] = []
    for item in node.items:
        act = _act(item, notes)
        if isinstance(act, AsThere) and acts:
            notes.error(
                "T014", act.at, "this does not stand first", "the talk of another dialogue only at the beginning"
            )
        elif act is not None:
            acts.append(act)
    return acts


def _act(node: Node, notes: Notes) -> WrittenAct | None:
    match node:
        case Scalar(text="hang up"):
            return model.LeaveCall(node.span)
        case Scalar(text="..."):
            return AsThere(None, node.span)
        case Mapping(entries=entries) if entries:
            word = next((each.key.text for each in entries if each.key.text in WORDS), None)
            if word is not None:
                slots = Slots(node, notes, f"'{word}'")
                value = slots.node(word)
                act = WORDS[word](value, slots, notes) if value is not None else None
                slots.finish()
                return act
            key = entries[0].key
            known = (*WORDS, HANG_UP)
            hint = did_you_mean(key.text, known)
            expected = None if hint else f"one of {', '.join(known)}"
            notes.error("T001", key.span, f"unknown act '{key.text}'", expected, hint)
        case Scalar(text=text):
            hint = did_you_mean(text, (*WORDS, HANG_UP))
            notes.error("T003", node.span, f"found {described(node)}", f"an act: {', '.join(WORDS)}", hint)
        case _:
            notes.wrong(node, f"an act: {', '.join(WORDS)}")
    return None


def messages_of(node: Node, notes: Notes) -> tuple[str, ...]:
    """One message, or a list of them."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        notes.wrong(node, "the name of a message, or a list of names")
    found = []
    for item in items:
        name = notes.text(item, "the name of a message")
        if name is not None:
            found.append(notes.must_exist("T004", item, "message", name, notes.names.messages))
    return tuple(found)


def _expect(node: Node, slots: Slots, notes: Notes) -> WrittenAct | None:
    messages = messages_of(node, notes)
    says_node, language_node = slots.node("says"), slots.node("language")
    says = notes.text(says_node, "the sentence as it is said") if says_node is not None else None
    if says_node is not None and len(messages) > 1:
        notes.error("T003", says_node.span, "several messages and one sentence", "one message with 'says'")
    language = notes.text(language_node, "a language") if language_node is not None else None
    if language is not None and language_node is not None:
        notes.must_exist("T017", language_node, "language", language, notes.names.languages)
    return model.Expect(messages, says, language, node.span) if messages else None


def _hear(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    sentence = notes.text(node, "the words as they are said")
    return model.Hear(sentence, node.span) if sentence is not None else None


def _press(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    keys = node.text.replace(" ", "") if isinstance(node, Scalar) else ""
    if not keys or not all(map(units.is_key, keys)):
        notes.error(
            "T011", node.span, f"found {masked_digits(described(node))}", 'telephone keys: 1, 4711, "*", 755001234#'
        )
        return None
    return model.Press(keys, node.span)


def _queued(node: Node, slots: Slots, notes: Notes) -> WrittenAct | None:
    name = notes.text(node, "the name of a queue")
    priority_node = slots.node("priority")
    priority = getattr(priority_node, "value", None)
    if priority_node is not None and (not isinstance(priority, int) or isinstance(priority, bool)):
        notes.wrong(priority_node, "a whole number")
        priority = None
    if name is None:
        return None
    return model.Queued(notes.must_exist("T005", node, "queue", name, notes.names.queues), priority, node.span)


def _comes_back(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        notes.wrong(node, f"one of {', '.join(OUTCOMES)}, or a list of them")
    outcomes = [
        notes.must_exist("T016", item, "outcome", outcome, OUTCOMES)
        for item in items
        if (outcome := notes.text(item, f"one of {', '.join(OUTCOMES)}")) is not None
    ]
    return AnyOutcome(tuple(outcomes), node.span) if outcomes else None


def _at(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    name = notes.text(node, "a step: main.main_menu")
    if name is None:
        return None
    notes.step_must_exist(node, name)
    flow, _, step = name.partition(".")
    return model.Stands(flow, step, node.span)


def _until(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    name = notes.text(node, "the name of a message")
    if name is None:
        return None
    return AsThere(notes.must_exist("T004", node, "message", name, notes.names.messages), node.span)


def _clock(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    moment = notes.moment(node)
    return model.SetClock(moment, node.span) if moment is not None else None


def _dialled(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    to = notes.text(node, "a number or endpoint: PJSIP/1001")
    return model.Dialled(to, node.span) if to is not None else None


def _transferred(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    to = notes.text(node, "a number or endpoint: PJSIP/1001")
    return model.Transferred(to, node.span) if to is not None else None


def _queues(node: Node, _slots: Slots, notes: Notes) -> WrittenAct | None:
    return model.SetLines(read_lines(node, notes), node.span)


def _hang_up(node: Node, _slots: Slots, _notes: Notes) -> WrittenAct | None:
    return model.LeaveCall(node.span)


WORDS: Final[Table[str, Callable[[Node, Slots, Notes], WrittenAct | None]]] = {
    "expect": _expect,
    "hear": _hear,
    "press": _press,
    "wait": lambda node, _slots, notes: model.Wait(notes.duration(node), node.span),
    "speak": lambda node, _slots, notes: model.Speak(notes.duration(node), node.span),
    "queued": _queued,
    "comes back": _comes_back,
    "dialled": _dialled,
    "transferred": _transferred,
    "at": _at,
    "clock": _clock,
    "backend": lambda node, _slots, notes: ChangedBackend(read_backend(node, notes), node.span),
    "queues": _queues,
    "kept": lambda node, _slots, notes: read_kept(node, notes),
    "until": _until,
    HANG_UP: _hang_up,
}
"""Every act, by its first word."""
