"""What can be done to a state: acts on visits, ringing and agents, which keep what must always hold.

A visit's counts follow its row, an agent's intervals have no gap and no overlap.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ami_bridge.domain.changing import replace
from ami_bridge.domain.indexes import Indexes
from ami_bridge.domain.metrics import Counts, contribution, counted, moved
from ami_bridge.domain.model import Agent, Visit
from ami_bridge.domain.states import NEXT_PHASE, Phase, Phone, Step, agent_state, never_was, strongest
from ami_bridge.domain.whose import SECOND
from ami_bridge.queue_log.verbs import lasted
from store import rows

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.events import OnChannel
    from store.rows import EndedBy, Outcome, RingResult


class Draft(Indexes):
    """The next state in the making: the acts on visits, ringing and agents."""

    # -- visits

    def visit(self, visit_id: str) -> Visit | None:
        """A visit we still hold."""
        found: Visit | None = self.look("visits").get(visit_id)
        return found

    def visits_of(self, channel_id: str) -> list[Visit]:
        """The visits of a channel, oldest first."""
        held = self.look("visits")
        return [held[i] for i in self.look("by_channel").get(channel_id, ()) if i in held]

    def open_visit(self, channel_id: str, queue: str = "", *phases: Phase) -> Visit | None:
        """The latest visit of a channel that is not over: in this queue, in one of these phases, if any are named."""
        for visit in reversed(self.visits_of(channel_id)):
            if visit.is_open and (not queue or visit.row.queue == queue) and (not phases or visit.phase in phases):
                return visit
        return None

    def add_visit(self, row: rows.Visit, *, phase: Phase = Phase.WAITING, place: str = "") -> Visit:
        """A new visit; the channel's visit before it learns of it.

        Told late by the log, which cuts a moment down to its second, it may have begun before others that are known.
        """
        known = self.visits_of(row.channel_id)
        later = [visit for visit in known if visit.row.entered_at >= row.entered_at + SECOND]
        earlier = [visit for visit in known if visit not in later]
        if earlier:
            last = earlier[-1]
            self.put_visit(replace(last, row=replace(last.row, next_visit_id=row.id)), last.touched_at)
        if later:
            row = replace(row, next_visit_id=later[0].id)
        visit = Visit(row=row, phase=phase, touched_at=row.entered_at, place=place)
        self.own("by_channel")[row.channel_id] = (*(v.id for v in earlier), row.id, *(v.id for v in later))
        self.own("ordinals")[row.channel_id] = row.ordinal
        self.put_visit(visit, row.entered_at)
        if row.call_id in self.look("calls"):
            self.show_call(row.call_id)
        return visit

    def new_row(self, event: OnChannel, queue: str, **more: Any) -> rows.Visit:
        """A row for a channel's next visit, with what the event knows of the caller."""
        ordinal = self.look("ordinals").get(event.channel_id, 0) + 1
        known = self.look("calls").get(event.call_id)
        tags = event.tags if known is None or event.tags.number else known.tags
        return rows.Visit(
            id=rows.visit_id(self.node, event.channel_id, ordinal),
            node=self.node,
            call_id=event.call_id,
            channel_id=event.channel_id,
            ordinal=ordinal,
            queue=queue,
            entered_at=event.at,
            caller=event.caller,
            caller_name=event.caller_name,
            number=tags.number,
            language=tags.language,
            vip=tags.vip,
            flow=tags.flow,
            flow_version=tags.flow_version,
            priority=tags.priority,
            **more,
        )

    def put_visit(self, visit: Visit, at: datetime) -> Visit:
        """Replaces a visit; its queue's day and the written row follow."""
        held = self.own("visits")
        before: Visit | None = held.get(visit.id)
        visit = replace(visit, touched_at=max(at, visit.touched_at))
        held[visit.id] = visit
        self.index_visit(before, visit)
        if before is None or before.row != visit.row:
            self.count(before.row if before else None, visit.row)
            self.keep(visit.row, visit.id)
            self.show_queue(visit.row.queue)
        elif before.phase is not visit.phase:
            self.show_queue(visit.row.queue)
        return visit

    def count(self, before: rows.Visit | None, after: rows.Visit) -> None:
        """The day's counts of a queue, when one of its visits is no longer as it was."""
        if before is not None and counted(before) == counted(after):
            return
        rule = self.rules.queue(after.queue)
        day = self.look("day_start")
        old, new = (
            contribution(row, day_start=day, threshold_s=rule.threshold_s, short_s=rule.short_s) if row else Counts()
            for row in (before, after)
        )
        if old != new:
            counts = self.own("counts")
            counts[after.queue] = moved(counts.get(after.queue, Counts()), old, new)

    def connect(self, visit: Visit, agent_id: str, at: datetime, *, seen: bool = True, **told: Any) -> Visit:
        """Agent and caller are joined: the wait is over, answered; its length is not known if nobody saw the moment."""
        if (visit.phase, visit.row.outcome) == (Phase.TALKING, "answered") and visit.row.agent == agent_id:
            return visit
        agent = self.agent(agent_id, at, name=told.get("agent_name") or "")
        row = replace(
            visit.row,
            outcome="answered",
            answered_at=at,
            wait_s=lasted(visit.row.entered_at, at) if seen else None,
            agent=agent_id,
            agent_name=told.get("agent_name") or agent.name,
            interface=told.get("interface") or visit.row.interface,
            evidence=told.get("evidence", "ami: AgentConnect"),
        )
        visit = replace(
            visit,
            row=row,
            phase=NEXT_PHASE[visit.phase, Step.CONNECT],
            agent_channel_id=told.get("agent_channel_id") or visit.agent_channel_id,
        )
        visit = self.close_attempts(visit, at, winner=agent_id)
        visit = self.put_visit(visit, at)
        if visit.phase is Phase.TALKING:
            visit = self.served(visit, agent_id)
            agent = self.serve(self.agent(agent_id, at), visit.id)
            self.put_agent(replace(agent, wrap_until=None, wrap_visit=None, answered=agent.answered + 1), at)
        return visit

    def served(self, visit: Visit, agent_id: str) -> Visit:
        """Notes that an agent is with a visit; its end will let him rest."""
        if agent_id in visit.served_by:
            return visit
        return self.put_visit(replace(visit, served_by=(*visit.served_by, agent_id)), visit.touched_at)

    def complete(self, visit: Visit, at: datetime, ended_by: EndedBy | None, evidence: str = "") -> Visit:
        """Agent and caller are parted: the visit is over, the agent rests."""
        if visit.held_since is not None:
            visit = self.hold(visit, held=False, at=at)
        row = visit.row
        answered_at = row.answered_at or at
        row = replace(
            row,
            ended_at=at,
            talk_s=lasted(answered_at, at),
            ended_by=ended_by,
            evidence=f"{row.evidence}; {evidence}" if evidence else row.evidence,
        )
        visit = self.put_visit(replace(visit, row=row, phase=Phase.ENDED), at)
        for agent_id in dict.fromkeys((*visit.served_by, row.agent)):
            agent = self.look("agents").get(agent_id)
            if agent is not None and visit.id in agent.also:
                also = tuple(one for one in agent.also if one != visit.id)
                self.put_agent(replace(agent, also=also, talk_sum_s=agent.talk_sum_s + (visit.row.talk_s or 0.0)), at)
            elif agent is not None and agent.serving == visit.id:
                self._rest(agent, visit, at)
        self._show_call_of(visit)
        return visit

    def serve(self, agent: Agent, visit_id: str) -> Agent:
        """The agent with one more visit at hand; one he has already and that goes on is not forgotten over it."""
        before = self.visit(agent.serving or "")
        if before is None or before.id == visit_id or before.phase is not Phase.TALKING:
            return replace(agent, serving=visit_id)
        return replace(agent, serving=visit_id, also=(*(one for one in agent.also if one != visit_id), before.id))

    def _rest(self, agent: Agent, visit: Visit, at: datetime) -> None:
        if agent.also:
            *also, serving = agent.also
            talk_sum_s = agent.talk_sum_s + (visit.row.talk_s or 0.0)
            self.put_agent(replace(agent, serving=serving, also=tuple(also), talk_sum_s=talk_sum_s), at)
            return
        member = agent.members.get(visit.row.queue)
        rest = (member.wrap_up_s if member else 0.0) or self.rules.queue(visit.row.queue).wrap_up_s
        self.put_agent(
            replace(
                agent,
                serving=None,
                talk_sum_s=agent.talk_sum_s + (visit.row.talk_s or 0.0),
                wrap_until=at + timedelta(seconds=rest) if rest > 0 and member else None,
                wrap_visit=visit.id if rest > 0 and member else None,
                wrap_queue=visit.row.queue if rest > 0 and member else None,
                busy_is_old_until=at + timedelta(seconds=3),
            ),
            at,
        )

    def settle(self, visit: Visit, outcome: Outcome, at: datetime, evidence: str) -> Visit:
        """The wait is over without an agent."""
        left_at = visit.left_at or at
        row = replace(
            visit.row,
            outcome=outcome,
            ended_at=left_at,
            wait_s=lasted(visit.row.entered_at, left_at),
            ended_by=("caller" if outcome in {"abandoned", "left_by_key"} else "system")
            if outcome != "unknown_after_gap"
            else None,
            evidence=evidence,
        )
        visit = self.close_attempts(replace(visit, row=row, phase=Phase.ENDED), at, winner=None)
        visit = self.put_visit(visit, at)
        self._show_call_of(visit)
        return visit

    def _show_call_of(self, visit: Visit) -> None:
        if visit.row.call_id in self.look("calls"):
            self.show_call(visit.row.call_id)

    def hold(self, visit: Visit, *, held: bool, at: datetime) -> Visit:
        """The caller is put on hold, or taken back."""
        if held == (visit.held_since is not None):
            return visit
        if held:
            visit = replace(visit, held_since=at)
        else:
            on_hold = (at - visit.held_since).total_seconds() if visit.held_since else 0.0
            row = replace(visit.row, hold_s=(visit.row.hold_s or 0.0) + max(0.0, on_hold))
            visit = replace(visit, held_since=None, row=row)
        visit = self.put_visit(visit, at)
        if visit.row.agent:
            self.put_agent(self.agent(visit.row.agent, at), at)
        return visit

    # -- ringing

    def ring(self, visit: Visit, agent_id: str, interface: str, at: datetime, channel_id: str) -> Visit:
        """An agent's phone rings for a visit."""
        attempt = rows.RingAttempt(
            visit_id=visit.id,
            ordinal=visit.row.rings + 1,
            node=self.node,
            agent=agent_id,
            interface=interface,
            started_at=at,
        )
        self.keep(attempt, visit.id, attempt.ordinal)
        agent = self.agent(agent_id, at)
        self.put_agent(replace(agent, ringing=(*agent.ringing, visit.id)), at)
        return self.put_visit(
            replace(
                visit,
                row=replace(visit.row, rings=attempt.ordinal),
                attempts=(*visit.attempts, attempt),
                attempt_channels=(*visit.attempt_channels, channel_id),
            ),
            at,
        )

    def end_attempt(self, visit: Visit, agent_id: str, at: datetime, result: RingResult) -> Visit:
        """An agent's open ringing for a visit is over."""
        attempts = list(visit.attempts)
        for i, attempt in enumerate(attempts):
            if attempt.agent == agent_id and attempt.ended_at is None:
                attempts[i] = replace(attempt, ended_at=max(at, attempt.started_at), result=result)
                self.keep(attempts[i], visit.id, attempt.ordinal)
        agent = self.look("agents").get(agent_id)
        if agent is not None and visit.id in agent.ringing:
            missed = agent.missed + (result == "no_answer")
            left = tuple(v for v in agent.ringing if v != visit.id)
            self.put_agent(replace(agent, ringing=left, missed=missed), at)
        return self.put_visit(replace(visit, attempts=tuple(attempts)), at)

    def amend_attempt(self, visit: Visit, index: int, result: RingResult) -> None:
        """A later word on how a ringing ended."""
        attempts = list(visit.attempts)
        before = attempts[index]
        attempts[index] = replace(before, result=result)
        self.keep(attempts[index], visit.id, before.ordinal)
        self.put_visit(replace(visit, attempts=tuple(attempts)), visit.touched_at)
        agent = self.look("agents").get(before.agent)
        if agent is not None and before.result == "no_answer" and agent.missed:
            self.put_agent(replace(agent, missed=agent.missed - 1), visit.touched_at)

    def close_attempts(self, visit: Visit, at: datetime, *, winner: str | None) -> Visit:
        """All ringing for a visit is over: the winner answered, the others' was cancelled."""
        for agent_id in {a.agent for a in visit.attempts if a.ended_at is None}:
            visit = self.end_attempt(visit, agent_id, at, "answered" if agent_id == winner else "cancelled")
        return visit

    # -- agents

    def agent(self, agent_id: str, at: datetime, name: str = "") -> Agent:
        """An agent; made on first sight, signed off since then. One whose name nobody had told takes it when it is."""
        found: Agent | None = self.look("agents").get(agent_id)
        if found is not None:
            return self.named_better(found, name)
        agent = Agent(
            id=agent_id,
            name=self.rules.agents.get(agent_id) or name or agent_id,
            interval=rows.AgentInterval(
                id=rows.interval_id(self.node, agent_id, at),
                node=self.node,
                agent=agent_id,
                state="signed_off",
                started_at=at,
            ),
        )
        self.own("agents")[agent_id] = agent
        self.index_name(agent)
        self.keep(agent.interval, agent.interval.id)
        self.show_agent(agent_id)
        return agent

    def put_agent(self, agent: Agent, at: datetime) -> Agent:
        """Replaces an agent; the interval follows the facts, without gap or overlap."""
        before: Agent | None = self.look("agents").get(agent.id)
        agent = self._with_interval(agent, at)
        self.own("agents")[agent.id] = agent
        if agent != before:
            self.tally(before, agent)
            self.show_agent(agent.id)
            for queue in {*agent.members, *(before.members if before else ())}:
                self.show_queue(queue)
        if before is not None and before.wrap_visit and agent.wrap_visit != before.wrap_visit:
            self._note_rest(before, at)
        return agent

    def _note_rest(self, agent: Agent, at: datetime) -> None:
        visit = self.visit(agent.wrap_visit or "")
        if visit is not None and visit.row.ended_at is not None:
            until = min(at, agent.wrap_until or at)
            rested = max(0.0, (until - visit.row.ended_at).total_seconds())
            self.put_visit(replace(visit, row=replace(visit.row, wrap_up_s=rested)), at)

    def _with_interval(self, agent: Agent, at: datetime) -> Agent:
        now = agent.interval
        if self.look("gap_since") is not None:
            return agent  # nobody sees what agents do: the snapshot goes on (`domain.members.end_gap`)
        state, reason, queue = self._doing(agent, at)
        if (now.state, now.reason, now.queue) == (state, reason, queue):
            return agent
        at = max(at, now.started_at)
        if never_was(now, state, at):
            fresh = replace(now, state=state, reason=reason, queue=queue)
        else:
            self.keep(replace(now, ended_at=at), now.id)
            fresh = rows.AgentInterval(
                id=rows.interval_id(self.node, agent.id, at),
                node=self.node,
                agent=agent.id,
                state=state,
                started_at=at,
                reason=reason,
                queue=queue,
            )
        self.keep(fresh, fresh.id)
        return replace(agent, interval=fresh, shown_since=None)

    def _doing(self, agent: Agent, at: datetime) -> tuple[rows.AgentState, str | None, str | None]:
        serving = self.visit(agent.serving or "")
        ringing = next((v for v in map(self.visit, agent.ringing) if v is not None), None)
        paused = bool(agent.members) and all(m.paused for m in agent.members.values())
        phone = strongest({m.phone for m in agent.members.values()})
        if phone is Phone.BUSY and agent.busy_is_old_until is not None and at < agent.busy_is_old_until:
            phone = Phone.FREE
        wrapping_up = agent.wrap_until is not None and at < agent.wrap_until
        state = agent_state(
            member=bool(agent.members),
            phone=phone,
            unreachable=agent.unreachable,
            serving=serving is not None,
            holding=(serving is not None and serving.held_since is not None) or phone is Phone.HELD,
            rung=ringing is not None,
            paused=paused,
            wrapping_up=wrapping_up,
        )
        reason = (
            next((m.reason for _, m in sorted(agent.members.items()) if m.reason), None) if state == "paused" else None
        )
        queue: str | None = None
        if state in {"on_queue_call", "on_hold"} and serving is not None:
            queue = serving.row.queue
        elif state == "ringing" and ringing is not None:
            queue = ringing.row.queue
        elif state == "wrap_up":
            queue = agent.wrap_queue
        return state, reason, queue
