"""All that an act is about, for which acts wait for each other. Pure.

An agent's talk and its caller's visit are one thing with two names, a telephone that listens is an agent's own, and who
is brought to the head of a line is compared with all who stand there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.acts import asked

if TYPE_CHECKING:
    from ami_bridge.domain.model import State


def touched(act: asked.Act, state: State) -> frozenset[str]:
    """The names of what the act is about now, its target among them."""
    return frozenset({asked.target_of(act), *_beside(act, state)})


def _beside(act: asked.Act, state: State) -> tuple[str, ...]:
    match act:
        case asked.HangUp(visit=str(visit_id)):
            visit = state.visits.get(visit_id)
            return (f"agent:{visit.row.agent}",) if visit is not None and visit.row.agent else ()
        case asked.HangUp():
            agent = state.agents.get(act.agent or "")
            return (f"visit:{agent.serving}",) if agent is not None and agent.serving else ()
        case asked.PromoteCaller():
            visit = state.visits.get(act.visit)
            return (f"queue:{visit.row.queue}",) if visit is not None else ()
        case asked.MoveCaller():
            return (f"queue:{act.queue}",)
        case asked.Listen():
            return (f"agent:{act.phone}",)
        case _:
            return ()
