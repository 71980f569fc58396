"""What a report costs beside the leanest SQL for the same answer: a month of 100,000 visits in 20 queues.

    python bench/reports.py [--visits 100000] [--rounds 5] [--engine sqlite|postgresql]

Both sides in one run, in turn, each by its own driver: ours through the store, from the question to the metrics'
values; the other by `sqlite3` or `asyncpg` alone, one statement written for this one answer, its rows left as fetched.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy.engine import make_url

from lab.postgres import new_postgres
from store.engine import open_store
from store.intervals import Interval, intervals
from store.metrics import METRICS, reading
from store.migrate import upgrade
from store.queries.counted import visit_tallies
from store.rows import Visit, visit_id
from store.schema import VISITS
from store.upserts import upsert, values_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from store.engine import Store

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
SHOWN = ("entered", "answered", "abandoned", "sl_negative", "connection_rate", "abandonment", "asa_s", "longest_wait_s",
         "aht_s")  # fmt: skip
_LEAN = """
SELECT queue{slot}, count(*),
  count(*) FILTER (WHERE outcome = 'answered'), count(*) FILTER (WHERE outcome = 'abandoned'),
  count(*) FILTER (WHERE outcome IS NOT NULL), count(*) FILTER (WHERE outcome = 'answered' AND wait_s <= 20),
  count(*) FILTER (WHERE outcome = 'abandoned' AND wait_s < 5), sum(wait_s) FILTER (WHERE outcome = 'answered'),
  count(wait_s) FILTER (WHERE outcome = 'answered'), max(wait_s), sum(talk_s), sum(wrap_up_s), count(talk_s)
FROM visits WHERE entered_at >= {since} AND entered_at < {until} GROUP BY queue{slot}
"""


def made(count: int) -> list[Visit]:
    """A month's visits, the same every time."""
    chance = random.Random(1)
    visits: list[Visit] = []
    for n in range(count):
        answered = chance.random() < 0.8
        entered = BEGAN + timedelta(seconds=n * DAYS * 86_400 / count)
        wait, talk = chance.expovariate(1 / 15), chance.expovariate(1 / 180)
        visits.append(
            Visit(
                id=visit_id("n", f"{n}", 1),
                node="n",
                call_id=f"{n}",
                channel_id=f"{n}",
                ordinal=1,
                queue=f"q{n % 20}",
                entered_at=entered,
                caller=f"138{n % 10_000:08}",
                answered_at=entered + timedelta(seconds=wait) if answered else None,
                ended_at=entered + timedelta(seconds=wait + talk),
                agent=f"{1000 + n % 300}" if answered else None,
                wait_s=wait,
                talk_s=talk if answered else None,
                wrap_up_s=8.0 if answered else None,
                outcome="answered" if answered else chance.choice(["abandoned", "abandoned", "timed_out"]),
            )
        )
    return visits


async def filled(url: str, count: int) -> Store:
    """The database with the visits in it."""
    await upgrade(url)
    store = await open_store(url)
    values = [values_of(visit) for visit in made(count)]
    for begin in range(0, count, 5000):
        async with store.writing() as connection:
            await connection.execute(upsert(VISITS, store.kind), values[begin : begin + 5000])
    return store


async def ours(store: Store, pieces: Sequence[Interval]) -> int:
    """The report's figures, each worked out; how many rows."""
    counts = tuple(dict.fromkeys(count for name in SHOWN for count in METRICS[name].counts))
    tallies = await visit_tallies(store, pieces, counts)
    readings = [reading(METRICS[name]) for name in SHOWN]
    return len([[value(tally) for value in readings] for tally in tallies.values()])


def lean(store: Store, step: int | None) -> str:
    """The statement one would write for this one answer."""
    since, until = BEGAN, BEGAN + timedelta(days=DAYS)
    origin = round(BEGAN.timestamp())
    if store.kind == "sqlite":
        slot = f", (unixepoch(entered_at) - {origin}) / {step}"
        return _LEAN.format(slot=slot if step else "", since=f"'{since:%F %T}.000000'", until=f"'{until:%F %T}.000000'")
    slot = f", floor((extract(epoch FROM entered_at) - {origin}) / {step})"
    return _LEAN.format(slot=slot if step else "", since=f"'{since:%F %T}+00'", until=f"'{until:%F %T}+00'")


@asynccontextmanager
async def driver(store: Store) -> AsyncIterator[Callable[[str], Awaitable[list[Any]]]]:
    """Whoever asks without us."""
    if store.kind == "sqlite":
        plain = sqlite3.connect(store.address.place)

        async def ask_file(sql: str) -> list[Any]:
            return plain.execute(sql).fetchall()

        yield ask_file
        plain.close()
        return
    import asyncpg  # type: ignore[import-untyped]  # it has no types of its own

    url = make_url(store.address.url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)

    async def ask_server(sql: str) -> list[Any]:
        return list(await connection.fetch(sql))

    yield ask_server
    await connection.close()


async def measure(store: Store, rounds: int) -> None:
    """Each report of a month, both ways."""
    until = BEGAN + timedelta(days=DAYS)
    zone = ZoneInfo("UTC")
    cases: dict[str, tuple[list[Interval], int | None]] = {
        "the whole month": ([Interval(BEGAN, until)], None),
        "by day": (intervals(BEGAN, until, "day", zone), 86_400),
        "by hour": (intervals(BEGAN, until, "hour", zone), 3600),
        "by 15 minutes": (intervals(BEGAN, until, "15m", zone), 900),
    }
    async with driver(store) as ask:
        for name, (pieces, step) in cases.items():
            sql = lean(store, step)
            rows = await ours(store, pieces)
            assert rows == len(await ask(sql)), name  # noqa: S101 - the two must answer the same question
            mine, theirs = [], []
            for _ in range(rounds):
                began = time.perf_counter()
                await ours(store, pieces)
                between = time.perf_counter()
                await ask(sql)
                mine.append(between - began)
                theirs.append(time.perf_counter() - between)
            one, other = statistics.median(mine), statistics.median(theirs)
            told = f"{store.kind:<11} {name:<16} {rows:>7,} rows   ours {one * 1e3:>7,.0f} ms"
            print(f"{told}   lean {other * 1e3:>7,.0f} ms   {one / other:.2f} x")


async def run(engine: str, visits: int, rounds: int) -> None:
    """One engine from an empty database on."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            store = await filled(f"sqlite:///{folder}/reports.db", visits)
            await measure(store, rounds)
            await store.close()
        return
    server = new_postgres()
    server.start()
    try:
        store = await filled(server.create_database("reports"), visits)
        await measure(store, rounds)
        await store.close()
    finally:
        server.end()


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--visits", type=int, default=100_000)
    wanted.add_argument("--rounds", type=int, default=5)
    wanted.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.visits:,} visits, median of {given.rounds} rounds")
    asyncio.run(run(given.engine, given.visits, given.rounds))


if __name__ == "__main__":
    main()
