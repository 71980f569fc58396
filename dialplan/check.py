"""What cannot be in a `Switch`: found before a single byte is written."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from dialplan.model import EMPTY_FACTORS, STRATEGIES
from dialplan.text import name_problem, shown_name_problem, value_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dialplan.model import Agent, Queue, Switch, Trunk

RESERVED_QUEUES = ("general",)
"""Section names of queues.conf that are not queues. Source: app_queue.c `reload_queues` (22.10.1)."""

RESERVED_ENDPOINTS = ("global", "system", "transport-udp")
"""Section names our pjsip files use themselves."""

SPECIAL_EXTENSIONS = ("a", "e", "fax", "h", "i", "o", "s", "t")
"""Extensions Asterisk goes to by itself; an agent cannot be dialled by such a name. Source: main/pbx.c."""

_LAST_PORT = 65535
_DIALLED = frozenset("0123456789+*#")
_MOST_DIGITS = 32
_PRINTED_NAME = "letters, digits, - _ . and a letter or digit first, at most 64 characters"


def check(switch: Switch, file: str = "hotline.yaml") -> list[Diagnostic]:
    """All that is wrong, at once; an empty list means that `render` will not refuse.

    Args:
        switch: what was read from the admin's folder.
        file: the file the admin would correct.
    """
    found = [
        *_names(switch),
        *_numbers(switch),
        *_twice(switch),
        *(problem for queue in switch.queues for problem in _queue(queue, switch)),
        *(problem for agent in switch.agents for problem in _agent(agent)),
        *(problem for trunk in switch.trunks for problem in _trunk(trunk)),
        *_rescue(switch),
        *_wires(switch),
    ]
    return [Diagnostic(code, "error", None, message, expected, hint, file) for code, message, expected, hint in found]


_Found = tuple[str, str, str | None, str | None]
"""Code, message, expected, hint."""


def _names(switch: Switch) -> Iterator[_Found]:
    named: list[tuple[str, str, bool]] = [("node", switch.node, True)]
    named += [("queue", queue.name, False) for queue in switch.queues]
    named += [("agent", agent.id, True) for agent in switch.agents]
    named += [("trunk", trunk.name, True) for trunk in switch.trunks]
    named += [("flow", number.flow, False) for number in switch.numbers]
    named += [("language", number.language, True) for number in switch.numbers]
    named += [("language", switch.language, True), ("AMI user", switch.ami.user, True)]
    named += [("music class", queue.music, True) for queue in switch.queues]
    for kind, name, ascii_only in dict.fromkeys(named):
        problem = name_problem(name, ascii_only=ascii_only)
        if problem:
            yield "D002", f"{kind} {name!r} {problem}", _PRINTED_NAME, None
    for queue in switch.queues:
        if queue.name.casefold() in RESERVED_QUEUES:
            yield (
                "D002",
                f"queue {queue.name!r}: Asterisk keeps that section of queues.conf for its own settings",
                "another name",
                f"for instance '{queue.name}-service'",
            )
    for name in [agent.id for agent in switch.agents] + [trunk.name for trunk in switch.trunks]:
        if name.casefold() in RESERVED_ENDPOINTS:
            yield "D002", f"{name!r} is a section of pjsip.conf already", "another name", None
    for agent in switch.agents:
        if agent.id.casefold() in SPECIAL_EXTENSIONS:
            yield "D002", f"agent {agent.id!r}: Asterisk goes to that extension by itself", "another name", None
    if switch.ami.user.casefold() == "general":
        yield "D002", "AMI user 'general': Asterisk keeps that section of manager.conf", "another name", None


def _numbers(switch: Switch) -> Iterator[_Found]:
    dialled = [("number", number.extension) for number in switch.numbers]
    dialled += [("extension", queue.extension) for queue in switch.queues if queue.extension]
    for kind, extension in dialled:
        if not extension or len(extension) > _MOST_DIGITS or not set(extension) <= _DIALLED:
            yield "D002", f"{kind} {extension!r} cannot be dialled", f"up to {_MOST_DIGITS} digits, + * #", None


def _twice(switch: Switch) -> Iterator[_Found]:
    kinds: list[tuple[str, Iterable[str]]] = [
        ("number", (number.extension for number in switch.numbers)),
        ("queue", (queue.name.casefold() for queue in switch.queues)),
        ("agent or trunk", [*(agent.id for agent in switch.agents), *(trunk.name for trunk in switch.trunks)]),
        ("agent's name", (agent.name for agent in switch.agents)),
        (
            "agent's or queue's extension",
            [*(agent.id for agent in switch.agents), *(queue.extension for queue in switch.queues if queue.extension)],
        ),
    ]
    said: set[str] = set()
    for kind, names in kinds:
        for name, count in Counter(names).items():
            if count > 1 and name not in said:
                said.add(name)
                yield "D004", f"{kind} {name!r} is there {count} times", "each once", None


def _queue(queue: Queue, switch: Switch) -> Iterator[_Found]:
    if queue.strategy not in STRATEGIES:
        yield (
            "D003",
            f"queue {queue.name!r}: unknown strategy {queue.strategy!r}",
            ", ".join(STRATEGIES),
            did_you_mean(queue.strategy, STRATEGIES),
        )
    for factor in dict.fromkeys(queue.join_empty + queue.leave_empty):
        if factor not in EMPTY_FACTORS:
            hint = did_you_mean(factor, EMPTY_FACTORS)
            yield "D003", f"queue {queue.name!r}: unknown state {factor!r}", ", ".join(EMPTY_FACTORS), hint
    known = [agent.id for agent in switch.agents]
    for member in queue.members:
        if member.agent not in known:
            hint = did_you_mean(member.agent, known)
            yield "D003", f"queue {queue.name!r}: unknown agent {member.agent!r}", "an agent's id", hint
        yield from _at_least(0, f"queue {queue.name!r}, agent {member.agent!r}: penalty", member.penalty)
    if len({member.agent for member in queue.members}) < len(queue.members):
        yield "D004", f"queue {queue.name!r} has the same agent twice", "each once", None
    yield from _at_least(1, f"queue {queue.name!r}: ring_s", queue.ring_s)
    for field in ("retry_s", "wrap_up_s", "max_len", "weight", "threshold_s", "announce_every_s"):
        yield from _at_least(0, f"queue {queue.name!r}: {field}", getattr(queue, field))


def _agent(agent: Agent) -> Iterator[_Found]:
    problem = shown_name_problem(agent.name)
    if problem:
        yield "D001", f"agent {agent.id}: name {agent.name!r} {problem}", 'a name without , | " and brackets', None
    problem = value_problem(agent.secret) or (None if agent.secret else "is empty")
    if problem:
        yield "D001", f"agent {agent.id}: the secret {problem}", "one line of printable characters", None
    yield from _codecs(f"agent {agent.id}", agent.codecs)


def _trunk(trunk: Trunk) -> Iterator[_Found]:
    if not trunk.hosts:
        yield "D008", f"trunk {trunk.name!r} names no host", "at least one address callers come from", None
    for host in trunk.hosts:
        if not _is_host(host):
            yield (
                "D008",
                f"trunk {trunk.name!r}: {host!r} is no address",
                "203.0.113.7 or 203.0.113.0/28",
                None,
            )
    problem = value_problem(trunk.contact)
    if problem or set(trunk.contact) & set(' ,;"<>'):
        yield "D001", f"trunk {trunk.name!r}: contact {trunk.contact!r}", "sip:203.0.113.7:5060", None
    yield from _codecs(f"trunk {trunk.name!r}", trunk.codecs)


def _codecs(owner: str, codecs: tuple[str, ...]) -> Iterator[_Found]:
    if not codecs:
        yield "D003", f"{owner} has no codec", "alaw, ulaw, …", None
    for codec in codecs:
        if name_problem(codec, ascii_only=True):
            yield "D002", f"{owner}: codec {codec!r}", "alaw, ulaw, g722, …", None


def _rescue(switch: Switch) -> Iterator[_Found]:
    rescue = switch.rescue
    names = [queue.name for queue in switch.queues]
    if rescue.queue and rescue.queue not in names:
        hint = did_you_mean(rescue.queue, names)
        yield "D003", f"rescue: unknown queue {rescue.queue!r}", "a queue's name", hint
    for sound in (rescue.hold_sound, rescue.busy_sound, rescue.bye_sound):
        if any(name_problem(part, ascii_only=True) for part in sound.split("/")):
            yield (
                "D002",
                f"rescue: sound {sound!r}",
                "a file in the language's folder, without ending",
                None,
            )
    yield from _at_least(0, "rescue: priority", rescue.priority)
    yield from _at_least(1, "rescue: longest_s", rescue.longest_s)


def _wires(switch: Switch) -> Iterator[_Found]:
    for server in switch.agi:
        yield from _address("agi: host", server.host)
        yield from _port("agi: port", server.port)
    if not switch.agi:
        yield "D008", "no AGI server is named", "at least one host and port", None
    problem = value_problem(switch.ami.secret) or (None if switch.ami.secret else "is empty")
    if problem:
        yield "D001", f"ami: the secret {problem}", "one line of printable characters", None
    yield from _address("ami: bind", switch.ami.bind)
    yield from _port("ami: port", switch.ami.port)
    for network in switch.ami.permit:
        if not _is_network(network):
            yield "D008", f"ami: permit {network!r} is no network", "203.0.113.0/28", None
    yield from _at_least(100, "ami: write_timeout_ms", switch.ami.write_timeout_ms)
    yield from _sip(switch)
    problem = value_problem(switch.sounds_dir)
    if problem or not switch.sounds_dir.startswith("/") or set(switch.sounds_dir) & set(',$"()[]{};&|'):
        yield "D001", f"sounds folder {switch.sounds_dir!r}", "an absolute path without , $ & and brackets", None
    yield from _at_least(1, "longest_wait_s", switch.longest_wait_s)
    yield from _at_least(1, "ring_s", switch.ring_s)
    yield from _at_least(1, "most_segments", switch.most_segments)


def _sip(switch: Switch) -> Iterator[_Found]:
    sip = switch.sip
    yield from _address("sip: bind", sip.bind)
    yield from _port("sip: port", sip.port)
    yield from _port("sip: rtp_first", sip.rtp_first)
    yield from _port("sip: rtp_last", sip.rtp_last)
    if sip.rtp_last <= sip.rtp_first:
        yield "D005", f"sip: rtp_last {sip.rtp_last} does not come after rtp_first {sip.rtp_first}", None, None
    if sip.external_address:
        yield from _address("sip: external_address", sip.external_address)
    for network in sip.local_nets:
        if not _is_network(network):
            yield "D008", f"sip: local_nets {network!r} is no network", "192.168.0.0/16", None
    yield from _at_least(0, "sip: qualify_s", sip.qualify_s)


def _at_least(least: int, what: str, number: int) -> Iterator[_Found]:
    if number < least:
        yield "D005", f"{what} is {number}", f"{least} or more", None


def _port(what: str, port: int) -> Iterator[_Found]:
    if not 0 < port <= _LAST_PORT:
        yield "D005", f"{what} is {port}", f"1 to {_LAST_PORT}", None


def _address(what: str, text: str) -> Iterator[_Found]:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        yield "D008", f"{what} {text!r} is no address", "a literal address such as 127.0.0.1", None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    """An address, a network, or `address:port` (`[v6]:port`)."""
    host, colon, port = text.rpartition(":")
    if colon and port.isascii() and port.isdecimal() and 0 < int(port) <= _LAST_PORT:
        plain = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if (":" not in plain or plain != host) and _is_network(plain) and "/" not in plain:
            return True
    return _is_network(text)
