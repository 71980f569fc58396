"""What changes behind a view that stands open: the database goes and comes back, flows are published."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ivr.config.load import load_hotline
from store.engine import open_store
from store.rows import Visit
from store.writer import Writer
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_access import wrongs
from tests.browser.test_board_made_up import PALE, served
from tests.browser.test_history import IN_SIGHT
from tests.browser.test_ivr_now import fill, in_menus
from tests.wallboard.floor import floor

if TYPE_CHECKING:
    from store.engine import Store

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

SAMPLE = Path(__file__).parents[2] / "examples" / "cable-tv"
LONG_MS = 90_000
"""A view asks anew within half a minute, or ten seconds after a failure; the machine may be slow."""


async def visits(folder: Path, count: int, first: int = 0) -> None:
    now = datetime.now(UTC)
    store = await open_store(f"sqlite:///{folder}/history.db")
    async with Writer(store) as writer:
        for n in range(first, first + count):
            writer.put(
                Visit(
                    id=f"v{n}", node="gz-1", call_id=f"c{n}", channel_id=f"c{n}", ordinal=1, queue="general",
                    entered_at=now - timedelta(minutes=30),
                )
            )  # fmt: skip
    await store.close()


async def taken_away(store: Store, folder: Path) -> None:
    """The database cannot be opened any more: a folder stands in its place."""
    await store.engine.dispose()
    (folder / "history.db").rename(folder / "history.away")
    (folder / "history.db").mkdir()


async def brought_back(folder: Path) -> None:
    (folder / "history.db").rmdir()
    (folder / "history.away").rename(folder / "history.db")


async def test_a_history_that_stands_open_says_that_the_database_is_away_keeps_its_figures_and_comes_back(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, floor(datetime.now(UTC)), cut=True) as board:
        await visits(tmp_path, 3)
        page = board.page
        await page.goto(f"{board.address}?lang=en&view=history")
        total = page.locator("[data-total=entered]")
        await expect(total).to_have_text("3", timeout=LONG_MS)
        problem = page.get_by_role("alert").filter(has_text="The database does not answer; it is asked again.")
        await taken_away(board.store, tmp_path)
        board.bridge.go_blind(datetime.now(UTC))  # what is seen has changed, so the view asks at once
        await expect(problem).to_be_visible(timeout=LONG_MS)
        await expect(total).to_have_text("3")  # what was counted stays true
        assert await wrongs(page) == []
        assert await page.evaluate(PALE) == []
        await brought_back(tmp_path)
        await visits(tmp_path, 2, first=3)
        await expect(problem).to_have_count(0, timeout=LONG_MS)
        await expect(total).to_have_text("5")


async def test_pictures_that_stand_open_become_those_of_a_version_that_is_published_meanwhile(tmp_path: Path) -> None:
    async with served(tmp_path, in_menus(datetime.now(UTC))) as board:
        await fill(tmp_path, "main_menu", "main_menu", "main_menu")
        page = board.page
        await page.goto(f"{board.address}?lang=en&view=ivr&flow=main")
        await expect(page.locator("#node-main-open_now")).to_be_visible(timeout=LONG_MS)
        await expect(page.locator("#node-main-main_menu .badge .number")).to_have_text("3", timeout=LONG_MS)
        changed = Path(shutil.copytree(SAMPLE, tmp_path / "changed"))
        flow = changed / "flows" / "main.yaml"
        flow.write_text(flow.read_text("utf-8").replace("open_now", "hours_today"), "utf-8")
        loaded = load_hotline(changed)
        assert loaded.flows is not None, loaded.diagnostics
        board.flows.take(loaded.flows, loaded.catalogue)
        await expect(page.locator("#node-main-hours_today")).to_be_visible(timeout=LONG_MS)
        await expect(page.locator("#node-main-open_now")).to_have_count(0)
        await expect(page.locator('.steps tr[data-step="hours_today"]')).to_have_count(1)
        await expect(page.locator("#node-main-main_menu .badge .number")).to_have_text("3")  # the callers go on
        assert page.url.endswith("view=ivr&flow=main"), "nobody was sent elsewhere"
        assert await wrongs(page) == []
        assert await page.evaluate(IN_SIGHT) == []
