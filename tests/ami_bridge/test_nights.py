"""Calls in the nights in which the clock on the wall is set, and over midnight: rows are the same, only elsewhere.

The recorded scenes are moved there, both witnesses: Asterisk writes its times as Unix time, which knows no summer.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.domain.metrics import midnight_after, midnight_before
from tests.ami_bridge import test_traps_recorded as traps
from tests.ami_bridge.replaying import RULES, Replay, fresh, ledger, recorded
from tests.ami_bridge.test_transcripts import EXPECTED, check_intervals

if TYPE_CHECKING:
    from ami_bridge.domain.events import Event

ZONE = ZoneInfo("Europe/Berlin")
NIGHTS = {
    "the hour that is not": datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # 02:00 becomes 03:00
    "the hour that is twice": datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # 03:00 becomes 02:00
    "midnight": datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
}
SCENES = [scene for scene in EXPECTED if scene != "pause"] + list(traps.EXPECTED)


def told(scene: str) -> list[Event]:
    """Both witnesses of a scene, in the order a bridge takes them."""
    one, other = (recorded, ledger) if scene in EXPECTED else (traps.heard, traps.logged)
    lines = [(line.at + timedelta(seconds=1.2), line) for line in other(scene)]
    both = [*((event.at, event) for event in one(scene)), *lines]
    return [event for _, event in sorted(both, key=lambda pair: pair[0])]


def moved(event: Any, by: timedelta) -> Any:
    more = {}
    if isinstance(event, ev.MemberSeen) and event.last_call is not None:
        more["last_call"] = event.last_call + by
    return replace(event, at=event.at + by, **more)


def played(scene: str, zone: ZoneInfo, middle: datetime | None) -> tuple[Replay, timedelta]:
    """The scene, with its middle in that moment, and how far it was moved."""
    events = told(scene)
    first, last = min(event.at for event in events), max(event.at for event in events)
    by = (
        timedelta()
        if middle is None
        else timedelta(seconds=round((middle - first - (last - first) / 2).total_seconds()))
    )
    replay = fresh(first + by, replace(RULES, zone=zone)).take_all(moved(event, by) for event in events)
    return replay.tick(last + by + timedelta(seconds=5)), by


def back(row: Any, by: timedelta) -> dict[str, Any]:
    """A row's fields, with its moments moved back; without the id that names one."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    moments = {name: value - by for name, value in values.items() if isinstance(value, datetime)}
    return {name: value for name, value in (values | moments).items() if name != "id" or not hasattr(row, "state")}


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("scene", SCENES)
def test_visits_ringing_and_stretches_are_the_same(scene: str, night: str) -> None:
    by_day, _ = played(scene, ZONE, None)
    by_night, by = played(scene, ZONE, NIGHTS[night])
    assert [back(row, by) for row in by_night.visits.values()] == [
        back(row, timedelta()) for row in by_day.visits.values()
    ]
    assert [back(row, by) for row in by_night.attempts.values()] == [
        back(row, timedelta()) for row in by_day.attempts.values()
    ]
    assert [back(row, by) for row in by_night.intervals.values()] == [
        back(row, timedelta()) for row in by_day.intervals.values()
    ]
    check_intervals(by_night)


@pytest.mark.parametrize("night", NIGHTS)
def test_a_visit_counts_for_the_day_it_entered(night: str) -> None:
    replay, _ = played("answered", ZONE, NIGHTS[night])
    [visit] = replay.visits.values()
    today = visit.entered_at.astimezone(ZONE).date() == (NIGHTS[night] + timedelta(minutes=1)).astimezone(ZONE).date()
    counted = sum(counts.entered for counts in replay.state.counts.values())
    assert counted == int(today)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 30), 24)])
def test_such_a_day_has_its_own_length(day: date, hours: int) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
    assert midnight_after(noon, ZONE) - midnight_before(noon, ZONE) == timedelta(hours=hours)
