"""Alarms on boards: colour, shape and words in each language, a ring for each that comes, readable by everybody."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ami_bridge.messages import ClosedNumber, News, Note
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_access import wrongs
from tests.browser.test_boards_in_a_browser import FULL, RINGS, STICKS_OUT
from tests.browser.wall import board, wall
from tests.wallboard.floor import floor
from wallboard.alarms.book import Book, Notice
from wallboard.alarms.machine import Alarm
from wallboard.alarms.rules import Rule
from wallboard.alarms.sending import Sending, Trouble
from wallboard.alarms.shown import shown as as_shown

if TYPE_CHECKING:
    from tests.browser.wall import Wall

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

PICTURES = os.environ.get("HOTLINE_PICTURES_OF_ALARMS")
"""A folder to look at the screens in."""
TALL = board("""
title: VIP
columns: 3
tiles:
  - {show: waiting, red: 1}
  - longest_wait
  - service_level
  - {show: queues, wide: 3}
  - {show: agents, wide: 3}
""")
"""Three rows of tiles."""
CUT = """() => [...document.querySelectorAll('h2, .foot, .news b')].filter(
  (e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.outerHTML.slice(0, 120))"""
"""What is cut off at its foot."""
RULES = {
    "cut": Rule(name="cut", when="ami_gone", sound=True),
    "long": Rule(name="long", when="longest_wait", severity="yellow", over=60),
    "trunk": Rule(name="trunk", when="trunk_gone"),
}


def alarm(rule: str, subject: str, ago_s: float, **more: float) -> Alarm:
    fired = datetime.now(UTC) - timedelta(seconds=ago_s)
    return Alarm(rule=rule, subject=subject, phase="firing", fired_at=fired, **more)  # type: ignore[arg-type]  # value and bound


def tell(on: Wall, *alarms: Alarm, over: tuple[Alarm, ...] = (), trouble: str = "") -> None:
    now = datetime.now(UTC)
    ended = tuple(Notice(change="recovered", alarm=replace(each, phase="ok"), at=now) for each in over)
    book = Book(alarms={(each.rule, each.subject): each for each in alarms}, over=ended)
    sender = Sending("ops", None, 1, 6, lambda: now)  # type: ignore[arg-type]  # it delivers nothing here
    sender.trouble = Trouble(trouble, now) if trouble else None
    on.hub.tell_alarms(as_shown(book, RULES, [sender]), now)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_an_alarm_is_told_by_colour_shape_and_words_on_every_board(tmp_path: Path, scheme: str) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL, scheme=scheme) as it:
        await it.open()
        cut, long = alarm("cut", "gz-1", 60), alarm("long", "general", 200, value=75, of=60)
        tell(it, long, cut, over=(alarm("trunk", "carrier", 500),), trouble="answered with status 503")
        page = it.page
        for place, size, words in (
            ("/boards/floor?lang=en", (1280, 800), "Alarm Asterisk on gz-1 does not answer"),
            ("/boards/floor?lang=zh-CN&tv", (1920, 1080), "告警 gz-1 上的 Asterisk 不应答"),
            ("/?lang=en", (1280, 800), "Alarm Asterisk on gz-1 does not answer"),
            ("/?lang=zh-Hant", (390, 844), "警報 gz-1 上的 Asterisk 沒有回應"),
            ("/boards/floor?lang=yue-HK", (390, 844), "警報 gz-1 上的 Asterisk 沒有回應"),
        ):
            await page.set_viewport_size({"width": size[0], "height": size[1]})
            await page.goto("about:blank")
            await page.goto(f"{it.address}{place}")
            lines, tv = page.locator(".alarms .alarm-line:visible"), "tv" in place
            await expect(lines).to_have_count(1 if tv else 4)
            await expect(lines.nth(0)).to_contain_text(words)
            await expect(lines.nth(0)).to_have_attribute("data-level", "red")  # the worst first, however young
            marks = [(await line.inner_text()).strip()[0] for line in await lines.all()]
            assert marks == (["■"] if tv else ["■", "▲", "▲", "✓"])
            colours = {await line.evaluate("e => getComputedStyle(e).color") for line in await lines.all()}
            assert len(colours) == (1 if tv else 3)
            await expect(page.locator(".alarms .more")).to_have_count(1 if tv else 0)
            assert await page.get_by_role("alert").locator(".alarm-line").count() == (1 if tv else 2)
            assert await page.evaluate(STICKS_OUT) == [], place
            assert await wrongs(page) == [], place
            if PICTURES:
                name = f"{scheme}-{size[0]}-{place.strip('/').replace('/', '-').replace('?', '-')}"
                await page.screenshot(path=Path(PICTURES) / f"{name}.png")
        tell(it)
        await expect(page.locator(".alarms")).to_be_hidden()


async def test_a_board_rings_once_for_each_alarm_that_comes_and_not_for_what_stood(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as it:
        await it.page.add_init_script(RINGS)
        cut = alarm("cut", "gz-1", 60)
        tell(it, cut)
        await it.open()
        await expect(it.page.locator(".alarm-line")).to_have_count(1)
        assert await it.page.evaluate("rings") == 0
        long = alarm("long", "general", 1, value=75, of=60)
        tell(it, cut, long)  # has no sound
        await expect(it.page.locator(".alarm-line")).to_have_count(2)
        assert await it.page.evaluate("rings") == 0
        again = replace(cut, fired_at=datetime.now(UTC))
        tell(it, again)
        await expect(it.page.locator(".alarm-line")).to_have_count(1)
        assert await it.page.evaluate("rings") == 1
        await it.page.context.set_offline(True)
        await expect(it.page.locator(".standing")).to_have_attribute("data-truth", "unheard", timeout=60_000)
        await it.page.context.set_offline(False)
        await expect(it.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=60_000)
        assert await it.page.evaluate("rings") == 1


async def test_a_television_has_room_for_an_alarm_a_closed_number_and_a_note_at_once(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    note = Note(id="n1", text="今天下午三点系统升级。", who="陈主管", since=now, until=now + timedelta(hours=1))
    closed = ClosedNumber(number="96956", message="emergency", who="陈主管", since=now)
    told = replace(floor(now), news=News(notes=(note,), closed=(closed,)))
    async with wall(tmp_path, told, TALL) as it:
        tell(it, alarm("cut", "gz-1", 60), alarm("long", "general", 200, value=75, of=60))
        for size in ((1920, 1080), (1366, 768)):
            await it.page.set_viewport_size({"width": size[0], "height": size[1]})
            await it.open("floor?lang=zh-CN&tv")
            await expect(it.page.locator(".alarm-line:visible")).to_have_count(1)
            await expect(it.page.locator(".news .banner")).to_have_count(2)
            await expect(it.page.locator(".tile[data-level=red] .foot")).to_be_visible(timeout=60_000)
            assert await it.page.evaluate(STICKS_OUT) == [], size
            assert await it.page.evaluate(CUT) == [], size
