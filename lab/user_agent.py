"""A SIP telephone: it registers, dials, answers, hangs up, holds, transfers. `lab.phone` adds the understanding."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from lab.signalling import CallRefusedError, Dialog, Signalling, State
from lab.sip import Message, address, parameter, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.sdp import Direction


_REDIRECTION = 300
_OK = 200
_ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER"


class UserAgent(Signalling):
    """One telephone in somebody's hand; arguments as `Signalling`."""

    async def __aenter__(self) -> Self:
        await self._wire.open()
        await self.ear.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up, unregister, close. A second call does nothing."""
        with contextlib.suppress(TimeoutError, CallRefusedError):
            await self.hang_up()
        if self._registered:
            with contextlib.suppress(TimeoutError, CallRefusedError):
                await asyncio.wait_for(self.unregister(), 3)
        for task in [*self._tasks, *([self._inviting] if self._inviting else [])]:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                await task
        await self.ear.close()
        self._wire.close()

    # What it does

    async def register(self, expires_s: int = 300) -> None:
        """Tell the switch where this phone is.

        Raises:
            CallRefusedError: wrong password, unknown number.
            NoAnswerError: no switch there.
        """
        uri = f"sip:{self._switch[0]}:{self._switch[1]}"
        ours = f"<sip:{self.number}@{self._switch[0]}>"
        headers = [
            ("From", f"{ours};tag={self._register_id}"),
            ("To", ours),
            ("Call-ID", self._register_id),
            ("Contact", f"<{self._contact}>"),
            ("Expires", str(expires_s)),
        ]
        response = await self._ask_with_password("REGISTER", uri, headers, self._next_registration)
        if response.status != _OK:
            raise CallRefusedError(response.status, response.reason)
        self._registered = expires_s > 0

    async def unregister(self) -> None:
        """Tell the switch this phone is gone."""
        await self.register(expires_s=0)

    async def call(self, number: str, *, headers: Sequence[tuple[str, str]] = (), within_s: float = 60.0) -> None:
        """Dial and wait for the answer.

        Raises:
            CallRefusedError: the far end refused.
            TimeoutError: nobody answered in time; the call was given up.
        """
        dialling = asyncio.create_task(self._dial(number, headers))
        try:
            await asyncio.wait_for(asyncio.shield(dialling), within_s)
        except TimeoutError:
            await self.hang_up()
            raise
        finally:
            if not dialling.done():
                dialling.cancel()
                with contextlib.suppress(asyncio.CancelledError, CallRefusedError):
                    await dialling

    async def _dial(self, number: str, more: Sequence[tuple[str, str]]) -> None:
        uri = f"sip:{number}@{self._switch[0]}:{self._switch[1]}"
        display = f"{quoted(self.name)} " if self.name else ""
        ours = f"{display}<sip:{self.number}@{self._host}>;tag={secrets.token_hex(6)}"
        dialog = Dialog(secrets.token_hex(12), ours, f"<{uri}>", uri)
        self._begin(dialog, State.DIALLING, "dialled")
        headers = [
            ("From", ours),
            ("To", f"<{uri}>"),
            ("Call-ID", dialog.call_id),
            ("Contact", f"<{self._contact}>"),
            ("Allow", _ALLOW),
            ("Content-Type", "application/sdp"),
            *more,
        ]
        response = await self._ask_with_password("INVITE", uri, headers, self._next_sequence, body=self._offer())
        self.status = response.status
        if response.status >= _REDIRECTION:
            self._end("them")
            raise CallRefusedError(response.status, response.reason)
        self._settle(dialog, response)
        self._mark(State.TALKING, "answered")

    async def hang_up(self) -> None:
        """End the call, whatever its state: BYE, CANCEL or a refusal. Without a call this does nothing."""
        dialog = self._dialog
        if dialog is None:
            return
        if self.state is State.RINGING:
            await self.refuse(603, "Decline")
        elif self.state is State.TALKING:
            self._end("us")
            await self._in_dialog(dialog, "BYE")
        elif self.state is State.DIALLING and dialog.invite is not None:
            invite = dialog.invite
            kept = [(name, value) for name, value in invite.headers if name in {"Via", "From", "To", "Call-ID"}]
            headers = (*kept, ("CSeq", f"{invite.sequence} CANCEL"), ("Max-Forwards", "70"))
            await self._wire.ask(Message("CANCEL", invite.uri, 0, "", headers))
            if self._inviting is not None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(self._inviting), 3)
            self._end("us")

    async def hold(self) -> None:
        """Put the far end on hold (re-INVITE, sendonly)."""
        await self._reinvite("sendonly")

    async def unhold(self) -> None:
        """Take the far end back."""
        await self._reinvite("sendrecv")

    async def transfer(self, number: str) -> None:
        """Blind transfer of the far end (REFER); the switch ends our leg.

        Raises:
            CallRefusedError: the switch does not transfer.
        """
        await self._refer(f"sip:{number}@{self._switch[0]}:{self._switch[1]}")

    async def join(self, other: UserAgent) -> None:
        """Attended transfer: join our far end to that of another line of ours (REFER with Replaces, RFC 3891).

        Raises:
            CallRefusedError: the switch does not transfer.
        """
        line = other._talking()
        tags = f"to-tag={parameter(line.remote, 'tag')};from-tag={parameter(line.local, 'tag')}"
        replaces = quote(f"{line.call_id};{tags}", safe="")
        target = address(line.remote)
        await self._refer(f"{target}?Replaces={replaces}")

    async def is_sent_on(self, within_s: float = 60.0) -> int:
        """Wait until the switch tells how our last transfer went; its SIP status, 200 where it was made.

        A telephone hangs up when it is told so, and no earlier: with a line gone meanwhile an attended transfer fails.

        Raises:
            TimeoutError: it did not say.
        """
        deadline = time.monotonic() + within_s
        while not self.sent_on:
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise TimeoutError(f"phone {self.number} was not told of its transfer within {within_s} s") from None
        return self.sent_on

    async def _refer(self, uri: str) -> None:
        dialog = self._talking()
        self.sent_on = 0
        to = ("Refer-To", f"<{uri}>")
        response = await self._in_dialog(dialog, "REFER", [to, ("Referred-By", address(dialog.local))])
        if response.status >= _REDIRECTION:
            raise CallRefusedError(response.status, response.reason)

    async def rings(self, within_s: float = 60.0) -> None:
        """Wait until somebody calls us.

        Raises:
            TimeoutError: nobody did.
        """
        await self.reaches(State.RINGING, State.TALKING, within_s=within_s)

    async def ended(self, within_s: float = 60.0) -> str:
        """Wait for the end of the call; `us` or `them`.

        Raises:
            TimeoutError: it goes on.
        """
        await self.reaches(State.ENDED, within_s=within_s)
        return self.ended_by

    async def reaches(self, *states: State, within_s: float = 60.0) -> None:
        """Wait until the call is in one of these states.

        Raises:
            TimeoutError: it is not.
        """
        deadline = time.monotonic() + within_s
        while self.state not in states:
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise TimeoutError(
                    f"phone {self.number} is {self.state} after {within_s} s, expected {' or '.join(states)}"
                ) from None

    async def _reinvite(self, direction: Direction) -> None:
        dialog = self._talking()
        self._direction = direction
        content = ("Content-Type", "application/sdp")
        response = await self._in_dialog(dialog, "INVITE", [content], body=self._offer())
        if response.status >= _REDIRECTION:
            raise CallRefusedError(response.status, response.reason)
        self._take_audio(response.body)
