"""A number on the board is opened: what it means, the visits behind it, and one call from first step to last."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from store.engine import open_store
from store.rows import Journey, JourneyStep, RingAttempt, Visit
from store.writer import Writer
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_board_made_up import CUT_OFF, HOSTILE, PALE, SIZES, served
from tests.wallboard.floor import floor

if TYPE_CHECKING:
    from pathlib import Path

    from store.rows import Outcome

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]

ANSWERED = '[data-queue="general"] a:has([data-figure="answered"])'
LEVEL = '[data-queue="general"] a:has([data-figure="service-level"])'


def a_visit(number: int, outcome: Outcome, wait_s: float, **more: object) -> Visit:
    now = datetime.now(UTC)
    plain = {
        "id": f"gz-1/c{number}/1",
        "node": "gz-1",
        "call_id": f"c{number}",
        "channel_id": f"c{number}",
        "ordinal": 1,
        "queue": "general",
        "entered_at": now,
        "caller": "13800138000",
        "caller_name": HOSTILE,
        "number": "96956",
        "position": 1,
        "wait_s": wait_s,
        "outcome": outcome,
        "ended_at": now + timedelta(seconds=wait_s + 30),
    }
    return Visit(**(plain | more))  # type: ignore[arg-type]  # a table of fields


ANSWERED_LATE = a_visit(
    2, "answered", 40.0, answered_at=datetime.now(UTC) + timedelta(seconds=40), agent="1001", agent_name=HOSTILE,
    talk_s=30.0, ended_by="transfer", transfer="blind", transferred_to="13900139000@out",
)  # fmt: skip
VISITS = (
    a_visit(1, "answered", 4.0, agent="1002", agent_name="李志强", vip=True),
    ANSWERED_LATE,
    a_visit(3, "abandoned", 2.0),
    a_visit(4, "abandoned", 60.0),
    a_visit(5, "answered", 1.0, queue="vip"),
)


async def fill(folder: Path) -> None:
    now = ANSWERED_LATE.entered_at
    store = await open_store(f"sqlite:///{folder}/history.db")
    async with Writer(store) as writer:
        for visit in VISITS:
            writer.put(visit)
        writer.put(
            Journey(
                id="j", node="gz-1", call_id="c2", channel_id="c2", number="96956", flow="main", flow_version="f",
                started_at=now - timedelta(seconds=20),
            )
        )  # fmt: skip
        writer.put(
            JourneyStep(
                journey_id="j", ordinal=1, node="gz-1", segment=1, flow="main", step=HOSTILE, verb="menu", outcome="1",
                at=now - timedelta(seconds=19), to_step="queue",
            )
        )  # fmt: skip
        writer.put(
            RingAttempt(
                visit_id=ANSWERED_LATE.id, ordinal=1, node="gz-1", agent="1001", interface="PJSIP/1001", started_at=now,
                ended_at=now + timedelta(seconds=40), result="answered",
            )
        )  # fmt: skip
    await store.close()


async def test_a_figure_opens_to_its_meaning_and_the_visits_behind_it_and_closes_where_it_was(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        await board.open()
        page = board.page
        await page.focus(ANSWERED)
        await page.keyboard.press("Enter")
        drawer = page.get_by_role("dialog", name="Answered General")
        await expect(drawer).to_contain_text("taken by an agent")
        await expect(drawer.locator("tbody tr")).to_have_count(2)
        await expect(drawer.locator("tbody")).to_contain_text("13800138000")  # whole, for a supervisor
        await expect(page).to_have_url(re.compile("#answered/general$"))
        await page.keyboard.press("Escape")
        await expect(drawer).to_have_count(0)
        assert await page.evaluate("document.activeElement.getAttribute('href')") == "#answered/general"


async def test_each_visit_says_how_it_counts(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        await board.open()
        await board.page.click(LEVEL)
        rows = board.page.locator(".drawer tbody tr")
        await expect(rows).to_have_count(4)
        worth = await rows.evaluate_all("all => all.map((row) => [row.dataset.visit, row.dataset.worth])")
        assert dict(worth) == {
            "gz-1/c1/1": "good",
            "gz-1/c2/1": "bad",
            "gz-1/c3/1": "short",
            "gz-1/c4/1": "bad",
        }


async def test_a_visit_opens_to_its_call_and_back_goes_back(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        await board.open()
        page = board.page
        await page.click(ANSWERED)
        await page.click(f'[data-visit="{ANSWERED_LATE.id}"] a')
        moments = page.locator(".moments li")
        await expect(moments).to_have_count(7)
        told = await moments.all_inner_texts()
        assert [line.split()[1] for line in told] == ["Flow", "Flow", "Queue", "Agent", "Agent", "Agent", "Queue"]
        assert "blind transfer to 139****9000@out" in told[-1]
        assert HOSTILE in told[1]
        await page.go_back()
        await expect(page.get_by_role("dialog", name="Answered General").locator("tbody tr")).to_have_count(2)


async def test_an_agent_opens_to_the_visits_taken_today(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        await board.open()
        await board.page.click('[data-agent="1001"] a')
        await expect(board.page.locator(".drawer tbody tr")).to_have_count(1)


async def test_a_link_to_an_open_number_opens_it_and_one_to_nothing_opens_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await fill(tmp_path)
        await board.page.goto(f"{board.address}?lang=en#abandoned/general")
        await expect(board.page.locator(".drawer tbody tr")).to_have_count(2)
        for nothing in ("#nonsense/general", "#agent", "#call/%E0%A4%A"):
            await board.page.goto(f"{board.address}?lang=en{nothing}")
            await expect(board.page.locator(".standing")).to_have_attribute("data-truth", "live")
            await expect(board.page.locator(".drawer")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_drawer_fits_every_screen_and_can_be_read(tmp_path: Path, scheme: str) -> None:
    async with served(tmp_path, floor(datetime.now(UTC)), scheme) as board:
        await fill(tmp_path)
        for width, height in SIZES:
            await board.page.set_viewport_size({"width": width, "height": height})
            for language in ("zh-Hans", "zh-Hant", "en"):
                for place in ("service_level", "call/c2"):
                    await board.page.goto("about:blank")
                    await board.page.goto(f"{board.address}?lang={language}#{place}")
                    await expect(board.page.locator(".drawer li, .drawer tbody tr").first).to_be_visible()
                    assert await board.page.evaluate(CUT_OFF) == [], (width, language, place)
                    assert await board.page.evaluate(PALE) == [], (width, language, place)
