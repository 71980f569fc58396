"""What is seen of the switch at the moment an act is decided, and how it is said to whoever asks. Pure.

Whoever is for some queues is told of these alone: of an agent in none of them, or a caller who waits in another, what
is told is what would be told if there were none, so that nobody learns by asking who is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ami_bridge.acts.outcome import Told
from ami_bridge.domain.states import Phase
from ami_bridge.messages import mask

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from ami_bridge.acts.asker import Asker
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
    began: Mapping[str, str] = field(default_factory=dict)
    """By the telephone that listens: who had it rung, as far as this bridge knows."""

    def agent(self, agent_id: str, asker: Asker) -> Agent | Told:
        """An agent that is in some queue of the asker or serves a call, or what is known instead."""
        agent = self.state.agents.get(agent_id)
        if not asker.everywhere and (agent is None or not asker.among(agent.members)):
            near = _nearest(agent_id, [one.id for one in self.state.agents.values() if asker.among(one.members)])
            return Told("unknown_agent", f"no queue of {asker.name} has an agent {agent_id}{near}")
        if agent is None:
            if agent_id in self.state.rules.agents:
                return Told("agent_left", f"{self.named(agent_id)} is in no queue and was not seen in one")
            return Told("unknown_agent", f"there is no agent {agent_id}{_nearest(agent_id, self.state.agents)}")
        return agent

    def member(self, agent_id: str, queue: str, asker: Asker) -> Member | Told:
        """An agent's place in one queue, or what is known instead."""
        agent = self.agent(agent_id, asker)
        if isinstance(agent, Told):
            return agent
        if queue not in self.queues:
            return self.no_queue(queue, asker)
        place = agent.members.get(queue)
        if place is None:
            where = _list(asker.among(agent.members))
            return Told("not_a_member", f"{self.named(agent_id)} is not in {queue}, but in {where}")
        return place

    @property
    def queues(self) -> set[str]:
        """Every queue there is."""
        state = self.state
        return {*state.rules.queues, *state.counts, *(name for name, agents in state.doing.items() if agents)}

    def no_queue(self, queue: str, asker: Asker) -> Told:
        """There is no such queue."""
        return Told("unknown_queue", f"there is no queue {queue}; there are: {_list(asker.among(self.queues))}")

    def named(self, agent_id: str) -> str:
        """An agent as people know him: ``1001 陈``."""
        agent = self.state.agents.get(agent_id)
        name = self.state.rules.agents.get(agent_id) or (agent.name if agent else "")
        return f"{agent_id} {name}" if name and name != agent_id else agent_id

    def has_telephone(self, phone: str, asker: Asker) -> bool:
        """Whether a telephone may be rung for the asker: an agent's of their queues, or one that is in no queue."""
        agent = self.state.agents.get(phone)
        known = phone in self.state.rules.agents
        return known and (asker.everywhere or agent is None or not agent.members or bool(asker.among(agent.members)))

    def left(self, agent: Agent) -> Told:
        """An agent who is in no queue any more."""
        since = agent.shown_since or agent.interval.started_at
        return Told("agent_left", f"{self.named(agent.id)} is in no queue, since {since:%H:%M:%S} UTC")

    def visit(self, visit_id: str, asker: Asker) -> Visit | Told:
        """A visit of one of the asker's queues, over or not, or that nothing is known of it."""
        visit = self.state.visits.get(visit_id)
        if visit is None or not asker.has(visit.row.queue):
            whose = "a queue" if asker.everywhere else f"a queue of {asker.name}"
            return Told("caller_gone", f"this caller is not in {whose}; nothing more is known of the visit")
        return visit

    def waiting(self, visit_id: str, asker: Asker) -> Visit | Told:
        """A caller who waits and for whom nobody has answered, or what is known instead."""
        visit = self.visit(visit_id, asker)
        if isinstance(visit, Told):
            return visit
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

    def told_of_agent(self, agent_id: str, asker: Asker) -> str:
        """What an agent does now, in a sentence; of a pause elsewhere not the reason."""
        agent = self.state.agents.get(agent_id)
        own = {queue: agent.members[queue] for queue in asker.among(agent.members)} if agent is not None else {}
        if agent is None or not (own or asker.everywhere):
            return f"{self.named(agent_id)} is in no queue" + ("" if asker.everywhere else f" of {asker.name}")
        reason = agent.interval.reason or ""
        if not asker.everywhere and all(place.reason != reason for place in own.values()):
            reason = ""
        doing = agent.interval.state + (f" ({reason})" if reason else "")
        places = [
            f"{queue} penalty {place.penalty if place.penalty is not None else '?'}" + (", paused" * place.paused)
            for queue, place in own.items()
        ]
        return f"{self.named(agent_id)}: {doing}; in {'; '.join(places) or 'no queue'}"

    def told_of_visit(self, visit_id: str, asker: Asker) -> str:
        """How a caller stands now, in a sentence."""
        visit = self.state.visits.get(visit_id)
        if visit is None or not asker.has(visit.row.queue):
            return "the caller is in no queue" + ("" if asker.everywhere else f" of {asker.name}")
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
