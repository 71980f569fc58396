from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from structlog.testing import capture_logs

from lab.postgres import Postgres, new_postgres
from store import migrate, rows
from store.backlog import key_of
from store.columns import NaiveInstantError
from store.engine import open_store, store_at
from store.queries.pages import fetch, where
from store.queries.visits import visit, visits
from store.schema import TABLE_OF
from store.writer import Tempo, Writer, WriterClosedError
from tests.store.databases import ENGINES, QUICK, Databases, write_all
from tests.store.samples import a_days_visits, a_step, a_visit, any_row, last_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.engine import Store
    from store.rows import Row

DEADLINE_S = 60.0


async def contents(store: Store) -> dict[type[Row], dict[object, Row]]:
    """Every row of every table, by key."""
    async with store.reading() as connection:
        found = {kind: await fetch(connection, kind, where(kind)) for kind in rows.ROW_TYPES}
    return {kind: {key_of(row): row for row in of_kind} for kind, of_kind in found.items()}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110  the writer's state has no event for every change
            await asyncio.sleep(0.005)


async def test_a_row_put_and_flushed_is_there(store: Store) -> None:
    async with Writer(store) as writer:
        writer.put(a_visit(caller_name="陈美玲"))
        await writer.flush()
        found = await visit(store, a_visit().id)
        state = writer.state
    assert found is not None
    assert found.visit == a_visit(caller_name="陈美玲")
    assert (state.backlog, state.committed, state.last_error) == (0, 1, None)
    assert state.last_commit_at is not None


async def test_put_returns_although_nothing_is_written_yet(store: Store) -> None:
    writer = Writer(store)
    writer.put(a_visit())
    assert writer.state.backlog == 1
    writer.start()
    await writer.flush()
    assert await writer.close() == {}


async def test_flush_waits_for_the_newer_version_of_a_row_that_is_just_being_written(store: Store) -> None:
    async with Writer(store, tempo=QUICK) as writer:
        for number in range(50):
            writer.put(a_visit(rings=number))
            await asyncio.sleep(0)
        await writer.flush()
        found = await visit(store, a_visit().id)
    assert found is not None
    assert found.visit.rings == 49


async def test_more_rows_than_a_batch_holds_are_all_written(store: Store) -> None:
    made: list[Row] = [*a_days_visits(450), *(a_step(number) for number in range(1, 300))]
    await write_all(store, made)
    assert await contents(store) == last_versions(made)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("engine", [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_any_puts_with_repeats_and_restarts_leave_the_last_version_of_each_row(
    databases: Databases,
    engine: str,
    data: st.DataObject,
) -> None:
    put = data.draw(st.lists(any_row(), max_size=25))
    restarts = data.draw(st.sets(st.integers(0, 25)))
    repeated = [row for row in put for _ in range(data.draw(st.integers(1, 2)))]
    # A restart forgets how far it came and begins a little earlier: at-least-once, as after a crash.
    back = data.draw(st.integers(0, 5))
    assert asyncio.run(_contents_after(databases, engine, repeated, restarts, back)) == last_versions(put)


async def _contents_after(
    databases: Databases,
    engine: str,
    put: list[Row],
    restarts: set[int],
    back: int,
) -> dict[type[Row], dict[object, Row]]:
    store = await open_store(await databases.scratch("sqlite" if engine == "sqlite" else "postgresql"))
    try:
        async with store.writing() as connection:
            for table in TABLE_OF.values():
                await connection.execute(table.delete())
        begin = 0
        for end in [*sorted(restart for restart in restarts if restart < len(put)), len(put)]:
            await write_all(store, put[max(0, begin - back) : end])
            begin = end
        return await contents(store)
    finally:
        await store.close()


async def test_the_same_rows_twice_change_nothing(store: Store) -> None:
    made = a_days_visits(30)
    await write_all(store, made)
    once = await contents(store)
    await write_all(store, made)
    assert await contents(store) == once


async def test_a_naive_instant_is_refused_where_the_row_is_put(store: Store) -> None:
    async with Writer(store) as writer:
        with pytest.raises(NaiveInstantError, match="not a timezone-aware datetime"):
            writer.put(a_visit(ended_at=datetime(2026, 1, 1)))  # noqa: DTZ001  the mistake under test
        assert writer.state.backlog == 0


async def test_a_row_that_can_never_be_written_is_counted_and_keeps_nobody_back(store: Store) -> None:
    made: list[Row] = [a_visit(1), a_visit(2, rings=2**70), a_visit(3)]
    with capture_logs() as logs:
        async with Writer(store, tempo=QUICK) as writer:
            for row in made:
                writer.put(row)
            await writer.flush()
            state = writer.state
    assert state.refused == {"visits": 1}
    assert (state.backlog, state.committed) == (0, 2)
    assert {found.ordinal for found in (await visits(store)).rows} == {1, 3}
    assert [entry["event"] for entry in logs] == ["row refused by the database"]
    assert "caller" not in logs[0]


async def test_a_closed_writer_takes_no_rows(store: Store) -> None:
    writer = Writer(store)
    writer.start()
    await writer.close()
    with pytest.raises(WriterClosedError, match="a row of visits"):
        writer.put(a_visit())


async def test_closing_writes_what_waits(store: Store) -> None:
    async with Writer(store, tempo=Tempo(linger_s=30)) as writer:
        for row in a_days_visits(500):
            writer.put(row)
    assert len(await contents(store)) == len(rows.ROW_TYPES)
    assert len((await contents(store))[rows.Visit]) == 500


async def test_an_absent_database_loses_nothing_but_by_count_and_aloud(unused_tcp_port: int) -> None:
    store = store_at(f"postgresql://u:secretword@127.0.0.1:{unused_tcp_port}/db")
    with capture_logs() as logs:
        writer = Writer(store, capacity=3, tempo=QUICK)
        writer.start()
        for number in range(1, 6):
            writer.put(a_step(number))
        writer.put(a_visit())
        await until(lambda: writer.state.away_since is not None)
        state = writer.state
        lost = await writer.close(deadline_s=0.05)
    await store.close()
    assert state.dropped == {"journey_steps": 3}
    assert state.last_error == f"nothing listens at 127.0.0.1:{unused_tcp_port}: is the PostgreSQL server running?"
    assert lost == {"visits": 1, "journey_steps": 2}
    assert writer.state.dropped == {"visits": 1, "journey_steps": 5}
    events = [entry["event"] for entry in logs]
    assert events == ["rows dropped, no room", "database away", "rows not written before the end"]
    assert "secretword" not in str(logs)


async def test_rows_wait_for_tables_that_are_not_made_yet(databases: Databases, engine_name: str) -> None:
    url = databases.empty("sqlite" if engine_name == "sqlite" else "postgresql")
    store = await open_store(url)
    async with Writer(store, tempo=QUICK) as writer:
        writer.put(a_visit())
        await until(lambda: writer.state.away_since is not None)
        assert "has no tables yet" in str(writer.state.last_error)
        await migrate.upgrade(url)
        await writer.flush()
        assert writer.state.away_since is None
    assert len((await visits(store)).rows) == 1
    await store.close()


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    server = new_postgres()
    server.start()
    yield server
    server.end()


@pytest.mark.postgres
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_a_server_restarted_in_the_middle_loses_nothing_and_keeps_the_order(
    databases: Databases,
    own_server: Postgres,
    how: signal.Signals,
) -> None:
    databases.server()  # skips, or fails in CI, where there is no PostgreSQL
    url = own_server.create_database("hotline")
    await migrate.upgrade(url)
    store = await open_store(url)
    total = 3000
    put: list[Row] = []
    async with Writer(store, tempo=Tempo(rows_per_table=20, linger_s=0, first_pause_s=0.01)) as writer:

        def put_some(first: int, last: int) -> None:
            for number in range(first, last):
                put.extend([a_step(number), a_visit(1, rings=number)])
                writer.put(put[-2])
                writer.put(put[-1])

        put_some(1, total // 2)
        await until(lambda: writer.state.committed > 100)
        await asyncio.to_thread(own_server.stop, how=how)
        put_some(total // 2, total)
        await until(lambda: writer.state.away_since is not None)
        await asyncio.to_thread(own_server.start)
        async with asyncio.timeout(DEADLINE_S):
            await writer.flush()
        state = writer.state
    assert (state.dropped, state.refused, state.away_since) == ({}, {}, None)
    assert await contents(store) == last_versions(put)
    async with store.reading() as connection:
        # Order: PostgreSQL's transaction numbers grow with the ordinals, whatever was tried again.
        grown = await connection.execute(text("SELECT xmin::text::bigint FROM journey_steps ORDER BY ordinal"))
        order = list(grown.scalars())
    assert order == sorted(order)
    await store.close()


async def test_a_file_kept_locked_by_others_for_long_is_waited_for(
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("store.engine.BUSY_TIMEOUT_S", 0.05)
    url = await databases.fresh(ENGINES[0])
    store, other = await open_store(url), await open_store(url)
    async with Writer(store, tempo=QUICK) as writer:
        async with other.writing():
            writer.put(a_visit())
            await until(lambda: writer.state.away_since is not None)
            assert "is kept locked by another program" in str(writer.state.last_error)
        await writer.flush()
        assert (writer.state.away_since, writer.state.committed) == (None, 1)
    await store.close()
    await other.close()


async def test_a_writer_that_ran_out_of_time_leaves_no_lock_behind(store: Store) -> None:
    for turns in range(25):  # wherever in its work the end meets it
        writer = Writer(store, tempo=QUICK)
        writer.start()
        for row in a_days_visits(50):
            writer.put(row)
        for _ in range(turns):
            await asyncio.sleep(0)
        await writer.close(deadline_s=0)
        async with asyncio.timeout(5):  # less than SQLite would wait for a lock
            await write_all(store, [a_visit(rings=turns)])


OTHER_PROCESS = """
import asyncio, sys
from store.engine import open_store
from store.schema import TABLE_OF
from store.writer import Tempo, Writer
from tests.store.samples import a_visit
async def main(url, node):
    store = await open_store(url)
    async with Writer(store, tempo=Tempo(rows_per_table=5, linger_s=0)) as writer:
        for number in range(1, 301):
            writer.put(a_visit(number, id=f"{node}-{number}", node=node))
            if number % 10 == 0:
                await writer.flush()
        await writer.flush()
        state = writer.state
    await store.close()
    print(state.committed, state.last_error)
asyncio.run(main(*sys.argv[1:]))
"""


async def test_three_processes_write_one_sqlite_file_and_none_hears_of_a_lock(databases: Databases) -> None:
    url = await databases.fresh(ENGINES[0])
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            OTHER_PROCESS,
            url,
            node,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)) + os.pathsep + os.getcwd()},  # noqa: PTH109  for the child
        )
        for node in ("gz-1", "gz-2", "gz-3")
    ]
    store = await open_store(url)
    ended = asyncio.gather(*(process.communicate() for process in processes))
    reads = 0
    while not ended.done():
        await visits(store, limit=10)
        reads += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(ended), 0.02)
    said = [out.decode().strip() for out, _ in await ended]
    assert said == ["300 None"] * 3
    assert len((await visits(store, limit=1000)).rows) == 900
    assert reads > 1
    await store.close()
