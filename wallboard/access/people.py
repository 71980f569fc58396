"""Who somebody is to the wallboard, and what such a person may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is here; each may do what those before may."""

    VIEWER = "viewer"
    """Looks, and does nothing."""
    SUPERVISOR = "supervisor"
    """Acts on agents and waiting callers of the queues that are theirs."""
    ADMIN = "admin"
    """Acts everywhere, and closes numbers."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    name: str
    """As it stands in the audit."""
    role: Role
    queues: frozenset[str] | None = None
    """The queues that are theirs; None: every queue."""
