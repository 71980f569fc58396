"""The proof: what queue_log tells since a moment, beside what the ledger has. Nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.agents import LoggedPlace, Places
from ami_bridge.queue_log.history import History
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.reading import read_lines
from ami_bridge.reconcile.checking import compared, portions, rows_between
from ami_bridge.reconcile.comparing import Difference
from ami_bridge.reconcile.comparing_agents import (
    AgentDifference,
    Window,
    differing_doings,
    differing_places,
    heard_in_log,
)
from ami_bridge.reconcile.filling import Facts
from ami_bridge.reconcile.matching import SLACK
from store.queries.agent_history import first_place_at, first_seen, gaps, stretches_of_agents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.names import AgentNames
    from store.engine import Store
    from store.rows import AgentInterval, MembershipInterval, Visit

EARLIER: Final = timedelta(hours=12)
"""How far before the beginning visits are read too, so that a caller's earlier ones are not taken for later ones."""
JUST_FILLED: Final = timedelta(minutes=1)
"""A gap that ended more lately is not looked into: it may not be filled in yet."""
NOT_THERE: Final = "not there"


@dataclass(slots=True)
class Verdict:
    """What the comparison gave.

    Attributes:
        node: The Asterisk.
        since: The range's beginning.
        until: Its end: visits over by then.
        visits: How many visits were compared.
        differences: Where ledger and log differ; of a visit only one has, the field is `visit`.
        lines: How many lines were read.
        set_aside: How many of them were no facts, by reason.
        clock_steps: How often the log's clock went back.
        first_at: The time of the first fact read; None when the log has none.
        last_at: That of the last.
        agents: How many agents were compared.
        places: How many places of theirs in queues.
        agent_differences: Where what they did, or their places in queues, differ.
    """

    node: str
    since: datetime
    until: datetime
    visits: int = 0
    differences: list[Difference] = field(default_factory=list)
    lines: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    clock_steps: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    agents: int = 0
    places: int = 0
    agent_differences: list[AgentDifference] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """How many visits differ in anything."""
        whole = [one for one in self.differences if one.field == "visit"]  # those have no id of their own yet
        return len(whole) + len({one.visit_id for one in self.differences if one.field != "visit"})


async def verify(
    store: Store, node: str, log: Sequence[Path], names: AgentNames, *, since: datetime, until: datetime
) -> Verdict:
    """Compares every visit that began from ``since`` on and was over by ``until``.

    Args:
        store: The ledger.
        node: The Asterisk.
        log: The pieces of its queue_log, oldest first.
        names: Who is meant by a name.
        since: The range's beginning.
        until: Its end: a few seconds ago at the latest, since a row takes a moment to be written.

    Raises:
        OSError: a piece cannot be read.
        StoreUnavailable: the database does not answer.
    """
    verdict = Verdict(node, since, until)
    matched: set[str] = set()
    heard = _Heard(names)
    for portion in portions(_logged(log, verdict, heard)):
        found = await compared(store, node, portion, names)
        matched |= found.matched
        inside = {visit.number for visit in portion if visit.entered_at >= since}
        verdict.visits += len(inside)
        missing = {visit.number: visit for visit in found.missing if visit.number in inside}
        verdict.differences += [_not_in_ledger(node, visit) for visit in missing.values()]
        verdict.differences += [one for one in found.differences if found.entered.get(one.visit_id, since) >= since]
    if verdict.first_at is not None and verdict.last_at is not None:
        begin = max(since, verdict.first_at + SLACK)
        end = min(until, verdict.last_at)
        if begin < end:
            async for row in rows_between(store, node, begin, end):
                if row.id not in matched and not (row.ended_at is None or row.ended_at > until):
                    verdict.visits += 1
                    verdict.differences.append(_not_in_log(row))
            await _compare_agents(store, heard, verdict, begin, end)
    return verdict


@dataclass(slots=True)
class _Heard:
    """What the log tells of agents, gathered while it is read for the visits."""

    names: AgentNames
    known: dict[str, Facts] = field(default_factory=dict)
    unsure: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When talks ended that Asterisk did not live to end."""
    places: dict[tuple[str, str], list[LoggedPlace]] = field(default_factory=dict)
    book: Places = field(init=False)

    def __post_init__(self) -> None:
        """The book of places."""
        self.book = Places(self.names)

    def line(self, line: LedgerLine) -> None:
        """One line."""
        for place in self.book.take(line):
            self.places.setdefault((place.agent, place.queue), []).append(place)

    def visits(self, visits: Iterable[LoggedVisit], since: datetime) -> Iterator[LoggedVisit]:
        """Passes visits on, and notes those that may touch the range."""
        for visit in visits:
            if visit.ended_before is None or visit.ended_before >= since:
                heard_in_log([visit], self.names, self.known)
            if visit.ended_at is not None and visit.ended_before is not None and not visit.end_is_known:
                self.unsure.append((visit.ended_at, visit.ended_before))
            yield visit

    def end(self) -> None:
        """Nothing follows."""
        for place in self.book.open():
            self.places.setdefault((place.agent, place.queue), []).append(place)


async def _compare_agents(store: Store, heard: _Heard, verdict: Verdict, begin: datetime, end: datetime) -> None:
    node, far = verdict.node, end + EARLIER
    # the gaps before the stretches: one that ends between the two questions still counts as open
    late = [gap for gap in await gaps(store, node) if gap.until is None or gap.until > verdict.until - JUST_FILLED]
    intervals, rows = await stretches_of_agents(store, node, begin, end)
    seen, first_place = await first_seen(store, node), await first_place_at(store, node)
    unseen = [*heard.unsure, *((gap.since, gap.until or far) for gap in late)]
    mine: dict[str, list[AgentInterval]] = defaultdict(list)
    places: dict[str, list[MembershipInterval]] = defaultdict(list)
    stays: dict[tuple[str, str], list[MembershipInterval]] = defaultdict(list)
    for one in intervals:
        mine[one.agent].append(one)
    for row in rows:
        places[row.agent].append(row)
        stays[row.agent, row.queue].append(row)
    # of an agent the ledger has never heard of his visits are missing, and those are told
    for agent in sorted({*mine, *(agent for agent in heard.known if agent in seen)}):
        facts = heard.known.get(agent) or Facts()
        window = Window(max(begin, seen.get(agent, begin)), end, unseen)
        verdict.agents += 1
        verdict.agent_differences += differing_doings(agent, mine[agent], places[agent], facts, window)
    if first_place is None:
        return
    window = Window(max(begin, first_place), end, unseen)
    for key in sorted({*stays, *heard.places}):
        verdict.places += 1
        logged = heard.places.get(key, [])
        verdict.agent_differences += differing_places(key, stays[key], logged, window)


def _logged(log: Sequence[Path], verdict: Verdict, heard: _Heard) -> Iterator[LoggedVisit]:
    """The visits of the range, as the log tells them, and what the reading of it was like."""
    history = History()
    for piece in log:
        for line in read_lines(piece):
            verdict.lines += 1
            if isinstance(line.told, Odd):
                verdict.set_aside[line.told.reason] = verdict.set_aside.get(line.told.reason, 0) + 1
                continue
            verdict.first_at = verdict.first_at or line.told.at
            verdict.last_at = line.told.at
            history.take(line.told)
            heard.line(line.told)
            yield from _inside(heard.visits(history.over(), verdict.since), verdict)
    yield from _inside(heard.visits(history.rest(), verdict.since), verdict)
    heard.end()
    verdict.clock_steps = history.clock_steps


def _inside(visits: Iterator[LoggedVisit], verdict: Verdict) -> Iterator[LoggedVisit]:
    for visit in visits:
        over = visit.ended_before is not None and visit.ended_before <= verdict.until
        if over and visit.entered_at >= verdict.since - EARLIER:
            yield visit


def _not_in_ledger(node: str, visit: LoggedVisit) -> Difference:
    told = f"{visit.queue}, {visit.outcome}"
    return Difference(f"{node}/{visit.channel_id}/?", "visit", NOT_THERE, told)


def _not_in_log(row: Visit) -> Difference:
    return Difference(row.id, "visit", f"{row.queue}, {row.outcome}", NOT_THERE)
