"""An Asterisk whose clock is set by an hour while callers wait and talk, forward and back."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from tests.traps.clock import Clock, patient, theatre
from tests.traps.stage import Played, check_rows, until

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from ami_bridge.client import AmiLink
    from tests.traps.stage import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

HOUR = timedelta(hours=1)
EXPECTED = {
    "waits": ("abandoned", "caller", None),
    "leaves": ("abandoned", "caller", None),
    "talks": ("answered", "caller", "patient-clock1"),
    "after": ("answered", "caller", "patient-clock2"),
}


@dataclass(frozen=True)
class Stepped:
    """What is left of a play in which the clock was set, by how much, and what the bridges said of it."""

    told: Played
    by: timedelta
    said: Sequence[MutableMapping[str, Any]]
    took_s: float


async def looked(stage: Stage) -> None:
    """Until both bridges have looked at the clocks once: to see that one was set they must know what it showed."""
    looks: list[int] = []

    def listen(link: AmiLink, number: int) -> None:
        heard = link.pinged

        def pinged(stamp: str, took_s: float) -> None:
            heard(stamp, took_s)
            looks.append(number)

        link.pinged = pinged

    for number, bridge in enumerate(stage.bridges):
        listen(bridge.link, number)
    await until(lambda: set(looks) == {0, 1}, "the bridges do not look at the clocks")


@pytest.fixture(scope="module", params=[HOUR, -HOUR], ids=["forward", "back"])
def stepped(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Stepped:
    by: timedelta = request.param
    folder = tmp_path_factory.mktemp("clocks")
    clock = Clock(folder, timedelta())
    said: list[MutableMapping[str, Any]] = []

    def jumps() -> list[Any]:
        return [one["by_s"] for one in said if one["event"] == "clock.jumped"]

    async def scene(stage: Stage) -> None:
        waiting, leaving = await patient(stage, "waits"), await patient(stage, "leaves")
        await stage.member("talks", "patient-clock1")
        talking = await patient(stage, "talks")
        await talking.talks()
        await waiting.waits()
        await leaving.waits()
        await looked(stage)
        clock.step(by)
        await until(lambda: len(jumps()) >= 2, "the bridges did not say that the clock was set")
        await leaving.hang_up()
        await waiting.hang_up()
        await talking.hang_up()
        await stage.member("after", "patient-clock2")
        after = await patient(stage, "after")
        await after.talks()
        await asyncio.sleep(1)
        await after.hang_up()
        for call in (waiting, leaving, talking, after):
            await call.is_over()

    began = time.monotonic()
    with capture_logs() as captured:
        said = captured
        told = theatre(folder, clock, "Europe/Berlin", tuple(EXPECTED), abs(by)).play({"stepped": scene})
    return Stepped(told, by, said, time.monotonic() - began)


def test_the_rows_hold_together_and_equal_the_log(stepped: Stepped) -> None:
    check_rows(stepped.told)
    assert stepped.told.verdict.visits == len(stepped.told.visits) == len(EXPECTED)


@pytest.mark.parametrize("queue", EXPECTED)
def test_every_visit_has_one_outcome_by_both_witnesses_and_by_ami_alone(stepped: Stepped, queue: str) -> None:
    assert stepped.told.outcomes(queue) == [EXPECTED[queue]]
    assert stepped.told.by_ami_alone(queue) == [EXPECTED[queue]]


def test_a_wait_or_talk_over_which_the_clock_was_set_is_what_asterisk_counted_and_never_less_than_nothing(
    stepped: Stepped,
) -> None:
    """Forward it is too long by the step, and back nobody knows; the log says the same (docs/ledger.md, Limits)."""
    [waited], [left], [talked] = (stepped.told.of(queue) for queue in ("waits", "leaves", "talks"))
    lasted = [waited.wait_s, left.wait_s, talked.talk_s]
    if stepped.by < timedelta():
        assert lasted == [None, None, None]
    else:
        assert all(one is not None and HOUR.total_seconds() < one < 2 * HOUR.total_seconds() for one in lasted)
    for visit in (*stepped.told.visits, *stepped.told.by_ami):
        assert visit.wait_s is None or visit.wait_s >= 0
        assert visit.talk_s is None or visit.talk_s >= 0


def test_a_call_after_it_is_as_long_as_it_was(stepped: Stepped) -> None:
    [after] = stepped.told.of("after")
    assert after.wait_s is not None
    assert after.talk_s is not None
    assert 0 <= after.wait_s < stepped.took_s
    assert 1 <= after.talk_s < stepped.took_s


def test_each_bridge_says_once_that_its_clock_was_set(stepped: Stepped) -> None:
    said = [one["by_s"] for one in stepped.said if one["event"] == "clock.jumped"]
    assert said == pytest.approx([stepped.by.total_seconds()] * 2, abs=2)
