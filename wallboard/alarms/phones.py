"""Agents' telephones that went away, to tell many at once from one after the other. Pure; `now` is an argument.

A telephone is gone when its agent serves queues still and can be reached no more: its registration is gone, or it
answers no OPTIONS. Who signs off from his queues is not: his telephone is none of theirs any more. What went while
nobody saw for longer than the window is no loss of this moment: the first look afterwards is a new beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ami_bridge.messages import AgentView

AWAY: Final = frozenset({"signed_off", "unreachable"})
LONGEST: Final = timedelta(hours=12)
"""A telephone that has been gone for longer belongs to no loss of today."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Which telephones there are, and which went when."""

    there: frozenset[str] = frozenset()
    gone: Mapping[str, datetime] = field(default_factory=dict)
    seen_at: datetime | None = None
    """The last look."""

    def look(
        self, agents: Iterable[AgentView], queues: tuple[str, ...] | None, window_s: float, now: datetime
    ) -> Phones:
        """The telephones of agents of these queues (None: of any) after one look."""
        serving = {each.id: each for each in agents if _serves(each, queues)}
        there = frozenset(name for name, each in serving.items() if each.state not in AWAY)
        gone = {name: at for name, at in self.gone.items() if name in serving and name not in there}
        if self.seen_at is not None and now - self.seen_at <= timedelta(seconds=window_s):
            gone |= {name: now for name in self.there - there if name in serving}
        return Phones(there, {name: at for name, at in gone.items() if now - at < LONGEST}, now)

    def within(self, window_s: float, now: datetime) -> int:
        """How many went within the window."""
        return sum(now - at <= timedelta(seconds=window_s) for at in self.gone.values())


def _serves(agent: AgentView, queues: tuple[str, ...] | None) -> bool:
    return bool(agent.queues) if queues is None else not agent.queues.keys().isdisjoint(queues)
