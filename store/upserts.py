"""Writing whole rows so that writing them again changes nothing: `INSERT … ON CONFLICT (key) DO UPDATE` on both."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import and_, case
from sqlalchemy.dialects import postgresql, sqlite

from store.columns import NaiveInstantError
from store.schema import JOURNEYS, TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Executable, Table
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from store.rows import Row
    from store.urls import EngineName


Unled: TypeAlias = Literal["rescued", "lost"]
"""How a journey ended that its own service could not end. `rescued`: the dialplan's rescue had the call. `lost`: nobody
knows how the call went on after its last step."""
UNLED: Final[tuple[Unled, ...]] = get_args(Unled)


@cache  # the statement is the same for every batch, and building it costs more than writing a row
def upsert(table: Table, engine: EngineName) -> Executable:
    """The statement that puts a whole row into `table`, new or in the place of the row with its key."""
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if not column.primary_key]
    if engine == "postgresql":
        insert = postgresql.insert(table)
        return insert.on_conflict_do_update(index_elements=keys, set_=_changes(table, insert.excluded, others))
    lite = sqlite.insert(table)
    return lite.on_conflict_do_update(index_elements=keys, set_=_changes(table, lite.excluded, others))


def _changes(table: Table, excluded: ReadOnlyColumnCollection[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What becomes of each column: the new row's value.

    But a journey the bridge has ended, because its caller's channel is gone, is not opened again by a row without an
    end: that is an older one of a service that was killed, and drained late. Its own end, if it comes, still wins.
    """
    changes: dict[str, Any] = {name: excluded[name] for name in names}
    if table is JOURNEYS:
        stays = and_(excluded["ended_at"].is_(None), table.c.outcome.in_(UNLED))
        changes |= {name: case((stays, table.c[name]), else_=excluded[name]) for name in ("ended_at", "outcome")}
    return changes


async def write(connection: AsyncConnection, engine: EngineName, batch: Iterable[Row]) -> None:
    """Put the rows, one statement per run of rows of one table, in the transaction `connection` is in."""
    for kind, run in groupby(batch, key=type):
        table = TABLE_OF[kind]
        await connection.execute(upsert(table, engine), [values_of(row) for row in run])


def values_of(row: Row) -> dict[str, Any]:
    """The row's columns by name."""
    return {name: getattr(row, name) for name in row.__slots__}


def refuse_naive(row: Row) -> None:
    """Say at once, where the row is made, that one of its instants has no time zone.

    Raises:
        NaiveInstantError: So it is.
    """
    for name in row.__slots__:
        value = getattr(row, name)
        if isinstance(value, datetime) and value.utcoffset() is None:
            raise NaiveInstantError(value)
