"""What the API says of acts (OpenAPI 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from ami_bridge.acts import asked
from ami_bridge.acts.outcome import Code, Result
from ami_bridge.acts.spoken import LONGEST_KEY
from store.queries.pages import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.payloads import Json

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_CODE: Final = {"enum": list(get_args(Code))}
_RESULT: Final = {"enum": list(get_args(Result))}
_ANSWER: Final = {
    "type": "object",
    "required": ["key", "result", "code", "words", "seen", "repeated"],
    "properties": {
        "key": _TEXT,
        "result": {
            **_RESULT,
            "description": "`nothing`: it was so already. `unknown`: whether it was done is not known; it is not done "
            "again by itself.",
        },
        "code": {**_CODE, "description": "Stable; docs/acts.md tells of each."},
        "words": {**_TEXT, "description": "In English, with the facts."},
        "seen": {**_TEXT, "description": "What is seen of the target after it."},
        "repeated": {"type": "boolean", "description": "Whether this is the answer an earlier request got."},
    },
}
_ROW: Final = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "node", "who", "role", "act", "target"), _TEXT),
        "arguments": {"type": "object"},
        "asked_at": _INSTANT,
        "answered_at": {"type": ["string", "null"], "format": "date-time"},
        "code": _TEXT_OR_NULL,
        "result": _TEXT_OR_NULL,
        "words": _TEXT_OR_NULL,
        "seen": _TEXT_OR_NULL,
    },
}
_PERSON: Final = {
    "type": ["object", "null"],
    "properties": {
        "name": _TEXT,
        "role": {"enum": ["viewer", "supervisor", "admin"]},
        "queues": {"type": ["array", "null"], "items": _TEXT, "description": "Theirs; null: every queue."},
    },
}
_STATUSES: Final = {
    "400": "No act, or no key.",
    "401": "Nobody has signed in.",
    "415": "Not JSON.",
}
_ANSWERS: Final = {
    "403": "This person may not.",
    "404": "There is no such agent, queue, number or message.",
    "409": "It cannot be done as things are: `code` tells why.",
    "422": "This key was used for another act.",
    "502": "Asterisk refused, or the telephone did not ring.",
    "503": "The switch is not seen, or the act cannot be kept; nothing was done.",
    "504": "Whether it was done is not known.",
}


def act_schemas() -> dict[str, Any]:
    """`Act`, every kind of it, and `ActAnswer`."""
    found = dict(asked.schema())
    kinds: Any = found.pop("$defs")
    return {**kinds, "Act": found, "ActAnswer": _ANSWER}


def act_paths(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> dict[str, Any]:
    """The paths.

    Args:
        reading: Makes a GET that answers with a schema.
        refusal: Makes a refusal with what it is for.
    """
    return {
        "/api/v1/acts": {"post": _doing(refusal), "get": _audit(reading, refusal)},
        "/api/v1/acting": {"get": reading("What whoever looks may do, and with what", _acting())},
    }


def _doing(refusal: Callable[[str], Json]) -> dict[str, Any]:
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/ActAnswer"}}}
    told = {status: {"description": why, "content": answer} for status, why in _ANSWERS.items()}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each act. The same again gets the first answer, and nothing is done a second time.",
        "schema": {"type": "string", "minLength": 8, "maxLength": LONGEST_KEY},
    }
    return {
        "summary": "Have one act done, once",
        "parameters": [key],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Act"}}},
        },
        "responses": {
            "200": {"description": "Done, or so already.", "content": answer},
            **{status: refusal(why) for status, why in _STATUSES.items()},
            **told,
        },
    }


def _audit(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> dict[str, Any]:
    words = {
        **dict.fromkeys(("since", "until"), _INSTANT),
        "who": _TEXT,
        "act": _TEXT,
        "target": {**_TEXT, "examples": ["agent:1001", "number:96956"]},
        "code": _CODE,
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 100},
        "after": {**_TEXT, "description": "`next` of the page before."},
    }
    page = {
        "type": "object",
        "required": ["acts", "next"],
        "properties": {"acts": {"type": "array", "items": _ROW}, "next": _TEXT_OR_NULL},
    }
    told: dict[str, Any] = dict(reading("Who did what, when, and what came of it; newest first", page))
    refusals = {
        "400": "The query string is wrong.",
        "401": _STATUSES["401"],
        "403": "A viewer.",
        "503": "The database does not answer.",
    }
    told["parameters"] = [{"name": name, "in": "query", "schema": schema} for name, schema in words.items()]
    told["responses"] = {**told["responses"], **{status: refusal(why) for status, why in refusals.items()}}
    return told


def _acting() -> Json:
    texts = {"type": "object", "additionalProperties": _TEXT}
    return {
        "type": "object",
        "required": ["person", "may"],
        "properties": {
            "person": _PERSON,
            "may": {"type": "array", "items": _TEXT, "description": "Acts."},
            "phones": {**texts, "description": "Telephones to listen on, with their agents' names."},
            "numbers": {
                "type": "array",
                "items": _TEXT,
                "description": "For an admin of every queue: numbers that may be closed.",
            },
            "messages": {
                "type": "object",
                "additionalProperties": texts,
                "description": "For an admin of every queue: what a number may be closed with, by language.",
            },
        },
    }
