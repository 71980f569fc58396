"""What the store remembers of this switch, so that a restarted bridge goes on with the same visits and the same day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.members import member_of
from ami_bridge.domain.metrics import Counts, contribution, midnight_before, moved
from ami_bridge.domain.model import Agent, Member, State, Visit
from ami_bridge.domain.states import Phase
from ami_bridge.domain.waits import waits_of
from ami_bridge.following import LIVE, LogFollower
from ami_bridge.reconcile.matching import as_logged
from store.queries.agent_history import members_now, open_gap
from store.queries.agents import agent_totals, agents_now, cut_short
from store.queries.bridge import bridge_state, open_ring_attempts, open_visits
from store.queries.ledger import agent_names, knowledge, log_place
from store.queries.visits import visits
from store.rows import AgentInterval, interval_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ami_bridge.following import Log
    from store import rows
    from store.engine import Store

MARGIN = timedelta(seconds=5)
"""How far before the last event seen the ledger is read again; double facts change nothing."""


LONGEST_CALL = timedelta(hours=12)
"""A caller whose last visit began this long ago is not expected to make another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was known when the last bridge of this node stopped."""

    open_visits: tuple[rows.Visit, ...] = ()
    open_attempts: tuple[rows.RingAttempt, ...] = ()
    recent: tuple[rows.Visit, ...] = ()
    """The visits of today, and of yesterday as far as something may still be heard of their callers."""
    intervals: tuple[rows.AgentInterval, ...] = ()
    members: tuple[rows.MembershipInterval, ...] = ()
    """Who was in which queue, and how."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Display name by agent id, as far as visits tell: of members who are not in hotline.yaml."""
    gap: rows.Gap | None = None
    """The gap that was not over when the last bridge stopped."""
    totals: tuple[tuple[str, int, int, float], ...] = ()
    """Agent, answered, missed, seconds talked: today."""
    bridge: rows.BridgeState | None = None
    knowledge: rows.Knowledge | None = None
    log_place: rows.LogPlace | None = None
    """Where the last bridge was in queue_log."""

    def unseen_since(self) -> datetime | None:
        """Since when nobody saw what agents do: the last moment a bridge surely did; None where none ever ran."""
        if self.gap is not None:
            return self.gap.since
        if self.bridge is None:
            return None
        seen = [interval.started_at for interval in self.intervals]
        seen += [moment for moment in (self.bridge.seen_until, self.bridge.last_event_at) if moment is not None]
        return max(seen, default=None)

    def ledger_from(self, now: datetime) -> datetime:
        """From when on queue_log may tell something new: a little before the last event; now, when nothing is known."""
        begins = [v.entered_at for v in self.open_visits]
        if self.bridge is not None and self.bridge.last_event_at is not None:
            begins.append(self.bridge.last_event_at)
        return (min(begins) if begins else now) - MARGIN


async def load_past(store: Store, node: str, zone: ZoneInfo, now: datetime) -> Past:
    """Reads it all; a few indexed queries."""
    midnight = midnight_before(now, zone)
    begun = Past(open_visits=await open_visits(store, node), bridge=await bridge_state(store, node))
    since = min(midnight, now - LONGEST_CALL, begun.ledger_from(now) - MARGIN)
    recent: list[rows.Visit] = []
    after: str | None = None
    while True:
        page = await visits(store, since=since, node=node, limit=1000, after=after)
        recent.extend(page.rows)
        after = page.next
        if after is None:
            break
    return replace(
        begun,
        open_attempts=await open_ring_attempts(store, node),
        recent=tuple(recent),
        knowledge=await knowledge(store, node),
        log_place=await log_place(store, node, LIVE),
        intervals=await last_stretches(store, node, now),
        members=await members_now(store, node),
        names=await agent_names(store, node),
        gap=await open_gap(store, node),
        totals=tuple(
            (t.agent, t.answered, t.missed, t.talk_sum_s) for t in await agent_totals(store, midnight, node=node)
        ),
    )


async def last_stretches(store: Store, node: str, now: datetime) -> tuple[rows.AgentInterval, ...]:
    """What each agent was doing when the last bridge stopped; `unknown` since the end of what was written last.

    Killed between two transactions, a bridge leaves an end without the beginning behind it.
    """
    gone_on = await agents_now(store, node=node)
    ended = await cut_short(store, node, now - LONGEST_CALL)
    unseen = [
        AgentInterval(
            id=interval_id(node, one.agent, one.ended_at),
            node=node,
            agent=one.agent,
            state="unknown",
            started_at=one.ended_at,
        )
        for one in ended
        if one.ended_at is not None
    ]
    return (*gone_on, *unseen)


def restore(state: State, past: Past, now: datetime) -> State:
    """The empty state with the past in it; a snapshot and the ledger then say what became of it. Pure."""
    since = past.ledger_from(now)
    held = {v.id: v for v in past.recent if v.ended_at is None or v.ended_at >= since - MARGIN or _may_talk(v, now)}
    held.update({v.id: v for v in past.open_visits})
    ordered = sorted(held.values(), key=lambda v: (v.channel_id, v.entered_at, v.ordinal))
    known = {v.id: _visit(v, past, now) for v in ordered}
    by_channel: dict[str, tuple[str, ...]] = {}
    for row in ordered:
        by_channel[row.channel_id] = (*by_channel.get(row.channel_id, ()), row.id)
    ordinals: dict[str, int] = {}
    counts: dict[str, Counts] = {}
    for row in {v.id: v for v in (*past.recent, *past.open_visits)}.values():
        ordinals[row.channel_id] = max(row.ordinal, ordinals.get(row.channel_id, 0))
        rule = state.rules.queue(row.queue)
        adds = contribution(row, day_start=state.day_start, threshold_s=rule.threshold_s, short_s=rule.short_s)
        counts[row.queue] = moved(counts.get(row.queue, Counts()), Counts(), adds)
    return replace(
        state,
        visits=known,
        by_channel=by_channel,
        ordinals=ordinals,
        # a channel that never made itself heard again is forgotten in time
        hung=dict.fromkeys((c for c in ordinals if c not in by_channel), now + LONGEST_CALL),
        counts=counts,
        agents=(agents := _agents(state, past, known)),
        doing=_doing(agents),
        named={agent.name: agent.id for agent in reversed(agents.values())},
        lines=_lines(known),
        waits=waits_of(past.recent, now),
        last_event_at=past.bridge.last_event_at if past.bridge else None,
        gap_since=past.unseen_since(),
        gap_cause=past.gap.cause if past.gap else "bridge",
    )


def _doing(agents: dict[str, Agent]) -> dict[str, dict[str, int]]:
    """How many of each queue's agents do what: from here on it is only counted up and down (`Indexes.tally`)."""
    doing: dict[str, Counter[str]] = {}
    for agent in agents.values():
        for queue in agent.members:
            doing.setdefault(queue, Counter())[agent.doing_in(queue)] += 1
    return {queue: dict(counts) for queue, counts in doing.items()}


def _lines(known: dict[str, Visit]) -> dict[str, tuple[str, ...]]:
    lines: dict[str, tuple[str, ...]] = {}
    for visit in known.values():
        if visit.phase is Phase.WAITING:
            lines[visit.row.queue] = (*lines.get(visit.row.queue, ()), visit.id)
    return lines


def _may_talk(row: rows.Visit, now: datetime) -> bool:
    """Whether an agent gave the caller to somebody else with whom he may talk still."""
    return row.outcome == "answered" and row.ended_at is not None and row.ended_at >= now - LONGEST_CALL


def _visit(row: rows.Visit, past: Past, now: datetime) -> Visit:
    phase = Phase.ENDED if row.ended_at else Phase.TALKING if row.answered_at else Phase.WAITING
    attempts = tuple(a for a in past.open_attempts if a.visit_id == row.id)
    return Visit(
        row=row,
        phase=phase,
        touched_at=now,
        attempts=attempts,
        attempt_channels=("",) * len(attempts),
        served_by=(row.agent,) if row.agent else (),
    )


def _agents(state: State, past: Past, known: dict[str, Visit]) -> dict[str, Agent]:
    totals = {agent: (answered, missed, talk_sum_s) for agent, answered, missed, talk_sum_s in past.totals}
    talks = sorted(
        ((v.row.answered_at, v) for v in known.values() if v.phase is Phase.TALKING and v.row.answered_at),
        key=lambda one: one[0],
    )
    serving: dict[str, tuple[str, ...]] = {}
    for _, talk in talks:
        if talk.row.agent:
            serving[talk.row.agent] = (*serving.get(talk.row.agent, ()), talk.id)
    places: dict[str, dict[str, Member]] = {}
    for row in past.members:
        places.setdefault(row.agent, {})[row.queue] = member_of(row)
    agents: dict[str, Agent] = {}
    for interval in past.intervals:
        answered, missed, talk_sum_s = totals.get(interval.agent, (0, 0, 0.0))
        agents[interval.agent] = Agent(
            id=interval.agent,
            name=state.rules.agents.get(interval.agent) or past.names.get(interval.agent, interval.agent),
            interval=interval,
            members=places.get(interval.agent, {}),
            serving=next(iter(serving.get(interval.agent, ())[-1:]), None),
            also=serving.get(interval.agent, ())[:-1],
            answered=answered,
            missed=missed,
            talk_sum_s=talk_sum_s,
        )
    return agents


def follower(source: Log | None, node: str, past: Past, now: datetime) -> LogFollower | None:
    """Who reads queue_log on from where the past left it; None where there is no log."""
    if source is None:
        return None
    return LogFollower(
        source,
        node,
        place=past.log_place,
        since=past.ledger_from(now),
        open_visits=[as_logged(row) for row in past.open_visits],
    )
