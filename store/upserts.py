"""Writing whole rows so that writing them again changes nothing: `INSERT … ON CONFLICT (key) DO UPDATE` on both.

On PostgreSQL many rows of one table go by COPY into a table of the transaction's own, and from there by the same
statement into their own: about half of our time for each row. For few the two more round trips cost more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import and_, case, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from store.columns import NaiveInstantError
from store.months import MONTH_OF
from store.partitions import MONTHLY, on_engine
from store.schema import JOURNEYS, TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Executable, Table
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from store.rows import Row
    from store.urls import EngineName

COPY_FROM: Final = 250
"""Rows of one table from which on they are copied. Measured beside the plain way (docs/performance.md): 100 at a time
are slower, 500 faster."""


Unled: TypeAlias = Literal["rescued", "lost"]
"""How a journey ended that its own service could not end. `rescued`: the dialplan's rescue had the call. `lost`: nobody
knows how the call went on after its last step."""
UNLED: Final[tuple[Unled, ...]] = get_args(Unled)


@cache  # the statement is the same for every batch, and building it costs more than writing a row
def upsert(table: Table, engine: EngineName) -> Executable:
    """The statement that puts a whole row into `table`, new or in the place of the row with its key."""
    table = on_engine(table, engine)
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
    if table.name == JOURNEYS.name:  # on PostgreSQL a table may be one of its own (`on_engine`)
        stays = and_(excluded["ended_at"].is_(None), table.c.outcome.in_(UNLED))
        changes |= {name: case((stays, table.c[name]), else_=excluded[name]) for name in ("ended_at", "outcome")}
    return changes


async def write(connection: AsyncConnection, engine: EngineName, batch: Iterable[Row], *, copies: bool = True) -> None:
    """Put the rows, one statement per run of rows of one table, in the transaction `connection` is in.

    Args:
        connection: It.
        engine: Which database it is.
        batch: The rows; no key twice among neighbours of one table.
        copies: Whether many rows may be copied; the plain way says exactly which value the database does not take.
    """
    for kind, run in groupby(batch, key=type):
        some = list(run)
        table = TABLE_OF[kind]
        # of journeys not every row replaces the one that is there (`_changes`)
        if copies and engine == "postgresql" and table is not JOURNEYS and len(some) >= COPY_FROM:
            await _copy(connection, table, some)
            continue
        values = [values_of(row) for row in some]
        if engine == "postgresql" and table.name in MONTHLY:
            for one, row in zip(values, some, strict=True):
                one["month"] = MONTH_OF[kind](row)
        await connection.execute(upsert(table, engine), values)


async def _copy(connection: AsyncConnection, table: Table, some: Sequence[Row]) -> None:
    way = _way(table)
    await connection.execute(way.stage)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(way.name, columns=way.columns, records=[way.record(row) for row in some])
    await connection.execute(way.move)


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows of one table are copied: by a table that each transaction finds empty."""

    name: str
    columns: tuple[str, ...]
    stage: Executable
    move: Executable
    record: Callable[[Row], tuple[Any, ...]]


@cache
def _way(table: Table) -> _Way:
    whole = on_engine(table, "postgresql")
    stage = f"copied_{table.name}"
    columns = tuple(column.name for column in whole.columns)
    keys = [column.name for column in whole.primary_key]
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    names = ", ".join(f'"{name}"' for name in columns)
    return _Way(
        stage,
        columns,
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} (LIKE {table.name}) ON COMMIT DELETE ROWS"),
        text(
            f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {stage}"  # noqa: S608 - names of our own
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
        ),
        _record(table),
    )


def _record(table: Table) -> Callable[[Row], tuple[Any, ...]]:
    """A row as the driver's COPY takes it: what the column types make of each value, as in every other statement."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    cells = [
        (column.name, column.type.process_bind_param if isinstance(column.type, TypeDecorator) else None)
        for column in table.columns
    ]
    kind = next(kind for kind, of_kind in TABLE_OF.items() if of_kind is table)
    month = MONTH_OF.get(kind)

    def record(row: Row) -> tuple[Any, ...]:
        told = [bound(getattr(row, name), dialect) if bound else getattr(row, name) for name, bound in cells]
        return (*told, month(row)) if month else tuple(told)

    return record


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
