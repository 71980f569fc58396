"""Hours that can be read and yet cannot be meant: never open, or with a rule that no day ever follows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from ivr.config.hours import DAYS, rules_of, timetable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.config.hours import Spans
    from ivr.config.model import Schedule


def is_never_open(schedule: Schedule) -> bool:
    """Whether no day of any year has an open minute. The schedule is one that `timetable` could read."""
    table = timetable(schedule)
    on_other_days = (table.on_holidays, table.on_working_weekends or ()) if table.calendar is not None else ()
    return not any((*table.week, *on_other_days, *table.exceptions.values()))


def idle_rules(schedule: Schedule) -> Iterator[tuple[tuple[str, ...], str]]:
    """What never comes to pass, each with the setting it stands in, below the schedule."""
    yield from _idle_in_the_week(rules_of(schedule.open))
    table = timetable(schedule)
    if table.calendar is None:
        if "on_holidays" in schedule.model_fields_set:
            yield ("on_holidays",), "'on_holidays' never counts: no 'holidays' are named"
        if schedule.on_working_weekends is not None:
            yield ("on_working_weekends",), "'on_working_weekends' never counts: no 'holidays' are named"
    elif schedule.on_working_weekends is not None and not table.has_working_weekends:
        yield ("on_working_weekends",), f"no weekend is worked for a holiday in the calendar of '{schedule.holidays}'"
    for day, hours in table.exceptions.items():
        if overlapping(hours):
            yield ("exceptions", str(day)), f"'{schedule.exceptions[day]}' has hours that overlap"


def _idle_in_the_week(rules: list[tuple[str, frozenset[int], Spans]]) -> Iterator[tuple[tuple[str, ...], str]]:
    for number, (written, days, spans) in enumerate(rules, start=1):
        later = {day for _, others, _ in rules[number:] for day in others}
        # Taking a day of a range out again is how the notation is meant; told is what says the same twice.
        same = ", ".join(DAYS[day] for day in sorted(days & later) if _last(rules, day) == spans)
        if days <= later:
            yield ("open",), f"'{written}' never counts: later rules have all its days"
        elif overlapping(spans):
            yield ("open",), f"'{written}' has hours that overlap"
        elif same:
            yield ("open",), f"'{written}' and a later rule say the same of {same}"


def overlapping(spans: Spans) -> bool:
    """Whether two stretches of a day have a minute in common."""
    return any(after[0] < before[1] for before, after in itertools.pairwise(sorted(spans)))


def _last(rules: list[tuple[str, frozenset[int], Spans]], day: int) -> Spans:
    return next(spans for _, days, spans in reversed(rules) if day in days)
