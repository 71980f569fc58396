"""A real Asterisk with two bridges at it, and scenes that are played on it side by side.

One bridge is the whole one: AMI, queue_log, a database. The other has AMI alone, as where the log cannot be read: what
the log mends hides what AMI was not understood in.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from ami_bridge.bridge import Bridge, utc_now
from ami_bridge.client import AmiLink, LinkSettings
from ami_bridge.domain.model import QueueRules
from ami_bridge.following import Log
from ami_bridge.past import load_past
from ami_bridge.reconcile.keeping import Reconciler
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying import Verdict, verify
from ami_bridge.settings import BridgeSettings
from lab.ports import LOOPBACK, claim_ports
from store import rows
from store.engine import open_store
from store.migrate import upgrade
from store.queries.agents import agent_intervals
from store.queries.ledger import agent_names, visits_of_channels
from store.queries.visits import visits as list_visits
from store.writer import Writer
from tests.traps.switch import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from lab.asterisk import AsteriskProcess
    from lab.ports import Ports
    from store.engine import Store
    from store.rows import AgentInterval, RingAttempt, Visit
    from tests.traps.switch import Switch

Scene: TypeAlias = "Callable[[Stage], Awaitable[Any]]"

NODE = "trap-1"
ZONE = "Asia/Shanghai"


class Kept(dict[str, rows.Visit]):
    """A sink that keeps each visit as it was written last, and hands everything on."""

    def __init__(self, writer: Writer | None = None) -> None:
        super().__init__()
        self.writer = writer
        self.rings: dict[tuple[str, int], RingAttempt] = {}
        self.stretches: dict[str, AgentInterval] = {}
        self.log_read = 0
        """How many bytes of queue_log were taken."""

    def put(self, row: rows.Row) -> None:
        match row:
            case rows.Visit():
                self[row.id] = row
            case rows.RingAttempt():
                self.rings[row.visit_id, row.ordinal] = row
            case rows.AgentInterval():
                self.stretches[row.id] = row
            case rows.LogPlace():
                self.log_read = row.bytes_read
            case _:
                pass
        if self.writer is not None:
            self.writer.put(row)


@dataclass(slots=True)
class Call:
    """One caller: a channel in the dialplan, and the person who holds the other end."""

    stage: Stage
    channel: str
    """The Uniqueid of the channel that enters the queue."""
    person: str
    """The Uniqueid of the caller's own end."""
    number: str

    @property
    def visits(self) -> list[Visit]:
        """The caller's visits so far, in order."""
        return sorted((v for v in self.stage.kept.values() if v.caller == self.number), key=lambda v: v.entered_at)

    async def waits(self, visit: int = 1) -> None:
        """Until the caller is in line, for the nth time."""
        await until(lambda: len(self.visits) >= visit, f"{self.number} never entered")

    async def talks(self, visit: int = 1) -> None:
        """Until an agent has taken the caller."""
        await until(
            lambda: len(self.visits) >= visit and self.visits[visit - 1].answered_at is not None,
            f"{self.number} was never answered",
        )

    async def is_over(self, visit: int = 1) -> None:
        """Until the nth visit is over."""
        await until(
            lambda: len(self.visits) >= visit and self.visits[visit - 1].ended_at is not None,
            f"{self.number}'s visit is not over",
        )

    def gone(self) -> bool:
        """Whether the caller's channel is no more, as far as the bridge knows."""
        return self.channel in self.stage.bridges[0].state.hung

    async def name(self) -> str:
        """The name of the channel in the queue."""
        found = await self.stage.link.action("Getvar", {"Channel": self.channel, "Variable": "CHANNEL(name)"})
        return found.first.text("Value")

    async def hang_up(self) -> None:
        """The person hangs up."""
        await self.stage.act("Hangup", Channel=self.person)

    async def is_bridged_to(self, name: str) -> None:
        """Until the caller is in one bridge with a channel whose name begins so."""
        await self.stage.is_bridged(self.channel, name)


@dataclass(slots=True)
class Stage:
    """What a scene has in its hands."""

    asterisk: AsteriskProcess
    link: AmiLink
    bridges: tuple[Bridge, Bridge]
    kept: Kept
    by_ami: Kept
    sip: int = 0
    """Where Asterisk listens for SIP."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def act(self, action: str, **fields: Any) -> None:
        """Have Asterisk do something.

        Raises:
            AmiError: it refuses.
        """
        await self.link.action(action, {name: str(value) for name, value in fields.items()})

    async def call(self, queue: str, person: str = "stays", **variables: Any) -> Call:
        """A caller enters a queue. Variables: LONGEST, OPTIONS, ANNOUNCE, GOSUB, AFTER."""
        count = next(self._ids)
        epoch = int(time.time())
        call = Call(self, f"{epoch}.{count}01", f"{epoch}.{count}00", f"1380000{count:04}")
        told = {"LONGEST": 60, "OPTIONS": "ct"} | variables
        lines = [f"_{name}={value}" for name, value in told.items()]
        await self.link.action(
            "Originate",
            {
                "Channel": f"Local/{queue}@callers/n",
                "ChannelId": call.person,
                "OtherChannelId": call.channel,
                "Context": "people",
                "Exten": person,
                "Priority": "1",
                "CallerID": f"<{call.number}>",
                "Async": "true",
                "Variable": lines,
            },
        )
        return call

    async def member(self, queue: str, does: str, **fields: Any) -> None:
        """An agent joins a queue; `does` is the extension, which says what he does, and the agent's id."""
        await self.act("QueueAdd", Queue=queue, Interface=interface(does), MemberName=name_of(does), **fields)

    async def is_bridged(self, channel: str, name: str) -> None:
        """Until a channel (its Uniqueid) is in one bridge with one whose name begins so.

        AMI tells that somebody answered, or was sent on, a moment before the two hear each other.
        """
        deadline = time.monotonic() + 60
        while True:
            said = await self.link.action("Getvar", {"Channel": channel, "Variable": "BRIDGEPEER"})
            peer = said.first.text("Value")
            if peer.startswith(name):
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"{channel} is bridged to {peer or 'nobody'} after 60 s, expected {name}…")
            await asyncio.sleep(0.03)

    async def agent_hangs_up(self, does: str) -> None:
        """An agent whose extension is `stays-…` ends his talk."""
        await self.act("Hangup", Channel=f"/^Local/{does}@agents-.*;2$/")

    async def no_member(self, queue: str, does: str) -> None:
        """An agent leaves a queue."""
        await self.act("QueueRemove", Queue=queue, Interface=interface(does))

    async def has_read_the_log(self) -> None:
        """Until the bridge has taken the last line of queue_log there is."""
        path = self.asterisk.log / "queue_log"
        await until(lambda: self.kept.log_read == path.stat().st_size, "the log was not read to its end")

    def log_of(self, queue: str) -> list[str]:
        """What queue_log has of a queue so far."""
        lines = (self.asterisk.log / "queue_log").read_text("utf-8").splitlines()
        return [line for line in lines if line.split("|")[2] == queue]

    def snapshots(self, bridge: Bridge) -> int:
        """When a bridge looked round last, in microseconds of its own state."""
        return int(bridge.state.knowing_since.timestamp() * 1e6)

    def agent_is(self, agent: str, state: str) -> bool:
        """Whether the bridge knows the agent so."""
        known = self.bridges[0].state.agents.get(agent)
        return known is not None and known.interval.state == state


def interface(does: str) -> str:
    """The member's device."""
    return does if "/" in does else f"Local/{does}@agents/n"


def name_of(does: str) -> str:
    """The member's name."""
    return f"客服{does.rpartition('-')[2]}"


async def until(condition: Callable[[], bool], otherwise: str, within_s: float = 60.0) -> None:
    """Wait until something is so; the bound is for a machine that has other work, and nothing waits for it to pass.

    Raises:
        AssertionError: it is not.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{otherwise} within {within_s:.0f} s")
        await asyncio.sleep(0.03)


@dataclass(slots=True)
class Played:
    """What is left after the scenes: the database, the log, the verdict."""

    visits: list[Visit]
    rings: Mapping[str, Sequence[RingAttempt]]
    stretches: Sequence[AgentInterval]
    by_ami: list[Visit]
    verdict: Verdict
    log: str
    failed: dict[str, str] = field(default_factory=dict)
    """Scenes that could not be played, and why."""
    told: dict[str, Any] = field(default_factory=dict)
    """What a scene gave back."""

    def of(self, queue: str) -> list[Visit]:
        """The visits of a queue, in order."""
        return [visit for visit in self.visits if visit.queue == queue]

    def of_caller(self, number: str) -> list[Visit]:
        """The visits of a caller, in order."""
        return [visit for visit in self.visits if visit.caller == number]

    def outcomes(self, queue: str) -> list[tuple[str | None, str | None, str | None]]:
        """Outcome, who ended it and agent of each visit of a queue."""
        return [(v.outcome, v.ended_by, v.agent) for v in self.of(queue)]

    def by_ami_alone(self, queue: str) -> list[tuple[str | None, str | None, str | None]]:
        """The same as a bridge has it that cannot read the log."""
        return [(v.outcome, v.ended_by, v.agent) for v in self.by_ami if v.queue == queue]

    def rung(self, visit: Visit) -> list[tuple[str, str | None]]:
        """Who was rung for a visit, and how each ringing ended."""
        return [(ring.agent, ring.result) for ring in self.rings.get(visit.id, ())]

    def day_of(self, agent: str) -> list[tuple[str, str | None]]:
        """What an agent was doing, stretch by stretch, with the queue or the reason."""
        return [(one.state, one.queue or one.reason) for one in self.stretches if one.agent == agent]

    def verbs(self, queue: str) -> list[str]:
        """The verbs queue_log has of a queue, in order."""
        return [line.split("|")[4] for line in self.log.splitlines() if line.split("|")[2] == queue]


def check_rows(told: Played) -> None:
    """What must hold of the rows whatever was played, and that nothing differs from the log."""
    assert told.failed == {}
    assert told.verdict.differences == [], "\n".join(map(str, told.verdict.differences))
    assert told.verdict.set_aside == {}
    for visit in told.visits:
        _check_visit(visit, told.rings.get(visit.id, ()))
    for channel in {visit.channel_id for visit in told.visits}:
        talks = sorted((v.answered_at, v.ended_at) for v in told.visits if v.channel_id == channel and v.answered_at)
        assert all(ended <= answered for (_, ended), (answered, _) in itertools.pairwise(talks) if ended)
    for agent in {one.agent for one in told.stretches}:
        mine = [one for one in told.stretches if one.agent == agent]
        assert all(one.ended_at == after.started_at for one, after in itertools.pairwise(mine)), agent
        assert all(one.ended_at > one.started_at for one in mine if one.ended_at), agent
        assert [one for one in mine if one.ended_at is None] == mine[-1:]


def _check_visit(visit: Visit, rings: Sequence[RingAttempt]) -> None:
    assert visit.outcome is not None, visit
    assert visit.ended_at is not None, visit
    assert (visit.answered_at is not None) is (visit.agent is not None) is (visit.outcome == "answered"), visit
    assert [ring.ordinal for ring in rings] == list(range(1, visit.rings + 1)), (visit, rings)
    assert all(ring.result and ring.ended_at and ring.ended_at >= ring.started_at for ring in rings), rings
    answered = [ring.agent for ring in rings if ring.result == "answered"]
    assert answered == ([visit.agent] if visit.outcome == "answered" else []), (visit, rings)
    if visit.answered_at is not None and visit.talk_s is not None:
        assert abs((visit.ended_at - visit.answered_at).total_seconds() - visit.talk_s) < 1e-3, visit


class Theatre:
    """Plays the scenes of one file: all at once, on one Asterisk, each in queues of its own."""

    def __init__(
        self,
        folder: Path,
        switch: Switch | Callable[[Ports], Switch],
        *,
        zone: str = ZONE,
        clock: Callable[[], datetime] = utc_now,
        set_by: timedelta = timedelta(),
    ) -> None:
        self.folder = folder
        self.block = claim_ports()
        self.ports = self.block.ports
        switch = switch(self.ports) if callable(switch) else switch
        self.asterisk = switch.process(folder / "switch", self.ports)
        self.queues = {name: QueueRules(title=name) for name in switch.queues}
        self.zone, self.clock = zone, clock
        self.set_by = set_by
        """How far the clock is set during the play, at most: so far rows may lie outside of its beginning and end."""
        self.log = self.asterisk.log / "queue_log"
        self.url = f"sqlite:///{folder / 'ledger.db'}"

    def play(self, scenes: Mapping[str, Scene]) -> Played:
        """Play them, and tell what is left."""
        try:
            with self.asterisk:
                return asyncio.run(self._play(scenes))
        finally:
            self.block.close()

    def link(self) -> LinkSettings:
        """How every connection of the theatre is made."""
        return LinkSettings(host=LOOPBACK, port=self.ports.ami, secret=SECRET, backoff_first_s=0.1, backoff_cap_s=0.3)

    def settings(self, name: str, queue_log: Path | None) -> BridgeSettings:
        return BridgeSettings(
            node=NODE,
            link=self.link(),
            feed_path=self.folder / f"{name}.sock",
            time_zone=self.zone,
            queues=self.queues,
            queue_log=queue_log,
        )

    @contextlib.asynccontextmanager
    async def bridge(self, kept: Kept, store: Store | None = None) -> AsyncIterator[Bridge]:
        """A running bridge: the whole one with a store, else one that has AMI alone."""
        if store is None or kept.writer is None:
            bridge = Bridge(self.settings("ami", None), kept, clock=self.clock)
        else:
            settings = self.settings("whole", self.log)
            reconciler = Reconciler(
                store, kept.writer, NODE, AgentNames(settings.rules, await agent_names(store, NODE))
            )
            await reconciler.catch_up(Log(self.log), self.clock())
            past = await load_past(store, NODE, settings.rules.zone, self.clock())
            bridge = Bridge(settings, kept, past=past, reconciler=reconciler, clock=self.clock)
        bridge.link.keeps_trying = True
        task = asyncio.create_task(bridge.run())
        try:
            await until(lambda: bridge.state.knowing == "complete" or task.done(), "the bridge saw no Asterisk")
            yield bridge
        finally:
            bridge.close()
            await task

    async def _write_down(self) -> None:
        """Everything AMI says, into a file: to make a transcript of where a bridge goes wrong."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.ports.ami)
        writer.write(f"Action: Login\r\nUsername: hotline\r\nSecret: {SECRET}\r\n\r\n".encode())
        try:
            with (self.folder / "ami.txt").open("ab") as file:
                while heard := await reader.read(65_536):
                    file.write(heard)
        finally:
            writer.close()

    async def _play(self, scenes: Mapping[str, Scene]) -> Played:
        began = self.clock() - timedelta(seconds=1) - self.set_by
        await upgrade(self.url)
        store = await open_store(self.url)
        failed: dict[str, str] = {}
        told: dict[str, Any] = {}
        async with Writer(store) as writer:
            kept, by_ami = Kept(writer), Kept()
            link = AmiLink(self.link())
            acting = link.connect()
            writing = asyncio.create_task(self._write_down())
            async with self.bridge(kept, store) as bridge, self.bridge(by_ami) as deaf:
                stage = Stage(self.asterisk, link, (bridge, deaf), kept, by_ami, self.ports.sip)
                await until(lambda: link.is_up, "no AMI")
                played = await asyncio.gather(*(scene(stage) for scene in scenes.values()), return_exceptions=True)
                for name, one in zip(scenes, played, strict=True):
                    if isinstance(one, BaseException):
                        failed[name] = repr(one)
                    else:
                        told[name] = one
                await self._quiet(stage)
            link.close()
            await acting
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await writer.flush()
        page = await list_visits(store, began, limit=1000)
        visits = sorted(page.rows, key=lambda v: (v.entered_at, v.ordinal))
        _, rings = await visits_of_channels(store, NODE, {v.channel_id for v in visits})
        ended = self.clock() + self.set_by
        stretches = await agent_intervals(store, began, ended)
        names = AgentNames(bridge.settings.rules, await agent_names(store, NODE))
        verdict = await verify(store, NODE, [self.log], names, since=began, until=ended)
        await store.close()
        return Played(
            visits,
            rings,
            sorted(stretches, key=lambda one: one.started_at),
            sorted(by_ami.values(), key=lambda v: (v.entered_at, v.ordinal)),
            verdict,
            self.log.read_text("utf-8"),
            failed,
            told,
        )

    async def _quiet(self, stage: Stage) -> None:
        """Until nobody is on the line, by either bridge, and the log's last line was taken."""
        await stage.act("Hangup", Channel="/.*/")
        both = (stage.kept, stage.by_ami)
        await until(lambda: all(v.ended_at for kept in both for v in kept.values()), "somebody is still on the line")
        await stage.has_read_the_log()
        busy = ("ringing", "on_queue_call", "on_hold", "on_other_call")
        agents = [agent for bridge in stage.bridges for agent in bridge.state.agents]
        await until(lambda: not any(stage.agent_is(agent, state) for agent in agents for state in busy), "still busy")
