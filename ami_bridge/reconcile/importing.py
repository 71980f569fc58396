"""Years of queue_log into the ledger: streamed, interruptible at any moment, and the same whenever it is repeated."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Final, Protocol

from ami_bridge.queue_log.aside import as_kept, moment
from ami_bridge.queue_log.files import open_log
from ami_bridge.queue_log.history import History
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.place import digest_of
from ami_bridge.queue_log.reading import LogFile, ReadLine, in_order, log_file, read_lines
from ami_bridge.reconcile.checking import AT_ONCE, Checked, put_right
from ami_bridge.reconcile.importing_agents import AgentsImport
from store.queries.ledger import first_visits, log_place
from store.rows import LogPlace
from store.writer import Tempo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.names import AgentNames
    from store.engine import Store
    from store.writer import Writer

AT_FULL_SPEED: Final = Tempo(rows_per_table=1000, linger_s=0.0)
"""The writer's tempo for an import: nobody else waits for this process."""
SAMPLE: Final = 200
"""Visits of the ledger looked for in a file before it is believed to be of the same Asterisk."""


class AnotherAsteriskError(Exception):
    """A file tells of other calls than the ledger has of that node and time: it is of another Asterisk."""


class Aside(Protocol):
    """Where lines that are no facts are kept."""

    def open(self, log: LogFile, offset: int) -> IO[bytes]:
        """A file for those of one log from an offset on; what it holds of later ones is made anew."""


@dataclass(slots=True)
class Progress:
    """How far an import is; handed to whoever shows it.

    Attributes:
        file: The file being read.
        number: Which one it is, from 1.
        files: How many there are.
        read: Bytes of it read, unpacked.
        lines: Lines read in all.
        set_aside: Lines that were no facts, by reason.
        skipped: Files of which everything was in the ledger already.
        still_open: Visits not over at the end of the last file: not taken, until a later file tells their end.
        done: What comparing gave so far.
        agents: How many agents' stretches were made of it, at the end.
    """

    file: str = ""
    number: int = 0
    files: int = 0
    read: int = 0
    lines: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    still_open: int = 0
    done: Checked = field(default_factory=Checked)
    agents: int = 0


@dataclass(slots=True)
class _Reading:
    """A file under way: where the lines of visits still held begin, so that a second start finds them."""

    log: LogFile
    start: int
    offset: int
    last: bytes = b""
    """The line read last."""
    begins: deque[tuple[int, int, bytes]] = field(default_factory=deque)
    """Of each line read and maybe still needed: its number in the history, the offset and the line before it."""

    def low(self, oldest: int | None) -> tuple[int, bytes]:
        """From where on everything must be read again if we were interrupted now: the offset, and the line before."""
        while self.begins and (oldest is None or self.begins[0][0] < oldest):
            self.begins.popleft()
        return self.begins[0][1:] if self.begins and oldest is not None else (self.offset, self.last)


@dataclass(slots=True)
class Import:
    """One import of some files into one node's ledger.

    Attributes:
        store: The ledger.
        writer: The way into it.
        node: The name of the Asterisk that wrote the files.
        names: Who is meant by a name.
        aside: Where lines that are no facts are kept.
        until: Visits that were over by then are taken; later ones are a running bridge's.
        tell: Called now and then with how far it is.
    """

    store: Store
    writer: Writer
    node: str
    names: AgentNames
    aside: Aside
    until: datetime
    tell: Callable[[Progress], None]
    progress: Progress = field(default_factory=Progress)
    _agents: AgentsImport = field(init=False)
    _history: History = field(default_factory=History)
    _waiting: list[LoggedVisit] = field(default_factory=list)
    _unfinished: list[_Reading] = field(default_factory=list)

    async def run(self, paths: Iterable[Path]) -> Progress:
        """Takes in all files, oldest first.

        Raises:
            AnotherAsteriskError: a file is not this node's; none of it was taken.
            OSError: a file cannot be read; what was read before is in the ledger.
            StoreUnavailable: the database does not answer.
        """
        self._agents = AgentsImport(self.store, self.writer, self.node, self.names, self.until)
        await self._agents.begin()
        files = in_order([log_file(path) for path in paths])
        self.progress.files = len(files)
        for number, one in enumerate(files, 1):
            self.progress.number, self.progress.file, self.progress.read = number, one.path.name, 0
            await self._take(one)
        await self._end()
        self.tell(self.progress)
        return self.progress

    async def _take(self, log: LogFile) -> None:
        place = await log_place(self.store, self.node, _key(log))
        start = place.bytes_read if place is not None and _stands(log.path, place) else 0
        if start == 0:
            await self._refuse_another(log)
        reading = _Reading(log, start, start, _bytes_before(log.path, place) if start and place else b"")
        self._unfinished.append(reading)
        with self.aside.open(log, start) as aside:
            for line in read_lines(log.path, start):
                await self._line(reading, line, aside)
        if reading.offset == start and start:
            self.progress.skipped += 1

    async def _line(self, reading: _Reading, line: ReadLine[LedgerLine], aside: IO[bytes]) -> None:
        self.progress.lines += 1
        before, before_it = reading.offset, reading.last
        reading.offset, reading.last = line.offset, line.raw
        self.progress.read = line.offset
        if isinstance(line.told, Odd):
            self.progress.set_aside[line.told.reason] = self.progress.set_aside.get(line.told.reason, 0) + 1
            aside.write(moment() + b" " + as_kept(line.offset, line.told))
            return
        self._history.take(line.told)
        self._agents.line(line.told)
        reading.begins.append((self._history.lines, before, before_it))
        self._waiting.extend(self._history.over())
        if len(self._waiting) >= AT_ONCE:
            await self._write()

    async def _write(self) -> None:
        """The visits over so far, and then how far we are: a place is written when what stands before it is."""
        ready, self._waiting = self._waiting, []
        over = [v for v in ready if v.ended_before is not None and v.ended_before < self.until]
        self._agents.visits(over)
        found = await put_right(self.store, self.node, over, self.names, self.writer)
        _add(self.progress.done, found)
        self._agents.write()
        self._keep_places(self._history.oldest)
        self.tell(self.progress)

    def _keep_places(self, oldest: int | None) -> None:
        for reading in list(self._unfinished):
            low, line = reading.low(oldest)
            self._put_place(reading, low, line)
            if low == reading.offset and reading is not self._unfinished[-1]:
                self._unfinished.remove(reading)
            elif low < reading.offset:
                return  # what a later file holds of visits that began here must be read again after this one

    def _put_place(self, reading: _Reading, offset: int, line: bytes) -> None:
        self.writer.put(
            LogPlace(
                node=self.node,
                log=_key(reading.log),
                file=reading.log.path.name,
                bytes_read=offset,
                line_bytes=len(line),
                line_digest=digest_of(line),
                lines=self.progress.lines,
                set_aside=sum(self.progress.set_aside.values()),
                updated_at=datetime.now(UTC),
            )
        )

    async def _end(self) -> None:
        """The end of the last file: what is over is written; what is open stays to be told by a later one."""
        rest = list(self._history.rest())
        late = [v for v in rest if v.ended_before is None or v.ended_before >= self.until]
        self.progress.still_open = len(late)
        self._waiting += [visit for visit in rest if visit not in late]
        ready, self._waiting = self._waiting, []
        over = [v for v in ready if v.ended_before is not None and v.ended_before < self.until]
        self._agents.visits(over)
        _add(self.progress.done, await put_right(self.store, self.node, over, self.names, self.writer))
        await self._agents.end()
        self.progress.agents = self._agents.agents
        self._keep_places(min((visit.number for visit in late), default=None))
        await self.writer.flush()

    async def _refuse_another(self, log: LogFile) -> None:
        if log.first_at is None:
            return
        since = log.first_at + timedelta(seconds=2)
        sample = await first_visits(self.store, self.node, since, SAMPLE)
        if not sample:
            return
        last = sample[-1].entered_at
        told: set[tuple[str, str]] = set()
        end = log.first_at
        for line in read_lines(log.path):
            if not isinstance(line.told, Odd):
                end = line.told.at
                told.add((line.told.channel_id, line.told.queue))
                if end > last + timedelta(hours=1):
                    break
        inside = [row for row in sample if row.entered_at <= end - timedelta(seconds=2)]
        there = sum((row.channel_id, row.queue) in told for row in inside)
        if there * 2 < len(inside):
            begin, until = (f"{row.entered_at:%Y-%m-%d %H:%M}" for row in (inside[0], inside[-1]))
            raise AnotherAsteriskError(
                f"{log.path} is of another Asterisk than '{self.node}': "
                f"of {len(inside)} visits the ledger has from {begin} to {until} UTC, {there} are in it"
            )


def _key(log: LogFile) -> str:
    return f"import/2:{log.head}"  # 2: agents too; what was imported without them is read once more


def _stands(path: Path, place: LogPlace) -> bool:
    """Whether the file still holds, before the place, the line that stood there."""
    with open_log(path) as file:
        file.seek(place.bytes_read - place.line_bytes)
        return digest_of(file.read(place.line_bytes)) == place.line_digest


def _bytes_before(path: Path, place: LogPlace) -> bytes:
    with open_log(path) as file:
        file.seek(place.bytes_read - place.line_bytes)
        return file.read(place.line_bytes)


def _add(total: Checked, found: Checked) -> None:
    total.visits += found.visits
    total.repaired += found.repaired
    total.added += found.added
