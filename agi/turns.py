"""One command at a time on one call, and what becomes of it when the caller leaves.

Asterisk reads the next command only when the last is done, and a command sent early would interrupt GET DATA without
any answer (handle_getdata, "New command", res_agi.c 22.x). So a command asked for while another runs waits for its
turn, first come first served. One that is cancelled gives up its answer, not its turn: the next one waits until the
cancelled one's answer came, so no answer ever reaches the wrong verb.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NoReturn, Protocol

from agi import commands
from agi.errors import ChannelGone, CommandFailed, Gone, PeerError, UnknownCommand, WrongUsage

if TYPE_CHECKING:
    from agi.encoding import Command
    from agi.replies import Reply
    from agi.request import AgiRequest


class Line(Protocol):
    """What a channel needs of its connection."""

    def send(self, command: Command) -> None:
        """Put one command on the wire.

        Raises:
            CommandRefused: it cannot be sent; the conversation is untouched.
        """

    def close(self) -> None:
        """End the connection."""


class Turns:
    """The commands of one call, one after the other."""

    def __init__(self, request: AgiRequest, line: Line) -> None:
        self.request = request
        """The header block this call came with."""
        self._line = line
        self._gone: Gone | None = None
        self._closed = False
        self._hangup = asyncio.Event()
        self._waiter: asyncio.Future[Reply] | None = None
        self._busy = False
        self._turns: deque[asyncio.Future[None]] = deque()

    # ---- what happened to the call

    @property
    def hung_up(self) -> bool:
        """Whether the caller is gone."""
        return self._gone is not None

    @property
    def gone(self) -> Gone | None:
        """How we learnt that the caller is gone; None while the channel lives."""
        return self._gone

    async def wait_hangup(self) -> Gone:
        """Wait until the caller is gone."""
        await self._hangup.wait()
        return self._gone or Gone.CLOSED

    def close(self) -> None:
        """Let the call go: the dialplan goes on behind AGI(). Verbs raise ``ChannelGone`` from now on. Idempotent."""
        self._line.close()
        self.ended()

    # ---- one command at a time

    async def execute(self, command: Command) -> Reply:
        """Send any command and return its 200 reply uninterpreted.

        Raises:
            ChannelGone, CommandRefused, CommandFailed, PeerError: see their classes.
        """
        await self._take_turn()
        try:
            self._check_alive(command)
            self._line.send(command)
        except BaseException:  # whatever it was, nothing is on the wire, and the next command may go
            self._pass_turn()
            raise
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        return self._judge(command, await waiter)

    async def _take_turn(self) -> None:
        """Wait until no other command is on the wire."""
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_turn()  # it was ours already
            raise

    def _pass_turn(self) -> None:
        """Let the next waiting verb go."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False

    def _check_alive(self, command: Command) -> None:
        """Refuse to send what a dead channel cannot do."""
        if self._gone is not None and (self._closed or not command.lives_on):
            raise ChannelGone(self._gone)

    def _judge(self, command: Command, reply: Reply) -> Reply:
        """A 200 as it is; anything else as the error it stands for."""
        match reply.status:
            case 200:
                return reply
            case 510:
                raise UnknownCommand(command.wire_verb(), "Asterisk does not know this command")
            case 511:
                self.lost(Gone.DEAD)
                raise ChannelGone(Gone.DEAD)
            case 520:
                raise WrongUsage(command.wire_verb(), "Asterisk refuses the arguments", reply.usage)
            case status:
                raise PeerError(f"{command.wire_verb()}: status {status} is not one AGI has")

    async def _alive(self, command: Command) -> Reply:
        """The reply of a verb whose ``-1`` means hang-up or failure; finds out which."""
        reply = await self.execute(command)
        if reply.result == "-1":
            await self._gone_or_failed(command)
        return reply

    async def _gone_or_failed(self, command: Command) -> NoReturn:
        """Raise what a result of -1 meant."""
        if await self.still_there():
            raise CommandFailed(command.wire_verb(), "result -1 on a living channel (for a file: it is not there)")
        raise ChannelGone(self._gone or Gone.HANGUP)

    async def still_there(self) -> bool:
        """Ask Asterisk: a HANGUP line comes only after the reply, and not at all with AGISIGHUP=no."""
        try:
            await self.execute(commands.ChannelStatus())
        except ChannelGone:
            return False
        return True

    # ---- what the connection tells us

    def replied(self, reply: Reply) -> None:
        """The running command's answer is here."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)
        self._pass_turn()

    def lost(self, how: Gone) -> None:
        """The caller is gone. What counts is how we learnt it first."""
        if self._gone is None:
            self._gone = how
            self._hangup.set()

    def ended(self, error: PeerError | None = None) -> None:
        """The connection is gone too, because of ``error`` or in an ordinary way; whatever waits, ends."""
        self._closed = True
        self.lost(Gone.CLOSED)
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error or ChannelGone(self._gone or Gone.CLOSED))
        self._pass_turn()
