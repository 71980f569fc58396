"""Days and hours of a hotline's own clock, over the nights it is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.intervals import MINUTES, Length, changed_offsets, intervals, local_moment, step_s

HOUR = timedelta(hours=1)
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Chatham",
)


def hours_of(day: str, zone: str) -> list[str]:
    """The hours of a local day as its clock shows them, with the offset."""
    place = ZoneInfo(zone)
    begin = local_moment(day, place)
    assert begin is not None
    (whole, *_) = intervals(begin, begin + timedelta(hours=30), "day", place)
    return [f"{one.begin.astimezone(place):%H:%M%z}" for one in intervals(whole.begin, whole.end, "hour", place)]


@pytest.mark.parametrize(
    ("day", "zone", "count"),
    [
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-03-08", "America/New_York", 23),
        ("2026-11-01", "America/New_York", 25),
        ("2026-09-06", "America/Santiago", 23),  # its midnight does not exist
        ("2026-11-01", "America/Havana", 25),  # its midnight comes twice
        ("2026-11-21", "Asia/Kolkata", 24),
        ("2026-11-21", "Asia/Shanghai", 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clock(day: str, zone: str, count: int) -> None:
    assert len(hours_of(day, zone)) == count


def test_the_hour_that_comes_twice_is_two_and_the_one_left_out_is_none() -> None:
    assert hours_of("2026-10-25", "Europe/Berlin")[1:5] == ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]
    assert hours_of("2026-03-29", "Europe/Berlin")[1:4] == ["01:00+0100", "03:00+0200", "04:00+0200"]


def test_a_zone_of_half_an_hour_has_its_hours_where_its_clock_has_them() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    first, second, *_ = intervals(
        datetime(2026, 11, 21, 3, 0, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC), "hour", zone
    )
    assert (first.end - first.begin, second.begin) == (HOUR / 2, datetime(2026, 11, 21, 3, 30, tzinfo=UTC))


def test_the_half_hour_a_clock_is_set_by_is_an_interval_of_its_own() -> None:
    told = hours_of("2026-04-05", "Australia/Lord_Howe")
    assert told[1:4] == ["01:00+1100", "01:30+1030", "02:00+1030"]


def test_a_clock_set_within_an_hour_ends_that_hour_there() -> None:
    told = hours_of("2026-09-27", "Pacific/Chatham")
    assert told[1:5] == ["01:00+1245", "02:00+1245", "03:45+1345", "04:00+1345"]


@pytest.mark.parametrize(
    ("zone", "length", "step"),
    [
        ("Asia/Shanghai", "day", 86_400),
        ("Europe/Berlin", "day", 3600),
        ("Australia/Lord_Howe", "day", 1800),
        ("Europe/Berlin", "15m", 900),
    ],
)
def test_the_database_counts_in_the_longest_steps_that_fit(zone: str, length: Length, step: int) -> None:
    begin = local_moment("2026-01-01", ZoneInfo(zone))
    assert begin is not None
    assert step_s(intervals(begin, local_moment("2027-01-01", ZoneInfo(zone)) or begin, length, ZoneInfo(zone))) == step


@pytest.mark.parametrize(("days", "step"), [(1, 86_399), (2, 86_400), (30, 86_400)])
def test_a_first_and_a_last_day_cut_short_make_no_step_shorter(days: int, step: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    begin = datetime(2026, 9, 30, 16, 0, 1, tzinfo=UTC)
    assert step_s(intervals(begin, begin + timedelta(days=days, hours=3), "day", zone)) == step


def test_days_that_are_longer_or_shorter_are_named() -> None:
    zone = ZoneInfo("Europe/Berlin")
    found = changed_offsets(datetime(2026, 1, 5, 7, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), zone)
    assert [(f"{begin.astimezone(zone):%m-%d}", lasts / HOUR) for begin, lasts in found] == [
        ("03-29", 23),
        ("10-25", 25),
    ]


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-10-25 02:30"])
def test_a_time_no_clock_shows_or_one_shows_twice_is_no_instant(text: str) -> None:
    assert local_moment(text, ZoneInfo("Europe/Berlin")) is None


def test_with_an_offset_it_is_one() -> None:
    assert local_moment("2026-10-25T02:30+01:00", ZoneInfo("Europe/Berlin")) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


def test_parts_of_a_second_are_refused() -> None:
    with pytest.raises(ValueError, match=r"30\.5"):
        local_moment("2026-10-25T02:30:30.5", ZoneInfo("UTC"))
    with pytest.raises(ValueError, match="2026"):
        local_moment("2026-10-25T02:30:30+08:00:00.500000", ZoneInfo("UTC"))


@settings(max_examples=150)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(list(MINUTES)),
    st.integers(0, 365 * 24 * 4),
    st.integers(1, 5 * 24 * 4),
)
def test_intervals_leave_no_hole_and_each_is_one_reading_of_the_clock(
    name: str, length: Length, start: int, lasts: int
) -> None:
    zone = ZoneInfo(name)
    since = datetime(2026, 1, 1, tzinfo=UTC) + start * timedelta(minutes=15)
    until = since + lasts * timedelta(minutes=15)
    cut = intervals(since, until, length, zone)
    assert (cut[0].begin, cut[-1].end) == (since, until)
    assert all(one.end == other.begin for one, other in pairwise(cut))
    for one in cut:
        readings = {_reading(one.begin, length, zone), _reading(one.end - timedelta(seconds=1), length, zone)}
        assert len(readings) == 1
    assert len({_reading(one.begin, length, zone) for one in cut}) == len(cut)


def _reading(instant: datetime, length: Length, zone: ZoneInfo) -> object:
    wall = instant.astimezone(zone)
    if length == "day":
        return wall.date()
    return wall.date(), (wall.hour * 60 + wall.minute) // MINUTES[length], wall.utcoffset()
