"""Boards of the small hotline."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dialplan.report import as_text
from ivr.boards.reading import Reading, read_board
from ivr.config.boards import names_of
from ivr.config.load import load_hotline
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from ivr.boards.fields import Names


@cache
def names() -> Names:
    return names_of(load_hotline(SMALL, {}))


def read(text: str, name: str = "floor") -> Reading:
    return read_board(text.encode(), name, names())


def told(text: str, name: str = "floor") -> str:
    """What an admin reads about a board."""
    reading = read(text, name)
    return as_text(reading.diagnostics, {f"boards/{name}.yaml": reading.source})
