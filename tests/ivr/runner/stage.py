"""A runner on a stage: a real AGI server on one side, a scripted Asterisk on the other, and a world of fakes around."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from agi.server import AgiServer
from agi.testing import ScriptedAsterisk
from ivr.engine.cursor import read, write
from ivr.engine.inputs import Found
from ivr.prompts.values import CannotSay
from ivr.runner.ports import Line, Release
from ivr.runner.runner import Runner, World
from ivr.services.sealing import CursorForgedError, CursorTooLongError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from agi.channel import Channel
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import CallbackAsked, LookUp, Surveyed, TicketOpened, Trace
    from ivr.engine.inputs import CallFacts, LookupFailed, LookupLate
    from ivr.flow.model import FlowSet
    from ivr.runner import ports

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ZONE = timezone(timedelta(hours=8))
NOTHING = Found(None)
UNIQUEID = "gz-1-100.1"
LINKED = ('> GET VARIABLE "CHANNEL(linkedid)"', f"< 200 result=1 ({UNIQUEID})")
"""How a call begins: the one thing its header block does not tell."""


@dataclass
class Speech:
    """Each message is one file of its name; a few are more, some cannot be said."""

    several: Mapping[str, int] = field(default_factory=dict)
    mute: frozenset[str] = frozenset()
    said: list[tuple[str, Mapping[str, object], str]] = field(default_factory=list)

    def files(self, message: str, args: Mapping[str, object], language: str) -> tuple[str, ...]:
        self.said.append((message, args, language))
        if message in self.mute:
            raise CannotSay("no such value", message=message, language=language)
        count = self.several.get(message, 1)
        if count == 1:
            return (f"/s/{language}/{message}",)
        return tuple(f"/s/{language}/{message}.{number}" for number in range(1, count + 1))


@dataclass
class Releases:
    current: Release
    older: Mapping[str, Release] = field(default_factory=dict)
    begun: list[tuple[str, str]] = field(default_factory=list)
    fallen: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, caller: str, call: str) -> Release:
        self.begun.append((caller, call))
        return self.current

    def failed(self, version: str, call: str) -> None:
        self.fallen.append((version, call))

    async def at(self, version: str) -> Release | None:
        return self.current if version == self.current.flows.version else self.older.get(version)


@dataclass
class Hours:
    open: bool = True

    def is_open(self, schedule: str, now: datetime) -> bool:
        del schedule
        assert now.tzinfo is not None
        return self.open


@dataclass
class Lookups:
    """Answers when it may."""

    answer: Found | LookupLate | LookupFailed = NOTHING
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[LookUp] = field(default_factory=list)

    async def look_up(self, effect: LookUp) -> Found | LookupLate | LookupFailed:
        self.asked.append(effect)
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.stopped.set()
            raise
        return self.answer


@dataclass
class Memory:
    known: Mapping[str, str] = field(default_factory=dict)
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    async def recall(self, caller: str) -> Mapping[str, str]:
        del caller
        return self.known

    def remember(self, caller: str, step: str, key: str) -> None:
        self.kept.append((caller, step, key))


@dataclass
class Seal:
    """Keeps cursors by number, in the plain form that a real one would write."""

    sealed: dict[str, dict[str, object]] = field(default_factory=dict)
    full: bool = False

    def seal(self, cursor: Cursor) -> str:
        if self.full:
            raise CursorTooLongError(9999)
        name = f"sealed{len(self.sealed) + 1}"
        self.sealed[name] = write(cursor)
        return name

    def unseal(self, text: str, uniqueid: str | None = None) -> Cursor:
        assert uniqueid == UNIQUEID, "the channel that brings it is told"
        if text not in self.sealed:
            raise CursorForgedError("not a cursor of ours")
        return read(self.sealed[text])


@dataclass
class Journeys:
    began: list[CallFacts] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def begin(self, facts: CallFacts, cursor: Cursor, now: datetime) -> None:
        del cursor, now
        self.began.append(facts)

    def step(self, cursor: Cursor, trace: Trace, now: datetime) -> None:
        del cursor, now
        self.traces.append(trace)

    def end(self, cursor: Cursor, outcome: str, now: datetime) -> None:
        del cursor, now
        self.ends.append(outcome)

    @property
    def steps(self) -> list[str]:
        return [f"{trace.step}: {trace.outcome}" for trace in self.traces]


@dataclass
class Scripts:
    ok: bool = True
    ran: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def run(self, script: str, args: tuple[str, ...], channel: Channel, version: str) -> bool:
        del version
        self.ran.append((script, args))
        await channel.noop()
        return self.ok


@dataclass
class Mailbox:
    kept: list[tuple[str, str, float]] = field(default_factory=list)

    def keep(self, cursor: Cursor, box: str, path: str, seconds: float, recorded_at: datetime) -> None:
        del cursor
        assert recorded_at == NOW
        self.kept.append((box, path, seconds))


@dataclass
class Records:
    """Keeps what was noted, with whom the caller had talked to."""

    kept: list[tuple[object, ...]] = field(default_factory=list)
    promised: list[ports.TicketKind] = field(default_factory=list)

    def recording(self, cursor: Cursor, path: str, seconds: float, recorded_at: datetime) -> str:
        assert recorded_at == NOW
        self.kept.append(("recording", cursor.place, path, seconds))
        return f"gz-1/r{len(self.kept)}"

    def survey(self, cursor: Cursor, note: Surveyed, talk: ports.Talk) -> None:
        del cursor
        self.kept.append((note.step, dict(note.answers), talk.agent, talk.visit_id))

    def callback(self, cursor: Cursor, note: CallbackAsked, now: datetime) -> None:
        del cursor, now
        self.kept.append((note.step, note.queue, note.number))

    def ticket(self, cursor: Cursor, note: TicketOpened, kind: ports.TicketKind, now: datetime) -> None:
        del cursor, now
        self.kept.append((note.step, note.kind, note.recording))
        self.promised.append(kind)


@dataclass
class Lines:
    told: Line = field(default_factory=Line)
    asked: list[str] = field(default_factory=list)

    async def line(self, queue: str) -> Line:
        self.asked.append(queue)
        return self.told


class Stage:
    """One hotline, and calls to it."""

    def __init__(self, flows: FlowSet, speech: Speech | None = None, seal: ports.Seal | None = None) -> None:
        self.speech, self.hours = speech or Speech(), Hours()
        self.releases = Releases(Release(flows, self.speech, self.hours))
        self.lookups, self.memory, self.journeys = Lookups(), Memory(), Journeys()
        self.fake_seal, self.scripts, self.mailbox = Seal(), Scripts(), Mailbox()
        self.records = Records()
        self.lines = Lines()
        self.runner = Runner(
            World(
                releases=self.releases,
                lookups=self.lookups,
                memory=self.memory,
                seal=seal or self.fake_seal,
                journeys=self.journeys,
                scripts=self.scripts,
                mailbox=self.mailbox,
                records=self.records,
                node="gz-1",
                lines=self.lines,
                recordings=Path("/rec"),
                now=lambda: NOW,
                zone=ZONE,
                normalise=lambda number: number.lstrip("+"),
            )
        )

    async def call(
        self, *talk: str, args: tuple[str, ...] = (), caller: str = "+8613800138000", language: str = "zh-CN"
    ) -> None:
        """One segment: the talk is all of it, and neither side fails."""
        opening = () if args and args[0] else LINKED
        lines = [f"< {line}" for line in header(args, caller, language)]
        async with self.serving() as server:
            await ScriptedAsterisk("\n".join([*lines, *opening, *talk, "> EOF"])).play(server.port)
        assert server.counts.failed == 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AgiServer]:
        """The runner as the server's route for flows."""
        async with AgiServer({"flow": self.runner.serve}) as server:
            await server.start(port=0)
            yield server


def header(args: tuple[str, ...] = (), caller: str = "+8613800138000", language: str = "zh-CN") -> list[str]:
    """The header block, as Asterisk sends it."""
    return [
        "agi_network: yes",
        "agi_network_script: flow/main",
        "agi_channel: PJSIP/carrier-1",
        f"agi_language: {language}",
        f"agi_uniqueid: {UNIQUEID}",
        "agi_version: 22.10.1",
        f"agi_callerid: {caller}",
        "agi_calleridname: 王先生",
        "agi_dnid: 96956",
        "agi_extension: s",
        "agi_threadid: 1",
        *(f"agi_arg_{number}: {value}" for number, value in enumerate(args, 1)),
        "",
    ]


def setting(**words: str) -> tuple[str, ...]:
    """The talk that sets variables, in this order; `LANG` stands for the channel's language."""
    talk: list[str] = []
    for name, value in words.items():
        talk += [f'> SET VARIABLE "{name}" "{value}"', "< 200 result=1"]
    return tuple(talk)
