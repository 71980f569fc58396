"""An hour without the database, in quicker time: what the writer's memory does, what the disk takes, how it drains.

    python bench/outage.py [--calls 20] [--seconds 3600] [--spool-mb 1024]

A database is made, taken away, and the rows of an hour of so many calls a second are put: a visit three times (entered,
answered, over), a ringing twice, four stretches of an agent, nine steps, fifteen lines of evidence. Then it comes back,
everything drains, and what is in it is counted. Memory is this process's (`/proc/self/statm`), ten times on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, select

from store import rows
from store.engine import open_store
from store.migrate import upgrade
from store.schema import TABLE_OF
from store.spool import Spool
from store.writer import Tempo, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.engine import Store

BEGAN = 1_790_000_000
KINDS = (rows.Visit, rows.RingAttempt, rows.AgentInterval, rows.JourneyStep, rows.EvidenceLine)


class Away:
    """A database that does not answer until it is told to."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, True
        self.address, self.kind, self.reading = store.address, store.kind, store.reading

    def writing(self) -> Any:
        """A transaction, or nobody there."""
        if self.away:
            raise ConnectionRefusedError(111, "Connection refused")
        return self.store.writing()


def of_call(n: int, at: datetime) -> Iterator[rows.Row]:
    """The rows of one call, as they come."""
    channel = f"{int(at.timestamp())}.{n}"
    key = rows.visit_id("gz-1", channel, 1)
    agent = str(1000 + n % 300)
    for step in range(9):
        yield rows.JourneyStep(
            journey_id=rows.journey_id("gz-1", channel),
            ordinal=step,
            node="gz-1",
            segment=1,
            flow="main",
            step=f"step{step}",
            verb="say",
            outcome="ok",
            at=at + timedelta(seconds=step),
            detail='{"said": "welcome"}',
        )
    for answered, ended in ((None, None), (20, None), (20, 80)):
        yield rows.Visit(
            id=key,
            node="gz-1",
            call_id=channel,
            channel_id=channel,
            ordinal=1,
            queue=f"q{n % 20}",
            entered_at=at,
            caller="13800138000",
            number="96956",
            flow="main",
            flow_version="sha256:ab",
            answered_at=at + timedelta(seconds=answered) if answered else None,
            ended_at=at + timedelta(seconds=ended) if ended else None,
            agent=agent if answered else None,
            outcome="answered" if answered else None,
            evidence="ami: AgentConnect" if answered else "",
        )
        if not ended:
            yield rows.RingAttempt(
                visit_id=key,
                ordinal=1,
                node="gz-1",
                agent=agent,
                interface=f"PJSIP/{agent}",
                started_at=at,
                result="answered" if answered else None,
            )
    states: tuple[rows.AgentState, ...] = ("ringing", "on_queue_call", "wrap_up", "available")
    for later, state in enumerate(states):
        began = at + timedelta(seconds=later * 20, microseconds=n % 1_000_000)
        yield rows.AgentInterval(
            id=rows.interval_id("gz-1", agent, began), node="gz-1", agent=agent, state=state, started_at=began
        )
    for line in range(15):
        yield rows.EvidenceLine(
            id=f"{n:024x}{line:08x}",
            node="gz-1",
            channel_id=channel,
            at=at + timedelta(seconds=line),
            source="ami",
            text="AgentConnect Queue=main MemberName=陈美玲 Interface=PJSIP/1001 HoldTime=3 RingTime=2 Context=do",
        )


def resident() -> float:
    """Memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def counted(store: Store) -> dict[str, int]:
    """Rows in the database, by table."""
    async with store.reading() as connection:
        tables = [TABLE_OF[kind] for kind in KINDS]
        return {t.name: (await connection.execute(select(func.count()).select_from(t))).scalar_one() for t in tables}


async def run(calls: int, seconds: int, spool_bytes: int) -> None:
    """The hour, and the return."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hotline.db"
        await upgrade(url)
        away = Away(await open_store(url))
        spool = Spool(Path(folder) / "spool", most_bytes=spool_bytes)
        tempo = Tempo(rows_per_table=500, longest_pause_s=0.2)  # as fast as it goes: nobody is on the telephone
        writer = Writer(away, tempo=tempo, spool=spool)  # type: ignore[arg-type]  # as far as it is used
        writer.start()
        put, began, all_calls = 0, time.perf_counter(), calls * seconds
        print(f"{'hour':>6} {'rows put':>10} {'on disk':>10} {'memory':>10}")
        for n in range(all_calls):
            for row in of_call(n, datetime.fromtimestamp(BEGAN + n / calls, UTC)):
                writer.put(row)
                put += 1
            if n % 100 == 0:
                await asyncio.sleep(0)
            if (n + 1) % (all_calls // 10) == 0:
                hour = f"{(n + 1) / all_calls:.0%}"
                print(f"{hour:>6} {put:>10,} {spool.size / 1e6:>7,.0f} MB {resident():>7,.0f} MB", flush=True)
        rate = put / (time.perf_counter() - began)
        print(f"put at {rate:,.0f} rows/s; an hour brings {put / seconds:,.0f} a second")
        away.away = False
        began = time.perf_counter()
        await writer.flush()
        took = time.perf_counter() - began
        print(f"drained in {took:,.0f} s, {put / took:,.0f} rows put a second; memory {resident():,.0f} MB")
        print(f"dropped: {dict(writer.state.dropped) or 'nothing'}")
        print(f"in the database: {await counted(away.store)}; expected of visits: {all_calls:,}")
        await writer.close()
        await away.store.close()


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--calls", type=int, default=10, help="calls a second")
    wanted.add_argument("--seconds", type=int, default=3600)
    wanted.add_argument("--spool-mb", type=int, default=1024)
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.calls} calls a second for {given.seconds} s, SQLite")
    asyncio.run(run(given.calls, given.seconds, given.spool_mb << 20))


if __name__ == "__main__":
    main()
