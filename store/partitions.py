"""PostgreSQL's big tables by month: what they look like there, and their partitions, made before anybody needs them.

Only PostgreSQL has the column `month` (`store.months` says what it is and why), and nothing outside this package sees
it. Partitions are made apart and attached, which locks neither readers nor writers out. There is no default partition:
attaching would have to search it, and lock it meanwhile.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, text

from store.months import MONTH_OF, NO_MONTH, month_after, month_at
from store.schema import METADATA, TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store
    from store.rows import Row
    from store.urls import EngineName

MONTHLY: Final = frozenset(TABLE_OF[kind].name for kind in MONTH_OF)
"""The tables kept by month."""

_LOCK: Final = 0x686F746C696E66
"""Partitions are made by one process at a time: the number after that of upgrades."""

_PARTS = text(
    "SELECT parent.relname, part.relname, pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits"
    " JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class part ON part.oid = inhrelid"
    " WHERE parent.relkind = 'p' AND parent.relnamespace = current_schema()::regnamespace"
)

_TAKEN = text("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace")


def part_name(table: str, month: int) -> str:
    """`evidence_lines_2026_11`; `evidence_lines_rest` for keys that tell no month."""
    return f"{table}_rest" if month == NO_MONTH else f"{table}_{month // 100:04}_{month % 100:02}"


@cache
def metadata_on(engine: EngineName) -> MetaData:
    """The tables as an engine has them."""
    if engine != "postgresql":
        return METADATA
    divided = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.tables.values():
        copy = table.to_metadata(divided)
        if table.name in MONTHLY:
            month: Column[Any] = Column("month", Integer, nullable=False, primary_key=True, autoincrement=False)
            copy.append_column(month)
    return divided


def on_engine(table: Table, engine: EngineName) -> Table:
    """A table as an engine has it."""
    return metadata_on(engine).tables[table.name]


def is_part(name: str | None) -> bool:
    """Whether a table is a month of another: nothing the schema speaks of."""
    return name is not None and any(name.startswith(f"{table}_") for table in MONTHLY)


class Partitions:
    """The partitions one writer has seen to be there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[tuple[str, int]] = set()

    async def make_for(self, batch: Iterable[Row]) -> None:
        """The months of these rows, and of each the next one, so that the first call of a month finds its own there.

        Raises:
            StoreUnavailable: the database does not serve.
        """
        if self._store.kind != "postgresql":
            return
        months = {(TABLE_OF[kind].name, of(row)) for row in batch if (of := MONTH_OF.get(kind := type(row)))}
        wanted = months - self._seen
        if wanted:
            async with self._store.writing() as connection:
                await make(connection, {*wanted, *((name, month_after(month)) for name, month in wanted)})
            self._seen |= wanted

    def forget(self) -> None:
        """Look again: somebody may have removed one."""
        self._seen.clear()


async def make(connection: AsyncConnection, wanted: Iterable[tuple[str, int]]) -> None:
    """Make the partitions (table, month) that are missing.

    A month detached by hand is a table of its own still, and keeps its name: its rows that come later get another.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    there = {(parent, month) for parent, _, bound in await connection.execute(_PARTS) for month in _months_in(bound)}
    missing = sorted(set(wanted) - there)
    if not missing:
        return
    taken = set((await connection.execute(_TAKEN)).scalars())
    for table, month in missing:
        for statement in statements(table, month, taken):
            await connection.execute(text(statement))


def _months_in(bound: str) -> set[int]:
    """The months of a partition, of what PostgreSQL says of it: `FOR VALUES IN (202611)`."""
    return {int(month) for month in re.findall(r"[0-9]+", bound)}


def statements(table: str, month: int, taken: Container[str] = ()) -> tuple[str, str]:
    """What makes a partition: apart, then attached, with the keys and indexes of the whole; under a name not taken."""
    name = part_name(table, month)
    while name in taken:
        name += "_again"
    return (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)",
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES IN ({month})",
    )


async def make_ahead(connection: AsyncConnection) -> None:
    """This month's partitions, the next month's, and those of keys without a month: what an upgrade leaves behind."""
    now = month_at(datetime.now(UTC))
    await make(connection, {(table, month) for table in MONTHLY for month in (NO_MONTH, now, month_after(now))})


async def months_before(connection: AsyncConnection, table: Table, before: datetime) -> list[tuple[str, int]]:
    """The partitions of months that were over by then, by name and month, oldest first."""
    found = []
    for parent, name, bound in (await connection.execute(_PARTS)).all():
        month = max(_months_in(bound), default=NO_MONTH)
        if parent == table.name and NO_MONTH < month < month_at(before):
            found.append((name, month))
    return sorted(found, key=lambda one: one[1])


async def drop_past(connection: AsyncConnection, part: str, stays: Select[Any]) -> bool:
    """Removes a partition, unless `stays` finds a row in it that is to stay; whether it did.

    Whole months give their room back at once, where deleted rows would leave holes. Who writes into that month waits
    for the look; who reads the table is not waited for longer than a second: then the error is the driver's.
    """
    if (await connection.execute(stays)).first() is not None:
        return False
    await connection.execute(text("SET LOCAL lock_timeout = '1s'"))
    await connection.execute(text(f"LOCK TABLE {part} IN SHARE MODE"))
    if (await connection.execute(stays)).first() is not None:
        return False
    await connection.execute(text(f"DROP TABLE {part}"))
    return True
