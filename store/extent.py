"""How much room the database takes, how fast it grows, and when there is none left. Pure.

Growth is told by the rows' own times: what came in the last days comes in the next ones, too. A kind of thing that is
kept for so long never takes more than what comes in that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LOOKED_BACK: Final = timedelta(days=28)
"""Four whole weeks: no day of the week counts more than another."""
SHORTEST: Final = timedelta(days=1)
"""Of less no day can be told."""
LOOKED_AHEAD: Final = timedelta(days=3652)
"""Ten years."""
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """One table.

    Attributes:
        table: Its name.
        rows: How many rows it has.
        size: Bytes it takes with its indexes; null where the engine does not say.
        oldest: The instant of its oldest row; null where it has none, or rows without a time.
        lately: Rows of the last days.
        kept: How long a row is kept; null for ever.
    """

    table: str
    rows: int
    size: int | None
    oldest: datetime | None = None
    lately: int = 0
    kept: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The whole database.

    Attributes:
        tables: Its tables, the largest first.
        size: Bytes it takes in all.
        unused: Bytes of these that hold nothing and will be used again.
        free: Bytes that are free where it lies; null where that cannot be known.
    """

    tables: Sequence[Extent]
    size: int
    unused: int
    free: int | None


def days_seen(room: Room, now: datetime) -> float:
    """Over how many days growth is told: four weeks, or as long as there have been rows; 0 where that is not a day."""
    oldest = min((one.oldest for one in room.tables if one.oldest is not None), default=now)
    seen = min(now - oldest, LOOKED_BACK)
    return seen / DAY if seen >= SHORTEST else 0.0


def rows_a_day(one: Extent, days: float) -> float:
    """How many rows come in a day."""
    return one.lately / days if days else 0.0


def bytes_a_day(one: Extent, days: float) -> float:
    """How many bytes come in a day, by what a row takes now."""
    return rows_a_day(one, days) * one.size / one.rows if one.size and one.rows else 0.0


def full_at(room: Room, now: datetime) -> datetime | None:
    """The day on which no room is left; None where that is not within ten years, or cannot be known."""
    days = days_seen(room, now)
    if room.free is None or not days:
        return None
    left = room.free + room.unused
    for ahead in range(LOOKED_AHEAD // DAY + 1):
        if sum(_grown(one, days, ahead) for one in room.tables) >= left:
            return now + ahead * DAY
    return None


def _grown(one: Extent, days: float, ahead: int) -> float:
    """How many bytes more a table takes in so many days; less than nothing where more goes than comes."""
    come = bytes_a_day(one, days)
    if one.kept is None or one.size is None:
        return come * ahead
    most = max(come * (one.kept / DAY), one.size)  # what it has taken it does not give back
    return min(come * ahead, most - one.size)
