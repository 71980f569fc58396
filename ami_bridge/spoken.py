"""panoramisk's message, action and protocol, repaired by subclassing.

The numbers in the comments (A1 … A27) are the defects of panoramisk 1.4 that each piece is there for;
docs/protocol-ami.md lists them and tests/ami_bridge/test_repairs.py shows each on the stock class and its absence here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from ami_bridge.protocol import actions, replies
from ami_bridge.protocol.errors import LinkDown, PeerError
from ami_bridge.protocol.headers import Headers, parse
from ami_bridge.protocol.wire import Framing, event_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

log = structlog.get_logger("ami.wire")

_MISSING: Any = object()
_EVENT = b"Event: "
_VARIABLE = b"\r\nVariable: "


class Heard(Message):
    """A message from Asterisk: panoramisk's mapping over a plain dict in Asterisk's own spelling.

    A16: empty headers stay, the body is no header, names are never hidden by attributes, copies and pickles work.
    """

    def __init__(self, headers: Mapping[str, Any], content: str = "") -> None:
        # not super().__init__: it would fold the names and mix the body into them
        self.__dict__["headers"] = Headers(headers)
        self.__dict__["body"] = content

    manager = None
    body = ""

    @property
    def content(self) -> str:
        """The body of ``Response: Follows``, which Asterisk 14 and later never send."""
        return str(self.body)

    @property
    def _store(self) -> dict[str, tuple[str, Any]]:  # type: ignore[override]  # a view for panoramisk's own methods
        return {name.lower(): (name, value) for name, value in self.headers.items()}

    @property
    def headers(self) -> Headers:
        """The headers as Asterisk spelt them."""
        found: Headers = self.__dict__["headers"]
        return found

    def __getitem__(self, key: str) -> Any:
        value = self.headers.get(key, _MISSING)
        if value is not _MISSING:
            return value
        folded = key.lower()
        for name, other in self.headers.items():
            if name.lower() == folded:
                return other
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.headers[key] = value

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key, _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)

    def __getattr__(self, name: str) -> Any:
        # panoramisk gives '' for every name, so hasattr() is always true and a slip of the pen is silent
        if not name.startswith("__") and name in self:
            return self[name]
        raise AttributeError(name)

    def text(self, name: str) -> str:
        """A header's text; empty when it is absent, the last one when it came several times."""
        return self.headers.text(name)

    def lines(self, name: str) -> list[str]:
        """All values of a header, however often it came (A20: ``Output`` of a command)."""
        return self.headers.lines(name)

    @classmethod
    def from_raw(cls, raw: bytes) -> Heard:
        """The message in these bytes (one whole message, without its end)."""
        heard = cls.__new__(cls)
        heard.__dict__["headers"] = parse(raw)  # as __init__, without its copy
        return heard


class Request(Action):
    """An action on its way: checked when written, complete when Asterisk says so.

    A3, A4, A6: a list ends by ``EventList`` and by nothing else. A5: an error ends everything. A15: line ends refused.
    """

    def __str__(self) -> str:
        return "\r\n".join(actions.lines_of(dict(self.items()))) + "\r\n\r\n"

    def wire(self) -> bytes:
        """The bytes to send.

        Raises:
            ActionRefusedHere: AMI cannot carry a field.
        """
        return actions.encode(dict(self.items()))

    def takes(self, message: Message) -> bool:
        """Whether this message is part of the answer (A19: an event before any response is not)."""
        return bool(self.responses) or "Response" in message

    def add_message(self, message: Message) -> bool:
        """Adds a message of the answer; true when the answer is whole."""
        self.responses.append(message)
        first = self.responses[0]
        if not replies.is_complete(len(self.responses), first, message):
            return False
        if not self.future.done():
            self.future.set_result(self.responses if replies.begins_list(first) else first)
        return True


class LinkProtocol(AMIProtocol):
    """One connection: bytes in, answers to their requests, events to the backlog; ends once and says why."""

    def __init__(
        self,
        *,
        wanted: frozenset[bytes],
        variables: frozenset[bytes],
        deliver: Callable[[bytes], None],
    ) -> None:
        self.responses: dict[str, Action] = {}
        self.closed = False
        self.factory = None
        self.greeted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done with the reason as soon as the connection is of no more use."""
        self.skipped = 0
        """Events nobody asked for, never parsed."""
        self._framing = Framing()
        self._wanted = wanted
        self._plain = wanted - {b"VarSet", b"Shutdown"}
        # a variable that is handed on to other channels has one underscore before its name, or two
        self._variables = frozenset(bars + name for name in variables for bars in (b"", b"_", b"__"))
        self._deliver = deliver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport; state was made in ``__init__``, before any byte could come."""
        self.transport = transport

    # -- out

    def send(self, data: Any, as_list: bool | None = False) -> asyncio.Future[Any]:  # noqa: FBT001, FBT002 - panoramisk's signature
        """Writes an action; the future holds its answer.

        Raises:
            ActionRefusedHere: AMI cannot carry a field; nothing was sent.
            LinkDown: the connection has ended; nothing was sent.
        """
        del as_list  # Asterisk says what is a list
        request = data if isinstance(data, Request) else Request(data)
        wire = request.wire()
        if self.closed:
            raise LinkDown("the connection has ended")
        self.responses[request.id] = request
        # A7: whoever stops waiting (time-out, cancellation) takes the entry along
        request.future.add_done_callback(lambda _: self.responses.pop(request.id, None))
        self.transport.write(wire)
        return request.future

    # -- in

    def data_received(self, data: bytes) -> None:
        """Frames first, decodes later (A1), linear and bounded (A18)."""
        try:
            messages = self._framing.feed(data)
        except PeerError as wrong:
            self.end(str(wrong))
            return
        if self.version is None and self._framing.version is not None:
            self.version = self._framing.version
            if not self.greeted.done():
                self.greeted.set_result(self.version)
        plain, variables, deliver, responses = self._plain, self._variables, self._deliver, self.responses
        for raw in messages:  # as `_take` does, in one go: nearly all messages are events that nobody asked for
            end = raw.find(b"\r", 7)
            name = raw[7:end] if end > 0 and not responses and raw.startswith(_EVENT) else b""
            if name in plain or (name == b"VarSet" and raw.rpartition(_VARIABLE)[2].partition(b"\r")[0] in variables):
                deliver(raw)
            elif name and name != b"Shutdown":
                self.skipped += 1
            else:
                self._take(raw)

    version: str | None = None

    def _take(self, raw: bytes) -> None:
        """One message: told by its first lines whether anybody wants it, parsed only if it may be an answer."""
        name = event_name(raw)
        if name is None or (self.responses and b"\r\nActionID: " in raw):
            message = Heard.from_raw(raw)
            if self._answered(message) or name is None:
                return
        if name not in self._wanted or (name == b"VarSet" and _variable_set(raw) not in self._variables):
            self.skipped += 1
            return
        if name == b"Shutdown":
            self.end("the switch shuts down")  # A26: a reason in words, not a message instead of an exception
            return
        self._deliver(raw)

    def _answered(self, message: Heard) -> bool:
        request = self.responses.get(message.text("ActionID"))
        if not isinstance(request, Request) or not request.takes(message):
            return False
        if request.add_message(message):
            self.responses.pop(request.id, None)
        return True

    def handle_message(self, message: Message) -> None:
        """Takes parsed messages as panoramisk does; ours come as bytes through ``_take``."""
        if isinstance(message, Heard):
            self._answered(message)

    # -- the end

    def connection_lost(self, exc: Any) -> None:
        """The socket is gone."""
        self.end(str(exc) if exc else "the switch closed the connection")

    def end(self, reason: str) -> None:
        """Ends the connection for this reason; whoever waits for an answer is told (A8, A10, A14), nothing is kept."""
        if self.closed:
            return
        self.closed = True
        transport = getattr(self, "transport", None)
        if transport is not None:
            transport.abort()
        for request in list(self.responses.values()):
            if not request.future.done():
                request.future.set_exception(LinkDown(reason))
                request.future.exception()  # marked as seen: a waiter that has gone is no error
        self.responses.clear()
        for waiter in (self.greeted, self.lost):
            if not waiter.done():
                if waiter is self.greeted:
                    waiter.cancel()
                else:
                    waiter.set_result(reason)

    def close(self) -> None:
        """Ends the connection from our side."""
        self.end("closed by us")


def _variable_set(raw: bytes) -> bytes:
    """The variable a VarSet sets, with the underscores before its name; another text where it names none."""
    return raw.rpartition(_VARIABLE)[2].partition(b"\r")[0]
