"""Real databases that are slow, locked or asked to write: the caller goes on in time, and nothing stays behind."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ivr.engine.effects import LookUp
from ivr.engine.inputs import Found, LookupFailed, LookupLate
from ivr.prompts.values import Money
from ivr.services.answers import NoAnswer
from ivr.services.breaker import Limits
from ivr.services.lookups import DataSources
from ivr.services.sources import Field, SqlLookup, SqlSource
from ivr.services.sql import Database
from tests.ivr.services.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.store.databases import Databases

EVER_MS = 3_600_000
PATIENT = Limits(failures=1000)
COUNT = (Field("n", "number"),)


def ask(name: str, *, timeout_ms: int = EVER_MS, **args: object) -> LookUp:
    return LookUp(name, args, timeout_ms, 0, None)


async def test_a_locked_database_keeps_no_caller_waiting_and_serves_again(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    lookups = [SqlLookup("count", "crm", "SELECT count(*) AS n FROM c", (), COUNT)]
    locking = sqlite3.connect(path, isolation_level=None)
    try:
        locking.execute("CREATE TABLE c (n TEXT)")
        async with DataSources(
            [SqlSource("crm", f"sqlite:///{path}", most_at_once=2)], lookups, limits=PATIENT
        ) as data:
            assert await data.look_up(ask("count")) == Found({"n": 0})
            locking.execute("BEGIN EXCLUSIVE")
            late = [asyncio.create_task(data.look_up(ask("count", timeout_ms=20))) for _ in range(6)]
            assert [await task for task in late] == [LookupLate()] * 6
            locking.execute("COMMIT")
            await until(lambda: not data._asking)
            assert await data.look_up(ask("count")) == Found({"n": 0})
    finally:
        locking.close()


@pytest.fixture
async def postgres(databases: Databases) -> AsyncIterator[DataSources]:
    url = databases.empty("postgresql")
    tables = "CREATE TABLE bills (account text, amount numeric, as_of timestamptz); "
    rows = "INSERT INTO bills VALUES ('755', 12.50, '2026-11-20 09:58+08')"
    await _run(url, tables + rows)
    figures = (Field("amount", "money", currency="CNY"), Field("as_of", "datetime"))
    lookups = [
        SqlLookup("bill", "b", "SELECT amount, as_of FROM bills WHERE account = CAST(:a AS text)", ("a",), figures),
        SqlLookup("count", "b", "SELECT count(*) AS n FROM bills", (), COUNT),
        SqlLookup(
            "wipe", "b", "WITH gone AS (DELETE FROM bills RETURNING 1) SELECT count(*) AS n FROM gone", (), COUNT
        ),
        SqlLookup("sleep", "b", "SELECT 1 AS n FROM pg_sleep(3600)", (), COUNT),
        SqlLookup(
            "asleep",
            "b",
            "SELECT count(*) AS n FROM pg_stat_activity"
            " WHERE state = 'active' AND query LIKE '%pg_sleep(%' AND pid <> pg_backend_pid()",
            (),
            COUNT,
        ),
        SqlLookup("wrong", "b", "SELECT 1 AS n WHERE 1 = CAST(:a AS integer)", ("a",), COUNT),
    ]
    async with DataSources([SqlSource("b", url, most_at_once=2)], lookups, limits=PATIENT) as data:
        yield data
    databases.discard(url)


async def _run(url: str, script: str) -> None:
    import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_postgresql_answers_exactly(postgres: DataSources) -> None:
    as_of = datetime(2026, 11, 20, 1, 58, tzinfo=UTC)
    assert await postgres.look_up(ask("bill", a="755")) == Found(
        {"amount": Money(Decimal("12.50"), "CNY"), "as_of": as_of}
    )
    assert await postgres.look_up(ask("bill", a="' OR true --")) == Found(None)


@pytest.mark.postgres
async def test_postgresql_is_only_read(postgres: DataSources) -> None:
    assert await postgres.look_up(ask("wipe")) == LookupFailed("refused")
    assert await postgres.look_up(ask("count")) == Found({"n": 1})


@pytest.mark.postgres
async def test_a_value_of_the_wrong_kind_is_refused(postgres: DataSources) -> None:
    assert await postgres.look_up(ask("wrong", a="not a number")) == LookupFailed("refused")


@pytest.mark.postgres
async def test_late_questions_are_cancelled_in_postgresql_and_leave_its_connections_usable(
    postgres: DataSources,
) -> None:
    assert await postgres.look_up(ask("count")) == Found({"n": 1})
    late = [asyncio.create_task(postgres.look_up(ask("sleep", timeout_ms=50))) for _ in range(5)]
    assert [await task for task in late] == [LookupLate()] * 5
    await until(lambda: not postgres._asking)
    while await postgres.look_up(ask("asleep")) != Found({"n": 0}):
        pass  # the server takes a moment to act on a cancel request; the test's own timeout is the bound
    assert await postgres.look_up(ask("count")) == Found({"n": 1})


@pytest.mark.postgres
async def test_why_postgresql_did_not_answer_is_told_by_its_kind_alone(
    databases: Databases, unused_tcp_port: int
) -> None:
    url = databases.empty("postgresql")
    asked = SqlLookup("count", "b", "SELECT 1 AS n", (), COUNT)
    told = []
    for wrong in (url.replace("made-up", "wrong"), f"postgresql://u:hunter2@127.0.0.1:{unused_tcp_port}/d"):
        async with Database(SqlSource("b", wrong)) as database:
            with pytest.raises(NoAnswer) as caught:
                await database.ask(asked, {})
        told.append((str(caught.value), caught.value.is_source_down))
    databases.discard(url)
    assert told == [("refused: InvalidPasswordError", False), ("unreachable: ConnectionRefusedError", True)]
