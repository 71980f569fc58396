"""Files of shifts of the small hotline."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialplan.report import as_text
from ivr.shifts.reading import Reading, overlaps, read_shifts

FILE = "shifts/2026-11.csv"


def read(text: str, zone: str = "Asia/Shanghai") -> Reading:
    return read_shifts(text.encode(), FILE, ZoneInfo(zone), {"1001"})


def told(text: str, zone: str = "Asia/Shanghai") -> str:
    """What an admin reads about a file, what overlaps in it included."""
    reading = read(text, zone)
    return as_text((*reading.diagnostics, *overlaps(reading.rows)), {FILE: reading.source})
