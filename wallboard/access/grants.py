"""What one request is let in with: a person, and what the way they came by allows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from wallboard.access.permissions import Action, may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.access.people import Person

Way = Literal["password", "openid", "link", "kiosk", "token"]
"""How somebody came in. Only a `token` comes with each request by itself; the others have a session."""

SCOPES: Final[Mapping[str, frozenset[Action]]] = MappingProxyType({
    "read": frozenset({Action.LOOK, Action.HISTORY, Action.FLOWS}),
    "export": frozenset({Action.EXPORT}),
    "act": frozenset({Action.ACT}),
    "metrics": frozenset({Action.METRICS}),
})  # fmt: skip
"""What each scope of an API token allows. None of them shows whole numbers."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One request's permission."""

    person: Person
    way: Way
    actions: frozenset[Action] | None = None
    """The only actions allowed, of those the person's role has; None is all of them."""
    board: str | None = None
    """The one board a kiosk may show; None is no kiosk."""
    callers: Literal["masked", "hidden"] = "masked"
    """Whether callers' masked numbers are sent at all."""

    def allows(self, action: Action, queue: str | None = None) -> bool:
        """Whether this request may do that, to this queue where it is about one."""
        return (self.actions is None or action in self.actions) and may(self.person, action, queue)
