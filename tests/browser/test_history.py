"""The history view: its figures are the visits', each opens to them, its address is all it needs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from store.engine import open_store
from store.rows import AgentInterval, Visit, interval_id
from store.writer import Writer
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_access import wrongs
from tests.browser.test_board_made_up import CUT_OFF, HOSTILE, PALE, served
from tests.reports.days import a_day
from tests.wallboard.floor import ZONE, floor

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

BEGIN = datetime(2026, 11, 20, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
"""Midnight of 20 November on the hotline's clock."""
NAMES = {"sales": "general", "vip": "vip", "服务": HOSTILE}
DAY = "view=history&range=chosen&from=2026-11-20&to=2026-11-20&by=hour"
IN_SIGHT = CUT_OFF.replace("return box.width &&", "return box.width && !e.closest('.scroll') &&")
"""A wide table is scrolled in its own frame."""


async def fill(folder: Path) -> list[Visit]:
    """300 visits of a day in three queues, one of them of a hostile name, and a quarter of an hour nobody saw."""
    found = [
        replace(row, id=f"{row.id}-{days}", queue=NAMES[row.queue])
        for days, count in ((0, 300), (7, 200))
        for row in a_day(BEGIN - timedelta(days=days), count, seed=1)
        if isinstance(row, Visit)
    ]
    gap = BEGIN + timedelta(hours=12)
    unseen = AgentInterval(
        id=interval_id("t-1", "1001", gap), node="t-1", agent="1001", state="unknown", started_at=gap,
        ended_at=gap + timedelta(minutes=15),
    )  # fmt: skip
    store = await open_store(f"sqlite:///{folder}/history.db")
    async with Writer(store) as writer:
        for row in found:
            writer.put(row)
        writer.put(unseen)
    await store.close()
    return found[:300]


def entered(visits: list[Visit], hour: int, queue: str | None = None) -> int:
    begin = BEGIN + timedelta(hours=hour)
    return sum(begin <= one.entered_at < begin + timedelta(hours=1) and queue in {None, one.queue} for one in visits)


async def charts(page: Page, address: str) -> None:
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.locator(".chart .plot").first).to_be_visible(timeout=60_000)


async def test_a_point_and_a_cell_open_to_exactly_their_visits_by_keyboard_and_by_pointer(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        visits = await fill(tmp_path)
        page = board.page
        await charts(page, f"{board.address}?lang=en&{DAY}&against=week")
        await expect(page.locator("[data-total=entered]")).to_have_text("300")
        rows = page.locator(".drawer tbody tr")
        link = page.locator("[data-metric=entered] .reach")
        await link.focus()
        for key in ("Home", *["ArrowRight"] * 9):
            await page.keyboard.press(key)
        await expect(link).to_have_accessible_name(
            re.compile(f"Entered: 09:00–10:00 · {entered(visits, 9)} · compared")
        )
        await page.keyboard.press("Enter")
        await expect(rows).to_have_count(entered(visits, 9))
        await page.keyboard.press("Escape")
        await expect(page.locator(".drawer")).to_have_count(0)
        box = await link.bounding_box()
        assert box is not None
        await page.mouse.click(box["x"] + box["width"] * 15.5 / 24, box["y"] + 20)
        await expect(rows).to_have_count(entered(visits, 15))
        await page.keyboard.press("Escape")
        hostile = page.locator(".by-queue tbody tr", has_text="<script>")
        await hostile.locator("td a").first.click()
        await expect(page.locator(".drawer h2")).to_contain_text(HOSTILE)
        await page.keyboard.press("Escape")
        await hostile.locator("th a").click()
        await expect(page.locator(".by-queue")).to_have_count(0)
        count = sum(one.queue == HOSTILE for one in visits)
        await expect(page.locator("[data-total=entered]")).to_have_text(str(count))
        cell = page.locator(".by-interval tbody tr").nth(3).locator("td a").first
        await expect(cell).to_have_text(str(entered(visits, 3, HOSTILE)))
        then = page.locator(".by-interval tbody tr").nth(9).locator("td small a").first
        waited = await then.inner_text()
        await then.click()
        await expect(page.locator(".drawer h2")).to_contain_text("13/11/2026 09:00:00")
        await expect(rows).to_have_count(int(waited))
        await page.keyboard.press("Escape")
        await page.reload()
        await expect(page.locator("[data-total=entered]")).to_have_text(str(count))
        assert await page.title() == "96956 hotline"


PURE = """async () => {
  const { automatic, marks, placeIn, topOf, wordsOfQuestion } = await import('/static/history-question.js');
  const asked = (view) => `${wordsOfQuestion({ range: 'today', by: '', against: 'none', ...view }, '2026-03-01')}`;
  const hour = (h) => `2026-03-0${1 + Math.floor(h / 24)}T${String(h % 24).padStart(2, '0')}:00:00+00:00`;
  const hours = (count) => Array.from({ length: count }, (_, h) => hour(h));
  const chosen = { range: 'chosen', from: '2026-02-28', against: 'chosen', since: '2026-01-01' };
  const range = { begins: hours(2), ends: hours(3).slice(1) };
  return {
    asked: [asked({}), asked({ range: '7d', queue: 'a b' }), asked(chosen)],
    automatic: ['today', '7d', 'month'].map((range) => automatic({ range }, '2026-03-31')),
    top: [topOf([0, null], 'count'), topOf([3], 'count'), topOf([11, 24], 'count'), topOf([0.3], 'share')],
    seconds: topOf([61], 'seconds'),
    marks: [marks(hours(24), 'hour').map((m) => m.place), marks(hours(72), 'hour').map((m) => m.place),
      marks(hours(144), 'hour').map((m) => m.place)],
    place: [hour(0).replace('00:00+', '30:00+'), '2026-02-01', '2027-01-01'].map((at) => placeIn(at, range)),
  };
}"""


async def test_the_address_holds_what_is_chosen_and_a_slip_is_told(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC)), cut=True) as board:  # the browser itself tells of a 400
        await fill(tmp_path)
        page = board.page
        await charts(page, f"{board.address}?lang=en&view=history")
        assert await page.evaluate(PURE) == {
            "asked": [
                "from=today&to=now&by=15m",
                "from=2026-02-23&to=now&by=hour&queue=a+b",
                "from=2026-02-28&to=2026-03-01&by=15m&against=2026-01-01",
            ],
            "automatic": ["15m", "hour", "day"],
            "top": [1, 5, 25, 0.5],
            "seconds": 90,
            "marks": [[0, 4, 8, 12, 16, 20], [0, 12, 24, 36, 48, 60], [0, 48, 96]],
            "place": [0.5, 0, 2],
        }
        await page.get_by_role("button", name="from–to").click()
        await page.fill("input[name=from]", "2026-11-20")
        await page.dispatch_event("input[name=from]", "change")
        await page.fill("input[name=to]", "2026-11-20")
        await page.dispatch_event("input[name=to]", "change")
        await page.select_option("select[name=against]", "week")
        await expect(page.locator("[data-total=entered]")).to_have_text("300")
        await expect(page.locator("[data-metric=entered] .whole")).to_contain_text("compared 200")
        await page.locator("summary").click()
        await page.get_by_role("button", name="Transfer rate").click()
        await expect(page.locator("[data-metric=transfer_rate] .plot")).to_be_visible()
        await expect(page).to_have_url(re.compile("range=chosen.*metrics=entered%2C.*%2Ctransfer_rate"))
        report = await page.locator(".exports a").last.get_attribute("href")
        printed = await page.context.new_page()
        await printed.goto(str(report))
        assert await printed.locator("tbody tr").count() == 96 * 3
        family = "getComputedStyle(document.querySelector('td.count')).fontVariantNumeric"
        assert await printed.evaluate(family) == "tabular-nums", "its own style is allowed"
        await page.goto(f"{board.address}?lang=en&view=history&range=chosen&from=2026-01-01&to=2026-11-20&by=5m")
        await expect(page.locator(".problem")).to_have_text(re.compile("at most 3,000 intervals"))


async def test_where_nobody_came_and_what_is_yet_to_come_are_said_and_not_drawn_as_nought(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        page = board.page
        await charts(page, f"{board.address}?lang=en&{DAY}&against=day")
        total = page.locator("[data-total=entered]")
        await expect(total).to_have_text("300")
        await expect(page.locator(".told")).to_contain_text("nobody entered")
        await expect(page.locator(".nobody")).to_have_count(0)
        await expect(page.locator("[data-metric=entered] .then")).to_have_count(0)
        await page.select_option("select[name=against]", "week")
        await expect(page.locator("[data-metric=entered] .then")).to_have_count(1)
        await page.get_by_role("button", name="Yesterday").click()
        await expect(page.locator(".nobody")).to_have_text("Nobody entered a queue in this range.")
        await page.go_back()
        await expect(total).to_have_text("300")
        await expect(page.locator("select[name=against]")).to_have_value("week")
        await page.go_back()
        await expect(page.locator("select[name=against]")).to_have_value("day")
        await page.go_forward()
        await expect(page.locator("select[name=against]")).to_have_value("week")
        await charts(page, f"{board.address}?lang=en&view=history&range=chosen&from=2190-01-01&to=2190-01-02")
        await expect(page.locator(".nobody")).to_have_text("This range has not begun yet.")
        await expect(page.locator(".told")).to_contain_text("1 Jan 2190")
        await expect(total).to_have_text("–")
        await expect(page.locator(".by-interval tbody td").first).to_have_text("–")


NAMELESS = """async () => {
  const { labelOf } = await import('/static/history-chart.js');
  const { pastWordsOf } = await import('/static/history-words.js');
  const { metrics } = await (await fetch('/api/v1/history/metrics')).json();
  const isNameless = (metric, locale) => !/[一-鿿]/.test(labelOf(metric, pastWordsOf({ locale })));
  return ['zh-CN', 'zh-HK'].flatMap((locale) => metrics.filter((m) => isNameless(m, locale)).map((m) => m.name));
}"""


async def test_every_metric_has_a_name_in_every_language(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await charts(board.page, f"{board.address}?lang=zh-Hans&view=history")
        assert await board.page.evaluate(NAMELESS) == []


@pytest.mark.parametrize(
    ("scheme", "language", "size"), [("dark", "zh-Hant", (1366, 768)), ("light", "en", (390, 844))]
)
async def test_anybody_can_read_it_and_what_nobody_saw_is_told(
    tmp_path: Path, scheme: str, language: str, size: tuple[int, int]
) -> None:
    async with served(tmp_path, floor(datetime.now(UTC)), scheme) as board:
        await fill(tmp_path)
        page = board.page
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await charts(page, f"{board.address}?lang={language}&{DAY}&against=week")
        hatched = page.locator("[data-metric=entered] .unseen-time")
        assert await hatched.get_attribute("x") == "50.000%", "from noon on"
        await expect(page.locator(".gaps")).to_contain_text("12:00")
        await expect(page.locator("body")).to_have_attribute("data-stale", "false")
        assert await wrongs(page) == []
        assert await page.evaluate(IN_SIGHT) == []
        assert await page.evaluate(PALE) == []
        await charts(page, f"{board.address}?lang=en&view=history")
        await expect(page.locator(".gaps")).to_have_count(0)
        colour = "getComputedStyle(document.querySelector('[data-total=entered]')).color"
        before = await page.evaluate(colour)
        board.bridge.go_blind(datetime.now(UTC) - timedelta(seconds=1))
        await expect(page.locator(".gaps")).to_contain_text("seen by nobody", timeout=60_000)
        await expect(page.locator("[data-metric=entered] .unseen-time")).to_have_count(1)
        assert await page.evaluate(colour) == before, "what was seen before stays as true as it was"
