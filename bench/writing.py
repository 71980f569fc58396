"""The writer beside the least that writes the same rows at all: raw Core batches on SQLite, and COPY on PostgreSQL.

    python -m bench.writing [--rows 10000] [--rounds 3]

Sides of a comparison in turn, each on a fresh, migrated database; PostgreSQL is a server of its own on this machine,
without fsync. First the batches themselves, by size: the plain way (one INSERT … ON CONFLICT for many values), COPY
into a table of the transaction's own with INSERT … SELECT … ON CONFLICT from there (what the writer does from 250 rows
on), and COPY straight into the table, which can neither repeat nor replace a row. Then the writer, all of it: put,
folded, ordered, batched. CPU is our process's alone.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ami_bridge.queue_log.place import digest_of
from lab.postgres import running_postgres
from store import upserts
from store.engine import open_store
from store.migrate import upgrade
from store.partitions import Partitions
from store.rows import EvidenceLine, Visit, visit_id
from store.schema import TABLE_OF
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from lab.postgres import Postgres
    from store.engine import Store
    from store.rows import Row

BEGAN = 1_790_000_000


def visits(count: int) -> list[Row]:
    """Visits that were answered."""
    return [
        Visit(
            id=visit_id("gz-1", f"{BEGAN + n}.{n}", 1),
            node="gz-1",
            call_id=f"{BEGAN + n}.{n}",
            channel_id=f"{BEGAN + n}.{n}",
            ordinal=1,
            queue=f"q{n % 20}",
            entered_at=datetime.fromtimestamp(BEGAN + n, UTC),
            answered_at=datetime.fromtimestamp(BEGAN + n + 9, UTC),
            ended_at=datetime.fromtimestamp(BEGAN + n + 60, UTC),
            outcome="answered",
            evidence="ami: AgentConnect; queue_log agrees",
        )
        for n in range(count)
    ]


def lines(count: int) -> list[Row]:
    """Lines of evidence: the most rows there are."""
    text = "AgentConnect Queue=main MemberName=陈美玲 Interface=PJSIP/1001 HoldTime=3 RingTime=2 Context=hotline-do"
    return [
        EvidenceLine(
            id=digest_of(str(n).encode()),
            node="gz-1",
            channel_id=f"{BEGAN + n // 15}.{n // 15}",
            at=datetime.fromtimestamp(BEGAN + n // 15, UTC),
            source="ami",
            text=text,
        )
        for n in range(count)
    ]


async def plain(store: Store, rows: Sequence[Row], size: int) -> None:
    """Raw batches of SQLAlchemy Core; the values are made on the way, as everywhere."""
    for begin in range(0, len(rows), size):
        async with store.writing() as connection:
            await upserts.write(connection, store.kind, rows[begin : begin + size], copies=False)


async def copied(store: Store, rows: Sequence[Row], size: int) -> None:
    """By COPY, and then into their place."""
    for begin in range(0, len(rows), size):
        async with store.writing() as connection:
            await upserts._copy(connection, TABLE_OF[type(rows[0])], rows[begin : begin + size])  # noqa: SLF001 - the part measured


async def straight(store: Store, rows: Sequence[Row], size: int) -> None:
    """COPY into the table itself: no row may be there already."""
    way = upserts._way(TABLE_OF[type(rows[0])])  # noqa: SLF001 - the part measured
    for begin in range(0, len(rows), size):
        async with store.writing() as connection:
            await connection.exec_driver_sql("SELECT 1")  # begins the transaction
            driver: Any = (await connection.get_raw_connection()).driver_connection
            records = [way.record(row) for row in rows[begin : begin + size]]
            await driver.copy_records_to_table(TABLE_OF[type(rows[0])].name, columns=way.columns, records=records)


async def writer(store: Store, rows: Sequence[Row], size: int) -> None:
    """All of it."""
    del size
    async with Writer(store) as ours:
        for n, row in enumerate(rows):
            ours.put(row)
            if n % 200 == 0:
                await asyncio.sleep(0)
        await ours.flush()


@dataclass(slots=True)
class Took:
    """What the rounds of one way took."""

    rates: list[float]
    cpu_us: list[float]


Way = "Callable[[Store, Sequence[Row], int], Awaitable[None]]"


async def measured(
    url: str, rows: Sequence[Row], way: Callable[..., Awaitable[None]], size: int
) -> tuple[float, float]:
    """Rows per second, and microseconds of our CPU for each."""
    await upgrade(url)
    store = await open_store(url)
    await Partitions(store).make_for(rows)
    began, cpu = time.perf_counter(), time.process_time()
    await way(store, rows, size)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    await store.close()
    return len(rows) / took, used / len(rows) * 1e6


async def compare(
    fresh: Callable[[], str],
    rows: Sequence[Row],
    ways: Sequence[tuple[str, Callable[..., Awaitable[None]], int]],
    rounds: int,
) -> None:
    """A table of ways, the first one's rate being 1."""
    found: dict[str, Took] = {name: Took([], []) for name, _, _ in ways}
    for _ in range(rounds):
        for name, way, size in ways:
            rate, cpu = await measured(fresh(), rows, way, size)
            found[name].rates.append(rate)
            found[name].cpu_us.append(cpu)
    base = statistics.median(found[ways[0][0]].rates)
    for name, took in found.items():
        rate = statistics.median(took.rates)
        cpu = statistics.median(took.cpu_us)
        print(f"{name:<52} {rate:>10,.0f} rows/s {rate / base:>6.2f} x {cpu:>7.1f} us CPU a row", flush=True)


async def on_sqlite(rows: Sequence[Row], rounds: int) -> None:
    """Raw batches, and the writer."""
    with tempfile.TemporaryDirectory() as folder:
        number = iter(range(1_000_000))
        await compare(
            lambda: f"sqlite:///{folder}/{next(number)}.db",
            rows,
            [
                ("raw Core batches of 500", plain, 500),
                ("raw Core batches of 100", plain, 100),
                ("the writer", writer, 0),
            ],
            rounds,
        )


async def on_postgresql(server: Postgres, rows: Sequence[Row], rounds: int) -> None:
    """Every way there is, and the writer."""
    number = iter(range(1_000_000))
    name = type(rows[0]).__name__.lower()
    ways: list[tuple[str, Callable[..., Awaitable[None]], int]] = [("COPY straight, batches of 500", straight, 500)]
    for size in (100, 250, 500, 2000):
        ways += [
            (f"plain batches of {size}", plain, size),
            (f"COPY, then INSERT … ON CONFLICT, of {size}", copied, size),
        ]
    ways.append(("the writer", writer, 0))
    await compare(lambda: server.create_database(f"{name}{next(number)}"), rows, ways, rounds)


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--rows", type=int, default=10_000)
    wanted.add_argument("--rounds", type=int, default=3)
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.rows:,} rows, median of {given.rounds} rounds")
    for made in (visits(given.rows), lines(given.rows)):
        print(f"{TABLE_OF[type(made[0])].name} on SQLite")
        asyncio.run(on_sqlite(made, given.rounds))
    with running_postgres() as server:
        for made in (visits(given.rows), lines(given.rows)):
            print(f"{TABLE_OF[type(made[0])].name} on PostgreSQL")
            asyncio.run(on_postgresql(server, made, given.rounds))


if __name__ == "__main__":
    main()
