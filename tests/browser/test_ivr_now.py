"""Callers on the pictures of the flows, in a browser: live counts, ways of today, the journeys behind a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ami_bridge.messages import Delta
from store.engine import open_store
from store.rows import Journey, JourneyStep
from store.writer import Writer
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_access import wrongs
from tests.browser.test_board_made_up import HOSTILE, PALE, served
from tests.browser.test_history import IN_SIGHT
from tests.wallboard.floor import floor

if TYPE_CHECKING:
    from pathlib import Path

    from ami_bridge.messages import Snapshot

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]


def in_menus(now: datetime) -> Snapshot:
    base = floor(now)
    return replace(base, calls=tuple(replace(base.calls[0], call_id=f"c{n}") for n in range(3)))


async def fill(folder: Path, *places: str) -> None:
    """As many journeys as places, each now there; all have gone from the greeting to the menu."""
    now = datetime.now(UTC)
    store = await open_store(f"sqlite:///{folder}/history.db")
    async with Writer(store) as writer:
        for number, place in enumerate(places):
            writer.put(
                Journey(
                    id=f"j{number}", node="gz-1", call_id=f"c{number}", channel_id=f"c{number}", number="96956",
                    flow="main", flow_version="v", started_at=now, caller="13800138000",
                    last_step=f"main.{place}",
                )
            )  # fmt: skip
            writer.put(
                JourneyStep(
                    journey_id=f"j{number}", ordinal=1, node="gz-1", segment=1, flow="main", step="open_now",
                    verb="hours", outcome="open", at=now, to_step="main_menu",
                )
            )  # fmt: skip
    await store.close()


@pytest.mark.parametrize(
    ("scheme", "language", "size"), [("dark", "en", (1366, 768)), ("light", "zh-Hant", (390, 844))]
)
async def test_callers_move_on_the_picture_and_a_step_opens_to_its_journeys(
    tmp_path: Path, scheme: str, language: str, size: tuple[int, int]
) -> None:
    async with served(tmp_path, in_menus(datetime.now(UTC)), scheme) as board:
        await fill(tmp_path, "main_menu", "main_menu", HOSTILE)
        page = board.page
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.goto(f"{board.address}?lang={language}&view=ivr")
        menu = page.locator("#node-main-main_menu")
        await expect(menu.locator(".badge .number")).to_have_text("2", timeout=60_000)
        await expect(page.locator("#edge-main-open_now-main_menu .times")).to_have_text("3")
        elsewhere = page.locator(".steps tr", has_text="<script>")
        await expect(elsewhere).to_contain_text("1")
        assert await wrongs(page) == []
        assert await page.evaluate(IN_SIGHT) == []
        assert await page.evaluate(PALE) == []
        await fill(tmp_path, "person", "main_menu", HOSTILE)
        await expect(page.locator("#node-main-person .badge .number")).to_have_text("1", timeout=60_000)
        await expect(menu.locator(".badge .number")).to_have_text("1")
        await menu.locator("a").focus()
        await page.keyboard.press("Enter")
        rows = page.locator(".drawer tbody tr")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("13800138000")  # whole, for a supervisor
        await page.keyboard.press("Escape")
        await page.locator('.steps tr[data-step="open_now"] a').click()
        await expect(rows).to_have_count(3)
        assert await wrongs(page) == [], "with the drawer open"
        await page.keyboard.press("Escape")
        gone = replace(
            Delta(node="gz-1", seq=board.bridge.snapshot.seq + 1, at=datetime.now(UTC)).removed, calls=("c1",)
        )
        board.bridge.tell(Delta(node="gz-1", seq=board.bridge.snapshot.seq + 1, at=datetime.now(UTC), removed=gone))
        await expect(menu).to_have_attribute("data-callers", "0", timeout=60_000)
        assert await page.title() in {"96956 hotline", "96956 熱線"}
