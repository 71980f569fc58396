"""The sample's dialogues on a running rig: which there are, and many of them played side by side."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.rehearsal.house import house_of
from lab.phone import State
from tests.calls.conftest import until
from tests.calls.dialling import Compared, compare, prepare, with_caller
from tests.calls.outside import OUTSIDE
from tests.calls.pace import AS_WRITTEN
from tests.calls.played import FOLLOWED, FOLLOWING
from tests.calls.proof import Tally
from tests.calls.together import moved_by

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from ivr.rehearsal.house import House as Rehearsed
    from ivr.rehearsal.model import Dialogue
    from lab.phone import Phone
    from tests.calls.conftest import House
    from tests.calls.outside import Outside
    from tests.calls.pace import Pace

AT_ONCE = 8
"""Calls at the same time: more would be late on a small machine, and a late key is another call."""


class Stage:
    """The rig's hotline, rehearsed, and its dialogues by name."""

    def __init__(self, house: House, pace: Pace = AS_WRITTEN) -> None:
        loaded = load_hotline(house.rig.hotline, house.rig.environment)
        assert loaded.hotline is not None
        assert loaded.flows is not None
        self.rehearsed: Rehearsed = house_of(loaded.hotline, loaded.flows, loaded.catalogue)
        written = {each.name: each for each in load_dialogues(loaded).dialogues}
        numbers = {name: number for number, name in enumerate(sorted(written))}
        self.dialogues: dict[str, Dialogue] = {
            name: pace.of(with_caller(dialogue, numbers[FOLLOWED.get(name, name)]))
            for name, dialogue in written.items()
        }

    def following(self, name: str, before: Compared) -> Dialogue:
        """The dialogue of the same number's next call, with what the one before asked to be remembered."""
        dialogue = self.dialogues[name]
        world = replace(dialogue.surroundings, remembered=before.remembered)
        return replace(dialogue, surroundings=world, follows=None)


NOTHING_ARRANGED: Mapping[str, Outside] = MappingProxyType({})


async def all_compared(
    house: House,
    stage: Stage,
    names: Iterable[str],
    outside: Mapping[str, Outside] = NOTHING_ARRANGED,
    *,
    elsewhere: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    at_once: int = AT_ONCE,
) -> list[Compared]:
    """The dialogues on both telephones, each call proved, and the live counters for all.

    Args:
        house: The hotline.
        stage: Its dialogues.
        names: Which of them.
        outside: What some of the calls meet, by the dialogue's name.
        elsewhere: How other calls move the live counters meanwhile, by queue.
        at_once: Calls at the same time.
    """
    chosen = [stage.dialogues[name] for name in names]
    await prepare(house, chosen)
    tally = await Tally.of(house)
    turnstile = asyncio.Semaphore(at_once)

    async def one(dialogue: Dialogue) -> Compared:
        async with turnstile:
            return await compare(tally, stage.rehearsed, dialogue, outside.get(dialogue.name, OUTSIDE))

    async def one_and_the_next(dialogue: Dialogue) -> list[Compared]:
        first = await one(dialogue)
        if (name := FOLLOWING.get(dialogue.name)) is None:
            return [first]
        return [first, await one(stage.following(name, first))]

    compared = [each for some in await asyncio.gather(*map(one_and_the_next, chosen)) for each in some]
    moved = moved_by(visit for each in compared for visit in each.visits)
    await tally.moves_by(**{queue: Counter(counts) + Counter(elsewhere.get(queue)) for queue, counts in moved.items()})
    return compared


def told(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.real for one in compared}


def expected(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.rehearsed for one in compared}


@asynccontextmanager
async def talks(house: House, *agents: Phone) -> AsyncIterator[None]:
    """These agents take what comes meanwhile; each talk takes half a second, and the agent hangs up."""

    async def serve(agent: Phone) -> None:
        while True:
            await agent.reaches(State.TALKING, within_s=math.inf)
            await until(lambda: house.agent_is(agent.number, "on_queue_call"))
            await asyncio.sleep(0.5)
            await agent.hang_up()

    serving = [asyncio.create_task(serve(agent)) for agent in agents]
    try:
        yield
    finally:
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
