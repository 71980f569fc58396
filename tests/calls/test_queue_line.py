"""Waiting in the line: callers are told their place, leave by a key, keep their order, and are disturbed by nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lab.rig import ALWAYS_OPEN, Plan, Rig
from store.engine import open_store
from store.rows import Visit
from store.writer import Writer
from tests.calls.asking import CHOOSE, HOLD, MENU, RATE, WELCOME, said, talking, to_the_menu
from tests.calls.conftest import STEADY, House, until
from tests.calls.proof import Tally, proved

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from lab.phone import Phone

pytestmark = pytest.mark.asterisk

NEXT = "您是下一位"
AHEAD = ("您前面还有", "一", "位客户")
MOST = "多数客户在"
BY_KEY = "不想等候请按1"
CALLED_BACK = "我们将拨打以下号码"
EVERY_S = 15
IN_LINE = (CHOOSE, WELCOME, MENU, HOLD)
HANDED_OVER = ["say_please_hold: said", "service_queue: handed over"]
RETURNED = ["service_queue: answered", "rate_talk: hung up"]
BY_CALLBACK = ["service_queue: key 1", "whose_number: way 1", "your_number: hung up"]
EDITS = (
    ALWAYS_OPEN,
    *STEADY,
    ("flows/main.yaml", "every: 45s", f"every: {EVERY_S}s"),
    ("hotline.yaml", "wrap_up: 5s", "wrap_up: 1s"),
)


@pytest.fixture(scope="module")
def line_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("line"), Plan(edits=EDITS)) as running:
        yield running


@pytest.fixture
def house(line_rig: Rig) -> House:
    return House(line_rig)


@dataclass
class Line:
    """One agent who talks, and two callers who wait for him."""

    agent: Phone
    served: Phone
    first: Phone
    second: Phone


@asynccontextmanager
async def line(house: House, numbers: str) -> AsyncIterator[Line]:
    """Three callers, numbered `numbers` and 0 to 2, in this order."""
    async with AsyncExitStack() as stack:
        agent = await stack.enter_async_context(house.agent("1001"))
        served, first, second = [
            await stack.enter_async_context(house.caller(f"{numbers}{number}")) for number in range(3)
        ]
        await into_the_line(served)
        await talking(house, agent)
        for place, phone in enumerate((first, second), start=1):
            await into_the_line(phone)
            await until(lambda place=place: waiting(house, place))  # type: ignore[misc]  # bound at once
        yield Line(agent, served, first, second)


async def into_the_line(phone: Phone) -> None:
    """Into the general queue, each key pressed while its question is heard: these tests are about what comes then."""
    await to_the_menu(phone)
    await phone.begins_to_hear(MENU)
    await phone.press("0")
    await phone.begins_to_hear(HOLD)


async def waiting(house: House, count: int) -> bool:
    return len((await house.queue("service"))["waiting"]) == count


async def in_line(house: House) -> list[str]:
    """The visits in the line as the feed has them, the next first."""
    return [caller["visit_id"] for caller in (await house.queue("service"))["waiting"]]


async def remember_waits(house: House, *waits_s: float) -> None:
    """Have the database know callers who were answered just now, after waiting this long."""
    now = datetime.now(UTC)
    store = await open_store(house.rig.database_url)
    try:
        async with Writer(store) as writer:
            for number, wait_s in enumerate(waits_s):
                writer.put(
                    Visit(
                        id=f"gz-1/seen.{number}/1",
                        node="gz-1",
                        call_id=f"seen.{number}",
                        channel_id=f"seen.{number}",
                        ordinal=1,
                        queue="service",
                        entered_at=now - timedelta(seconds=wait_s + 1),
                        outcome="answered",
                        answered_at=now - timedelta(seconds=1),
                        wait_s=wait_s,
                        ended_at=now,
                        talk_s=1.0,
                        agent="1002",
                    )
                )
    finally:
        await store.close()


async def has_talked(house: House, here: Line) -> None:
    """The agent is done with the first caller, who leaves, and talks with the next."""
    await here.agent.hang_up()
    await here.served.begins_to_hear(RATE)
    await here.served.hang_up()
    await talking(house, here.agent)


async def served(tally: Tally, here: Line, moves: dict[str, int]) -> None:
    """Prove the call of the one who talked, and how far all three have moved the counters."""
    heard, visits = (*IN_LINE, RATE), ["service: answered"]
    await proved(tally, here.served, heard=heard, way=RETURNED, outcome="hung_up", visits=visits, moves=moves)


async def test_callers_hear_their_place_in_their_language_and_leave_by_the_key_of_the_step(house: House) -> None:
    tally = await Tally.of(house)
    async with line(house, "1391112000") as here:
        await asyncio.gather(
            here.first.begins_to_hear(NEXT, within_s=EVERY_S + 10),
            here.second.begins_to_hear(AHEAD[0], within_s=EVERY_S + 10),
        )
        await asyncio.gather(here.first.hears(BY_KEY), here.second.hears(BY_KEY))
        assert NEXT not in said(here.second)
        assert AHEAD[0] not in said(here.first)

        await here.second.press("7")
        await here.second.press("#")
        await asyncio.sleep(2)
        assert await waiting(house, 2)
        await here.second.press("1")
        await here.second.begins_to_hear(CALLED_BACK)
        await here.second.hang_up()
        await has_talked(house, here)
        await here.first.hang_up()

    heard, visits = [*IN_LINE, "".join(AHEAD), BY_KEY, CALLED_BACK], ["service: left_by_key"]
    proven = await proved(
        tally, here.second, heard=heard, way=BY_CALLBACK, outcome="hung_up", visits=visits, moves=None
    )
    assert (proven.visit.ended_by, proven.visit.position) == ("caller", 2)
    assert proven.visit.wait_s is not None
    assert proven.visit.wait_s > EVERY_S
    heard, visits = [*IN_LINE, NEXT, BY_KEY], ["service: answered"]
    proven = await proved(tally, here.first, heard=heard, way=HANDED_OVER, outcome="queued", visits=visits, moves=None)
    assert (proven.visit.agent, proven.visit.position) == ("1001", 1)
    moves = {"entered": 3, "answered": 2, "answered_within": 2, "left_by_key": 1}
    await served(tally, here, moves)


async def test_the_order_is_kept_over_announcements_and_a_key_works_in_the_middle_of_one(house: House) -> None:
    tally = await Tally.of(house)
    async with line(house, "1391112010") as here:
        before = await in_line(house)
        await here.second.begins_to_hear(AHEAD[0], within_s=EVERY_S + 10)  # it goes on for seconds
        assert await in_line(house) == before
        await has_talked(house, here)  # in the middle of both announcements
        assert await in_line(house) == before[1:]
        await here.second.begins_to_hear(NEXT, within_s=EVERY_S + 10)
        await here.second.press("1")
        await here.second.begins_to_hear(CALLED_BACK)
        await asyncio.gather(here.first.hang_up(), here.second.hang_up())
    heard, visits = [*IN_LINE, "".join(AHEAD), NEXT, CALLED_BACK], ["service: left_by_key"]
    proven = await proved(
        tally, here.second, heard=heard, way=BY_CALLBACK, outcome="hung_up", visits=visits, moves=None
    )
    assert proven.visit.id == before[1]
    visits = ["service: answered"]
    proven = await proved(
        tally, here.first, heard=(*IN_LINE, NEXT), way=HANDED_OVER, outcome="queued", visits=visits, moves=None
    )
    assert (proven.visit.id, proven.visit.agent) == (before[0], "1001")
    moves = {"entered": 3, "answered": 2, "answered_within": 2, "left_by_key": 1}
    await served(tally, here, moves)


async def test_killing_the_service_disturbs_nobody_in_the_line(house: House) -> None:
    tally = await Tally.of(house)
    async with line(house, "1391112030") as here:
        before = await in_line(house)
        await remember_waits(house, 100, 105, 110)
        for phone in (here.served, here.first, here.second):  # a service that is killed takes its last rows along
            await house.left_journey(phone.number, "queued")
        pids = house.rig.part_pids()
        for part in ("agi", "bridge"):
            os.kill(pids[part], signal.SIGKILL)

        async def again() -> bool:
            fresh = house.rig.part_pids()
            back = all(
                fresh.get(part) not in {None, pids[part]} and house.rig.part_serves(part) for part in ("agi", "bridge")
            )
            return back and await asyncio.to_thread(house.rig.is_live)

        await until(again, within_s=60)
        assert await in_line(house) == before
        await asyncio.gather(
            here.first.begins_to_hear(NEXT, within_s=2 * EVERY_S + 10),
            here.second.begins_to_hear(AHEAD[0], within_s=2 * EVERY_S + 10),
        )
        # The bridge that was started again knows the waits of late from the database, so the wait is told as well.
        await asyncio.gather(here.first.hears(MOST), here.second.hears(MOST))
        await has_talked(house, here)
        assert await in_line(house) == before[1:]
        await asyncio.gather(here.first.hang_up(), here.second.hang_up())
    ends = ((here.first, NEXT, "answered"), (here.second, AHEAD[0], "abandoned"))
    for (phone, place, end), visit_id in zip(ends, before, strict=True):
        heard, visits = (*IN_LINE, place, MOST), [f"service: {end}"]
        proven = await proved(tally, phone, heard=heard, way=HANDED_OVER, outcome="queued", visits=visits, moves=None)
        assert proven.visit.id == visit_id
    # The bridge that was started again counts the three callers it was made to remember as well.
    moves = {"entered": 6, "answered": 5, "answered_within": 5, "abandoned": 1, "short_abandoned": 1}
    await served(tally, here, moves)
