"""Queues, telephones, trunks and the AMI user as Asterisk's settings, of a switch that passed `dialplan.check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.extensions import AGENTS, KEYS, NUMBERS
from dialplan.model import LINE_SOUND
from dialplan.text import line_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialplan.model import Agent, Queue, Switch, Trunk

Setting = tuple[str, str | int]
"""A name and its value."""

_READ = ("system", "call", "agent", "user", "dialplan")
"""AMI events the bridge needs. `dialplan` is half of all events (VarSet, Newexten); filters leave a handful of it.
Left out on purpose: `agi` (every AGI command, among them keyed digits), `dtmf` (keys), `reporting` (RTCP), `cdr`.
Source: manager.c `perms[]`."""

_CHANNEL_VARIABLES = (
    "HL_LANGUAGE", "HL_VIP", "HL_FLOWID", "HL_NUMBER", "HL_QUEUE", "HL_PRIORITY", "HL_ANNOUNCE", "HL_AGI",
)  # fmt: skip
"""What every event of a channel carries as `ChanVariable`: from these the bridge knows whom a waiting caller is, and
which AGI server leads a call."""

_OTHER_VARIABLES = "^([^HQ_]|H[^L]|HL_[^FLNRV]|Q[^U]|QUEUE[^S])"
"""VarSet of these variables is dropped. QUEUESTATUS must pass: nothing else tells of a caller turned away at a queue's
door; so must HL_RESULT. Never let pass: HL_CURSOR (3,000 characters), and AGI_KEYS, which may hold what was keyed."""

_WRITE = ("call", "agent", "reporting")
"""AMI actions the bridge needs: Redirect, Hangup and Getvar (call), queue actions (agent), CoreShowChannels and
CoreStatus (reporting). No `system` (MixMonitor runs shell commands with it), `originate`, `command` or `config`.
Source: manager.c and app_mixmonitor.c, the `ast_manager_register` calls."""

_NOISE = (
    "Newexten",
    "RTCPSent",
    "RTCPReceived",
    "NewConnectedLine",
    "MusicOnHoldStart",  # its end is heard: there an announcement begins
    "LocalOptimizationBegin",
    "LocalOptimizationEnd",
    "BridgeVideoSourceUpdate",
    "ExtensionStatus",
    "ChallengeSent",
    "SuccessfulAuth",
)
"""Events dropped by name before they are written to the socket: nothing in the bridge reads them."""


def queues(switch: Switch) -> str:
    """The text of `queues-hotline.conf`, without the marker."""
    return "\n".join(_section(queue.name, _queue(queue, switch)) for queue in switch.queues)


def pjsip(switch: Switch) -> str:
    """The text of `pjsip-hotline.conf`, without the marker: agents' telephones, then trunks."""
    parts = [part for agent in switch.agents for part in _agent(agent, switch)]
    parts += [part for trunk in switch.trunks for part in _trunk(trunk, switch)]
    return "\n".join(parts)


def pjsip_transport(switch: Switch) -> str:
    """The text of `pjsip-transport.conf`: only for an Asterisk that runs on our own configuration."""
    sip = switch.sip
    settings: list[Setting] = [("type", "transport"), ("protocol", "udp"), ("bind", _host_port(sip.bind, sip.port))]
    if sip.external_address:
        settings += [
            ("external_signaling_address", sip.external_address),
            ("external_media_address", sip.external_address),
        ]
        settings += [("local_net", network) for network in sip.local_nets]
    return _section("transport-udp", settings)


def rtp_general(switch: Switch) -> str:
    """The text of `rtp-general.conf`: added to our own rtp.conf's `[general]`."""
    return _section("general", [("rtpstart", switch.sip.rtp_first), ("rtpend", switch.sip.rtp_last)], added=True)


def manager_general(switch: Switch) -> str:
    """The text of `manager-general.conf`: added to our own manager.conf's `[general]`."""
    return _section("general", [("bindaddr", switch.ami.bind), ("port", switch.ami.port)], added=True)


def manager(switch: Switch) -> str:
    """The text of `manager-hotline.conf`: the bridge's one user, and what it is told. Holds a secret."""
    ami = switch.ami
    write = (*_WRITE, "originate") if ami.may_originate else _WRITE
    settings: list[Setting] = [
        ("secret", ami.secret),
        ("deny", "0.0.0.0/0.0.0.0"),
        ("deny", "::/0"),
        *(("permit", network) for network in ami.permit),
        ("read", ",".join(_READ)),
        ("write", ",".join(write)),
        ("writetimeout", ami.write_timeout_ms),
        ("displayconnects", "no"),
        *((f"eventfilter(action(exclude),name({event}))", "") for event in _NOISE),
        ("eventfilter(action(exclude),name(VarSet),header(Variable),method(regex))", _OTHER_VARIABLES),
    ]
    told = _section("general", [("channelvars", ",".join(_CHANNEL_VARIABLES))], added=True)
    return f"{told}\n{_section(ami.user, settings)}"


def _queue(queue: Queue, switch: Switch) -> Iterable[Setting]:
    yield from (
        ("strategy", queue.strategy),
        ("timeout", queue.ring_s),
        ("retry", queue.retry_s),
        # The wait's own bound (the Queue() argument) also ends a ring that has begun.
        ("timeoutpriority", "app"),
        ("timeoutrestart", "no"),
        ("wrapuptime", queue.wrap_up_s),
        ("maxlen", queue.max_len),
        ("weight", queue.weight),
        ("servicelevel", queue.threshold_s),
        ("musicclass", queue.music),
        ("joinempty", ",".join(queue.join_empty) or "yes"),
        ("leavewhenempty", ",".join(queue.leave_empty) or "no"),
        ("autofill", _yes(queue.autofill)),
        ("ringinuse", _yes(queue.ring_in_use)),
        ("autopause", "all" if queue.auto_pause else "no"),
        ("setinterfacevar", "yes"),
        ("reportholdtime", "no"),
        # Asterisk's own announcements have Asterisk's words and numbers; ours is the periodic one.
        ("announce-frequency", 0),
        ("announce-position", "no"),
        ("announce-holdtime", "no"),
        ("periodic-announce-frequency", queue.announce_every_s),
        # Which keys lead out of the line is up to the step that sent the caller there (HL_KEYS).
        ("context", KEYS),
    )
    if queue.announce_every_s:
        yield "periodic-announce", f"{switch.sounds_dir.rstrip('/')}/{LINE_SOUND}"
    for member in queue.members:
        agent = switch.agent(member.agent)
        if agent:
            interface = f"PJSIP/{agent.id}"
            yield "member", f"{interface},{member.penalty},{agent.name},{interface}"


def _agent(agent: Agent, switch: Switch) -> Iterable[str]:
    yield _section(
        agent.id,
        [
            ("type", "endpoint"),
            ("context", AGENTS),
            ("disallow", "all"),
            ("allow", ",".join(agent.codecs)),
            ("auth", agent.id),
            ("aors", agent.id),
            ("callerid", f'"{agent.name}" <{agent.id}>'),
            ("language", switch.language),
            ("dtmf_mode", "rfc4733"),
            *_MEDIA,
            # A second call is refused with "busy" by Asterisk itself, whatever the telephone would do.
            ("device_state_busy_at", 1),
        ],
    )
    yield _section(
        agent.id,
        [("type", "auth"), ("auth_type", "userpass"), ("username", agent.id), ("password", agent.secret)],
    )
    yield _section(
        agent.id,
        [
            ("type", "aor"),
            ("max_contacts", 1),
            ("remove_existing", "yes"),
            ("qualify_frequency", switch.sip.qualify_s),
            ("minimum_expiration", 30),
            ("maximum_expiration", 3600),
        ],
    )


def _trunk(trunk: Trunk, switch: Switch) -> Iterable[str]:
    settings: list[Setting] = [
        ("type", "endpoint"),
        ("context", NUMBERS),
        ("disallow", "all"),
        ("allow", ",".join(trunk.codecs)),
        ("identify_by", "ip"),
        ("language", switch.language),
        ("dtmf_mode", "rfc4733"),
        *_MEDIA,
        # A caller may not send himself elsewhere in our dialplan.
        ("allow_transfer", "no"),
        ("allow_subscribe", "no"),
        ("trust_id_inbound", "yes"),
    ]
    if trunk.contact:
        settings.append(("aors", trunk.name))
    yield _section(trunk.name, settings)
    yield _section(
        f"{trunk.name}-hosts",
        [
            ("type", "identify"),
            ("endpoint", trunk.name),
            ("srv_lookups", "no"),
            *(("match", host) for host in trunk.hosts),
        ],
    )
    if trunk.contact:
        asked: list[Setting] = [("qualify_frequency", trunk.qualify_s)] if trunk.qualify_s else []
        yield _section(trunk.name, [("type", "aor"), ("contact", trunk.contact), *asked])


_MEDIA: tuple[Setting, ...] = (
    # Audio stays with Asterisk: key presses, recordings and the rescue path need it there.
    ("direct_media", "no"),
    ("rtp_symmetric", "yes"),
    ("force_rport", "yes"),
    ("rewrite_contact", "yes"),
)


def _section(name: str, settings: Iterable[Setting], *, added: bool = False) -> str:
    lines = [f"[{name}](+)" if added else f"[{name}]"]
    lines += [f"{key} = {line_value(value)}".rstrip() for key, value in settings]
    return "\n".join(lines) + "\n"


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _yes(flag: bool) -> str:  # noqa: FBT001  # a word for a truth, nothing to name
    return "yes" if flag else "no"
