"""`kept` of a talk: what a call must have left for people, typed as the flows and hotline.yaml have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from ivr.flow.fields import described
from ivr.flow.yaml_reader import Mapping, Scalar
from ivr.rehearsal import model
from ivr.rehearsal.keeping import LENGTHS, Kind
from ivr.rehearsal.reading_answers import value_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table

    from ivr.flow.yaml_reader import Entry, Node
    from ivr.rehearsal.written import Notes

NOTHING: Final = "nothing"
FORM: Final = "what is kept: {survey: {satisfied: 5}}, or nothing"
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FACTS: Final[Table[str, tuple[str, ...]]] = {
    "callback": ("queue", "number", "reason", "not_before", "not_after"),
    "ticket": ("kind", "colour", "with", "recording"),
    "voicemail": ("box", "length"),
}
"""What can be said of each kind; of a survey it is its questions, of a recording its length alone."""


def read_kept(node: Node, notes: Notes) -> model.Keeps | None:
    """What the call must have kept; mistakes are noted."""
    if isinstance(node, Scalar) and node.text == NOTHING:
        return model.Keeps((), node.span)
    if not isinstance(node, Mapping) or not node.entries:
        notes.wrong(node, FORM, "T019")
        return None
    wanted = []
    for entry in node.entries:
        kind = next((each for each in KINDS if each == entry.key.text), None)
        if kind is None:
            notes.unknown("T019", entry.key.span, "kind of thing kept", entry.key.text, KINDS)
        else:
            wanted.append((kind, _facts(kind, entry.value, notes)))
    return model.Keeps(tuple(wanted), node.span) if wanted else None


def _facts(kind: Kind, node: Node, notes: Notes) -> dict[str, object]:
    if kind == "recording":
        return {"length": notes.duration(node)}
    if not isinstance(node, Mapping):
        notes.wrong(node, "what is kept of it, or {} for anything", "T019")
        return {}
    facts: dict[str, object] = {}
    for entry in node.entries:
        if kind == "survey":
            facts[entry.key.text] = _answer(entry, notes)
        elif entry.key.text not in FACTS[kind]:
            notes.unknown("T019", entry.key.span, f"part of a {kind}", entry.key.text, FACTS[kind])
        elif entry.key.text in LENGTHS:
            facts[entry.key.text] = None if _is_null(entry.value) else notes.duration(entry.value)
        else:
            facts[entry.key.text] = READ[entry.key.text](entry, node, notes)
    return facts


def _answer(entry: Entry, notes: Notes) -> int | None:
    """One figure, or null for a question that is not answered."""
    name, known = entry.key.text, notes.names.surveyed
    keys = known.get(name) if known is not None else None
    if known is not None and keys is None:
        notes.unknown("T019", entry.key.span, "question of a survey", name, known)
    if _is_null(entry.value):
        return None
    figure = entry.value.text if isinstance(entry.value, Scalar) else ""
    if len(figure) != 1 or figure not in (keys or "0123456789"):
        expected = f"one of {', '.join(keys)}, or null" if keys else "one figure, or null"
        notes.error("T019", entry.value.span, f"found {described(entry.value)}", expected)
        return None
    return int(figure)


def _queue(entry: Entry, _node: Mapping, notes: Notes) -> str | None:
    name = notes.text(entry.value, "the name of a queue")
    return name and notes.must_exist("T005", entry.value, "queue", name, notes.names.queues)


def _box(entry: Entry, _node: Mapping, notes: Notes) -> str | None:
    name = notes.text(entry.value, "the name of a voicemail box")
    return name and notes.must_exist("T019", entry.value, "voicemail box", name, notes.names.boxes)


def _kind(entry: Entry, _node: Mapping, notes: Notes) -> str | None:
    name = notes.text(entry.value, "a kind of ticket")
    return name and notes.must_exist("T019", entry.value, "kind of ticket", name, notes.names.tickets)


def _colour(entry: Entry, node: Mapping, notes: Notes) -> str | None:
    name = notes.text(entry.value, "a colour of its kind")
    kind = _kind_of(node)
    facts = notes.names.tickets.get(kind) if notes.names.tickets is not None else None
    return name and notes.must_exist("T019", entry.value, "colour", name, facts.colours if facts else None)


def _with(entry: Entry, node: Mapping, notes: Notes) -> dict[str, object]:
    if not isinstance(entry.value, Mapping):
        notes.wrong(entry.value, "what the ticket was given: {account: …}", "T019")
        return {}
    facts = notes.names.tickets.get(_kind_of(node)) if notes.names.tickets is not None else None
    given: dict[str, object] = {}
    for each in entry.value.entries:
        name = each.key.text
        if facts is not None and name not in facts.takes:
            notes.unknown("T019", each.key.span, "field of this ticket", name, facts.takes)
        else:
            given[name] = value_of(each, facts.takes[name] if facts else None, notes, "T019")
    return given


def _kind_of(node: Mapping) -> str:
    entry = node.find("kind")
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else ""


def _number(entry: Entry, _node: Mapping, notes: Notes) -> str | None:
    return notes.text(entry.value, 'the number that is called: "8613800138000"')


def _reason(entry: Entry, _node: Mapping, notes: Notes) -> str | None:
    return None if _is_null(entry.value) else notes.text(entry.value, "a text")


READ: Final[Table[str, Callable[[Entry, Mapping, Notes], object]]] = {
    "queue": _queue,
    "number": _number,
    "reason": _reason,
    "kind": _kind,
    "colour": _colour,
    "with": _with,
    "box": _box,
}


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not node.quoted
