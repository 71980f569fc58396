"""A board that stays open for a week: what the page keeps does not grow, neither its state nor what it has drawn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.chromium import ARGUMENTS, CHROMIUM, NEEDS_CHROMIUM
from tests.browser.signed_in import sign_in
from tests.browser.test_boards_in_a_browser import FULL, TURNING
from tests.browser.wall import wall
from tests.wallboard.floor import floor, waiting

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

WEEK = (Path(__file__).parent / "week.js").read_text("utf-8")


async def test_a_week_of_messages_leaves_no_more_behind_than_a_day(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown, async_playwright() as playwright:
        more = ["--js-flags=--expose-gc", "--enable-precise-memory-info"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        page = await browser.new_page()
        await sign_in(page.context, shown.running, shown.address)
        await page.goto(f"{shown.address}/static/icon.svg")  # the modules, and no board that runs beside
        week = await page.evaluate(WEEK)
        await browser.close()
    heaps = [size[0] for size in week["sizes"]]
    assert {tuple(size[1:]) for size in week["sizes"]} == {(20, 60, 10, 1)}
    assert week["rings"] == 7 * 86400 // 12
    assert heaps[-1] < heaps[0] * 1.2, heaps


async def test_what_is_drawn_does_not_grow_with_callers_that_come_and_go(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL, TURNING) as shown:
        await shown.open()
        counted = []
        for number in range(1, 601):
            callers = tuple(waiting(f"w{number}-{n}", datetime.now(UTC)) for n in range(number % 5))
            shown.bridge.tell_queues(replace(floor().queues[0], waiting=callers))
            if number % 200 == 0:
                await expect(shown.page.locator('[data-tile="1.1"] .value')).to_have_text(str(number % 5))
                await asyncio.sleep(0.2)
                counted.append(await shown.page.evaluate("document.getElementsByTagName('*').length"))
        assert len(set(counted)) == 1, counted
