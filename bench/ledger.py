"""What the ledger costs: lines of queue_log read, visits made of them, rows written, an import from file to database.

    python bench/ledger.py [--visits 20000] [--rounds 3]

Everything in one process, sides of a comparison in turn. The writer's other side is the least that writes the same rows
at all: SQLAlchemy Core, `INSERT … ON CONFLICT`, batches of 500, values made beforehand.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ami_bridge.domain.model import Rules
from ami_bridge.queue_log.history import History
from ami_bridge.queue_log.lines import Odd, parse_line
from ami_bridge.queue_log.reading import read_lines
from ami_bridge.queue_log.tail import QueueLogTail
from ami_bridge.reconcile.importing import AT_FULL_SPEED, Import, Progress
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying import verify
from store.engine import open_store
from store.migrate import upgrade
from store.rows import Visit, visit_id
from store.schema import VISITS
from store.upserts import upsert, values_of
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.reading import LogFile

BEGAN = 1_790_000_000


def log_of(visits: int) -> bytes:
    """A busy centre's log: of ten callers eight are answered, one gives up, one waits too long."""
    lines: list[str] = []
    for n in range(visits):
        at, channel, agent = BEGAN + n // 4, f"{BEGAN + n // 4}.{n}", f"客服{1000 + n % 300}"
        lines.append(f"{at}|{channel}|q{n % 20}|NONE|ENTERQUEUE||138{n % 10**8:08}|{n % 9 + 1}")
        if n % 5 == 0:
            lines.append(f"{at}|{channel}|q{n % 20}|{agent}|RINGNOANSWER|12000")
        if n % 10 < 8:
            lines.append(f"{at}|{channel}|q{n % 20}|{agent}|CONNECT|0|{BEGAN}.{n}9|0")
            lines.append(f"{at}|{channel}|q{n % 20}|{agent}|COMPLETECALLER|0|0|1")
        else:
            verb = "ABANDON" if n % 10 == 8 else "EXITWITHTIMEOUT"
            lines.append(f"{at}|{channel}|q{n % 20}|NONE|{verb}|1|1|0")
    return "".join(line + "\n" for line in lines).encode()


class _Nowhere:
    """Nothing is set aside in a log we made."""

    def open(self, log: LogFile, offset: int) -> IO[bytes]:
        """A place nothing comes to."""
        del log, offset
        return Path("/dev/null").open("wb")


def per_second(count: int, act: Callable[[], object], rounds: int) -> float:
    """The median rate of an act that does `count` things."""
    rates: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        rates.append(count / (time.perf_counter() - began))
    return statistics.median(rates)


def told(what: str, rate: float, unit: str, more: str = "") -> None:
    """One row."""
    print(f"{what:<56} {rate:>12,.0f} {unit:<9} {more}".rstrip())


def reading(log: Path, visits: int, rounds: int) -> None:
    """Bytes to lines to facts to visits."""
    raw = log.read_bytes().splitlines()
    count = len(raw)
    bare = per_second(count, lambda: [line.decode().split("|") for line in raw], rounds)
    told("bare: decode and split", bare, "lines/s")
    parsed = per_second(count, lambda: [parse_line(line) for line in raw], rounds)
    told("parsed into facts", parsed, "lines/s", f"{parsed / bare:.2f} x bare")
    followed = per_second(count, lambda: _follow(log), rounds)
    told("followed: read, parsed, with a place for each", followed, "lines/s", f"{followed / bare:.2f} x bare")
    facts = [line for one in raw if not isinstance(line := parse_line(one), Odd)]
    made = per_second(visits, lambda: _visits(facts), rounds)
    told("visits made of facts", made, "visits/s")


def _follow(log: Path) -> None:
    tail = QueueLogTail(log)
    while tail.read():
        pass


def _visits(facts: list[LedgerLine]) -> None:
    history = History()
    for line in facts:
        history.take(line)
        for _ in history.over():
            pass
    for _ in history.rest():
        pass


async def writing(folder: Path, count: int, rounds: int) -> None:
    """The writer beside raw batches, the same visits, on SQLite."""
    made = [
        Visit(
            id=visit_id("n", f"c{n}", 1),
            node="n",
            call_id=f"c{n}",
            channel_id=f"c{n}",
            ordinal=1,
            queue=f"q{n % 20}",
            entered_at=datetime.fromtimestamp(BEGAN + n, UTC),
            ended_at=datetime.fromtimestamp(BEGAN + n + 60, UTC),
            outcome="answered",
        )
        for n in range(count)
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        for way, rates in ((_by_writer, ours), (_raw, theirs)):
            url = f"sqlite:///{folder}/{way.__name__}{number}.db"
            await upgrade(url)
            rates.append(count / await way(url, made))
    raw = statistics.median(theirs)
    told("raw Core batches of 500, one table", raw, "rows/s")
    mine = statistics.median(ours)
    told("the writer: put, folded, ordered, batched", mine, "rows/s", f"{mine / raw:.2f} x raw")


def _peak() -> float:
    """The most memory this process ever had, in MB: everything above included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _by_writer(url: str, made: list[Visit]) -> float:
    store = await open_store(url)
    began = time.perf_counter()
    async with Writer(store) as writer:
        for n, row in enumerate(made):
            writer.put(row)
            if n % 200 == 0:
                await asyncio.sleep(0)
        await writer.flush()
        took = time.perf_counter() - began
    await store.close()
    return took


async def _raw(url: str, made: list[Visit]) -> float:
    store = await open_store(url)
    values = [values_of(row) for row in made]
    statement = upsert(VISITS, store.kind)
    began = time.perf_counter()
    for begin in range(0, len(values), 500):
        async with store.writing() as connection:
            await connection.execute(statement, values[begin : begin + 500])
    took = time.perf_counter() - began
    await store.close()
    return took


async def importing(folder: Path, log: Path, visits: int) -> None:
    """From the file into an empty database, again, and the proof."""
    url = f"sqlite:///{folder}/import.db"
    await upgrade(url)
    store = await open_store(url)
    names = AgentNames(Rules(node="n", zone=ZoneInfo("UTC")))
    until = datetime.fromtimestamp(BEGAN, UTC) + timedelta(days=3650)
    async with Writer(store, tempo=AT_FULL_SPEED) as writer:

        def fresh() -> Import:
            return Import(store, writer, "n", names, _Nowhere(), until, lambda _: None, Progress())

        began = time.perf_counter()
        await fresh().run([log])
        took = time.perf_counter() - began
        lines = sum(1 for _ in read_lines(log))
        told("import into an empty ledger", visits / took, "visits/s", f"{lines / took:,.0f} lines/s, {_peak():.0f} MB")
        began = time.perf_counter()
        verdict = await verify(store, "n", [log], names, since=datetime.fromtimestamp(BEGAN - 10, UTC), until=until)
        told("verify", visits / (time.perf_counter() - began), "visits/s", f"{len(verdict.differences)} differences")
    await store.close()


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--visits", type=int, default=20_000)
    wanted.add_argument("--rounds", type=int, default=3)
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.visits:,} visits, SQLite, median of {given.rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "queue_log"
        log.write_bytes(log_of(given.visits))
        assert sum(1 for _ in read_lines(log)) > given.visits  # noqa: S101 - a bench of nothing measures nothing
        reading(log, given.visits, given.rounds)
        asyncio.run(writing(folder, given.visits, given.rounds))
        asyncio.run(importing(folder, log, given.visits))


if __name__ == "__main__":
    main()
