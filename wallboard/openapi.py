"""The API's own description (OpenAPI 3.1), made from the types that are really sent."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic import TypeAdapter

from ami_bridge.messages import AgentView, QueueView
from store.metrics import METRICS
from store.queries.pages import MOST_ROWS
from store.rows import OUTCOMES, EndedBy, TransferKind
from store.time_line import Part, What
from wallboard.figures import Figures
from wallboard.openapi_access import SCHEMES, SECURITY, access_paths, with_refusals
from wallboard.openapi_acts import act_paths, act_schemas
from wallboard.openapi_alarms import alarm_paths
from wallboard.openapi_flows import flow_paths
from wallboard.openapi_history import history_paths
from wallboard.payloads import OF_ALL_QUEUES
from wallboard.trends import OF_AGENTS, OF_PLANS, OF_TALKS

if TYPE_CHECKING:
    from wallboard.payloads import Json


def said(name: str) -> str:
    """What a metric is, by its definition; the live part of the API tells shares in per cent."""
    metric = METRICS[name]
    return f"{metric.title}{', per cent' if metric.unit == 'share' else ''}: {metric.formula}"


_INSTANT = {"type": "string", "format": "date-time"}
_WHEN = {"oneOf": [_INSTANT, {"const": "today", "description": "The beginning of the hotline's local day."}]}
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_WHOLE = {"type": "integer"}
_NUMBER_OR_NULL = {"type": ["number", "null"]}
_STANDING = {
    "type": "object",
    "description": "How true the numbers are.",
    "required": ["truth", "since"],
    "properties": {
        "truth": {"enum": ["live", "catching_up", "blind", "lost"]},
        "since": {"type": ["string", "null"], "format": "date-time"},
    },
}
_FIGURES = {
    "type": "object",
    "description": "Metrics of today (docs/metrics.md); null where nothing has been counted.",
    "properties": {
        "ended": {"type": "integer", "description": said("ended")},
        **{
            field.name: {**_NUMBER_OR_NULL, "description": said(field.name)}
            for field in fields(Figures)
            if field.name != "ended"
        },
    },
}
_TITLES = {"type": "object", "description": "By language.", "additionalProperties": _TEXT}
_NAME = {"name": "name", "in": "path", "required": True, "schema": _TEXT}
_PROBLEM = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "object", "required": ["code", "message"], "properties": {"code": _TEXT, "message": _TEXT}}
    },
}


@cache
def document() -> Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hotline wallboard",
            "version": "1",
            "description": "Live queues and agents, and their history.",
        },
        "security": SECURITY,
        "paths": with_refusals(
            {
                **access_paths(_reading, _refusal),
                "/api/v1/queues": {"get": _reading("Every queue, now and today", _listing("queues", "Queue"))},
                "/api/v1/agents": {"get": _reading("Every agent, now and today", _listing("agents", "Agent"))},
                "/api/v1/visits": {"get": _visits()},
                "/api/v1/calls/{call_id}": {"get": _call()},
                "/api/v1/trends": {"get": _trends()},
                **history_paths(_reading, _refusal),
                **flow_paths(_reading, _refusal),
                **alarm_paths(_reading),
                **act_paths(_reading, _refusal),
                "/api/v1/boards": {"get": _reading("The boards of boards/*.yaml, with their addresses", _boards())},
                "/api/v1/boards/{name}": {"get": _board()},
                "/boards/{name}": {"get": _board_page()},
                "/api/v1/health": {"get": {**_health(), "security": []}},
                "/api/v1/live": {"get": _live()},
                "/api/v1/openapi.json": {"get": _reading("This document", {"type": "object"})},
                "/metrics": {"get": {"summary": "The queues for Prometheus", "responses": {"200": _plain_text()}}},
            },
            _refusal,
        ),
        "components": {"schemas": {**_schemas(), **act_schemas()}, "securitySchemes": SCHEMES},
    }


def _schemas() -> Json:
    schemas: dict[str, Any] = {"Standing": _STANDING, "Figures": _FIGURES, "Problem": _PROBLEM}
    for name, kind in (("Queue", QueueView), ("Agent", AgentView)):
        schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    for name in OF_ALL_QUEUES:
        number = schemas["Agent"]["properties"][name]
        number["type"] = [number["type"], "null"]
        number["description"] = "Null to whoever does not see every queue the agent works in."
    schemas["Queue"]["properties"] |= {
        "titles": {"type": "object", "additionalProperties": _TEXT},
        "figures": {"$ref": "#/components/schemas/Figures"},
    }
    schemas["Visit"] = _visit()
    return schemas


def _visit() -> Json:
    instants = {name: {"type": ["string", "null"], "format": "date-time"} for name in ("answered_at", "ended_at")}
    ids = ("id", "node", "call_id", "channel_id", "queue", "flow", "flow_version")
    texts = (*ids, "caller", "caller_name", "number", "language", "evidence")
    texts_or_null = ("agent", "agent_name", "interface", "next_visit_id", "transferred_to")
    return {
        "type": "object",
        "description": "One caller's one stay in one queue; docs/database.md says what each field means. "
        "`caller` is masked, and any number in a name, an interface or where a transfer led to.",
        "required": ["id", "node", "queue", "entered_at", "outcome"],
        "properties": {
            **dict.fromkeys(texts, _TEXT),
            "entered_at": _INSTANT,
            **instants,
            "vip": {"type": "boolean"},
            **dict.fromkeys(("wait_s", "talk_s", "hold_s", "wrap_up_s"), _NUMBER_OR_NULL),
            **dict.fromkeys(("ordinal", "priority", "rings"), _WHOLE),
            "position": {"type": ["integer", "null"]},
            **dict.fromkeys(texts_or_null, _TEXT_OR_NULL),
            "outcome": {"enum": [*OUTCOMES, None]},
            "ended_by": {"enum": [*get_args(EndedBy), None]},
            "transfer": {"enum": [*get_args(TransferKind), None]},
        },
    }


def _boards() -> Json:
    entry = {
        "type": "object",
        "properties": {
            "name": _TEXT,
            "title": _TITLES,
            "queues": {"type": ["array", "null"], "items": _TEXT, "description": "Null is all queues."},
            "pages": _WHOLE,
            "address": _TEXT,
            "tv": {**_TEXT, "description": "The same for a screen nobody touches."},
        },
    }
    return {"type": "object", "required": ["boards"], "properties": {"boards": {"type": "array", "items": entry}}}


def _board() -> Json:
    whole = {"type": "object", "description": "What its page draws; docs/boards.md says what each word means."}
    found = _reading("One board as its file says it", whole)
    return {**found, "parameters": [_NAME], "responses": {**_responses(found), "404": _refusal("No such board.")}}


def _board_page() -> Json:
    html = {"description": "HTML.", "content": {"text/html": {"schema": _TEXT}}}
    return {"summary": "A board's page", "parameters": [_NAME], "responses": {"200": html, "404": html}}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _reading(summary: str, schema: Json) -> Json:
    return {"summary": summary, "responses": {"200": {"description": summary, "content": _content(schema)}}}


def _listing(name: str, schema: str) -> Json:
    return {
        "type": "object",
        "required": ["standing", name],
        "properties": {
            "standing": {"$ref": "#/components/schemas/Standing"},
            name: {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}},
        },
    }


def _refusal(description: str) -> Json:
    return {"description": description, "content": _content({"$ref": "#/components/schemas/Problem"})}


def _visits() -> Json:
    listing = {
        "type": "object",
        "required": ["visits", "next"],
        "properties": {
            "visits": {"type": "array", "items": {"$ref": "#/components/schemas/Visit"}},
            "next": {"type": ["string", "null"], "description": "Pass it as `after` for the next page."},
        },
    }
    words: list[Json] = [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in (
            ("since", _WHEN),
            ("until", _WHEN),
            ("queue", _TEXT),
            ("outcome", {"enum": ["waiting", *OUTCOMES]}),
            ("agent", _TEXT),
            ("node", _TEXT),
            ("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 100}),
            ("after", _TEXT),
        )
    ]
    reading = _reading("Visits, newest first", listing)
    refusals = {"400": _refusal("A word of the query is wrong."), "503": _refusal("The database does not answer.")}
    return {**reading, "parameters": words, "responses": {**_responses(reading), **refusals}}


def _call() -> Json:
    moment = {
        "type": "object",
        "required": ["at", "part", "what", "facts"],
        "properties": {
            "at": _INSTANT,
            "part": {"enum": list(get_args(Part))},
            "what": {"enum": list(get_args(What))},
            "facts": {"type": "object", "description": "By the names of the columns they come from; numbers masked."},
        },
    }
    schema = {
        "type": "object",
        "required": ["call_id", "moments"],
        "properties": {
            "call_id": _TEXT,
            **dict.fromkeys(("caller", "number", "language"), _TEXT),
            "vip": {"type": "boolean"},
            "moments": {"type": "array", "items": moment},
        },
    }
    what = "One call on one time line: flow, queues, agents, what the caller left; of some queues, to who is for these"
    reading = _reading(what, schema)
    named = [{"name": "call_id", "in": "path", "required": True, "schema": _TEXT}]
    refusals = {"404": _refusal("There is no such call."), "503": _refusal("The database does not answer.")}
    return {**reading, "parameters": named, "responses": {**_responses(reading), **refusals}}


def _trends() -> Json:
    series = {"type": "array", "items": _WHOLE, "description": "One number per quarter of an hour, oldest first."}
    rates = dict.fromkeys(("connection_rate", "sl_negative"), _NUMBER_OR_NULL)
    hour = {"type": "object", "properties": {**dict.fromkeys(("entered", "answered", "abandoned"), _WHOLE), **rates}}
    told = {
        "type": "object",
        "properties": {
            **dict.fromkeys(("entered", "abandoned", "entered_week_ago"), series),
            **dict.fromkeys(("last_hour", "hour_week_ago"), hour),
            "handled": {"type": "integer", "description": "Talks of today that are over."},
            **{name: {**_NUMBER_OR_NULL, "description": said(name)} for name in OF_TALKS},
        },
    }
    schema = {
        "type": "object",
        "required": ["at", "first_quarter", "quarter_s", "week_ago", "overall", "queues", "agents"],
        "properties": {
            **dict.fromkeys(("at", "first_quarter", "week_ago"), _INSTANT),
            "quarter_s": _WHOLE,
            "overall": told,
            "queues": {"type": "object", "additionalProperties": told},
            "agents": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        name: {**_NUMBER_OR_NULL, "description": said(name)} for name in (*OF_AGENTS, *OF_PLANS)
                    },
                },
                "description": "By agent, today; the last two of who has a plan. Empty to whoever is for some queues.",
            },
        },
    }
    reading = _reading("The last eight hours, the last hour and the same hour a week ago; at most a minute old", schema)
    return {**reading, "responses": {**_responses(reading), "503": _refusal("The database does not answer.")}}


def _health() -> Json:
    schema = {
        "type": "object",
        "required": ["status", "standing", "database"],
        "properties": {"status": {"enum": ["ok", "degraded"]}, "standing": _STANDING, "database": _TEXT},
    }
    reading = _reading("Whether the numbers are live and the database answers", schema)
    degraded = {"503": {"description": "Something is wrong.", "content": _content(schema)}}
    return {**reading, "responses": {**_responses(reading), **degraded}}


def _live() -> Json:
    return {
        "summary": "WebSocket: `hello` with everything, then `change` and `pulse`, numbered without a gap",
        "responses": {
            "101": {"description": "Switching to WebSocket."},
            "426": _refusal("Not a WebSocket request."),
            "503": _refusal(
                "As many viewers are looking as it serves (`full_house`), or of this account (`too_many`)."
            ),
        },
    }


def _responses(reading: Json) -> Json:
    return cast("Json", reading["responses"])


def _plain_text() -> Json:
    return {"description": "Prometheus text format.", "content": {"text/plain": {"schema": _TEXT}}}
