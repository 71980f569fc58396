"""What the API says of alarms (OpenAPI 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.payloads import Json

_TEXT: Final = {"type": "string"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_NUMBER_OR_NULL: Final = {"type": ["number", "null"]}
_ALARM: Final[dict[str, Any]] = {
    "id": {**_TEXT, "description": "Names this firing; its recovery has the same."},
    "rule": _TEXT,
    "when": {**_TEXT, "description": "A condition of the system, or a metric (docs/alarms.md)."},
    "subject": {**_TEXT, "description": "A queue, a trunk, the node, `database`, `phones` or `calls`."},
    "queue": {"type": ["string", "null"], "description": "The queue it is about; null is nobody's in particular."},
    "severity": {"type": "string", "enum": ["yellow", "red"]},
    "since": {**_INSTANT, "description": "When it fired."},
    "value": _NUMBER_OR_NULL,
    "bound": _NUMBER_OR_NULL,
    "flapping": {"type": "boolean"},
    "sound": {"type": "boolean"},
    "text": {"type": "object", "description": "By language: zh-Hans, zh-Hant, en.", "additionalProperties": _TEXT},
}
_LIST: Final = {
    "type": "object",
    "required": ["firing", "over", "senders", "watched"],
    "properties": {
        "firing": {
            "type": "array",
            "items": {"type": "object", "required": list(_ALARM), "properties": _ALARM},
            "description": "What stands, the oldest first.",
        },
        "over": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [*_ALARM, "over_at"],
                "properties": {**_ALARM, "over_at": _INSTANT},
            },
            "description": "What was over within the last five minutes.",
        },
        "senders": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "since"],
                "properties": {"name": _TEXT, "why": _TEXT, "since": _INSTANT},
            },
            "description": "Senders that do not deliver; `why` is for whoever is for every queue.",
        },
        "watched": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "rule": _TEXT,
                    "subject": _TEXT,
                    "queue": _ALARM["queue"],
                    "severity": _TEXT,
                    "firing": {"type": "boolean"},
                },
            },
            "description": "Every rule and subject that has been bad of late.",
        },
    },
}


def alarm_paths(reading: Callable[[str, Json], Json]) -> dict[str, Any]:
    """The path about alarms; `reading` is how the document says an answer."""
    return {"/api/v1/alarms": {"get": reading("Alarms that stand, and those that were over of late", _LIST)}}
