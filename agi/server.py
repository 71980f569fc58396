"""The FastAGI server: listens, bounds every connection, and starts one task per call.

A connection has to introduce itself within ``header_s`` and ``MAX_HEADER_BYTES``; until then it has no task and no
place among the calls. The first path segment of its script picks a route out of a mapping; a route is an async
callable that takes the ``Channel``. Whatever a peer does, only its own connection ends. What a route raises ends its
own call, with one log line; cancellation passes through.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, cast

import structlog

from agi.channel import Channel
from agi.errors import AgiError, ChannelGone, Gone, PeerError
from agi.replies import Reply
from agi.request import AgiRequest
from agi.session import Ended, HungUp, Session
from agi.states import State
from agi.wirelog import shown_command, shown_reply

if TYPE_CHECKING:
    from agi.encoding import Command

Route = Callable[[Channel], Awaitable[None]]
"""What leads a call: it returns when the dialplan shall go on."""

_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
"""A switch that lost power is noticed after a minute: AGI itself may be silent for as long as a prompt."""

_CLOSE_S = 5.0
"""How long a peer may take to read our last bytes, in seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a server."""

    header_s: float = 5.0
    """Time for a complete header block, in seconds. Asterisk sends it in one go, within milliseconds."""
    calls: int = 2000
    """Calls at a time; one more is closed at once, so that its dialplan takes the rescue path."""
    strangers: int = 256
    """Connections that have not introduced themselves; one more drops the oldest of them."""
    wire_log: bool = False
    """Whether every command and reply is logged at debug level (without values and keys)."""


@dataclass(slots=True)
class Counts:
    """What happened since the start; all only grow."""

    calls: int = 0
    """Calls that reached a route."""
    refused: int = 0
    """Calls closed because of ``Limits.calls``."""
    unknown: int = 0
    """Calls for a script no route has."""
    strangers: int = 0
    """Connections that ended before they introduced themselves (probes, scans)."""
    faults: int = 0
    """Connections ended because the peer broke a rule or bound."""
    failed: int = 0
    """Calls whose route raised."""


@dataclass(slots=True)
class _House:
    """What the connections of one server share."""

    routes: Mapping[str, Route]
    limits: Limits
    counts: Counts = field(default_factory=Counts)
    strangers: dict[_Connection, None] = field(default_factory=dict)
    calls: dict[_Connection, asyncio.Task[None]] = field(default_factory=dict)
    closing: bool = False


class AgiServer:
    """A FastAGI server on one address. Use it as an async context manager, or call ``start`` and ``drain``."""

    def __init__(self, routes: Mapping[str, Route], limits: Limits | None = None) -> None:
        self._house = _House(dict(routes), limits or Limits())
        self._listener: asyncio.Server | None = None

    @property
    def counts(self) -> Counts:
        """What happened so far."""
        return self._house.counts

    @property
    def calls(self) -> int:
        """How many calls are being led now."""
        return len(self._house.calls)

    @property
    def port(self) -> int:
        """The port listened on (the one chosen, after ``start(port=0)``).

        Raises:
            AgiError: it does not listen.
        """
        if self._listener is None or not self._listener.sockets:
            raise AgiError("the server does not listen")
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def start(self, host: str = "127.0.0.1", port: int = 4573) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be had (busy port, unknown host).
        """
        loop = asyncio.get_running_loop()
        house = self._house
        self._listener = await loop.create_server(lambda: _Connection(house), host, port, backlog=1024)

    async def drain(self, deadline_s: float = 10.0) -> int:
        """Accept no more, let the running calls finish, and cut those that have not after ``deadline_s`` seconds.

        Returns:
            How many calls were cut.
        """
        house = self._house
        house.closing = True
        if self._listener is not None:
            self._listener.close()
        for stranger in list(house.strangers):
            stranger.close()
        running = set(house.calls.values())
        late: set[asyncio.Task[None]] = set()
        if running:
            _, late = await asyncio.wait(running, timeout=deadline_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._listener is not None:
            await self._listener.wait_closed()
            self._listener = None
        return len(late)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drain(0.0)


class _Connection(asyncio.Protocol):
    """One connection: bytes to the session, events to the channel."""

    __slots__ = ("_channel", "_closer", "_deadline", "_house", "_log", "_session", "_transport")

    def __init__(self, house: _House) -> None:
        self._house = house
        self._session = Session()
        self._transport: asyncio.Transport | None = None
        self._channel: Channel | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._closer: asyncio.TimerHandle | None = None
        self._log = structlog.get_logger("agi.wire") if house.limits.wire_log else None

    # ---- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Someone connected: they are a stranger until their header is complete."""
        house = self._house
        transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods, not by its class
        self._transport = transport
        if house.closing:
            transport.abort()
            return
        _watch_peer(transport)
        if len(house.strangers) >= house.limits.strangers:
            next(iter(house.strangers)).abort()
        house.strangers[self] = None
        self._deadline = asyncio.get_running_loop().call_later(house.limits.header_s, self.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes from the peer."""
        channel = self._channel
        command = self._session.running
        for event in self._session.receive_data(data):
            if isinstance(event, Reply):
                if channel is not None:
                    if self._log is not None and command is not None:
                        self._log.debug("<", reply=shown_reply(command, event), uniqueid=channel.request.uniqueid)
                    channel.replied(event)
            elif isinstance(event, HungUp):
                if channel is not None:
                    channel.lost(Gone.HANGUP)
            elif isinstance(event, AgiRequest):
                channel = self._open(event)
            else:
                self._end(event)

    def eof_received(self) -> bool:
        """The peer closed its side; we close ours."""
        for event in self._session.receive_eof():
            if isinstance(event, Ended):
                self._end(event)
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # why it broke changes nothing
        """The connection is gone, with or without a farewell."""
        self.eof_received()
        self._house.strangers.pop(self, None)
        if self._closer is not None:
            self._closer.cancel()
        if self._channel is not None:
            self._channel.ended()

    # ---- the channel's side

    def send(self, command: Command) -> None:
        """Put one command on the wire."""
        data = self._session.send(command)
        if self._log is not None and self._channel is not None:
            self._log.debug(">", command=shown_command(command), uniqueid=self._channel.request.uniqueid)
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """End the connection once our last bytes are read; a peer that does not read them is cut off."""
        self._leave()
        transport = self._transport
        if transport is not None and not transport.is_closing():
            transport.close()
            self._closer = asyncio.get_running_loop().call_later(_CLOSE_S, transport.abort)

    def abort(self) -> None:
        """End the connection now."""
        self._leave()
        if self._transport is not None:
            self._transport.abort()

    def _leave(self) -> None:
        """Stop listening to the peer."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self in self._house.strangers:
            del self._house.strangers[self]
            self._house.counts.strangers += 1
        if self._session.state is not State.OVER:
            self._session.leave()

    def _end(self, event: Ended) -> None:
        """The conversation is over: the peer left, or broke a rule."""
        if event.error is not None:
            self._house.counts.faults += 1
            peer = self._transport.get_extra_info("peername") if self._transport is not None else None
            structlog.get_logger("agi.server").warning("peer_fault", reason=str(event.error), peer=peer)
        if self._channel is not None:
            self._channel.ended(event.error)
        if event.error is not None:
            self.abort()
        else:
            self.close()

    # ---- calls

    def _open(self, request: AgiRequest) -> Channel | None:
        """The header is complete: a call, if there is a route and room for it."""
        house = self._house
        house.strangers.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        route = house.routes.get(request.route)
        log = structlog.get_logger("agi.server")
        if route is None:
            house.counts.unknown += 1
            log.warning("unknown_script", script=request.script[:200], known=sorted(house.routes))
        elif len(house.calls) >= house.limits.calls:
            house.counts.refused += 1
            log.warning("call_refused", limit=house.limits.calls, uniqueid=request.uniqueid)
        else:
            house.counts.calls += 1
            channel = self._channel = Channel(request, self)
            task = asyncio.get_running_loop().create_task(self._lead(route, channel))
            house.calls[self] = task
            return channel
        self.close()
        return None

    async def _lead(self, route: Route, channel: Channel) -> None:
        """One call from its first command to its last."""
        try:
            await route(channel)
        except ChannelGone:
            pass  # how most calls end
        except AgiError as error:
            self._house.counts.failed += 1
            what = "peer_answer" if isinstance(error, PeerError) else "call_refused_by_route"
            log = structlog.get_logger("agi.server")
            log.warning(what, reason=str(error), uniqueid=channel.request.uniqueid)
        except Exception:  # the border of a call: whatever a route raises must not reach another call
            self._house.counts.failed += 1
            log = structlog.get_logger("agi.server")
            log.exception("call_failed", script=channel.request.script[:200], uniqueid=channel.request.uniqueid)
        finally:
            self._house.calls.pop(self, None)
            channel.close()


def _watch_peer(transport: asyncio.Transport) -> None:
    """Let the kernel notice a peer that is gone without a farewell, and send our short lines at once."""
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option = getattr(socket, name, None)  # not every system names them
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
