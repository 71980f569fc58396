"""Which action each route stands for. What is not in here is open to nobody, signed in or not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wallboard.access.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.access.grants import Grant

OPEN: Final = frozenset({
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-in/secret"), ("GET", "/api/v1/health"),
    ("GET", "/sign-in/openid"), ("GET", "/sign-in/openid/return"),
})  # fmt: skip
"""What is served before sign-in, with `ASSETS`."""
ASSETS: Final = frozenset({"/static/palette.css", "/static/sign-in.css", "/static/sign-in.js", "/static/icon.svg"})
"""Files of the sign-in page."""
SIGNED_IN: Final = frozenset({
    ("GET", "/static"), ("GET", "/api/v1/me"), ("GET", "/api/v1/acting"), ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/{rest}"), ("POST", "/sign-out"),
})  # fmt: skip
"""What everybody has who is signed in, whatever they may."""
DOORS: Final[Mapping[tuple[str, str], Action]] = MappingProxyType({
    ("GET", "/"): Action.LOOK,
    ("GET", "/boards/{name}"): Action.LOOK,
    ("GET", "/api/v1/boards"): Action.LOOK,
    ("GET", "/api/v1/alarms"): Action.LOOK,
    ("GET", "/api/v1/boards/{name}"): Action.LOOK,
    ("GET", "/api/v1/queues"): Action.LOOK,
    ("GET", "/api/v1/agents"): Action.LOOK,
    ("GET", "/api/v1/trends"): Action.LOOK,
    ("GET", "/api/v1/live"): Action.LOOK,
    ("GET", "/api/v1/visits"): Action.HISTORY,
    ("GET", "/api/v1/calls/{call_id}"): Action.HISTORY,
    ("GET", "/api/v1/history"): Action.HISTORY,
    ("GET", "/api/v1/history/metrics"): Action.HISTORY,
    ("GET", "/api/v1/history/report.{form}"): Action.EXPORT,
    ("GET", "/api/v1/reports/{report}"): Action.HISTORY,
    ("GET", "/api/v1/flows"): Action.FLOWS,
    ("GET", "/api/v1/flows/now"): Action.FLOWS,
    ("GET", "/api/v1/flows/{name}/picture.svg"): Action.FLOWS,
    ("GET", "/api/v1/journeys"): Action.FLOWS,
    ("GET", "/metrics"): Action.METRICS,
    ("POST", "/api/v1/acts"): Action.ACT,
    ("GET", "/api/v1/acts"): Action.ACT,
    ("POST", "/api/v1/people/{name}/sign-out"): Action.PEOPLE,
})  # fmt: skip
KIOSK: Final = frozenset({
    ("GET", "/boards/{name}"), ("GET", "/api/v1/boards/{name}"), ("GET", "/api/v1/live"), ("GET", "/static"),
    ("GET", "/api/v1/me"), ("POST", "/sign-out"),
})  # fmt: skip
"""What a screen has; of boards only its own."""


def is_open(method: str, route: str | None, path: str) -> bool:
    """Whether this is served before sign-in."""
    return (_method(method), route) in OPEN or (_method(method) == "GET" and path in ASSETS)


def may_enter(grant: Grant, method: str, route: str, named: str | None) -> bool:
    """Whether somebody may have this; `named` is the name in the path, where there is one."""
    door = (_method(method), route)
    if grant.board is not None:
        return door in KIOSK and named in {None, grant.board}
    if door in OPEN or door in SIGNED_IN:
        return True
    action = DOORS.get(door)
    return action is not None and grant.allows(action)


def _method(method: str) -> str:
    return "GET" if method == "HEAD" else method
