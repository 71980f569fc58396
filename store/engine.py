"""Opening the database: SQLite by aiosqlite, PostgreSQL by asyncpg, with the same promises to whoever uses it.

SQLite is shared by three processes (calls, bridge, wallboard). It runs in WAL, where readers never wait for the writer;
writers queue for each other inside SQLite (`busy_timeout`), and a writing transaction says so at its start
(`BEGIN IMMEDIATE`), because one that begins by reading and then writes is refused at once when another wrote meanwhile.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import sqlite_file
from store.errors import StoreUnavailable
from store.failures import is_away, sentence
from store.urls import Address, EngineName, parse_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import Connection

CONNECT_TIMEOUT_S: Final = 5.0
"""How long a connection to PostgreSQL may take."""

COMMAND_TIMEOUT_S: Final = 30.0
"""How long one PostgreSQL command may take before the server counts as away."""

BUSY_TIMEOUT_S: Final = 15.0
"""How long SQLite waits for another process's transaction."""

_WRITES: Final = "hotline_writes"


@dataclass(frozen=True, slots=True)
class Store:
    """An opened database. Close it: SQLite's threads and PostgreSQL's connections belong to it.

    Attributes:
        address: Where it is.
        engine: SQLAlchemy's engine, for the few who need it (migrations, tests).
    """

    address: Address
    engine: AsyncEngine

    @property
    def kind(self) -> EngineName:
        """Which database this is."""
        return self.address.engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that only reads and sees one state of the database throughout.

        Raises:
            StoreUnavailable: The database cannot be reached or stopped serving.
        """
        try:
            async with self.engine.connect() as connection:
                if self.kind == "postgresql":
                    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield connection
        except Exception as error:  # drivers raise anything; it goes on under its own name or ours
            raise self._named(error) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that writes; committed at the end, rolled back when an error leaves the block.

        Raises:
            StoreUnavailable: The database cannot be reached or stopped serving.
        """
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(**{_WRITES: True})
                async with connection.begin():
                    yield connection
        except Exception as error:  # drivers raise anything; it goes on under its own name or ours
            raise self._named(error) from error

    async def check(self) -> None:
        """Ask the database for one row.

        Raises:
            StoreUnavailable: It does not answer.
        """
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def emptied_log(self) -> bool:
        """See that of SQLite's older states nothing is left in its files; whether so.

        PostgreSQL's are its own affair: VACUUM and the settings of its WAL.
        """
        if self.kind != "sqlite":
            return True
        return await asyncio.to_thread(sqlite_file.empty_log, Path(self.address.place), BUSY_TIMEOUT_S)

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()

    def _named(self, error: Exception) -> Exception:
        if isinstance(error, StoreUnavailable) or not is_away(error):
            return error
        return StoreUnavailable(sentence(error, self.address))


def store_at(url: str) -> Store:
    """The database at `url`, not yet touched: for those who go on while it is away (the writer).

    Raises:
        BadDatabaseUrl: The address is wrong.
    """
    address = parse_url(url)
    if address.engine == "sqlite":
        arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_S, "isolation_level": None}
        engine = create_async_engine(address.url, connect_args=arguments, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", partial(sqlite_file.set_up, busy_timeout_s=BUSY_TIMEOUT_S))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", sqlite_file.let_go)
    else:
        settings = {"application_name": "hotline", "timezone": "UTC"}
        arguments = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S, "server_settings": settings}
        engine = create_async_engine(address.url, connect_args=arguments, hide_parameters=True, pool_pre_ping=True)
    return Store(address, engine)


async def open_store(url: str) -> Store:
    """The database at `url`, seen to answer.

    Raises:
        BadDatabaseUrl: The address is wrong.
        StoreUnavailable: The address is right but the database does not serve: no server, wrong password, no such
            database, a folder that is missing or cannot be written.
    """
    store = store_at(url)
    try:
        if store.kind == "sqlite":
            await asyncio.to_thread(sqlite_file.prepare, Path(store.address.place), BUSY_TIMEOUT_S)
        await store.check()
    except BaseException as error:  # also a cancelled opening gives back its connections
        await store.close()
        if isinstance(error, Exception) and is_away(error):
            raise StoreUnavailable(sentence(error, store.address)) from error
        raise
    return store


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
