"""What one event costs the bridge with ten agents and with ten thousand, one queue and a thousand; and what they weigh.

    python bench/scale.py [--calls 400] [--rounds 3]

CPU time of one process, sizes in turn. Made-up calls run side by side as they do on a switch: each is told by the
events of `tests/transcripts` in their order (joins, rings, is answered, held, over), the agents' phones report with
each step, and of every five events four are such as nobody wants. What is measured is all that the bridge does with
bytes: framing, choice, parsing, translation, the reducer, lines of evidence, the recorder's rows, and every so often a
delta for the feed.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import sys
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import asyncio

from ami_bridge import evidence, views
from ami_bridge.domain import events as ev
from ami_bridge.domain.metrics import Counts
from ami_bridge.domain.model import Rules, empty_state
from ami_bridge.domain.reducer import apply
from ami_bridge.domain.waits import MOST_KEPT
from ami_bridge.messages import encode
from ami_bridge.recorder import Recorder
from ami_bridge.spoken import Heard, LinkProtocol
from ami_bridge.translate import WANTED_EVENTS, WANTED_VARIABLES, event_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ami_bridge.domain.model import State
    from store.rows import Row

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
SIZES = ((10, 1), (100, 10), (1_000, 100), (10_000, 1_000), (10_000, 1), (10, 1_000))
"""Agents and queues."""
QUEUES_OF_AN_AGENT = 3
EVENTS_A_DELTA = 200
"""Events that fall into one tenth of a second, at 2,000 a second: what one delta of the feed tells of."""
BEGAN = 1_790_000_000
UNWANTED = 4
SIDE_BY_SIDE = 20
"""Calls that are under way together."""


def message(kind: str, at: float, *fields: tuple[str, object]) -> bytes:
    """One event's bytes."""
    lines = [("Event", kind), ("Privilege", "call,all"), ("Timestamp", f"{at:.6f}"), *fields]
    return ("".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n").encode()


def channel(number: int, prefix: str = "") -> list[tuple[str, object]]:
    """A caller's channel, with the variables that come along."""
    unique = f"{BEGAN + number // 50}.{number}"
    told: list[tuple[str, object]] = [
        ("Channel", f"PJSIP/trunk-{number:08x}"),
        ("ChannelState", "6"),
        ("ChannelStateDesc", "Up"),
        ("CallerIDNum", f"1380013{number % 10_000:04}"),
        ("CallerIDName", "陳大文"),
        ("ConnectedLineNum", "<unknown>"),
        ("ConnectedLineName", "<unknown>"),
        ("Language", "zh"),
        ("AccountCode", ""),
        ("Context", "hotline-do"),
        ("Exten", "queue"),
        ("Priority", "3"),
        ("Uniqueid", unique),
        ("Linkedid", unique),
        ("ChanVariable", "HL_LANGUAGE=zh-CN"),
        ("ChanVariable", "HL_NUMBER=96956"),
        ("ChanVariable", "HL_FLOWID=main@sha256:ab"),
    ]
    return [(prefix + name, value) for name, value in told]


def call(number: int, agents: int, queues: int) -> list[bytes]:
    """A caller who waits, is rung for, talks, is held, and goes: the events a bridge wants, in Asterisk's order."""
    agent = number * 7 % agents
    queue = f"q{(agent + number) % QUEUES_OF_AN_AGENT * 31 % queues if queues > 1 else 0}"
    at = BEGAN + number / 50
    caller = channel(number)
    partner = f"{BEGAN + number // 50}.9{number}"
    member: list[tuple[str, object]] = [
        ("Queue", queue),
        ("MemberName", f"客服{agent}"),
        ("Interface", f"PJSIP/{agent}"),
    ]
    ring = [*caller, ("DestChannel", f"PJSIP/{agent}-1"), ("DestUniqueid", partner), *member]

    def phone(status: int, later: float) -> list[bytes]:
        return [
            message(
                "QueueMemberStatus",
                at + later,
                ("Queue", one),
                ("MemberName", f"客服{agent}"),
                ("Interface", f"PJSIP/{agent}"),
                ("Penalty", 0),
                ("Status", status),
                ("Paused", 0),
                ("PausedReason", ""),
                ("Wrapuptime", 0),
                ("LastCall", 0),
            )
            for one in queues_of(agent, queues)
        ]

    return [
        message("VarSet", at, *caller, ("Variable", "HL_NUMBER"), ("Value", "96956")),
        message("QueueCallerJoin", at + 0.1, *caller, ("Queue", queue), ("Position", 1), ("Count", 1)),
        message("AgentCalled", at + 0.2, *ring),
        *phone(6, 0.3),
        message("DialEnd", at + 3, *caller, ("DestUniqueid", partner), ("DialStatus", "ANSWER")),
        message("QueueCallerLeave", at + 3.1, *caller, ("Queue", queue), ("Position", 1), ("Count", 0)),
        message("AgentConnect", at + 3.2, *ring, ("HoldTime", 3), ("RingTime", 3)),
        *phone(2, 3.3),
        message("Hold", at + 5, ("Uniqueid", partner), ("Linkedid", f"{BEGAN + number // 50}.{number}")),
        message("Unhold", at + 7, ("Uniqueid", partner), ("Linkedid", f"{BEGAN + number // 50}.{number}")),
        message("AgentComplete", at + 9, *ring, ("HoldTime", 3), ("TalkTime", 6), ("Reason", "agent")),
        *phone(1, 9.1),
        message("Hangup", at + 9.2, *caller, ("Cause", 16), ("Cause-txt", "Normal Clearing")),
    ]


def queues_of(agent: int, queues: int) -> list[str]:
    """The queues an agent is a member of."""
    return sorted({f"q{(agent + n) * 31 % queues}" for n in range(min(QUEUES_OF_AN_AGENT, queues))})


def stream(calls: int, agents: int, queues: int) -> list[bytes]:
    """What a socket would bring: calls side by side, and much that nobody wants."""
    noise = message("VarSet", BEGAN, *channel(1), ("Variable", "DIALEDTIME"), ("Value", "1")) + message(
        "Newexten", BEGAN, *channel(1), ("Extension", "s"), ("Application", "Queue"), ("AppData", "main,c,,,300")
    )
    found: list[bytes] = []
    for begin in range(0, calls, SIDE_BY_SIDE):
        together = [call(n, agents, queues) for n in range(begin, min(calls, begin + SIDE_BY_SIDE))]
        for turn in range(max(map(len, together))):
            found += [told[turn] + noise * (UNWANTED // 2) for told in together if turn < len(told)]
    return found


def staffed(agents: int, queues: int) -> State:
    """A state of a switch with so many agents in so many queues, all free."""
    now = datetime.fromtimestamp(BEGAN, UTC)
    state = empty_state(Rules(node="n", zone=ZoneInfo("UTC")), now)
    members = [
        ev.MemberSeen(
            at=now,
            queue=queue,
            interface=f"PJSIP/{agent}",
            member_name=f"客服{agent}",
            penalty=0,
            paused=False,
            pause_reason="",
            status=1,
            wrap_up_s=0.0,
            last_call=None,
        )
        for agent in range(agents)
        for queue in queues_of(agent, queues)
    ]
    shot = ev.SnapshotTaken(at=now, queues=(), members=tuple(members), waiting=(), channels=(), unreachable=frozenset())
    return apply(state, shot, now)[0]


class _Sink:
    """Where the recorder's rows go: counted."""

    def __init__(self) -> None:
        self.rows = 0

    def put(self, row: Row) -> None:
        """Takes one."""
        del row
        self.rows += 1


class Bridge:
    """All a bridge does with bytes, without a socket, a loop and a database."""

    def __init__(self, state: State, *, keeps_evidence: bool = True, watched: bool = True) -> None:
        self.state = state
        self.sink = _Sink()
        self.recorder = Recorder(self.sink, None, ledger=True)
        self.keeps_evidence = keeps_evidence
        self.watched = watched
        self.told = 0
        self.fed = 0
        self.changed: tuple[set[str], set[str], set[str]] = (set(), set(), set())

    def take(self, raw: bytes) -> None:
        """One wanted message."""
        heard = Heard.from_raw(raw)
        now = datetime.fromtimestamp(BEGAN, UTC)
        event = event_of(heard, now)
        if event is None:
            return
        self.state, changes = apply(self.state, event, now)
        self.recorder.record(self.state, changes, now)
        if self.keeps_evidence:
            line = evidence.of_event(heard, event, "n", self.state.ordinals)
            if line is not None:
                self.recorder.keep(line)
        self.told += 1
        for mine, new in zip(self.changed, (changes.queues, changes.agents, changes.calls), strict=True):
            mine.update(new)
        if self.watched and self.told % EVENTS_A_DELTA == 0:
            self.publish(now)

    def publish(self, now: datetime) -> None:
        """What the feed would send to a wallboard."""
        queues, agents, calls = self.changed
        delta = views.delta(self.state, 1, now, queues=queues, agents=agents, calls=calls, knowledge_changed=False)
        self.fed += len(encode(delta))
        self.changed = (set(), set(), set())


def measure(chunks: list[bytes], state: State, **how: Any) -> tuple[float, Bridge]:
    """CPU seconds for these bytes from this state on."""
    bridge = Bridge(state, **how)
    protocol = LinkProtocol(
        wanted=frozenset(e.encode() for e in WANTED_EVENTS),
        variables=frozenset(v.encode() for v in WANTED_VARIABLES),
        deliver=bridge.take,
    )
    protocol.data_received(GREETING)
    gc.collect()
    began = time.process_time()
    for chunk in chunks:
        protocol.data_received(chunk)
    return time.process_time() - began, bridge


def resident() -> float:
    """Memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def costs(calls: int, rounds: int) -> None:
    """The table of sizes."""
    made = {size: (stream(calls, *size), staffed(*size)) for size in SIZES}
    took: dict[tuple[int, int], list[float]] = {size: [] for size in SIZES}
    for turn in range(rounds + 1):
        for size, (chunks, state) in made.items():
            seconds, bridge = measure(chunks, state)
            if turn:
                took[size].append(seconds / bridge.told)
            else:
                assert bridge.sink.rows > calls  # noqa: S101 - a bench of nothing measures nothing
    base = statistics.median(took[SIZES[0]])
    for (agents, queues), all_s in took.items():
        each = statistics.median(all_s)
        cost = f"{each * 1e6:>6.1f} us a wanted event  {each / base:.2f} x the first"
        print(f"{agents:>6,} agents {queues:>5,} queues  {cost}")


def weights() -> None:
    """What agents and queues weigh: as Python counts it, and the whole process at the end."""
    for agents, queues in ((10, 10), (100, 10), (1_000, 10), (10_000, 10), (10_000, 1_000)):
        grown = _weighed(partial(staffed, agents, queues))
        each = f"{grown / 1e6:>6.2f} MB  {grown / agents / 1000:>5.2f} kB an agent"
        print(f"{agents:>6,} agents {queues:>5,} queues  {each}")
    for queues in (1, 10, 100, 1_000):
        grown = _weighed(partial(_busy_queues, queues))
        each = f"{grown / 1e6:>6.2f} MB  {grown / queues / 1000:>5.2f} kB a queue"
        print(f"{queues:>6,} queues, {MOST_KEPT} waits each  {each}")
    state = staffed(10_000, 1_000)
    print(
        f"this process with {len(state.agents):,} agents in {len(state.doing):,} queues: {resident():.0f} MB resident"
    )


def _weighed(make: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return size


def _busy_queues(count: int) -> list[tuple[object, ...]]:
    """What a state holds of queues that had callers today: counts, and the latest waits."""
    found: list[tuple[object, ...]] = []
    for number in range(count):
        now = datetime.fromtimestamp(BEGAN + number, UTC)
        waits = tuple((now + timedelta(seconds=n), n + 0.5) for n in range(MOST_KEPT))
        counts = Counts(entered=number + 1000, answer_wait_s=number + 0.5)
        found.append((f"q{number}", counts, waits, {"available": 3, "paused": 1}))
    return found


def ways(calls: int, rounds: int) -> None:
    """What the parts cost, with a hundred agents."""
    chunks, state = stream(calls, 100, 10), staffed(100, 10)
    count = sum(chunk.count(b"Event: ") for chunk in chunks)
    hows: dict[str, dict[str, Any]] = {
        "translated and reduced": {"keeps_evidence": False, "watched": False},
        "the same with evidence kept": {"keeps_evidence": True, "watched": False},
        "the same with a wallboard watching": {},
    }
    took: dict[str, list[float]] = {name: [] for name in hows}
    for turn in range(rounds + 1):
        for name, how in hows.items():
            seconds, _ = measure(chunks, state, **how)
            if turn:
                took[name].append(seconds)
    for name, all_s in took.items():
        print(f"{name:<40} {count / statistics.median(all_s):>10,.0f} events/s, four of five skipped")


async def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--calls", type=int, default=400)
    wanted.add_argument("--rounds", type=int, default=3)
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.calls} calls, CPU time, median of {given.rounds} rounds")
    weights()
    ways(given.calls, given.rounds)
    costs(given.calls, given.rounds)


if __name__ == "__main__":
    asyncio.run(main())
