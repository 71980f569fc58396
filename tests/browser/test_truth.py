"""The page never shows an old number as live: cut off, put to sleep, robbed of a message, or with a wrong clock."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect
from yarl import URL

from ami_bridge.messages import Delta, Knowledge
from tests.browser.cable import Cable, cable
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.signed_in import sign_in
from tests.browser.test_board_made_up import Served, served
from tests.wallboard.floor import ZONE, floor, waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page, WebSocketRoute

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

STANDING = ".standing"
WAITING = '[data-queue="vip"] [data-figure="waiting"]'
LONGEST = '[data-queue="general"] [data-figure="longest"]'
MORE_THAN_A_QUEUE_HOLDS = 80


def one_more_waits(board: Served, count: int = 1) -> None:
    now = datetime.now(UTC)
    board.bridge.tell_queues(
        replace(board.bridge.snapshot.queues[1], waiting=tuple(waiting(f"m{n}", now) for n in range(count)))
    )


@asynccontextmanager
async def wired(folder: Path) -> AsyncIterator[tuple[Served, Cable]]:
    """A board that is looked at through a cable."""
    async with served(folder, floor(datetime.now(UTC)), cut=True) as board:
        port = URL(board.address).port
        assert port is not None
        async with cable(port) as (wire, address):
            board.address = address
            await sign_in(board.page.context, board.app, address)  # a cookie is of one address
            await board.open()
            yield board, wire


def seconds(text: str) -> int:
    minutes, rest = text.split(":")
    return int(minutes) * 60 + int(rest)


async def test_a_pulled_plug_is_said_within_seconds_and_the_waits_stand_still_until_all_is_shown_anew(
    tmp_path: Path,
) -> None:
    async with wired(tmp_path) as (board, wire):
        wire.cut()
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "unheard", timeout=15_000)
        await expect(board.page.locator("body")).to_have_attribute("data-stale", "true")
        await expect(board.page.get_by_role("alert")).to_contain_text("this browser has lost the board's server")
        stood = await board.page.locator(LONGEST).inner_text()
        one_more_waits(board)
        await asyncio.sleep(2.1)
        assert await board.page.locator(LONGEST).inner_text() == stood
        wire.mend()
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live", timeout=15_000)
        await expect(board.page.locator(WAITING)).to_have_text("1")
        assert seconds(await board.page.locator(LONGEST).inner_text()) > seconds(stood)


async def test_a_browser_that_knows_it_is_offline_says_so_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC)), cut=True) as board:
        await board.open()
        await board.page.context.set_offline(offline=True)
        await expect(board.page.locator("body")).to_have_attribute("data-stale", "true", timeout=3000)
        one_more_waits(board)
        await board.page.context.set_offline(offline=False)
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live")
        await expect(board.page.locator(WAITING)).to_have_text("1")


async def test_a_page_that_misses_one_change_asks_for_everything(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        opened: list[str] = []
        robbed: list[str] = []

        def meet(socket: WebSocketRoute) -> None:
            opened.append(socket.url)
            server = socket.connect_to_server()

            def carry(message: str | bytes) -> None:
                if json.loads(message)["type"] == "change" and not robbed:
                    robbed.append(str(message))
                else:
                    socket.send(message)

            server.on_message(carry)

        await board.page.route_web_socket(re.compile("/api/v1/live$"), meet)
        await board.open()
        one_more_waits(board)
        await expect(board.page.locator(WAITING)).to_have_text("1", timeout=10_000)
        assert (len(robbed), len(opened)) == (1, 2)
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live")


async def renderers(page: Page) -> list[int]:
    """The processes that run pages, of this browser alone."""
    assert page.context.browser is not None
    session = await page.context.browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    return [process["id"] for process in told["processInfo"] if process["type"] == "renderer"]


async def test_a_page_that_was_stopped_shows_everything_anew_when_it_goes_on(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        opened: list[str] = []
        board.page.on("websocket", lambda socket: opened.append(socket.url))
        await board.open()
        stopped = await renderers(board.page)
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            for count in range(MORE_THAN_A_QUEUE_HOLDS):
                one_more_waits(board, count % 7)
            await asyncio.sleep(6)
            one_more_waits(board, 3)
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)
        await expect(board.page.locator(WAITING)).to_have_text("3", timeout=10_000)
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live")
        assert len(opened) == 2, "it does not go on from where it stopped"


async def test_a_page_the_browser_froze_begins_anew_when_it_is_let_go(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        # Chromium freezes hidden pages only, and a headless page is never hidden: the event is told to it
        async with board.page.expect_event("websocket"):
            stale = await board.page.evaluate(
                """async () => {
                  document.dispatchEvent(new Event("resume"));
                  await new Promise(requestAnimationFrame);
                  return document.body.dataset.stale;
                }"""
            )
        assert stale == "true", "old numbers are not shown as live even for a moment"
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live")


async def test_a_clock_that_stood_still_in_sleep_is_noticed(tmp_path: Path) -> None:
    """A machine asleep: its wall clock has gone on, its page and its monotonic clock have not."""
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.page.add_init_script(
            "window.ahead = 0; const told = Date.now; Date.now = () => told.call(Date) + window.ahead;"
        )
        await board.open()
        await asyncio.sleep(1.5)
        async with board.page.expect_event("websocket", timeout=10_000):
            await board.page.evaluate("window.ahead = 600_000")
        await expect(board.page.locator(STANDING)).to_have_attribute("data-truth", "live")


SKEW = """(() => {
  const Real = Date, by = %d;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + by); }
    static now() { return Real.now() + by; }
  };
})()"""


@pytest.mark.parametrize("hours", [-26, 1])
async def test_a_browsers_wrong_clock_changes_neither_waits_nor_the_time_of_day(tmp_path: Path, hours: int) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.page.add_init_script(SKEW % (hours * 3_600_000))
        await board.open()
        assert 38 <= seconds(await board.page.locator(LONGEST).inner_text()) < 60
        told = await board.page.locator("header .clock").inner_text()
        hour, minute, second = map(int, told.split(":"))
        now = datetime.now(ZoneInfo(ZONE))
        apart = abs((now.hour - hour) * 3600 + (now.minute - minute) * 60 + now.second - second)
        assert apart < 5 or apart > 86_395


async def test_each_kind_of_untruth_is_told_with_its_node_and_since_when(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        badge = board.page.locator('.standing[data-node="gz-1"]')
        since = datetime(2026, 11, 25, 10, 42, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        for state, stale in (("catching_up", "false"), ("blind", "true"), ("complete", "false")):
            bridge = board.bridge
            knowledge = Knowledge(state=state, since=since)  # type: ignore[arg-type]  # one of its words
            bridge.tell(Delta(node="gz-1", seq=bridge.snapshot.seq + 1, at=datetime.now(UTC), knowledge=knowledge))
            await expect(badge).to_have_attribute("data-truth", "live" if state == "complete" else state)
            await expect(board.page.locator("body")).to_have_attribute("data-stale", stale)
            if state != "complete":
                await expect(badge).to_contain_text("since 10:42:00")


LINK = """async ([asked]) => {
  const { link } = await import("/static/link.js");
  const real = { socket: window.WebSocket, each: window.setInterval, now: Date.now };
  let opened = 0, look = null, last = null, passed = 0;
  const wrong = () => { throw new Error("a mistake in drawing"); };
  window.WebSocket = class {
    constructor() {
      opened += 1;
      last = this;
      const happens = () => asked === "lost" ? this.onclose() : this.onmessage({ data: "{}" });
      if (asked !== "hidden") setTimeout(() => { try { happens(); } catch {} });
    }
    close() {}
  };
  if (asked === "hidden") {
    window.setInterval = (called) => { look = called; };
    Date.now = () => real.now() + passed;
    Object.defineProperty(document, "hidden", { value: true });
  }
  link({ onMessage: asked === "heard" ? wrong : () => {}, onLost: asked === "lost" ? wrong : () => {} });
  if (asked === "hidden") {
    for (let minute = 0; minute < 3; minute += 1) {
      for (let second = 0; second < 60; second += 1) { passed += 1000; last.onmessage({ data: "{}" }); }
      look();
    }
  } else await new Promise((then) => setTimeout(then, 1500));
  [window.WebSocket, window.setInterval, Date.now] = [real.socket, real.each, real.now];
  return opened;
}"""
"""How often the link connects where drawing fails as the line is `lost`, or at all that is `heard`, or is `hidden`."""


@pytest.mark.parametrize(("asked", "least", "most"), [("lost", 2, 5), ("heard", 2, 5), ("hidden", 1, 1)])
async def test_the_link_goes_on_after_a_mistake_in_drawing_and_hammers_nobody(
    tmp_path: Path, asked: str, least: int, most: int
) -> None:
    """A page out of sight has its timers called once a minute; that it hears all the while is no sleep."""
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        assert least <= await board.page.evaluate(LINK, [asked]) <= most
