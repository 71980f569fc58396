"""What the API says of its history (OpenAPI 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from store.intervals import MINUTES
from wallboard.history import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.payloads import Json

_TEXT: Final = {"type": "string"}
_NUMBER_OR_NULL: Final = {"type": ["number", "null"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL: Final = {"type": ["string", "null"], "format": "date-time"}
_WHEN: Final = "`today`, `yesterday`, `now`, a span back (`24h`, `7d`), or a date or time of the hotline's clock"
_WORDS: Final = (
    ("from", _TEXT, f"{_WHEN}. `today` unless said."),
    ("to", _TEXT, f"{_WHEN}; what is there is no longer in it. `now` unless said."),
    ("by", {"enum": list(MINUTES), "default": "15m"}, "How long an interval is, by the hotline's clock."),
    ("queue", _TEXT, "One queue; all together unless said."),
    ("metrics", _TEXT, "Names of docs/metrics.md, with commas between; those of visits."),
    (
        "against",
        _TEXT,
        "Another, as long, beside it: `day` or `week` earlier, `before` (it ends where this one begins), or its begin.",
    ),
)
_OF_A_REPORT: Final = (
    ("by", "`queue` (of agents `agent`, of calls `flow`) for the whole range, `5m`, `15m`, `30m`, `hour`, `day`."),
    ("queue", "Only this queue; of `queues` and `hours`."),
    ("agent", "Only this agent; of `agents`."),
    ("flow", "Only this flow; of `calls`."),
)
_TABLE: Final = {
    "type": "object",
    "required": ["report", "metrics_version", "from", "to", "time_zone", "columns", "rows", "total", "notes", "at"],
    "properties": {
        "report": _TEXT,
        "metrics_version": {"type": "integer"},
        "from": _INSTANT,
        "to": _INSTANT,
        "time_zone": _TEXT,
        "columns": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": _TEXT, "unit": _TEXT, "meaning": _TEXT}},
        },
        "rows": {"type": "array", "items": {"type": "object"}, "description": "By the columns' names."},
        "total": {"type": ["object", "null"]},
        "notes": {"type": "array", "items": _TEXT},
        "at": _INSTANT,
        "standing": {"$ref": "#/components/schemas/Standing"},
    },
}
_VALUES: Final = {
    "type": "object",
    "description": "By metric: a share from 0 to 1, seconds, or a count; null where there was nothing to judge.",
    "additionalProperties": _NUMBER_OR_NULL,
}
_RANGE: Final = {
    "type": "object",
    "required": ["from", "to", "begins", "ends", "values", "unseen_ends", "is_empty", "total", "queues"],
    "properties": {
        "from": _INSTANT,
        "to": _INSTANT,
        "begins": {"type": "array", "items": _INSTANT_OR_NULL, "description": "Of each interval."},
        "ends": {"type": "array", "items": _INSTANT_OR_NULL, "description": "Not in it."},
        "values": {"type": "object", "additionalProperties": {"type": "array", "items": _NUMBER_OR_NULL}},
        "unseen_ends": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "Visits of each interval whose end nobody saw.",
        },
        "is_empty": {"type": "boolean", "description": "No visit began in it."},
        "total": _VALUES,
        "queues": {"type": "object", "additionalProperties": _VALUES},
    },
}
_ANSWER: Final = {
    "type": "object",
    "required": ["at", "standing", "by", "queue", "metrics", "range", "against", "unseen"],
    "properties": {
        "at": _INSTANT,
        "standing": {"$ref": "#/components/schemas/Standing"},
        "metrics_version": {"type": "integer"},
        "time_zone": _TEXT,
        "by": {"enum": list(MINUTES)},
        "queue": {"type": ["string", "null"]},
        "metrics": {"type": "array", "items": {"type": "object"}, "description": "Name, unit, title and formula."},
        "range": _RANGE,
        "against": {
            "oneOf": [{"type": "null"}, _RANGE],
            "description": "The other range, its intervals beside those of the first that the clock shows alike.",
        },
        "unseen": {
            "type": "array",
            "items": {"type": "object", "properties": {"from": _INSTANT, "to": _INSTANT}},
            "description": "Stretches of the range that nobody saw.",
        },
    },
}


def history_paths(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> dict[str, Any]:
    """The paths of the history; `reading` and `refusal` are how the document says an answer and a refusal."""
    words = [{"name": name, "in": "query", "schema": schema, "description": told} for name, schema, told in _WORDS]
    refusals = {
        "400": refusal("A word of the query is wrong; the code is one of docs/diagnostics.md (R…)."),
        "503": refusal("The database does not answer."),
    }
    answer = reading("Metrics of queues by interval, beside another range", _ANSWER)
    listed = {"type": "object", "properties": {"metrics": {"type": "array", "items": {"type": "object"}}}}
    binary = {"200": {"description": "A file; `html` is a page to print."}, "404": refusal("There is no such form.")}
    form = {"name": "form", "in": "path", "required": True, "schema": {"enum": list(FORMS)}}
    sheet = {"summary": "The same as a report, a row for each interval and queue", "parameters": [form, *words]}
    kind = {
        "name": "report",
        "in": "path",
        "required": True,
        "schema": {"enum": ["queues", "agents", "hours", "calls"]},
    }
    asked = [word for word in words if word["name"] in {"from", "to", "metrics"}]
    asked += [{"name": name, "in": "query", "schema": _TEXT, "description": said} for name, said in _OF_A_REPORT]
    table = reading(
        "A report of `hotline report` as plain data: every metric of docs/metrics.md has its column", _TABLE
    )
    return {
        "/api/v1/reports/{report}": {
            "get": {**table, "parameters": [kind, *asked], "responses": {**_of(table), **refusals}}
        },
        "/api/v1/history": {"get": {**answer, "parameters": words, "responses": {**_of(answer), **refusals}}},
        "/api/v1/history/metrics": {"get": reading("Every metric the history can show", listed)},
        "/api/v1/history/report.{form}": {"get": {**sheet, "responses": {**binary, **refusals}}},
    }


def _of(answer: Json) -> dict[str, Any]:
    found = answer["responses"]
    if not isinstance(found, dict):
        raise TypeError("an answer's responses are a mapping")
    return found
