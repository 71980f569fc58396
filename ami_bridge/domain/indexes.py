"""What of a state is found without looking through all of it: lines, partners, counts, names.

Each follows from visits or agents, and is kept in step with them here, so that an event costs the same among ten agents
and among ten thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.domain.books import Books
from ami_bridge.domain.changing import replace
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from ami_bridge.domain.model import Agent, Visit


class Indexes(Books):
    """Books that find again what they hold."""

    def index_visit(self, before: Visit | None, after: Visit) -> None:
        """Keeps the line and the agents' channels in step with a visit."""
        waited, waits = before is not None and before.phase is Phase.WAITING, after.phase is Phase.WAITING
        if waited is not waits:
            line = self.own("lines")
            others: tuple[str, ...] = line.get(after.row.queue, ())
            if waited:
                place = others.index(after.id)
                others = others[:place] + others[place + 1 :]
            line[after.row.queue] = (*others, after.id) if waits else others
        if before is None or after.attempt_channels is not before.attempt_channels:
            for channel in after.attempt_channels[len(before.attempt_channels) if before else 0 :]:
                self._partner(channel, after)
        if before is None or after.agent_channel_id != before.agent_channel_id:
            if before is not None and before.agent_channel_id not in after.attempt_channels:
                self.forget_partner(before.agent_channel_id, after)
            self._partner(after.agent_channel_id, after)

    def _partner(self, channel: str, visit: Visit) -> None:
        if channel:
            self.own("partners")[channel] = visit.id

    def forget_partner(self, channel: str, visit: Visit) -> None:
        """An agent's channel is no more this visit's."""
        if channel and self.look("partners").get(channel) == visit.id:
            del self.own("partners")[channel]

    def visit_of_partner(self, channel: str) -> Visit | None:
        """The visit an agent's channel rang or talked for."""
        found: Visit | None = self.look("visits").get(self.look("partners").get(channel, ""))
        return found

    def index_name(self, agent: Agent) -> None:
        """Lets an agent be found by his name, unless another had it first."""
        if agent.name not in self.look("named"):
            self.own("named")[agent.name] = agent.id

    def named_better(self, agent: Agent, name: str) -> Agent:
        """The agent under a name just told, where he has none but his id or interface, as one from the store may."""
        id_of = self.rules.agent_of
        if not name or agent.id in self.rules.agents or id_of(agent.name) != agent.id or id_of(name) == agent.id:
            return agent
        if self.look("named").get(agent.name) == agent.id:
            del self.own("named")[agent.name]
        agent = self.own("agents")[agent.id] = replace(agent, name=name)
        self.index_name(agent)
        self.show_agent(agent.id)
        return agent

    def tally(self, before: Agent | None, after: Agent) -> None:
        """Keeps count of what each queue's agents do."""
        if (
            before is not None
            and before.members is after.members
            and (before.interval is after.interval or before.interval.state == after.interval.state)
        ):
            return
        doing = self.own("doing")
        for agent, step in ((before, -1), (after, 1)):
            if agent is None:
                continue
            for queue in agent.members:
                counts = dict(doing.get(queue, {}))
                what = agent.doing_in(queue)
                counts[what] = counts.get(what, 0) + step
                doing[queue] = {name: count for name, count in counts.items() if count}
