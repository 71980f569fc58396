"""A real hotline for each file: Asterisk, the service, the sample's backend, phones in the test's hand."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from lab.phone import Phone, Reflex
from lab.ports import AGENTS
from lab.rig import ALWAYS_CLOSED, ALWAYS_OPEN, Plan, Rig, at_noon
from store.engine import open_store
from store.queries.journeys import journeys as list_journeys
from store.queries.visits import visits as list_visits
from tests.calls.book import BOOK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator

    from store.rows import Journey, Visit

NUMBER = "96956"
MOST = 1000
"""Rows that are asked for: no rig has more calls."""
WATCHED_WITHIN_S = 60.0
_AGAIN_S = 0.2
"""Until the feed is asked for again, when the wallboard has just gone."""

pytest.register_assert_rewrite("tests.calls.asking", "tests.calls.proof", "tests.calls.together")

NOON = at_noon(datetime.now(UTC))
ZONE = ZoneInfo(NOON[2].removeprefix("time_zone: "))
"""The rigs' time zone."""
STEADY = (
    NOON,
    ("hotline.yaml", "short_abandon: 5s", "short_abandon: 2min"),
    ("hotline.yaml", "answer_within: 20s", "answer_within: 2min"),
    ("hotline.yaml", "answer_within: 10s", "answer_within: 2min"),
)
"""Counters do not depend on the machine and the hour: every answer is in time, every abandon short, midnight is far."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """A test proves every call it makes from all four sides, or it fails."""
    BOOK.begin()
    yield
    if lacking := BOOK.lacking():
        pytest.fail("\n  ".join(["not proved from every source (tests/calls/proof.py):", *lacking]), pytrace=False)


class House:
    """The running hotline, asked from four sides: the ear, the journeys, the visits, the live feed."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    @asynccontextmanager
    async def caller(self, number: str, name: str = "") -> AsyncIterator[Phone]:
        """A caller's phone; what becomes of its call is to be proved, and the live feed is watched meanwhile."""
        async with Phone(self.rig.switch, number=number, name=name, index=self.rig.index) as phone:
            watched = asyncio.Event()
            watching = asyncio.create_task(self._watch(BOOK.open(phone, f"the call of {number!a}").shown, watched))
            try:
                await asyncio.wait_for(watched.wait(), WATCHED_WITHIN_S)
                yield phone
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, shown: set[str], watched: asyncio.Event) -> None:
        """Note every call the live feed shows in a flow; `watched` is set once it is heard."""
        async with aiohttp.ClientSession(headers=self.rig.signed_in) as session:
            while True:
                try:
                    async with session.ws_connect(self.rig.web + "/api/v1/live") as socket:
                        async for message in socket:
                            shown.update(call["call_id"] for call in json.loads(message.data).get("calls", ()))
                            watched.set()
                except aiohttp.ClientError:  # a test has killed the wallboard, which is started again
                    pass
                await asyncio.sleep(_AGAIN_S)

    @asynccontextmanager
    async def agent(self, agent_id: str, reflex: Reflex = Reflex.ANSWER) -> AsyncIterator[Phone]:
        """An agent's phone, registered, and known to Asterisk as reachable."""
        secret = self.rig.agent_secret
        async with Phone(self.rig.switch, number=agent_id, password=secret, host=AGENTS, index=self.rig.index) as phone:
            phone.reflex = reflex
            await phone.register()
            await until(lambda: self.agent_is(agent_id, "available"))
            yield phone

    async def ask(self, path: str) -> dict[str, Any]:
        """The wallboard's API."""
        async with (
            aiohttp.ClientSession(headers=self.rig.signed_in) as session,
            session.get(self.rig.web + path) as answer,
        ):
            told: dict[str, Any] = await answer.json()
            return told

    async def live(self) -> dict[str, Any]:
        """The first message of the live socket: everything, now."""
        async with (
            aiohttp.ClientSession(headers=self.rig.signed_in) as session,
            session.ws_connect(self.rig.web + "/api/v1/live") as socket,
        ):
            told: dict[str, Any] = json.loads((await socket.receive(10)).data)
            return told

    async def queue(self, name: str) -> dict[str, Any]:
        """One queue as the live feed has it."""
        return next(queue for queue in (await self.live())["queues"] if queue["name"] == name)

    async def agent_is(self, agent_id: str, state: str) -> bool:
        """Whether the live feed shows the agent in this state."""
        agents = (await self.live())["agents"]
        return any(agent["id"] == agent_id and agent["state"] == state for agent in agents)

    async def visits(self, caller: str) -> tuple[Visit, ...]:
        """The visits of a calling number, oldest first."""
        store = await open_store(self.rig.database_url)
        try:
            page = await list_visits(store, limit=MOST)
        finally:
            await store.close()
        return tuple(visit for visit in reversed(page.rows) if visit.caller.endswith(caller))

    async def has_visits(self, caller: str) -> bool:
        """Whether the database has a visit of this calling number yet."""
        return bool(await self.visits(caller))

    async def journeys_since(self, caller: str, since: datetime | None = None) -> list[Journey]:
        """The journeys of a calling number, newest first."""
        store = await open_store(self.rig.database_url)
        try:
            page = await list_journeys(store, since, limit=MOST)
        finally:
            await store.close()
        return [journey for journey in page.rows if journey.caller.endswith(caller)]

    async def journey(self, caller: str) -> Journey:
        """The newest journey of a calling number."""
        return next(iter(await self.journeys_since(caller)))

    async def left_journey(self, caller: str, outcome: str) -> Journey:
        """The newest journey of a calling number, once it has this outcome."""

        async def there() -> bool:
            try:
                return (await self.journey(caller)).outcome == outcome
            except StopIteration:
                return False
            except RuntimeError:  # StopIteration inside a coroutine
                return False

        await until(there)
        return await self.journey(caller)


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 60.0) -> None:
    """Wait until something outside this process has become so: long, for a machine that has much else to do."""
    deadline = time.monotonic() + within_s
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within_s} s")
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A hotline for each file: what earlier callers are remembered by depends on no other file."""
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(ALWAYS_OPEN, *STEADY), log="debug")) as running:
        yield running


@pytest.fixture
def house(rig: Rig) -> House:
    return House(rig)


BRISK = (
    ALWAYS_OPEN,
    *STEADY,
    ("hotline.yaml", "ring: 12s", "ring: 3s"),
    ("hotline.yaml", "wrap_up: 5s", "wrap_up: 1s"),
    ("hotline.yaml", "max_length: 50", "max_length: 2"),
    ("flows/main.yaml", "longest: 5min", "longest: 11s"),
    ("flows/main.yaml", "longest: 30s", "longest: 3s"),
    ("flows/main.yaml", "after: 5s, tries: 3, message: no-key", "after: 1s, tries: 3, message: no-key"),
    ("flows/main.yaml", "after: 6s, tries: 2", "after: 1s, tries: 2"),
    ("prompts/zh-CN.yaml", "请按1，报告故障请按2，转换语言请按9，人工服务请按0。", "请按1，人工服务请按0。"),
)
"""The sample with short waits and a queue that is soon full."""


@pytest.fixture(scope="module")
def brisk_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("brisk"), Plan(edits=BRISK)) as running:
        yield running


@pytest.fixture
def brisk(brisk_rig: Rig) -> House:
    """A second hotline, of `BRISK`."""
    return House(brisk_rig)


@pytest.fixture(scope="module")
def closed_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("closed"), Plan(edits=(ALWAYS_CLOSED, *STEADY))) as running:
        yield running


@pytest.fixture
def closed(closed_rig: Rig) -> House:
    """A hotline outside its opening hours."""
    return House(closed_rig)
