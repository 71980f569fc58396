"""The schema of `tests/*.yaml`: dialogues by their names, with everything of this hotline that they may name.

All of it stands in other files and is a closed list; only dialogues stand in the file that is being written, and are
offered. What could not be read may have any name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ivr.flow import units
from ivr.prompts.values_alone import is_value_alone
from ivr.rehearsal.keeping import LENGTHS
from ivr.rehearsal.reading import ENDINGS, LONGEST_NAME, SCRIPT_ENDS
from ivr.rehearsal.reading_acts import HANG_UP, OUTCOMES, WHOLE, WORDS
from ivr.rehearsal.reading_answers import AFTER, ANY, MOODS, TYPE_FORMS
from ivr.rehearsal.reading_kept import FACTS, NOTHING
from ivr.rehearsal.reading_lines import COUNTS, UNKNOWN, WAITS
from ivr.schema import pages
from ivr.schema.flow import DRAFT, described, offered, one_of_names
from ivr.schema.outline import DURATION, Schema, ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ivr.rehearsal.backend import Question
    from ivr.rehearsal.written import Names
    from ivr.schema.names import Names as Offered

_TEXT: Final[Schema] = {"type": ["string", "number"], "minLength": 1}
_KEYS: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9*# ]*[0-9*#][0-9*# ]*$"}]
}
_MOMENT: Final[Schema] = {"type": "string", "pattern": r"^\d[\dW-]* \d", "examples": ["2026-11-20 10:00"]}
_COUNT: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
_TYPES: Final[Mapping[str, Schema]] = {
    "text": {"type": ["string", "number", "boolean", "null"]},
    "number": {"type": ["number", "null"]},
    "money": {"type": ["string", "null"], "pattern": r"[0-9]\s*[A-Z]{3}$"},
    "date": {"type": ["string", "null"], "pattern": "^[0-9]"},
    "datetime": {"type": ["string", "null"], "pattern": "^[0-9]"},
    "boolean": {"type": ["boolean", "null"]},
}
"""What a field of each type may be written as, as far as a schema can tell."""
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {"expect": ("says", "language"), "queued": ("priority",)}
"""What may stand beside an act."""


def dialogues_schema(names: Names, offer: Offered, dialogues: Iterable[str]) -> Schema:
    """The schema of one hotline's dialogues.

    Args:
        names: what dialogues may name.
        offer: the hotline's names with the words an editor shows beside them.
        dialogues: the names of all there are.
    """
    return {
        "$schema": DRAFT,
        "type": "object",
        "propertyNames": {"minLength": 1, "maxLength": LONGEST_NAME},
        "additionalProperties": ref("dialogue"),
        "definitions": {
            "dialogue": _dialogue(dialogues),
            **_named(names, offer),
            "duration": {"type": "string", "pattern": DURATION, "description": units.DURATION_FORM},
            "moment": _MOMENT,
            "backend": _backend(names.questions),
            "queues": _each(names.queues, _line()),
            "kept": _kept(names),
            "talk": {"type": "array", "items": _any_act()},
            **{f"{word} act": _act(word) for word in WORDS},
        },
    }


def _named(names: Names, offer: Offered) -> dict[str, Schema]:
    messages = {
        name: said
        for name, said in {**dict.fromkeys(sorted(names.messages or ()), ""), **offer.kinds.get("message", {})}.items()
        if not is_value_alone(name)
    }
    steps = None if names.unread_flows else names.steps
    return {
        "message": one_of_names(messages) if names.messages is not None else _TEXT,
        "messages": {"anyOf": [ref("message"), {"type": "array", "minItems": 1, "items": ref("message")}]},
        "queue": _one_of(names.queues, offer.kinds.get("queue")),
        "step": _one_of(steps),
        "language": _one_of(names.languages),
        "number": _one_of(names.numbers),
        "remembered": _each(steps, _TEXT),
        "scripts": _each(names.scripts, {"enum": list(SCRIPT_ENDS)}),
    }


def _one_of(names: Collection[str] | None, words: Mapping[str, str] | None = None) -> Schema:
    return _TEXT if names is None else one_of_names({name: (words or {}).get(name, "") for name in sorted(names)})


def _each(names: Iterable[str] | None, form: Schema) -> Schema:
    """A mapping of names to one form."""
    if names is None:
        return {"type": "object", "additionalProperties": form}
    return {"type": "object", "properties": dict.fromkeys(sorted(names), form), "additionalProperties": False}


def _dialogue(dialogues: Iterable[str]) -> Schema:
    another = offered(sorted(dialogues), _TEXT)
    keys: dict[str, Schema] = {
        "like": another,
        "follows": another,
        "from": {"anyOf": [{"enum": ["withheld"]}, _TEXT]},
        "from_name": _TEXT,
        "to": ref("number"),
        "clock": ref("moment"),
        "backend": ref("backend"),
        "remembered": ref("remembered"),
        "queues": ref("queues"),
        "scripts": ref("scripts"),
        "never": ref("messages"),
        "talk": ref("talk"),
        "ends": {"enum": list(ENDINGS)},
    }
    return {
        "type": "object",
        "properties": {key: described(form, pages.about_dialogue(key)) for key, form in keys.items()},
        "anyOf": [{"required": ["talk"]}, {"required": ["like"]}],
        "if": {"properties": {"talk": {"maxItems": 0}}, "required": ["talk"]},
        "then": {"required": ["ends"]},
        "additionalProperties": False,
    }


def _any_act() -> Schema:
    """An act is one of two words, or a mapping that begins with one; it then has what this act has."""
    wanted: list[Schema] = [{"required": [word]} for word in WORDS]
    unknown = {
        "properties": {word: {"description": pages.about_act(word)} for word in WORDS},
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {
        "if": {"type": "object"},
        "then": {
            "if": {"not": {"anyOf": wanted}},
            "then": unknown,
            "allOf": [{"if": rule, "then": ref(f"{word} act")} for rule, word in zip(wanted, WORDS, strict=True)],
        },
        "else": {"enum": [HANG_UP, WHOLE]},
    }


def _act(word: str) -> Schema:
    """One act: its word, and what may stand beside it."""
    forms: dict[str, Schema] = {
        "expect": ref("messages"),
        "hear": _TEXT,
        "press": _KEYS,
        "wait": ref("duration"),
        "speak": ref("duration"),
        "queued": ref("queue"),
        "comes back": {
            "anyOf": [{"enum": [*OUTCOMES]}, {"type": "array", "minItems": 1, "items": {"enum": [*OUTCOMES]}}]
        },
        "dialled": _TEXT,
        "transferred": _TEXT,
        "at": ref("step"),
        "clock": ref("moment"),
        "backend": ref("backend"),
        "queues": ref("queues"),
        "kept": ref("kept"),
        "until": ref("message"),
        HANG_UP: {},
    }
    beside: dict[str, Schema] = {"says": _TEXT, "language": ref("language"), "priority": {"type": "integer"}}
    parts = {word: forms[word], **{key: beside[key] for key in _BESIDE.get(word, ())}}
    return {
        "type": "object",
        "properties": {key: described(form, pages.about_act(key)) for key, form in parts.items()},
        "required": [word],
        "additionalProperties": False,
    }


def _backend(questions: Mapping[str, Question | None] | None) -> Schema:
    if questions is None:
        return {"type": "object"}
    return {
        "type": "object",
        "properties": {name: _answers(question) for name, question in questions.items()},
        "additionalProperties": False,
    }


def _answers(question: Question | None) -> Schema:
    """What stands behind one lookup."""
    row: Schema = {"type": "object", "properties": {AFTER: ref("duration")}}
    moods = [mood for mood in MOODS if mood != "stale" or question is None or question.as_of is not None]
    if question is not None:
        row["properties"] |= {name: _typed(kind) for name, kind in question.gives.items()}
        row["additionalProperties"] = False
    one: Schema = {"anyOf": [{"enum": moods}, row]}
    several: Schema = {"type": "array", "minItems": 1, "items": one}
    any_of = {"type": "object", "properties": {ANY: several}, "required": [ANY], "additionalProperties": False}
    return {"anyOf": [{"enum": moods}, row, several, any_of]}


def _typed(kind: str) -> Schema:
    return {**_TYPES[kind], "description": TYPE_FORMS[kind]}


def _line() -> Schema:
    """How one queue stands."""
    wait = {"anyOf": [ref("duration"), {"type": "null"}]}
    figures = {**dict.fromkeys(COUNTS, _COUNT), **dict.fromkeys(WAITS, wait)}
    row = {"type": "object", "properties": figures, "additionalProperties": False}
    return {"anyOf": [{"enum": [UNKNOWN]}, row]}


def _kept(names: Names) -> Schema:
    """What a call has left."""
    figures = names.surveyed
    answers: Schema = {"type": "object"}
    if figures is not None:
        given = {name: {"enum": [*map(int, keys), *keys, None]} for name, keys in figures.items()}
        answers |= {"properties": given, "additionalProperties": False}
    kinds: dict[str, Schema] = {"survey": answers, "recording": ref("duration")}
    kinds |= {kind: _facts(facts, names) for kind, facts in FACTS.items()}
    whole = {"type": "object", "minProperties": 1, "properties": kinds, "additionalProperties": False}
    return {"anyOf": [{"enum": [NOTHING]}, whole]}


def _facts(facts: Iterable[str], names: Names) -> Schema:
    known: dict[str, Any] = {
        "queue": ref("queue"),
        "number": _TEXT,
        "reason": {"type": ["string", "number", "null"]},
        "kind": _one_of(names.tickets),
        "colour": _TEXT,
        "with": {"type": "object"},
        "box": _one_of(names.boxes),
    }
    length = {"anyOf": [ref("duration"), {"type": "null"}]}
    properties = {fact: length if fact in LENGTHS else known[fact] for fact in facts}
    return {"type": "object", "properties": properties, "additionalProperties": False}
