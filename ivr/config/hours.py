"""Is a schedule open now? Pure: `now` and the zone are arguments, public holidays are data of the `holidays` library.

Hours are written as the weekly part of OpenStreetMap's opening hours (`Mo-Fr 09:00-18:00; Sa 09:00-12:00`) and
mean wall-clock time in the schedule's zone, the hotline's if it names none: 09:00 is nine o'clock on both sides of a
change to summer time. A night belongs to the day it began: hours of a closed Saturday do not run into Sunday, those of
Friday run into the closed Saturday. (opening-hours-py 2.1.4 was tried: after `2026 Nov 21 off` it still lets that day's
night run on into the 22nd, and its own calendar does not know China's bridge days.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dialplan.diagnostics import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import holidays

    from ivr.config.model import Schedule

Spans = tuple[tuple[int, int], ...]
"""Open stretches of a day, from and to (exclusive) in minutes after its midnight; past 1440 is the next day."""

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_MINUTES: Final = 1_440
_SATURDAY: Final = 5
_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", re.ASCII)
_RULE = re.compile(r"([A-Za-z,\s-]*?)\s*(closed|off|\d.*)?", re.DOTALL)
_CLOSED: Final = frozenset({"closed", "off"})


class ScheduleError(ValueError):
    """Opening hours that cannot be read."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """One schedule of a hotline, ready to be asked."""

    week: tuple[Spans, ...]
    """Hours of ordinary days, Monday first."""
    calendar: holidays.HolidayBase | None
    """The public holidays that count; it works out a year when it is first asked about it."""
    on_holidays: Spans
    on_working_weekends: Spans | None
    """Hours of weekend days that are worked; None leaves them weekend days."""
    exceptions: Mapping[date, Spans]
    zone: ZoneInfo | None = None
    """The schedule's own zone; None follows the hotline's."""

    @property
    def has_working_weekends(self) -> bool:
        """Whether the calendar knows weekend days that are worked for a bridged holiday, as China's does."""
        return bool(getattr(self.calendar, "weekend_workdays", None))

    def is_open(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it is open at this instant (an aware time) by its own wall clocks, or else by those of the zone."""
        local = now.astimezone(self.zone or zone)
        minute = local.hour * 60 + local.minute
        today = local.date()
        return _within(minute, self.hours_of(today)) or _within(
            minute + _DAY_MINUTES, self.hours_of(today - timedelta(days=1))
        )

    def hours_of(self, day: date) -> Spans:
        """The hours that begin on a day."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.calendar is not None:
            if day in self.calendar:
                return self.on_holidays
            is_weekend = day.weekday() >= _SATURDAY
            if self.on_working_weekends is not None and is_weekend and self.calendar.is_working_day(day):
                return self.on_working_weekends
        return self.week[day.weekday()]


def timetable(schedule: Schedule) -> Timetable:
    """A schedule of `hotline.yaml`, read.

    Raises:
        ScheduleError: hours that cannot be read, or a country or part of one whose holidays are not known.
    """
    worked = schedule.on_working_weekends
    return Timetable(
        week=_week(schedule.open),
        calendar=None if schedule.holidays is None else _calendar(schedule.holidays),
        on_holidays=_one_day(schedule.on_holidays),
        on_working_weekends=None if worked is None else _one_day(worked),
        exceptions={day: _one_day(hours) for day, hours in schedule.exceptions.items()},
        zone=None if schedule.time_zone is None else ZoneInfo(schedule.time_zone),
    )


def _calendar(name: str) -> holidays.HolidayBase:
    """`CN`, `HK`, or with a part of the country `DE-BY`, `GB-SCT`: the codes of the `holidays` library."""
    import holidays  # here: its import takes longer than reading the hours, and most schedules keep no holidays

    country, _, part = name.partition("-")
    countries = holidays.list_supported_countries(include_aliases=False)
    if country not in countries:
        raise ScheduleError(f"the holidays of '{name}' are not known")
    if part and part not in countries[country]:
        near = nearest(part, countries[country])
        raise ScheduleError(
            f"the holidays of '{name}' are not known: '{country}' has no part '{part}'"
            + (f", did you mean '{country}-{near}'?" if near else "")
        )
    return holidays.country_holidays(country, subdiv=part or None)


def _week(text: str) -> tuple[Spans, ...]:
    """`Mo-Fr 09:00-18:00; Sa off`: of two rules for a day the later holds; a rule without days is for all of them."""
    week: list[Spans] = [()] * 7
    for _, days, spans in rules_of(text):
        for day in days:
            week[day] = spans
    return tuple(week)


def rules_of(text: str) -> list[tuple[str, frozenset[int], Spans]]:
    """The rules of a week as written, each with its days (Monday is 0) and its hours.

    Raises:
        ScheduleError: they cannot be read.
    """
    if text.strip() == "24/7":
        return [("24/7", frozenset(range(7)), ((0, _DAY_MINUTES),))]
    rules = []
    for rule in text.split(";"):
        found = _RULE.fullmatch(rule.strip())
        if found is None or not found[2]:
            raise ScheduleError(f"'{rule.strip() or text}' are no opening hours")
        rules.append((rule.strip(), frozenset(_days(found[1], text)), _one_day(found[2], shown=text)))
    return rules


def _days(text: str | None, shown: str) -> list[int]:
    """`Mo-Fr,Su` as weekdays from 0; a range may run over the end of the week."""
    if not text:
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        first, _, last = (end.strip() for end in part.partition("-"))
        if first not in DAYS or (last and last not in DAYS):
            raise ScheduleError(f"'{shown}' are no opening hours: '{part.strip()}' is no day or range of days")
        start = DAYS.index(first)
        days += [(start + n) % 7 for n in range((DAYS.index(last or first) - start) % 7 + 1)]
    return days


def _one_day(text: str, shown: str | None = None) -> Spans:
    """`09:00-12:00,13:00-18:00`, `22:00-02:00`, or `closed`."""
    if text.strip() in _CLOSED:
        return ()
    spans = []
    for part in text.split(","):
        found = _TIMES.fullmatch(part.strip())
        if found is None:
            raise ScheduleError(f"'{shown or text}' are no opening hours: '{part.strip()}' is no '09:00-18:00'")
        start = int(found[1]) * 60 + int(found[2])
        stop = int(found[3] or found[5]) * 60 + int(found[4] or found[6])
        spans.append((start, stop if stop > start else stop + _DAY_MINUTES))
    return tuple(spans)


def _within(minute: int, spans: Spans) -> bool:
    return any(start <= minute < stop for start, stop in spans)
