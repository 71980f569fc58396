"""How soon a change reaches two hundred screens, and what it costs: beside a bare relay, and beside a board that polls.

    python bench/feed.py [--viewers 200] [--seconds 8] [--rounds 3] [--only relay,hotline,poll,qpanel]

Servers in turn, each a process of its own, fed by the same made-up floor over the same Unix socket:

- `relay`: the least there is: reads a line of the bridge's feed, sends it to every WebSocket. Works out nothing.
- `hotline`: the wallboard, with a board of 8 figures and thresholds.
- `poll`: works as QPanel does (qpanel/asterisk.py, config.ini-dist): each browser asks every five seconds, and each
  question asks Asterisk for `QueueStatus`, reads its whole answer and gives all of it as JSON. The answer comes from
  this process: what it costs Asterisk, Flask and a login to AMI are not in the figures.
- `qpanel`: the same, and each member's and caller's times in words, which QPanel writes for each question
  (qpanel/backend.py, `parse_asterisk`). So many browsers are more than one process of it can answer, so a tenth of
  them ask, and the CPU it needs is worked out for all.

The floor: queues and agents; of so many events a second four of five are such as nobody wants, and the bridge tells of
the rest ten times a second (`ami_bridge`, `publish_every_s`). A change carries the moment it was sent; a viewer is a
plain socket that reads WebSocket frames and looks for that moment, in a process of its own. CPU is the server's alone;
`needed` is what it would be had every question of a polled board been answered in its time: on a busy machine some are
not, and of `qpanel` not all are asked.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ami_bridge.messages import (
    AgentView,
    Delta,
    Knowledge,
    QueueView,
    Snapshot,
    Tick,
    TodayCounts,
    WaitingCaller,
    apply_delta,
    encode,
)
from bench.cpu import between, read
from bench.feed_servers import serve
from bench.feed_viewers import EVERY_S, POLLED, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: Final = ("relay", "hotline", "poll", "qpanel")
A_SECOND: Final = 10
"""Deltas."""
FEWER: Final = {"qpanel": 10}
"""One viewer in so many asks."""
WANTED: Final = 5
"""One event in so many is wanted."""


class Floor:
    """A made-up switch: a snapshot, and deltas without end."""

    def __init__(self, queues: int, agents: int, seed: int = 7) -> None:
        self._chance = random.Random(seed)
        self._queues, self._agents, self._visits = queues, agents, 0
        now = datetime.now(UTC)
        self.snapshot = Snapshot(
            node="gz-1",
            seq=0,
            at=now,
            knowledge=Knowledge(state="complete", since=now),
            queues=tuple(self._queue(n, "") for n in range(queues)),
            agents=tuple(self._agent(n) for n in range(agents)),
        )

    def delta(self, changes: int) -> bytes:
        """The next delta, with the moment it was made."""
        mark = f"mark:{time.monotonic():.6f};"
        half = max(1, changes // 2)
        queues = {n: self._queue(n, mark) for n in self._chance.choices(range(self._queues), k=half)}
        agents = {n: self._agent(n) for n in self._chance.choices(range(self._agents), k=half)}
        told = Delta(
            node="gz-1",
            seq=self.snapshot.seq + 1,
            at=datetime.now(UTC),
            queues=tuple(queues.values()),
            agents=tuple(agents.values()),
        )
        self.snapshot = apply_delta(self.snapshot, told)
        return encode(told)

    def tick(self) -> bytes:
        """The bridge lives."""
        told = Tick(node="gz-1", seq=self.snapshot.seq + 1, at=datetime.now(UTC))
        self.snapshot = apply_delta(self.snapshot, told)
        return encode(told)

    def _queue(self, n: int, title: str) -> QueueView:
        now, count = datetime.now(UTC), self._chance.randrange(6)
        self._visits += 1
        callers = tuple(
            WaitingCaller(
                visit_id=f"gz-1/{self._visits}.{place}/1",
                position=place + 1,
                caller="138****8000",
                caller_name="",
                vip=False,
                language="zh-CN",
                entered_at=now - timedelta(seconds=place * 7),
                priority=0,
            )
            for place in range(count)
        )
        today = TodayCounts(
            entered=500 + count, answered=480, answered_within=440, abandoned=12, answer_waits=480, answer_wait_s=4800.0
        )
        return QueueView(name=f"queue-{n}", title=title, waiting=callers, today=today)

    def _agent(self, n: int) -> AgentView:
        state = self._chance.choice(["available", "ringing", "on_queue_call", "wrap_up", "paused"])
        return AgentView(
            id=str(1000 + n),
            name=f"Agent {n}",
            state=state,  # type: ignore[arg-type]  # a list of words
            since=datetime.now(UTC),
            queues={f"queue-{n % self._queues}": 0},
        )


async def feed(floor: Floor, path: Path, changes: int) -> None:
    """Tell whoever connects, at the bridge's pace, until cancelled."""
    readers: list[asyncio.StreamWriter] = []

    async def welcome(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(floor.snapshot))
        readers.append(writer)

    answered = (-1, b"")

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        if answered[0] != floor.snapshot.seq:  # not once more for each who asks: this process must not be what is slow
            answered = (floor.snapshot.seq, queue_status(floor.snapshot).encode())
        writer.write(answered[1])
        writer.close()

    await asyncio.start_unix_server(welcome, path)
    await asyncio.start_unix_server(answer, path.with_name("ami.sock"))
    began = time.monotonic()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        line = floor.tick() if number % A_SECOND == 0 else floor.delta(changes)
        for writer in readers:
            writer.write(line)


async def measured(kind: str, given: argparse.Namespace) -> dict[str, Any]:
    """One server, fed and looked at."""
    floor = Floor(given.queues, given.agents)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.sock"
        feeding = asyncio.create_task(feed(floor, path, given.events // A_SECOND // WANTED))
        await asyncio.sleep(0.1)
        server = _child("--serve", kind, folder)
        try:
            port = int(await asyncio.to_thread(server.stdout.readline))  # type: ignore[union-attr]  # a pipe was asked for
            count = max(1, given.viewers // FEWER.get(kind, 1))
            viewers = _child("--watch", kind, str(port), str(count), str(given.seconds))
            try:
                ready = await asyncio.to_thread(viewers.stdout.readline)  # type: ignore[union-attr]  # a pipe was asked for
                if ready.strip() != "ready":
                    raise SystemExit(f"{kind}: the viewers did not come: {ready}")
                before = read({kind: server.pid})
                said = await asyncio.to_thread(viewers.stdout.read)  # type: ignore[union-attr]  # as above
                if not said:
                    raise SystemExit(f"{kind} was not measured")
                told = json.loads(said)
                spent = between(before, read({kind: server.pid}))
            finally:
                viewers.kill()
                viewers.wait()
        finally:
            server.kill()
            server.wait()
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
    cpu = spent.cpu_s[kind] / spent.lasted_s
    wanted = given.viewers / EVERY_S if kind in POLLED else told["answers"]
    return {**told, "cpu": cpu, "needed": cpu * wanted / told["answers"]}


def queue_status(known: Snapshot) -> str:
    """What Asterisk answers (app_queue.c, `manager_queues_status`): one event per queue, member and caller."""
    rows = []
    for queue in known.queues:
        rows.append(
            f"Event: QueueParams\r\nQueue: {queue.name}\r\nMax: 0\r\nStrategy: rrmemory\r\n"
            f"Calls: {len(queue.waiting)}\r\nHoldtime: 7\r\nTalkTime: 120\r\nCompleted: {queue.today.answered}\r\n"
            f"Abandoned: {queue.today.abandoned}\r\nServiceLevel: 20\r\nServicelevelPerf: 90.0\r\n"
            f"ServicelevelPerf2: 88.0\r\nWeight: 0\r\nTitle: {queue.title}"
        )
        rows += [
            f"Event: QueueEntry\r\nQueue: {queue.name}\r\nPosition: {who.position}\r\nChannel: PJSIP/{who.visit_id}\r\n"
            f"Uniqueid: {who.visit_id}\r\nCallerIDNum: {who.caller}\r\nCallerIDName: unknown\r\n"
            "ConnectedLineNum: unknown\r\nConnectedLineName: unknown\r\nWait: 7\r\nPriority: 0"
            for who in queue.waiting
        ]
    rows += [
        f"Event: QueueMember\r\nQueue: {queue}\r\nName: {agent.name}\r\nLocation: PJSIP/{agent.id}\r\nStateInterface: "
        f"PJSIP/{agent.id}\r\nMembership: static\r\nPenalty: 0\r\nCallsTaken: {agent.answered}\r\nLastCall: 0\r\n"
        "LastPause: 0\r\nLoginTime: 0\r\nInCall: 0\r\nStatus: 1\r\nPaused: 0\r\nPausedReason: \r\nWrapuptime: 0"
        for agent in known.agents
        for queue in agent.queues
    ]
    return "\r\n\r\n".join(rows)


def _child(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": ""}
    )


def line(kind: str, told: dict[str, Any]) -> str:
    """One measurement, in words."""
    return (
        f"{kind:8} {told['median'] * 1e3:9.1f} ms {told['p95'] * 1e3:9.1f} ms   CPU {told['cpu'] * 100:5.1f} %"
        f"   needed {told['needed'] * 100:5.1f} %"
        f"   {told['bytes'] / 1e6:7.1f} MB/s   whole after {told['whole'] * 1e3:6.0f} ms"
    )


def compared(rounds: Sequence[dict[str, dict[str, Any]]]) -> list[str]:
    """Ratios of neighbours; median over the rounds."""
    said = []
    if all({"relay", "hotline"} <= set(each) for each in rounds):
        slower = statistics.median(each["hotline"]["median"] / each["relay"]["median"] for each in rounds)
        said.append(f"a change is on the screens after {slower:.1f} times the relay's time")
        dearer = statistics.median(each["hotline"]["cpu"] / each["relay"]["cpu"] for each in rounds)
        said[-1] += f", for {dearer:.1f} times its CPU"
    for polled in POLLED:
        if all({polled, "hotline"} <= set(each) for each in rounds):
            sooner = statistics.median(each[polled]["median"] / each["hotline"]["median"] for each in rounds)
            cheaper = statistics.median(each[polled]["needed"] / each["hotline"]["cpu"] for each in rounds)
            said.append(f"{sooner:.0f} times sooner than {polled}, at 1/{cheaper:.1f} of the CPU it needs")
    return said


def main() -> None:
    """Measures and prints."""
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(sys.argv[2], Path(sys.argv[3])))
        return
    if sys.argv[1:2] == ["--watch"]:
        asyncio.run(watch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
        return
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, usual in (
        ("viewers", 200),
        ("seconds", 8),
        ("rounds", 3),
        ("queues", 100),
        ("agents", 1000),
        ("events", 2000),
    ):
        wanted.add_argument(f"--{name}", type=int, default=usual)
    wanted.add_argument("--only", default=",".join(KINDS), type=lambda text: re.findall(r"\w+", text))
    given = wanted.parse_args()
    print(
        f"Python {platform.python_version()}, {given.viewers} viewers, {given.queues} queues, {given.agents} agents, "
        f"{given.events} events/s, {given.seconds} s, load {os.getloadavg()[0]:.0f}"
    )
    rounds = []
    for _ in range(given.rounds):
        rounds.append({kind: asyncio.run(measured(kind, given)) for kind in given.only})
        for kind, told in rounds[-1].items():
            print(line(kind, told), flush=True)
    print("\n".join(compared(rounds)))


if __name__ == "__main__":
    main()
