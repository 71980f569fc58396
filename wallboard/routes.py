"""The HTTP and WebSocket answers. What is shown is worked out in `payloads`, what is asked in `queries`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from ami_bridge.messages import mask, mask_name
from store.engine import Store
from store.errors import StoreUnavailable
from store.queries.journeys import call
from store.queries.pages import BadCursorError
from store.queries.recent import handled, quarters, spent
from store.queries.totals import queue_totals
from store.queries.visits import visit, visits
from wallboard import calls, guard, payloads, trends
from wallboard.access.permissions import Action
from wallboard.audience import Audience, audience_of
from wallboard.carried import GRANT
from wallboard.guard import refused
from wallboard.history import Reports
from wallboard.hub import FullHouseError
from wallboard.known_as import agent_known_as, known_as
from wallboard.looking import TooManyError
from wallboard.metrics import exposition
from wallboard.openapi import document
from wallboard.outlets import catch_up, outlet
from wallboard.queries import BadQuestionError, read_visit_question
from wallboard.reception import RECEPTION
from wallboard.remembered import Remembered
from wallboard.settings import WallboardSettings

if TYPE_CHECKING:
    from store.rows import Visit
    from wallboard.hub import Viewer

SETTINGS: Final = web.AppKey("settings", WallboardSettings)
HUB: Final = guard.HUB
STORE: Final = web.AppKey("store", Store)
REPORTS: Final = web.AppKey("reports", Reports)
TRENDS: Final = web.AppKey("trends", Remembered[trends.Trends])
HEARTBEAT_S: Final = 15.0
"""A browser that does not answer a ping for this long is gone."""
MOST_SAID_BYTES: Final = 1024
"""A viewer has nothing to say; whoever sends more than this is cut off."""
UNKNOWN_PATH: Final = "there is nothing at this path; the API is described at /api/v1/openapi.json"

log = structlog.get_logger("wallboard.http")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def as_json(payload: object, status: int = 200) -> web.Response:
    """An answer of the API; nobody keeps it."""
    return web.Response(
        text=payloads.text(payload),
        content_type="application/json",
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def problem(status: int, code: str, message: str) -> web.Response:
    """A refusal of the API."""
    return refused(status, code, message)


def audience(request: web.Request) -> Audience:
    """What whoever asks is shown of the floor."""
    return audience_of(request[GRANT], request.app[HUB].boards)


def standing(request: web.Request) -> payloads.Json:
    """How true the numbers are at this moment."""
    return payloads.standing(request.app[HUB].watch.standing(now()))


async def queues(request: web.Request) -> web.Response:
    """`GET /api/v1/queues`."""
    snapshot, settings = request.app[HUB].watch.snapshot, request.app[SETTINGS]
    of = audience(request)
    found = [payloads.queue(of.queue(view), settings) for view in of.of_queues(snapshot.queues)] if snapshot else []
    return as_json({"standing": standing(request), "queues": found})


async def agents(request: web.Request) -> web.Response:
    """`GET /api/v1/agents`."""
    snapshot, of = request.app[HUB].watch.snapshot, audience(request)
    found = [payloads.agent(view, of) for view in of.of_agents(snapshot.agents)] if snapshot else []
    return as_json({"standing": standing(request), "agents": found})


async def list_visits(request: web.Request) -> web.Response:
    """`GET /api/v1/visits`."""
    try:
        asked = read_visit_question(request.query, day_start(request.app))
        page = await visits(
            _store(request),
            asked.since,
            asked.until,
            queue=asked.queue,
            outcome=asked.outcome,
            agent=asked.agent and _agent(request, asked.agent),
            node=asked.node,
            queues=request[GRANT].person.queues,
            limit=asked.limit,
            after=asked.after,
        )
    except (BadQuestionError, BadCursorError) as wrong:
        return problem(400, "bad_question", str(wrong))
    except StoreUnavailable as away:
        return problem(503, "store_unavailable", str(away))
    grant = request[GRANT]
    shown = [_shown(row, whole=grant.allows(Action.NUMBERS, row.queue)) for row in page.rows]
    return as_json({"visits": shown, "next": page.next})


async def show_call(request: web.Request) -> web.Response:
    """`GET /api/v1/calls/{call_id}`."""
    named = request.match_info["call_id"]
    try:
        of_visit = await visit(_store(request), named) if "/" in named else None
        call_id = of_visit.visit.call_id if of_visit else named
        story = await call(_store(request), call_id)
    except StoreUnavailable as away:
        return problem(503, "store_unavailable", str(away))
    grant, queues = request[GRANT], request[GRANT].person.queues
    if queues is not None:
        story = calls.theirs(story, queues)
    if story.is_empty or not (queues is None or story.visits):
        return problem(404, "unknown_call", "there is no such call; expected the `call_id` or the `id` of a visit")
    return as_json(calls.call(call_id, story, whole=grant.allows(Action.NUMBERS)))


async def show_trends(request: web.Request) -> web.Response:
    """`GET /api/v1/trends`: asked of the database once for all who look."""
    try:
        found = await request.app[TRENDS].get(lambda: _find_trends(request.app))
    except StoreUnavailable as away:
        return problem(503, "store_unavailable", str(away))
    return as_json(found.told(audience(request).queues))


async def _find_trends(app: web.Application) -> trends.Trends:
    store, snapshot = app[STORE], app[HUB].watch.snapshot
    asked = trends.spans(now(), ZoneInfo(app[SETTINGS].time_zone))
    node, limits = (snapshot.node if snapshot else None), trends.limits(snapshot)
    found = trends.Found(
        quarters=await quarters(store, asked.first_quarter, asked.now, node=node),
        quarters_week_ago=await quarters(store, asked.first_quarter_week_ago, asked.week_ago, node=node),
        last_hour=await queue_totals(store, asked.now - trends.HOUR, asked.now, limits=limits, node=node),
        hour_week_ago=await queue_totals(store, asked.week_ago - trends.HOUR, asked.week_ago, limits=limits, node=node),
        handled=await handled(store, asked.midnight, asked.now, node=node),
        spent=await spent(store, asked.midnight, asked.now, node=node),
        planned=await app[REPORTS].adherence(store, asked.midnight, asked.now) if REPORTS in app else {},
    )
    return trends.Trends(found, asked)


async def boards(request: web.Request) -> web.Response:
    """`GET /api/v1/boards`."""
    of = audience(request)
    theirs = (each for each in request.app[HUB].boards.values() if of.sees_board(each))
    return as_json({"boards": [payloads.board_entry(each) for each in theirs]})


async def show_board(request: web.Request) -> web.Response:
    """`GET /api/v1/boards/{name}`."""
    found = request.app[HUB].boards.get(request.match_info["name"])
    if found is None or not audience(request).sees_board(found):
        return problem(404, "unknown_board", "there is no such board; /api/v1/boards lists those there are")
    return as_json(payloads.board(found))


async def health(request: web.Request) -> web.Response:
    """`GET /api/v1/health`: 200 while the numbers are live and the database answers, else 503."""
    stands = request.app[HUB].watch.standing(now())
    try:
        await _store(request).check()
        database = "ok"
    except StoreUnavailable as away:
        database = str(away)
    well = stands.truth == "live" and database == "ok"
    if database != "ok" and request.get(GRANT) is None:
        database = "away"  # the rest is for whoever has signed in
    return as_json(
        {"status": "ok" if well else "degraded", "standing": payloads.standing(stands), "database": database},
        200 if well else 503,
    )


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`."""
    return web.Response(
        body=exposition(request.app[HUB], now), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def describe(_: web.Request) -> web.Response:
    """`GET /api/v1/openapi.json`."""
    return as_json(document())


async def nothing_here(_: web.Request) -> web.Response:
    """Any other path of the API."""
    return problem(404, "not_found", UNKNOWN_PATH)


async def live(request: web.Request) -> web.StreamResponse:
    """`WS /api/v1/live`: everything at once, then every change."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MOST_SAID_BYTES)
    if not socket.can_prepare(request).ok:
        return problem(426, "websocket_only", "this path speaks WebSocket (RFC 6455)")
    reception = request.app[RECEPTION]
    try:
        reception.looking.begin(socket, reception.looker_of(request, request[GRANT]), request.transport)
    except TooManyError:
        return problem(503, "too_many", "this account has as many live feeds open as it may")
    try:
        return await _join(request, socket)
    finally:
        reception.looking.end(socket)


async def _join(request: web.Request, socket: web.WebSocketResponse) -> web.StreamResponse:
    hub = request.app[HUB]
    try:
        viewer = hub.join(now(), audience(request))
    except FullHouseError:
        return problem(503, "full_house", "as many viewers as this board serves are already looking")
    try:
        await socket.prepare(request)
        viewer.open(outlet(request, socket))
        await _serve(request, socket, viewer)
    finally:
        hub.leave(viewer)
    return socket


async def _serve(request: web.Request, socket: web.WebSocketResponse, viewer: Viewer) -> None:
    """Send what there is until the viewer leaves or says anything but goodbye."""
    sending = asyncio.create_task(_send(request, socket, viewer))
    try:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"this socket only tells")
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send(request: web.Request, socket: web.WebSocketResponse, viewer: Viewer) -> None:
    try:
        await catch_up(request, viewer)
    except ConnectionError:
        await socket.close()


def day_start(app: web.Application) -> datetime:
    """The local midnight the day's figures count from (`ami_bridge.domain.metrics.midnight_before`)."""
    zone = ZoneInfo(app[SETTINGS].time_zone)
    today = now().astimezone(zone).date()
    return datetime(today.year, today.month, today.day, tzinfo=zone).astimezone(UTC)


def _store(request: web.Request) -> Store:
    return request.app[STORE]


def _agent(request: web.Request, told: str) -> str:
    snapshot = request.app[HUB].watch.snapshot
    return agent_known_as(told, (each.id for each in snapshot.agents) if snapshot else ())


def _shown(row: Visit, *, whole: bool) -> payloads.Json:
    """An agent may be a number, too: of a mobile, where a queue's member has no name. That one is never whole."""
    shown = ("agent_name", "interface", "transferred_to", *(() if whole else ("caller_name",)))
    texts = {name: None if (text := getattr(row, name)) is None else mask_name(text) for name in shown}
    caller = row.caller if whole else mask(row.caller)
    return {**asdict(row), **texts, "agent": row.agent and known_as(row.agent), "caller": caller}
