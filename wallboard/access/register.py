"""Everybody who may sign in and every token, as hotline.yaml says it; what a credential or a session is worth. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wallboard.access.grants import SCOPES, Grant
from wallboard.access.people import Person, Role
from wallboard.access.tokens import fits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.access.permissions import Action
    from wallboard.access.sessions import Session
    from wallboard.boards import Board


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a password."""

    person: Person
    password_hash: str = field(repr=False)

    @property
    def mark(self) -> str:
        """Another one once the password is another."""
        return _mark(self.password_hash)


@dataclass(frozen=True, slots=True)
class Token:
    """A program's or a screen's."""

    name: str
    token_hash: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    queues: frozenset[str] | None = None
    board: str | None = None
    """Of a screen; it has no scopes, and its queues are its board's."""

    @property
    def mark(self) -> str:
        """Another one once the token is another."""
        return _mark(self.token_hash)


@dataclass(frozen=True, slots=True)
class Register:
    """Who there is."""

    users: Mapping[str, User] = field(default_factory=dict)
    """By name, casefolded."""
    tokens: tuple[Token, ...] = ()
    issuer: str = ""
    """Whose OpenID sessions count; empty is nobody's."""

    def user(self, name: str) -> User | None:
        """The user of this name, however it is written."""
        return self.users.get(name.casefold())

    def token(self, secret: str) -> Token | None:
        """The token that was given; looks at every one, whichever it is."""
        found = [token for token in self.tokens if fits(secret, token.token_hash)]
        return found[0] if found else None

    def kiosk(self, name: str) -> Token | None:
        """The screen of this name."""
        return next((token for token in self.tokens if token.name == name and token.board is not None), None)

    def of_session(self, session: Session, boards: Mapping[str, Board]) -> Grant | None:
        """What a session is worth now; None when who began it is gone, or has another password."""
        match session.way:
            case "password":
                user = self.user(session.name)
                return Grant(user.person, "password") if user is not None and user.mark == session.mark else None
            case "kiosk":
                token = self.kiosk(session.name)
                return of_kiosk(token, boards) if token is not None and token.mark == session.mark else None
            case "openid" if session.mark != self.issuer:
                return None  # there is no such provider any more
            case _:
                return Grant(session.person, session.way) if session.person is not None else None


def of_program(token: Token) -> Grant:
    """What a program's token is worth. Its role is the least that has what its scopes name."""
    actions: frozenset[Action] = frozenset().union(*(SCOPES[scope] for scope in token.scopes))
    role = Role.VIEWER if set(token.scopes) <= {"read"} else Role.SUPERVISOR
    return Grant(Person(f"token {token.name}", role, token.queues), "token", actions)


def of_kiosk(token: Token, boards: Mapping[str, Board]) -> Grant:
    """What a screen is worth: its one board, its queues, and no callers where the board hides them."""
    board = boards.get(token.board or "")
    queues = frozenset[str]() if board is None else board.queues_shown
    callers = "hidden" if board is None else board.callers
    return Grant(
        Person(f"screen {token.name}", Role.VIEWER, queues),
        "kiosk",
        actions=frozenset(),
        board=token.board,
        callers=callers,
    )


def _mark(kept: str) -> str:
    """A digest of a hash: sessions are written down, and no hash with them."""
    return hashlib.sha256(kept.encode()).hexdigest()[:32]
