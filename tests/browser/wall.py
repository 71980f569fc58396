"""A wallboard whose boards are made of YAML, whose server can go and come back, and the page that shows one of them."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web
from playwright.async_api import async_playwright, expect

from ivr.boards.fields import Names
from ivr.boards.reading import read_board
from store.engine import open_store
from store.migrate import upgrade
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.signed_in import sign_in
from tests.wallboard.floor import Bridge, settings
from wallboard.app import make_app
from wallboard.reception import RECEPTION
from wallboard.routes import HUB

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

    from ami_bridge.messages import Snapshot
    from store.engine import Store
    from wallboard.boards import Board
    from wallboard.hub import Hub
    from wallboard.settings import WallboardSettings

NAMES = Names(frozenset({"general", "vip"}), None, ("zh-CN", "yue-HK", "en"))


def board(text: str, name: str = "floor") -> Board:
    reading = read_board(text.encode(), name, NAMES)
    assert reading.board is not None, reading.diagnostics
    return reading.board


class Wall:
    """One board on one page."""

    def __init__(self, page: Page, bridge: Bridge, store: Store, settings: WallboardSettings) -> None:
        self.page, self.bridge = page, bridge
        self.address = f"http://127.0.0.1:{settings.port}"
        self._settings, self._store = settings, store
        self._runner: web.AppRunner | None = None
        self._kept: list[dict[str, object]] = []
        self.app: web.Application | None = None

    @property
    def running(self) -> web.Application:
        assert self.app is not None
        return self.app

    @property
    def hub(self) -> Hub:
        return self.running[HUB]

    async def start(self, version: str = "") -> None:
        """The server comes (back)."""
        self.app = make_app(replace(self._settings, page_version=version), self._store)
        self.app[RECEPTION].sessions.load(self._kept, datetime.now(UTC))
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._settings.port, reuse_address=True).start()

    async def stop(self) -> None:
        """The server goes."""
        if self._runner is not None:
            self._kept = self.app[RECEPTION].sessions.dump() if self.app is not None else []
            await self._runner.cleanup()
            self._runner = None

    async def open(self, where: str = "floor?lang=en") -> None:
        await self.page.goto(f"{self.address}/boards/{where}")
        await expect(self.page.locator(".standing")).to_have_attribute("data-truth", "live")


async def ticking(bridge: Bridge) -> None:
    while True:
        bridge.tick()
        await asyncio.sleep(0.5)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def wall(folder: Path, snapshot: Snapshot, *boards: Board, scheme: str = "dark") -> AsyncIterator[Wall]:
    """Whatever the page's own scripts throw fails the test; what the browser says about a lost line does not."""
    async with AsyncExitStack() as opened:
        url = f"sqlite:///{folder}/history.db"
        await upgrade(url)
        store = await open_store(url)
        opened.push_async_callback(store.close)
        bridge = Bridge(folder / "feed.sock", snapshot)
        await bridge.start()
        opened.push_async_callback(bridge.leave)
        tick = asyncio.create_task(ticking(bridge))
        opened.callback(tick.cancel)
        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened.push_async_callback(browser.close)
        page = await (await browser.new_context(color_scheme=scheme)).new_page()  # type: ignore[arg-type]  # one of playwright's words
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        told = replace(settings(folder / "feed.sock"), port=free_port(), boards={each.name: each for each in boards})
        made = Wall(page, bridge, store, told)
        await made.start()
        await sign_in(page.context, made.running, made.address)
        opened.push_async_callback(made.stop)
        yield made
        assert wrong == []
