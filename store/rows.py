"""The rows of the database, one frozen dataclass per table, one field per column.

Whoever writes history builds these and hands them to `store.writer.Writer.put`; whoever reads gets them back from
`store.queries`. A row is always whole: writing it again with the same key replaces what was there, so the writer may
repeat, fold and retry without changing the result. All instants are timezone-aware (a naive one is refused) and are
kept in UTC with microseconds; durations are seconds as float unless the name ends in `_ms`; identifiers are opaque.

The field descriptions below are what `docs/database.md` shows; `store.described` turns the one into the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from store.act_rows import Act
from store.agent_rows import Gap, GapCause, MembershipInterval, membership_interval_id
from store.ledger_rows import BridgeState, EvidenceLine, EvidenceSource, Knowing, Knowledge, LogPlace, Watcher
from store.records import Callback, Recording, Survey, Ticket, Voicemail

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "AGENT_STATES",
    "OUTCOMES",
    "RING_RESULTS",
    "ROW_TYPES",
    "Act",
    "AgentInterval",
    "AgentState",
    "BridgeState",
    "EndedBy",
    "EvidenceLine",
    "EvidenceSource",
    "Gap",
    "GapCause",
    "Journey",
    "JourneyStep",
    "Knowing",
    "Knowledge",
    "LogPlace",
    "Membership",
    "MembershipInterval",
    "Outcome",
    "Remembered",
    "RingAttempt",
    "RingResult",
    "Row",
    "StretchState",
    "Visit",
    "Voicemail",
    "Watcher",
    "interval_id",
    "journey_id",
    "membership_interval_id",
    "visit_id",
]

Outcome: TypeAlias = Literal[
    "answered",
    "abandoned",
    "timed_out",
    "left_by_key",
    "join_empty",
    "leave_empty",
    "full",
    "withdrawn",
    "incompatible",
    "failed",
    "unknown_after_gap",
]
"""How one wait in a queue ended. Exactly one per visit; `QueueCallerAbandon` alone does not mean `abandoned`."""

EndedBy: TypeAlias = Literal["caller", "agent", "transfer", "system"]
"""Who ended a visit: the caller's or the agent's hang-up, a transfer, or the switch (timeout, empty, failure)."""

TransferKind: TypeAlias = Literal["blind", "attended"]
"""How a talk was handed on: sent elsewhere at once, or after a word with whoever takes it."""

RingResult: TypeAlias = Literal["answered", "no_answer", "busy", "cancelled", "refused"]
"""How one ringing of an agent ended; `cancelled` (the caller left, or another agent took it) is no miss of theirs."""

AgentState: TypeAlias = Literal[
    "signed_off",
    "available",
    "ringing",
    "on_queue_call",
    "on_other_call",
    "on_hold",
    "wrap_up",
    "paused",
    "unreachable",
]
"""What an agent is doing; exactly one at any moment."""

StretchState: TypeAlias = AgentState | Literal["unknown"]
"""What a stretch of the history says: one of these, or that nobody saw it and queue_log cannot tell."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
RING_RESULTS: Final[tuple[RingResult, ...]] = get_args(RingResult)
AGENT_STATES: Final[tuple[AgentState, ...]] = get_args(AgentState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One caller's one stay in one queue, from entering to the end of the talk; a channel may make several.

    Attributes:
        id: The visit's identity, the same whoever computes it: node, channel and ordinal (`visit_id` builds it).
        node: The Asterisk this happened on.
        call_id: The call's linkedid; joins visits, journeys and voicemails of one call.
        channel_id: The caller channel's uniqueid.
        ordinal: Which queue entry of this channel this is, counted from 1.
        queue: The queue's name in Asterisk and in hotline.yaml.
        entered_at: When the caller entered the queue (or was turned away at its door).
        caller: The calling number as the switch gave it; empty when withheld.
        caller_name: The calling name as the switch gave it; untrusted text.
        number: The number dialled (DNIS).
        language: The call's language, BCP 47; empty when none was chosen.
        vip: Whether the caller was recognised as a VIP before entering.
        flow: The flow that sent the caller here; empty when none did.
        flow_version: That flow's content address.
        priority: The caller's priority in the queue; higher is served first.
        position: The place in the queue at entry, from 1; null when it was not seen.
        answered_at: When an agent and the caller were connected; null when that never happened (or not yet).
        ended_at: When the visit was over, talk included; null while the caller waits or talks.
        agent: The answering agent's id; null when nobody answered.
        agent_name: The answering agent's display name at that time.
        interface: The answering device, such as PJSIP/1001.
        wait_s: Seconds from entering to the answer or to leaving; null while waiting.
        talk_s: Seconds from the answer to the end, hold included; null until the end.
        hold_s: Seconds of the talk that the caller was on hold; null when not measured.
        wrap_up_s: Seconds of after-call work that followed; null until known.
        rings: How many times agents' phones were rung for this visit.
        outcome: How the wait ended, set as soon as it ended; null while waiting.
        ended_by: Who ended the visit; null while it is open or when it is not known.
        next_visit_id: The visit this caller made next (transfer, overflow); null when there was none.
        transfer: How the talk was handed on, where a transfer ended it; else null.
        transferred_to: Where to: of a blind transfer `extension@context`, of an attended one the number of whoever the
            caller was joined with, or the application; null when that was not told.
        evidence: What the outcome rests on, in words: AMI, queue_log, or what was missing.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    ordinal: int
    queue: str
    entered_at: datetime
    caller: str = ""
    caller_name: str = ""
    number: str = ""
    language: str = ""
    vip: bool = False
    flow: str = ""
    flow_version: str = ""
    priority: int = 0
    position: int | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str | None = None
    agent_name: str | None = None
    interface: str | None = None
    wait_s: float | None = None
    talk_s: float | None = None
    hold_s: float | None = None
    wrap_up_s: float | None = None
    rings: int = 0
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    next_visit_id: str | None = None
    transfer: TransferKind | None = None
    transferred_to: str | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAttempt:
    """One ringing of one agent for one visit.

    Attributes:
        visit_id: The visit it was for.
        ordinal: Which attempt of that visit this is, counted from 1.
        node: The Asterisk this happened on.
        agent: The agent's id.
        interface: The device that was rung, such as PJSIP/1001.
        started_at: When the ringing began.
        ended_at: When it ended; null while ringing.
        result: How it ended; null while ringing.
    """

    visit_id: str
    ordinal: int
    node: str
    agent: str
    interface: str
    started_at: datetime
    ended_at: datetime | None = None
    result: RingResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInterval:
    """One agent in one state for one stretch of time; an agent's stretches on a node neither overlap nor leave a hole.

    Attributes:
        id: The interval's identity, the same whoever computes it: node, agent and start (`interval_id` builds it).
        node: The Asterisk this was seen on.
        agent: The agent's id.
        state: What the agent was doing; `unknown` where nobody saw it and queue_log cannot tell.
        started_at: When the state began.
        reason: Why, where there is a reason: the pause reason, the cause of being unreachable.
        queue: The queue served, for states that belong to one.
        ended_at: When the state ended; null for the current one.
    """

    id: str
    node: str
    agent: str
    state: StretchState
    started_at: datetime
    reason: str | None = None
    queue: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One agent's place in one queue, as it is or last was.

    Attributes:
        node: The Asterisk this was seen on.
        agent: The agent's id.
        queue: The queue's name.
        penalty: The agent's penalty in that queue; lower is rung first.
        paused: Whether the agent is paused in that queue.
        since: When this became so (joined, or last changed).
        left_at: When the agent left the queue; null while a member.
    """

    node: str
    agent: str
    queue: str
    penalty: int
    paused: bool
    since: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One call's way through its flow, over all its segments.

    Attributes:
        id: The journey's identity: node and the caller channel's uniqueid (`journey_id` builds it).
        node: The Asterisk the call came in on.
        call_id: The call's linkedid.
        channel_id: The caller channel's uniqueid.
        number: The number dialled (DNIS).
        flow: The flow the call began with.
        flow_version: That flow's content address; a call ends on the version it began with.
        started_at: When the flow took the call.
        caller: The calling number as the switch gave it; empty when withheld.
        language: The language now chosen, BCP 47; empty before the choice.
        vip: Whether the caller was recognised as a VIP.
        ended_at: When the flow was over; null while it goes on.
        outcome: How the journey ended in the flow's words (hung_up, finished, rescued …), or `lost`: the service was
            killed or stood still, and nobody knows how the call went on; null while it goes on.
        last_step: The step the call was last in.
    """

    id: str
    node: str
    call_id: str
    channel_id: str
    number: str
    flow: str
    flow_version: str
    started_at: datetime
    caller: str = ""
    language: str = ""
    vip: bool = False
    ended_at: datetime | None = None
    outcome: str | None = None
    last_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStep:
    """One step of a journey: what was done and where it led. Keys a caller pressed for a secret are never here.

    Attributes:
        journey_id: The journey it belongs to.
        ordinal: Which step of the journey this is, counted from 1.
        node: The Asterisk the call is on.
        segment: Which AGI segment of the call it was in, counted from 1.
        flow: The flow the step is in.
        step: The step's name in the flow.
        verb: What the step does, in the flow's word (menu, say, queue …).
        outcome: What came of it (a key's branch, timeout, hangup, ok …).
        at: When the step began.
        to_step: The step that came next; null when the call ended here.
        took_ms: Milliseconds the step lasted.
        detail: More, as JSON text; `{}` when there is none.
    """

    journey_id: str
    ordinal: int
    node: str
    segment: int
    flow: str
    step: str
    verb: str
    outcome: str
    at: datetime
    to_step: str | None = None
    took_ms: int = 0
    detail: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One choice kept for a caller's next call (the language, say). The number itself is not stored.

    Attributes:
        caller_key: Keyed hash (HMAC, hex) of the calling number.
        step: The step whose choice this is.
        node: The Asterisk it was last chosen on.
        key: The choice, as the flow names it; empty when the caller withdrew it.
        updated_at: When it was chosen.
    """

    caller_key: str
    step: str
    node: str
    key: str
    updated_at: datetime


Row: TypeAlias = (
    Visit
    | RingAttempt
    | AgentInterval
    | Membership
    | Journey
    | JourneyStep
    | Remembered
    | Voicemail
    | BridgeState
    | Survey
    | Callback
    | Ticket
    | Recording
    | Knowledge
    | LogPlace
    | EvidenceLine
    | MembershipInterval
    | Gap
    | Watcher
    | Act
)
"""Anything the writer accepts."""

ROW_TYPES: Final[tuple[type[Row], ...]] = get_args(Row)


def visit_id(node: str, channel_id: str, ordinal: int) -> str:
    """The identity of a channel's `ordinal`-th queue entry (from 1) on `node`."""
    return f"{node}/{channel_id}/{ordinal}"


def interval_id(node: str, agent: str, started_at: datetime) -> str:
    """The identity of the agent's interval that began at `started_at` (aware) on `node`; microseconds count."""
    return f"{node}/{agent}/{started_at.timestamp():.6f}"


def journey_id(node: str, channel_id: str) -> str:
    """The identity of the journey of one caller channel on `node`."""
    return f"{node}/{channel_id}"
