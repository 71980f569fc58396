"""The one way into the database: rows are put without waiting, and one task writes them in batches.

    put → Backlog (folded, ordered, bounded) → one transaction per batch → database

While the database is away the batch is tried again with growing, jittered pauses, for ever, and nothing overtakes it:
order per table holds. A batch whose commit may or may not have happened is written again; rows are whole and keyed, so
that changes nothing. Values that the database can never take (`store.failures.is_refused`) are found by halving the
batch; they alone are left out, counted and logged.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import structlog

from store.backlog import Backlog
from store.failures import is_forbidden, is_refused, sentence
from store.partitions import Partitions
from store.schema import TABLE_OF
from store.upserts import COPY_FROM, refuse_naive, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from store.engine import Store
    from store.rows import Row
    from store.spool import Spool

_log = structlog.get_logger("store.writer")

SPOOL_FROM: Final = 20_000
"""Rows that wait in memory before the next ones go to disk: some 20 MB, and ten seconds of a busy bridge."""
_SPREAD: Final = 0.5
"""A pause is between this share of its length and the whole, so that processes do not all return together."""


class WriterClosedError(RuntimeError):
    """A row was put into a writer that has been closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How the writer divides its time.

    Attributes:
        rows_per_table: The most rows of one table in one transaction; 100 keep the event loop free (docs/database.md).
        rows_of_agents: The same of what agents did, and of their places: they belong together (`backlog.OF_AGENTS`).
        rows_per_copy: The same while that many wait and can be copied (PostgreSQL); one costs us about half then.
        linger_s: Seconds a first row waits for company before it is written.
        first_pause_s: Seconds before the first new try while the database is away.
        longest_pause_s: Seconds the pauses grow to.
    """

    rows_per_table: int = 100
    rows_of_agents: int = 1000
    rows_per_copy: int = 500
    linger_s: float = 0.05
    first_pause_s: float = 0.2
    longest_pause_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterState:
    """The writer's health at one instant.

    Attributes:
        backlog: Rows not yet in the database.
        capacity: How many may wait in memory.
        spool_bytes: Bytes of rows that wait on disk.
        committed: Rows written since the start.
        folded: Rows replaced by a newer one of their key before they were written; not a loss.
        dropped: Rows lost for want of room or of time at the end, by table.
        refused: Rows the database can never take, by table.
        away_since: Since when the database does not serve; null while it does.
        last_error: What was wrong last, in a sentence; null when nothing ever was.
        last_error_at: When that was.
        last_commit_at: When rows were last written.
    """

    backlog: int
    capacity: int
    spool_bytes: int
    committed: int
    folded: int
    dropped: Mapping[str, int]
    refused: Mapping[str, int]
    away_since: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    last_commit_at: datetime | None


class Writer:
    """The writer of one process. Use it as `async with Writer(store) as writer`, from one event loop.

    Args:
        store: Where to write; it need not answer yet (`store_at`).
        capacity: The most rows that may wait (about 1 kB each); `store.backlog` says what happens beyond.
        tempo: Batch size and pauses.
        spool: Where rows go when `SPOOL_FROM` wait in memory; None drops the least precious beyond `capacity`.
    """

    def __init__(
        self, store: Store, *, capacity: int = 100_000, tempo: Tempo | None = None, spool: Spool | None = None
    ) -> None:
        self._store = store
        self._spool = spool
        self._from_spool = False  # the rows in memory came from the spool's oldest segment
        self._tempo = tempo or Tempo()
        self._backlog = Backlog(capacity)
        self._partitions = Partitions(store)
        self._copies = store.kind == "postgresql"
        self._some = asyncio.Event()  # something waits
        self._hurry = asyncio.Event()  # somebody waits for it
        self._flushes: list[tuple[int, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._committed = 0
        self._refused: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._away_since: datetime | None = None
        self._last_error: str | None = None
        self._last_error_at: datetime | None = None
        self._last_commit_at: datetime | None = None
        self._next_drop_report = 1

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Begin writing; needs a running event loop. Rows put before wait for this."""
        if self._task is None and not self._closed:
            if self._spool:  # what the last process left
                self._some.set()
            self._task = asyncio.create_task(self._run(), name="store.writer")

    def put(self, row: Row) -> None:
        """Have `row` written, soon. Never waits and never fails because of the database.

        Raises:
            NaiveInstantError: An instant of the row has no time zone.
            WriterClosedError: The writer was closed.
        """
        if self._closed:
            raise WriterClosedError(f"a row of {TABLE_OF[type(row)].name} was put into a closed writer")
        refuse_naive(row)
        if not self._spooled(row):
            self._backlog.put(row)
        self._some.set()
        self._report_drops()

    def _spooled(self, row: Row) -> bool:
        """Whether the row went to disk: when many wait in memory, and after any that did, so that none overtakes."""
        if self._spool is None or not (self._spool or len(self._backlog) >= SPOOL_FROM):
            return False
        try:
            if self._spool.put(row):
                return True
        except OSError as error:
            self._note_error(f"the spool takes no rows: {error.strerror or error}")
        name = TABLE_OF[type(row)].name
        self._backlog.dropped[name] = self._backlog.dropped.get(name, 0) + 1
        return True

    def _load(self) -> None:
        """What is oldest on disk comes into memory, when nothing older is there any more."""
        if self._spool is None:
            return
        while not self._backlog and (self._from_spool or self._spool):
            if self._from_spool:
                self._spool.forget()
                self._from_spool = False
            elif self._spool:
                for row in self._spool.oldest():  # none, where all of them made room for others
                    self._backlog.put(row)
                self._from_spool = True

    async def flush(self) -> None:
        """Wait until every row put so far is in the database (or dropped or refused, and counted).

        While the database is away this waits for it: put your own deadline around it.
        """
        if not self._backlog and not self._spool:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flushes.append((self._backlog.tickets, done))
        self._hurry.set()
        await done

    async def close(self, deadline_s: float = 5.0) -> Mapping[str, int]:
        """Take no more rows, write those that wait, and stop; give up after `deadline_s` seconds.

        Returns:
            How many rows could not be written in time, by table; empty when all were. They are counted as dropped.
        """
        self._closed = True
        if self._task is not None:
            try:
                async with asyncio.timeout(deadline_s):
                    await self.flush()
            except TimeoutError:
                pass  # what remains is reported below
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            kept = self._kept_for_later()
            self._lost = self._backlog.remaining() if kept is None else kept
            self._release(everyone=True)
        if self._lost:
            _log.error("rows not written before the end", rows=self._lost, last_error=self._last_error)
        return MappingProxyType(dict(self._lost))

    def _kept_for_later(self) -> dict[str, int] | None:
        """What waits in memory goes to disk for the next process; None where that cannot be done."""
        if self._spool is None:
            return None
        try:
            if not self._from_spool:  # else they are there already
                self._spool.put_first(self._backlog.all())
        except OSError as error:
            self._note_error(f"the spool takes no rows: {error.strerror or error}")
            return None
        finally:
            self._spool.close()
        return {}

    @property
    def state(self) -> WriterState:
        """The writer's health now."""
        return WriterState(
            backlog=len(self._backlog),
            capacity=self._backlog.capacity,
            spool_bytes=self._spool.size if self._spool is not None else 0,
            committed=self._committed,
            folded=self._backlog.folded,
            dropped=MappingProxyType(_sum(self._dropped(), self._lost)),
            refused=MappingProxyType(dict(self._refused)),
            away_since=self._away_since,
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            last_commit_at=self._last_commit_at,
        )

    async def _run(self) -> None:
        while True:
            await self._some.wait()
            await self._linger()
            self._load()
            await self._write_until_done(self._backlog.take(self._at_once(), self._tempo.rows_of_agents))
            self._backlog.settle()
            self._load()
            if not self._backlog:
                self._some.clear()
            self._release()

    def _at_once(self) -> int:
        """The most rows of one table for the next transaction."""
        tempo = self._tempo
        copied = self._copies and len(self._backlog) >= tempo.rows_per_copy >= COPY_FROM
        return max(tempo.rows_per_copy, tempo.rows_per_table) if copied else tempo.rows_per_table

    async def _linger(self) -> None:
        if len(self._backlog) >= self._tempo.rows_per_table:
            return  # company enough
        try:
            async with asyncio.timeout(self._tempo.linger_s):
                await self._hurry.wait()
        except TimeoutError:
            pass  # nobody is in a hurry

    async def _write_until_done(self, batch: Sequence[Row]) -> None:
        pause = self._tempo.first_pause_s
        copies = self._copies
        while batch:
            try:
                await self._write(batch, copies=copies)
            except Exception as error:  # noqa: BLE001  drivers raise anything; whatever it is, the rows are kept
                self._copies = self._copies and not is_forbidden(error)
                copies = False  # what a COPY says is not told by row
                self._partitions.forget()
                if is_refused(error):
                    await self._write_halves(batch, error)
                    return
                self._note_away(error)
                await asyncio.sleep(pause * random.uniform(_SPREAD, 1))  # noqa: S311  spreads load, guards nothing
                pause = min(pause * 2, self._tempo.longest_pause_s)
            else:
                return

    async def _write(self, batch: Sequence[Row], *, copies: bool) -> None:
        await self._partitions.make_for(batch)
        async with self._store.writing() as connection:
            await write(connection, self._store.kind, batch, copies=copies)
        self._note_commit(len(batch))

    async def _write_halves(self, batch: Sequence[Row], error: Exception) -> None:
        if len(batch) == 1:
            self._refuse(batch[0], error)
            return
        middle = len(batch) // 2
        await self._write_until_done(batch[:middle])
        await self._write_until_done(batch[middle:])

    def _refuse(self, row: Row, error: Exception) -> None:
        name = TABLE_OF[type(row)].name
        self._refused[name] = self._refused.get(name, 0) + 1
        self._note_error(f"a row of {name} was refused: {type(error).__name__}")
        # The values stay out of the log: they are a caller's.
        _log.error("row refused by the database", table=name, error=type(error).__name__)

    def _note_away(self, error: Exception) -> None:
        self._note_error(sentence(error, self._store.address))
        if self._away_since is None:
            self._away_since = self._last_error_at
            _log.warning("database away", error=self._last_error, backlog=len(self._backlog))

    def _note_error(self, words: str) -> None:
        self._last_error = words
        self._last_error_at = datetime.now(UTC)

    def _note_commit(self, count: int) -> None:
        self._committed += count
        self._last_commit_at = datetime.now(UTC)
        if self._away_since is not None:
            away_s = (self._last_commit_at - self._away_since).total_seconds()
            _log.info("database back", away_s=round(away_s, 1), backlog=len(self._backlog), dropped=self._dropped())
            self._away_since = None

    def _dropped(self) -> dict[str, int]:
        """Rows lost for want of room, by table: in memory and on disk."""
        return _sum(self._backlog.dropped, self._spool.given_up if self._spool is not None else {})

    def _report_drops(self) -> None:
        # At 1, 10, 100 … rows: loud at once, yet not a line per row while the disk may be full.
        if not self._backlog.dropped and (self._spool is None or not self._spool.given_up):
            return
        dropped = self._dropped()
        if sum(dropped.values()) >= self._next_drop_report:
            self._next_drop_report *= 10
            _log.error("rows dropped, no room", rows=dropped, capacity=self._backlog.capacity)

    def _release(self, *, everyone: bool = False) -> None:
        oldest = self._backlog.oldest_ticket()
        waiting: list[tuple[int, asyncio.Future[None]]] = []
        for target, done in self._flushes:
            if everyone or (not self._spool and (oldest is None or oldest > target)):
                if not done.done():
                    done.set_result(None)
            elif not done.done():
                waiting.append((target, done))
        self._flushes = waiting
        if not waiting:
            self._hurry.clear()


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {*one, *other}}
