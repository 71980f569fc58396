"""One AGI conversation without any I/O.

Two verbs in, ``receive_data`` and ``receive_eof``; one verb out, ``send``, which gives the bytes to write. What
happened comes back as a list of events: the ``AgiRequest`` that opens the call, a ``Reply`` per command, ``HungUp``
when the caller is gone, and one ``Ended`` at the end. Nothing is raised for what the peer does: a fault ends the
conversation with an ``Ended`` that carries the reason, and everything after it is ignored.

Three things keep it in step where others lose it. A ``HANGUP`` line is never an answer (res_agi.c:4335 and 4454,
22.x). A 520 block is read to its end in all three forms Asterisk has: block, block whose last line is glued to the
usage, and the single line (4238). Raw values may go on over several lines, and lines that belong to nothing are
dropped, in bounded number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agi.errors import PeerError
from agi.replies import Reply, is_open_text, status_of, success
from agi.request import AgiRequest, parse_request
from agi.states import Move, State, next_state
from agi.wire import MAX_LINE_BYTES, Lines

if TYPE_CHECKING:
    from agi.encoding import Command

MAX_HEADER_BYTES = 64 * 1024
"""The whole header block. Asterisk's own is below 1 KiB; arguments add at most 8 KiB (one application's data)."""

MAX_REPLY_BYTES = MAX_LINE_BYTES
"""One reply with all its lines."""

MAX_STRAY_LINES = 64
"""Lines of one call that belong to no reply: the tails of values with line breaks. More is a flood."""

_HANGUP = b"HANGUP"
_END_OF_USAGE = "520 End of proper usage."


@dataclass(frozen=True, slots=True)
class HungUp:
    """Asterisk says that the caller is gone. The conversation may go on."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over; always the last event."""

    error: PeerError | None
    """What the peer did wrong; None for an ordinary end."""
    opened: bool
    """Whether there had been a request before."""


Event = AgiRequest | Reply | HungUp | Ended


class Session:
    """The state of one conversation."""

    __slots__ = ("_command", "_head", "_lines", "_parts", "_size", "_stray", "state")

    def __init__(self) -> None:
        self.state = State.HEADER
        """Where the conversation is."""
        self._lines = Lines()
        self._head: list[bytes] | None = []
        self._command: Command | None = None
        self._parts: list[str] = []
        self._size = 0
        self._stray = 0

    @property
    def running(self) -> Command | None:
        """The command that Asterisk has not answered yet."""
        return self._command

    def send(self, command: Command) -> bytes:
        """The bytes that put ``command`` on the wire.

        Raises:
            CommandRefused: another command is running, the conversation is over, or the command cannot be encoded. The
                conversation is untouched.
        """
        data = command.encode()
        self._move(Move.COMMAND)
        self._command = command
        return data

    def receive_data(self, data: bytes) -> list[Event]:
        """What these bytes mean. Bytes after the end mean nothing."""
        if self.state is State.OVER:
            return []
        events: list[Event] = []
        try:
            for line in self._lines.feed(data):
                event = self._header_line(line) if self.state is State.HEADER else self._line(line)
                if event is not None:
                    events.append(event)
            if self.state is State.HEADER:
                self._count(len(data), MAX_HEADER_BYTES, "the header block is")
        except PeerError as error:
            events.append(self._end(Move.FAULT, error))
        return events

    def receive_eof(self) -> list[Event]:
        """The peer will send no more. An unfinished line or block is dropped."""
        if self.state is State.OVER:
            return []
        return [self._end(Move.END, None)]

    def leave(self) -> None:
        """We close: whatever still arrives is ignored."""
        self._move(Move.LEAVE)

    # ---- lines

    def _header_line(self, line: bytes) -> AgiRequest | None:
        """One line of the introduction; the request when it is the empty one."""
        head = self._head
        if head is None:
            raise PeerError("the header block came twice")
        if line:
            if not head and not line.startswith(b"agi_"):
                raise PeerError("the first line is not an agi_ header")
            head.append(line)
            self._move(Move.MORE)
            return None
        request = parse_request(head)
        self._head, self._size = None, 0
        self._move(Move.REQUEST)
        return request

    def _line(self, raw: bytes) -> Event | None:
        """One line after the introduction."""
        state = self.state
        if state is State.USAGE or state is State.VALUE:
            return self._further_line(raw)
        if raw == _HANGUP:
            self._move(Move.HANGUP)
            return HungUp()
        line = raw.decode("utf-8", "replace")
        found = status_of(line) if state is State.WAITING else None
        if found is None:
            self._stray_line(raw)
            return None
        return self._status_line(*found)

    def _status_line(self, status: int, separator: str, text: str) -> Reply | None:
        """The (first) line of an answer."""
        if status == 200:  # noqa: PLR2004  # AGI's own number for success
            raw = self._command is not None and self._command.reads_text
            if raw and is_open_text(text):
                self._begin(Move.VALUE_BEGINS, text)
                return None
            reply = success(text, raw=raw)
            if reply is None:
                raise PeerError("a 200 without a result")
            return self._answer(reply)
        if status == 100:  # noqa: PLR2004  # AGI's own number for "still busy"
            self._move(Move.TRYING)
            return None
        if status == 520 and separator == "-":  # noqa: PLR2004  # AGI's own number for wrong usage
            self._begin(Move.USAGE_BEGINS, text)
            return None
        return self._answer(Reply(status, text=text))

    def _begin(self, move: Move, text: str) -> None:
        """The first of several lines."""
        self._parts = [text]
        self._size = len(text)
        self._move(move)

    def _further_line(self, raw: bytes) -> Reply | None:
        """A line inside a block or a value."""
        line = raw.decode("utf-8", "replace")
        self._count(len(raw) + 1, MAX_REPLY_BYTES, "a reply is")
        parts = self._parts
        parts.append(line)
        if self.state is State.VALUE:
            if line.endswith(")"):
                reply = success("\n".join(parts), raw=True)
                return self._answer(reply if reply is not None else Reply(200))
        elif line.startswith("520 ") or line.endswith(_END_OF_USAGE):
            parts[-1] = line.removesuffix(_END_OF_USAGE)
            return self._answer(Reply(520, text=parts[0], usage=tuple(part for part in parts[1:] if part)))
        self._move(Move.MORE)
        return None

    def _stray_line(self, raw: bytes) -> None:
        """A line that answers nothing: the tail of a value, or a peer that does not speak AGI."""
        if raw.startswith(b"agi_"):
            raise PeerError("a header after the header block: a name or number in it holds a line break")
        self._stray += 1
        if self._stray > MAX_STRAY_LINES:
            raise PeerError(f"more than {MAX_STRAY_LINES} lines that answer nothing")
        self._move(Move.MORE)

    # ---- state

    def _move(self, move: Move) -> None:
        """Change the state by the table."""
        self.state = next_state(self.state, move)

    def _answer(self, reply: Reply) -> Reply:
        """The running command has its answer."""
        self._move(Move.REPLY)
        self._command = None
        if self._parts:
            self._parts = []
        return reply

    def _count(self, size: int, limit: int, what: str) -> None:
        """Add to the size of what is being collected.

        Raises:
            PeerError: it is over its limit.
        """
        self._size += size
        if self._size > limit:
            raise PeerError(f"{what} longer than {limit} bytes")

    def _end(self, move: Move, error: PeerError | None) -> Ended:
        """The last event."""
        self._move(move)
        self._command = None
        self._parts = []
        return Ended(error, self._head is None)
