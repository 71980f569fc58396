"""What can happen on a switch, as far as queues are concerned.

Every event carries ``at``, the switch's own time of it (UTC). Channels are named by Uniqueid, calls by Linkedid; both
are opaque.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from store.rows import GapCause, TransferKind, Visit


@dataclass(frozen=True, slots=True)
class Tags:
    """What the service told the channel about its caller; empty where it said nothing."""

    language: str = ""
    vip: bool = False
    flow: str = ""
    flow_version: str = ""
    number: str = ""
    queue: str = ""
    """The queue the dialplan is about to enter; the only name a refused caller leaves behind."""
    priority: int = 0
    announce: str = ""
    """What a waiting caller is told of the line, and how often (`ami_bridge.domain.line.wish_of`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Anything that happened."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChannel(Happening):
    """Something that happened to a caller's channel."""

    channel_id: str
    call_id: str
    caller: str = ""
    caller_name: str = ""
    place: str = ""
    """Context and extension; a change of place while waiting tells of a pressed key."""
    tags: Tags = field(default_factory=Tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(OnChannel):
    """A caller entered a queue."""

    queue: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(OnChannel):
    """A caller is no longer in the line: to be connected, or for another reason. Comes *before* ``Connected``."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp(OnChannel):
    """Asterisk's QueueCallerAbandon: hung up, timed out, emptied, or withdrawn. By itself it does not tell which."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resulted(OnChannel):
    """The dialplan variable QUEUESTATUS was set: Queue() is over, and not by the caller's hang-up."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOn(OnChannel):
    """The dialplan goes on after Queue() (HL_RESULT was set)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(OnChannel):
    """The service or the dialplan told the channel something about its caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(OnChannel):
    """A channel is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRing(OnChannel):
    """Something between a caller and one agent's phone."""

    queue: str
    interface: str
    member_name: str
    agent_channel_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(OnRing):
    """An agent's phone began to ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered(OnRing):
    """An agent's phone rang in vain."""

    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(OnRing):
    """Agent and caller were joined."""

    waited_s: float = 0.0
    """Asterisk's own count, whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed(OnRing):
    """Agent and caller were parted."""

    reason: str
    """``caller``, ``agent`` or ``transfer``."""
    talked_s: float = 0.0
    """Asterisk's own count, whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(Happening):
    """A talk was transferred, by either side. Comes before ``Completed`` (blind_transfer transcript)."""

    transferee: str
    """The channel of whoever was sent on, mostly the caller; empty when several were in the talk."""
    transferer: str
    """The channel of whoever sent him."""
    kind: TransferKind
    to: str
    """``extension@context``, or the number or application at the other end; empty when it was not told."""
    second_call_id: str = ""
    """Attended: the transferer's other call, as it was named before the two became one."""
    takes_its_place: bool = False
    """The transferer's leg was in an application, such as a queue's line, where the caller goes on instead of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialEnded(Happening):
    """The switch's own word on how one ringing ended."""

    agent_channel_id: str
    status: str
    """DIALSTATUS: ANSWER, NOANSWER, BUSY, CANCEL, CONGESTION, CHANUNAVAIL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldChanged(Happening):
    """One side of a talk put the other on hold, or took it back."""

    channel_id: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicStopped(Happening):
    """A channel's music ended: of a caller who goes on waiting, because an announcement begins."""

    channel_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtForward(Happening):
    """A waiting caller was given another priority by us; Asterisk sends no event of it (app_queue.c, 22.10.1)."""

    visit_id: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen(Happening):
    """One agent's place in one queue, as it is now."""

    queue: str
    interface: str
    member_name: str
    penalty: int
    paused: bool
    pause_reason: str
    status: int
    """Device state, ``enum ast_device_state``: 0 unknown … 8 on hold."""
    wrap_up_s: float
    """The member's own wrap-up time; 0 means the queue's."""
    last_call: datetime | None
    """When the last call ended."""
    membership: str = ""
    """``static`` (queues.conf), ``dynamic`` or ``realtime``; empty where that was not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberGone(Happening):
    """An agent left a queue."""

    queue: str
    interface: str
    member_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSeen(Happening):
    """The switch's word on whether a registered phone can be reached."""

    agent: str
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSeen:
    """A caller found waiting by a snapshot."""

    queue: str
    position: int
    channel_id: str
    caller: str
    caller_name: str
    wait_s: float
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSeen:
    """A channel found by a snapshot."""

    channel: str
    """Its name, ``PJSIP/1001-0000002a``; the part before the last dash is the interface."""
    channel_id: str
    call_id: str
    caller: str
    caller_name: str
    application: str
    data: str
    bridge_id: str
    since: datetime
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken(Happening):
    """All there is; replaces what events may have missed."""

    queues: tuple[str, ...]
    members: tuple[MemberSeen, ...]
    waiting: tuple[WaitingSeen, ...]
    channels: tuple[ChannelSeen, ...]
    unreachable: frozenset[str] | None = frozenset()
    """Agents whose registered phone does not answer; None when the switch could not say: what was known holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(Happening):
    """The link to the switch went up (a snapshot follows) or down."""

    up: bool
    unseen_since: datetime | None = None
    """Since when nothing was heard; None for the moment itself, and for a link that goes up after it was down."""
    cause: GapCause = "ami"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(Happening):
    """Time passed: wrap-ups end, the day turns, what is finished is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine(Happening):
    """A line of queue_log: slow, whole seconds, but complete."""

    channel_id: str
    queue: str
    member_name: str
    """As the log names the agent: the member's name, or its interface; ``NONE`` when there is none."""
    verb: str
    """What happened; ``ami_bridge.queue_log.verbs`` knows them all."""
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One visit as the history had it, and as a repair left it."""

    before: Visit | None
    after: Visit
    missed: tuple[tuple[str, int], ...] = ()
    """By agent, how many more ringings in vain the history now has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(Happening):
    """Visits were put right in the history after they were counted."""

    corrections: tuple[Correction, ...]


Event: TypeAlias = (
    Joined
    | Left
    | GaveUp
    | Resulted
    | MovedOn
    | Tagged
    | HungUp
    | Rang
    | NotAnswered
    | Connected
    | Completed
    | HandedOn
    | DialEnded
    | HoldChanged
    | MusicStopped
    | BroughtForward
    | MemberSeen
    | MemberGone
    | ContactSeen
    | SnapshotTaken
    | LinkChanged
    | Ticked
    | LedgerLine
    | Repaired
)
