"""What a change costs the browser with a thousand agents on the page: time in the browser's main thread, and frames.

    python -m bench.board [--agents 25 1000] [--seconds 10] [--per-second 20]

A real Chromium looks at a real wallboard that follows a made-up bridge. Each change puts one agent into another state,
as a call does. What the browser spent is its own account (`Performance.getMetrics` of the DevTools protocol, after the
page has settled); a frame is late when it comes more than a frame and a half after the one before. The same is measured
while nothing changes: the clocks alone; and with `--scroll` while the agents' page is scrolled to its end and back by
the wheel, as it is, and with all cards laid out and painted wherever they are (`content-visibility: visible`).
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp.test_utils import TestServer
from playwright.async_api import async_playwright

from ami_bridge.messages import AgentView, Delta
from store.engine import open_store
from store.migrate import upgrade
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.signed_in import sign_in
from tests.wallboard.floor import Bridge, floor, settings
from wallboard.app import make_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import CDPSession, Page

    from ami_bridge.messages import AgentState, Snapshot

STATES: Final[tuple[AgentState, ...]] = ("available", "ringing", "on_queue_call", "wrap_up")
FRAMES: Final = """() => {
  window.frames_seen = [];
  let last = null;
  const look = (at) => { if (last !== null) frames_seen.push(at - last); last = at; requestAnimationFrame(look); };
  requestAnimationFrame(look);
}"""
ENDED: Final = "step => step > 0 ? scrollY + innerHeight >= document.documentElement.scrollHeight - 1 : scrollY <= 0"
ACCOUNTS: Final = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")
LATE_FRAMES: Final = 1.5
"""Of the usual time between two frames."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What the page's main thread spent, in seconds, and the time between frames in milliseconds."""

    script_s: float
    layout_s: float
    task_s: float
    frames_ms: Sequence[float]


def crowd(agents: int) -> Snapshot:
    """A floor with that many agents."""
    base, now = floor(datetime.now(UTC)), datetime.now(UTC)

    def one(n: int) -> AgentView:
        like = base.agents[n % 8]
        return replace(like, id=str(1001 + n), name=f"{like.name} {n}", since=now - timedelta(seconds=n))

    made = tuple(one(n) for n in range(agents))
    return replace(base, agents=made)


def changed(agent: AgentView, number: int) -> AgentView:
    """The agent in the next state of a call."""
    return replace(agent, state=STATES[number % len(STATES)], since=datetime.now(UTC), answered=agent.answered + 1)


async def told(bridge: Bridge, seconds: int, per_second: int) -> int:
    """Change one agent after the other, so many in a second. Returns how many changes were told."""
    count = 0
    for _ in range(seconds):
        bridge.tick()
        for _ in range(per_second):
            known = bridge.snapshot.agents
            agent = changed(known[count * 37 % len(known)], count)
            bridge.tell(Delta(node="gz-1", seq=bridge.snapshot.seq + 1, at=datetime.now(UTC), agents=(agent,)))
            count += 1
            await asyncio.sleep(1 / per_second)
        if not per_second:
            await asyncio.sleep(1)
    return count


async def accounted(session: CDPSession) -> dict[str, float]:
    """The browser's own account of the page."""
    return {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}


async def measured(page: Page, session: CDPSession, bridge: Bridge, seconds: int, per_second: int) -> tuple[int, Spent]:
    """What the page spends while so much changes."""
    await page.evaluate("frames_seen.length = 0")
    before = await accounted(session)
    count = await told(bridge, seconds, per_second)
    after = await accounted(session)
    spent = {name: after[name] - before[name] for name in ACCOUNTS}
    frames: list[float] = await page.evaluate("frames_seen")
    laid_out = spent["LayoutDuration"] + spent["RecalcStyleDuration"]
    return count, Spent(spent["ScriptDuration"], laid_out, spent["TaskDuration"], frames)


async def scrolled(page: Page, session: CDPSession, bridge: Bridge, seconds: int, per_second: int) -> tuple[int, Spent]:
    """The same while the wheel turns, down to the end and up again."""

    async def turn() -> None:
        step = 240
        while True:
            await page.mouse.wheel(0, step)
            await asyncio.sleep(0.05)
            if await page.evaluate(ENDED, step):
                step = -step

    await page.mouse.move(900, 700)
    turning = asyncio.create_task(turn())
    try:
        return await measured(page, session, bridge, seconds, per_second)
    finally:
        turning.cancel()
        await asyncio.gather(turning, return_exceptions=True)


async def looked_at(agents: int, seconds: int, per_second: int, *, scroll: bool = False) -> None:
    """One floor: its clocks alone, then with changes; or scrolled."""
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/history.db"
        await upgrade(url)
        store = await open_store(url)
        opened.push_async_callback(store.close)
        bridge = Bridge(folder / "feed.sock", crowd(agents))
        await bridge.start()
        opened.push_async_callback(bridge.leave)
        app = make_app(settings(folder / "feed.sock"), store)
        server = await opened.enter_async_context(TestServer(app))
        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened.push_async_callback(browser.close)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await sign_in(page.context, app, str(server.make_url("/")))
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        if scroll:
            await page.goto(f"{server.make_url('/')}?lang=en&view=agents")
            await page.wait_for_selector(".agent")
            await page.evaluate(FRAMES)
            for view, style in (("as it is", ""), ("all drawn", ".agent { content-visibility: visible !important }")):
                await page.evaluate(
                    "style => { (window.whole ??= new CSSStyleSheet()).replaceSync(style);"
                    " document.adoptedStyleSheets = [window.whole]; }",
                    style,
                )
                await told(bridge, 2, per_second)
                print(
                    row(agents, view, seconds, *await scrolled(page, session, bridge, seconds, per_second)), flush=True
                )
            return
        for view in ("overview", "agents"):
            await page.goto(f"{server.make_url('/')}?lang=en&view={view}")
            await page.wait_for_selector(".agent")
            await page.evaluate(FRAMES)
            await told(bridge, 2, per_second)  # the engine compiles what it runs often
            for rate in (0, per_second):
                print(row(agents, view, seconds, *await measured(page, session, bridge, seconds, rate)), flush=True)


def row(agents: int, view: str, seconds: int, count: int, spent: Spent) -> str:
    """One line of the table."""
    usual, ordered = statistics.median(spent.frames_ms), sorted(spent.frames_ms)
    late, most = sum(frame > LATE_FRAMES * usual for frame in ordered), ordered[int(len(ordered) * 0.99)]
    script, layout = (f"{1000 * part / count:.2f}" if count else "–" for part in (spent.script_s, spent.layout_s))
    return (
        f"{agents:6,} {view:8} {count / seconds:9.0f} {script:>10} {layout:>10} {100 * spent.task_s / seconds:6.1f} % "
        f"{most:10.1f} {ordered[-1]:8.1f} {late:5} of {len(ordered)}"
    )


async def main() -> None:
    """Read the command line; measure each size in turn."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--agents", type=int, nargs="+", default=[25, 1000])
    words.add_argument("--seconds", type=int, default=10)
    words.add_argument("--per-second", type=int, default=20)
    words.add_argument("--scroll", action="store_true")
    asked = words.parse_args()
    print(f"Python {platform.python_version()}, {CHROMIUM}, 1920 x 1080, {asked.seconds} s each")
    print("agents view     changes/s  script ms  layout ms     busy  frame 99 %    worst    late")
    for agents in asked.agents:
        await looked_at(agents, asked.seconds, asked.per_second, scroll=asked.scroll)


if __name__ == "__main__":
    asyncio.run(main())
