"""The overview: every caller in order, every number against its target, the last hours, in the language last chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from ami_bridge.messages import TodayCounts
from store.engine import open_store
from store.rows import Visit
from store.writer import Writer
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_board_made_up import CUT_OFF, served
from tests.wallboard.floor import ZONE, floor, waiting

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]


async def fill(folder: Path, now: datetime) -> None:
    """Two callers within the last hour, one an hour and a week ago; each talked a minute and took ten seconds more."""
    store = await open_store(f"sqlite:///{folder}/history.db")
    async with Writer(store) as writer:
        for number, ago in enumerate((timedelta(minutes=20), timedelta(minutes=40), timedelta(days=7, minutes=30))):
            writer.put(
                Visit(
                    id=f"v{number}", node="gz-1", call_id=f"c{number}", channel_id=f"c{number}", ordinal=1,
                    queue="general", entered_at=now - ago, outcome="answered", wait_s=3.0, talk_s=60.0,
                    wrap_up_s=10.0, ended_at=now - ago + timedelta(seconds=70),
                )
            )  # fmt: skip
    await store.close()


async def test_every_caller_stands_in_order_with_name_or_number_language_and_a_wait_that_grows(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    base = floor(now)
    line = (
        replace(waiting("a", now - timedelta(seconds=5)), position=3, language=""),
        replace(waiting("b", now - timedelta(seconds=70)), position=1, caller_name="李娜"),
        replace(waiting("c", now - timedelta(seconds=9), vip=True), position=2, language="yue-HK", caller=""),
    )
    snapshot = replace(base, queues=(replace(base.queues[0], waiting=line), base.queues[1]))
    async with served(tmp_path, snapshot) as board:
        await board.open()
        texts = await board.page.locator('[data-queue="general"] .waiter').all_inner_texts()
        told = [text.split("\n") for text in texts]
        assert [one[:-1] for one in told] == [
            ["1", "李娜", "zh"],
            ["2", "★", "number withheld", "yue"],
            ["3", "138****8000"],
        ]
        wait = board.page.locator('[data-queue="general"] .waiter .since').first
        before = await wait.inner_text()
        assert before.startswith("1:1")
        await expect(wait).not_to_have_text(before, timeout=3000)


async def test_a_rate_below_its_target_and_a_caller_who_waits_too_long_are_told_in_words(tmp_path: Path) -> None:
    base = floor(datetime.now(UTC))
    poor = TodayCounts(entered=100, answered=85, answered_within=70, abandoned=15)
    busy = tuple(agent for agent in base.agents if agent.state != "available")
    snapshot = replace(base, queues=(replace(base.queues[0], today=poor),), agents=busy)
    async with served(tmp_path, snapshot) as board:
        await board.open()
        page = board.page
        await expect(page.locator('[data-tile="service_level"]')).to_contain_text("▼ below target 80 %")
        await expect(page.locator('[data-tile="connection_rate"]')).to_contain_text("▼ below target 90 %")
        await expect(page.locator('[data-tile="waiting"]')).to_contain_text("▲ 1 too long")
        await expect(page.locator('[data-tile="agents"]')).to_contain_text("▲ nobody free")
        await expect(page.locator('[data-queue="general"] .alarm')).to_have_text("▲ 1 too long")
        await expect(page.locator('[data-queue="general"] [data-figure="connection-rate"]')).to_have_text("85")


async def test_the_last_hours_and_last_week_are_shown_and_the_handling_time_opens(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with served(tmp_path, floor(now)) as board:
        await fill(tmp_path, now)
        await board.open()
        card = board.page.locator('[data-queue="general"]')
        await expect(card.get_by_role("img", name="Entered per quarter of an hour")).to_be_visible()
        await expect(card.locator(".trend .delta")).to_contain_text("▲ 100 %")
        handling = card.locator('a:has([data-figure="aht"])')
        await expect(handling).to_contain_text("1:10")
        await handling.click()
        drawer = board.page.get_by_role("dialog", name="Average handling time General")
        await expect(drawer.locator("tbody tr").first).to_contain_text("1:10")


async def test_every_number_of_the_band_and_of_a_card_opens(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        page = board.page
        closed = await page.evaluate(
            """() => [...document.querySelectorAll(':is(.kpis, .queue) :is(.big, .doing b, .fig .v, .sl b)')]
                 .filter((e) => !e.closest('a[href]')).map((e) => e.outerHTML)"""
        )
        assert closed == []
        opened = await page.locator(".kpis a.big, .queue .fig, .queue .sl a").evaluate_all(
            "all => [...new Set(all.map((e) => e.getAttribute('href')))]"
        )
        assert len(opened) == 6 + 2 * 8
        for place in opened[:8]:
            await page.goto(f"{board.address}?lang=en{place}")
            await expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "code"),
    [("English", "en"), ("简体中文", "zh-Hans"), ("繁體中文", "zh-Hant")],
)
async def test_the_language_chosen_is_remembered_and_numbers_and_dates_follow_it(
    tmp_path: Path, name: str, code: str
) -> None:
    base = floor(datetime.now(UTC))
    many = replace(base.queues[0], today=replace(base.queues[0].today, answered=1234))
    async with served(tmp_path, replace(base, queues=(many,))) as board:
        await board.page.goto(board.address)
        await board.page.get_by_role("button", name=name, exact=True).click()
        await board.page.goto(board.address)
        await expect(board.page.locator("html")).to_have_attribute("lang", code)
        await expect(board.page.locator('[data-figure="answered"]')).to_have_text("1,234")
        today = datetime.now(ZoneInfo(ZONE))
        month = today.strftime("%B") if code == "en" else f"{today.month}月"
        await expect(board.page.locator("header .day")).to_contain_text(month)


async def test_the_theme_chosen_is_remembered(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        await board.page.get_by_role("button", name="Light or dark").click()
        await board.open()
        await expect(board.page.locator("html")).to_have_attribute("data-theme", "light")


async def test_on_paper_it_is_black_on_white_and_without_buttons(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.page.set_viewport_size({"width": 794, "height": 1123})
        await board.open()
        await board.page.emulate_media(media="print")
        assert await board.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        await expect(board.page.get_by_role("button")).to_have_count(0)
        assert await board.page.evaluate(CUT_OFF) == []
