"""Who asks: a name, a role, and the queues it is for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is on the wallboard; what each may is the table of `wallboard.access.permissions`."""

    VIEWER = "viewer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in, or a program with a token."""

    name: str
    role: Role
    queues: frozenset[str] | None = None
    """The queues they are for, by name; None is every queue, also one that is made tomorrow."""
