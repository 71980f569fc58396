"""The servers of `bench.feed`: a bare relay, the wallboard, and boards that are polled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web
from babel.dates import format_timedelta

from ami_bridge.messages import MAX_LINE
from store.engine import open_store
from store.migrate import upgrade
from wallboard.access.register import Register, Token
from wallboard.access.tokens import hash_of
from wallboard.app import make_app
from wallboard.boards import Board, Tile
from wallboard.hub import MOST_VIEWERS
from wallboard.levels import Bound, Thresholds
from wallboard.reception import RECEPTION
from wallboard.settings import WallboardSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

TOKEN = "hotline_bench"  # noqa: S105 - lets into a wallboard that lives for a minute
"""The viewers', which are another process."""
_SHOWN = ("waiting", "longest_wait", "service_level", "abandoned", "asa", "free", "talking", "paused")
_RISES = Thresholds("higher", Bound(5, until=3), Bound(10, until=7, for_s=5))


async def serve(kind: str, folder: Path) -> None:
    """Serve one of them on a free port, which is printed, until killed."""
    made: dict[str, Callable[[Path], web.Application]] = {
        "relay": _relay,
        "poll": _poll,
        "qpanel": partial(_poll, words=True),
    }
    app = made[kind](folder) if kind in made else await hotline(folder)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def hotline(folder: Path) -> web.Application:
    """The wallboard, with a board of eight figures and thresholds, that follows `feed.sock` in this folder."""
    url = f"sqlite:///{folder}/history.db"
    await upgrade(url)
    tiles = tuple(Tile(f"1.{n}", show, thresholds=_RISES) for n, show in enumerate(_SHOWN, 1))
    settings = WallboardSettings(
        host="127.0.0.1",
        port=0,
        feed=folder / "feed.sock",
        time_zone="Asia/Shanghai",
        register=Register(tokens=(Token("bench", hash_of(TOKEN), ("read",)),)),
    )
    app = make_app(replace(settings, boards={"floor": Board("floor", {}, (tiles,))}), await open_store(url))
    app[RECEPTION].looking.most_of_an_account = MOST_VIEWERS  # all viewers have one token
    return app


def _relay(folder: Path) -> web.Application:
    """What a newcomer needs first is kept whole: without it the relay would be no board at all."""
    sockets: set[web.WebSocketResponse] = set()
    first = ""

    async def live(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str(first)
        sockets.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            sockets.discard(socket)
        return socket

    async def follow() -> None:
        nonlocal first
        reader, _ = await asyncio.open_unix_connection(folder / "feed.sock", limit=MAX_LINE)
        first = (await reader.readline()).decode()
        while line := await reader.readline():
            text = line.decode()
            for socket in tuple(sockets):
                await socket.send_str(text)

    return _with(follow, web.get("/api/v1/live", live))


def _poll(folder: Path, *, words: bool = False) -> web.Application:
    """Each question: Asterisk's whole answer to QueueStatus, line by line into mappings, and those as JSON.

    With `words` each member's and caller's times are put into words as well, as QPanel does (qpanel/backend.py,
    `parse_asterisk`, by flask_babel's `format_timedelta`).
    """

    async def queues(_: web.Request) -> web.Response:
        reader, writer = await asyncio.open_unix_connection(folder / "ami.sock", limit=MAX_LINE)
        answer = (await reader.read(-1)).decode()
        writer.close()
        events = [dict(row.split(": ", 1) for row in block.split("\r\n") if row) for block in answer.split("\r\n\r\n")]
        found: dict[str, dict[str, dict[str, object]]] = {}
        for event in events:
            match event.get("Event"):
                case "QueueParams":
                    found[event["Queue"]] = {"params": dict(event), "members": {}, "entries": {}}
                case "QueueMember":
                    if words:
                        event |= {"LastCallAgo": _ago(event["LastCall"]), "LastPauseAgo": _ago(event["LastPause"])}
                    found[event["Queue"]]["members"][event["Location"]] = event
                case "QueueEntry":
                    if words:
                        event["WaitAgo"] = _ago(event["Wait"])
                    found[event["Queue"]]["entries"][event["Uniqueid"]] = event
        return web.json_response(found)

    return _with(None, web.get("/queues.json", queues))


def _ago(seconds: str) -> str:
    return format_timedelta(timedelta(seconds=int(seconds)), granularity="second", locale="en")


def _with(follow: Callable[[], Coroutine[None, None, None]] | None, route: web.RouteDef) -> web.Application:
    app = web.Application()
    app.add_routes([route])

    async def following(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(follow()) if follow else None
        yield
        if task:
            task.cancel()

    app.cleanup_ctx.append(following)
    return app
