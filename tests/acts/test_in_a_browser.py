"""A supervisor at the page, a real Asterisk behind it: what is pressed is done, once, and is seen on another board."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from playwright.async_api import async_playwright, expect

from lab.phone import State
from lab.tones import hum
from tests.acts.stage import queue_show, shows
from tests.acts.test_callers_acted_on import in_line, line, waiting
from tests.acts.test_listening import AGENT_HZ, CALLER_HZ, LONG_S, SUPERVISOR_HZ, hears, nobody_hears, talk
from tests.browser.chromium import ARGUMENTS, CHROMIUM, NEEDS_CHROMIUM
from tests.browser.signed_in import sign_in
from tests.calls.asking import GOODBYE, RATE, said
from tests.calls.conftest import NUMBER, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from tests.acts.stage import Board
    from tests.calls.conftest import House

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, NEEDS_CHROMIUM]

PATIENCE_MS = 60_000
MARKUP = "<img src=x onerror=document.title='owned'>"


@asynccontextmanager
async def pages(desk: Board, house: House) -> AsyncIterator[tuple[Page, Page]]:
    """The supervisor's page, in English; and the rig's own board, where another has signed in."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            context = await browser.new_context(locale="en-GB", viewport={"width": 1600, "height": 900})
            await sign_in(context, desk.app, desk.address, desk.person)
            page, other = await context.new_page(), await context.new_page()
            for one in (page, other):
                one.set_default_timeout(PATIENCE_MS)
            await page.goto(f"{desk.address}/")
            await other.goto(f"{house.rig.web}/")
            name, password = house.rig.supervisor
            await other.locator("#name").fill(name)
            await other.locator("#password").fill(password)
            await other.locator("button[type=submit]").click()
            await expect(page.locator("button.act").first).to_be_visible(timeout=PATIENCE_MS)
            await expect(other.locator(".agent").first).to_be_visible(timeout=PATIENCE_MS)
            yield page, other
        finally:
            await browser.close()


async def act(page: Page, where: str, name: str) -> None:
    """Open the menu of a row and choose an act."""
    await page.locator(f"{where} button.act").click()
    await page.locator(f"dialog.acts [data-act={name}]").click()


async def sure(page: Page, name: str) -> None:
    """Yes, do it."""
    await page.locator(f"dialog.acts [data-do={name}]").click()


async def is_told(page: Page, code: str = "done") -> None:
    """The dialog is gone, for the answer has come; it stands for some seconds, and the last is remembered."""
    await expect(page.locator("dialog.acts")).to_have_count(0, timeout=PATIENCE_MS)
    await expect(page.locator(".toasts")).to_have_attribute("data-last", code, timeout=PATIENCE_MS)


async def test_pause_with_a_reason_and_unpause_by_keyboard(house: House, desk: Board) -> None:
    async with house.agent("1001"), pages(desk, house) as (page, other):
        card = '.agent[data-agent="1001"]'
        await page.locator(f"{card} button.act").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog.acts[open]")).to_be_visible(timeout=PATIENCE_MS)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog.acts")).to_have_count(0, timeout=PATIENCE_MS)
        await expect(page.locator(f"{card} button.act")).to_be_focused(timeout=PATIENCE_MS)  # where it was before
        await page.keyboard.press("Enter")
        await page.locator("dialog.acts [data-act=pause]").focus()
        await page.keyboard.press("Enter")
        await page.locator("dialog.acts input[name=reason]").fill(MARKUP)
        await page.keyboard.press("Enter")
        await is_told(page)
        await shows(house, "service", "1001", "paused")
        for one in (page, other):
            await expect(one.locator(f"{card}[data-state=paused] .ctx")).to_have_text(MARKUP, timeout=PATIENCE_MS)
        assert await page.title() != "owned"
        await act(page, card, "unpause")
        for one in (page, other):
            await expect(one.locator(f"{card}[data-state=available]")).to_be_visible(timeout=PATIENCE_MS)
        row = await desk.audit((await _latest(desk))["id"])
        assert (row.act, row.code, row.who) == ("unpause", "done", "陈主管")


async def _latest(desk: Board) -> dict[str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{desk.address}/api/v1/acts?limit=1", headers=desk.signed_in) as answer,
    ):
        found: dict[str, str] = (await answer.json())["acts"][0]
        return found


async def test_move_bring_forward_and_hang_up(house: House, desk: Board) -> None:
    async with line(house, "1394440000", "1002") as here, house.agent("1007"), pages(desk, house) as (page, other):
        await desk.done("pause", agent="1007", queue="vip")
        rows = '.queue[data-queue="service"] .waiter'
        await expect(page.locator(rows)).to_have_count(2, timeout=PATIENCE_MS)
        first, second = await waiting(house)
        await act(page, f'.waiter[data-visit="{second}"]', "promote_caller")
        await is_told(page)
        await until(lambda: _is_line(house, [second, first]))

        await act(page, f'.waiter[data-visit="{first}"]', "move_caller")
        await page.locator("dialog.acts select[name=queue]").select_option("vip")
        await expect(page.locator("dialog.acts .hurts")).to_be_visible(timeout=PATIENCE_MS)
        await sure(page, "move_caller")
        await expect(other.locator('.queue[data-queue="vip"] .waiter')).to_have_count(1, timeout=PATIENCE_MS)
        assert len(in_line(house, "vip")) == 1

        await expect(page.locator(rows)).to_have_count(1, timeout=PATIENCE_MS)
        await act(page, f'.waiter[data-visit="{second}"]', "hang_up")
        assert here.second.state is State.TALKING, "it is asked first"
        await sure(page, "hang_up")
        assert await here.second.ended() == "them"
        await expect(other.locator(rows)).to_have_count(0, timeout=PATIENCE_MS)

        await act(page, '.agent[data-agent="1002"]', "end_talk")
        await sure(page, "end_talk")
        await here.served.begins_to_hear(RATE)
        await desk.done("unpause", agent="1007")


async def _is_line(house: House, wanted: list[str]) -> bool:
    return await waiting(house) == wanted


async def test_listen_and_whisper(house: House, desk: Board) -> None:
    async with talk(house, "13944400101", "1003") as here, pages(desk, house) as (page, _):
        card = '.agent[data-agent="1003"]'
        await act(page, card, "listen")
        await page.locator("dialog.acts select[name=phone]").select_option("1008")
        await sure(page, "listen")
        await here.supervisor.reaches(State.TALKING, within_s=60)
        here.supervisor.say(hum(SUPERVISOR_HZ, LONG_S))
        await hears(here.supervisor, CALLER_HZ, "the caller")
        await hears(here.supervisor, AGENT_HZ, "the agent")
        await nobody_hears(SUPERVISOR_HZ, here.caller, here.agent)
        await act(page, card, "whisper")
        await expect(page.locator("dialog.acts .hurts")).to_be_visible(timeout=PATIENCE_MS)
        await sure(page, "whisper")
        await hears(here.agent, SUPERVISOR_HZ, "the supervisor")
        await nobody_hears(SUPERVISOR_HZ, here.caller)


async def test_a_note_and_a_closed_number_are_on_every_screen(house: House, desk: Board) -> None:
    async with house.caller("13944400201") as caller, pages(desk, house) as (page, other):
        await page.locator('header button[aria-label="Send a note"]').click()
        await page.locator("dialog.acts textarea").fill(MARKUP)
        await sure(page, "note")
        await page.locator('header button[aria-label="Close a number"]').click()
        await sure(page, "close_number")
        wall = await page.context.new_page()
        await wall.goto(f"{house.rig.web}/boards/none")
        for one in (page, other, wall):
            await expect(one.locator("[data-note] b")).to_contain_text(MARKUP, timeout=PATIENCE_MS)
            await expect(one.locator(f'[data-closed="{NUMBER}"]')).to_contain_text("陈主管", timeout=PATIENCE_MS)
        await caller.call(NUMBER)
        assert await caller.ended() == "them"
        assert GOODBYE in said(caller)
        await page.locator(f'[data-closed="{NUMBER}"] button').click()
        await page.locator("[data-note] button").click()
        for one in (page, other, wall):
            await expect(one.locator(".news")).to_have_count(0, timeout=PATIENCE_MS)
        assert queue_show(house, "service")
