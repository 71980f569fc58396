"""Writing whole rows so that writing them again changes nothing: `INSERT … ON CONFLICT (key) DO UPDATE` on both."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from store.columns import NaiveInstantError
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Executable, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.rows import Row
    from store.urls import EngineName


@cache  # the statement is the same for every batch, and building it costs more than writing a row
def upsert(table: Table, engine: EngineName) -> Executable:
    """The statement that puts a whole row into `table`, new or in the place of the row with its key."""
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if not column.primary_key]
    if engine == "postgresql":
        insert = postgresql.insert(table)
        return insert.on_conflict_do_update(index_elements=keys, set_={name: insert.excluded[name] for name in others})
    lite = sqlite.insert(table)
    return lite.on_conflict_do_update(index_elements=keys, set_={name: lite.excluded[name] for name in others})


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
