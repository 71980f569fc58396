"""One switch's queues as values: what we hold in memory about visits, agents and calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ami_bridge.domain.metrics import Counts, midnight_after, midnight_before
from ami_bridge.domain.states import Phase, Phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ami_bridge.domain.events import Tags
    from ami_bridge.domain.waits import Wait
    from store import rows

Knowing = Literal["complete", "catching_up", "blind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """What the hotline says about one queue; times in seconds."""

    title: str = ""
    threshold_s: float = 20.0
    target: float = 0.8
    short_s: float = 5.0
    """An abandoned wait shorter than this is a short abandon."""
    wrap_up_s: float = 0.0
    """Rest after a call, unless the member has its own (Wrapuptime)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What does not change while the bridge runs."""

    node: str
    zone: ZoneInfo
    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    """Display name by agent id."""

    def queue(self, name: str) -> QueueRules:
        """The rules of a queue; the defaults for one nobody configured."""
        return self.queues.get(name) or QueueRules(title=name)

    def agent_of(self, interface: str) -> str:
        """The agent an interface belongs to: ``PJSIP/1001`` and ``Local/1001@agents/n`` are both agent 1001."""
        _, slash, rest = interface.partition("/")
        return rest.split("@", 1)[0].split("/", 1)[0] if slash else interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit: its row, and what we must remember until it is over."""

    row: rows.Visit
    phase: Phase
    touched_at: datetime
    """When it last changed; long ended and untouched ones are forgotten."""
    place: str = ""
    """Where in the dialplan the caller waits; empty as long as AMI has not told of the entry itself."""
    gave_up: bool = False
    """QueueCallerAbandon was seen."""
    key_pressed: bool = False
    """The channel left the queue at another extension than it came in by."""
    left_at: datetime | None = None
    agent_channel_id: str = ""
    went_on_as: str = ""
    """The caller's channel, where a transferring leg joined the line for him."""
    held_since: datetime | None = None
    hung_up_at: datetime | None = None
    told_over: bool = False
    """queue_log has told of the end: what it tells later is of the channel's next visit."""
    announce: str = ""
    """What the caller's step wants told while he waits (`ami_bridge.domain.line`)."""
    music_stopped_at: datetime | None = None
    """When his music was last interrupted: an announcement began."""
    attempts: tuple[rows.RingAttempt, ...] = ()
    attempt_channels: tuple[str, ...] = ()
    """The agent's channel of each attempt."""

    @property
    def id(self) -> str:
        """The row's id."""
        return self.row.id

    @property
    def is_open(self) -> bool:
        """Whether the caller still waits or talks."""
        return self.phase is not Phase.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One agent in one queue."""

    penalty: int
    paused: bool
    reason: str
    phone: Phone
    wrap_up_s: float
    since: datetime
    interface: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent."""

    id: str
    name: str
    interval: rows.AgentInterval
    """The current stretch: state, reason, queue, and since when."""
    members: Mapping[str, Member] = field(default_factory=dict)
    """By queue."""
    serving: str | None = None
    """The visit at hand."""
    also_serving: tuple[str, ...] = ()
    """Visits that go on beside it (ringinuse), oldest first."""
    ringing: tuple[str, ...] = ()
    """Visits whose caller rings at this agent."""
    unreachable: bool = False
    wrap_until: datetime | None = None
    wrap_visit: str | None = None
    wrap_queue: str | None = None
    busy_is_old_until: datetime | None = None
    """After a talk the phone's "in use" is believed only once it is reported anew, or after this time."""
    answered: int = 0
    missed: int = 0
    talk_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller in the hands of the flow."""

    call_id: str
    channel_id: str
    caller: str
    tags: Tags
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything known about one switch."""

    rules: Rules
    day_start: datetime
    next_midnight: datetime
    knowing: Knowing
    knowing_since: datetime
    visits: Mapping[str, Visit] = field(default_factory=dict)
    """Open visits, and ended ones for as long as a late word may still correct them."""
    by_channel: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids in ``visits`` by caller channel, oldest first."""
    ordinals: Mapping[str, int] = field(default_factory=dict)
    """How many visits each living channel has made."""
    hung: Mapping[str, datetime] = field(default_factory=dict)
    """When the channels in ``ordinals`` that are gone went."""
    agents: Mapping[str, Agent] = field(default_factory=dict)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    waits: Mapping[str, tuple[Wait, ...]] = field(default_factory=dict)
    """By queue, the waits that ended with an agent of late, oldest first."""
    last_event_at: datetime | None = None


def empty_state(rules: Rules, now: datetime) -> State:
    """The state before anything is known: blind, no visit, no agent."""
    return State(
        rules=rules,
        day_start=midnight_before(now, rules.zone),
        next_midnight=midnight_after(now, rules.zone),
        knowing="blind",
        knowing_since=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one event changed: rows to keep, and what the feed must show anew."""

    rows: tuple[rows.Row, ...] = ()
    """In the order they must be written."""
    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    knowledge: bool = False

    @property
    def any(self) -> bool:
        """Whether anything changed at all."""
        return bool(self.rows or self.queues or self.agents or self.calls or self.knowledge)


def serving(agent: Agent, visit_id: str) -> Agent:
    """The agent with one more talk at hand; he may have one already."""
    others = tuple(one for one in (*agent.also_serving, agent.serving) if one is not None and one != visit_id)
    return replace(agent, serving=visit_id, also_serving=others)


def no_longer_serving(agent: Agent, visit_id: str) -> Agent:
    """The agent without this talk: another that goes on is the one at hand."""
    left = tuple(one for one in (*agent.also_serving, agent.serving) if one is not None and one != visit_id)
    return replace(agent, serving=left[-1] if left else None, also_serving=left[:-1])
