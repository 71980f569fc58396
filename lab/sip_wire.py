"""SIP transactions over UDP (RFC 3261 17): repeat until answered, answer a repetition with the same words."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from typing import TYPE_CHECKING, Protocol, Self

from lab.ports import LOOPBACK
from lab.sip import Message, NotSipError, format_message, parse_message

if TYPE_CHECKING:
    from collections.abc import Callable

_T1_S = 0.5
_T2_S = 4.0
_GIVE_UP_S = 32.0
_FINAL = 200
_REMEMBERED = 64


class NoAnswerError(TimeoutError):
    """A request was repeated until its time was over and nobody answered."""


class Server(Protocol):
    """Who deals with requests that come in."""

    def on_request(self, request: Message) -> None:
        """A new request, never a repetition; ACK comes here too."""


class SipWire(asyncio.DatagramProtocol):
    """One UDP socket of one telephone."""

    def __init__(self, server: Server, switch: tuple[str, int], host: str = LOOPBACK) -> None:
        self._host = host
        self.port = 0
        """Where we listen, once open."""
        self._server = server
        self._switch = switch
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[tuple[str, str], asyncio.Queue[Message]] = {}
        self._answered: dict[tuple[str, str], bytes] = {}
        self._seen: dict[tuple[str, str], None] = {}

    async def open(self) -> Self:
        """Begin to listen on a free port of loopback."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._host, 0), family=socket.AF_INET
        )
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    def close(self) -> None:
        """Stop. A second call does nothing."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def via(self, branch: str = "") -> str:
        """A Via of ours, with a new branch unless one is given."""
        return f"SIP/2.0/UDP {self._host}:{self.port};rport;branch={branch or 'z9hG4bK' + secrets.token_hex(8)}"

    def send(self, message: Message) -> None:
        """Send once: an ACK, or a response; the latter is remembered for repetitions of its request."""
        data = format_message(message)
        if message.status:
            key = (message.branch, message.answers)
            self._answered[key] = data
            while len(self._answered) > _REMEMBERED:
                del self._answered[next(iter(self._answered))]
        if self._transport is not None:
            self._transport.sendto(data, self._switch)

    async def ask(self, request: Message, on_progress: Callable[[Message], None] | None = None) -> Message:
        """Send a request, repeat it until somebody answers, wait for the final response.

        Args:
            request: its Via must be `via()`.
            on_progress: told about each provisional response.

        Raises:
            NoAnswerError: nothing came for 32 s; an INVITE that rings may wait for ever.
        """
        key = (request.branch, request.method)
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting[key] = inbox
        pause, waited = _T1_S, 0.0
        ringing = False
        self.send(request)
        try:
            while True:
                response: Message | None = None
                with contextlib.suppress(TimeoutError):
                    response = await asyncio.wait_for(inbox.get(), None if ringing else pause)
                if response is None:
                    waited += pause
                    if waited >= _GIVE_UP_S:
                        raise NoAnswerError(f"no answer to {request.method} {request.uri}")
                    pause = min(pause * 2, _T2_S)
                    self.send(request)
                elif response.status >= _FINAL:
                    return response
                else:
                    ringing = request.method == "INVITE"
                    if on_progress is not None:
                        on_progress(response)
        finally:
            del self._waiting[key]

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Part of asyncio's protocol: one message."""
        del addr
        try:
            message = parse_message(data)
        except NotSipError:
            return
        if message.status:
            inbox = self._waiting.get((message.branch, message.answers))
            if inbox is not None:
                inbox.put_nowait(message)
            elif message.answers == "INVITE" and message.status >= _FINAL:
                self._server.on_request(message)  # a repeated answer: its ACK was lost
            return
        key = (message.branch, message.method)
        if message.method != "ACK":
            if key in self._seen:
                if key in self._answered and self._transport is not None:
                    self._transport.sendto(self._answered[key], self._switch)
                return
            self._seen[key] = None
            while len(self._seen) > _REMEMBERED:
                del self._seen[next(iter(self._seen))]
        self._server.on_request(message)
