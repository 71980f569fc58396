"""What the API says of callers in the flows (OpenAPI 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from store.queries.pages import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.payloads import Json

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_WHOLE: Final = {"type": "integer"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_STEP: Final = {"flow": _TEXT, "step": _TEXT}
_NOW: Final = {
    "type": "object",
    "required": ["at", "standing", "callers", "elsewhere", "since", "ways_at", "ways"],
    "properties": {
        "at": _INSTANT,
        "standing": {"$ref": "#/components/schemas/Standing"},
        "callers": {
            "type": "array",
            "items": {"type": "object", "properties": {**_STEP, "callers": _WHOLE}},
            "description": "Callers in the flows now, by the step they are in.",
        },
        "elsewhere": {**_WHOLE, "description": "Callers in the flows of whom no step is written down yet."},
        "since": {**_INSTANT, "description": "The hotline's midnight."},
        "ways_at": {**_INSTANT, "description": "As of when the ways are; at most a minute old."},
        "ways": {
            "type": "array",
            "items": {"type": "object", "properties": {**_STEP, "to": _TEXT_OR_NULL, "times": _WHOLE}},
            "description": "How often each step was left for which today; null where the call ended there.",
        },
    },
}
_FLOWS: Final = {
    "type": "object",
    "required": ["version", "flows"],
    "properties": {
        "version": _TEXT,
        "flows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT,
                    "steps": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"name": _TEXT, "verb": _TEXT}},
                    },
                },
            },
        },
    },
}
_JOURNEY: Final = {
    "type": "object",
    "description": "A call on its way through the flows, as docs/database.md says; `caller` is masked.",
    "properties": {
        **dict.fromkeys(("id", "node", "call_id", "channel_id", "number", "flow", "flow_version"), _TEXT),
        **dict.fromkeys(("caller", "language"), _TEXT),
        "vip": {"type": "boolean"},
        "started_at": _INSTANT,
        "ended_at": {"type": ["string", "null"], "format": "date-time"},
        **dict.fromkeys(("outcome", "last_step"), _TEXT_OR_NULL),
    },
}
_JOURNEYS: Final = {
    "type": "object",
    "required": ["journeys", "next"],
    "properties": {
        "journeys": {"type": "array", "items": _JOURNEY},
        "next": {**_TEXT_OR_NULL, "description": "Pass it as `after` for the next page."},
    },
}


def flow_paths(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> dict[str, Any]:
    """The paths about flows; `reading` and `refusal` are how the document says an answer and a refusal."""
    away, wrong = {"503": refusal("The database does not answer.")}, {"400": refusal("A word of the query is wrong.")}
    name = {"name": "name", "in": "path", "required": True, "schema": _TEXT}
    words = [
        {"name": "flow", "in": "query", "required": True, "schema": _TEXT},
        {"name": "step", "in": "query", "required": True, "schema": _TEXT},
        {"name": "since", "in": "query", "schema": _TEXT, "description": "`today` unless said."},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}},
        {"name": "after", "in": "query", "schema": _TEXT},
    ]
    picture = {"200": {"description": "The picture.", "content": {"image/svg+xml": {"schema": _TEXT}}}}
    now = reading("Where callers are in the flows, and the ways taken today", _NOW)
    through = reading("The journeys that went through a step or are in it, newest first", _JOURNEYS)
    return {
        "/api/v1/flows": {"get": reading("The flows that are drawn, and their steps", _FLOWS)},
        "/api/v1/flows/now": {"get": _with(now, away)},
        "/api/v1/flows/{name}/picture.svg": {
            "get": {
                "summary": "A flow as `hotline draw` makes it; each step is a link to its callers",
                "parameters": [name],
                "responses": {**picture, "404": refusal("There is no such flow.")},
            }
        },
        "/api/v1/journeys": {"get": {**_with(through, wrong | away), "parameters": words}},
    }


def _with(answer: Json, refusals: dict[str, Json]) -> dict[str, Any]:
    found = answer["responses"]
    if not isinstance(found, dict):
        raise TypeError("an answer's responses are a mapping")
    return {**answer, "responses": {**found, **refusals}}
