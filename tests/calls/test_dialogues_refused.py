"""Dialogues of callers who are not let in: nobody is at work, the line is full, Asterisk does not know the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.calls.conftest import STEADY
from tests.calls.outside import InTurn, queues_are
from tests.calls.played import FULL, NO_AGENT, NO_SERVICE_QUEUE, NO_VIP_QUEUE, TALKED_ELSEWHERE
from tests.calls.stage import Stage, all_compared, expected, talks, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.calls.conftest import House
    from tests.calls.outside import Outside

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(480)]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(ALWAYS_OPEN, *STEADY), log="debug")) as running:
        yield running


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


async def test_a_vip_for_whom_nobody_is_at_work_goes_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with house.agent("1001", Reflex.RING):
        compared = await all_compared(house, stage, [NO_AGENT])
    assert told(compared) == expected(compared)


async def test_a_vip_who_talks_in_the_other_queue_goes_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    async with house.agent("1001") as other, house.agent("1007", Reflex.RING), talks(house, other):
        compared = await all_compared(house, stage, [TALKED_ELSEWHERE])
    assert told(compared) == expected(compared)


async def test_callers_who_find_the_line_full_go_as_it_was_rehearsed(house: House, stage: Stage) -> None:
    """Fifty places and twenty are one each, in Asterisk's own file; the callers themselves fill them.

    The first waits in the VIPs' queue, for thirty seconds; the second finds it full, and fills the other one until the
    first and the third have found that full.
    """
    first, second, third = FULL

    async def vip_is_full() -> bool:
        return len((await house.queue("vip"))["waiting"]) == 1

    async def service_is_full() -> bool:
        return len((await house.queue("service"))["waiting"]) == 1

    before = (await house.queue("service"))["today"]["full"]

    async def both_were_refused() -> bool:
        return bool((await house.queue("service"))["today"]["full"] == before + len([first, third]))

    outside: dict[str, Outside] = {second: InTurn(vip_is_full, both_were_refused), third: InTurn(service_is_full)}
    places = queues_are(house, r"maxlen = \d+", "maxlen = 1")
    async with house.agent("1001", Reflex.RING), house.agent("1007", Reflex.RING), places:
        compared = await all_compared(house, stage, FULL, outside)
    assert told(compared) == expected(compared)


async def test_callers_of_a_queue_that_asterisk_does_not_know_go_as_it_was_rehearsed(
    house: House, stage: Stage
) -> None:
    compared = []
    async with house.agent("1001", Reflex.RING), house.agent("1007", Reflex.RING):
        async with queues_are(house, r"\[vip\]", "[nobody-knows]"):
            compared += await all_compared(house, stage, [NO_VIP_QUEUE])
        async with queues_are(house, r"\[service\]", "[nobody-knows]"):
            compared += await all_compared(house, stage, NO_SERVICE_QUEUE)
    assert told(compared) == expected(compared)
