"""The AGI server's side of publishing: which version a new call begins with, and when one is taken back by itself."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ivr.app.standing import Running, Standing
from ivr.publishing.book import Book, BrokenRecordError, TakenError
from ivr.publishing.records import First, Publication, begins_with
from ivr.publishing.tally import Calls, why_taken_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.app.places import Places
    from ivr.app.releases import KeptReleases
    from ivr.runner.ports import Release

LOOK_EVERY_S: Final = 0.5
"""How often the records are looked at: an admin who publishes waits about as long."""
OURSELVES: Final = "the service"

log = structlog.get_logger("ivr.publishing")


class PublishedReleases:
    """Releases, as the records of publishing have them; without any record, the one the service was started with.

    Args:
        kept: all versions there are.
        where: the hotline's places.
        hashed: a calling number as its keyed hash.
        now: the wall clock.
    """

    def __init__(
        self,
        kept: KeptReleases,
        where: Places,
        hashed: Callable[[str], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._kept = kept
        self._book = Book(where.published)
        self._standing = Standing(where)
        self._hashed = hashed
        self._now = now
        self._started_with = kept.current.flows.version
        self._record: Publication | None = None
        self._live: Release | None = None
        """None goes by what is kept as current: nothing was published."""
        self._first: Release | None = None
        self._calls: dict[str, Calls] = {}
        self._seen: int | None = None
        """The number of the youngest record; None before the first look."""
        self._problem = ""
        self._back: Publication | None = None
        """That a version was taken back, as long as it is not on disk."""
        self._said: Running | None = None
        self._troubles: frozenset[str] = frozenset()
        self._wake = asyncio.Event()

    def begin(self, caller: str, call: str) -> Release:
        """What a new call begins with; see `ivr.runner.ports.Releases`."""
        release = self._live or self._kept.current
        if self._record is not None and self._first is not None:
            chosen = begins_with(self._record, self._hashed(caller) if caller else "", call)
            release = self._first if chosen == self._first.flows.version else release
        self._of(release.flows.version).begin(call)
        return release

    async def at(self, version: str) -> Release | None:
        """The one a call began with; None when it is not kept any more."""
        return await self._kept.at(version)

    def failed(self, version: str, call: str) -> None:
        """A call could not be led on. The version that goes first is taken back when that happens too often."""
        record, first = self._record, self._first
        if not self._of(version).fail(call) or record is None or record.first is None or first is None:
            return
        live = self._of(record.live).tally
        why = why_taken_back(self._of(first.flows.version).tally, live, record.first.tolerance)
        if why is not None:
            self._first = None  # the very next call begins with the live one; the record follows
            log.error("version_taken_back", version=record.first.version, live=record.live, why=why)
            self._back = self._taken_back(record, record.first, why)
            self._wake.set()

    async def follow(self, stop: asyncio.Event) -> None:
        """Take up what is published until `stop`, and say what was taken up; no look that fails is the last."""
        with contextlib.closing(self._standing):
            while not stop.is_set():
                await self._look()
                await self._rest(stop)
            if self._back is not None:
                await self._look()

    async def take_up(self) -> None:
        """Go by the youngest record; one that cannot be gone by changes nothing, and is told."""
        try:
            number = await asyncio.to_thread(self._book.last_number)
            record = await asyncio.to_thread(self._book.last)
            number = max(number, record.number if record else 0)  # one may have come between the two
        except BrokenRecordError as broken:
            self._settled(number, str(broken))
            return
        except OSError as error:
            self._settled(self._seen, f"the records of publishing cannot be read: {error}")
            return
        if record is None:
            self._settled(0, "")
            return
        problem = (
            ""
            if record.number == number
            else (f"record {number} is not as it was written; number {record.number} decides")
        )
        if record == self._record:
            self._settled(number, problem)
            return
        live = await self.at(record.live)
        first = await self.at(record.first.version) if record.first else None
        if live is None or (record.first is not None and first is None):
            missing = record.live if live is None or record.first is None else record.first.version
            self._settled(number, f"version {missing} is not kept any more")
            return
        for each in filter(None, (live, first)):
            if needing := self._kept.needs_restart(each.flows.version):
                what = f"version {each.flows.version} has other {' and '.join(needing)} than the service was built for"
                self._settled(number, f"{what}: it needs a restart")
                return
            if await asyncio.to_thread(self._kept.lacks_sounds, each.flows.version):
                what = f"version {each.flows.version} lacks sounds"
                self._settled(number, f"{what}: run hotline prompts, then publish it again or start the service anew")
                return
        self._record, self._live, self._first = record, live, first
        self._back = None  # whoever publishes after it was taken back has decided
        self._calls.clear()  # what is compared begins at the same moment
        log.info("publication_taken_up", number=record.number, live=record.live, first=first and first.flows.version)
        self._settled(number, problem)

    async def _look(self) -> None:
        """Say what is new, write down what waits, take up what is published, and say that: each whatever the others do.

        A version that was taken back is told before the disk is asked to keep it.
        """
        troubles = set()
        for act in (self._tell, self._write_down, self._take_up_news, self._tell):
            try:
                await act()
            except OSError as error:
                troubles.add(str(error))
            except Exception as fault:  # noqa: BLE001 - a fault of ours: calls go on, the next look may succeed
                troubles.add(repr(fault))
        for why in sorted(troubles - self._troubles):  # once each: it is looked twice a second
            log.error("publishing_is_hindered", why=why)
        self._troubles = frozenset(troubles)

    async def _take_up_news(self) -> None:
        if self._seen is None or await asyncio.to_thread(self._book.last_number) != self._seen:
            await self.take_up()

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait(), name="rest") for event in (stop, self._wake)]
        await asyncio.wait(waits, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._wake.clear()

    def _settled(self, number: int | None, problem: str) -> None:
        if problem and (number, problem) != (self._seen, self._problem):
            log.error("publication_not_taken_up", number=number, why=problem)
        self._seen, self._problem = number, problem

    async def _tell(self) -> None:
        """Say what is gone by, when that is news and ours to say.

        Raises:
            OSError: it cannot be written.
        """
        if (self._seen is None and not self._problem) or not self._standing.mine():
            return
        now = Running(
            number=-1 if self._seen is None else self._seen,
            live=(self._live or self._kept.current).flows.version,
            first=self._first.flows.version if self._first else None,
            started_with=self._started_with,
            problem=self._problem,
        )
        if now != self._said:
            self._standing.tell(now)
            self._said = now

    def _taken_back(self, record: Publication, first: First, why: str) -> Publication:
        return replace(
            record,
            number=(self._seen or record.number) + 1,
            act="taken-back",
            version=first.version,
            first=None,
            before=record.live,
            who=OURSELVES,
            why=why,
            when=self._now(),
            difference=(),
        )

    async def _write_down(self) -> None:
        """Keep that a version was taken back; it stays to be done until it is, or somebody has published since.

        Raises:
            OSError: it cannot be kept now.
        """
        if self._back is None:
            return
        try:
            await asyncio.to_thread(self._book.add, self._back)
        except TakenError:
            log.info("published_meanwhile", number=self._back.number)
        self._back = None

    def _of(self, version: str) -> Calls:
        return self._calls.setdefault(version, Calls())
