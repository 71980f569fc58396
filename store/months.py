"""Which month PostgreSQL keeps a row under: told by its key alone, so that no key can be in two months. Pure.

A partitioned table can promise that a key is unique only together with the column it is divided by. Were that column an
instant of the row, a corrected instant would make a second row of the same key. So it is a number of its own, `month`,
made of what in the key never changes: the second in which Asterisk made the channel (`Uniqueid`, main/channel.c: the
system's name, the epoch second and a counter), the beginning of an agent's interval, the second of a line of evidence.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from store import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NO_MONTH: Final = 0
"""The month of keys that tell none: made by hand, or by a switch that numbers its channels in another way."""

OF_KEY: Final = r"([0-9]{9,10})\.[0-9]+(/[0-9]+)?$"
"""The epoch second in `node/uniqueid`, `node/uniqueid/ordinal` and `node/agent/second.fraction`; PostgreSQL and Python
read it alike."""
_OF_KEY: Final = re.compile(OF_KEY)
_MONTHS_OF_A_YEAR: Final = 12


def month_at(instant: datetime) -> int:
    """The month of an instant, in UTC: 202611."""
    day = instant.astimezone(UTC)
    return day.year * 100 + day.month


def month_in(key: str) -> int:
    """The month a key tells; `NO_MONTH` where it tells none."""
    found = _OF_KEY.search(key)
    return NO_MONTH if found is None else month_at(datetime.fromtimestamp(int(found[1]), UTC))


def month_after(month: int) -> int:
    """The next month; after none comes none."""
    if month == NO_MONTH:
        return NO_MONTH
    year, number = divmod(month, 100)
    return month + 1 if number < _MONTHS_OF_A_YEAR else (year + 1) * 100 + 1


MONTH_OF: Final[Mapping[type[Any], Callable[[Any], int]]] = MappingProxyType(
    {
        rows.RingAttempt: lambda row: month_in(row.visit_id),
        rows.AgentInterval: lambda row: month_in(row.id),
        rows.JourneyStep: lambda row: month_in(row.journey_id),
        rows.EvidenceLine: lambda row: month_at(row.at),
    }
)
"""The rows kept by month, and how each tells its own. A line's id is a digest over, among others, its second."""
