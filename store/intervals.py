"""Time cut into intervals of a hotline's own clock. Pure.

Instants are kept in UTC and cut only here, when they are read. An interval is a stretch of one reading of the wall
clock: a day of a DST night has 23 or 25 hours, the hour that comes twice is two intervals, told apart by their offsets
from UTC, and a zone of half or quarter hours has its hours where its clocks have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import gcd
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

Length: TypeAlias = Literal["5m", "15m", "30m", "hour", "day"]
MINUTES: Final[Mapping[Length, int]] = MappingProxyType({"5m": 5, "15m": 15, "30m": 30, "hour": 60, "day": 24 * 60})
"""The lengths there are, in minutes of the wall clock."""
_TICK: Final = timedelta(minutes=1)
"""Clocks are set at whole minutes of UTC; a change is looked for this finely."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One interval; its end is not in it.

    Attributes:
        begin: When it begins, in UTC.
        end: When it ends, in UTC.
    """

    begin: datetime
    end: datetime


def intervals(since: datetime, until: datetime, length: Length, zone: ZoneInfo) -> list[Interval]:
    """The range cut at the zone's wall clock, without a hole; the first and the last may be cut short by the range.

    Args:
        since: The range's beginning, aware.
        until: Its end, not in it, aware.
        length: How long an interval is by the wall clock.
        zone: Whose clock.
    """
    begin, end = since.astimezone(UTC), until.astimezone(UTC)
    cut: list[Interval] = []
    while begin < end:
        following = min(_next(begin, length, zone), end)
        cut.append(Interval(begin, following))
        begin = following
    return cut


def step_s(pieces: Sequence[Interval]) -> int:
    """The longest whole number of seconds such that every interval after the first begins at a multiple of it.

    The multiples are counted from the second's beginning. The database counts in such steps, and their sums are the
    intervals' own: a year of days where the offset never changes is 365 steps, with a DST night in it steps of an hour.
    A first or a last interval cut short by the range makes no step shorter: nothing beyond the range is counted.
    """
    if len(pieces) < 3:  # noqa: PLR2004 - one beginning alone fits any step
        return max(round((piece.end - piece.begin).total_seconds()) for piece in pieces)
    second = pieces[1].begin
    return gcd(*(round((piece.begin - second).total_seconds()) for piece in pieces[2:]))


def first_step(pieces: Sequence[Interval]) -> datetime:
    """When the step begins that the first interval begins in; some of that step may lie before the interval."""
    step = timedelta(seconds=step_s(pieces))
    return pieces[1].begin - step * -((pieces[0].begin - pieces[1].begin) // step)


def local_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A local date or time as an instant, in UTC; one with an offset is taken as it says.

    Returns:
        The instant; None where the clock of the zone never shows that time, or shows it twice.

    Raises:
        ValueError: It is neither a date nor a time, or has a part of a second.
    """
    told = datetime.fromisoformat(text)
    if told.tzinfo is not None:
        told = told.astimezone(UTC)  # an offset may have a part of a second, too
    if told.microsecond:
        raise ValueError(text)
    if told.tzinfo is not None:
        return told
    early, late = (told.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if len(text) <= len("2026-11-21"):  # a day begins, also where its midnight does not exist or comes twice
        return early.astimezone(UTC)
    return early.astimezone(UTC) if early.utcoffset() == late.utcoffset() else None


def changed_offsets(since: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, timedelta]]:
    """The days in a range that do not have 24 hours: when each begins, and how long it is."""
    begun = [day.begin for day in intervals(since, until, "day", zone)]
    whole = [day for day in begun if _wall(day - timedelta(microseconds=1), zone).date() != _wall(day, zone).date()]
    lasting = [(day, _next(day, "day", zone) - day) for day in whole]
    return [(day, lasts) for day, lasts in lasting if lasts != timedelta(days=1)]


def _next(instant: datetime, length: Length, zone: ZoneInfo) -> datetime:
    """When the interval that `instant` (UTC) is in ends."""
    wall = _wall(instant, zone)
    if length == "day":
        return _midnight_after(wall, zone)
    into = timedelta(
        minutes=(wall.hour * 60 + wall.minute) % MINUTES[length], seconds=wall.second, microseconds=wall.microsecond
    )
    following = instant + timedelta(minutes=MINUTES[length]) - into
    if _wall(following, zone).utcoffset() == wall.utcoffset():
        return following
    return _change(instant, following, zone)


def _midnight_after(wall: datetime, zone: ZoneInfo) -> datetime:
    day = (wall + timedelta(days=1)).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    if _wall(midnight, zone).date() == day and _wall(midnight, zone).hour == 0:
        return midnight
    # There is no such midnight: the day begins where the clock is set forward.
    return _change(midnight - timedelta(hours=3), midnight, zone)


def _change(since: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """The first minute after `since` at which the zone's offset is another one; `until` where it is not before."""
    offset = _wall(since, zone).utcoffset()
    minute = since.replace(second=0, microsecond=0) + _TICK
    while minute < until and _wall(minute, zone).utcoffset() == offset:
        minute += _TICK
    return min(minute, until)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone)
