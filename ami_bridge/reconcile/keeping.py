"""The reconciler of a running bridge: what was missed while none ran, then every visit once more when it is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.domain.ledger import MEMBER_VERBS
from ami_bridge.following import LIVE, at_the_end
from ami_bridge.queue_log.history import History
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.reading import pieces, read_lines
from ami_bridge.reconcile.agents import catch_up_members, fill_gaps
from ami_bridge.reconcile.checking import Checked, compared, put_right
from store.errors import StoreUnavailable
from store.queries.bridge import bridge_state, open_visits
from store.queries.ledger import forget_evidence, log_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ami_bridge.domain.events import Correction, LedgerLine
    from ami_bridge.following import Log
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.names import AgentNames
    from store.engine import Store
    from store.writer import Writer

log = structlog.get_logger("bridge.reconcile")

SETTLED: Final = timedelta(seconds=180)
"""How long after its end a visit is compared: the bridge itself corrects it no longer (`domain.ageing.REMEMBER_S`)."""
OVERLAP: Final = timedelta(hours=1)
"""How far before what was compared last a start reads the log again; what is right already is not written."""
FORGET_EVERY: Final = timedelta(hours=1)
FILL_AFTER: Final = timedelta(seconds=60)
"""How long after its visits were compared a gap is looked at for the last time."""
FLUSH_S: Final = 10.0
"""Seconds rows may take to the database; after that it is away, and comparing has to wait."""


@dataclass(slots=True)
class Reconciler:
    """Holds the log's visits against the ledger's and repairs them.

    Attributes:
        store: The ledger.
        writer: The way into it.
        node: The Asterisk.
        names: Who is meant by a name in the log.
        checked_until: The latest entry compared so far.
        repaired: Visits put right, in all.
        unexplained: Visits that still differed after the last repair; 0 unless something is wrong with us.
        corrections: Visits put right that the board has not been told of; whoever tells it takes them out.
    """

    store: Store
    writer: Writer
    node: str
    names: AgentNames
    checked_until: datetime | None = None
    repaired: int = 0
    unexplained: int = 0
    corrections: list[Correction] = field(default_factory=list)
    _forgot_until: datetime | None = None

    async def catch_up(self, source: Log, now: datetime) -> Checked:
        """What the log tells since the last bridge stopped, before this one knows anything.

        It leaves the live place behind the last line, so that the bridge goes on from there.

        Raises:
            OSError: the log cannot be read.
            StoreUnavailable: the database does not answer.
        """
        await self.writer.flush()  # what the last bridge left on disk is newer than what the database would tell
        since = await self._since()
        if since is None:
            return Checked()  # a first start: what was before us is `hotline ledger import`'s
        place = await log_place(self.store, self.node, LIVE)
        place = await asyncio.to_thread(at_the_end, source, self.node, place, now)
        # read after the place was taken: a line between the two is told twice, none is not told
        members: list[LedgerLine] = []
        logged = await asyncio.to_thread(lambda: list(_logged(source, since, members)))
        done = await put_right(self.store, self.node, logged, self.names, self.writer)
        await catch_up_members(self.store, self.writer, self.names.rules, members, now)
        if place is not None:
            self.writer.put(place)
            await self.writer.flush()
        self._note(done, logged)
        if done.repaired:
            log.info("bridge.caught_up", visits=done.visits, repaired=done.repaired, added=done.added)
        return done

    async def _since(self) -> datetime | None:
        state = await bridge_state(self.store, self.node)
        moments = [self.checked_until, state.last_event_at if state else None]
        moments += [row.entered_at for row in await open_visits(self.store, self.node)]
        known = [moment for moment in moments if moment is not None]
        return min(known) - OVERLAP if known else None

    async def keep(self, logged: Sequence[LoggedVisit]) -> bool:
        """Compares visits that are over for good; whether it could be done: not while the database is away."""
        try:
            async with asyncio.timeout(FLUSH_S):
                await self.writer.flush()  # a row that still waits is newer than what the database would tell
                found = await compared(self.store, self.node, logged, self.names)
                for row in found.rows:
                    self.writer.put(row)
                # from here on the rows are as good as written: the board must learn of them, whatever comes
                self.corrections, found.corrections = [*self.corrections, *found.corrections], []
                await self.writer.flush()
                again = await compared(self.store, self.node, logged, self.names) if found.rows else found
        except (TimeoutError, StoreUnavailable) as wrong:
            log.warning("bridge.reconcile_later", reason=str(wrong) or "the database takes no rows")
            return False
        done = Checked()
        done.add(found)
        self.unexplained = len({one.visit_id for one in again.differences}) if found.rows else 0
        self._note(done, logged)
        if done.repaired:
            fields = sorted({one.field for one in found.differences})
            log.info("bridge.repaired", visits=done.repaired, added=done.added, fields=fields)
        return True

    async def fill(self, now: datetime) -> None:
        """What agents did while AMI told nothing; a database that is away is asked again the next time."""
        try:
            async with asyncio.timeout(FLUSH_S):
                agents = await fill_gaps(self.store, self.writer, self.node, now, SETTLED + FILL_AFTER)
        except (TimeoutError, StoreUnavailable) as wrong:
            log.warning("bridge.gap_not_filled", reason=str(wrong) or "the database takes no rows")
            return
        if agents:
            log.info("bridge.gap_filled", agents=agents)

    async def forget(self, before: datetime) -> None:
        """Deletes evidence older than that, once an hour. A database that is away is asked again the next time."""
        if self._forgot_until is not None and before < self._forgot_until + FORGET_EVERY:
            return
        try:
            gone = await forget_evidence(self.store, self.node, before)
        except StoreUnavailable as wrong:
            log.warning("bridge.evidence_not_deleted", reason=str(wrong))
            return
        self._forgot_until = before
        if gone:
            log.info("bridge.evidence_deleted", lines=gone)

    def _note(self, done: Checked, logged: Sequence[LoggedVisit]) -> None:
        self.repaired += done.repaired
        entries = [visit.entered_at for visit in logged if not visit.is_open]
        if entries:
            self.checked_until = max([*entries, *([self.checked_until] if self.checked_until else [])])


def _logged(source: Log, since: datetime, members: list[LedgerLine]) -> Iterator[LoggedVisit]:
    """What the pieces of a log tell of visits since then, open ones too; lines about agents go into ``members``."""
    history = History()
    for piece in pieces(source.path, since, source.olddir):
        for line in read_lines(piece):
            if not isinstance(line.told, Odd):
                history.take(line.told)
                if line.told.verb in MEMBER_VERBS and line.told.at >= since:
                    members.append(line.told)
                yield from (visit for visit in history.over() if (visit.ended_before or since) >= since)
    yield from (visit for visit in history.rest() if (visit.ended_before or since) >= since)
