"""What one kind of viewers is shown of the floor: their queues, with whoever works there. Pure.

Viewers who are shown the same are one audience, and each message is made once for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from wallboard.access.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ami_bridge.messages import AgentView, CallView, QueueView
    from wallboard.access.grants import Grant
    from wallboard.boards import Board


@dataclass(frozen=True, slots=True)
class Audience:
    """Viewers of the same queues."""

    queues: frozenset[str] | None = None
    """None: every queue."""
    callers: Literal["masked", "hidden"] = "masked"
    menus: bool = True
    """Whether callers who are in no queue yet are shown."""
    board: str | None = None
    """The one board of a screen; None is every board of these queues."""

    def sees_queue(self, name: str) -> bool:
        """Whether a queue is theirs."""
        return self.queues is None or name in self.queues

    def sees_agent(self, agent: AgentView) -> bool:
        """Whether an agent works in a queue of theirs; one of no queue is everybody's who has all."""
        return self.queues is None or not self.queues.isdisjoint(agent.queues)

    def sees_board(self, board: Board) -> bool:
        """Whether all of a board is theirs."""
        if self.board is not None:
            return board.name == self.board
        shown = board.queues_shown
        return self.queues is None or (shown is not None and shown <= self.queues)

    def of_queues(self, views: Iterable[QueueView]) -> list[QueueView]:
        """The queues that are theirs, as the bridge tells them."""
        return [view for view in views if self.sees_queue(view.name)]

    def of_agents(self, views: Iterable[AgentView]) -> list[AgentView]:
        """The agents that are theirs."""
        return [view for view in views if self.sees_agent(view)]

    def of_calls(self, views: Iterable[CallView]) -> list[CallView]:
        """The callers in no queue that they are shown."""
        return list(views) if self.menus else []

    def queue(self, view: QueueView) -> QueueView:
        """A queue as they are shown it."""
        if self.callers == "masked":
            return view
        waiting = tuple(replace(caller, caller="", caller_name="") for caller in view.waiting)
        return replace(view, waiting=waiting)

    def sees_all_of(self, agent: AgentView) -> bool:
        """Whether every queue an agent works in is theirs: counts of his day and his pauses are of all of them."""
        return self.queues is None or agent.queues.keys() <= self.queues

    def agent(self, view: AgentView) -> AgentView:
        """An agent as they are shown them: in what they do for another queue neither queue nor caller is told."""
        if self.queues is not None:
            own = {name: penalty for name, penalty in view.queues.items() if name in self.queues}
            elsewhere = view.queue not in self.queues
            view = replace(
                view,
                queues=own,
                queue="" if elsewhere else view.queue,
                caller="" if elsewhere else view.caller,
                reason=view.reason if self.sees_all_of(view) else "",
            )
        return view if self.callers == "masked" else replace(view, caller="")

    def call(self, view: CallView) -> CallView:
        """A caller in a flow as they are shown them."""
        return view if self.callers == "masked" else replace(view, caller="")


EVERYBODY: Final = Audience()
"""Whoever is for every queue."""


def audience_of(grant: Grant, boards: Mapping[str, Board]) -> Audience:
    """The audience somebody belongs to."""
    if grant.board is not None:
        board = boards.get(grant.board)
        menus = board is not None and board.shows_menus
        return Audience(grant.person.queues, grant.callers, menus, grant.board)
    return Audience(grant.person.queues, grant.callers, grant.allows(Action.FLOWS))
