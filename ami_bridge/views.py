"""The state as watchers see it: numbers masked, members counted, callers in their order. Pure."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from ami_bridge.domain.line import line_of
from ami_bridge.domain.metrics import Counts
from ami_bridge.domain.waits import expected_wait
from ami_bridge.messages import (
    AgentView,
    CallView,
    Delta,
    Knowledge,
    MemberCounts,
    QueueView,
    Removed,
    Snapshot,
    TodayCounts,
    WaitingCaller,
    mask,
    mask_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from ami_bridge.domain.model import Agent, Call, State, Visit
    from ami_bridge.messages import TrunkView
    from store.rows import AgentInterval, AgentState


def _now(interval: AgentInterval) -> AgentState:
    """What an agent does now: `unknown` are only stretches that are over."""
    return "signed_off" if interval.state == "unknown" else interval.state


def queue_names(state: State) -> list[str]:
    """Every queue worth showing: configured ones first, then those the switch or a visit brought."""
    names = dict.fromkeys(state.rules.queues)
    names.update(dict.fromkeys(sorted(state.counts)))
    names.update(dict.fromkeys(sorted(name for name, agents in state.doing.items() if agents)))
    names.update(dict.fromkeys(sorted(v.row.queue for v in state.visits.values() if v.is_open)))
    return list(names)


def queue_view(state: State, name: str) -> QueueView:
    """One queue."""
    rule = state.rules.queue(name)
    counts = state.counts.get(name, Counts())
    return QueueView(
        name=name,
        title=rule.title or name,
        # Asterisk tells a caller's position once, at entry
        waiting=tuple(_waiting(visit, place) for place, visit in enumerate(line_of(state, name), 1)),
        today=TodayCounts(**{f.name: getattr(counts, f.name) for f in fields(Counts)}),
        threshold_s=rule.threshold_s,
        short_s=rule.short_s,
        target=rule.target,
        members=MemberCounts(**state.doing.get(name, {})),
        expected_wait_s=expected_wait(state.waits.get(name, ())),
    )


def _waiting(visit: Visit, place: int) -> WaitingCaller:
    row = visit.row
    return WaitingCaller(
        visit_id=row.id,
        position=place,
        caller=mask(row.caller),
        caller_name=mask_name(row.caller_name),
        vip=row.vip,
        language=row.language,
        entered_at=row.entered_at,
        priority=row.priority,
    )


def agent_view(state: State, agent: Agent) -> AgentView:
    """One agent."""
    interval = agent.interval
    at_hand = agent.serving or (agent.ringing[0] if agent.ringing else None)
    visit = state.visits.get(at_hand) if at_hand else None
    return AgentView(
        id=agent.id,
        name=agent.name,
        state=_now(interval),
        since=agent.shown_since or interval.started_at,
        reason=mask_name(interval.reason or ""),
        queue=interval.queue or "",
        caller=mask(visit.row.caller) if visit else "",
        queues={queue: member.penalty or 0 for queue, member in sorted(agent.members.items())},
        answered=agent.answered,
        missed=agent.missed,
        talk_sum_s=agent.talk_sum_s,
    )


def busy_calls(state: State) -> set[str]:
    """The calls whose caller waits or talks in a queue: they are shown there and nowhere else."""
    return {v.row.call_id for v in state.visits.values() if v.is_open}


def call_view(call: Call) -> CallView:
    """One caller in the flow."""
    return CallView(
        call_id=call.call_id,
        number=call.tags.number,
        flow=call.tags.flow,
        since=call.since,
        language=call.tags.language,
        caller=mask(call.caller),
        vip=call.tags.vip,
    )


def knowledge(state: State) -> Knowledge:
    """How far the numbers can be trusted."""
    return Knowledge(state=state.knowing, since=state.knowing_since)


def snapshot(state: State, seq: int, at: datetime, trunks: tuple[TrunkView, ...] = ()) -> Snapshot:
    """Everything."""
    busy = busy_calls(state)
    return Snapshot(
        node=state.rules.node,
        seq=seq,
        at=at,
        knowledge=knowledge(state),
        queues=tuple(queue_view(state, name) for name in queue_names(state)),
        agents=tuple(agent_view(state, state.agents[i]) for i in sorted(state.agents)),
        calls=tuple(call_view(c) for c in state.calls.values() if c.call_id not in busy),
        trunks=trunks,
    )


def delta(
    state: State,
    seq: int,
    at: datetime,
    *,
    queues: Iterable[str],
    agents: Iterable[str],
    calls: Collection[str],
    knowledge_changed: bool,
    trunks: tuple[TrunkView, ...] | None = None,
) -> Delta:
    """What changed, as whole objects."""
    busy = busy_calls(state) if calls else set()
    shown = [c for i in sorted(calls) if i not in busy and (c := state.calls.get(i)) is not None]
    kept = {c.call_id for c in shown}
    return Delta(
        node=state.rules.node,
        seq=seq,
        at=at,
        queues=tuple(queue_view(state, name) for name in sorted(queues)),
        agents=tuple(agent_view(state, state.agents[i]) for i in sorted(agents) if i in state.agents),
        calls=tuple(call_view(c) for c in shown),
        removed=Removed(calls=tuple(i for i in sorted(calls) if i not in kept)),
        knowledge=knowledge(state) if knowledge_changed else None,
        trunks=trunks,
    )
