"""The schema of `flows/*.yaml`: the verbs as their readers ask for them, with this hotline's names.

Draft 7 of JSON Schema: the newest that yaml-language-server and the editors built on it know in full, `if`/`then`
included, by which a step with `play` is offered the keys of `play` and nothing else.

Names that stand in other files (queues, messages, …) are a closed list: what is not in it is underlined. Steps and
variables stand in the file that is being written and change with every line, so they are offered and not insisted on.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any, Final, get_args

from ivr.flow import units
from ivr.flow.expressions import CONSTANTS
from ivr.flow.fields import RESERVED
from ivr.flow.load import FLOW_NAME, STEPS_BOUNDS
from ivr.flow.model import END
from ivr.flow.notes import Kind
from ivr.flow.verbs import VERBS
from ivr.flow.yaml_reader import schema as as_yaml
from ivr.schema import pages
from ivr.schema.outline import Schema, ref, step_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ivr.schema.names import Names

DRAFT: Final = "http://json-schema.org/draft-07/schema#"

_VARIABLE: Final = "^[A-Za-z][A-Za-z0-9_]*$"
_STEP: Final = r"^[^\s0-9][^\s]{0,59}$"
"""Rougher than `ivr.flow.load.STEP_NAME`: editors know no word characters of other alphabets."""
_TAKEN: Final = sorted({*CONSTANTS, *keyword.kwlist})
"""What cannot be a variable (`ivr.flow.fields.is_variable`)."""
_SINGLE: Final = ["string", "number", "boolean", "null"]


def verb_forms(names: Names) -> dict[str, Schema]:
    """The steps of each verb, which are the same in every flow of a hotline."""
    return {verb: _verb(verb, names) for verb in VERBS}


def flow_schema(names: Names, flow: str | None = None, verbs: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of one flow's file, or (without a name) of any flow of this hotline.

    Args:
        names: What the hotline's files call things.
        flow: Which flow.
        verbs: `verb_forms`, made once for many flows.
    """
    head = {
        "flow": {"enum": [flow]} if flow else {"type": "string", "pattern": f"^{FLOW_NAME.pattern}$"},
        "takes": {"type": "array", "items": ref("taken")},
        "start": ref("target"),
        "longest_steps": {"type": "integer", "minimum": STEPS_BOUNDS[0], "maximum": STEPS_BOUNDS[1]},
        "steps": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _STEP, "not": {"enum": [END]}},
            "additionalProperties": ref("step"),
        },
    }
    return {
        "$schema": DRAFT,
        "type": "object",
        "properties": {key: described(form, pages.about_head(key)) for key, form in head.items()},
        "required": ["flow", "start", "steps"],
        "additionalProperties": False,
        "definitions": _definitions(names, flow, verbs or verb_forms(names)),
    }


def described(form: Schema, words: str) -> Schema:
    """A form with the words an editor shows; what it says about itself follows them."""
    said = "\n\n".join(text for text in (words, form.get("description", "")) if text)
    return {**form, "description": said} if said and "$ref" not in form else _beside(form, said)


def _beside(form: Schema, said: str) -> Schema:
    """Words beside a reference: draft 7 ignores what stands in one mapping with it."""
    return {"allOf": [form], "description": said} if said else form


def one_of_names(names: Mapping[str, str]) -> Schema:
    """A closed list of names, each with its words; one that YAML reads as a number is one, too."""
    both = [(written, words) for name, words in names.items() for written in dict.fromkeys((name, _read(name)))]
    return {"enum": [name for name, _ in both], "enumDescriptions": [words for _, words in both]}


def _read(name: str) -> Any:
    value = as_yaml(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else name


def offered(words: Iterable[str], form: Schema) -> Schema:
    """A form, with words an editor offers and does not insist on."""
    found = list(words)
    return {"anyOf": [{"enum": found}, form]} if found else form


def _definitions(names: Names, flow: str | None, verbs: Mapping[str, Schema]) -> Schema:
    steps = names.steps.get(flow, ()) if flow else ()
    variables = names.variables.get(flow, ()) if flow else ()
    readable = names.readable.get(flow, ()) if flow else ()
    text = {"type": ["string", "number"], "minLength": 1}
    return {
        **{kind: one_of_names(names.kinds[kind]) if kind in names.kinds else text for kind in get_args(Kind)},
        "text": text,
        "target": offered([*steps, END], {"type": "string", "minLength": 1}),
        "variable": offered(variables, _variable(RESERVED)),
        "taken": offered(variables, _variable({*RESERVED, "language"})),
        "expression": offered(readable, {"type": _SINGLE}),
        "value": {"type": _SINGLE},
        "expressions": {"type": "object", "additionalProperties": ref("expression")},
        "values": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": _VARIABLE},
            "additionalProperties": ref("value"),
        },
        "assignments": _assignments(names, variables),
        **_ways(),
        "step": _step(verbs),
        **{_named(verb): form for verb, form in verbs.items()},
    }


def _variable(but: Iterable[str]) -> Schema:
    return {"type": "string", "pattern": _VARIABLE, "not": {"enum": sorted({*_TAKEN, *but})}}


def _assignments(names: Names, variables: Iterable[str]) -> Schema:
    tongues = one_of_names(names.kinds["language"]) if "language" in names.kinds else {"type": "string"}
    language = {
        "anyOf": [tongues, {"type": "string", "pattern": "^="}],
        "description": "What the caller hears from now on.",
    }
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": _variable(RESERVED),
        "properties": {"language": language, **{name: ref("value") for name in variables}},
        "additionalProperties": ref("value"),
    }


def _ways() -> Schema:
    way: Schema = {
        "type": "object",
        "properties": {
            "when": described(ref("expression"), "The way is taken when this is true; the last one has none."),
            "set": ref("assignments"),
            "then": ref("target"),
        },
        "required": ["then"],
        "additionalProperties": False,
    }
    on_a_key = {**way, "properties": {key: form for key, form in way["properties"].items() if key != "when"}}
    return {
        "way": way,
        "ways": {"anyOf": [ref("target"), {"type": "array", "minItems": 1, "items": ref("way")}]},
        "key": {"anyOf": [ref("target"), on_a_key]},
        "keys": {
            "type": "object",
            "minProperties": 1,
            "properties": {key: ref("key") for key in units.KEYS},
            "patternProperties": {"^[0-9*#]$": ref("key")},  # for yaml-language-server, to which 1 is no "1"
            "additionalProperties": False,
        },
    }


def _verb(verb: str, names: Names) -> Schema:
    form = step_form(verb, names.defaults)
    properties = {key: described(inner, _words(verb, key)) for key, inner in form["properties"].items()}
    return {**form, "properties": properties}


def _words(verb: str, key: str) -> str:
    return pages.about_verb(verb) if key == verb else pages.about_key(verb, key)


def _step(verbs: Mapping[str, Schema]) -> Schema:
    """A step has one verb, and then what this verb has."""
    keys = {verb: form["properties"] for verb, form in verbs.items()}
    rules: list[Schema] = []
    for verb in keys:
        others = [other for other, known in keys.items() if other != verb and verb in known]
        wanted: Schema = {"required": [verb]}
        if others:  # a word that is a key of another verb, too
            wanted["not"] = {"anyOf": [{"required": [other]} for other in others]}
        rules.append({"if": wanted, "then": ref(_named(verb))})
    unknown = {
        "properties": {verb: {"description": pages.about_verb(verb)} for verb in keys},
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "One verb, which stands first, and where to go next.",
        "if": {"not": {"anyOf": [{"required": [verb]} for verb in keys]}},
        "then": unknown,
        "allOf": rules,
    }


def _named(verb: str) -> str:
    """The definition of a verb's steps; editors show its name."""
    return f"{verb} step"
