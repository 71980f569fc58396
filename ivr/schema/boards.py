"""The schema of `boards/*.yaml`: figures, views, and this hotline's queues, agents and languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ivr.boards.reading import ALL, CALLERS, ROTATE_MS, SHOWN, THEMES
from ivr.boards.thresholds import DIRECTIONS, LONGEST_FOR_MS
from ivr.schema import pages
from ivr.schema.flow import DRAFT, described, one_of_names
from ivr.schema.outline import DURATION, Schema, duration, ref
from wallboard.boards import COLUMNS, FIGURES, WORD_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.boards.fields import Names
    from ivr.schema.names import Names as Offered

_TEXT: Schema = {"type": ["string", "number"], "pattern": r"\S"}


def boards_schema(names: Names, offer: Offered) -> Schema:
    """The schema of one hotline's boards.

    Args:
        names: what boards may name.
        offer: the hotline's names with the words an editor shows beside them.
    """
    head: dict[str, Schema] = {
        "title": ref("words"),
        "queues": ref("queues"),
        "columns": {"type": "integer", "minimum": COLUMNS[0], "maximum": COLUMNS[1]},
        "language": {"enum": list(names.languages)} if names.languages else _TEXT,
        "theme": {"enum": list(THEMES)},
        "callers": {"enum": list(CALLERS)},
        "tiles": ref("page"),
        "rotate": duration(*ROTATE_MS),
        "pages": {"type": "array", "minItems": 1, "items": ref("page")},
    }
    return {
        "$schema": DRAFT,
        "type": "object",
        "properties": {key: described(form, pages.about_board(key)) for key, form in head.items()},
        "required": ["title"],
        "oneOf": [{"required": ["tiles"]}, {"required": ["pages"]}],
        "dependencies": {"rotate": ["pages"]},
        "additionalProperties": False,
        "definitions": _definitions(names, offer),
    }


def _definitions(names: Names, offer: Offered) -> dict[str, Schema]:
    words: Schema = {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}
    if names.languages:
        words = words | {"properties": dict.fromkeys(names.languages, _TEXT), "additionalProperties": False}
    shown = {show: pages.about_shown(show) for show in SHOWN}
    shown |= {metric: shown[word] for metric, word in WORD_OF.items()}
    queues = offer.kinds.get("queue", {})
    queue = one_of_names(queues) if queues else _TEXT
    label = _closed({"label": ref("words")}, "label")
    return {
        "words": {"anyOf": [_TEXT, words]},
        "queues": {"anyOf": [{"enum": [ALL]}, {"type": "array", "minItems": 1, "items": queue}]},
        "page": {"type": "array", "minItems": 1, "items": ref("tile")},
        "show": {"enum": list(shown), "enumDescriptions": list(shown.values())},
        "tile": {"anyOf": [_short(shown), _tile()]},
        "threshold": {"anyOf": [_value(), _threshold()]},
        "label": label,
        "seat": {"anyOf": [one_of_names(names.agents) if names.agents else _TEXT, {"type": "null"}, ref("label")]},
        "row": {"anyOf": [{"type": "array", "items": ref("seat")}, ref("label")]},
    }


def _short(shown: Mapping[str, str]) -> Schema:
    """A tile that is only its figure or view; a seat map is more than that."""
    alone = {show: words for show, words in shown.items() if show != "seats"}
    return {"enum": list(alone), "enumDescriptions": list(alone.values())}


def _tile() -> Schema:
    keys: dict[str, Schema] = {
        "show": ref("show"),
        "title": ref("words"),
        "queues": ref("queues"),
        "wide": {"type": "integer", "minimum": 1, "maximum": COLUMNS[1]},
        "worse": {"enum": list(DIRECTIONS)},
        "yellow": ref("threshold"),
        "red": ref("threshold"),
        "rows": {"type": "array", "items": ref("row")},
    }
    form = _closed({key: described(each, pages.about_tile(key)) for key, each in keys.items()}, "show")
    without = {"not": {"anyOf": [{"required": [key]} for key in ("worse", "yellow", "red")]}}
    return form | {
        "allOf": [
            {
                "if": {"properties": {"show": {"const": "seats"}}, "required": ["show"]},
                "then": {"required": ["rows"]},
                "else": {"not": {"required": ["rows"]}},
            },
            {"if": {"properties": {"show": {"enum": [*FIGURES, *WORD_OF]}}, "required": ["show"]}, "else": without},
        ]
    }


def _threshold() -> Schema:
    keys: dict[str, Schema] = {
        "from": _value(),
        "until": _value(),
        "for": duration(0, LONGEST_FOR_MS),
        "sound": {"type": "boolean"},
    }
    return _closed({key: described(form, pages.about_threshold(key)) for key, form in keys.items()}, "from")


def _value() -> Schema:
    return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": DURATION}]}


def _closed(properties: Mapping[str, Any], *needed: str) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(needed), "additionalProperties": False}
