"""What crosses from the bridge to whoever watches: one JSON object per line, numbered without a gap.

A reader first gets a ``Snapshot``, then ``Delta`` and ``Tick`` messages whose ``seq`` rises by exactly one. A reader
that sees a gap, or a line it cannot read, closes and connects again: the next line is a whole snapshot.

Lists in a delta hold *whole* objects that replace those of the same key (queue: ``name``, agent: ``id``, call:
``call_id``); keys in ``removed`` are gone. ``apply_delta`` says the same in code.

All times are UTC and written as ISO 8601. Callers' numbers are masked before they get here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations at run time
from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations at run time
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from store.masks import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

KnowledgeState = Literal["complete", "catching_up", "blind"]
AgentState = Literal[
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

TrunkState = Literal["reachable", "unreachable", "unregistered", "unknown"]
"""`unreachable` leaves OPTIONS unanswered, or our registration there is refused; `unregistered` has no contact, or our
registration is gone; `unknown` is not asked by Asterisk (no `qualify`), or nobody told yet."""

MAX_LINE = 8 * 1024 * 1024
"""Bytes a reader must be ready to take in one line: a snapshot of 5,000 agents is about 2 MB."""


class MalformedMessage(ValueError):  # noqa: N818 - it names what arrived, like the other facts of the wire
    """A line is not a message of this feed; the reader connects again."""


class SequenceGap(ValueError):  # noqa: N818 - it names what happened on the wire
    """A delta does not follow the state at hand; the reader connects again for a snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """How far the numbers can be trusted."""

    state: KnowledgeState
    """``complete``: connected and counted; ``catching_up``: connected, snapshot under way; ``blind``: no connection."""
    since: datetime
    """When this state of knowledge began; "blind since 10:42" is this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """One caller waiting in a queue."""

    visit_id: str
    position: int
    """1 is the next to be served; as Asterisk last reported it."""
    caller: str
    """The number, masked (``138****5678``)."""
    caller_name: str
    vip: bool
    language: str
    """BCP 47 (``zh-CN``), empty when nobody told."""
    entered_at: datetime
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayCounts:
    """Visits that entered since midnight of the hotline's time zone, by outcome; sums are in seconds.

    Each is named and counted as in `store.metrics` (docs/metrics.md).
    """

    entered: int = 0
    answered: int = 0
    answered_within: int = 0
    """Answered after a wait of at most the queue's threshold."""
    abandoned: int = 0
    """The caller hung up while waiting, short ones included."""
    short_abandoned: int = 0
    """Of these, those that waited less than the short-abandon limit."""
    timed_out: int = 0
    left_by_key: int = 0
    join_empty: int = 0
    leave_empty: int = 0
    full: int = 0
    withdrawn: int = 0
    incompatible: int = 0
    """Caller and phone had no codec in common."""
    failed: int = 0
    unknown_after_gap: int = 0
    answer_waits: int = 0
    """Answered visits whose wait was seen; only these are in ``answer_wait_s``."""
    handled: int = 0
    """Answered visits whose talk is over; only these are in ``talk_sum_s``."""
    answer_wait_s: float = 0.0
    """Sum of the waits of answered visits, for the mean speed of answer."""
    talk_sum_s: float = 0.0
    longest_wait_s: float = 0.0
    """The longest wait that ended today, whatever its outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCounts:
    """Agents of a queue by what they do now."""

    available: int = 0
    ringing: int = 0
    talking: int = 0
    wrap_up: int = 0
    paused: int = 0
    away: int = 0
    """Signed off or unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One queue, whole."""

    name: str
    title: str
    waiting: tuple[WaitingCaller, ...] = ()
    today: TodayCounts = field(default_factory=TodayCounts)
    threshold_s: float = 20.0
    """A caller answered within this many seconds is answered in time."""
    short_s: float = 5.0
    """A caller who gives up sooner is a short abandon, which no rate counts."""
    target: float = 0.8
    """The wanted share answered in time, 0 to 1."""
    members: MemberCounts = field(default_factory=MemberCounts)
    expected_wait_s: float | None = None
    """Within this most callers were answered of late (`ami_bridge.domain.waits`); None when too few were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent, whole."""

    id: str
    name: str
    state: AgentState
    since: datetime
    """When this state began."""
    reason: str = ""
    """Why the agent is paused, as given with the pause; else empty."""
    queue: str = ""
    """The queue being served or whose caller rings; else empty."""
    caller: str = ""
    """Masked number of the caller at hand; else empty."""
    queues: Mapping[str, int] = field(default_factory=dict)
    """Penalty by queue the agent is a member of."""
    answered: int = 0
    missed: int = 0
    talk_sum_s: float = 0.0
    """Seconds of finished talks, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One caller talking to the flow, not yet (or no longer) in a queue."""

    call_id: str
    """Asterisk's Linkedid, the key of the journey."""
    number: str
    """The number dialled."""
    flow: str
    since: datetime
    language: str = ""
    caller: str = ""
    """Masked."""
    vip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkView:
    """One trunk that is watched: an address of record, or a registration of ours elsewhere."""

    name: str
    state: TrunkState
    since: datetime
    """When this state was seen first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line a supervisor wants on every board. Text and nothing else, whatever stands in it."""

    id: str
    text: str
    """Telephone numbers in it are masked."""
    who: str
    since: datetime
    until: datetime
    """When it goes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedNumber:
    """A number whose callers hear a message and nothing else."""

    number: str
    message: str
    """The hotline's name of the message."""
    who: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What people have to be told, beside what the switch does."""

    notes: tuple[Note, ...] = ()
    closed: tuple[ClosedNumber, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Keys of objects that are no more."""

    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything, as of ``seq``."""

    node: str
    seq: int
    at: datetime
    knowledge: Knowledge
    queues: tuple[QueueView, ...] = ()
    agents: tuple[AgentView, ...] = ()
    calls: tuple[CallView, ...] = ()
    trunks: tuple[TrunkView, ...] = ()
    """Those that are watched, all of them."""
    news: News = field(default_factory=News)
    type: Literal["snapshot"] = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What changed since ``seq - 1``."""

    node: str
    seq: int
    at: datetime
    queues: tuple[QueueView, ...] = ()
    agents: tuple[AgentView, ...] = ()
    calls: tuple[CallView, ...] = ()
    removed: Removed = field(default_factory=Removed)
    knowledge: Knowledge | None = None
    """The new state of knowledge, or None when it did not change."""
    trunks: tuple[TrunkView, ...] | None = None
    """All trunks, or None when none of them changed."""
    news: News | None = None
    """All of it, or None when it did not change."""
    type: Literal["delta"] = "delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The bridge lives. Numbered like a delta, once a second; a reader that misses three shows its data as stale."""

    node: str
    seq: int
    at: datetime
    type: Literal["tick"] = "tick"


FeedMessage = Annotated[Snapshot | Delta | Tick, Field(discriminator="type")]
_CODEC: TypeAdapter[Snapshot | Delta | Tick] = TypeAdapter(FeedMessage)


def encode(message: Snapshot | Delta | Tick) -> bytes:
    """One message as a line, newline included."""
    return _CODEC.dump_json(message) + b"\n"


def decode(line: bytes) -> Snapshot | Delta | Tick:
    """The message on a line.

    Raises:
        MalformedMessage: the line is no message of this feed.
    """
    try:
        return _CODEC.validate_json(line)
    except ValidationError as wrong:
        raise MalformedMessage(f"{wrong.error_count()} mistakes, the first: {wrong.errors()[0]['msg']}") from None


T = TypeVar("T")


def _merged(old: tuple[T, ...], new: tuple[T, ...], gone: tuple[str, ...], key: Callable[[T], str]) -> tuple[T, ...]:
    """The old objects with the new ones put over them, in the old order, then the ones never seen."""
    if not new and not gone:
        return old
    objects = dict(zip(map(key, old), old, strict=True))
    objects.update(zip(map(key, new), new, strict=True))
    for name in gone:
        objects.pop(name, None)
    return tuple(objects.values())


def apply_delta(state: Snapshot, message: Delta | Tick) -> Snapshot:
    """The snapshot after one more message.

    Raises:
        SequenceGap: the message is not the next one, or comes from another node.
    """
    if message.node != state.node or message.seq != state.seq + 1:
        raise SequenceGap(f"have {state.node}:{state.seq}, got {message.node}:{message.seq}")
    if isinstance(message, Tick):
        return replace(state, seq=message.seq, at=message.at)
    gone = message.removed
    return replace(
        state,
        seq=message.seq,
        at=message.at,
        knowledge=message.knowledge or state.knowledge,
        news=message.news or state.news,
        queues=_merged(state.queues, message.queues, gone.queues, attrgetter("name")),
        agents=_merged(state.agents, message.agents, gone.agents, attrgetter("id")),
        calls=_merged(state.calls, message.calls, gone.calls, attrgetter("call_id")),
        trunks=state.trunks if message.trunks is None else message.trunks,
    )


def mask(number: str) -> str:
    """A caller's number fit for a screen many can see: at least four characters in the middle are hidden.

    ``13812345678`` gives ``138****5678``, ``61234567`` (Hong Kong) ``61****67``; a short number (an extension) stays as
    it is. One that is masked in the database already is ``masked``.
    """
    if number.startswith(MARK):
        return MARK.rstrip(":")
    shown_head, shown_tail, least_hidden, short = 3, 4, 4, 6
    if len(number) <= short:
        return number
    shown = len(number) - max(len(number) - shown_head - shown_tail, least_hidden)
    head = min(shown_head, shown // 2)
    return number[:head] + "*" * (len(number) - shown) + number[head - shown :]


_NUMBER_IN_NAME = re.compile(r"[+(]?\d[\d\s()./_·-]{5,}\d")
"""Seven digits and more, as people write numbers: with spaces, brackets, dots, strokes between."""


def mask_name(name: str) -> str:
    """A caller's name fit for a screen: many trunks give the number, or part of it, for a name."""
    return _NUMBER_IN_NAME.sub(lambda found: mask(found[0]), name)
