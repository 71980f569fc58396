"""Which agent a name in queue_log means: app_queue writes a member's name where it has one, else his interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ami_bridge.domain.model import Rules


class AgentNames:
    """``names("陈美玲")`` and ``names("PJSIP/1001")`` are both ``"1001"``; a name nobody knows is its own id.

    Args:
        rules: The hotline's agents; what it says of a name comes first.
        seen: Display name by agent id, as the history has them: agents who left, members named elsewhere.
    """

    def __init__(self, rules: Rules, seen: Mapping[str, str] | None = None) -> None:
        self._rules = rules
        self.shown: dict[str, str] = {**(seen or {}), **rules.agents}
        """Display name by agent id."""
        self._ids = {name: agent for agent, name in self.shown.items()}
        self._ids |= {name: agent for agent, name in rules.agents.items()}

    @property
    def rules(self) -> Rules:
        """The hotline's rules."""
        return self._rules

    def __call__(self, told: str) -> str:
        """The agent's id."""
        if told in self._ids:
            return self._ids[told]
        return self._rules.agent_of(told) if "/" in told else told

    def learn(self, agent: str, name: str) -> None:
        """An agent seen under a name; what the hotline says of that name stays."""
        self._ids.setdefault(name, agent)
        self.shown.setdefault(agent, name)
