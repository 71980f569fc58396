"""A real HTTP service on loopback that misbehaves as told."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Unruly:
    """Answers each path as its last word says; counts and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.release = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.at_once = 0
        self.most_at_once = 0
        self.answer: object = {"amount": "123.45 CNY", "as_of": "2026-11-20T09:58:00+00:00"}
        self.status = 200
        self.body: bytes | None = None
        self.is_held = False
        self.is_dripping = False
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path, await request.text()))
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.arrived.release()
        try:
            if self.is_dripping:
                return await self._drip(request)
            if self.is_held:
                await self.release.wait()
            body = json.dumps(self.answer).encode() if self.body is None else self.body
            return web.Response(status=self.status, body=body, headers={"Location": "/elsewhere", "Set-Cookie": "a=b"})
        finally:
            self.at_once -= 1

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """A byte of the answer, and then nothing until released."""
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await self.release.wait()
        return response


@asynccontextmanager
async def unruly() -> AsyncIterator[Unruly]:
    service = Unruly()
    app = web.Application()
    app.router.add_route("*", r"/{rest:[\s\S]*}", service.handle)
    async with TestServer(app) as server:
        service.url = str(server.make_url("/api"))
        try:
            yield service
        finally:
            service.release.set()
