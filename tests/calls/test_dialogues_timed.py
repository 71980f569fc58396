"""Dialogues in which the longest wait in a line comes to its end: five minutes as written, seconds in the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.calls.conftest import STEADY
from tests.calls.pace import Pace
from tests.calls.played import TIMED_OUT
from tests.calls.stage import Stage, all_compared, expected, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.calls.conftest import House

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

PACE = Pace(
    50,  # five minutes are six seconds
    (
        ("flows/main.yaml", "longest: 30s", "longest: 6s"),
        ("flows/main.yaml", "longest: 5min", "longest: 6s"),
    ),
)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(ALWAYS_OPEN, *STEADY, *PACE.edits), log="debug")) as running:
        yield running


async def test_a_caller_whose_longest_wait_is_over_goes_on_as_it_was_rehearsed(house: House) -> None:
    async with house.agent("1001", Reflex.RING) as service, house.agent("1007", Reflex.RING) as vip:
        for agent in (service, vip):  # a telephone registers for five minutes, and nobody is at work when that is over
            await agent.register(expires_s=1200)
        compared = await all_compared(house, Stage(house, PACE), TIMED_OUT, at_once=len(TIMED_OUT))
    assert told(compared) == expected(compared)
