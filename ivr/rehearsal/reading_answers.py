"""`backend` of a dialogue: what each lookup answers, typed as the hotline declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast, get_args

from dialplan.diagnostics import did_you_mean
from ivr.flow.fields import described
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence
from ivr.rehearsal.model import Answer, Mood
from ivr.services.answers import declared

if TYPE_CHECKING:
    from collections.abc import Mapping as Table

    from ivr.flow.yaml_reader import Entry, Node
    from ivr.rehearsal.backend import Question
    from ivr.rehearsal.written import Notes

AFTER: Final = "after"
ANY: Final = "any"
MOODS: Final = tuple(mood for mood in get_args(Mood) if mood != "row")
ANSWER_FORM: Final = f"a row of fields, {', '.join(MOODS)}, or a list of those"
TYPE_FORMS: Final = {
    "text": 'a text: "755001234"',
    "number": "a number: 3",
    "money": 'an amount with its currency: "123.45 CNY"',
    "date": 'a date: "2026-11-20"',
    "datetime": 'a moment: "2026-11-20 09:58"',
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class WrittenAnswers:
    """What a dialogue writes of one lookup."""

    choices: tuple[tuple[Answer, ...], ...]
    """The rows of answers of which each makes a dialogue of its own (`any`); else one."""
    only_after_ms: int | None = None
    """`{after: 5s}` alone: as inherited, but so much later."""


def read_backend(node: Node, notes: Notes) -> Table[str, WrittenAnswers]:
    """What each lookup answers; mistakes are noted."""
    if not isinstance(node, Mapping):
        notes.wrong(node, "lookups with their answers: {balance: {amount: …}}")
        return {}
    found = {}
    for entry in node.entries:
        name, questions = entry.key.text, notes.names.questions
        if questions is not None and name not in questions:
            notes.unknown("T006", entry.key.span, "lookup", name, questions)
            continue
        found[name] = _answers(entry, questions[name] if questions else None, notes)
    return found


def _answers(entry: Entry, question: Question | None, notes: Notes) -> WrittenAnswers:
    node = entry.value
    if isinstance(node, Mapping) and node.entries:
        keys = [each.key.text for each in node.entries]
        if keys == [ANY] and isinstance(listed := node.entries[0].value, Sequence):
            if not listed.items:
                notes.wrong(listed, "the answers of which each makes a dialogue")
            each = [_answer(item, entry, question, notes) for item in listed.items]
            return WrittenAnswers(tuple((one,) for one in each) or ((Answer(),),))
        if keys == [AFTER]:
            return WrittenAnswers(((Answer(),),), notes.duration(node.entries[0].value))
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        notes.wrong(node, ANSWER_FORM)
    return WrittenAnswers((tuple(_answer(item, entry, question, notes) for item in items) or (Answer(),),))


def _answer(node: Node, entry: Entry, question: Question | None, notes: Notes) -> Answer:
    match node:
        case Scalar(text=mood) if mood in MOODS:
            if mood == "stale" and question is not None and question.as_of is None:
                message = f"'{entry.key.text}' never says how old its answer is"
                notes.error("T010", node.span, message, "a lookup with 'as_of', or another answer")
            return Answer(cast("Mood", mood))
        case Mapping():
            return _row(node, entry, question, notes)
        case Scalar(text=word):
            hint = did_you_mean(word, MOODS)
            notes.error("T010", node.span, f"found {described(node)}", None if hint else ANSWER_FORM, hint)
        case _:
            notes.wrong(node, ANSWER_FORM, "T010")
    return Answer()


def _row(node: Mapping, entry: Entry, question: Question | None, notes: Notes) -> Answer:
    row: dict[str, object] = {}
    after_ms = 0
    for each in node.entries:
        name = each.key.text
        if name == AFTER:
            after_ms = notes.duration(each.value)
        elif question is not None and name not in question.gives:
            names = [*question.gives, AFTER]
            message = f"'{entry.key.text}' gives no '{name}'"
            hint = did_you_mean(name, names)
            notes.error("T010", each.key.span, message, None if hint else f"one of {', '.join(names)}", hint)
        else:
            row[name] = value_of(each, question.gives[name] if question else None, notes)
    return Answer("row", row, after_ms)


def value_of(entry: Entry, kind: str | None, notes: Notes, code: str = "T010") -> object:
    """A value as its type has it; a mistake is noted. Without a type it is what was written."""
    node = entry.value
    if isinstance(node, Scalar) and node.value is None and not node.quoted:
        return None
    if kind is None:
        return node.text if isinstance(node, Scalar) else None
    raw = node.text if isinstance(node, Scalar) and kind == "text" else getattr(node, "value", None)
    value = declared(kind, raw, str(notes.names.zone)) if isinstance(node, Scalar) else None
    if value is None or (kind == "boolean" and not isinstance(raw, bool)):
        message = f"'{entry.key.text}' is of type {kind}; found {described(node)}"
        notes.error(code, node.span, message, TYPE_FORMS.get(kind))
        return None
    return value
