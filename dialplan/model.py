"""What one hotline needs from one Asterisk: the plain description that `dialplan.render` writes out.

Nothing here reads or checks anything: `ivr.config` fills it from the admin's folder, `dialplan.check` says what cannot
be, `dialplan.render` turns it into text. Secrets never show in a `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STRATEGIES = ("ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "rrordered", "linear", "wrandom")
"""How a queue chooses among free agents. Source: app_queue.c `strategies[]` (22.10.1)."""

LINE_SOUND = "line/place"
"""The sound of an announcement below `Switch.sounds_dir`; Asterisk looks for it in `line/<channel language>/place`.
Source: main/file.c `fileexists_core`: the language goes before the last part of a path (22.10.1, tried)."""

EMPTY_FACTORS = ("paused", "penalty", "inuse", "ringing", "unavailable", "invalid", "unknown", "wrapup")
"""What can make a member not count as present. Source: app_queue.c `parse_empty_options` (22.10.1)."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number callers dial, and the flow that answers it."""

    extension: str
    """The number as the trunk delivers it: digits, and `+`, `*`, `#`."""
    flow: str
    """Name of the flow, asked for as `agi://…/flow/<flow>`."""
    language: str
    """The channel's language (BCP 47) until the flow sets another one; the rescue path speaks it, too."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A person with a SIP telephone; endpoint, address of record and login are all called `id`."""

    id: str
    """Short name or number, such as `1001`; the member interface is `PJSIP/<id>`."""
    name: str
    """The name people see, such as `陈美玲`; also the queue's MemberName."""
    secret: str = field(repr=False)
    """The telephone's SIP password."""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    """Codecs in order of preference."""


@dataclass(frozen=True, slots=True)
class Member:
    """An agent's place in one queue."""

    agent: str
    """The agent's id."""
    penalty: int = 0
    """Rank from 0 (asked first); an agent is asked only while all with a lower penalty are busy."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue as Asterisk's app_queue knows it. Option names: queues.conf.sample (22.10.1)."""

    name: str
    """The name used by flows, AMI and queue_log."""
    members: tuple[Member, ...] = ()
    """Agents who serve it from the start; others may be added at run time."""
    strategy: str = "rrmemory"
    """One of `STRATEGIES`."""
    ring_s: int = 15
    """Seconds one agent's telephone rings before the next is tried."""
    retry_s: int = 1
    """Seconds between two tries when nobody answered."""
    wrap_up_s: int = 0
    """Seconds an agent is left alone after a call, in all his queues."""
    max_len: int = 0
    """Callers who may wait at once; 0 is no bound."""
    weight: int = 0
    """Which queue an agent of several serves first; higher first."""
    threshold_s: int = 20
    """Service level threshold in seconds, for Asterisk's own counters."""
    music: str = "default"
    """Music class while waiting."""
    join_empty: tuple[str, ...] = ("unavailable", "invalid", "unknown")
    """When all members are in one of these states nobody may enter: paused agents still count as present."""
    leave_empty: tuple[str, ...] = ("unavailable", "invalid", "unknown")
    """When all members come to be in one of these states the waiting callers go back to their flow."""
    autofill: bool = True
    """Several waiting callers are offered to several free agents at the same time."""
    ring_in_use: bool = False
    """Whether an agent who talks is rung again."""
    auto_pause: bool = False
    """Whether an agent who does not answer is paused in all his queues."""
    announce_every_s: int = 0
    """Seconds between two announcements of the line; 0 is none. What is said is the sound `LINE_SOUND` in the folder of
    the caller's channel language, where the bridge puts it; where there is none, nothing is said."""
    extension: str = ""
    """Number agents dial or transfer to in order to reach this queue; empty is none."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """Where callers come from: whoever sends from these addresses may call our numbers and nothing else."""

    name: str
    """The endpoint's name."""
    hosts: tuple[str, ...]
    """Addresses or networks (`203.0.113.7`, `198.51.100.0/28`), each may name the sender's port (`127.0.0.1:5080`)."""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    """Codecs in order of preference."""
    contact: str = ""
    """SIP URI for calls to the outside (`sip:203.0.113.7:5060`); empty is a trunk that only receives."""
    qualify_s: int = 0
    """Seconds between two SIP OPTIONS to the contact; 0 sends none."""


@dataclass(frozen=True, slots=True)
class AgiServer:
    """One place where the hotline's service listens for FastAGI."""

    host: str = "127.0.0.1"
    """A literal address: a name would cost a DNS question in every call."""
    port: int = 4573
    """TCP port; 4573 is FastAGI's own. Source: res_agi.c `AGI_PORT`."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """The way to a person while the service is away. Sounds are looked for below `Switch.sounds_dir`/<language>/."""

    queue: str
    """Queue that takes callers in; empty sends them straight to the last word."""
    priority: int = 10
    """QUEUE_PRIO of a rescued caller: he has waited for a silent machine already."""
    longest_s: int = 600
    """Seconds he waits there at most before the last word."""
    hold_sound: str = "rescue-hold"
    """"One moment, we connect you to a person"; a missing file is skipped."""
    busy_sound: str = "rescue-busy"
    """The last word when nobody can take the call; a missing file becomes the congestion tone."""
    bye_sound: str = "rescue-bye"
    """The last word after a talk; a missing file becomes the congestion tone."""


@dataclass(frozen=True, slots=True)
class Ami:
    """The one AMI user the bridge logs in as."""

    secret: str = field(repr=False)
    """Its secret; there is no default."""
    user: str = "hotline"
    """Its name."""
    bind: str = "127.0.0.1"
    """Address Asterisk listens on for AMI."""
    port: int = 5038
    """TCP port of AMI."""
    permit: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    """Networks the user may log in from; all others are refused."""
    write_timeout_ms: int = 5000
    """How long Asterisk waits for a slow reader before it drops him; Asterisk's own default of 100 ms is too short.
    Source: manager.c `writetimeout`."""
    may_originate: bool = False
    """Whether the user may start calls (call-backs, supervisors' listening)."""


@dataclass(frozen=True, slots=True)
class Sip:
    """Where Asterisk speaks SIP and RTP."""

    bind: str = "127.0.0.1"
    """Address SIP listens on (UDP)."""
    port: int = 5060
    """UDP port."""
    rtp_first: int = 10000
    """First UDP port for audio."""
    rtp_last: int = 11999
    """Last UDP port for audio; a call uses two ports a leg."""
    external_address: str = ""
    """Public address behind NAT; empty is no NAT."""
    local_nets: tuple[str, ...] = ()
    """Networks reached without NAT."""
    qualify_s: int = 30
    """Seconds between two questions whether a telephone is still there (SIP OPTIONS); 0 asks never, and a vanished
    telephone is noticed only when its registration ends."""


@dataclass(frozen=True, slots=True)
class Switch:
    """All of it: one hotline on one Asterisk."""

    node: str
    """Name of this Asterisk in every row and message, such as `gz-1`."""
    numbers: tuple[Number, ...]
    """Numbers callers dial."""
    queues: tuple[Queue, ...]
    """All queues."""
    agents: tuple[Agent, ...]
    """All agents with telephones."""
    trunks: tuple[Trunk, ...]
    """Where callers come from."""
    rescue: Rescue
    """The way to a person while the service is away."""
    ami: Ami
    """AMI for the bridge."""
    agi: tuple[AgiServer, ...] = (AgiServer(),)
    """The service; where several are named, each call asks them in this order until one accepts."""
    sip: Sip = field(default_factory=Sip)
    """Addresses and ports of SIP and RTP."""
    language: str = "zh-CN"
    """Language of telephones and of whatever has none of its own."""
    sounds_dir: str = "/var/lib/hotline/sounds"
    """Folder of the hotline's sounds as Asterisk sees it, with one folder per language."""
    longest_wait_s: int = 600
    """Bound of a wait in a queue when the flow names none."""
    ring_s: int = 30
    """Bound of a dial when the flow names none."""
    most_segments: int = 100
    """Segments (waits, dials, voicemails) one call may have: a flow that runs in circles ends at a person."""

    def agent(self, agent_id: str) -> Agent | None:
        """The agent called `agent_id`, or None."""
        return next((agent for agent in self.agents if agent.id == agent_id), None)
