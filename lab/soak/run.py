"""A soak from its beginning to its verdict: everything started here is ended here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ami_bridge.client import LinkSettings
from ami_bridge.queue_log.reading import pieces
from lab.inside import ProgramError
from lab.postgres import new_postgres
from lab.rig import PROJECT
from lab.soak import witnesses
from lab.soak.director import Director
from lab.soak.proof import Books, Proof, proved, spans
from lab.soak.relay import Relay
from lab.soak.stage import Stage
from lab.soak.trouble import BRISK, KINDS, Pace, Trouble, breaks
from store.engine import open_store
from store.queries.agents import agent_intervals
from store.queries.bridge import open_visits
from store.queries.ledger import knowledge, visits_of_channels
from store.queries.visits import visits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from lab.postgres import Postgres
    from lab.sipp import Sipp
    from store.engine import Store
    from store.rows import Knowledge, Visit

TOLD_EVERY_S: Final = 10.0
_LOOK_EVERY_S: Final = 1.0
_QUIET_S: Final = 25.0
"""Seconds callers have to come to an end by themselves, then they are hung up."""
_CEL_LOOKS_S: Final = 180.0
"""The bridge looks at CEL every 20 s, and settles a call some time after it is over; gaps are filled in as often. On a
machine with much else to do each look may take that long once more: it ends as soon as nothing differs."""
_HEALED_S: Final = 90.0
"""Seconds the hotline may take until its numbers are live again: a part that often dies waits 15 s."""
_WRITTEN_S: Final = 6.0
"""`hotline ledger verify` leaves out what was over less than five seconds ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a soak is to be.

    Attributes:
        folder: Where everything is kept; new or empty.
        visits: It ends when queue_log has so many.
        seed: Decides who calls, what breaks and when.
        per_second: Calls begun in a second.
        postgres: The database is a PostgreSQL of its own, not SQLite.
        minutes: It ends after so long, whatever was reached.
        brisk: Something breaks every few seconds, for a run of a minute.
        tell: Told, in a few words, what goes on.
    """

    folder: Path
    visits: int
    seed: int
    per_second: float
    postgres: bool = False
    minutes: float = 60.0
    brisk: bool = False
    tell: Callable[[str], None] = field(default=lambda _: None)


@dataclass(slots=True, kw_only=True)
class Result:
    """What a soak gave.

    Attributes:
        visits: Visits in the ledger, those refused at the door too.
        took_s: Seconds from the first call to the last.
        proof: The books compared.
        before: What `hotline ledger verify` said before the last start of the bridge put right what was left.
        after: What it said at the end.
        broken: How often each kind of trouble was made.
        directed: What the director did.
        blind_s: Seconds in which the bridge could not hear.
        knowledge: What the ledger says of itself.
        errors: Lines of the service's log that tell of a mistake of ours.
    """

    visits: int
    took_s: float
    proof: Proof
    before: dict[str, Any]
    after: dict[str, Any]
    broken: dict[str, int]
    directed: dict[str, int]
    blind_s: float
    knowledge: Knowledge | None
    errors: list[str]

    @property
    def differences(self) -> list[str]:
        """Everything that is wrong, a sentence each."""
        told = [
            f"{d['visit']}: {d['field']} is {d['ledger']} in the ledger, {d['log']} in queue_log"
            for d in self.after["differences"]
        ]
        told += [
            f"agent {d['agent']} in {d['queue'] or 'any queue'} from {d['since']} to {d['until']}: "
            f"{d['ledger']} in the ledger, {d['log']} in queue_log"
            for d in self.after["agent_differences"]
        ]
        told += [
            f"call {d['call']} ({d['queue'] or 'all of it'}): "
            f"{d['what']} is {d['ledger']} in the ledger, {d['cel']} in CEL"
            for d in self.cel["differences"]
        ]
        return [*self.proof.wrong, *told, *self.errors]

    @property
    def cel(self) -> dict[str, Any]:
        """What `hotline ledger verify` said of CEL; nothing where it was not written."""
        return self.after["cel"] or {"calls": 0, "lines": 0, "differences": []}


async def soak(wishes: Wishes) -> Result:
    """Runs it.

    Raises:
        ProgramError: a part did not start, or ended while it should run.
    """
    async with contextlib.AsyncExitStack() as running:
        server = await _postgres(running) if wishes.postgres else None
        url = server.create_database("soak") if server else None
        stage = Stage(wishes.folder, url, wishes.tell)
        running.push_async_callback(asyncio.to_thread, stage.stop)
        relay = Relay(stage.ports.ami)
        await _raise_it(stage, relay, running)
        wishes.tell("agents' phones")
        phones = await asyncio.to_thread(stage.phones)
        for phone in phones:
            running.push_async_callback(asyncio.to_thread, phone.stop)
        trouble = Trouble(stage, relay, server, wishes.tell)
        director = Director(_direct(stage), random.Random(wishes.seed + 1))
        directing = asyncio.create_task(director.run())
        begun = time.monotonic()
        try:
            await _calls(wishes, stage, trouble, phones)
            took_s = time.monotonic() - begun
            await _quiet(wishes, stage)
        finally:
            directing.cancel()
            await asyncio.gather(directing, return_exceptions=True)
        return await _verdict(wishes, stage, trouble, director, took_s)


async def _postgres(running: contextlib.AsyncExitStack) -> Postgres:
    server = await asyncio.to_thread(new_postgres)
    running.push_async_callback(asyncio.to_thread, server.end)
    await asyncio.to_thread(server.start)
    return server


async def _raise_it(stage: Stage, relay: Relay, running: contextlib.AsyncExitStack) -> None:
    stage.plan.tell("the hotline: prompts, Asterisk, service")
    await asyncio.to_thread(stage.stage)
    await asyncio.to_thread(stage.start_backend)
    await asyncio.to_thread(stage.asterisk.start)
    await relay.open()
    running.push_async_callback(relay.close)
    stage.ami_port = relay.port
    await asyncio.to_thread(stage.start_service)


def _direct(stage: Stage) -> LinkSettings:
    return LinkSettings(
        port=stage.ports.ami, secret=stage.environment["HOTLINE_AMI_SECRET"], backoff_first_s=0.2, backoff_cap_s=1.0
    )


async def _calls(wishes: Wishes, stage: Stage, trouble: Trouble, phones: Sequence[Sipp]) -> None:
    """Callers come and things break until there were enough visits."""
    wishes.tell(f"callers, seed {wishes.seed}")
    talkers = await asyncio.to_thread(stage.queue_callers, wishes.visits * 2, wishes.per_second, wishes.seed)
    flow = await asyncio.to_thread(stage.flow_callers, wishes.seed)
    stop = asyncio.Event()
    breaking = asyncio.create_task(
        trouble.make(breaks(wishes.seed, BRISK if wishes.brisk else Pace()), stop), name="trouble"
    )
    try:
        await _until_enough(wishes, stage, trouble, [talkers, *phones], breaking)
        stop.set()
        await breaking
        talkers.finish()
        await _until(lambda: not talkers.running, _QUIET_S / 5 if wishes.brisk else _QUIET_S)
    finally:
        stop.set()
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        for one in (talkers, flow):
            await asyncio.to_thread(one.stop)


async def _until_enough(
    wishes: Wishes, stage: Stage, trouble: Trouble, needed: Sequence[Sipp], breaking: asyncio.Task[None]
) -> None:
    begun = told = time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        log = await asyncio.to_thread(_log, stage)
        now = time.monotonic()
        if now - told >= TOLD_EVERY_S:
            told = now
            broken = (
                ", ".join(f"{count} × {kind}" for kind, count in sorted(trouble.done.items())) or "nothing broke yet"
            )
            wishes.tell(
                f"{log.entered:,} of {wishes.visits:,} visits, {log.entered / (now - begun):.1f} a second; {broken}"
            )
        if breaking.done():
            breaking.result()
        for one in needed:
            if not one.running:
                raise ProgramError(f"SIPp ended\n{one.story()}")
        if stage.service is not None and not stage.service.running:
            raise ProgramError(f"the service ended\n{stage.service.said()}")
        # a short run goes on until every kind of trouble was made
        enough = log.entered >= wishes.visits and len(trouble.done) >= len(KINDS)
        if enough or now - begun > wishes.minutes * 60:
            return


def _log(stage: Stage) -> witnesses.QueueLog:
    return witnesses.queue_log(pieces(stage.asterisk.log / "queue_log"))


async def _until(condition: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.25)
    return True


async def _quiet(wishes: Wishes, stage: Stage) -> None:
    """The last calls end, the bridge hears of it, the database has it."""
    wishes.tell("the last calls end")
    await asyncio.to_thread(stage.asterisk.cli, "channel request hangup all")
    await _until(lambda: "0 active channels" in stage.asterisk.cli("core show channels count"), 10.0)
    if not await _until(stage.is_live, _HEALED_S):
        raise ProgramError(f"the numbers are not live {_HEALED_S:.0f} s after the last trouble")
    async with _store(stage) as store:
        for _ in range(int(_QUIET_S / 0.5)):
            if not await open_visits(store, "gz-1"):
                break
            await asyncio.sleep(0.5)
    await asyncio.sleep(_WRITTEN_S)


@contextlib.asynccontextmanager
async def _store(stage: Stage) -> AsyncIterator[Store]:
    store = await open_store(stage.database_url)
    try:
        yield store
    finally:
        await store.close()


async def _verdict(wishes: Wishes, stage: Stage, trouble: Trouble, director: Director, took_s: float) -> Result:
    wishes.tell("the books are compared")
    before = await asyncio.to_thread(_verified, stage, "before")
    await asyncio.to_thread(stage.stop_service)
    snapshots, errors = _service_log(stage)
    shutil.copyfile(stage.folder / "service.log", stage.folder / "service-until-the-end.log")
    await asyncio.to_thread(stage.start_service)  # its start puts right what is left
    after = await _settled(stage)
    blind = spans(trouble.blind, snapshots)
    async with _store(stage) as store:
        rows = [visit async for visit in _all_visits(store)]
        _, rings = await visits_of_channels(store, "gz-1", {row.channel_id for row in rows})
        far = datetime.now(UTC)
        books = Books(
            visits=rows,
            attempts=[one for some in rings.values() for one in some],
            intervals=await agent_intervals(store, datetime.fromtimestamp(0, UTC), far),
            log=_log(stage),
            refused=witnesses.refused(stage.asterisk.log),
            sipp=witnesses.answered_callers(stage.callers_log),
            cel=witnesses.cel(pieces(stage.asterisk.log / "cel-custom" / "hotline.csv")),
            redirected=director.redirected,
            blind=blind,
            crashes=trouble.asterisk_ended,
        )
        known = await knowledge(store, "gz-1")
    # A PostgreSQL is gone with us; what shows a difference must stay.
    kept = "\n".join(map(str, [*books.visits, *books.attempts, *books.intervals]))
    (stage.folder / "rows.txt").write_text(kept, "utf-8")
    return Result(
        visits=len(rows),
        took_s=took_s,
        proof=proved(books),
        before=before,
        after=after,
        broken=dict(trouble.done),
        directed=dict(director.done),
        blind_s=sum(min(end, time.time()) - begin for begin, end in blind),
        knowledge=known,
        errors=errors,
    )


async def _settled(stage: Stage) -> dict[str, Any]:
    """What verify says once the bridge has had its looks at CEL and at the gaps: both come after queue_log's repair."""
    until = time.monotonic() + _CEL_LOOKS_S
    after = await asyncio.to_thread(_verified, stage, "after")
    while ((after["cel"] or {}).get("differences") or after["agent_differences"]) and time.monotonic() < until:
        await asyncio.sleep(5)
        after = await asyncio.to_thread(_verified, stage, "after")
    return after


async def _all_visits(store: Store) -> AsyncIterator[Visit]:
    after: str | None = None
    while True:
        page = await visits(store, limit=1000, after=after)
        for row in page.rows:
            yield row
        after = page.next
        if after is None:
            return


def _verified(stage: Stage, name: str) -> dict[str, Any]:
    """What `hotline ledger verify` says; where CEL is written it compares that, too."""
    words = ["ledger", "verify", str(stage.hotline), "--since", "24h", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "ivr.cli.main", *words],
        check=False,
        cwd=PROJECT,
        env=stage.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode not in {0, 1}:
        raise ProgramError(f"hotline ledger verify ended with {done.returncode}\n{done.stdout}{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout)
    (stage.folder / f"verify-{name}.json").write_text(done.stdout)
    return told


_OURS: Final = frozenset({"bridge.overflow", "bridge.queue_log_place_lost", "ami.unreadable_event", "part_stalled"})
"""Events of the service's log that no trouble of ours excuses."""


def _service_log(stage: Stage) -> tuple[list[datetime], list[str]]:
    """When each snapshot was taken, and what must not be there."""
    snapshots: list[datetime] = []
    errors: list[str] = []
    for line in (stage.folder / "service.log").read_text("utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            if "Traceback" in line:
                errors.append(f"the service's log has a traceback: {line[:200]}")
            continue
        event = said.get("event") if isinstance(said, dict) else None
        if event == "bridge.snapshot":
            snapshots.append(datetime.fromisoformat(said["timestamp"]))
        elif event in _OURS or (event in {"rows dropped, no room", "row refused by the database"}):
            errors.append(f"the service's log: {line[:300]}")
    return snapshots, errors
