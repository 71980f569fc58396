"""CEL beside a running bridge: its calls, once they are over, settled with the ledger; and the place in it kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.cel.calls import Calls
from ami_bridge.cel.lines import CEL, REASONS
from ami_bridge.following import mark_of
from ami_bridge.queue_log.place import Mark
from ami_bridge.queue_log.tail import LogTail
from ami_bridge.reconcile.call_settling import Settled, settle
from ami_bridge.reconcile.verifying_calls import known_of
from store.endings import JourneyEnd, add_journeys, correct_lost, end_journeys, were_rescued
from store.errors import StoreUnavailable
from store.queries.ledger import log_place
from store.rows import LogPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ami_bridge.cel.call import Call
    from ami_bridge.cel.lines import CelEvent
    from ami_bridge.reconcile.call_settling import Over
    from ami_bridge.reconcile.verifying_calls import House
    from store.engine import Store
    from store.writer import Writer

log = structlog.get_logger("bridge.cel")

PLACE: Final = "cel"
"""The place in CEL, among those of the table."""
EVERY_S: Final = 20.0
SETTLED: Final = timedelta(seconds=30)
"""How long after its last record a call is settled: its service, and then AMI (`ami_bridge.endings`), tell first."""
GIVEN_UP: Final = timedelta(hours=12)
"""A call not heard of for so long has lost its end: Asterisk was killed. Its journey is ended by the snapshot."""
AT_ONCE: Final = 200
"""Calls settled in one go: some 20 ms of work between two looks at what AMI says."""
FLUSH_S: Final = 10.0


@dataclass(slots=True)
class CallKeeper:
    """Follows one CEL file and settles its calls.

    Attributes:
        path: Where Asterisk writes it; where there is none nothing happens.
        store: The ledger.
        writer: The way into it.
        house: What names mean.
        flows: The flow behind each number callers dial.
        clock: What time it is.
        since: When a bridge of this node first saw anything; None where none ever ran before this one. Of calls that
            began earlier nothing is put right.
        settled: Journeys put right, in all.
    """

    path: Path
    store: Store
    writer: Writer
    house: House
    flows: Mapping[str, str]
    clock: Callable[[], datetime]
    since: datetime | None = None
    settled: int = 0
    _tail: LogTail[CelEvent] | None = None
    _calls: Calls = field(default_factory=lambda: Calls(linger=None))
    _marks: dict[int, Mark] = field(default_factory=dict)
    """The place before the first record of each call held."""
    _over: list[Call] = field(default_factory=list)
    _kept: Mark | None = None
    _trouble: str = ""
    _odd: int = 0

    async def run(self) -> None:
        """Looks every 20 seconds, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Reads what is new, and settles the calls that are over; what cannot be done now is tried the next time."""
        try:
            await self._look(self.clock())
        except (TimeoutError, OSError, StoreUnavailable) as wrong:
            said = str(wrong) or "the database takes no rows"
            if said != self._trouble:  # once, not every time
                log.warning("bridge.cel_later", reason=said)
            self._trouble = said
        else:
            self._trouble = ""

    async def _look(self, now: datetime) -> None:
        tail = self._tail or await self._begin()
        await asyncio.to_thread(self._read, tail)
        self._tell_what_is_odd(tail)
        self._over += (call for call in self._calls.over_before(now - SETTLED) if self._is_ours(call))
        await self._settle()
        for _ in self._calls.forgotten(now - GIVEN_UP):
            pass
        self._keep_place(tail, now)

    async def _begin(self) -> LogTail[CelEvent]:
        """Where the last bridge was; the first one of all begins at the end: what was before is not ours.

        One that was killed before it came to keep a place, or before there was any CEL, leaves all of it to be read.
        """
        place = await log_place(self.store, self.house.node, PLACE)
        tail = LogTail(self.path, CEL, mark_of(place) if place else None)
        if place is None and self.since is None and self.path.exists():
            await asyncio.to_thread(_to_the_end, tail)
        self._tail = tail
        return tail

    def _is_ours(self, call: Call) -> bool:
        return self.since is None or (call.began is not None and call.began >= self.since)

    def _read(self, tail: LogTail[CelEvent]) -> None:
        before = tail.mark
        while told := tail.read():
            for one in told:
                self._calls.take(one.line)
                if self._calls.begun:
                    self._marks[self._calls.records] = before or Mark(one.file)
                before = one.mark

    async def _settle(self) -> None:
        """The calls that are over, a portion at a time: after hours without us they are many."""
        while portion := self._over[:AT_ONCE]:
            async with asyncio.timeout(FLUSH_S):
                await self.writer.flush()  # a row that still waits is newer than what the database would tell
                found = Settled()
                for call, known in await known_of(self.store, portion, self.house):
                    settle(self.house.node, call, known, self.flows, found)
                if found:
                    await self._write(found)
            del self._over[: len(portion)]

    async def _write(self, found: Settled) -> None:
        await add_journeys(self.store, found.lost)  # not by the writer: the service's own row may have come meanwhile
        await end_journeys(self.store, [_end(one) for one in found.ends])
        await correct_lost(self.store, [_end(one) for one in found.corrected])
        await were_rescued(self.store, [_end(one) for one in found.rescued])
        for visit in found.moved:
            self.writer.put(visit)
        self.settled += len(found.ends) + len(found.corrected) + len(found.rescued) + len(found.lost) + len(found.moved)
        log.info(
            "bridge.calls_settled",
            ended=len(found.ends),
            corrected=len(found.corrected),
            rescued=len(found.rescued),
            lost=len(found.lost),
            moved=len(found.moved),
        )

    def _keep_place(self, tail: LogTail[CelEvent], now: datetime) -> None:
        """The place before the oldest call that is not over: a restart must read the whole of it."""
        oldest = self._calls.oldest
        self._marks = {number: mark for number, mark in self._marks.items() if oldest is not None and number >= oldest}
        mark = tail.mark if oldest is None else self._marks.get(oldest)
        if mark is None or mark == self._kept:
            return
        self._kept = mark
        self.writer.put(
            LogPlace(
                node=self.house.node,
                log=PLACE,
                file=mark.file,
                bytes_read=mark.offset,
                line_bytes=mark.size,
                line_digest=mark.digest,
                lines=tail.lines,
                set_aside=sum(tail.set_aside.values()),
                updated_at=now,
            )
        )

    def _tell_what_is_odd(self, tail: LogTail[CelEvent]) -> None:
        if tail.losses:
            tail.losses = 0
            log.error("bridge.cel_place_lost", path=str(self.path), what="records may be missing before it")
        tail.odd.clear()  # a record set aside stays in the file that Asterisk keeps; nobody takes it from here
        odd = sum(tail.set_aside.values())
        if odd > self._odd and tail.last_odd is not None:
            if not self._odd:  # the others are counted, and in `hotline ledger verify`
                log.warning("bridge.cel_line_set_aside", reason=REASONS[tail.last_odd.reason])
            self._odd = odd


def _end(one: Over) -> JourneyEnd:
    return JourneyEnd(id=one.journey, at=one.at, outcome=one.outcome)


def _to_the_end(tail: LogTail[CelEvent]) -> None:
    while tail.read():
        tail.odd.clear()
