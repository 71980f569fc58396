"""The page alone, on floors that no test of real calls has: none, many, long, hostile, stale. No Asterisk is needed."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import async_playwright, expect

from store.engine import open_store
from store.migrate import upgrade
from tests.browser.chromium import ARGUMENTS, CHROMIUM, NEEDS_CHROMIUM
from tests.browser.signed_in import sign_in
from tests.wallboard.floor import Bridge, floor, made_up_flows, made_up_history, settings, waiting
from wallboard.app import make_app
from wallboard.routes import STORE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web
    from playwright.async_api import Page

    from ami_bridge.messages import Snapshot
    from ivr.app.flow_pictures import DrawnFlows

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)> Wolfeschlegelsteinhausenbergerdorff"
SIZES = ((1920, 1080), (1366, 768), (390, 844))

CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const box = e.getBoundingClientRect(), card = e.parentElement.closest('.agent, .queue, .kpi, .panel');
  return box.width && (box.right > innerWidth + 1 || (card && box.right > card.getBoundingClientRect().right + 1));
}).map((e) => e.outerHTML.slice(0, 120))"""
"""What sticks out of the window or of its card."""

PALE = """() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (e) => {
    const layers = [];
    for (let x = e; x; x = x.parentElement) layers.unshift(rgba(getComputedStyle(x).backgroundColor));
    return layers.reduce((c, l) => c.map((v, i) => v * (1 - l[3] / 255) + l[i] * l[3] / 255), [255, 255, 255]);
  };
  const told = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll('body *')].filter((e) => told(e) && e.getClientRects().length).map((e) => {
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [light(rgba(style.color).slice(0, 3)), light(ground(e))].sort((x, y) => y - x);
    const needed = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700) ? 3 : 4.5;
    return [(a + .05) / (b + .05), needed, e.outerHTML.slice(0, 120)];
  }).filter(([ratio, needed]) => ratio < needed);
}"""
"""What has too little contrast for WCAG 2.1 AA (1.4.3)."""


def crowded(now: datetime, queues: int, agents: int) -> Snapshot:
    base = floor(now)
    one = base.queues[0]
    line = tuple(waiting(f"v{n}", now - timedelta(seconds=7 * n), vip=n % 5 == 0) for n in range(90))
    return replace(
        base,
        queues=tuple(
            replace(one, name=f"queue-{n}" * (1 + 9 * (n == 1)), title=HOSTILE if n == 1 else "", waiting=line[: n * 9])
            for n in range(queues)
        ),
        agents=tuple(
            replace(base.agents[n % 8], id=str(1001 + n), name=HOSTILE, since=now - timedelta(minutes=n * 12))
            for n in range(agents)
        ),
        calls=tuple(replace(base.calls[0], call_id=f"c{n}", caller="", vip=n == 3) for n in range(agents // 3)),
    )


class Served:
    """One board with its made-up bridge, and the page that shows it."""

    def __init__(self, page: Page, bridge: Bridge, app: web.Application, address: str, flows: DrawnFlows) -> None:
        self.page, self.bridge, self.address = page, bridge, address
        self.app, self.store, self.flows = app, app[STORE], flows

    async def open(self, language: str = "en") -> None:
        await self.page.goto(f"{self.address}?lang={language}")
        await expect(self.page.locator(".standing")).to_have_attribute("data-truth", "live")


async def ticking(bridge: Bridge) -> None:
    while True:
        bridge.tick()
        await asyncio.sleep(1)


@asynccontextmanager
async def served(folder: Path, snapshot: Snapshot, scheme: str = "dark", *, cut: bool = False) -> AsyncIterator[Served]:
    """Anything the page complains about, and any script of a caller's, fails the test.

    With `cut` the network will be cut: what the browser itself says of that is no complaint of the page's.
    """
    async with AsyncExitStack() as opened:
        url = f"sqlite:///{folder}/history.db"
        await upgrade(url)
        store = await open_store(url)
        opened.push_async_callback(store.close)
        bridge = Bridge(folder / "feed.sock", snapshot)
        await bridge.start()
        opened.push_async_callback(bridge.leave)
        flows = made_up_flows()
        app = make_app(settings(folder / "feed.sock"), store, made_up_history(), flows)
        server = await opened.enter_async_context(TestServer(app))
        tick = asyncio.create_task(ticking(bridge))
        opened.callback(tick.cancel)
        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened.push_async_callback(browser.close)
        context = await browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # one of playwright's words
        await sign_in(context, app, str(server.make_url("/")))
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and not cut else None)
        yield Served(page, bridge, app, str(server.make_url("/")), flows)
        assert wrong == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(("queues", "agents"), [(0, 0), (1, 3), (12, 60)])
async def test_nothing_sticks_out_and_everything_can_be_read(
    tmp_path: Path, queues: int, agents: int, scheme: str
) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), queues, agents), scheme) as board:
        for width, height in SIZES:
            await board.page.set_viewport_size({"width": width, "height": height})
            for language in ("zh-Hans", "zh-Hant", "en"):
                await board.open(language)
                assert await board.page.evaluate(CUT_OFF) == [], (width, language)
                assert await board.page.evaluate(PALE) == [], (width, language)
        assert await board.page.title() == "96956 hotline"


async def test_a_long_line_is_counted_and_not_drawn_whole(tmp_path: Path) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), 11, 60)) as board:
        await board.open()
        card = board.page.locator('[data-queue="queue-10"]')
        await expect(card.locator('[data-figure="waiting"]')).to_have_text("90")
        await expect(card.locator(".waiter")).to_have_count(13)
        await expect(card.locator(".waiter.more")).to_have_text("+78")
        assert await card.locator(".waiter.more a").get_attribute("href") == "#waiting/queue-10", (
            "the rest is a click away"
        )
        await expect(board.page.locator(".calls .more")).to_have_text("+8")


async def test_a_bridge_that_falls_silent_is_shown_within_seconds_and_its_waits_stand_still(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        await expect(board.page.locator("body")).to_have_attribute("data-stale", "false")
        await board.bridge.leave()
        await expect(board.page.locator("body")).to_have_attribute("data-stale", "true", timeout=6000)
        await expect(board.page.get_by_role("alert")).to_contain_text("The numbers below are not live")
        longest = board.page.locator('[data-queue="general"] [data-figure="longest"]')
        stood = await longest.inner_text()
        await asyncio.sleep(2.1)
        assert await longest.inner_text() == stood
        age = int(re.sub(r"\D", "", await board.page.locator("footer .last").inner_text()))
        assert age >= 2, "the page itself is told each second; its numbers are not"


async def test_the_buttons_can_be_reached_and_pressed_by_keyboard_and_keep_the_focus(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        for _ in range(6):  # the four views, then the languages
            await board.page.keyboard.press("Tab")
        await board.page.keyboard.press("Enter")
        await expect(board.page.locator("html")).to_have_attribute("lang", "zh-Hant")
        assert await board.page.evaluate("document.activeElement.textContent") == "繁"
        await expect(board.page.locator("button[aria-pressed=true]")).to_have_text("繁")
