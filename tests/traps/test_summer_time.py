"""The nights in which summer begins and ends: a real Asterisk and its bridges live through them, with callers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from store.engine import open_store
from store.intervals import intervals
from store.queries.counted import visit_tallies
from tests.traps.clock import Clock, patient, theatre
from tests.traps.stage import Played, check_rows, until

if TYPE_CHECKING:
    from tests.traps.stage import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

NIGHTS = {
    "the hour that is not": ("Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # 02:00 becomes 03:00
    "the hour that is twice": ("America/New_York", datetime(2026, 11, 1, 6, 0, tzinfo=UTC)),  # 02:00 becomes 01:00
}
LOCAL = {
    "the hour that is not": ["01:00", "01:30", "03:00", "03:30"],
    "the hour that is twice": ["01:00", "01:30", "01:00", "01:30"],
}
"""What the clock on the wall shows when each half hour begins, from an hour before the change on."""
EARLY = timedelta(minutes=10)
"""So long before the change Asterisk is started."""
AHEAD = timedelta(seconds=20)
"""So long before it the callers call."""
QUEUES = ("before", "waits", "leaves", "talks", "after")


@dataclass(frozen=True)
class Night:
    """One night: what is left of it, when the clock on the wall was set, and how long it all took."""

    name: str
    told: Played
    zone: ZoneInfo
    change: datetime
    url: str
    took_s: float


@pytest.fixture(scope="module", params=NIGHTS)
def night(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Night:
    zone, change = NIGHTS[request.param]
    folder = tmp_path_factory.mktemp("night")
    clock = Clock(folder, change - EARLY - datetime.now(UTC))

    async def scene(stage: Stage) -> None:
        clock.step(change - AHEAD - clock.now())  # nobody calls yet
        for queue in ("before", "talks"):
            await stage.member(queue, f"patient-{queue}1")
        before, waiting, leaving, talking = [await patient(stage, queue) for queue in QUEUES[:-1]]
        await before.talks()
        await before.hang_up()
        await talking.talks()
        await waiting.waits()
        await leaving.waits()
        await before.is_over()
        assert clock.now() < change, f"the callers were not in their places within {AHEAD}"
        await until(lambda: clock.now() > change + timedelta(seconds=1), "the clock stands")
        await leaving.hang_up()
        await talking.hang_up()
        await stage.member("waits", "patient-waits1")
        await waiting.talks()
        await waiting.hang_up()
        await stage.member("after", "patient-after1")
        after = await patient(stage, "after")
        await after.talks()
        await after.hang_up()
        for call in (waiting, leaving, talking, after):
            await call.is_over()

    began = time.monotonic()
    made = theatre(folder, clock, zone, QUEUES, EARLY)
    told = made.play({"night": scene})
    return Night(request.param, told, ZoneInfo(zone), change, made.url, time.monotonic() - began)


def test_the_rows_hold_together_and_equal_the_log(night: Night) -> None:
    check_rows(night.told)
    assert night.told.verdict.visits == len(night.told.visits) == len(QUEUES)


def test_every_visit_is_as_long_as_it_was(night: Night) -> None:
    for visit in night.told.visits:
        assert visit.wait_s is not None
        assert 0 <= visit.wait_s < night.took_s
        assert (visit.talk_s is None) is (visit.answered_at is None)
        assert 0 <= (visit.talk_s or 0) < night.took_s
    [waited], [left], [talked] = (night.told.of(queue) for queue in ("waits", "leaves", "talks"))
    assert (waited.wait_s or 0) > 1
    assert (left.wait_s or 0) > 1
    assert (talked.talk_s or 0) > 1


def test_every_visit_has_its_outcome_by_both_witnesses_and_by_ami_alone(night: Night) -> None:
    expected: dict[str, list[tuple[str | None, str | None, str | None]]] = {
        queue: [("answered", "caller", f"patient-{queue}1")] for queue in QUEUES
    }
    expected["leaves"] = [("abandoned", "caller", None)]
    assert {queue: night.told.outcomes(queue) for queue in QUEUES} == expected
    assert {queue: night.told.by_ami_alone(queue) for queue in QUEUES} == expected


def test_moments_are_kept_in_utc_on_either_side_of_the_change(night: Night) -> None:
    for visit in night.told.visits:
        assert visit.ended_at is not None
        assert visit.entered_at.utcoffset() == visit.ended_at.utcoffset() == timedelta()
        assert (visit.entered_at < night.change) is (visit.queue != "after")
        assert (visit.ended_at < night.change) is (visit.queue == "before")
        assert abs(visit.entered_at - night.change) < EARLY


async def test_a_report_cuts_the_night_at_the_clock_on_the_wall_and_counts_each_visit_where_it_began(
    night: Night,
) -> None:
    hour = timedelta(hours=1)
    pieces = intervals(night.change - hour, night.change + hour, "30m", night.zone)
    assert [f"{piece.begin.astimezone(night.zone):%H:%M}" for piece in pieces] == LOCAL[night.name]
    store = await open_store(night.url)
    try:
        tallies = await visit_tallies(store, pieces, ("entered",))
    finally:
        await store.close()
    found = {key: dict(tally.counts) for key, tally in tallies.items()}
    assert found == {(queue, 2 if queue == "after" else 1): {"entered": 1} for queue in QUEUES}
