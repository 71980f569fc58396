"""All agents on one page: found by state, queue and name, in the order asked for, and each card alone made anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ami_bridge.messages import AgentView, Delta
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_board_made_up import CUT_OFF, HOSTILE, PALE, SIZES, Served, crowded, served
from tests.wallboard.floor import floor

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, NEEDS_CHROMIUM]


def told(board: Served, *agents: AgentView) -> None:
    bridge = board.bridge
    bridge.tell(Delta(node="gz-1", seq=bridge.snapshot.seq + 1, at=datetime.now(UTC), agents=agents))


async def open_agents(board: Served, more: str = "") -> None:
    await board.page.goto(f"{board.address}?lang=en&view=agents{more}")
    await expect(board.page.locator(".standing")).to_have_attribute("data-truth", "live")
    await expect(board.page.locator(".agent").first).to_be_attached()


async def shown(board: Served) -> list[str]:
    ids: list[str] = await board.page.locator(".agent").evaluate_all("all => all.map((one) => one.dataset.agent)")
    return ids


async def test_a_state_is_told_by_shape_and_word_and_with_its_time_reason_queue_and_caller(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await open_agents(board)
        paused, talking = board.page.locator('[data-agent="1005"]'), board.page.locator('[data-agent="1001"]')
        await expect(paused).to_contain_text("❙❙ Paused")
        await expect(paused).to_contain_text("午休")
        await expect(talking).to_contain_text("● Talking")
        await expect(talking).to_contain_text("138****8000 · General")
        edges = await board.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.agent')]
                 .map((e) => [e.dataset.state, getComputedStyle(e).borderLeftColor]))"""
        )
        assert len(set(edges.values())) == len(edges), "each state of the floor has its own colour"


async def test_agents_are_filtered_searched_grouped_and_sorted_and_the_address_says_how(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await open_agents(board)
        page = board.page
        await page.get_by_role("button", name="Talking").click()
        assert sorted(await shown(board)) == ["1001", "1006"]
        await page.get_by_role("button", name="Paused").click()
        assert sorted(await shown(board)) == ["1001", "1005", "1006"]
        await expect(page.get_by_role("status").filter(has_text="3 of 8")).to_be_visible()
        await page.keyboard.press("/")
        await page.keyboard.type("午休")
        assert await shown(board) == ["1005"], "a reason is found, too"
        await page.reload()
        await expect(page.locator(".agent")).to_have_count(1)
        await open_agents(board, "&sort=answered")
        assert (await shown(board))[:2] == ["1008", "1007"]
        await page.get_by_label("Sort").select_option("time")
        assert (await shown(board))[0] == "1008", "the longest in his state first"
        await page.get_by_label("Group").select_option("state")
        await expect(page.locator('[data-group="on_queue_call"] h3')).to_contain_text("Talking 2")


async def test_a_number_of_agents_leads_to_these_agents_and_back_goes_back(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await board.open()
        await board.page.locator('[data-queue="general"] .doing [data-state="paused"] a').click()
        await expect(board.page.locator(".agents-view .agent")).to_have_count(1)
        await board.page.go_back()
        await expect(board.page.locator('[data-queue="general"]')).to_be_visible()


async def test_a_change_of_one_agent_touches_one_card_of_a_thousand_and_the_clock_renders_none(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with served(tmp_path, crowded(now, 2, 1000)) as board:
        await open_agents(board)
        await expect(board.page.locator(".agent")).to_have_count(1000)
        await board.page.evaluate(
            """() => {
              window.touched = new Set();
              new MutationObserver((all) => all.forEach(({ target }) => {
                const element = target.nodeType === 1 ? target : target.parentElement;
                if (element?.matches('[data-since]')) return;
                const card = element?.closest('.agent');
                if (card) touched.add(card.dataset.agent);
              })).observe(document.querySelector('.agents-view'), {
                subtree: true, childList: true, characterData: true, attributes: true,
              });
            }"""
        )
        one = next(agent for agent in board.bridge.snapshot.agents if agent.id == "1500")
        told(board, replace(one, state="paused", reason="<i>tea</i>", since=one.since))
        await expect(board.page.locator('[data-agent="1500"]')).to_have_attribute("data-state", "paused")
        await asyncio.sleep(2.1)
        assert await board.page.evaluate("[...touched]") == ["1500"]
        assert "<i>tea</i>" in (await board.page.locator('[data-agent="1500"] .ctx').text_content() or "")


async def test_the_times_of_agents_in_sight_go_on(tmp_path: Path) -> None:
    async with served(tmp_path, floor(datetime.now(UTC))) as board:
        await open_agents(board)
        ticking = board.page.locator('[data-agent="1002"] .since')
        first = await ticking.inner_text()
        await expect(ticking).not_to_have_text(first, timeout=3000)


async def test_cards_out_of_sight_are_not_laid_out(tmp_path: Path) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), 2, 1000)) as board:
        await open_agents(board)
        drawn = "e => e.checkVisibility({ contentVisibilityAuto: true })"
        assert not await board.page.locator(".agent .who").last.evaluate(drawn)
        assert await board.page.locator(".agent .who").first.evaluate(drawn)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_agents_fit_every_screen_and_can_be_read(tmp_path: Path, scheme: str) -> None:
    async with served(tmp_path, crowded(datetime.now(UTC), 3, 24), scheme) as board:
        for width, height in SIZES:
            await board.page.set_viewport_size({"width": width, "height": height})
            for group in ("none", "queue", "state"):
                await open_agents(board, f"&group={group}")
                assert await board.page.evaluate(CUT_OFF) == [], (width, group)
                assert await board.page.evaluate(PALE) == [], (width, group)


async def test_no_text_of_anybodys_becomes_markup(tmp_path: Path) -> None:
    """Names of callers, queues, agents and flows, languages, pause reasons: all are told as they are."""
    base = floor(datetime.now(UTC))
    queue = base.queues[0]
    hostile = replace(
        base,
        queues=(
            replace(
                queue,
                name=HOSTILE,
                title=HOSTILE,
                waiting=tuple(
                    replace(one, caller_name=HOSTILE, caller=HOSTILE, language=HOSTILE) for one in queue.waiting
                ),
            ),
        ),
        agents=tuple(
            replace(one, name=HOSTILE, reason=HOSTILE, caller=HOSTILE, queue=HOSTILE, queues={HOSTILE: 0})
            for one in base.agents
        ),
        calls=tuple(replace(one, flow=HOSTILE, caller=HOSTILE, number=HOSTILE, language=HOSTILE) for one in base.calls),
    )
    async with served(tmp_path, hostile) as board:
        board.page.on("dialog", lambda _: pytest.fail("somebody's text ran as script"))
        for view in ("", "&view=agents&group=queue"):
            await board.page.goto(f"{board.address}?lang=en{view}")
            await expect(board.page.locator(".agent").first).to_be_attached()
            await expect(board.page.get_by_text(HOSTILE).first).to_be_attached()
            for element in ("body img", "body script"):
                assert await board.page.locator(element).count() == 0
            assert await board.page.title() == "96956 hotline"
            assert await board.page.evaluate(CUT_OFF) == [], view
