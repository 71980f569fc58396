"""A database of every version that ever was, with rows in every table, becomes today's: nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from store import migrate, rows
from store.engine import open_store
from store.months import MONTH_OF
from store.partitions import make, on_engine
from store.queries.pages import fetch, where
from store.schema import TABLE_OF
from store.upserts import values_of
from tests.store.databases import write_all
from tests.store.test_migrate import _alembic

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from store.engine import Store
    from store.rows import Row
    from store.urls import EngineName
    from tests.store.databases import Databases

REVISIONS = sorted(script.revision for script in ScriptDirectory(str(migrate._FOLDER)).walk_revisions())
SECONDS = (1790003160, 1793400000)
"""In September and in October 2026: two months of a table that is kept by months."""
Told = dict[str, list[tuple[Any, ...]]]


def a_row(kind: type[Row], second: int, *, whole: bool) -> Row:
    """A row of a kind; `whole` fills what may be null, too. Its key tells its month, as the program's own do."""
    hints = get_type_hints(kind, localns={"datetime": datetime}, globalns=vars(rows) | {"datetime": datetime})
    return kind(**{name: _value(name, hint, second, whole=whole) for name, hint in hints.items()})


def _value(name: str, hint: Any, second: int, *, whole: bool) -> Any:
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        if not whole:
            return None
        hint = Union[tuple(one for one in get_args(hint) if one is not NoneType)]  # noqa: UP007 - made at run time
    while get_origin(hint) in (Union, UnionType, Literal):
        hint = get_args(hint)[0]
        if isinstance(hint, str):
            return hint
    if name in {"id", "visit_id", "journey_id", "node", "caller_key"}:
        return f"gz-1/{second}.7/1" if name == "visit_id" else f"gz-1/{second}.7"
    made: dict[type[Any], Any] = {
        str: f"陈 {name}",
        int: 3,
        float: 1.5,
        bool: True,
        datetime: datetime.fromtimestamp(second, UTC) + timedelta(microseconds=7),
    }
    return made[hint]


def every_row() -> list[Row]:
    return [
        a_row(kind, second, whole=whole)
        for kind in rows.ROW_TYPES
        for second, whole in zip(SECONDS, (True, False), strict=True)
    ]


def _columns_of(connection: Connection) -> dict[str, set[str]]:
    """The tables of the database as it is, with their columns."""
    found = inspect(connection)
    there = set(found.get_table_names()) & {table.name for table in TABLE_OF.values()}
    return {name: {column["name"] for column in found.get_columns(name)} for name in there}


async def fill(store: Store, revision: str) -> dict[str, set[str]]:
    """Bring an empty database to a version and put rows into all its tables; its columns by table."""
    async with store.writing() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_alembic(sync), revision))
        columns = await connection.run_sync(_columns_of)
        for row in every_row():
            table = TABLE_OF[type(row)]
            if table.name not in columns:
                continue
            values = {name: value for name, value in values_of(row).items() if name in columns[table.name]}
            if "month" in columns[table.name]:
                await make(connection, [(table.name, MONTH_OF[type(row)](row))])
                values["month"] = MONTH_OF[type(row)](row)
                table = on_engine(table, store.kind)
            await connection.execute(table.insert(), [values])
    return columns


async def told(store: Store, columns: dict[str, set[str]]) -> Told:
    """What the tables hold in these columns."""
    found: Told = {}
    async with store.reading() as connection:
        for table in TABLE_OF.values():
            if table.name in columns:
                found[table.name] = await _rows_of(connection, table, columns[table.name])
    return found


async def _rows_of(connection: Any, table: Table, names: set[str]) -> list[tuple[Any, ...]]:
    asked = [column for column in table.columns if column.name in names]
    return sorted((tuple(row) for row in await connection.execute(select(*asked))), key=repr)


def test_there_are_versions_to_come_from() -> None:
    assert REVISIONS[0] == "0001"
    assert REVISIONS[-1] == migrate.head()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_rows_of_every_version_come_to_the_present_one_whole(
    databases: Databases, engine_name: EngineName, revision: str
) -> None:
    url = databases.empty(engine_name)
    store = await open_store(url)
    try:
        columns = await fill(store, revision)
        before = await told(store, columns)
        assert before["visits"]
        assert before["journeys"]
        done = await migrate.upgrade(url)
        assert (done.before, done.after) == (revision, migrate.head())
        assert await migrate.differences(store) == []
        assert await told(store, columns) == before
        async with store.reading() as connection:
            for kind in rows.ROW_TYPES:
                read = await fetch(connection, kind, where(kind))
                assert len(read) == len(before.get(TABLE_OF[kind].name, ())), f"{kind.__name__} cannot be read"
        await write_all(store, every_row())  # over the old ones: today's program finds them by their keys
        async with store.reading() as connection:
            for kind in rows.ROW_TYPES:
                assert len(await fetch(connection, kind, where(kind))) == len(SECONDS), kind.__name__
    finally:
        await store.close()
        databases.discard(url)
