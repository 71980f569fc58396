"""Dialogues in which a waiting caller is told of the line: who is ahead and how long others waited is arranged.

The others of the line are telephones, too; what becomes of them is in the counters.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from lab.phone import Phone, Reflex, State
from lab.rig import ALWAYS_OPEN, Plan, Rig
from store.engine import open_store
from store.rows import Visit
from store.writer import Writer
from tests.calls.asking import CHOOSE, FIRST, NUMBER, all_is_quiet, said
from tests.calls.conftest import STEADY, House, until
from tests.calls.outside import Outside
from tests.calls.pace import PATIENCE_S, Pace
from tests.calls.played import AHEAD, AHEAD_IN_ENGLISH, FREE_AGENT, NEVER_GROWS
from tests.calls.stage import Stage, all_compared, expected, talks, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from ivr.rehearsal.model import Line

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(600)]

PACE = Pace(2.25, (("flows/main.yaml", "every: 45s", "every: 20s"),))
SLOWER = Pace(1.875, (("flows/main.yaml", "every: 45s", "every: 24s"),))
"""Of the hotline with experience: who came before the caller and is answered now has waited less than two rounds."""
EDITS = (ALWAYS_OPEN, *STEADY, ("hotline.yaml", "wrap_up: 5s", "wrap_up: 1s"))
MOST_KEPT = 50
"""Waits of others the bridge keeps, the latest (`ami_bridge.domain.waits`)."""
LONG_S = 200.0
"""Who has waited for one round, and is answered when those were who waited so long, is told three minutes."""
VIPS = ("13800138001", "13800138003")
"""Customers of the sample's own."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(*EDITS, *PACE.edits), log="debug")) as running:
        yield running


@pytest.fixture
async def experienced(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A hotline whose callers of late were answered: three of them after minutes, since then all at once.

    Of the latest fifty waits that are kept, these are all but two; the third and the fourth caller who is answered now
    push two of the long ones out, and with one there is no estimate any more.
    """
    plan = Plan(edits=(*EDITS, *SLOWER.edits), log="debug", service=False)
    with Rig(tmp_path_factory.mktemp("experienced"), plan) as running:
        await asyncio.to_thread(running.run, "db", "upgrade", str(running.hotline))
        await remember_waits(running, [LONG_S] * 3 + [1.0] * (MOST_KEPT - 5))
        await asyncio.to_thread(running.start_service)
        yield House(running)


async def remember_waits(rig: Rig, waits_s: list[float]) -> None:
    """Have the database know callers who were answered one after another within the last minutes."""
    first = datetime.now(UTC) - timedelta(minutes=5)
    store = await open_store(rig.database_url)
    try:
        async with Writer(store) as writer:
            for number, wait_s in enumerate(waits_s):
                answered = first + timedelta(seconds=number)
                writer.put(
                    Visit(
                        id=f"gz-1/seen.{number}/1",
                        node="gz-1",
                        call_id=f"seen.{number}",
                        channel_id=f"seen.{number}",
                        ordinal=1,
                        queue="service",
                        entered_at=answered - timedelta(seconds=wait_s),
                        outcome="answered",
                        answered_at=answered,
                        wait_s=wait_s,
                        ended_at=answered + timedelta(seconds=1),
                        talk_s=1.0,
                        agent="1002",
                    )
                )
    finally:
        await store.close()


class Others:
    """The other callers of the line, by the order in which they came."""

    def __init__(self, house: House, opened: AsyncExitStack) -> None:
        self._house = house
        self._opened = opened

    async def come(self, *numbers: str, waiting: int) -> list[Phone]:
        """They call side by side, and ask for a person; then so many callers wait in the general line."""
        phones = [await self._opened.enter_async_context(self._phone(number)) for number in numbers]
        await asyncio.gather(*map(self._asks, phones))
        await self.wait(waiting)
        return phones

    async def wait(self, count: int) -> None:
        """Until so many wait in the general line."""

        async def there() -> bool:
            return len((await self._house.queue("service"))["waiting"]) == count

        await until(there)

    def _phone(self, number: str) -> Phone:
        rig = self._house.rig
        return Phone(rig.switch, number=number, index=rig.index)

    async def _asks(self, phone: Phone) -> None:
        await phone.call(NUMBER, within_s=PATIENCE_S)
        assert await phone.ear.until(lambda: CHOOSE in said(phone) or FIRST in said(phone), PATIENCE_S)
        if FIRST not in said(phone):
            await phone.press("1")
        await phone.begins_to_hear(FIRST, PATIENCE_S)
        await phone.press("0")


@asynccontextmanager
async def others(house: House) -> AsyncIterator[Others]:
    async with AsyncExitStack() as opened:
        yield Others(house, opened)


class Changing(Outside):
    """A call whose line changes once, when its dialogue says so."""

    def __init__(self, change: Callable[[], Awaitable[object]]) -> None:
        self._change = change

    async def lines_stand(self, lines: Mapping[str, Line]) -> None:
        """As the test has it."""
        assert set(lines) == {"service"}
        await self._change()


class AnsweredNow(Outside):
    """A call that the agent whose telephone rings takes when its dialogue says so."""

    def __init__(self, agent: Phone) -> None:
        self._agent = agent

    async def comes_back(self, house: House, phone: Phone, queue: str, outcome: str) -> None:
        """Until then it rings, and rings again."""
        del phone
        assert (queue, outcome) == ("service", "answered")
        self._agent.reflex = Reflex.ANSWER
        async with talks(house, self._agent):
            await self._agent.reaches(State.TALKING, within_s=PATIENCE_S)
            await self._agent.reaches(State.ENDED, within_s=PATIENCE_S)


async def test_what_is_told_of_the_line_never_grows_as_it_was_rehearsed(house: House) -> None:
    async with house.agent("1001") as agent, others(house) as there:
        await there.come("13966660001", waiting=0)
        await on_the_phone(house, agent)
        await there.come("13966660002", waiting=1)
        two_vips_come = Changing(partial(there.come, *VIPS, waiting=4))
        compared = await all_compared(
            house,
            Stage(house, PACE),
            [NEVER_GROWS],
            {NEVER_GROWS: two_vips_come},
            elsewhere={"vip": {"entered": 2, "join_empty": 2}, "service": {"entered": 2}},
        )
    assert told(compared) == expected(compared)


async def test_nothing_is_told_while_an_agent_is_free_as_it_was_rehearsed(house: House) -> None:
    async with house.agent("1001", Reflex.RING) as agent:
        await all_is_quiet(house)
        compared = await all_compared(house, Stage(house, PACE), [FREE_AGENT], {FREE_AGENT: AnsweredNow(agent)})
    assert told(compared) == expected(compared)


async def test_who_is_ahead_and_how_long_most_wait_is_told_as_it_was_rehearsed(experienced: House) -> None:
    house, stage = experienced, Stage(experienced, SLOWER)
    async with house.agent("1001") as first, house.agent("1002") as second, others(house) as there:
        served = await there.come("13966660003", "13966660004", waiting=0)
        await asyncio.gather(on_the_phone(house, first), on_the_phone(house, second))
        ahead = await there.come("13966660005", "13966660006", waiting=2)
        compared = await all_compared(house, stage, [AHEAD_IN_ENGLISH])
        await asyncio.gather(*(phone.hang_up() for phone in ahead))
        await there.wait(0)
        ahead = await there.come("13966660007", "13966660008", waiting=2)

        async def they_are_answered() -> None:
            await asyncio.gather(*(phone.hang_up() for phone in (*served, first, second)))
            await there.wait(1)
            await asyncio.gather(on_the_phone(house, first), on_the_phone(house, second))

        answered = {"service": {"answered": 2, "answered_within": 2}}
        compared += await all_compared(house, stage, [AHEAD], {AHEAD: Changing(they_are_answered)}, elsewhere=answered)
    assert told(compared) == expected(compared)


async def on_the_phone(house: House, agent: Phone) -> None:
    """Until this agent talks, and the live feed says so."""
    await agent.reaches(State.TALKING, within_s=PATIENCE_S)
    await until(lambda: house.agent_is(agent.number, "on_queue_call"))
