"""Who is let in: the register, the sessions, and how sign-ins are tried, a bounded number at a time."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import structlog
from aiohttp import web

from wallboard.access import passwords
from wallboard.access.limits import BY_ADDRESS, BY_NAME, BY_NAME_AND_ADDRESS, Limit, Tries, address_key
from wallboard.access.origin import Whence, is_of, whence
from wallboard.access.register import of_program
from wallboard.access.sessions import Session, Sessions
from wallboard.looking import Looker, Looking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.access.grants import Grant
    from wallboard.access.register import Register
    from wallboard.boards import Board
    from wallboard.settings import WallboardSettings

AT_ONCE: Final = 1
"""Passwords that are checked at a time: one core of the machine at the most, however many ask."""
MOST_WAITING: Final = 10
"""Sign-ins that wait for it: two seconds' worth; whoever comes then is told to try again."""
SAID_ONCE: Final = Limit(1, 60.0)
"""A refusal of one kind and address is logged once a minute."""

Refusal = Literal["wrong", "too_many", "busy"]

log = structlog.get_logger("wallboard.access")


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that came to nothing. It never says whether it was the name or the password."""

    why: Refusal
    wait_s: float = 0.0


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Reception:
    """One wallboard's. One event loop; only the hashing is elsewhere."""

    def __init__(self, settings: WallboardSettings) -> None:
        self._settings = settings
        self.register: Register = settings.register
        self.sessions = Sessions(settings.lasting)
        self._proxies = tuple(ipaddress.ip_network(each, strict=False) for each in settings.proxies)
        self._by_address = Tries(BY_ADDRESS)
        self._by_both = Tries(BY_NAME_AND_ADDRESS)
        self._by_name = Tries(BY_NAME)
        self._said = Tries(SAID_ONCE)
        self._hashing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._waiting = 0
        self.clock = time.monotonic
        """Seconds of a clock that is never set; tries are counted by it."""
        self.looking = Looking()
        """Live feeds that are open."""

    @property
    def public(self) -> str:
        """How browsers reach us through a proxy; empty is just as we listen."""
        return self._settings.address

    def whence(self, request: web.Request) -> Whence:
        """Where a request comes from."""
        return whence(request.remote or "", request.headers, self._proxies)

    def may_connect(self, peer: str | None) -> bool:
        """Whether the other end may speak to us at all: this machine, and the proxies."""
        loopback = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
        return peer is None or is_of(peer, (*loopback, *self._proxies))

    def cookie(self, where: Whence) -> str:
        """The name of the session's cookie. Without TLS the port is in it: cookies do not know ports apart.

        `__Host-` (RFC 6265bis, section 4.1.3.2) makes browsers take it only by TLS, from this very host.
        """
        if where.is_tls:
            return f"__Host-{self._settings.name}"
        return f"{self._settings.name}-{where.host.rpartition(':')[2].strip(']') or '80'}"

    def grant_of(self, request: web.Request, boards: Mapping[str, Board]) -> Grant | None:
        """What a request may, by its token or its session; None when it has none that counts."""
        where = self.whence(request)
        bearer = bearer_of(request)
        if bearer is not None:
            token = self.register.token(bearer)
            if token is None or token.board is not None:
                self.say("token_refused", where)
                return None
            return of_program(token)
        secret = request.cookies.get(self.cookie(where), "")
        session = self.sessions.find(secret, now()) if secret else None
        if session is None:
            return None
        if session.browser and session.browser != browser_of(request):
            self.sessions.end(secret)
            self.say("session_from_another_browser", where, name=session.name)
            return None
        grant = self.register.of_session(session, boards)
        if grant is None:
            self.sessions.end(secret)
        return grant

    def say(self, what: str, where: Whence, **more: str) -> None:
        """Log a refusal, once a minute for each address and kind."""
        if self._said.take(f"{what} {address_key(where.address)}", self.clock()).allowed:
            log.warning(what, address=where.address, **more)

    def may_try(self, where: Whence) -> Refused | None:
        """Whether this address may try to sign in now; counts as a try."""
        verdict = self._by_address.take(address_key(where.address), self.clock())
        if verdict.is_first:
            log.warning("too_many_sign_ins", address=where.address)
        return None if verdict.allowed else Refused("too_many", verdict.wait_s)

    async def check(self, name: str, password: str, where: Whence) -> Session | Refused:
        """Try a name and a password. A name nobody has takes as long as one somebody has."""
        if (refused := self.may_try(where)) is not None:
            return refused
        user = self.register.user(name)
        counted = hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()
        both = f"{counted} {address_key(where.address)}"
        verdict = self._by_both.take(both, self.clock())
        if verdict.allowed:  # else it does not count: one address must not use up what all have
            verdict = self._by_name.take(counted, self.clock())
        if not verdict.allowed:
            if verdict.is_first:
                log.warning("too_many_sign_ins", address=where.address, **({"name": name} if user else {}))
            return Refused("too_many", verdict.wait_s)
        if self._waiting >= MOST_WAITING:
            self.say("sign_in_busy", where)
            return Refused("busy", 2.0)
        kept = passwords.NOBODYS if user is None else user.password_hash
        self._waiting += 1
        try:
            right = await asyncio.get_running_loop().run_in_executor(
                self._hashing, passwords.is_password, kept, password
            )
        finally:
            self._waiting -= 1
        if user is None or not right:
            log.warning("sign_in_failed", address=where.address, **({"name": user.person.name} if user else {}))
            return Refused("wrong")
        self._by_both.forgive(both)
        return Session("password", user.person.name, user.mark, now(), now())

    def looker_of(self, request: web.Request, grant: Grant) -> Looker:
        """With what somebody looks whom `grant_of` let in."""
        if grant.way == "token":
            token = self.register.token(bearer_of(request) or "")
            return Looker(grant, mark="" if token is None else token.mark)
        return Looker(grant, request.cookies.get(self.cookie(self.whence(request)), ""))

    def show_out(self, boards: Mapping[str, Board]) -> None:
        """Close every live feed whose session is over, or worth something else now: it may come again as what it is."""
        moment = now()

        def stands(looker: Looker) -> bool:
            if looker.secret:
                session = self.sessions.peek(looker.secret, moment)
                return session is not None and self.register.of_session(session, boards) == looker.grant
            return any(
                token.board is None and token.mark == looker.mark and of_program(token) == looker.grant
                for token in self.register.tokens
            )

        self.looking.show_out(stands)

    def replace(self, register: Register) -> None:
        """Other people from now on: whoever is gone, or has another password, is signed out."""
        self.register = register
        # a screen's board does not matter here: what counts is whether who began the session is there still
        ended = self.sessions.end_where(lambda session: register.of_session(session, {}) is None)
        log.info("people_reloaded", users=len(register.users), tokens=len(register.tokens), signed_out=ended)

    def close(self) -> None:
        """No more sign-ins."""
        self._hashing.shutdown(wait=False, cancel_futures=True)


def bearer_of(request: web.Request) -> str | None:
    """The token a program sends; None is none. Another scheme is a proxy's, and browsers send it by themselves."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def browser_of(request: web.Request) -> str:
    """A digest of what the browser calls itself: a cookie that turns up in another one was taken from somewhere."""
    return hashlib.sha256(request.headers.get("User-Agent", "").encode("utf-8", "surrogatepass")).hexdigest()[:16]


RECEPTION: Final = web.AppKey("reception", Reception)
