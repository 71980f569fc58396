"""The inner half of a telephone: its one call's state, and the SIP messages that come in and go out.

The subset of RFC 3261 a telephone on loopback needs: no routes, no forks, one call at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lab.ear import Ear
from lab.ports import LOOPBACK
from lab.rtp import ALAW
from lab.sdp import Audio, Direction, NotSdpError, format_sdp, our_audio, parse_sdp
from lab.sip import Message, address, authorization, parameter, reply
from lab.sip_wire import SipWire

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from lab.listening import PromptIndex

_OK = 200
_REDIRECTION = 300
_UNAUTHORIZED = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}
_ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER"
_REPEAT_OK_S = 0.5
_REPEAT_OK_TIMES = 8


class CallRefusedError(RuntimeError):
    """The far end refused the call; `status` is its SIP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


class State(StrEnum):
    """Where the phone's one call stands."""

    IDLE = "idle"
    DIALLING = "dialling"
    RINGING = "ringing"
    """We are being called and have not answered."""
    TALKING = "talking"
    ENDED = "ended"


class Reflex(StrEnum):
    """What the phone does by itself when it is called."""

    ANSWER = "answer"
    RING = "ring"
    """Ring until the test answers or refuses."""
    BUSY = "busy"
    DEAF = "deaf"
    """Say nothing at all, as a phone whose cable was pulled."""


@dataclass(slots=True)
class Dialog:
    """One call's side of the signalling."""

    call_id: str
    local: str
    """Our From or To with its tag."""
    remote: str
    """Theirs."""
    target: str
    """The URI in-dialog requests go to."""
    sequence: int = 1
    invite: Message | None = None
    """The INVITE this call began with, theirs or ours."""


class Signalling:
    """One telephone with its own SIP port and its own ear.

    Args:
        switch: host and UDP port of Asterisk.
        number: calling number; user name too when registered.
        name: display name, sent as given inside quotes.
        password: for registration and calls, when the switch asks.
        index: the prompts it recognises.
        codecs: payload types offered; prompts are recognised in A-law only.
        host: our own address; `ports.AGENTS` for an agent's phone, so that it is not taken for the carrier.
    """

    def __init__(
        self,
        switch: tuple[str, int],
        *,
        number: str,
        name: str = "",
        password: str = "",
        index: PromptIndex | None = None,
        codecs: Sequence[int] = (ALAW,),
        host: str = LOOPBACK,
    ) -> None:
        self.number = number
        self.name = name
        self.state = State.IDLE
        self.reflex = Reflex.RING
        self.caller = ""
        """From of the call we were called by."""
        self.ended_by = ""
        """`us` or `them`, once ended."""
        self.status = 0
        """SIP status of our last call."""
        self.sent_on = 0
        """SIP status the switch gave our last transfer in the end (NOTIFY, RFC 3515); 0 while it is under way."""
        self.times: dict[str, float] = {}
        """`time.monotonic()` of dialled, ringing, answered, ended."""
        self.ear = Ear(index, host)
        self._host = host
        self._switch = switch
        self._password = password
        self._codecs = tuple(codecs)
        self._wire = SipWire(self, switch, host)
        self._dialog: Dialog | None = None
        self._direction: Direction = "sendrecv"
        self._sdp_version = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._acked = asyncio.Event()
        self._news = asyncio.Event()
        self._registration = 0
        self._register_id = secrets.token_hex(8)
        self._registered = False
        self._inviting: asyncio.Task[Message] | None = None

    # Being called

    async def answer(self) -> None:
        """Take the call that rings."""
        dialog = self._ringing()
        assert dialog.invite is not None  # noqa: S101  # a ringing call began with one
        self._acked.clear()
        ok = reply(dialog.invite, _OK, "OK", tag=self._tag(dialog), contact=self._contact, body=self._offer())
        self._mark(State.TALKING, "answered")
        for _ in range(_REPEAT_OK_TIMES):
            self._wire.send(ok)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._acked.wait(), _REPEAT_OK_S)
                return

    async def refuse(self, status: int = 486, reason: str = "Busy Here") -> None:
        """Turn the ringing call down."""
        dialog = self._ringing()
        assert dialog.invite is not None  # noqa: S101  # a ringing call began with one
        self._wire.send(reply(dialog.invite, status, reason, tag=self._tag(dialog)))
        self._end("us")

    # What comes in

    def on_request(self, request: Message) -> None:
        """A request from the switch, or a final answer whose ACK was lost."""
        if request.status:
            self._acknowledge(request)
            return
        dialog = self._dialog
        ours = dialog is not None and request.get("call-id") == dialog.call_id
        match request.method:
            case "ACK":
                self._acked.set()
            case "INVITE" if ours and self.state is State.TALKING:
                self._take_audio(request.body)
                self._reply(request, _OK, "OK", body=self._offer(resend=True))
            case "INVITE":
                self._called(request)
            case "CANCEL" if ours and self.state is State.RINGING and dialog is not None and dialog.invite is not None:
                self._reply(request, _OK, "OK")
                self._reply(dialog.invite, 487, "Request Terminated")
                self._end("them")
            case "BYE" if ours:
                self._reply(request, _OK, "OK")
                self._end("them")
            case "OPTIONS" | "NOTIFY" | "INFO":
                if self.reflex is not Reflex.DEAF:
                    self._reply(request, _OK, "OK")
                    self._told_of_transfer(request)
            case _:
                self._reply(request, 481, "Call/Transaction Does Not Exist")

    def _told_of_transfer(self, request: Message) -> None:
        """The first line of a response is the body of a NOTIFY that tells how a transfer goes (message/sipfrag)."""
        words = request.body.split(maxsplit=2)
        if request.method == "NOTIFY" and len(words) > 1 and words[0] == "SIP/2.0" and words[1].isdecimal():
            status = int(words[1])
            self.sent_on = status if status >= _OK else 0
            self._tell()

    def _called(self, invite: Message) -> None:
        if self.reflex is Reflex.DEAF:
            return
        tag = secrets.token_hex(6)
        if self.reflex is Reflex.BUSY or self.state not in {State.IDLE, State.ENDED}:
            self._wire.send(reply(invite, 486, "Busy Here", tag=tag))
            return
        dialog = Dialog(
            invite.get("call-id"),
            f"{invite.get('to')};tag={tag}",
            invite.get("from"),
            address(invite.get("contact")),
            invite=invite,
        )
        self.caller = invite.get("from")
        self._begin(dialog, State.RINGING, "ringing")
        self._take_audio(invite.body)
        self._wire.send(reply(invite, 180, "Ringing", tag=tag, contact=self._contact))
        if self.reflex is Reflex.ANSWER:
            self._spawn(self.answer())

    # The wire

    @property
    def _contact(self) -> str:
        return f"sip:{self.number}@{self._host}:{self._wire.port}"

    def _tag(self, dialog: Dialog) -> str:
        return parameter(dialog.local, "tag")

    def _reply(self, request: Message, status: int, reason: str, body: str = "") -> None:
        tag = self._tag(self._dialog) if self._dialog else secrets.token_hex(6)
        self._wire.send(reply(request, status, reason, tag=tag, contact=self._contact, body=body))

    async def _ask_with_password(
        self,
        method: str,
        uri: str,
        headers: Sequence[tuple[str, str]],
        number: Callable[[], int],
        body: str = "",
    ) -> Message:
        """Ask; when the switch wants a password, ask once more with it."""
        response = await self._ask_once(method, uri, headers, number(), body)
        if response.status in _UNAUTHORIZED and self._password:
            asked, answered = _UNAUTHORIZED[response.status]
            proof = authorization(
                response.get(asked), method, uri, user=self.number, password=self._password, cnonce=secrets.token_hex(8)
            )
            response = await self._ask_once(method, uri, [*headers, (answered, proof)], number(), body)
        return response

    async def _ask_once(
        self, method: str, uri: str, headers: Sequence[tuple[str, str]], number: int, body: str
    ) -> Message:
        start = (("Via", self._wire.via()), ("Max-Forwards", "70"), ("CSeq", f"{number} {method}"))
        request = Message(method, uri, 0, "", (*start, *headers), body)
        if method != "INVITE":
            return await self._wire.ask(request)
        if self._dialog is not None:
            self._dialog.invite = request
        # A task of its own: whoever waits may give up and CANCEL, and must still hear the 487 and acknowledge it.
        self._inviting = asyncio.create_task(self._invite(request))
        return await asyncio.shield(self._inviting)

    async def _invite(self, request: Message) -> Message:
        response = await self._wire.ask(request, self._progress)
        self._acknowledge(response)
        return response

    def _progress(self, response: Message) -> None:
        self.status = response.status
        if response.body:
            self._take_audio(response.body)

    def _acknowledge(self, response: Message) -> None:
        """ACK a final answer to our INVITE: same branch when it was refused, a new one when accepted (RFC 3261 13)."""
        dialog = self._dialog
        if dialog is None or response.get("call-id") != dialog.call_id or dialog.invite is None:
            return
        accepted = response.status < _REDIRECTION
        uri = address(response.get("contact")) if accepted and response.get("contact") else dialog.invite.uri
        via = self._wire.via() if accepted else response.get("via")
        headers = (
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", response.get("from")),
            ("To", response.get("to")),
            ("Call-ID", dialog.call_id),
            ("CSeq", f"{response.sequence} ACK"),
        )
        self._wire.send(Message("ACK", uri, 0, "", headers))

    async def _in_dialog(
        self, dialog: Dialog, method: str, more: Sequence[tuple[str, str]] = (), body: str = ""
    ) -> Message:
        headers = [
            ("From", dialog.local),
            ("To", dialog.remote),
            ("Call-ID", dialog.call_id),
            ("Contact", f"<{self._contact}>"),
            *more,
        ]
        return await self._ask_with_password(method, dialog.target, headers, self._next_sequence, body=body)

    # Its own state

    def _offer(self, *, resend: bool = False) -> str:
        if not resend:
            self._sdp_version += 1
        audio: Audio = our_audio(self._host, self.ear.port, self._codecs, self._direction)
        return format_sdp(audio, self._sdp_version)

    def _take_audio(self, body: str) -> None:
        with contextlib.suppress(NotSdpError):
            self.ear.connect(parse_sdp(body))

    def _settle(self, dialog: Dialog, response: Message) -> None:
        dialog.remote = response.get("to")
        if response.get("contact"):
            dialog.target = address(response.get("contact"))
        self._take_audio(response.body)

    def _begin(self, dialog: Dialog, state: State, moment: str) -> None:
        self._dialog = dialog
        self._direction = "sendrecv"
        self.ended_by = ""
        self.times = {}
        self._mark(state, moment)

    def _mark(self, state: State, moment: str) -> None:
        self.state = state
        self.times[moment] = time.monotonic()
        self._tell()

    def _tell(self) -> None:
        """Wake whoever waits for something to happen."""
        self._news.set()
        self._news = asyncio.Event()

    def _end(self, by: str) -> None:
        if self.state is State.ENDED:
            return
        self.ended_by = by
        self._mark(State.ENDED, "ended")

    def _ringing(self) -> Dialog:
        if self._dialog is None or self.state is not State.RINGING:
            raise RuntimeError(f"phone {self.number} does not ring, it is {self.state}")
        return self._dialog

    def _talking(self) -> Dialog:
        if self._dialog is None or self.state is not State.TALKING:
            raise RuntimeError(f"phone {self.number} is not in a call, it is {self.state}")
        return self._dialog

    def _next_sequence(self) -> int:
        assert self._dialog is not None  # noqa: S101  # asked for within a call only
        self._dialog.sequence += 1
        return self._dialog.sequence

    def _next_registration(self) -> int:
        self._registration += 1
        return self._registration

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
