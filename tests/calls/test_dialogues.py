"""The sample's own dialogues on a real Asterisk: the journey of each is the one that was rehearsed, step for step."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.rehearsal.house import house_of
from lab.phone import Reflex
from tests.calls.asking import talking
from tests.calls.dialling import Compared, compare, prepare, with_caller
from tests.calls.proof import Tally
from tests.calls.together import moved_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.rehearsal.house import House as Rehearsed
    from ivr.rehearsal.model import Dialogue
    from lab.phone import Phone
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

AT_ONCE = 6
"""Calls at the same time: more would be late on a small machine, and a late key is another call."""
ALONE = (
    "a caller who presses nothing is asked twice and greeted in Mandarin",
    "nobody is free, and a message is taken",
    "nobody is free, and the caller is called back (empty)",
    "a PIN of the wrong length is told three times",
    "a caller who presses what is not on offer is told so, and greeted in Mandarin",
    "a new caller chooses Mandarin",
    "a new caller chooses English",
    "key 9 of the main menu changes a choice that was remembered",
    "a VIP is greeted as one",
    "a customer hears the balance in Mandarin",
    "who knows the way types ahead and hears only the balance",
    "a caller from an unknown number gives the customer number",
    "a wrong PIN may be entered again",
    "a fault is described and noted",
    "who hangs up after speaking has reported all the same",
)
"""Nobody is at work: what a caller does alone; the long ones first.

What else the sample's dialogues have, no telephone can bring about as they say it: figures of a line, an answer that is
stale or too late in one lookup alone, an outcome of a queue (`withdrawn`, `failed`), another hour in the middle of a
call; `test_queue_line`, `test_closed` and `test_balance` have their own ways to it. Waits of minutes are left out, too,
callers who withhold the number (calls are told apart by it), and more wrong PINs, which together lock the account.
"""
DOWN = "the PIN cannot be checked, and no balance is told (down)"
SLOW = "the PIN cannot be checked, and no balance is told (slow)"
WAITING = (
    "a caller who presses only wrong keys reaches a person",
    "who will not wait presses 1 in the line and is called back",
    "a VIP waits in a queue of their own",
    "after the balance the caller may go back, reach a person, or be done",
    "a caller asks for a person",
)
"""An agent's telephone rings, and the caller hangs up, or leaves the line by its key."""
TALKING = ("after the talk the caller rates it, and may go back to the main menu", "a VIP has talked")
"""An agent answers, and hangs up."""


class Stage:
    """The rig's hotline, rehearsed, and its dialogues by name."""

    def __init__(self, house: House) -> None:
        loaded = load_hotline(house.rig.hotline, house.rig.environment)
        assert loaded.hotline is not None
        assert loaded.flows is not None
        self.rehearsed: Rehearsed = house_of(loaded.hotline, loaded.flows, loaded.catalogue)
        written = {each.name: each for each in load_dialogues(loaded).dialogues}
        names = (*ALONE, DOWN, SLOW, *WAITING, *TALKING)
        self.dialogues: dict[str, Dialogue] = {
            name: with_caller(written[name], number) for number, name in enumerate(names)
        }


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

    compared = list(await asyncio.gather(*map(one, chosen)))
    await tally.moves_by(**moved_by(visit for each in compared for visit in each.visits))
    return compared


def told(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.real for one in compared}


def expected(compared: Iterable[Compared]) -> dict[str, list[str]]:
    return {one.name: one.rehearsed for one in compared}


async def test_what_a_caller_does_alone_goes_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    compared = await all_compared(house, stage, ALONE)
    assert told(compared) == expected(compared)
    assert len(compared) == len(ALONE)


@pytest.mark.parametrize(("name", "delay_s", "fail"), [(DOWN, 0.0, True), (SLOW, 6.0, False)], ids=["down", "slow"])
async def test_a_billing_system_in_trouble_is_met_as_it_was_rehearsed(
    house: House,
    stage: Stage,
    name: str,
    delay_s: float,
    fail: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    house.rig.billing_faults(delay_s=delay_s, fail=fail)
    try:
        compared = await all_compared(house, stage, [name])
    finally:
        house.rig.billing_faults()
    assert told(compared) == expected(compared)


async def test_a_caller_who_waits_for_an_agent_goes_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with house.agent("1001", Reflex.RING), house.agent("1007", Reflex.RING):
        compared = await all_compared(house, stage, WAITING)
    assert told(compared) == expected(compared)


async def test_a_caller_who_has_talked_goes_on_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with AsyncExitStack() as opened:
        agents = [await opened.enter_async_context(house.agent(each)) for each in ("1001", "1007")]
        talks = [asyncio.create_task(_talk(house, agent)) for agent in agents]
        compared = await all_compared(house, stage, TALKING)
        await asyncio.gather(*talks)
    assert told(compared) == expected(compared)


async def _talk(house: House, agent: Phone) -> None:
    await talking(house, agent)
    await asyncio.sleep(0.5)
    await agent.hang_up()
