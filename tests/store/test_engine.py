from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from store.columns import NaiveInstantError
from store.engine import BUSY_TIMEOUT_S, open_store, store_at
from store.errors import StoreUnavailable
from store.schema import VISITS
from store.upserts import write
from tests.store.samples import TRICKY, a_visit, as_stored

if TYPE_CHECKING:
    from pathlib import Path

    from store.engine import Store
    from tests.store.databases import Databases


@pytest.mark.parametrize("words", TRICKY)
async def test_hostile_text_is_kept_or_made_harmless(store: Store, words: str) -> None:
    visit = a_visit(caller_name=words)
    async with store.writing() as connection:
        await write(connection, store.kind, [visit])
    async with store.reading() as connection:
        kept = (await connection.execute(select(VISITS.c.caller_name))).scalar_one()
    assert kept == as_stored(visit).caller_name  # type: ignore[union-attr]  # a visit stays a visit


async def test_an_instant_comes_back_in_utc_to_the_microsecond_whatever_zone_it_was_given_in(store: Store) -> None:
    given = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=8)))
    async with store.writing() as connection:
        await write(connection, store.kind, [a_visit(entered_at=given)])
    async with store.reading() as connection:
        kept = (await connection.execute(select(VISITS.c.entered_at))).scalar_one()
        asked = (await connection.execute(select(VISITS.c.id).where(VISITS.c.entered_at == given))).all()
    assert kept == given
    assert kept.tzinfo is UTC
    assert kept.microsecond == 999999
    assert len(asked) == 1


async def test_a_naive_instant_is_refused_in_rows_and_in_questions(store: Store) -> None:
    naive = datetime(2026, 3, 29, 1, 59)  # noqa: DTZ001  the mistake under test
    for attempt in (write_naive(store, naive), ask_naive(store, naive)):
        with pytest.raises(StatementError) as caught:
            await attempt
        assert isinstance(caught.value.orig, NaiveInstantError)


async def write_naive(store: Store, naive: datetime) -> None:
    async with store.writing() as connection:
        await write(connection, store.kind, [a_visit(entered_at=naive)])


async def ask_naive(store: Store, naive: datetime) -> None:
    async with store.reading() as connection:
        await connection.execute(select(VISITS).where(VISITS.c.entered_at > naive))


async def test_a_failed_block_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await write_and_fail(store)
    async with store.reading() as connection:
        assert (await connection.execute(select(VISITS))).all() == []


async def write_and_fail(store: Store) -> None:
    async with store.writing() as connection:
        await write(connection, store.kind, [a_visit()])
        raise ZeroDivisionError


async def test_a_reader_sees_one_state_throughout(url: str) -> None:
    one, other = await open_store(url), await open_store(url)
    async with one.reading() as reader:
        before = (await reader.execute(select(VISITS))).all()
        async with other.writing() as connection:
            await write(connection, other.kind, [a_visit()])
        after = (await reader.execute(select(VISITS))).all()
    await one.close()
    await other.close()
    assert before == after == []


async def test_sqlite_runs_as_promised(databases: Databases) -> None:
    store = await open_store(databases.empty("sqlite"))
    async with store.reading() as connection:
        found = [(await connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in _PRAGMAS]
    await store.close()
    assert found == ["wal", 1, 1, BUSY_TIMEOUT_S * 1000]


async def test_writing_cancelled_anywhere_leaves_no_lock_behind(store: Store) -> None:
    made = [a_visit(number) for number in range(1, 200)]

    async def write_made() -> None:
        async with store.writing() as connection:
            await write(connection, store.kind, made)

    for milliseconds in range(15):
        task = asyncio.create_task(write_made())
        await asyncio.wait([task], timeout=milliseconds / 1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(BUSY_TIMEOUT_S / 3):
            await write_made()


_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"the folder .*/nowhere for the database file x\.db does not exist"):
        await open_store(f"sqlite:///{tmp_path}/nowhere/x.db")


async def test_a_folder_given_as_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is a folder; name a file in it"):
        await open_store(f"sqlite:///{tmp_path}")


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("a letter to mother, long enough to be read as a header " * 10)
    with pytest.raises(StoreUnavailable, match=r"x\.db is not an SQLite database"):
        await open_store(f"sqlite:///{tmp_path}/x.db")


@pytest.mark.skipif(not os.path.exists("/proc/version"), reason="wants a folder that even root cannot write")  # noqa: PTH110  at import
async def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(StoreUnavailable, match=r"/proc/x\.db cannot be opened: its folder is missing or may not be"):
        await open_store("sqlite:////proc/x.db")


@pytest.mark.postgres
async def test_a_wrong_password_is_said_and_not_shown(databases: Databases) -> None:
    with pytest.raises(StoreUnavailable, match="does not let user 'hotline' in: wrong name or password") as caught:
        await open_store(databases.server().url(password="hunter2secret"))
    assert "hunter2secret" not in str(caught.value)


@pytest.mark.postgres
async def test_a_missing_database_is_said(databases: Databases) -> None:
    with pytest.raises(StoreUnavailable, match="has no database 'nowhere'; create it"):
        await open_store(databases.server().url("nowhere"))


async def test_nobody_listening_is_said(unused_tcp_port: int) -> None:
    with pytest.raises(StoreUnavailable, match=f"nothing listens at 127.0.0.1:{unused_tcp_port}"):
        await open_store(f"postgresql://u:secretword@127.0.0.1:{unused_tcp_port}/db")


async def test_an_unknown_host_is_said() -> None:
    with pytest.raises(StoreUnavailable, match=r"host name in no-such-host\.invalid:5432 is not known"):
        await open_store("postgresql://u@no-such-host.invalid/db")


async def test_a_store_can_be_made_before_its_server_is_there(unused_tcp_port: int) -> None:
    store = store_at(f"postgresql://u:p@127.0.0.1:{unused_tcp_port}/db")
    with pytest.raises(StoreUnavailable):
        await store.check()
    await store.close()


async def test_a_missing_table_is_said(databases: Databases, engine_name: str) -> None:
    store = await open_store(databases.empty("sqlite" if engine_name == "sqlite" else "postgresql"))
    with pytest.raises(StoreUnavailable, match="has no tables yet; run `hotline db upgrade`"):
        await read_visits(store)
    await store.close()


async def read_visits(store: Store) -> None:
    async with store.reading() as connection:
        await connection.execute(select(VISITS))
