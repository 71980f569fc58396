"""The link to one switch: connect, log in, watch that it lives, begin again for ever, and never say anything twice."""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from panoramisk.manager import Manager

from ami_bridge.backlog import Backlog, LinkLost, LinkUp
from ami_bridge.protocol import replies
from ami_bridge.protocol.errors import ActionFailed, AmiError, AnswerOverdue, LinkDown, LoginRefused, PeerError
from ami_bridge.spoken import Heard, LinkProtocol, Request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from ami_bridge.protocol.actions import Fields

MAX_PORT = 65535
SHUTTING_DOWN = "shutting down"
"""In the message of every error once Asterisk has begun to end, also of one at the login (seen on 22.10.1)."""

log = structlog.get_logger("ami.link")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Where the switch is and how patient we are; all times in seconds."""

    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "hotline"
    secret: str = field(repr=False)
    """Never logged, never sent in clear when the switch offers a challenge."""
    tls: ssl.SSLContext | None = None
    server_hostname: str | None = None
    """The name the switch's certificate bears, where it is not ``host``."""
    connect_s: float = 5.0
    """Time for the TCP (and TLS) connection, and again for the greeting."""
    login_s: float = 5.0
    answer_s: float = 10.0
    """Time for the whole answer to an action, unless it names its own."""
    ping_every_s: float = 3.0
    ping_answer_s: float = 3.0
    """A peer that leaves a ping unanswered this long is dead."""
    backoff_first_s: float = 0.5
    backoff_cap_s: float = 15.0
    refused_every_s: float = 60.0
    """Pause after a refused login: slow, since every try may be counted by an intrusion guard."""
    stable_after_s: float = 10.0
    """A session that lasted this long starts the back-off anew."""
    backlog_messages: int = 100_000
    backlog_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        """Refuses what would only fail later (A21: strings from an ini file)."""
        if not str(self.port).isdecimal() or type(self.port) is not int or not 0 < self.port <= MAX_PORT:
            raise ValueError(f"AMI port must be a number from 1 to 65535, not {self.port!r}")
        if isinstance(self.tls, bool | str):
            raise TypeError("AMI tls must be an ssl.SSLContext or None")
        if not self.username or not self.secret:
            raise ValueError("AMI needs a user name and a secret")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    first: Heard
    """The response itself."""
    rows: tuple[Heard, ...] = ()
    """The events of a list, without its closing one."""


class _Everything:
    """Contains anything: panoramisk asks it which actions it may forget instead of replaying them (A8, A9)."""

    def __contains__(self, item: object) -> bool:
        return True


class AmiLink(Manager):
    """One switch's AMI. ``run()`` keeps it up, ``backlog`` holds what it heard, ``action()`` asks."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        events: Iterable[str] = (),
        variables: Iterable[str] = (),
        chance: random.Random | None = None,
    ) -> None:
        super().__init__(
            host=settings.host,
            port=settings.port,
            loop=asyncio.get_running_loop(),
            encoding="utf-8",
            forgetable_actions=_Everything(),
        )
        self.settings = settings
        self.backlog = Backlog(max_messages=settings.backlog_messages, max_bytes=settings.backlog_bytes)
        self.refusals = 0
        """Refused logins since the last accepted one."""
        self._wanted = frozenset(e.encode() for e in events) | {b"Shutdown"}
        self._variables = frozenset(v.encode() for v in variables)
        self._chance = chance or random.Random()  # noqa: S311 - spreads reconnects, keeps no secret
        self._closing = asyncio.Event()
        self._running: asyncio.Task[Any] | None = None
        self._heard_until: datetime | None = None
        self.pinged: Callable[[str, float], None] = lambda _stamp, _took_s: None
        """Called with Asterisk's time and the seconds it took, for each ping that was answered."""
        self.keeps_trying = False
        """Set, a refused login ends nothing: it is said once, and tried again every ``refused_every_s``."""

    @property
    def is_up(self) -> bool:
        """Connected and logged in, as far as we know."""
        return self.authenticated

    @property
    def is_closing(self) -> bool:
        """Whether ``close()`` was called."""
        return self._closing.is_set()

    # -- asking

    async def action(self, name: str, fields: Fields | None = None, *, timeout_s: float | None = None) -> Reply:
        """Says one action and waits for its whole answer.

        Raises:
            ActionRefusedHere: AMI cannot carry a field.
            LinkDown: not connected, or the link broke before the answer. Never sent again.
            AnswerOverdue: no whole answer in time.
            ActionFailed: the switch said ``Error``.
        """
        if not self.authenticated:
            raise LinkDown(f"{name}: not connected to the switch")
        return await self._ask(name, fields or {}, timeout_s or self.settings.answer_s)

    async def _ask(self, name: str, fields: Fields, timeout_s: float) -> Reply:
        protocol = self.protocol
        if protocol is None:
            raise LinkDown(f"{name}: not connected to the switch")
        future = protocol.send(Request({"Action": name, **fields}))
        try:
            async with asyncio.timeout(timeout_s):
                answer = await future
        except TimeoutError:
            raise AnswerOverdue(f"{name}: no answer within {timeout_s:g} s") from None
        messages: list[Heard] = answer if isinstance(answer, list) else [answer]
        if replies.is_error(messages[0]):
            raise ActionFailed(name, messages[0].text("Message"))
        return Reply(messages[0], tuple(m for m in messages[1:] if not replies.ends_list(m)))

    def send_action(self, action: Any, as_list: bool | None = None, **kwargs: Any) -> asyncio.Future[Any]:  # noqa: FBT001 - panoramisk's signature
        """Asks as panoramisk does: the future gives the message, or the list of a list.

        Raises:
            LinkDown: not connected (A14); the action is not kept for later (A8).
        """
        if not self.authenticated or self.protocol is None:
            raise LinkDown("not connected to the switch")
        fields = {**dict(action.items()), **kwargs}
        future: asyncio.Future[Any] = self.protocol.send(Request(fields), as_list=as_list)
        return future

    # -- staying up

    def connect(self, run_forever: bool = False, on_startup: Any = None, on_shutdown: Any = None) -> asyncio.Task[Any]:  # noqa: FBT001, FBT002 - panoramisk's signature
        """Starts ``run()`` as a task of ours; ``close()`` ends it."""
        del run_forever, on_startup, on_shutdown
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self.run(), name="ami-link")
        return self._running

    async def run(self) -> None:
        """Keeps the link up until ``close()``.

        Raises:
            LoginRefused: the very first login was refused: a mistake in the settings. Later refusals, and all of them
                with ``keeps_trying``, are said once and tried again slowly, since someone may be changing the secret.
        """
        failures = 0
        while not self._closing.is_set():
            began = asyncio.get_running_loop().time()
            try:
                reason = await self._session()
            except LoginRefused as refused:
                self._refused(refused)
                await self._pause(self.settings.refused_every_s * self._chance.uniform(0.8, 1.2))
                continue
            except (OSError, AmiError) as wrong:
                reason = str(wrong) or type(wrong).__name__
            if self._closing.is_set():
                return
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted >= self.settings.stable_after_s else failures + 1
            delay = self._delay(failures)
            if failures == 1:
                log.warning("ami.down", host=self.settings.host, port=self.settings.port, reason=reason)
            else:
                log.info("ami.still_down", reason=reason, tries=failures, next_try_s=round(delay, 1))
            await self._pause(delay)

    def _delay(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row: doubling, capped, jittered."""
        s = self.settings
        doublings = min(failures - 1, 16)
        return float(min(s.backoff_cap_s, s.backoff_first_s * 2.0**doublings) * self._chance.uniform(0.5, 1.0))

    async def _pause(self, delay: float) -> None:
        try:
            async with asyncio.timeout(delay):
                await self._closing.wait()
        except TimeoutError:
            pass  # slept through: that is what was wanted

    def _refused(self, refused: LoginRefused) -> None:
        if not self.keeps_trying:
            raise refused
        self.refusals += 1
        if self.refusals == 1:
            log.error(
                "ami.login_refused",
                user=self.settings.username,
                reason=str(refused),
                again_every_s=self.settings.refused_every_s,
            )

    async def _session(self) -> str:
        """One connection from beginning to end; the reason it ended."""
        protocol = await self._open()
        self.protocol = protocol
        self._heard_until = None
        try:
            version = await self._greeting(protocol)
            await self._log_in()
            self.authenticated = self.keeps_trying = True
            self.refusals = 0
            log.info("ami.up", host=self.settings.host, port=self.settings.port, version=version)
            self.backlog.put(LinkUp(version))
            async with asyncio.TaskGroup() as group:
                pinging = group.create_task(self._ping_until_dead(protocol))
                reason = await protocol.lost
                pinging.cancel()
            return reason
        finally:
            was_up, self.authenticated = self.authenticated, False
            protocol.end("closed by us")
            if was_up:
                reason = protocol.lost.result() if protocol.lost.done() else "ended"
                self.backlog.put(LinkLost(reason, self._heard_until))

    async def _open(self) -> LinkProtocol:
        s = self.settings
        try:
            async with asyncio.timeout(s.connect_s):
                _, protocol = await asyncio.get_running_loop().create_connection(
                    lambda: LinkProtocol(wanted=self._wanted, variables=self._variables, deliver=self.backlog.put),
                    s.host,
                    s.port,
                    ssl=s.tls,
                    server_hostname=(s.server_hostname or s.host) if s.tls else None,
                )
        except TimeoutError:
            raise LinkDown(f"no connection to {s.host}:{s.port} within {s.connect_s:g} s") from None
        return protocol

    async def _greeting(self, protocol: LinkProtocol) -> str:
        try:
            async with asyncio.timeout(self.settings.connect_s):
                await asyncio.wait((protocol.greeted, protocol.lost), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise PeerError(f"no AMI greeting within {self.settings.connect_s:g} s") from None
        if protocol.lost.done():
            raise LinkDown(protocol.lost.result())
        return protocol.greeted.result()

    async def _log_in(self) -> None:
        """Logs in by challenge, so that the secret does not cross the wire.

        Raises:
            LoginRefused: user, secret or address are not welcome.
        """
        s = self.settings
        try:
            offered = await self._ask("Challenge", {"AuthType": "MD5"}, s.login_s)
            proof = (offered.first.text("Challenge") + s.secret).encode()
            key = hashlib.md5(proof, usedforsecurity=False).hexdigest()
            await self._ask("Login", {"AuthType": "MD5", "Username": s.username, "Key": key}, s.login_s)
        except ActionFailed as failed:
            if SHUTTING_DOWN in failed.message:
                raise LinkDown(failed.message) from None
            raise LoginRefused(
                f"the switch at {s.host}:{s.port} refused AMI user {s.username!r} ({failed.message}); "
                "expected the secret of that section in manager.conf"
            ) from None

    async def _ping_until_dead(self, protocol: LinkProtocol) -> None:
        """Asks again and again; an unanswered ping ends the connection (A12)."""
        s = self.settings
        alive = datetime.now(UTC)
        while not protocol.closed:
            await asyncio.sleep(s.ping_every_s)
            asked, began = datetime.now(UTC), asyncio.get_running_loop().time()
            try:
                pong = await self._ask("Ping", {}, s.ping_answer_s)
                self.pinged(pong.first.text("Timestamp"), asyncio.get_running_loop().time() - began)
                alive = asked
            except AnswerOverdue:
                self._heard_until = alive
                protocol.end(f"no answer to a ping within {s.ping_answer_s:g} s")
            except AmiError as wrong:
                protocol.end(str(wrong))

    async def log_in_once(self) -> str:
        """Connects, logs in, and leaves again; the AMI version."""
        protocol = await self._open()
        self.protocol = protocol
        try:
            version = await self._greeting(protocol)
            await self._log_in()
        finally:
            protocol.end("closed by us")
        return version

    # -- panoramisk's hooks, which our run() replaces

    def ping(self) -> None:
        """Done by ``run()``."""

    def dispatch(self, event: Any) -> None:
        """Events go to the backlog as bytes, in order (A2, A17, A23)."""

    def connection_lost(self, exc: Any) -> None:
        """Seen by ``run()`` through ``LinkProtocol.lost``."""

    def close(self) -> None:
        """Ends the link for good: no reconnect follows (A13), waiters are told (A14)."""
        self._closing.set()
        if self.protocol is not None:
            self.protocol.close()


async def try_login(settings: LinkSettings) -> str:
    """Connects and logs in once, for a check before anything is started; the AMI version.

    Raises:
        LoginRefused: wrong user or secret.
        LinkDown, PeerError, OSError: nobody there, or somebody else.
    """
    return await AmiLink(settings).log_in_once()
