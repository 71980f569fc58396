"""The answers of `/api/v1/history` and `/api/v1/reports`."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING, Final

from aiohttp import web

from store.errors import StoreUnavailable
from wallboard import routes
from wallboard.carried import GRANT
from wallboard.guard import HEADERS
from wallboard.history import FORMS, History, NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

HISTORY: Final = web.AppKey("history", History)
TURNS: Final = web.AppKey("turns", asyncio.Semaphore)
AT_ONCE: Final = 2
"""Questions to the history that are worked at: however many ask, the live board keeps its share of the machine."""

OF_EVERY_QUEUE: Final = frozenset({"agents", "calls"})
"""Reports whose rows are of no queue: what an agent or a flow did for one queue alone is not in them."""


async def history(request: web.Request) -> web.Response:
    """`GET /api/v1/history`."""

    async def told(words: Mapping[str, str]) -> web.Response:
        found = await request.app[HISTORY].told(request.app[routes.STORE], words, routes.now(), _queues(request))
        return routes.as_json({**found, "standing": routes.standing(request)})

    return await _answered(request, told)


async def history_metrics(request: web.Request) -> web.Response:
    """`GET /api/v1/history/metrics`."""
    return routes.as_json({"metrics": request.app[HISTORY].choices()})


async def history_sheet(request: web.Request) -> web.Response:
    """`GET /api/v1/history/report.csv`, `.xlsx`, `.html`."""
    form = next((one for one in FORMS if one == request.match_info["form"]), None)
    if form is None:
        return routes.problem(404, "not_found", f"a report is had as {', '.join(FORMS)}")

    async def told(words: Mapping[str, str]) -> web.Response:
        sheet = await request.app[HISTORY].sheet(request.app[routes.STORE], words, form, routes.now(), _queues(request))
        headers = {"Cache-Control": "no-store"}
        if form != "html":
            headers["Content-Disposition"] = f'attachment; filename="{sheet.name}"'
        if sheet.style:  # its one style is allowed by its hash, and nothing else
            digest = base64.b64encode(hashlib.sha256(sheet.style.encode()).digest()).decode()
            headers["Content-Security-Policy"] = HEADERS["Content-Security-Policy"].replace(
                "style-src 'self'", f"style-src 'sha256-{digest}'"
            )
        return web.Response(body=sheet.body, headers={"Content-Type": sheet.content_type, **headers})

    return await _answered(request, told)


async def report(request: web.Request) -> web.Response:
    """`GET /api/v1/reports/{report}`."""

    async def told(words: Mapping[str, str]) -> web.Response:
        named, queues = request.match_info["report"], _queues(request)
        if queues is not None and named in OF_EVERY_QUEUE:
            person = request[GRANT].person.name
            return routes.problem(403, "not_yours", f"{person} may not have this: it is of every queue")
        found = await request.app[routes.REPORTS].told(request.app[routes.STORE], named, words, routes.now(), queues)
        return routes.as_json({**found, "standing": routes.standing(request)})

    return await _answered(request, told)


async def _answered(request: web.Request, told: Callable[[Mapping[str, str]], Awaitable[web.Response]]) -> web.Response:
    try:
        words = _words(request)
        async with request.app[TURNS]:
            return await told(words)
    except NotUnderstoodError as wrong:
        return routes.problem(400, wrong.code, str(wrong))
    except StoreUnavailable as away:
        return routes.problem(503, "store_unavailable", str(away))


def _queues(request: web.Request) -> frozenset[str] | None:
    return request[GRANT].person.queues


def _words(request: web.Request) -> dict[str, str]:
    """The words of the query string, each once."""
    for word in request.query:
        if len(request.query.getall(word)) > 1:
            raise NotUnderstoodError("bad_question", f"'{word}' is said more than once")
    return dict(request.query)
