"""How fast AMI bytes become parsed, dispatched events: stock panoramisk and a bare protocol against the classes we run.

In process and on one core, in CPU time; rows take turns, so that a noisy moment hits all of them. Bounded: some 20 s.
The bare protocol is the least that gives events: a buffer, split at empty lines, a dictionary of each message's lines,
handed to a function. It knows no bounds, answers, repeated headers or odd lines, and parses everything, wanted or not.

    python bench/ami_parse.py
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from ami_bridge import evidence
from ami_bridge.domain.model import Rules, empty_state
from ami_bridge.domain.reducer import apply
from ami_bridge.protocol.headers import parse, read
from ami_bridge.spoken import LinkProtocol
from ami_bridge.translate import WANTED_EVENTS, WANTED_VARIABLES, event_of

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = 8000
ROUNDS = 7
CHUNK = 65536
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
KINDS = {
    "VarSet": 23,
    "Newexten": 14,
    "DeviceStateChange": 6,
    "QueueMemberStatus": 4,
    "Newstate": 3,
    "Hangup": 2,
    "DialEnd": 1,
    "QueueCallerJoin": 1,
    "QueueCallerLeave": 1,
    "AgentCalled": 1,
    "AgentConnect": 1,
    "AgentComplete": 1,
}
"""The mix of one queued and answered call on Asterisk 22.10.1 (tests/transcripts)."""


def _event(kind: str, number: int, chance: random.Random) -> bytes:
    call = f"1700000000.{number % 500}"
    lines = [("Event", kind), ("Privilege", "call,all"), ("Timestamp", f"1700000000.{number:06d}")]
    channel = [
        ("Channel", f"PJSIP/trunk-{chance.randrange(1 << 32):08x}"),
        ("ChannelState", "6"),
        ("ChannelStateDesc", "Up"),
        ("CallerIDNum", f"1380013{number % 10000:04d}"),
        ("CallerIDName", "陳大文"),
        ("ConnectedLineNum", "<unknown>"),
        ("ConnectedLineName", "<unknown>"),
        ("Language", "zh"),
        ("AccountCode", ""),
        ("Context", "hotline-do"),
        ("Exten", "queue"),
        ("Priority", "3"),
        ("Uniqueid", call),
        ("Linkedid", call),
    ]
    member = [("Queue", "main"), ("MemberName", "陈美玲"), ("Interface", f"PJSIP/{1000 + number % 50}")]
    more: dict[str, list[tuple[str, str]]] = {
        "VarSet": [*channel, ("Variable", "DIALEDTIME"), ("Value", "1")],
        "Newexten": [*channel, ("Extension", "s"), ("Application", "Queue"), ("AppData", "main,c,,,300")],
        "DeviceStateChange": [("Device", f"PJSIP/{1000 + number % 50}"), ("State", "INUSE")],
        "QueueMemberStatus": [*member, ("Penalty", "0"), ("Status", "2"), ("Paused", "0"), ("PausedReason", "")],
    }
    lines += more.get(kind, [*channel, *member, ("Position", "1"), ("HoldTime", "3"), ("Reason", "agent")])
    return ("".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n").encode()


def _stream() -> list[bytes]:
    chance = random.Random(7)
    kinds = [kind for kind, weight in KINDS.items() for _ in range(weight)]
    blob = b"".join(_event(chance.choice(kinds), n, chance) for n in range(EVENTS))
    return [blob[i : i + CHUNK] for i in range(0, len(blob), CHUNK)]


class _Nowhere(asyncio.Transport):
    def write(self, data: object) -> None:
        """Goes nowhere."""


def _stock(patterns: list[str]) -> Callable[[list[bytes]], float]:
    def run(chunks: list[bytes]) -> float:
        manager = Manager(loop=asyncio.get_running_loop())
        for pattern in patterns:
            manager.register_event(pattern, lambda _, event: event["Event"])
        protocol = AMIProtocol()
        protocol.connection_made(_Nowhere())
        protocol.factory, protocol.encoding = manager, "utf8"
        began = time.process_time()
        for chunk in chunks:
            protocol.data_received(chunk)
        return time.process_time() - began

    return run


class _Bare(asyncio.Protocol):
    """A minimal parser."""

    def __init__(self, take: Callable[[dict[str, str]], object]) -> None:
        self._take = take
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """Whole messages, one after the other."""
        *whole, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for raw in whole:
            event: dict[str, str] = {}
            for line in raw.decode("utf-8", "replace").split("\r\n"):
                name, _, value = line.partition(": ")
                event[name] = value
            self._take(event)


def _bare(chunks: list[bytes]) -> float:
    protocol = _Bare(lambda event: event["Event"])
    began = time.process_time()
    for chunk in chunks:
        protocol.data_received(chunk)
    return time.process_time() - began


def _ours(*, everything: bool, reduce: bool, keep: bool = False, whole: bool = False) -> Callable[[list[bytes]], float]:
    wanted = frozenset(k.encode() for k in (KINDS if everything else WANTED_EVENTS))
    variables = frozenset(v.encode() for v in (*WANTED_VARIABLES, *(["DIALEDTIME"] if everything else [])))

    def run(chunks: list[bytes]) -> float:
        now = datetime.now(UTC)
        state = empty_state(Rules(node="n", zone=ZoneInfo("UTC")), now)

        def take(raw: bytes) -> None:
            nonlocal state
            heard = read(raw)
            event = event_of(heard, now)
            if event is not None:
                state, _ = apply(state, event, now)
                if keep:
                    evidence.of_event(heard, event, "n", state.ordinals)

        def take_whole(raw: bytes) -> None:
            parse(raw)["Event"]

        def take_as_asked(raw: bytes) -> None:
            read(raw).text("Event")

        parsed = take if reduce else take_whole if whole else take_as_asked
        protocol = LinkProtocol(wanted=wanted, variables=variables, deliver=parsed)
        protocol.data_received(GREETING)
        began = time.process_time()
        for chunk in chunks:
            protocol.data_received(chunk)
        return time.process_time() - began

    return run


async def main() -> None:
    """Prints the table."""
    chunks = _stream()
    rows = {
        "stock panoramisk 1.4, one pattern '*'": _stock(["*"]),
        f"stock panoramisk 1.4, {len(WANTED_EVENTS)} patterns": _stock(list(WANTED_EVENTS)),
        "bare asyncio protocol, minimal parser": _bare,
        "ours, every event parsed, all its values": _ours(everything=True, reduce=False, whole=True),
        "ours, every event parsed, values when asked for": _ours(everything=True, reduce=False),
        "ours, wanted events parsed": _ours(everything=False, reduce=False),
        "ours, wanted events parsed, translated, reduced": _ours(everything=False, reduce=True),
        "the same with evidence kept": _ours(everything=False, reduce=True, keep=True),
    }
    took: dict[str, list[float]] = {name: [] for name in rows}
    for turn in range(ROUNDS + 1):
        for name, run in rows.items():
            seconds = run(chunks)
            if turn:  # the first round warms up
                took[name].append(seconds)
    base = statistics.median(next(iter(took.values())))
    bare = statistics.median(took["bare asyncio protocol, minimal parser"])
    size = sum(map(len, chunks))
    print(f"Python {sys.version.split()[0]}, {EVENTS} events of {size // EVENTS} bytes, median of {ROUNDS} rounds")
    for name, all_s in took.items():
        median = statistics.median(all_s)
        print(f"{name:50} {EVENTS / median:10,.0f} events/s  {base / median:5.1f} x stock  {bare / median:5.2f} x bare")


if __name__ == "__main__":
    asyncio.run(main())
