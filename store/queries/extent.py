"""How much room each table takes, and how many rows came lately."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, text

from store.extent import LOOKED_BACK, Extent, Room
from store.failures import is_away
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store

BORN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "visits": "entered_at",
        "ring_attempts": "started_at",
        "agent_intervals": "started_at",
        "membership_intervals": "started_at",
        "gaps": "since",
        "journeys": "started_at",
        "journey_steps": "at",
        "remembered": "updated_at",
        "voicemails": "recorded_at",
        "recordings": "recorded_at",
        "surveys": "asked_at",
        "callbacks": "asked_at",
        "tickets": "opened_at",
        "evidence_lines": "at",
        "acts": "asked_at",
    }
)
"""Which instant says when a row came; tables that have none are of a fixed size."""

_PAGES = text(
    "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name"
    " WHERE d.aggregate = TRUE GROUP BY m.tbl_name"
)
"""Pages by table, its indexes with it (https://www.sqlite.org/dbstat.html); not every build of SQLite has this."""
_RELATIONS = text(
    "SELECT coalesce(parent.relname, own.relname), sum(pg_total_relation_size(own.oid)) FROM pg_class own"
    " LEFT JOIN pg_inherits ON inhrelid = own.oid LEFT JOIN pg_class parent ON parent.oid = inhparent"
    " WHERE own.relkind IN ('r', 'p') AND own.relnamespace = current_schema()::regnamespace GROUP BY 1"
)


async def room(store: Store, kept: Mapping[str, timedelta | None], now: datetime) -> Room:
    """The room the database takes, table by table.

    Args:
        store: Which.
        kept: How long rows are kept, by table.
        now: The time; what came in the weeks before it tells the growth.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    sizes = await _sizes(store)
    tables = [await _extent(store, table, sizes.get(table.name), kept, now) for table in TABLE_OF.values()]
    size, unused, free = await _whole(store)
    ordered = sorted(tables, key=lambda one: (-(one.size or 0), -one.rows, one.table))
    return Room(tables=ordered, size=size, unused=unused, free=free)


async def _extent(
    store: Store, table: Table, size: int | None, kept: Mapping[str, timedelta | None], now: datetime
) -> Extent:
    asked = [func.count().label("rows")]
    born = table.c.get(BORN.get(table.name, ""))
    if born is not None:
        lately = func.count().filter(born >= now - LOOKED_BACK, born <= now)
        asked += [func.min(born).label("oldest"), lately.label("lately")]
    async with store.reading() as connection:
        found = (await connection.execute(select(*asked).select_from(table))).mappings().one()
    return Extent(table=table.name, size=size, kept=kept.get(table.name), **found)


async def _sizes(store: Store) -> dict[str, int]:
    """Bytes by table; empty where the engine does not say."""
    try:
        async with store.reading() as connection:
            found = await connection.execute(_PAGES if store.kind == "sqlite" else _RELATIONS)
            return {name: int(size) for name, size in found}
    except Exception as error:
        # SQLite without `dbstat` has no such table, and says so as it does of a database without tables.
        if store.kind != "sqlite" or "no tables yet" not in str(error):
            raise
        return {}


async def _whole(store: Store) -> tuple[int, int, int | None]:
    """Bytes in all, unused among them, and free beside them."""
    if store.kind == "sqlite":
        async with store.reading() as connection:
            page, unused = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("page_size", "freelist_count")
            ]
        file = Path(store.address.place)
        size = sum(path.stat().st_size for path in (file, file.with_name(f"{file.name}-wal")) if path.exists())
        return size, page * unused, shutil.disk_usage(file).free
    async with store.reading() as connection:
        size = (await connection.exec_driver_sql("SELECT pg_database_size(current_database())")).scalar_one()
    return size, 0, await _free_of_server(store)


async def _free_of_server(store: Store) -> int | None:
    """What is free where PostgreSQL keeps its data: known only of a server on this machine, and if it says where."""
    try:
        async with store.reading() as connection:
            folder = (await connection.exec_driver_sql("SHOW data_directory")).scalar_one()
            here = await _is_here(connection)
    except Exception as error:
        # without the right to settings (pg_read_all_settings) it does not say
        if not is_away(error.__cause__ or error):
            raise
        return None
    return _free_in(folder) if here else None


def _free_in(folder: str) -> int | None:
    """Bytes free where a folder is; None where there is none, or it may not be looked at."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


async def _is_here(connection: AsyncConnection) -> bool:
    """Whether the server is on this machine: reached by a socket file or by loopback."""
    address = (await connection.exec_driver_sql("SELECT host(inet_server_addr())")).scalar_one()
    return address is None or address in {"127.0.0.1", "::1"}
