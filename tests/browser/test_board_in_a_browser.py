"""The wallboard as ops see it: a real Chromium, during real calls."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from lab.phone import Reflex
from tests.browser.chromium import ARGUMENTS, CHROMIUM, NEEDS_CHROMIUM
from tests.calls.conftest import House, rig, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from lab.phone import Phone
    from lab.rig import Rig

__all__ = ["rig"]  # a hotline of this file's own, made as for the real calls

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, NEEDS_CHROMIUM]

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WAITING = '[data-queue="service"] [data-figure="waiting"]'
CALLERS = (
    ("13800138002", "李娜"),
    ("13900000010", "何先生"),
    ("13800138001", "王芳"),
    ("13900000011", "何小姐"),
    ("13900000012", ""),
    ("13900000014", "Chan"),
    ("13900000015", ""),
    ("13900000016", ""),
    ("13900000017", "林太"),
)
"""Two who talk, an important one who talks, three who wait, three in the menu."""
ANSWERED = '[data-queue="service"] [data-figure="answered"]'


@pytest.fixture
def house(rig: Rig) -> House:
    return House(rig)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()


async def board(browser: Browser, house: House, language: str = "zh-CN", scheme: str = "dark") -> Page:
    """The page, live; anything it complains about fails the test."""
    context = await browser.new_context(
        viewport={"width": 1920, "height": 1080},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of playwright's words
        locale=language,
    )
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    await page.goto(house.rig.web)
    name, password = house.rig.supervisor
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(password)
    await page.locator("button[type=submit]").click()
    await expect(page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=15_000)
    return page


async def to_the_queue(phone: Phone) -> None:
    await phone.call("96956")
    await phone.press("1")
    await phone.hears("热线")
    await phone.press("0")


async def test_numbers_move_during_real_calls_and_a_picture_is_kept(browser: Browser, house: House) -> None:
    page = await board(browser, house)
    answered = int(await page.locator(ANSWERED).inner_text())
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(house.agent(number)) for number in ("1001", "1002", "1007")]
        callers = [await stack.enter_async_context(house.caller(*one)) for one in CALLERS]
        first, second, important, *others = callers
        for phone, agent in ((first, "1001"), (second, "1002"), (important, "1007")):
            await expect(page.locator(f'[data-agent="{agent}"]')).to_have_attribute("data-state", "available")
            await to_the_queue(phone)
        for agent in ("1001", "1002", "1007"):
            await expect(page.locator(f'[data-agent="{agent}"]')).to_have_attribute("data-state", "on_queue_call")
        await expect(page.locator(ANSWERED)).to_have_text(str(answered + 2))
        waiters, in_menu = others[:3], others[3:]
        await asyncio.gather(*map(to_the_queue, waiters))
        await expect(page.locator(WAITING)).to_have_text("3")
        for phone in in_menu:
            await phone.call("96956")
            await phone.press("1")
        await expect(page.locator(".calls li")).to_have_count(len(in_menu))
        await agents[1].hang_up()
        await expect(page.locator('[data-agent="1002"]')).to_have_attribute("data-state", "wrap_up")
        if "HOTLINE_PICTURES" in os.environ:
            await page.screenshot(path=PICTURES / "wallboard.png")
            light = await board(browser, house, "en-GB", "light")
            await light.screenshot(path=PICTURES / "wallboard-light.png")
        await asyncio.gather(*(phone.hang_up() for phone in waiters))
        await expect(page.locator(WAITING)).to_have_text("0")


async def test_the_page_says_when_its_data_is_not_live_and_heals_by_itself(browser: Browser, house: House) -> None:
    page = await board(browser, house)
    bridge = house.rig.part_pids()["bridge"]
    os.kill(bridge, signal.SIGSTOP)
    await expect(page.locator(".standing")).to_have_attribute("data-truth", "lost", timeout=15_000)
    await expect(page.locator("body")).to_have_attribute("data-stale", "true")
    os.kill(bridge, signal.SIGKILL)
    await expect(page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=30_000)


async def test_the_page_outlives_its_server(browser: Browser, house: House) -> None:
    kept = house.rig.state / "wallboard" / "sessions.json"
    signed_in_before = kept.read_text("utf-8") if kept.exists() else ""
    page = await board(browser, house)

    async def is_kept() -> bool:
        return kept.exists() and kept.read_text("utf-8") != signed_in_before

    await until(is_kept, within_s=60)  # who has just signed in is written down within a second
    before = house.rig.part_pids()["wallboard"]
    os.kill(before, signal.SIGKILL)
    await expect(page.locator(".standing")).to_have_attribute("data-truth", "unheard", timeout=15_000)
    await expect(page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=30_000)

    async def serves() -> bool:
        return house.rig.part_serves("wallboard")

    await until(serves, within_s=60)


async def test_a_hostile_name_is_only_a_name(browser: Browser, house: House) -> None:
    page = await board(browser, house)
    async with (
        house.agent("1001", Reflex.RING),
        house.caller("13900000013", "<img src=x onerror=alert(1)>") as phone,
    ):
        page.on("dialog", lambda _: pytest.fail("a caller's name ran as script"))
        await phone.call("96956")
        await expect(page.locator(".calls li")).not_to_have_count(0)
        await phone.press("1")
        await phone.hears("欢迎致电96956热线")
        await phone.press("0")
        await expect(page.locator(WAITING)).to_have_text("1")
        assert await page.locator("img").count() == 0
        await phone.hang_up()
