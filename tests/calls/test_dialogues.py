"""The sample's own dialogues on a real Asterisk: the journey of each is the one that was rehearsed, step for step."""

from __future__ import annotations

import sqlite3
from contextlib import AsyncExitStack, closing
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.calls.conftest import STEADY
from tests.calls.pace import Pace
from tests.calls.played import FOLLOWING, HALVES, LOCKED, TALKING, WAITING
from tests.calls.stage import Stage, all_compared, expected, talks, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.calls.conftest import House

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(480)]

PACE = Pace(changes=(("flows/main.yaml", "longest: 1min", "longest: 31s"),))
"""The longest report of a fault is half as long, and longer than any other; in the queues callers wait as written."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(ALWAYS_OPEN, *STEADY, *PACE.edits), log="debug")) as running:
        yield running


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house, PACE)


@pytest.mark.parametrize("half", HALVES, ids=["first half", "second half"])
async def test_what_a_caller_does_alone_goes_as_it_was_rehearsed(
    house: House, stage: Stage, half: tuple[str, ...]
) -> None:
    async with house.agent("1007", Reflex.RING):
        compared = await all_compared(house, stage, half)
    assert told(compared) == expected(compared)
    assert len(compared) == len(half) + len(FOLLOWING.keys() & set(half))


async def test_customers_that_cannot_be_read_in_time_are_met_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    with closing(sqlite3.connect(house.rig.folder / "customers.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        compared = await all_compared(house, stage, [LOCKED])
    assert told(compared) == expected(compared)


async def test_a_caller_who_waits_for_an_agent_goes_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with house.agent("1001", Reflex.RING), house.agent("1007", Reflex.RING):
        compared = await all_compared(house, stage, WAITING)
    assert told(compared) == expected(compared)


async def test_a_caller_who_has_talked_goes_on_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with AsyncExitStack() as opened:
        agents = [await opened.enter_async_context(house.agent(each)) for each in ("1001", "1002", "1003", "1007")]
        async with talks(house, *agents):
            compared = await all_compared(house, stage, TALKING)
    assert told(compared) == expected(compared)
