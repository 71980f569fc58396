from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.config.hours import ScheduleError, Timetable, timetable
from ivr.config.model import Schedule

SHANGHAI = ZoneInfo("Asia/Shanghai")
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
BERLIN = ZoneInfo("Europe/Berlin")


def schedule(**settings: object) -> Timetable:
    return timetable(Schedule.model_validate({"open": "Mo-Fr 09:00-18:00; Sa 09:00-12:00", **settings}))


def is_open(table: Timetable, local: str, zone: ZoneInfo = SHANGHAI) -> bool:
    return table.is_open(datetime.fromisoformat(local).replace(tzinfo=zone), zone)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-20 08:59", False),
        ("2026-11-20 09:00", True),
        ("2026-11-20 17:59", True),
        ("2026-11-20 18:00", False),
        ("2026-11-21 11:59", True),
        ("2026-11-21 12:00", False),
        ("2026-11-22 10:00", False),
    ],
)
def test_the_week_is_followed_to_the_minute(local: str, expected: bool) -> None:  # noqa: FBT001  # a value expected
    assert is_open(schedule(), local) is expected


def test_now_may_be_in_any_zone() -> None:
    assert schedule().is_open(datetime(2026, 11, 20, 1, 0, tzinfo=UTC), SHANGHAI)
    assert not schedule().is_open(datetime(2026, 11, 20, 10, 0, tzinfo=UTC), SHANGHAI)


def test_chinese_holidays_are_closed_and_bridged_weekends_are_worked() -> None:
    table = schedule(holidays="CN", on_working_weekends="09:00-18:00")
    assert not is_open(table, "2026-10-05 10:00")  # Monday of the National Day week
    assert not is_open(table, "2026-10-07 10:00")  # a bridge day, worked on Saturday the 10th
    assert is_open(table, "2026-10-10 15:00")  # that Saturday, as a working day
    assert is_open(table, "2026-09-20 10:00")  # a Sunday that is worked
    assert not is_open(table, "2026-10-11 10:00")  # an ordinary Sunday
    assert is_open(table, "2026-10-17 10:00")  # an ordinary Saturday keeps its own hours
    assert not is_open(table, "2026-10-17 15:00")


def test_without_a_rule_for_them_worked_weekends_stay_weekends() -> None:
    assert not is_open(schedule(holidays="CN"), "2026-09-20 10:00")


def test_holidays_may_have_hours_of_their_own() -> None:
    table = schedule(holidays="HK", on_holidays="10:00-16:00")
    assert is_open(table, "2026-12-25 15:59", HONG_KONG)
    assert not is_open(table, "2026-12-25 09:30", HONG_KONG)
    assert is_open(schedule(holidays="CN"), "2026-12-25 09:30")  # no holiday in mainland China


def test_an_exception_wins_over_week_and_holiday() -> None:
    table = schedule(
        holidays="CN", exceptions={"2026-10-01": "08:00-09:00", "2026-11-20": "closed", "2026-11-22": "10:00-11:00"}
    )
    assert is_open(table, "2026-10-01 08:30")
    assert not is_open(table, "2026-11-20 10:00")
    assert is_open(table, "2026-11-22 10:30")


def test_a_night_belongs_to_the_day_it_began() -> None:
    table = timetable(Schedule.model_validate({"open": "Mo-Su 22:00-02:00", "exceptions": {"2026-11-21": "closed"}}))
    assert is_open(table, "2026-11-20 23:00")
    assert is_open(table, "2026-11-21 01:00")  # Friday's night, though Saturday is closed
    assert not is_open(table, "2026-11-21 23:00")
    assert not is_open(table, "2026-11-22 01:00")


@pytest.mark.parametrize(
    ("hours", "day", "clock", "expected"),
    [
        ("24/7", "22", "03:00", True),
        ("09:00-18:00", "22", "10:00", True),
        ("Mo-Su 09:00-24:00", "22", "23:59", True),
        ("Fr-Mo 09:00-18:00", "22", "10:00", True),
        ("Fr-Mo 09:00-18:00", "24", "10:00", False),
        ("Mo,We,Su 09:00-12:00, 13:00-18:00", "22", "13:00", True),
        ("Mo,We,Su 09:00-12:00, 13:00-18:00", "22", "12:30", False),
        ("Mo-Su 09:00-18:00; Su off", "22", "10:00", False),
        ("Mo-Su 00:00-00:00", "22", "23:59", True),
    ],
)
def test_the_weekly_notation_means(hours: str, day: str, clock: str, expected: bool) -> None:  # noqa: FBT001  # a value expected
    table = timetable(Schedule.model_validate({"open": hours}))  # 22 November 2026 is a Sunday
    assert is_open(table, f"2026-11-{day} {clock}") is expected


@pytest.mark.parametrize(
    "hours",
    ["Mo-Fr", "Mo Fr 09:00-18:00", "Mo-Fr 9:00-18:00", "Mo-Fr 09:00-25:00", "09:00", ";", "PH off", "Mo-Fr 09:00+"],
)
def test_another_notation_is_refused(hours: str) -> None:
    with pytest.raises(ScheduleError):
        timetable(Schedule.model_validate({"open": hours}))


def test_wall_clocks_count_on_both_sides_of_summer_time() -> None:
    table = timetable(Schedule.model_validate({"open": "Mo-Su 09:00-17:00"}))
    for day in ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"):  # the clocks change on the 29th and 25th
        assert [is_open(table, f"{day} {clock}", BERLIN) for clock in ("08:59", "09:00", "16:59", "17:00")] == [
            False, True, True, False
        ]  # fmt: skip
    assert table.is_open(datetime(2026, 3, 28, 8, 0, tzinfo=UTC), BERLIN)
    assert table.is_open(datetime(2026, 3, 29, 7, 0, tzinfo=UTC), BERLIN)


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    table = timetable(Schedule.model_validate({"open": "Mo-Su 02:00-02:30"}))
    instants = [datetime(2026, 10, 25, hour, 15, tzinfo=UTC) for hour in (0, 1)]  # 02:15, and 02:15 again
    assert [table.is_open(now, BERLIN) for now in instants] == [True, True]


@pytest.mark.parametrize(
    ("settings", "quoted"),
    [
        ({"open": "Mo-Fx 09:00-18:00"}, "'Mo-Fx 09:00-18:00'"),
        ({"on_holidays": "ten to four"}, "'ten to four'"),
        ({"on_working_weekends": "25:99"}, "'25:99'"),
        ({"exceptions": {"2026-12-31": "early"}}, "'early'"),
        ({"holidays": "XX"}, "'XX'"),
    ],
)
def test_hours_that_cannot_be_read_are_told(settings: dict[str, object], quoted: str) -> None:
    with pytest.raises(ScheduleError, match=quoted):
        schedule(**settings)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)))  # noqa: DTZ001  # made aware below
def test_any_instant_of_a_decade_has_an_answer(local: datetime) -> None:
    table = schedule(holidays="CN", on_working_weekends="09:00-18:00", exceptions={"2026-01-01": "closed"})
    assert isinstance(table.is_open(local.replace(tzinfo=UTC), SHANGHAI), bool)


def open_minutes(table: Timetable, first: datetime, hours: int) -> int:
    return sum(table.is_open(first + timedelta(minutes=n), SHANGHAI) for n in range(hours * 60))


@pytest.mark.parametrize(
    ("evening", "hours"), [("2026-03-27", 8), ("2026-03-28", 7), ("2026-10-24", 9), ("2026-10-25", 8)]
)
def test_a_night_over_a_change_of_the_clocks_is_an_hour_shorter_or_longer(evening: str, hours: int) -> None:
    table = schedule(open="Mo-Su 22:00-06:00", time_zone="Europe/Berlin")
    noon = datetime.fromisoformat(f"{evening} 12:00").replace(tzinfo=BERLIN).astimezone(UTC)
    assert open_minutes(table, noon, 20) == hours * 60


def test_hours_in_the_hour_that_is_left_out_are_not_open_that_night() -> None:
    table = schedule(open="Mo-Su 02:00-03:00", time_zone="Europe/Berlin")
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN).astimezone(UTC)
    assert open_minutes(table, midnight, 20) == 0
    assert open_minutes(table, midnight + timedelta(days=1), 20) == 60


def test_a_schedule_follows_its_own_zone_and_else_the_hotlines() -> None:
    new_york = schedule(time_zone="America/New_York")
    assert new_york.is_open(datetime(2026, 11, 20, 14, 30, tzinfo=UTC), SHANGHAI)  # 09:30 there
    assert not new_york.is_open(datetime(2026, 11, 20, 1, 30, tzinfo=UTC), SHANGHAI)  # 09:30 in Shanghai
    assert new_york.is_open(datetime(2026, 7, 17, 13, 30, tzinfo=UTC), SHANGHAI)  # 09:30 in summer time


def test_its_own_zone_decides_which_day_is_a_holiday() -> None:
    table = schedule(open="Mo-Su 00:00-24:00", holidays="US", time_zone="America/New_York")
    assert table.is_open(datetime(2026, 12, 25, 4, 59, tzinfo=UTC), SHANGHAI)  # still the 24th there
    assert not table.is_open(datetime(2026, 12, 25, 5, 0, tzinfo=UTC), SHANGHAI)


def test_parts_of_a_country_have_holidays_of_their_own() -> None:
    epiphany = "2026-01-06 10:00"  # a Tuesday, a holiday in Bavaria and not in Berlin
    assert not is_open(schedule(holidays="DE-BY"), epiphany, BERLIN)
    assert is_open(schedule(holidays="DE-BE"), epiphany, BERLIN)
    assert is_open(schedule(holidays="DE"), epiphany, BERLIN)


@pytest.mark.parametrize(("calendar", "words"), [("DE-BX", "did you mean 'DE-B.'"), ("CN-GD", "'CN' has no part 'GD'")])
def test_a_part_that_is_not_known_is_told_with_the_nearest(calendar: str, words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        schedule(holidays=calendar)
