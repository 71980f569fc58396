"""Who asks, and what that person may do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from ami_bridge.acts.asked import CloseNumber, OpenNumber
from ami_bridge.acts.outcome import Told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ami_bridge.acts.asked import Act

RoleName: TypeAlias = Literal["viewer", "supervisor", "admin"]


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, as sign-in knows them."""

    name: str
    role: RoleName
    queues: frozenset[str] | None = None
    """The queues that are theirs; None: every queue."""

    @property
    def everywhere(self) -> bool:
        """Whether every queue is theirs."""
        return self.queues is None

    def among(self, queues: Iterable[str]) -> tuple[str, ...]:
        """Those of these that are theirs, by name."""
        return tuple(sorted(one for one in queues if self.everywhere or one in (self.queues or ())))

    def has(self, queue: str) -> bool:
        """Whether that queue is theirs."""
        return bool(self.among([queue]))

    def has_all(self, queues: Iterable[str]) -> bool:
        """Whether each of them is theirs."""
        return all(self.has(one) for one in queues)


def barred(asker: Asker, act: Act) -> Told | None:
    """Why the role alone forbids the act; None when it does not."""
    if asker.role == "viewer":
        return Told("not_allowed", f"{asker.name} looks at boards; expected a supervisor or an admin")
    if isinstance(act, CloseNumber | OpenNumber) and asker.role != "admin":
        return Told("not_allowed", f"{asker.name} is a supervisor; numbers are closed and opened by an admin")
    if isinstance(act, CloseNumber | OpenNumber) and not asker.everywhere:
        return Told("not_allowed", f"{asker.name} is for some queues; numbers are closed by an admin of every queue")
    return None


def not_theirs(asker: Asker, named: Iterable[str] = ()) -> Told:
    """It is about a queue that is not the asker's.

    Args:
        asker: Who asks.
        named: The queues that the asker named himself; no other is told, for he may not know of it.
    """
    about = ", ".join(sorted(named)) or "another queue"
    own = ", ".join(sorted(asker.queues or ())) or "none"
    return Told("not_your_queue", f"this is about {about}; the queues of {asker.name} are: {own}")
