"""The schema of `prompts/*.yaml`: each message the hotline has in any language, with its wordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ivr.prompts.catalogue import ALL
from ivr.schema.flow import DRAFT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.schema.names import Names
    from ivr.schema.outline import Schema

_NAME = "^[A-Za-z0-9_-]{1,64}$"
"""`ivr.prompts.texts`: a message's name, or a group's."""


def prompts_schema(names: Names) -> Schema:
    """The schema of one language's sentences, and of those that all languages share."""
    own = {name: said for name, said in names.wordings.items() if ALL not in said}
    sentence = {"type": ["string", "number", "boolean"], "minLength": 1}
    part = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": sentence}
    tongues = names.kinds.get("language", {})
    return {
        "$schema": DRAFT,
        **_group(own),
        "definitions": {
            "sentence": {
                "anyOf": [
                    sentence,
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": {**part, "properties": dict.fromkeys(tongues, sentence)},
                        "description": "One text in several languages: - zh-CN: …",
                    },
                    {**_group({}), "description": "A group of messages."},
                ]
            }
        },
    }


def _group(messages: Mapping[str, Mapping[str, str]]) -> Schema:
    """A mapping of names; `identify.pin` is `pin` in the group `identify`."""
    properties: dict[str, Any] = {}
    groups: dict[str, dict[str, Mapping[str, str]]] = {}
    for name, said in messages.items():
        group, dot, rest = name.partition(".")
        if dot:
            groups.setdefault(group, {})[rest] = said
        else:
            wordings = "\n\n".join(f"{language}: {text}" for language, text in said.items())
            properties[name] = {"allOf": [{"$ref": "#/definitions/sentence"}], "description": wordings}
    for group, inside in groups.items():
        properties[group] = _group(inside)
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": {_NAME: {"$ref": "#/definitions/sentence"}},
        "additionalProperties": False,
    }
