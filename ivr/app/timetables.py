"""The hotline's schedules, ready to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.config.hours import timetable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ivr.config.model import Schedule


class Timetables:
    """Is it open? By schedule name, in the hotline's zone."""

    def __init__(self, schedules: Mapping[str, Schedule], zone: ZoneInfo) -> None:
        self._tables = {name: timetable(schedule) for name, schedule in schedules.items()}
        self._zone = zone

    def is_open(self, schedule: str, now: datetime) -> bool:
        """Whether this schedule, which the check has seen, is open at this moment."""
        return self._tables[schedule].is_open(now, self._zone)
