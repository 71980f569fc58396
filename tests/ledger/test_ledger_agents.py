"""The bridge is killed again and again while agents pause, join, leave and talk; then it knows what the log knows.

A second bridge, in this process and with a database of its own, is never killed, and has seen everything.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ami_bridge.bridge import Bridge
from ami_bridge.client import LinkSettings
from ami_bridge.domain.model import QueueRules
from ami_bridge.settings import BridgeSettings
from lab.phone import State
from lab.rig import Plan, Rig
from store.engine import open_store
from store.migrate import upgrade
from store.queries.agent_history import gaps, stretches_of_agents
from store.writer import Writer
from tests.calls.asking import to_the_queue
from tests.calls.conftest import House, until
from tests.calls.test_ledger import EDITS, verified

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from store.engine import Store
    from store.rows import AgentInterval, MembershipInterval

pytestmark = pytest.mark.asterisk

AGENTS = {"1001": "陈美玲", "1003": "黄晓彤"}
APART_S = 6.0
"""Between two acts: whole seconds of the log and AMI's microseconds must not be mistaken for each other."""
SLACK = timedelta(seconds=2)


@pytest.fixture(scope="module")
def agents_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Rig(tmp_path_factory.mktemp("agents"), Plan(edits=EDITS)) as rig:
        yield House(rig)


@asynccontextmanager
async def never_killed(house: House, folder: Path) -> AsyncIterator[Store]:
    """A bridge that lives all the time; its own ledger."""
    url = f"sqlite:///{folder}/never.db"
    await upgrade(url)
    store = await open_store(url)
    settings = BridgeSettings(
        node="never",
        link=LinkSettings(port=house.rig.ports.ami, secret=house.rig.environment["HOTLINE_AMI_SECRET"]),
        feed_path=folder / "feed.sock",
        queues={name: QueueRules(title=name, wrap_up_s=1.0) for name in ("service", "vip")},
        agents=AGENTS,
        queue_log=house.rig.asterisk.log / "queue_log",
    )
    async with Writer(store) as writer:
        bridge = Bridge(settings, writer)
        watching = asyncio.create_task(bridge.run())
        await until(lambda: _is(bridge.state.knowing == "complete"))
        yield store
        await writer.flush()
        bridge.close()
        await asyncio.gather(watching, return_exceptions=True)
    await store.close()


@asynccontextmanager
async def no_bridge(house: House) -> AsyncIterator[None]:
    """The hotline's own bridge is killed as often as it is started again."""

    async def kill_on() -> None:
        while True:
            pid = house.rig.part_pids().get("bridge")
            if pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.1)

    killing = asyncio.create_task(kill_on())
    try:
        yield
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    await until(lambda: _is(house.rig.part_serves("bridge")), within_s=60)


async def _is(fact: bool) -> bool:  # noqa: FBT001 - a fact is what it takes
    return fact


async def test_what_agents_did_while_the_bridge_was_dead_is_what_a_living_one_saw(
    agents_house: House, tmp_path: Path
) -> None:
    house = agents_house

    async def act(*commands: str) -> None:
        for command in commands:
            house.rig.asterisk.cli(command)
        await asyncio.sleep(APART_S)

    async with never_killed(house, tmp_path) as living, house.agent("1001"), house.agent("1003") as second:
        since = datetime.now(UTC)
        await act("queue pause member PJSIP/1001 queue service reason lunch")
        async with no_bridge(house), house.caller("13922220011") as phone:
            await act("queue add member PJSIP/1003 to vip penalty 2")
            await act("queue pause member PJSIP/1001 queue service reason training")
            await to_the_queue(phone)
            await second.reaches(State.TALKING, within_s=60)
            await asyncio.sleep(APART_S)
            await act("queue set penalty 4 on PJSIP/1003 in vip")
            await second.hang_up()
            await phone.hang_up()
            await act("queue unpause member PJSIP/1001")
            await act("queue remove member PJSIP/1003 from vip")
        await act("queue pause member PJSIP/1003 queue service reason tea")
        await act("queue unpause member PJSIP/1003")
        until_now = datetime.now(UTC)
        store = await open_store(house.rig.database_url)
        try:
            node = await _node(house)
            await until(lambda: _filled(store, node, since, until_now), within_s=90)
            dead = [(gap.since, gap.until) for gap in await gaps(store, node) if gap.until is not None]
            ours = await stretches_of_agents(store, node, since, until_now)
            theirs = await stretches_of_agents(living, "never", since, until_now)
        finally:
            await store.close()
    _compare_doings(theirs[0], ours[0], since, until_now, dead)
    _compare_places(theirs[1], ours[1], since, until_now)
    code, said = await asyncio.to_thread(verified, house)
    assert code == 0, said
    assert "no difference in what" in said


async def _node(house: House) -> str:
    _, said = await asyncio.to_thread(verified, house, "--format", "json")
    return str(json.loads(said)["node"])


async def _filled(store: Store, node: str, since: datetime, until_now: datetime) -> bool:
    doings, _ = await stretches_of_agents(store, node, since, until_now)
    return any((one.agent, one.state, one.reason) == ("1001", "paused", "training") for one in doings)


def _compare_doings(
    real: Sequence[AgentInterval],
    ours: Sequence[AgentInterval],
    since: datetime,
    until_now: datetime,
    dead: Sequence[tuple[datetime, datetime | None]],
) -> None:
    compared = 0
    for agent in AGENTS:
        mine, his = ([one for one in rows if one.agent == agent] for rows in (ours, real))
        for one, then in pairwise(mine):
            assert one.ended_at == then.started_at, (one, then)
        turns = sorted({*(one.started_at for one in (*mine, *his)), since, until_now})
        for begin, end in pairwise(turns):
            if begin < since or end - begin <= 2 * SLACK:
                continue
            at = begin + (end - begin) / 2
            there, here = (next(i for i in rows if _covers(i, at)) for rows in (his, mine))
            told = (there.state, there.reason, there.queue) == (here.state, here.reason, here.queue)
            blind = any(gap[0] <= at and (gap[1] is None or at < gap[1]) for gap in dead)
            untold = blind and here.state == "unknown" and there.state in {"available", "wrap_up"}
            assert told or untold, (there, here)
            compared += 1
    assert compared >= 10


def _compare_places(
    real: Sequence[MembershipInterval], ours: Sequence[MembershipInterval], since: datetime, until_now: datetime
) -> None:
    turns = sorted({*(one.started_at for one in (*real, *ours)), since, until_now})
    for begin, end in pairwise(turns):
        if begin < since or end - begin <= 2 * SLACK:
            continue
        at = begin + (end - begin) / 2
        there, here = ({(one.agent, one.queue): one for one in rows if _covers(one, at)} for rows in (real, ours))
        assert there.keys() == here.keys()
        for place, one in there.items():
            assert (one.paused, one.reason) == (here[place].paused, here[place].reason), (one, here[place])
            assert here[place].penalty in {None, one.penalty}, (one, here[place])


def _covers(one: AgentInterval | MembershipInterval, at: datetime) -> bool:
    return one.started_at <= at and (one.ended_at is None or at < one.ended_at)
