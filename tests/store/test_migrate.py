from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

import store as store_package
from store import migrate, queries
from store.engine import open_store
from store.errors import SchemaMismatch, StoreUnavailable
from store.queries.visits import visits
from store.schema import VISITS
from store.upserts import values_of
from tests.store.samples import a_visit

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store
    from store.rows import Visit
    from store.urls import EngineName
    from tests.store.databases import Databases


async def test_an_empty_database_is_brought_to_the_head_once(databases: Databases, engine_name: EngineName) -> None:
    url = databases.empty(engine_name)
    assert await migrate.current(url) is None
    first = await migrate.upgrade(url)
    second = await migrate.upgrade(url)
    assert (first.before, first.after, first.changed) == (None, migrate.head(), True)
    assert not second.changed
    assert await migrate.current(url) == migrate.head()


async def test_the_migrated_tables_are_those_of_the_schema(store: Store) -> None:
    assert await migrate.differences(store) == []


async def test_a_database_of_the_first_version_keeps_its_rows_and_gets_what_is_new(
    databases: Databases, engine_name: EngineName
) -> None:
    url = databases.empty(engine_name)
    store = await open_store(url)
    try:
        async with store.writing() as connection:
            await connection.run_sync(_brought_to, "0001")
            await _insert_as_then(connection, a_visit())
        assert await migrate.current(url) == "0001"
        with pytest.raises(SchemaMismatch, match=r"has tables of an older version \(0001, needed"):
            await migrate.require_current(store)
        done = await migrate.upgrade(url)
        assert (done.before, done.after) == ("0001", migrate.head())
        assert await migrate.differences(store) == []
        assert await queries.visit(store, a_visit().id) is not None
        assert (await queries.callbacks(store)).rows == ()
        async with store.writing() as connection:
            await connection.run_sync(_brought_back_to, "0001")
            assert (await connection.execute(text("SELECT id FROM visits"))).scalars().all() == [a_visit().id]
        assert await migrate.current(url) == "0001"
    finally:
        await store.close()


async def _insert_as_then(connection: AsyncConnection, row: Visit) -> None:
    """Writes a row into the columns the table has at its present version."""
    columns = await connection.run_sync(lambda sync: {column["name"] for column in inspect(sync).get_columns("visits")})
    values = {name: value for name, value in values_of(row).items() if name in columns}
    await connection.execute(VISITS.insert(), [values])


def _brought_to(connection: Connection, revision: str) -> None:
    command.upgrade(_alembic(connection), revision)


def _brought_back_to(connection: Connection, revision: str) -> None:
    command.downgrade(_alembic(connection), revision)


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate._FOLDER))
    config.attributes["connection"] = connection
    return config


async def test_a_difference_is_found(store: Store) -> None:
    async with store.writing() as connection:
        await connection.execute(text("ALTER TABLE visits ADD COLUMN surplus TEXT"))
        await connection.execute(text("DROP INDEX ix_visits_call_id"))
    found = " ".join(await migrate.differences(store))
    assert "surplus" in found
    assert "ix_visits_call_id" in found


async def test_a_current_database_passes(store: Store) -> None:
    await migrate.require_current(store)


async def test_an_empty_database_is_told_how_to_become_one(databases: Databases, engine_name: EngineName) -> None:
    store = await open_store(databases.empty(engine_name))
    with pytest.raises(SchemaMismatch, match="has no tables yet; run `hotline db upgrade`"):
        await migrate.require_current(store)
    await store.close()


async def test_a_newer_database_is_left_alone(store: Store, url: str) -> None:
    async with store.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match=r"has tables of a newer version \(9999\)"):
        await migrate.require_current(store)
    with pytest.raises(SchemaMismatch, match="install that version"):
        await migrate.upgrade(url)
    assert await migrate.current(url) == "9999"


async def test_upgrading_an_unreachable_database_says_so(unused_tcp_port: int) -> None:
    with pytest.raises(StoreUnavailable, match="nothing listens"):
        await migrate.upgrade(f"postgresql://u:p@127.0.0.1:{unused_tcp_port}/db")


UPGRADE = """
import asyncio, sys
from store import migrate
sys.stdin.readline()
print(asyncio.run(migrate.upgrade(sys.argv[1])).changed)
"""


async def test_three_processes_upgrade_one_empty_database_together_from_an_installed_copy(
    databases: Databases,
    engine_name: EngineName,
    tmp_path: Path,
) -> None:
    # As a wheel leaves it: the package alone, nothing of the checkout beside it, another working directory.
    shutil.copytree(Path(store_package.__file__).parent, tmp_path / "site" / "store")
    url = databases.empty(engine_name)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            UPGRADE,
            url,
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path / "site")},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    ended = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [error.decode() for _, error in ended] == [""] * 3
    assert sorted(out.decode().strip() for out, _ in ended) == ["False", "False", "True"]
    assert await migrate.current(url) == migrate.head()


@pytest.mark.postgres
async def test_a_second_upgrade_of_postgresql_waits_for_the_first(databases: Databases) -> None:
    url = databases.empty("postgresql")
    store = await open_store(url)
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = :base")
    base = text("SELECT oid FROM pg_database WHERE datname = current_database()")
    async with store.writing() as first:
        await first.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrate.ADVISORY_LOCK})
        number = (await first.execute(base)).scalar_one()
        second = asyncio.create_task(migrate.upgrade(url))
        async with asyncio.timeout(60):
            while not (await first.execute(waiting, {"base": number})).scalar_one():
                assert not second.done(), "it did not wait"
                await asyncio.sleep(0.01)
    assert (await second).changed
    await store.close()


async def test_callers_without_a_common_codec_get_their_outcome_in_old_rows_too(
    databases: Databases, engine_name: EngineName
) -> None:
    url = databases.empty(engine_name)
    store = await open_store(url)
    async with store.writing() as connection:
        await connection.run_sync(_brought_to, "0001")
        for row in (
            a_visit(1, outcome="failed", evidence="queue_log: SYSCOMPAT"),
            a_visit(2, outcome="failed", evidence="ami: something broke"),
        ):
            await _insert_as_then(connection, row)
    await store.close()
    await migrate.upgrade(url)
    store = await open_store(url)
    found = {row.ordinal: row.outcome for row in (await visits(store)).rows}
    await store.close()
    assert found == {1: "incompatible", 2: "failed"}
