"""Rows about what callers told us and what was promised them: surveys, callbacks, tickets, recordings.

They belong to `store.rows`, which says what holds for every row; the ids here are made of what a call and its step
are, so that a step that is told twice is one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One survey one caller was asked, whether answered or not.

    Attributes:
        id: The survey's identity: node, caller channel, step and which visit of it (`record_id` builds it).
        node: The Asterisk the call is on.
        call_id: The call's linkedid.
        channel_id: The caller channel's uniqueid.
        survey: The survey's name in the flow.
        asked_at: When its first question was asked.
        answers: Question to answer, in the order asked, as JSON text; null where no answer was given (yet).
        flow: The flow it was asked in.
        flow_version: That flow's content address.
        step: The step that asked.
        caller: The calling number as the switch gave it; empty when withheld.
        number: The number dialled (DNIS).
        language: The language it was asked in, BCP 47.
        vip: Whether the caller was recognised as a VIP.
        agent: The agent the caller had just talked to; null when the caller comes from no talk in a queue.
        visit_id: The visit of that talk; null likewise.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    survey: str
    asked_at: datetime
    answers: str
    flow: str
    flow_version: str
    step: str
    caller: str = ""
    number: str = ""
    language: str = ""
    vip: bool = False
    agent: str | None = None
    visit_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One caller who is to be called back. A call has one for each queue: who asks again, changes it.

    Attributes:
        id: The request's identity: node, caller channel and queue (`callback_id` builds it).
        node: The Asterisk the call is on.
        call_id: The call's linkedid.
        channel_id: The caller channel's uniqueid.
        queue: The queue whose agents are to call.
        number_to_call: The number to call: the caller's own, or one keyed in.
        asked_at: When it was asked for.
        entered_at: When the caller first entered that queue in this call, or else began the call: the place kept.
        flow: The flow it was asked in.
        flow_version: That flow's content address.
        step: The step that took it.
        reason: Why, in the flow's words; empty when it gives none.
        not_before: Not to be called before; null when at any time.
        not_after: Not to be called after; null when at any time.
        caller: The calling number as the switch gave it; empty when withheld.
        number: The number dialled (DNIS).
        language: The call's language, BCP 47.
        vip: Whether the caller was recognised as a VIP.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    queue: str
    number_to_call: str = field(repr=False)
    asked_at: datetime
    entered_at: datetime
    flow: str
    flow_version: str
    step: str
    reason: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    caller: str = ""
    number: str = ""
    language: str = ""
    vip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket a call opened.

    Attributes:
        id: The ticket's identity: node, caller channel, step and which visit of it (`record_id` builds it).
        node: The Asterisk the call is on.
        call_id: The call's linkedid.
        channel_id: The caller channel's uniqueid.
        kind: Its kind in hotline.yaml.
        colour: How urgent it is, in the words of its kind (yellow, red, black).
        opened_at: When it was opened.
        fields: What the flow gave it, as JSON text: field to value.
        flow: The flow that opened it.
        flow_version: That flow's content address.
        step: The step that opened it.
        due_at: By when it is to be settled; null when its kind promises nothing any more.
        recording: The recording (`recordings.id`) that belongs to it; null when there is none.
        caller: The calling number as the switch gave it; empty when withheld.
        number: The number dialled (DNIS).
        language: The call's language, BCP 47.
        vip: Whether the caller was recognised as a VIP.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    kind: str
    colour: str
    opened_at: datetime
    fields: str
    flow: str
    flow_version: str
    step: str
    due_at: datetime | None = None
    recording: str | None = None
    caller: str = ""
    number: str = ""
    language: str = ""
    vip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one caller said at one `record` step.

    Attributes:
        id: The recording's identity, opaque; what a ticket refers to.
        node: The Asterisk it was recorded on.
        call_id: The call's linkedid.
        channel_id: The caller channel's uniqueid.
        path: Where it lies, relative to the recordings folder of its node.
        recorded_at: When the recording began.
        seconds: Its length in seconds.
        flow: The flow it was recorded in.
        flow_version: That flow's content address.
        step: The step that recorded it.
        caller: The calling number as the switch gave it; empty when withheld.
        language: The call's language, BCP 47.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    path: str
    recorded_at: datetime
    seconds: float
    flow: str
    flow_version: str
    step: str
    caller: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """One message a caller left.

    Attributes:
        id: The message's identity, opaque.
        node: The Asterisk it was recorded on.
        call_id: The call's linkedid.
        box: The box it was left in, as the flow names it.
        path: Where the recording lies, relative to the recordings folder of its node.
        recorded_at: When the recording began.
        seconds: The recording's length in seconds.
        caller: The calling number as the switch gave it; empty when withheld.
        language: The call's language, BCP 47.
    """

    id: str
    node: str
    call_id: str
    box: str
    path: str
    recorded_at: datetime
    seconds: float
    caller: str = ""
    language: str = ""


def record_id(node: str, channel_id: str, step: str, visit: int) -> str:
    """The identity of what one channel's `visit`-th coming (from 1) to `step` (`flow.step`) left on `node`."""
    return f"{node}/{channel_id}/{step}/{visit}"


def callback_id(node: str, channel_id: str, queue: str) -> str:
    """The identity of one channel's wish to be called back by the agents of a queue."""
    return f"{node}/{channel_id}/{queue}"
