"""The AGI server's side of publishing: which version a new call begins with, and when one is taken back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ivr.publishing.book import Book, BrokenRecordError, TakenError
from ivr.publishing.records import Publication, begins_with
from ivr.publishing.tally import Tally, why_taken_back

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
        self._running = where.running
        self._hashed = hashed
        self._now = now
        self._started_with = kept.current.flows.version
        self._record: Publication | None = None
        self._live: Release | None = None
        """None goes by what is kept as current: nothing was published."""
        self._first: Release | None = None
        self._tallies: dict[str, Tally] = {}
        self._seen = 0
        self._problem = ""
        self._writing: set[asyncio.Task[None]] = set()

    def begin(self, caller: str, call: str) -> Release:
        """What a new call begins with; see `ivr.runner.ports.Releases`."""
        release = self._live or self._kept.current
        if self._record is not None and self._first is not None:
            chosen = begins_with(self._record, self._hashed(caller) if caller else "", call)
            release = self._first if chosen == self._first.flows.version else release
        self._tally(release.flows.version).begun += 1
        return release

    async def at(self, version: str) -> Release | None:
        """The one a call began with; None when it is not kept any more."""
        return await self._kept.at(version)

    def failed(self, version: str) -> None:
        """A call could not be led on. The version that goes first is taken back when that happens too often."""
        self._tally(version).failed += 1
        record, first = self._record, self._first
        if record is None or record.first is None or first is None:
            return
        live = self._tally(record.live)
        why = why_taken_back(self._tally(first.flows.version), live, record.first.tolerance)
        if why is not None:
            self._first = None  # the very next call begins with the live one; the record follows
            log.error("version_taken_back", version=record.first.version, live=record.live, why=why)
            task = asyncio.create_task(self._write_down(record, why), name="taken back")
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def follow(self, stop: asyncio.Event) -> None:
        """Take up what is published until `stop`, and say in the file `running` what was taken up."""
        self._running.touch()
        with self._running.open("rb") as locked:  # a second one cannot be: it would not get the port
            fcntl.flock(locked, fcntl.LOCK_EX)
            await self.take_up()
            while not stop.is_set():
                if await asyncio.to_thread(self._last_number) != self._seen:
                    await self.take_up()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
            await asyncio.gather(*self._writing)

    async def take_up(self) -> None:
        """Go by the youngest record; one that cannot be gone by changes nothing, and is told."""
        try:
            record = await asyncio.to_thread(self._book.last)
        except (BrokenRecordError, OSError) as broken:
            self._told(self._seen, str(broken))
            return
        if record is None:
            self._told(0, "")
            return
        live = await self.at(record.live)
        first = await self.at(record.first.version) if record.first else None
        missing = [record.live] if live is None else [record.first.version] if record.first and first is None else []
        if missing:
            self._told(record.number, f"version {missing[0]} is not kept any more")
            return
        self._record, self._live, self._first = record, live, first
        self._tallies.clear()  # what is compared begins at the same moment
        log.info("publication_taken_up", number=record.number, live=record.live, first=first and first.flows.version)
        self._told(record.number, "")

    def _last_number(self) -> int:
        """Of the youngest record; the one that was seen while nobody can tell."""
        try:
            return self._book.last_number()
        except OSError:
            return self._seen

    def _told(self, number: int, problem: str) -> None:
        self._seen = number
        if problem:
            log.error("publication_not_taken_up", number=number, why=problem)
        said = {
            "number": number,
            "live": (self._live or self._kept.current).flows.version,
            "first": self._first.flows.version if self._first else None,
            "started_with": self._started_with,
            "problem": problem,
        }
        # In place: the lock is on this very file. A reader who meets half of it reads again.
        with self._running.open("r+", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")
            file.truncate()

    async def _write_down(self, record: Publication, why: str) -> None:
        if record.first is None:
            raise AssertionError("only a version that goes first is taken back")
        back = replace(
            record,
            number=record.number + 1,
            act="taken-back",
            version=record.first.version,
            first=None,
            before=record.live,
            who=OURSELVES,
            why=why,
            when=self._now(),
            difference=(),
        )
        try:
            await asyncio.to_thread(self._book.add, back)
        except TakenError:
            log.info("published_meanwhile", number=back.number)
        except OSError as error:
            log.error("not_written_down", act=back.act, version=back.version, why=os.strerror(error.errno or 0))

    def _tally(self, version: str) -> Tally:
        return self._tallies.setdefault(version, Tally())
