"""Who is signed in: sessions kept on the server, found by a random secret in a cookie. Pure; time is an argument.

Only a digest of each secret is kept, so that what is written down (`dump`) signs nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wallboard.access.people import Person, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wallboard.access.grants import Way

SECRET_BYTES: Final = 32
MOST: Final = 5000
"""Sessions at a time; whoever has not been seen for longest goes first."""
TOUCH_EVERY: Final = timedelta(minutes=1)
"""How exactly the last time somebody was seen is kept."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one person."""

    way: Way
    name: str
    """Of the user or the kiosk, as it is written in hotline.yaml; who else came in, as they were called then."""
    mark: str
    """Of what it was begun with, a password's or token's hash, digested; with another one the session is over."""
    began: datetime
    seen: datetime
    browser: str = ""
    """A digest of what the browser calls itself; empty is any."""
    person: Person | None = None
    """Whoever is not in hotline.yaml: from an OpenID provider, or by a link. None is looked up there each time."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a session lasts."""

    idle: timedelta = timedelta(hours=8)
    """Without anything asked for; an open page asks."""
    longest: timedelta = timedelta(hours=24)
    """In all."""


class Sessions:
    """All sessions of one wallboard."""

    def __init__(self, lasting: Lasting | None = None) -> None:
        self.lasting = lasting or Lasting()
        self._by_digest: dict[str, Session] = {}
        self.changes = 0
        """Grows with each change worth writing down."""
        self.on_end: Callable[[], None] = _nothing
        """Called after a session was ended."""

    def __len__(self) -> int:
        return len(self._by_digest)

    def begin(self, session: Session, before: str | None = None) -> str:
        """The secret of a new session; the one before of the same browser is over."""
        if before is not None:
            self.end(before)
        while len(self._by_digest) >= MOST:
            del self._by_digest[min(self._by_digest, key=lambda digest: self._by_digest[digest].seen)]
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self._by_digest[digest_of(secret)] = session
        self.changes += 1
        return secret

    def find(self, secret: str, now: datetime) -> Session | None:
        """The session of this secret, seen now; None when it is over, or never was."""
        digest = digest_of(secret)
        session = self._by_digest.get(digest)
        if session is None:
            return None
        if self._is_over(session, now):
            del self._by_digest[digest]
            self.changes += 1
            return None
        if now - session.seen >= TOUCH_EVERY:
            session = self._by_digest[digest] = replace(session, seen=now)
            self.changes += 1
        return session

    def peek(self, secret: str, now: datetime) -> Session | None:
        """The same without it being seen by that."""
        session = self._by_digest.get(digest_of(secret))
        return None if session is None or self._is_over(session, now) else session

    def end(self, secret: str) -> None:
        """Sign this browser out."""
        if self._by_digest.pop(digest_of(secret), None) is not None:
            self.changes += 1
            self.on_end()

    def end_where(self, over: Callable[[Session], bool]) -> int:
        """End every session this is true of: signed out everywhere, removed, or with another password since."""
        ended = [digest for digest, session in self._by_digest.items() if over(session)]
        for digest in ended:
            del self._by_digest[digest]
        if ended:
            self.changes += 1
            self.on_end()
        return len(ended)

    def sweep(self, now: datetime) -> None:
        """Forget what is over."""
        self.end_where(lambda session: self._is_over(session, now))

    def _is_over(self, session: Session, now: datetime) -> bool:
        # A clock set back must not make a session last: one from the future is as old as can be.
        return (
            not session.began <= session.seen
            or session.began > now + TOUCH_EVERY
            or now - session.seen >= self.lasting.idle
            or now - session.began >= self.lasting.longest
        )

    def dump(self) -> list[dict[str, object]]:
        """Plain data for `load`."""
        return [{"digest": digest, **_told(session)} for digest, session in self._by_digest.items()]

    def load(self, told: object, now: datetime) -> None:
        """Take up what `dump` gave; what cannot be read is left out, and so is what is over."""
        for entry in told if isinstance(told, list) else ():
            try:
                session = _read(entry)
                if not self._is_over(session, now):
                    self._by_digest[str(entry["digest"])] = session
            except (KeyError, TypeError, ValueError):
                continue


def _nothing() -> None:
    """Nobody wants to know."""


def digest_of(secret: str) -> str:
    """A digest of a secret of 256 random bits; a slow one would gain nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _told(session: Session) -> dict[str, object]:
    person = session.person
    return {
        "way": session.way,
        "name": session.name,
        "mark": session.mark,
        "began": session.began.isoformat(),
        "seen": session.seen.isoformat(),
        "browser": session.browser,
        "person": person
        and {
            "name": person.name,
            "role": person.role,
            "queues": None if person.queues is None else sorted(person.queues),
        },
    }


def _read(entry: Mapping[str, str]) -> Session:
    kept: object = entry["person"]
    person = None
    if isinstance(kept, dict):
        queues = kept["queues"]
        person = Person(str(kept["name"]), Role(kept["role"]), None if queues is None else frozenset(map(str, queues)))
    began, seen = datetime.fromisoformat(entry["began"]), datetime.fromisoformat(entry["seen"])
    way = entry["way"]
    if way not in {"password", "openid", "link", "kiosk"} or began.tzinfo is None or seen.tzinfo is None:
        raise ValueError(way)
    name, mark, browser = (str(entry[field]) for field in ("name", "mark", "browser"))
    return Session(way, name, mark, began, seen, browser, person)  # type: ignore[arg-type]  # one of its words, as was just seen
