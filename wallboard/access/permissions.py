"""What each role may do, as one table. Pure."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from wallboard.access.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.access.people import Person

Reach = Literal["no", "own", "every"]
"""`own`: of the queues the person is for; `every`: only whoever is for every queue; `no`: nobody of this role."""


class Action(StrEnum):
    """What can be done on the wallboard. Each route of the app stands for one (`wallboard.doors`)."""

    LOOK = "look"
    """Live queues, agents and boards, and the figures of their last hours."""
    HISTORY = "history"
    """Visits, calls, and the figures of any range."""
    FLOWS = "flows"
    """Callers in the flows, whatever queue they will come to."""
    NUMBERS = "numbers"
    """Callers' numbers whole in the history. The live feed has masked ones only, for everybody."""
    EXPORT = "export"
    """The history as a file."""
    ACT = "act"
    """Change something: pause an agent, take up a call."""
    METRICS = "metrics"
    """`/metrics`."""
    PEOPLE = "people"
    """End other people's sessions."""


TABLE: Final[Mapping[Role, Mapping[Action, Reach]]] = MappingProxyType({
    Role.VIEWER: MappingProxyType({
        Action.LOOK: "own", Action.HISTORY: "own", Action.FLOWS: "every", Action.NUMBERS: "no", Action.EXPORT: "no",
        Action.ACT: "no", Action.METRICS: "no", Action.PEOPLE: "no",
    }),
    Role.SUPERVISOR: MappingProxyType({
        Action.LOOK: "own", Action.HISTORY: "own", Action.FLOWS: "every", Action.NUMBERS: "own", Action.EXPORT: "own",
        Action.ACT: "own", Action.METRICS: "every", Action.PEOPLE: "no",
    }),
    Role.ADMIN: MappingProxyType({
        Action.LOOK: "own", Action.HISTORY: "own", Action.FLOWS: "every", Action.NUMBERS: "own", Action.EXPORT: "own",
        Action.ACT: "own", Action.METRICS: "every", Action.PEOPLE: "every",
    }),
})  # fmt: skip
"""Role × action; the third side, the queue, is what `own` and `every` say."""


def may(person: Person, action: Action, queue: str | None = None) -> bool:
    """Whether a person may do this, to this queue where it is about one.

    Without a queue: whether they may do it at all, to any queue of theirs.
    """
    match TABLE[person.role][action]:
        case "no":
            return False
        case "every":
            return person.queues is None
        case "own":
            return queue is None or person.queues is None or queue in person.queues
