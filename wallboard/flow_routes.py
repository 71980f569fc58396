"""The answers about callers in the flows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ami_bridge.messages import mask
from store.errors import StoreUnavailable
from store.queries.flow_counts import ways_taken
from store.queries.flows import journeys_through, places
from store.queries.pages import BadCursorError
from wallboard import flows, payloads, routes
from wallboard.access.permissions import Action
from wallboard.carried import GRANT
from wallboard.flows import Pictures
from wallboard.queries import BadQuestionError, read_step_question
from wallboard.remembered import Remembered

if TYPE_CHECKING:
    from wallboard.payloads import Json

PICTURES: Final = web.AppKey("pictures", Pictures)
CALLERS: Final = web.AppKey("callers", Remembered[payloads.Json])
WAYS: Final = web.AppKey("ways", Remembered[payloads.Json])
CALLERS_FRESH_S: Final = 1.0
"""Where callers are is asked of the database so often, however many look."""


async def list_flows(request: web.Request) -> web.Response:
    """`GET /api/v1/flows`."""
    return routes.as_json(flows.flows(await request.app[PICTURES].drawn()))


async def picture(request: web.Request) -> web.Response:
    """`GET /api/v1/flows/{name}/picture.svg`."""
    drawn = await request.app[PICTURES].drawn()
    found = drawn.flows.get(request.match_info["name"])
    if found is None:
        return routes.problem(404, "unknown_flow", "there is no such flow; /api/v1/flows lists those there are")
    return web.Response(text=found.svg, content_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


async def traffic(request: web.Request) -> web.Response:
    """`GET /api/v1/flows/now`: where callers are at this moment, and which ways were taken today."""
    app = request.app
    try:
        now = await app[CALLERS].get(lambda: _callers(app))
        today = await app[WAYS].get(lambda: _ways(app))
    except StoreUnavailable as away:
        return routes.problem(503, "store_unavailable", str(away))
    return routes.as_json({**now, **today, "standing": routes.standing(request)})


async def through(request: web.Request) -> web.Response:
    """`GET /api/v1/journeys`."""
    try:
        asked = read_step_question(request.query, routes.day_start(request.app))
        page = await journeys_through(
            request.app[routes.STORE], asked.flow, asked.step, asked.since, limit=asked.limit, after=asked.after
        )
    except (BadQuestionError, BadCursorError) as wrong:
        return routes.problem(400, "bad_question", str(wrong))
    except StoreUnavailable as away:
        return routes.problem(503, "store_unavailable", str(away))
    whole = request[GRANT].allows(Action.NUMBERS)
    shown = [{**asdict(row), "caller": row.caller if whole else mask(row.caller)} for row in page.rows]
    return routes.as_json({"journeys": shown, "next": page.next})


async def _callers(app: web.Application) -> Json:
    snapshot = app[routes.HUB].watch.snapshot
    calls = [call.call_id for call in snapshot.calls] if snapshot else []
    return {"at": routes.now(), **flows.callers(calls, await places(app[routes.STORE], calls))}


async def _ways(app: web.Application) -> Json:
    since, now = routes.day_start(app), routes.now()
    return {"since": since, "ways_at": now, "ways": flows.traffic(await ways_taken(app[routes.STORE], since, now))}
