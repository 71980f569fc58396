"""The aiohttp application: routes, pages, and the task that follows the bridge."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from wallboard import act_routes, alarm_routes, flow_routes, history_routes, kept_sessions, openid, routes, sign_in
from wallboard.feed import follow, keep_pulse
from wallboard.guard import MOST_BODY_BYTES, guard
from wallboard.hub import Hub
from wallboard.reception import RECEPTION, Reception
from wallboard.remembered import Remembered
from wallboard.version import version_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from store.engine import Store
    from wallboard.acting import Acting
    from wallboard.flows import Pictures
    from wallboard.history import History, Reports
    from wallboard.settings import WallboardSettings

log = structlog.get_logger("wallboard.access")

STATIC = Path(str(files("wallboard") / "static"))


def make_app(
    settings: WallboardSettings,
    store: Store,
    history: History | None = None,
    pictures: Pictures | None = None,
    reports: Reports | None = None,
    *,
    acting: Acting | None = None,
) -> web.Application:
    """The wallboard, ready to be served. The store is the caller's to close.

    Args:
        settings: What it is told.
        store: The history's rows.
        history: Who counts the past; without it there is no such view.
        pictures: Who draws the flows; without it there is no such view.
        reports: Who makes the reports of the command line; without it the API has none.
        acting: What supervisors act with; without it nobody does anything here.
    """
    app = web.Application(middlewares=[guard], client_max_size=MOST_BODY_BYTES)
    settings = replace(settings, page_version=settings.page_version or version_of(STATIC))
    app[routes.SETTINGS] = settings
    app[routes.HUB] = Hub(settings)
    app[RECEPTION] = Reception(settings)
    app[routes.STORE] = store
    app[routes.TRENDS] = Remembered(time.monotonic)
    app[history_routes.TURNS] = asyncio.Semaphore(history_routes.AT_ONCE)
    if acting is not None:
        app[act_routes.ACTING] = acting
        app.add_routes([web.post("/api/v1/acts", act_routes.do), web.get("/api/v1/acts", act_routes.list_acts)])
    _add_what_is_there(app, history, pictures, reports)
    _add_routes(app)
    app.on_response_prepare.append(_always_asked)
    app.cleanup_ctx.append(_following)
    return app


def _add_what_is_there(
    app: web.Application, history: History | None, pictures: Pictures | None, reports: Reports | None
) -> None:
    """The views that somebody must answer for."""
    if pictures is not None:
        app[flow_routes.PICTURES] = pictures
        app[flow_routes.CALLERS] = Remembered(time.monotonic, flow_routes.CALLERS_FRESH_S)
        app[flow_routes.WAYS] = Remembered(time.monotonic)
        app.add_routes(
            [
                web.get("/api/v1/flows", flow_routes.list_flows),
                web.get("/api/v1/flows/now", flow_routes.traffic),
                web.get("/api/v1/flows/{name}/picture.svg", flow_routes.picture),
                web.get("/api/v1/journeys", flow_routes.through),
            ]
        )
    if reports is not None:
        app[routes.REPORTS] = reports
        app.add_routes([web.get("/api/v1/reports/{report}", history_routes.report)])
    openid_settings = app[routes.SETTINGS].openid
    if openid_settings is not None:
        app[openid.OPEN_ID] = openid.OpenId(openid_settings)
        app.add_routes([web.get("/sign-in/openid", openid.start), web.get("/sign-in/openid/return", openid.back)])
    if history is not None:
        app[history_routes.HISTORY] = history
        app.add_routes(
            [
                web.get("/api/v1/history", history_routes.history),
                web.get("/api/v1/history/metrics", history_routes.history_metrics),
                web.get("/api/v1/history/report.{form}", history_routes.history_sheet),
            ]
        )


def _add_routes(app: web.Application) -> None:
    app.add_routes(
        [
            web.get("/sign-in", sign_in.show),
            web.post("/sign-in", sign_in.take),
            web.post("/sign-in/secret", sign_in.take_secret),
            web.post("/sign-out", sign_in.leave),
            web.post("/api/v1/people/{name}/sign-out", sign_in.sign_out_person),
            web.get("/api/v1/me", sign_in.me),
            web.get("/", page),
            web.get("/boards/{name}", board_page),
            web.get("/metrics", routes.metrics),
            web.get("/api/v1/acting", act_routes.acting),
            web.get("/api/v1/boards", routes.boards),
            web.get("/api/v1/boards/{name}", routes.show_board),
            web.get("/api/v1/queues", routes.queues),
            web.get("/api/v1/agents", routes.agents),
            web.get("/api/v1/visits", routes.list_visits),
            web.get("/api/v1/calls/{call_id}", routes.show_call),
            web.get("/api/v1/alarms", alarm_routes.alarms),
            web.get("/api/v1/trends", routes.show_trends),
            web.get("/api/v1/health", routes.health),
            web.get("/api/v1/live", routes.live),
            web.get("/api/v1/openapi.json", routes.describe),
            web.get("/api/{rest:.*}", routes.nothing_here),
            web.static("/static", STATIC),
        ]
    )


async def _always_asked(request: web.Request, response: web.StreamResponse) -> None:
    """A browser may keep the page's files, but asks each time: modules of two versions do not fit each other."""
    if request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-cache")


async def page(_: web.Request) -> web.FileResponse:
    """The board."""
    return web.FileResponse(STATIC / "board.html", headers={"Cache-Control": "no-cache"})


async def board_page(request: web.Request) -> web.StreamResponse:
    """One board of `boards/*.yaml`. Where there is none the page says so, and shows it once there is."""
    there = request.match_info["name"] in request.app[routes.HUB].boards
    return web.FileResponse(STATIC / "wall.html", status=200 if there else 404, headers={"Cache-Control": "no-cache"})


async def _showing_out(app: web.Application) -> None:
    """Signed out is signed out on every open page, within a second."""
    while True:
        await asyncio.sleep(1.0)
        try:
            app[RECEPTION].show_out(app[routes.HUB].boards)
        except Exception as error:  # noqa: BLE001 - a task that ends here would keep everybody signed in
            log.error("not_shown_out", why=type(error).__name__)


async def _following(app: web.Application) -> AsyncIterator[None]:
    hub, reception, kept = app[routes.HUB], app[RECEPTION], app[routes.SETTINGS].kept
    if kept is not None:
        await asyncio.to_thread(kept_sessions.read, kept, reception.sessions)
    tasks = (
        asyncio.create_task(kept_sessions.keep(kept, reception.sessions), name="wallboard.sessions"),
        asyncio.create_task(_showing_out(app), name="wallboard.showing_out"),
        asyncio.create_task(follow(app[routes.SETTINGS].feed, hub), name="wallboard.feed"),
        asyncio.create_task(keep_pulse(hub), name="wallboard.pulse"),
    )
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    reception.close()
