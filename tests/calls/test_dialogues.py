"""The sample's own dialogues on a real Asterisk: the journey of each is the one that was rehearsed, step for step."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.rehearsal.house import house_of
from lab.phone import Reflex
from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.calls.asking import talking
from tests.calls.conftest import STEADY
from tests.calls.dialling import Compared, compare, prepare, with_caller
from tests.calls.played import FOLLOWED, FOLLOWING, HALVES, LOCKED, TALKING, WAITING
from tests.calls.proof import Tally
from tests.calls.together import moved_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ivr.rehearsal.house import House as Rehearsed
    from ivr.rehearsal.model import Dialogue
    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

AT_ONCE = 8
"""Calls at the same time: more would be late on a small machine, and a late key is another call."""


class Stage:
    """The rig's hotline, rehearsed, and its dialogues by name."""

    def __init__(self, house: House) -> None:
        loaded = load_hotline(house.rig.hotline, house.rig.environment)
        assert loaded.hotline is not None
        assert loaded.flows is not None
        self.rehearsed: Rehearsed = house_of(loaded.hotline, loaded.flows, loaded.catalogue)
        written = {each.name: each for each in load_dialogues(loaded).dialogues}
        numbers = {name: number for number, name in enumerate(sorted(written))}
        self.dialogues: dict[str, Dialogue] = {
            name: with_caller(dialogue, numbers[FOLLOWED.get(name, name)]) for name, dialogue in written.items()
        }

    def following(self, name: str, before: Compared) -> Dialogue:
        """The dialogue of the same number's next call, with what the one before asked to be remembered."""
        dialogue = self.dialogues[name]
        world = replace(dialogue.surroundings, remembered=before.remembered)
        return replace(dialogue, surroundings=world, follows=None)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The rig of all files, but VIPs are sent on after eight seconds in each line."""
    edits = (
        ALWAYS_OPEN,
        *STEADY,
        ("flows/main.yaml", "longest: 30s", "longest: 8s"),
        ("flows/main.yaml", "priority: 10\n    longest: 5min", "priority: 10\n    longest: 8s"),
    )
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=edits, log="debug")) as running:
        yield running


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


async def all_compared(house: House, stage: Stage, names: Iterable[str]) -> list[Compared]:
    """The dialogues on both telephones, each call proved, and the live counters for all."""
    chosen = [stage.dialogues[name] for name in names]
    await prepare(house, chosen)
    tally = await Tally.of(house)
    turnstile, door = asyncio.Semaphore(AT_ONCE), asyncio.Lock()

    async def one(dialogue: Dialogue) -> Compared:
        async with turnstile:
            async with door:  # nobody waits longer than 200 ms for what is remembered of them: not all in one moment
                await asyncio.sleep(0.2)
            return await compare(tally, stage.rehearsed, dialogue)

    async def one_and_the_next(dialogue: Dialogue) -> list[Compared]:
        first = await one(dialogue)
        if (name := FOLLOWING.get(dialogue.name)) is None:
            return [first]
        return [first, await one(stage.following(name, first))]

    compared = [each for some in await asyncio.gather(*map(one_and_the_next, chosen)) for each in some]
    await tally.moves_by(**moved_by(visit for each in compared for visit in each.visits))
    return compared


def told(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.real for one in compared}


def expected(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.rehearsed for one in compared}


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
        talks = [asyncio.create_task(_talk(house, agent)) for agent in agents]
        compared = await all_compared(house, stage, TALKING)
        await asyncio.gather(*talks)
    assert told(compared) == expected(compared)


async def _talk(house: House, agent: Phone) -> None:
    await talking(house, agent)
    await asyncio.sleep(0.5)
    await agent.hang_up()
