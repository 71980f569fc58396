"""A receiver of webhooks on loopback, that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 60.0


class Receiver:
    """`async with Receiver() as ops`; `ops.got` are the documents that came."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        """Statuses to come; 200 when there are none. 0 never answers."""
        self._came = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What came, once it is enough."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: enough(self.got))
        return self.got

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._came:
            self.requests.append((dict(request.headers), body))
            self.got.append(json.loads(body))
            self._came.notify_all()
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            await asyncio.sleep(3600)
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})
