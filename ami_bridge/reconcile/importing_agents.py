"""Agents of years past: their places in queues as the lines are read, what they did once all visits are in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.agents import LoggedPlace, Places
from ami_bridge.reconcile.filling import Facts, facts_by_agent, filled
from store.queries.agent_history import first_of_a_bridge, gaps, members_now, replace_stretches, told_of_agents
from store.rows import AgentInterval, Gap, MembershipInterval, membership_interval_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.names import AgentNames
    from store.engine import Store
    from store.writer import Writer

A_PORTION: Final = timedelta(days=7)
"""How much time is worked out at once."""


@dataclass(slots=True)
class AgentsImport:
    """The agents of one import.

    Attributes:
        store: The ledger.
        writer: The way into it.
        node: The name of the Asterisk that wrote the files.
        names: Who is meant by a name.
        until: What comes later is a running bridge's.
        agents: How many agents' stretches were written.
    """

    store: Store
    writer: Writer
    node: str
    names: AgentNames
    until: datetime
    agents: int = 0
    _book: Places | None = None
    _written: dict[str, MembershipInterval] = field(default_factory=dict)
    """Places that go on, as they were written last."""
    _first_at: datetime | None = None
    _last_at: datetime | None = None
    _touched: datetime | None = None

    async def begin(self) -> None:
        """What an earlier import left open goes on; a bridge's own time is left to it.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        bridge = await first_of_a_bridge(self.store, self.node)
        self.until = min(self.until, bridge) if bridge is not None else self.until
        known = [] if bridge is not None else [_logged(one) for one in await members_now(self.store, self.node)]
        self._book = Places(self.names, known)

    def line(self, line: LedgerLine) -> None:
        """One line."""
        at = min(line.at, self.until)
        self._first_at = min(self._first_at or at, at)
        self._last_at = max(self._last_at or at, at)
        if self._book is None or line.at >= self.until:
            return
        for place in self._book.take(line):
            self._put(place)

    def visits(self, visits: Iterable[LoggedVisit]) -> None:
        """Visits that came in: one may have begun in the time of an earlier import, which did not know its end."""
        for visit in visits:
            if visit.answered_at is not None or visit.rings:
                begun = min([visit.answered_at or visit.entered_at, *(ring.started_at for ring in visit.rings)])
                self._touched = min(self._touched or begun, begun)

    def write(self) -> None:
        """The places that go on, too: an import that is interrupted begins behind the lines that told of them."""
        for place in self._book.open() if self._book is not None else ():
            self._put(place)

    def _put(self, place: LoggedPlace) -> None:
        if place.until == place.since:
            return
        row = self._row(place)
        if self._written.get(row.id) != row:
            self.writer.put(row)
        if place.until is None:
            self._written[row.id] = row
        else:
            self._written.pop(row.id, None)

    def _row(self, place: LoggedPlace) -> MembershipInterval:
        return MembershipInterval(
            id=membership_interval_id(self.node, place.agent, place.queue, place.since),
            node=self.node,
            agent=place.agent,
            queue=place.queue,
            started_at=place.since,
            penalty=place.penalty,
            paused=place.paused,
            reason=(place.reason or None) if place.paused else None,
            added_by=place.added_by or None,
            ended_at=place.until,
            evidence="queue_log",
        )

    async def end(self) -> None:
        """What agents did in all of that time, from the visits and places now in the ledger.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        self.write()
        if self._first_at is None or self._last_at is None or self._first_at >= self.until:
            return
        since, until, gap = await self._range(self._first_at, self._last_at)
        await self._close_places(until)
        await self.writer.flush()
        seen: set[str] = set()
        last: dict[str, AgentInterval] = {}
        begin = since
        while begin < until:
            end = min(begin + A_PORTION, until)
            stretches = await self._portion(begin, end, last)
            await replace_stretches(self.store, self.node, begin, end, stretches)
            seen |= {agent for agent, rows in stretches.items() if rows}
            begin = end
        self.agents = len(seen)
        self.writer.put(gap)
        await self.writer.flush()

    async def _range(self, first: datetime, last: datetime) -> tuple[datetime, datetime, Gap]:
        """The time to be worked out, and the row that says the log alone is all there is of it.

        It goes on where an earlier import ended, so that there is no hole, and ends where one of later files began.
        """
        since, until = min(first, self._touched or first), last
        gap = Gap(node=self.node, since=since, until=last, cause="import", settled=True)
        for earlier in (one for one in await gaps(self.store, self.node) if one.cause == "import"):
            if earlier.since <= first:
                since = max(earlier.since, min(since, earlier.until or first))
                until = max(last, earlier.until or last) if first < (earlier.until or first) else last
                gap = replace(gap, since=earlier.since, until=until)
            elif earlier.since < until or until == last:
                until = earlier.since
                gap = replace(gap, until=until)
                break
        return since, until, gap

    async def _close_places(self, until: datetime) -> None:
        """Where a bridge's own time begins, its own rows tell who is where."""
        if until < self.until or self._book is None:
            return
        if await first_of_a_bridge(self.store, self.node) is not None:
            for place in self._book.open():
                self._put(replace(place, until=self.until))

    async def _portion(
        self, begin: datetime, end: datetime, last: dict[str, AgentInterval]
    ) -> dict[str, Sequence[AgentInterval]]:
        """Each agent's stretches in a portion; the first one goes on from the portion before where it is the same."""
        told = await told_of_agents(self.store, self.node, begin, end)
        known = facts_by_agent(told.talks, told.rings, told.memberships)
        for one in told.intervals:
            if one.started_at < begin:
                # worked out before, when less was known of what comes now
                last.setdefault(one.agent, replace(one, ended_at=begin))
        stretches: dict[str, Sequence[AgentInterval]] = {}
        for agent in sorted({*known, *last, *(one.agent for one in told.intervals)}):
            facts = known.get(agent) or Facts()
            before = last.get(agent)
            facts.off_before = before is not None and before.state == "signed_off"
            from_when = begin if before is not None else max(begin, facts.first_at or end)
            rows = filled(self.node, agent, from_when, end, facts)
            if rows and before is not None and _same(before, rows[0]):
                rows[0] = replace(before, ended_at=rows[0].ended_at)
            elif before is not None:
                rows.insert(0, before)
            stretches[agent] = rows
            if rows:
                last[agent] = rows[-1]
        return stretches


def _same(one: AgentInterval, other: AgentInterval) -> bool:
    return (one.state, one.reason, one.queue) == (other.state, other.reason, other.queue)


def _logged(row: MembershipInterval) -> LoggedPlace:
    return LoggedPlace(
        agent=row.agent,
        queue=row.queue,
        since=row.started_at,
        penalty=row.penalty,
        paused=row.paused,
        reason=row.reason or "",
        added_by=row.added_by or "",
    )
