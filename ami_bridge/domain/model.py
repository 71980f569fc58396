"""One switch's queues as values: what we hold in memory about visits, agents and calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from ami_bridge.domain.metrics import Counts, midnight_after, midnight_before
from ami_bridge.domain.states import Phase, Phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ami_bridge.domain.events import Tags
    from ami_bridge.domain.waits import Wait
    from store import rows
    from store.rows import StretchState

Knowing = Literal["complete", "catching_up", "blind"]
Doing = Literal["available", "ringing", "talking", "wrap_up", "paused", "away"]
"""What an agent does, as one queue counts it."""
DOING: Final[Mapping[StretchState, Doing]] = {
    "available": "available",
    "ringing": "ringing",
    "on_queue_call": "talking",
    "on_other_call": "talking",
    "on_hold": "talking",
    "wrap_up": "wrap_up",
    "paused": "paused",
    "signed_off": "away",
    "unreachable": "away",
    "unknown": "away",
}


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
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each agent can do, by agent id: names of the hotline's own."""
    id_by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Agent id by display name, the first of several."""

    def __post_init__(self) -> None:
        """Turns the names round."""
        object.__setattr__(self, "id_by_name", {name: one for one, name in [*self.agents.items()][::-1]})

    def queue(self, name: str) -> QueueRules:
        """The rules of a queue; the defaults for one nobody configured."""
        return self.queues.get(name) or QueueRules(title=name)

    def skills_of(self, agent_id: str) -> tuple[str, ...]:
        """An agent's skills, by name."""
        return tuple(sorted(self.skills.get(agent_id, ())))

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
    logged_at: datetime | None = None
    """The stamp of the line with which queue_log told of the entry; None as long as it has not."""
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
    stands_since: datetime | None = None
    """Where others of his priority stand by their entry, he stands by this: he was sent to a place before the last."""
    announce: str = ""
    """What the caller's step wants told while he waits (`ami_bridge.domain.line`)."""
    music_stopped_at: datetime | None = None
    """When his music was last interrupted: an announcement began."""
    attempts: tuple[rows.RingAttempt, ...] = ()
    attempt_channels: tuple[str, ...] = ()
    """The agent's channel of each attempt."""
    served_by: tuple[str, ...] = ()
    """The agents who were with the caller, in turn."""

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

    penalty: int | None
    """None where nobody told it: queue_log does not, of a member added in a gap."""
    paused: bool
    reason: str
    phone: Phone
    wrap_up_s: float
    since: datetime
    """Since when all that is told of it is as it is."""
    interface: str = ""
    added_by: str = ""
    skills: tuple[str, ...] = ()
    evidence: str = "ami"
    """Who told: ``ami``, ``queue_log``, or ``snapshot`` of a change nobody saw."""


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
    """The visit at hand: of several at once (``ringinuse``) the one answered last."""
    also: tuple[str, ...] = ()
    """The other visits of his that go on, in the order they were answered."""
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
    talk_sum_s: float = 0.0
    rows_gone: frozenset[str] = frozenset()
    """Queues his row went out of: what AMI still says of him there is of a talk that goes on, or of its end."""
    shown_since: datetime | None = None
    """Since when the state is shown to last: longer than the stretch, where a gap cut it and it is the same after."""

    def doing_in(self, queue: str) -> Doing:
        """What the agent does, as one of the queues counts it: a pause of that queue alone is one there."""
        paused_here = self.interval.state == "available" and self.members[queue].paused
        return "paused" if paused_here else DOING[self.interval.state]


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
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By queue, the ids of the visits that wait, in the order they came to. Follows from `visits`."""
    partners: Mapping[str, str] = field(default_factory=dict)
    """The visit each agent's channel rang or talked for. Follows from `visits`."""
    doing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By queue, how many of its agents do what. Follows from `agents`."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Agent's id by name, the first of several. Follows from `agents`."""
    last_event_at: datetime | None = None
    gap_since: datetime | None = None
    """Since when AMI tells nothing, until a snapshot; agents' stretches stand still meanwhile. None while it tells."""
    gap_cause: rows.GapCause = "ami"


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
