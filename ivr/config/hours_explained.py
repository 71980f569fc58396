"""Why a schedule is open or closed at a moment, when that changes, and what the coming days are like.

Pure, as `ivr.config.hours`: it asks the same timetable that calls ask, and says which rule answered. An exception wins
over a public holiday or a worked weekend, and these over the week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

from ivr.config.hours import DAYS, rules_of, timetable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from ivr.config.hours import Spans, Timetable
    from ivr.config.model import Schedule

Kind = Literal["exception", "holiday", "worked weekend", "weekly"]

FARTHEST_DAYS: Final = 800
"""How far a change is looked for: what does not change in two years does not change."""
_DAY_MINUTES: Final = 1_440
_SATURDAY: Final = 5
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that has something to say about a day."""

    kind: Kind
    words: str
    """The hours as they are written, with the day or the holiday's name: `2026-12-31: 09:00-15:00`."""
    setting: tuple[str, ...]
    """Where it is written, below the schedule."""
    spans: Spans


@dataclass(frozen=True, slots=True)
class Explained:
    """A moment, explained."""

    at: datetime
    """The moment by the schedule's own wall clock."""
    is_open: bool
    day: date
    """The day whose rule decides: the one before, while its night runs on."""
    rules: tuple[Rule, ...]
    """The rule that wins, and after it those it wins over."""
    changes_at: datetime | None
    """The next moment at which it opens or closes; None when there is none within two years."""
    changes_by: Rule | None
    """The rule that opens it then, or that closes it."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the preview."""

    day: date
    rule: Rule
    hours: str
    """`09:00-12:00,13:00-18:00`, with `+1` behind what ends the next day; or `closed`."""
    clocks: str
    """What the clocks do on it: `clocks go from 02:00 to 03:00`; empty on most days."""


def rules_for(schedule: Schedule, table: Timetable, day: date) -> tuple[Rule, ...]:
    """Every rule about a day, the one that wins first; the week always has one."""
    return tuple(_rules(schedule, table, day))


def _rules(schedule: Schedule, table: Timetable, day: date) -> Iterator[Rule]:
    if day in table.exceptions:
        words = f"{day}: {schedule.exceptions[day]}"
        yield Rule("exception", words, ("exceptions", str(day)), table.exceptions[day])
    if table.calendar is not None and day in table.calendar:
        name = table.calendar.get(day)
        yield Rule("holiday", f"{name}: {schedule.on_holidays}", ("on_holidays",), table.on_holidays)
    elif (
        table.calendar is not None
        and table.on_working_weekends is not None
        and day.weekday() >= _SATURDAY
        and table.calendar.is_working_day(day)
    ):
        words = f"{schedule.on_working_weekends}"
        yield Rule("worked weekend", words, ("on_working_weekends",), table.on_working_weekends)
    weekday = day.weekday()
    written = next((rule for rule, days, _ in reversed(rules_of(schedule.open)) if weekday in days), None)
    yield Rule("weekly", written or f"no rule for {DAYS[weekday]}", ("open",), table.week[weekday])


def explain(schedule: Schedule, zone: ZoneInfo, at: datetime) -> Explained:
    """Say whether it is open at a moment, and why.

    Args:
        schedule: one that the check has found right.
        zone: the hotline's, for a schedule without its own.
        at: an aware moment.
    """
    table = timetable(schedule)
    own = table.zone or zone
    local = at.astimezone(own)
    changes = next(changes_after(table, own, at), None)
    day, rules = _deciding(schedule, table, local)
    by = None
    if changes is not None:
        # What opens it is told by the moment it opens; what closes it, by the last minute it was open.
        is_open_then = table.is_open(changes, zone)
        moment = changes if is_open_then else (changes.astimezone(UTC) - _MINUTE).astimezone(own)
        by = _deciding(schedule, table, moment)[1][0]
    return Explained(local, table.is_open(at, zone), day, rules, changes, by)


def _deciding(schedule: Schedule, table: Timetable, local: datetime) -> tuple[date, tuple[Rule, ...]]:
    """The day that decides about a moment: the day before while its night is open and today's hours are not."""
    today = local.date()
    minute = local.hour * 60 + local.minute
    before = today - timedelta(days=1)
    night = any(start <= minute + _DAY_MINUTES < stop for start, stop in table.hours_of(before))
    if night and not any(start <= minute < stop for start, stop in table.hours_of(today)):
        return before, rules_for(schedule, table, before)
    return today, rules_for(schedule, table, today)


def changes_after(table: Timetable, zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    """Every moment after `at` at which it opens or closes, in order, up to two years ahead."""
    was = table.is_open(at, zone)
    first = at.astimezone(zone).date() - timedelta(days=1)
    last = at
    for ahead in range(FARTHEST_DAYS):
        day = first + timedelta(days=ahead)
        for moment in sorted(set(_edges(table, zone, day))):
            if moment > last and table.is_open(moment, zone) != was:
                was, last = not was, moment
                yield moment.astimezone(zone)


def _edges(table: Timetable, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """Moments (UTC) of a day at which it could open or close: ends of hours, and where clocks are put on or back."""
    before = day - timedelta(days=1)
    minutes = {each for span in table.hours_of(day) for each in span if each <= _DAY_MINUTES}
    minutes |= {each - _DAY_MINUTES for span in table.hours_of(before) for each in span if each >= _DAY_MINUTES}
    for minute in {*minutes, 0}:
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        for fold in (0, 1):
            moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            if moment.astimezone(zone).replace(tzinfo=None) == wall:  # else the clocks skip it
                yield moment
    moved = clocks_moved(zone, day)
    if moved is not None:
        yield moved


def clocks_moved(zone: ZoneInfo, day: date) -> datetime | None:
    """The moment (UTC) of a day at which its clocks are put on or back; None on most days."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    offset = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == offset:
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)


def preview(schedule: Schedule, zone: ZoneInfo, first: date, days: int) -> tuple[Day, ...]:
    """Each of the coming days with the rule that wins on it."""
    table = timetable(schedule)
    own = table.zone or zone
    found = []
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        rule = rules_for(schedule, table, day)[0]
        found.append(Day(day, rule, hours_text(rule.spans), _clocks(own, day)))
    return tuple(found)


def _clocks(zone: ZoneInfo, day: date) -> str:
    moved = clocks_moved(zone, day)
    if moved is None:
        return ""
    after = moved.astimezone(zone)
    before = (moved - timedelta(seconds=1)).astimezone(zone) + timedelta(seconds=1)
    return f"clocks go from {before:%H:%M} to {after:%H:%M}"


def hours_text(spans: Spans) -> str:
    """Open stretches of a day as they are written; `+1` is the next day."""
    return ",".join(f"{_clock(start)}-{_clock(stop)}" for start, stop in spans) or "closed"


def _clock(minute: int) -> str:
    if minute == _DAY_MINUTES:
        return "24:00"
    ahead, rest = divmod(minute, _DAY_MINUTES)
    return f"{rest // 60:02}:{rest % 60:02}" + (f"+{ahead}" if ahead else "")
