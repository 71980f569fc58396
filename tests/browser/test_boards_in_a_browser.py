"""The boards of boards/*.yaml in Chromium: their queues alone, levels told in three ways, pages, a lost server."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_board_made_up import PALE
from tests.browser.wall import board, wall
from tests.wallboard.floor import floor, waiting

if TYPE_CHECKING:
    from pathlib import Path

    from ami_bridge.messages import Snapshot
    from tests.browser.wall import Wall

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

FULL = board("""
title: {zh-CN: 大厅, en: The floor}
columns: 4
tiles:
  - {show: waiting, yellow: {from: 4, until: 2}, red: {from: 6, until: 3, sound: true}}
  - longest_wait
  - {show: service_level, yellow: 85, red: 70}
  - free
  - queues
  - agents
  - menus
  - show: seats
    rows:
      - {label: {en: By the window}}
      - [1001, 1002, ~, 1003]
      - [1004, 1999, {label: Door}]
""")
TURNING = board("title: Turning\nrotate: 3s\npages:\n  - [waiting, queues]\n  - [agents]\n", "turning")
VIP = board("title: VIP\nqueues: [vip]\ncallers: hidden\ntiles: [waiting, answered, queues, agents]\n", "vip")

STICKS_OUT = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const box = e.getBoundingClientRect(), card = e.parentElement.closest('.tile');
  const around = card && card.getBoundingClientRect();
  const tv = document.body.classList.contains('tv');
  return box.width && (box.right > innerWidth + 1 || (tv && box.bottom > innerHeight + 1)
    || (around && (box.right > around.right + 1 || box.bottom > around.bottom + 1)));
}).map((e) => e.outerHTML.slice(0, 120))"""
"""What sticks out of the screen or of its tile."""
SMALLEST = """() => {
  const told = (e) => e.getClientRects().length &&
    [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const sizes = [...document.querySelectorAll('body *')].filter(told).map((e) => getComputedStyle(e).fontSize);
  return Math.min(...sizes.map(parseFloat));
}"""
"""The smallest type on the page, in pixels."""


def line(count: int, now: datetime) -> Snapshot:
    base = floor(now)
    callers = tuple(waiting(f"w{n}", now - timedelta(seconds=n)) for n in range(count))
    return replace(base, queues=(replace(base.queues[0], waiting=callers), base.queues[1]))


def tell_line(shown: Wall, count: int) -> None:
    shown.bridge.tell_queues(line(count, datetime.now(UTC)).queues[0])


async def test_a_board_shows_only_its_queues_their_agents_and_no_numbers_it_hides(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    base = floor(now)
    agents = tuple(
        replace(agent, queues={"vip": 0} if n in (0, 6) else agent.queues) for n, agent in enumerate(base.agents)
    )
    vip = replace(base.queues[1], waiting=(waiting("v9", now),), today=replace(base.queues[1].today, answered=3))
    async with wall(tmp_path, replace(base, queues=(base.queues[0], vip), agents=agents), VIP) as shown:
        await shown.open("vip?lang=en")
        page = shown.page
        await expect(page.locator("[data-queue]")).to_have_count(1)
        await expect(page.locator("[data-queue=vip]")).to_be_visible()
        await expect(page.locator("[data-show=waiting] .value")).to_have_text("1")
        await expect(page.locator("[data-show=answered] .value")).to_have_text("3")
        assert await page.locator("[data-agent]").evaluate_all("all => all.map((e) => e.dataset.agent).sort()") == [
            "1001",
            "1007",
        ]
        assert "138****" not in await page.content()


async def test_a_level_is_told_by_colour_shape_and_word_and_falls_with_hysteresis(tmp_path: Path) -> None:
    async with wall(tmp_path, line(3, datetime.now(UTC)), FULL) as shown:
        await shown.page.add_init_script(RINGS)
        await shown.open()
        tile = shown.page.locator('[data-tile="1.1"]')
        seen = []
        for count, level, words in (
            (3, "fine", ""),
            (4, "yellow", "▲ Attention"),
            (6, "red", "■ Alarm"),
            (4, "red", "■ Alarm"),
            (3, "yellow", "▲ Attention"),
            (2, "fine", ""),
            (3, "fine", ""),
            (6, "red", "■ Alarm"),
        ):
            tell_line(shown, count)
            await expect(tile.locator(".value")).to_have_text(str(count))
            await expect(tile).to_have_attribute("data-level", level)
            await expect(tile.locator(".foot")).to_contain_text(re.compile(f"^\\s*{words}"))
            seen.append(await tile.locator(".value").evaluate("e => getComputedStyle(e).color"))
        assert len(set(seen[:3])) == 3, "each level has its own colour"
        assert await shown.page.evaluate("rings") == 2, "once for each rise to red, not for each number"


RINGS = """window.rings = 0; window.AudioContext = class {
  currentTime = 0;
  createOscillator() { return { frequency: {}, connect: (to) => to, start() {}, stop() {} }; }
  createGain() {
    const quiet = () => {};
    rings += .5;
    return { connect: quiet, gain: {
      setValueAtTime: quiet, linearRampToValueAtTime: quiet, exponentialRampToValueAtTime: quiet,
    } };
  }
}"""
"""In the place of the loudspeaker: two tones are one ring."""


async def test_a_level_that_was_told_before_the_line_was_lost_does_not_ring_again(tmp_path: Path) -> None:
    async with wall(tmp_path, line(3, datetime.now(UTC)), FULL) as shown:
        await shown.page.add_init_script(RINGS)
        await shown.open()
        tell_line(shown, 7)
        await expect(shown.page.locator('[data-tile="1.1"]')).to_have_attribute("data-level", "red")
        await shown.page.context.set_offline(True)
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "unheard", timeout=8000)
        await expect(shown.page.locator(".standing")).to_contain_text("Lost the board's server")
        await expect(shown.page.get_by_role("alert")).to_contain_text("this browser has lost the board's server")
        assert await shown.page.locator(".standing").evaluate(COLOUR) == RED
        await shown.page.context.set_offline(False)
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=8000)
        await expect(shown.page.locator('[data-tile="1.1"]')).to_have_attribute("data-level", "red")
        assert await shown.page.evaluate("rings") == 1


COLOUR = "e => getComputedStyle(e).color"
RED = "rgb(242, 109, 109)"
"""What is lost, on the dark theme."""

RISEN = """async () => {
  const { risen } = await import("/static/wall-state.js");
  const [fine, loud, quiet] = [["fine", null, false], ["red", "10", true], ["yellow", "5", false]];
  const tile = ([level, since, sound]) => ({ level, since, sound });
  return [
    [fine, loud], [quiet, loud], [loud, loud], [loud, ["red", "20", true]], [loud, ["yellow", "12", true]],
    [loud, fine], [fine, quiet], [null, loud],
  ].map(([before, after]) => risen(before && { a: tile(before) }, { a: tile(after) }).length);
}"""


ANEW = """async () => {
  const { hearTiles, risen } = await import("/static/wall-state.js");
  const tile = (level, since, found) => ({ a: { level, since, found, sound: level === "red" } });
  const runs = (...told) => {
    let tiles = null, rings = 0;
    for (const [run, now] of told) {
      const message = { type: run ? "hello" : "pulse", ...(run && { run }), tiles: { floor: now } };
      const after = hearTiles(tiles ?? {}, message, "floor");
      rings += risen(tiles, after).length;
      tiles = after;
    }
    return rings;
  };
  const fine = tile("fine", null, false), red = tile("red", "10", false), again = tile("red", "20", true);
  return {
    atOnce: runs(["1", red], ["2", again]),
    afterItsWait: runs(["1", red], ["2", fine], ["2", fine], [null, again]),
    newMeanwhile: runs(["1", fine], ["2", again]),
    newAfterItsWait: runs(["1", fine], ["2", fine], [null, again]),
    overAndNew: runs(["1", red], ["2", again], [null, fine], [null, tile("red", "30", false)]),
    aFreshPage: runs(["2", fine], [null, again]),
  };
}"""


async def test_a_server_started_anew_rings_only_for_what_is_new(tmp_path: Path) -> None:
    held = board(
        "title: x\ntiles: [{show: waiting, red: 5}, {show: waiting, red: {from: 5, for: 2s, sound: true}}]", "held"
    )
    async with wall(tmp_path, line(3, datetime.now(UTC)), FULL, held) as shown:
        await shown.page.add_init_script(RINGS)
        await shown.open("held?lang=en")
        assert await shown.page.evaluate(ANEW) == {
            "atOnce": 0, "afterItsWait": 0, "newMeanwhile": 1, "newAfterItsWait": 1, "overAndNew": 1, "aFreshPage": 0,
        }  # fmt: skip
        tell_line(shown, 7)
        late = shown.page.locator('[data-tile="1.2"]')
        await expect(late).to_have_attribute("data-level", "red", timeout=60_000)
        rings = await shown.page.evaluate("rings")
        assert rings > 0
        await shown.stop()
        await expect(shown.page.locator("body")).to_have_attribute("data-stale", "true", timeout=60_000)
        await shown.start()
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=60_000)
        async with asyncio.timeout(60):
            while not shown.hub.levels.get("held", {}).get("1.2", {}).get("found"):  # noqa: ASYNC110 - no event for us
                await asyncio.sleep(0.05)
        tell_line(shown, 8)  # comes after what may have rung
        await expect(late.locator(".value")).to_have_text("8", timeout=60_000)
        await expect(late).to_have_attribute("data-level", "red", timeout=60_000)
        assert await shown.page.evaluate("rings") == rings


async def test_a_rise_rings_and_a_fall_does_not(tmp_path: Path) -> None:
    async with wall(tmp_path, line(0, datetime.now(UTC)), FULL) as shown:
        await shown.open()
        assert await shown.page.evaluate(RISEN) == [1, 1, 0, 1, 0, 0, 0, 0]


async def test_a_waits_threshold_is_reached_by_time_alone(tmp_path: Path) -> None:
    slow = board("title: x\ntiles: [{show: longest_wait, red: 3s}]")
    async with wall(tmp_path, line(0, datetime.now(UTC)), slow) as shown:
        await shown.open()
        tell_line(shown, 1)
        tile = shown.page.locator('[data-tile="1.1"]')
        await expect(tile).to_have_attribute("data-level", "red", timeout=8000)
        tell_line(shown, 0)
        await expect(tile).to_have_attribute("data-level", "fine")


async def test_pages_turn_by_themselves_and_by_hand(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), TURNING) as shown:
        await shown.open("turning?lang=en")
        grid = shown.page.locator(".grid")
        await expect(grid).to_have_attribute("data-page", "0")
        await expect(grid).to_have_attribute("data-page", "1", timeout=6000)
        await expect(shown.page.locator("[data-show=agents]")).to_be_visible()
        await expect(shown.page.locator("[data-show=queues]")).to_have_count(0)
        await expect(grid).to_have_attribute("data-page", "0", timeout=6000)
        await shown.page.get_by_role("button", name="page 2 of 2").click()
        await expect(grid).to_have_attribute("data-page", "1", timeout=500)


async def test_a_server_that_goes_is_shown_at_once_and_found_again_by_itself(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown:
        await shown.open("floor?lang=en&tv")
        await shown.page.evaluate("window.kept = true")
        await shown.stop()
        await expect(shown.page.locator("body")).to_have_attribute("data-stale", "true", timeout=6000)
        await shown.start()
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=10000)
        assert await shown.page.evaluate("window.kept"), "the same version is not loaded anew"
        await shown.stop()
        async with shown.page.expect_event("load", timeout=15000):
            await shown.start("another version")
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=10000)
        assert await shown.page.evaluate("window.kept === undefined")


async def test_a_board_that_is_saved_is_shown_without_a_reload_and_one_that_comes_later_too(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown:
        await shown.open("vip?lang=en")
        await expect(shown.page.get_by_role("alert")).to_have_text("There is no such board: vip")
        shown.hub.show({"vip": VIP}, datetime.now(UTC))
        await expect(shown.page.locator("h1")).to_have_text("VIP")
        shown.hub.show({"vip": board("title: Best\ntiles: [clock]", "vip")}, datetime.now(UTC))
        await expect(shown.page.locator("h1")).to_have_text("Best")
        await expect(shown.page.locator(".tile")).to_have_count(1)


async def test_the_seat_map_shows_who_sits_where(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown:
        await shown.open()
        seats = shown.page.locator("[data-show=seats]")
        await expect(seats.locator("h3")).to_have_text("By the window")
        rows = await seats.locator(".seats").evaluate_all(
            "all => all.map((row) => [...row.children].map((e) => e.dataset.agent ?? e.textContent))"
        )
        assert rows == [["1001", "1002", "", "1003"], ["1004", "1999", "Door", ""]]
        await expect(seats.locator('[data-agent="1002"]')).to_have_attribute("data-state", "available")
        await expect(seats.locator('[data-agent="1999"]')).to_have_attribute("data-state", "signed_off")


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_on_a_television_everything_fits_and_can_be_read_from_five_metres(tmp_path: Path, scheme: str) -> None:
    """The least is 2.4 % of the screen's height: 16 mm of a 55-inch screen's 685."""
    async with wall(tmp_path, line(7, datetime.now(UTC)), FULL, TURNING, VIP, scheme=scheme) as shown:
        for width, height in ((1920, 1080), (1366, 768), (3840, 2160)):
            await shown.page.set_viewport_size({"width": width, "height": height})
            for where in ("floor", "turning", "vip"):
                for language in ("zh-Hans", "zh-Hant", "en"):
                    await shown.open(f"{where}?tv&lang={language}")
                    await expect(shown.page.locator(".tile").first).to_be_visible()
                    assert await shown.page.evaluate(STICKS_OUT) == [], (width, where, language)
                    assert await shown.page.evaluate(PALE) == [], (width, where, language)
                    assert await shown.page.evaluate(SMALLEST) >= height * 0.024, (width, where, language)
        assert await shown.page.evaluate("getComputedStyle(document.querySelector('.tile')).cursor") == "none"


async def test_on_a_telephone_nothing_sticks_out(tmp_path: Path) -> None:
    async with wall(tmp_path, line(7, datetime.now(UTC)), FULL) as shown:
        await shown.page.set_viewport_size({"width": 390, "height": 844})
        await shown.open()
        await expect(shown.page.locator(".tile").first).to_be_visible()
        assert await shown.page.evaluate(STICKS_OUT) == []


async def test_the_page_leads_to_each_board_by_its_title_and_back_in_every_language(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL, VIP) as shown:
        page, boards = shown.page, shown.page.locator("nav.boards")
        for language, named, title, back in (
            ("zh-Hans", "看板", "大厅", "总览"),
            ("zh-Hant", "看板", "大厅", "總覽"),
            ("en", "Boards", "The floor", "Overview"),
        ):
            await page.goto(f"{shown.address}/?lang={language}")
            await expect(boards).to_have_attribute("aria-label", named)
            await expect(boards.get_by_role("link")).to_have_text([title, "VIP"])
            await boards.get_by_role("link", name=title).focus()
            await page.keyboard.press("Enter")
            await expect(page).to_have_url(f"{shown.address}/boards/floor?lang={language}")
            await expect(page.locator("h1")).to_have_text(title)
            await page.get_by_role("link", name=back).click()
            await expect(page).to_have_url(f"{shown.address}/?lang={language}")
            await expect(boards.get_by_role("link")).to_have_count(2)
            assert await page.evaluate(STICKS_OUT) == []
            assert await page.evaluate(PALE) == []
        shown.hub.show({"vip": VIP}, datetime.now(UTC))
        await expect(boards.get_by_role("link")).to_have_text(["VIP"])
        shown.hub.show({}, datetime.now(UTC))
        await expect(boards).to_have_count(0)
        await shown.open("floor?tv&lang=en")
        await expect(page.locator("header a")).to_have_count(0)


async def test_a_board_without_a_language_of_its_own_keeps_the_one_chosen_on_the_page(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown:
        await shown.page.goto(f"{shown.address}/?lang=en")
        await shown.page.get_by_role("button", name="繁體中文").click()
        await shown.page.locator("nav.boards a").click()
        await expect(shown.page).to_have_url(f"{shown.address}/boards/floor")
        await expect(shown.page.locator("html")).to_have_attribute("lang", "zh-Hant")


async def test_the_page_of_an_old_version_loads_itself_anew_where_it_was(tmp_path: Path) -> None:
    async with wall(tmp_path, floor(datetime.now(UTC)), FULL) as shown:
        await shown.page.goto(f"{shown.address}/?lang=en&view=agents")
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live")
        await shown.stop()
        async with shown.page.expect_event("load", timeout=15000):
            await shown.start("another version")
        await expect(shown.page.locator(".standing")).to_have_attribute("data-truth", "live", timeout=10000)
        assert shown.page.url == f"{shown.address}/?lang=en&view=agents"


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_a_board_whose_numbers_are_old_is_grey_and_can_still_be_read(tmp_path: Path, scheme: str) -> None:
    async with wall(tmp_path, line(7, datetime.now(UTC)), FULL, scheme=scheme) as shown:
        await shown.open()
        await expect(shown.page.locator('[data-tile="1.1"]')).to_have_attribute("data-level", "red")
        shown.bridge.go_blind(datetime.now(UTC))
        await expect(shown.page.locator("body")).to_have_attribute("data-stale", "true")
        assert await shown.page.locator("main").evaluate("e => getComputedStyle(e).opacity") == "1"
        assert await shown.page.evaluate(PALE) == []
        colours = await shown.page.evaluate(COLOURS)
        assert len(colours) == 1, f"one grey, and nothing that looks alive: {colours}"


COLOURS = """() => [...new Set([...document.querySelectorAll('main *')].filter((e) => e.children.length === 0)
  .map((e) => getComputedStyle(e).color))]"""
