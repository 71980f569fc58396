"""The page's acts on a made-up floor: read and reached in all languages and both themes; and a key for each."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import async_playwright, expect

from ami_bridge.acts.door import Door
from ami_bridge.acts.outcome import Answer
from ami_bridge.messages import ClosedNumber, News, Note
from store.engine import open_store
from store.migrate import upgrade
from tests.browser.chromium import ARGUMENTS, CHROMIUM, NEEDS_CHROMIUM
from tests.browser.signed_in import sign_in
from tests.browser.test_board_made_up import CUT_OFF, HOSTILE, PALE, SIZES, ticking
from tests.wallboard.floor import Bridge, floor, made_up_flows, made_up_history, settings
from wallboard.access.people import Person, Role
from wallboard.acting import Acting
from wallboard.app import make_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

    from ami_bridge.acts.outcome import Code
    from ami_bridge.acts.spoken import Wish

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

ADMIN = Person(HOSTILE, Role.ADMIN)
OF_VIP = Person("Wong", Role.SUPERVISOR, frozenset({"vip"}))
PATIENCE_MS = 60_000


@dataclass
class Desk:
    """Answers with a code."""

    code: Code = "done"
    wishes: list[Wish] = field(default_factory=list)

    async def ask(self, wish: Wish) -> Answer:
        self.wishes.append(wish)
        return Answer(key=wish.key, code=self.code, words=HOSTILE)


@asynccontextmanager
async def served(folder: Path, person: Person, scheme: str = "dark") -> AsyncIterator[tuple[Page, Desk, str]]:
    """The page, what the bridge is asked, and the page's address. No script of anybody's may run."""
    async with AsyncExitStack() as opened:
        url = f"sqlite:///{folder}/history.db"
        await upgrade(url)
        store = await open_store(url)
        opened.push_async_callback(store.close)
        now = datetime.now(UTC)
        note = Note(id="n1", text=HOSTILE, who=HOSTILE, since=now, until=now + timedelta(hours=1))
        closed = ClosedNumber(number="96956", message="emergency", who=HOSTILE, since=now)
        bridge = Bridge(folder / "feed.sock", replace(floor(now), news=News(notes=(note,), closed=(closed,))))
        await bridge.start()
        opened.push_async_callback(bridge.leave)
        desk = Desk()
        door = Door(folder / "acts.sock", desk)  # type: ignore[arg-type]  # all of a desk that a door needs
        await door.open()
        opened.push_async_callback(door.close)
        acting = Acting(
            socket=door.path,
            phones={"1001": "陈美玲", "1008": HOSTILE},
            listening=True,
            numbers=("96956",),
            messages={"goodbye": {"en": HOSTILE}},
        )
        app = make_app(settings(folder / "feed.sock"), store, made_up_history(), made_up_flows(), acting=acting)
        server = await opened.enter_async_context(TestServer(app))
        tick = asyncio.create_task(ticking(bridge))
        opened.callback(tick.cancel)
        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened.push_async_callback(browser.close)
        context = await browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # one of playwright's words
        await sign_in(context, app, str(server.make_url("/")), person)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page, desk, str(server.make_url("/"))
        assert wrong == []
        assert await page.title() == "96956 hotline" or "96956" in await page.title()


CARD = '.agent[data-agent="1001"]'


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_everything_can_be_read_and_nothing_sticks_out(tmp_path: Path, scheme: str) -> None:
    async with served(tmp_path, ADMIN, scheme) as (page, desk, address):
        desk.code = "asterisk_refused"
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            for language in ("zh-Hans", "zh-Hant", "en"):
                await page.goto(f"{address}?lang={language}")
                await page.locator(f"{CARD} button.act").click()
                for name in ("pause", "listen", "end_talk", "sign_off", "add_member"):
                    await page.locator(f"dialog.acts [data-act={name}]").click()
                    await expect(page.locator(f"dialog.acts [data-do={name}]")).to_be_visible(timeout=PATIENCE_MS)
                    assert await page.evaluate(CUT_OFF) == [], (width, language, name)
                    await page.locator("dialog.acts .buttons button:not(.do)").click()
                await page.locator("dialog.acts [data-act=end_talk]").click()
                await page.locator("dialog.acts .do").click()
                await expect(page.locator(".toasts")).to_have_attribute("data-last", desk.code, timeout=PATIENCE_MS)
                assert await page.evaluate(CUT_OFF) == [], (width, language)
                assert await page.evaluate(PALE) == [], (width, language)


async def test_a_viewer_is_offered_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, Person("guest", Role.VIEWER)) as (page, _, address):
        async with page.expect_response("**/api/v1/acting"):
            await page.goto(address)
        await expect(page.locator("[data-closed]")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.locator(".agent").first).to_be_visible(timeout=PATIENCE_MS)
        assert await page.locator("button.act, .news button").count() == 0
        assert await page.locator('header button[aria-haspopup="dialog"]').count() == 0


async def test_a_supervisor_is_offered_the_rows_of_his_queues(tmp_path: Path) -> None:
    async with served(tmp_path, OF_VIP) as (page, _, address):
        await page.goto(address)
        await expect(page.locator('header button[aria-haspopup="dialog"]')).to_have_count(1, timeout=PATIENCE_MS)
        assert await page.locator(".agent button.act, .waiter button.act").count() == 0


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(tmp_path: Path) -> None:
    async with served(tmp_path, ADMIN) as (page, desk, address):
        lost = 0

        async def lose(route: Any) -> None:
            nonlocal lost
            lost += 1
            if lost == 1:
                await route.fetch()  # it is done, and nobody is told
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/api/v1/acts", lose)
        await page.goto(f"{address}?lang=en")
        await page.locator(f"{CARD} button.act").click()
        await page.locator("dialog.acts [data-act=pause]").click()
        await page.locator("dialog.acts input[name=reason]").fill(HOSTILE[:40])
        await page.locator("dialog.acts .do").click()
        await expect(page.locator(".toasts")).to_have_attribute("data-last", "done", timeout=PATIENCE_MS)
        assert len(desk.wishes) == 2
        assert len({wish.key for wish in desk.wishes}) == 1
        await page.locator(f"{CARD} button.act").click()
        await page.locator("dialog.acts [data-act=unpause]").click()
        await expect(page.locator(".toasts")).to_have_attribute("data-answers", "2", timeout=PATIENCE_MS)
        assert len({wish.key for wish in desk.wishes}) == 2
