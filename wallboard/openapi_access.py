"""The part of the API's description about who may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, get_args

from wallboard.access.grants import Way
from wallboard.access.people import Role
from wallboard.access.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.payloads import Json

SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of hotline.yaml (`hotline token new`); its scopes say what it may.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "hotline",
        "description": "What signing in on the page sets. The cookie is called `__Host-NAME` by TLS and `NAME-PORT` "
        "without, NAME being the hotline's.",
    },
}
SECURITY: Final = [{"token": list[str]()}, {"session": list[str]()}]
"""Either of them; said of every path that does not say otherwise."""
_TEXT: Final = {"type": "string"}
_FORM: Final = "application/x-www-form-urlencoded"


def access_paths(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> Json:
    """Signing in and out, and who one is."""
    html = {"description": "HTML.", "content": {"text/html": {"schema": _TEXT}}}
    onward = {"description": "Signed in: on to where one was going."}
    return {
        "/sign-in": {
            "get": {"summary": "The sign-in page", "security": [], "responses": {"200": html, "303": onward}},
            "post": {
                "summary": "Sign in with a name and a password, from the page",
                "security": [],
                "requestBody": _form(
                    {"name": _TEXT, "password": _TEXT, "to": _TEXT, "lang": _TEXT}, "name", "password"
                ),
                "responses": {
                    "303": onward,
                    **dict.fromkeys(("400", "401", "429", "503"), html),
                    "403": refusal("Not sent by a page of this wallboard."),
                },
            },
        },
        "/sign-in/secret": {
            "post": {
                "summary": "Sign in with a one-time link or as a screen, from the page",
                "security": [],
                "requestBody": _form({"secret": _TEXT, "to": _TEXT}, "secret"),
                "responses": {
                    "200": {
                        "description": "Signed in.",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    "401": refusal("Not good, or not any more."),
                    "403": refusal("Not sent by a page of this wallboard."),
                    "429": refusal("Too many tries."),
                },
            }
        },
        "/sign-in/openid": {
            "get": {
                "summary": "On to the OpenID provider, where there is one",
                "security": [],
                "responses": {"303": onward},
            }
        },
        "/sign-in/openid/return": {
            "get": {"summary": "Back from the OpenID provider", "security": [], "responses": {"303": onward}}
        },
        **_session_paths(reading, refusal),
    }


def _session_paths(reading: Callable[[str, Json], Json], refusal: Callable[[str], Json]) -> Json:
    return {
        "/sign-out": {
            "post": {
                "summary": "Sign this browser out; with `everywhere`, all the same person's",
                "requestBody": _form({"everywhere": _TEXT}),
                "responses": {"303": {"description": "Signed out."}, **_refusals(refusal)},
            }
        },
        "/api/v1/me": {"get": _refused(reading("Who is asking, and what they may", _me()), refusal)},
        "/api/v1/people/{name}/sign-out": {
            "post": {
                "summary": "End every session of somebody",
                "parameters": [{"name": "name", "in": "path", "required": True, "schema": _TEXT}],
                "responses": {
                    "200": {
                        "description": "Done.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "properties": {"ended": {"type": "integer"}}}
                            }
                        },
                    },
                    **_refusals(refusal),
                },
            }
        },
    }


def with_refusals(paths: Json, refusal: Callable[[str], Json]) -> dict[str, Json]:
    """The paths, each with the refusals it shares with all that are not open."""
    told: dict[str, Json] = {}
    for path, methods in paths.items():
        told[path] = {
            method: described if described.get("security") == [] else _refused(described, refusal)
            for method, described in methods.items()  # type: ignore[attr-defined]  # a mapping of mappings
        }
    return told


def _refused(described: Json, refusal: Callable[[str], Json]) -> Json:
    responses = described["responses"]
    return {**described, "responses": {**_refusals(refusal), **cast("Json", responses)}}


def _refusals(refusal: Callable[[str], Json]) -> dict[str, Json]:
    return {"401": refusal("Not signed in."), "403": refusal("Not theirs, or from elsewhere.")}


def _form(fields: Json, *required: str) -> Json:
    schema = {"type": "object", "properties": fields, "required": list(required)}
    return {"required": bool(required), "content": {_FORM: {"schema": schema}}}


def _me() -> Json:
    return {
        "type": "object",
        "required": ["name", "role", "queues", "way", "may"],
        "properties": {
            "name": _TEXT,
            "role": {"enum": list(Role)},
            "queues": {"type": ["array", "null"], "items": _TEXT, "description": "Null is every queue."},
            "way": {"enum": list(get_args(Way))},
            "may": {"type": "array", "items": {"enum": list(Action)}},
        },
    }
