"""What is told of alarms over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wallboard import routes
from wallboard.alarms_told import theirs_of

if TYPE_CHECKING:
    from aiohttp import web


async def alarms(request: web.Request) -> web.Response:
    """`GET /api/v1/alarms`."""
    return routes.as_json(theirs_of(request.app[routes.HUB].alarms, routes.audience(request)))
