"""What is seen of the switch at the moment an act is decided, and how it is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ami_bridge.acts.outcome import Told
from ami_bridge.domain.states import Phase
from ami_bridge.messages import mask

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from ami_bridge.domain.events import ChannelSeen
    from ami_bridge.domain.model import Agent, Member, State, Visit


@dataclass(frozen=True, slots=True)
class Sight:
    """The state of the queues, and the channels where an act needs them."""

    state: State
    now: datetime
    channels: tuple[ChannelSeen, ...] = ()
    may_listen: bool = False
    """Whether the AMI user may start calls."""

    def agent(self, agent_id: str) -> Agent | Told:
        """An agent that is in some queue or serves a call, or what is known instead."""
        agent = self.state.agents.get(agent_id)
        if agent is None:
            if agent_id in self.state.rules.agents:
                return Told("agent_left", f"{self.named(agent_id)} is in no queue and was not seen in one")
            return Told("unknown_agent", f"there is no agent {agent_id}{_nearest(agent_id, self.state.agents)}")
        return agent

    def member(self, agent_id: str, queue: str) -> Member | Told:
        """An agent's place in one queue, or what is known instead."""
        agent = self.agent(agent_id)
        if isinstance(agent, Told):
            return agent
        if queue not in self.queues:
            return self.no_queue(queue)
        place = agent.members.get(queue)
        if place is None:
            return Told("not_a_member", f"{self.named(agent_id)} is not in {queue}, but in {_list(agent.members)}")
        return place

    @property
    def queues(self) -> set[str]:
        """Every queue there is."""
        state = self.state
        return {*state.rules.queues, *state.counts, *(name for name, agents in state.doing.items() if agents)}

    def no_queue(self, queue: str) -> Told:
        """There is no such queue."""
        return Told("unknown_queue", f"there is no queue {queue}; there are: {_list(self.queues)}")

    def named(self, agent_id: str) -> str:
        """An agent as people know him: ``1001 陈``."""
        agent = self.state.agents.get(agent_id)
        name = self.state.rules.agents.get(agent_id) or (agent.name if agent else "")
        return f"{agent_id} {name}" if name and name != agent_id else agent_id

    def left(self, agent: Agent) -> Told:
        """An agent who is in no queue any more."""
        since = agent.shown_since or agent.interval.started_at
        return Told("agent_left", f"{self.named(agent.id)} is in no queue, since {since:%H:%M:%S} UTC")

    def waiting(self, visit_id: str) -> Visit | Told:
        """A caller who waits and for whom nobody has answered, or what is known instead."""
        visit = self.state.visits.get(visit_id)
        if visit is None:
            return Told("caller_gone", "this caller is not in a queue; nothing more is known of the visit")
        row = visit.row
        if visit.phase is Phase.WAITING:
            return visit
        if row.answered_at is not None and visit.is_open:
            by = self.named(row.agent) if row.agent else "an agent"
            return Told("caller_answered", f"{by} has answered this caller, at {row.answered_at:%H:%M:%S} UTC")
        if visit.is_open:
            return Told("caller_answered", "this caller is just being connected")
        ended = f" at {row.ended_at:%H:%M:%S} UTC" if row.ended_at else ""
        return Told("caller_gone", f"this caller waits no more: {row.outcome or 'left'}{ended}")

    def told_of_agent(self, agent_id: str) -> str:
        """What an agent does now, in a sentence."""
        agent = self.state.agents.get(agent_id)
        if agent is None:
            return f"{self.named(agent_id)} is in no queue"
        doing = agent.interval.state + (f" ({agent.interval.reason})" if agent.interval.reason else "")
        places = [
            f"{queue} penalty {place.penalty if place.penalty is not None else '?'}" + (", paused" * place.paused)
            for queue, place in sorted(agent.members.items())
        ]
        return f"{self.named(agent_id)}: {doing}; in {'; '.join(places) or 'no queue'}"

    def told_of_visit(self, visit_id: str) -> str:
        """How a caller stands now, in a sentence."""
        visit = self.state.visits.get(visit_id)
        if visit is None:
            return "the caller is in no queue"
        row = visit.row
        who = mask(row.caller) or "the caller"
        if visit.phase is Phase.WAITING:
            line = self.state.lines.get(row.queue, ())
            return f"{who} waits in {row.queue}, priority {row.priority}, with {len(line) - 1} others"
        return f"{who} in {row.queue}: {row.outcome or visit.phase.name.lower()}"


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _nearest(name: str, among: Collection[str]) -> str:
    near = next((one for one in sorted(among) if one.startswith(name[:-1] or name)), None)
    return f"; did you mean {near}?" if near else ""
