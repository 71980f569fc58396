"""Alarms of the small hotline."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dialplan.report import as_text
from ivr.alarms.reading import Reading, read_alarms
from ivr.config.alarms import known_of
from ivr.config.load import load_hotline
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from ivr.alarms.fields import Known


@cache
def known() -> Known:
    return known_of(load_hotline(SMALL, {}))


def read(text: str) -> Reading:
    return read_alarms(text.encode(), known())


def told(text: str) -> str:
    """What an admin reads about alarms.yaml."""
    reading = read(text)
    return as_text(reading.diagnostics, {"alarms.yaml": reading.source})
