"""The board for everybody: axe-core finds nothing wrong with it, in both themes, in whatever state it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_board_made_up import PALE, Served, crowded, served
from tests.browser.test_opening_numbers import fill
from tests.wallboard.floor import floor

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.html.slice(0, 160)}`));
}"""


async def wrongs(page: Page) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(RUN)
    return found


async def go(board: Served, place: str) -> None:
    await board.page.goto("about:blank")
    await board.page.goto(f"{board.address}{place}")
    await expect(board.page.locator(".standing")).to_have_attribute("data-truth", "live")


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_axe_finds_nothing_wrong_in_any_view(tmp_path: Path, scheme: str) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), 4, 20), scheme) as board:
        await fill(tmp_path)
        for place in (
            "?lang=en",
            "?lang=zh-Hant&view=agents&group=queue",
            "?lang=zh-Hans#service_level",
            "?lang=en#call/c2",
        ):
            await go(board, place)
            if "#" in place:
                await expect(board.page.locator(".drawer li, .drawer tbody tr").first).to_be_visible()
            assert await wrongs(board.page) == [], place
        await board.page.set_viewport_size({"width": 390, "height": 844})
        await go(board, "?lang=en")
        assert await wrongs(board.page) == [], "on a phone"


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_grey_numbers_can_still_be_read(tmp_path: Path, scheme: str) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), 4, 20), scheme) as board:
        for place in ("?lang=en", "?lang=en&view=agents"):
            await go(board, place)
            board.bridge.go_blind(datetime.now(UTC))
            await expect(board.page.locator("body")).to_have_attribute("data-stale", "true")
            assert await wrongs(board.page) == [], place
            assert await board.page.evaluate(PALE) == [], place
            colours = await board.page.evaluate(
                """() => [...new Set([...document.querySelectorAll('main *')].filter((e) => e.children.length === 0)
                     .map((e) => getComputedStyle(e).color))]"""
            )
            assert len(colours) == 1, f"one grey, and nothing that looks alive: {json.dumps(colours)}"
            await board.bridge.leave()
            board.bridge.snapshot = crowded(datetime.now(UTC), 4, 20)
            await board.bridge.start()


async def test_axe_does_find_what_is_wrong(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await go(board, "?lang=en")
        await board.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert [wrong.partition(":")[0] for wrong in await wrongs(board.page)] == ["button-name"]
