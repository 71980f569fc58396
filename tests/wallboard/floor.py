"""A made-up floor: two queues, some agents, and a bridge that tells of them over a real Unix socket."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ami_bridge.messages import (
    AgentView,
    CallView,
    Delta,
    Knowledge,
    MemberCounts,
    QueueView,
    Snapshot,
    Tick,
    TodayCounts,
    WaitingCaller,
    apply_delta,
    encode,
)
from ivr.app.flow_pictures import DrawnFlows
from ivr.app.history_part import VisitHistory
from ivr.app.report_answers import HotlineReports
from ivr.config.load import load_hotline
from ivr.prompts.catalogue import ALL, Catalogue
from lab.rig import zone_at_noon
from store.queries.totals import Limit
from wallboard.access.register import Register, Token
from wallboard.access.tokens import hash_of, new_token
from wallboard.settings import WallboardSettings

if TYPE_CHECKING:
    from ivr.config.load import Loaded

NOW = datetime(2026, 11, 20, 6, 32, 7, tzinfo=UTC)
ZONE = zone_at_noon(datetime.now(UTC))
"""The clock of a hotline that is looked at now: what happened an hour ago happened today."""
SHANGHAI = "Asia/Shanghai"
"""That of one whose days are told by date, whenever they are looked at."""


def waiting(visit_id: str, entered_at: datetime, *, vip: bool = False) -> WaitingCaller:
    return WaitingCaller(
        visit_id=visit_id,
        position=1,
        caller="138****8000",
        caller_name="",
        vip=vip,
        language="zh-CN",
        entered_at=entered_at,
        priority=10 if vip else 0,
    )


def floor(now: datetime = NOW) -> Snapshot:
    names = ["陈美玲", "李志强", "黄晓彤", "何家豪", "梁咏诗", "吴俊杰", "周雅文", "林子聪"]
    doing = ["on_queue_call", "available", "ringing", "wrap_up", "paused", "on_queue_call", "signed_off", "unreachable"]
    agents = tuple(
        AgentView(
            id=str(1001 + n),
            name=name,
            state=state,  # type: ignore[arg-type]  # a list of words
            since=now - timedelta(seconds=17 * n + 5),
            reason="午休" if state == "paused" else "",
            queue="general" if state in {"on_queue_call", "ringing"} else "",
            caller="138****8000" if state == "on_queue_call" else "",
            queues={"general": 0},
            answered=n,
        )
        for n, (name, state) in enumerate(zip(names, doing, strict=True))
    )
    general = QueueView(
        name="general",
        title="普通业务",
        waiting=(waiting("v1", now - timedelta(seconds=38)), waiting("v2", now - timedelta(seconds=9), vip=True)),
        today=TodayCounts(
            entered=52,
            answered=44,
            answered_within=40,
            abandoned=6,
            short_abandoned=2,
            answer_waits=44,
            handled=42,
            answer_wait_s=528.0,
            talk_sum_s=5040.0,
            longest_wait_s=74.0,
        ),
        threshold_s=20.0,
        target=0.8,
        members=MemberCounts(available=1, ringing=1, talking=2, wrap_up=1, paused=1, away=2),
    )
    vip = QueueView(name="vip", title="大客户专席", threshold_s=10.0, target=0.9)
    calls = (
        CallView(
            call_id="c1",
            number="96956",
            flow="main",
            since=now - timedelta(seconds=12),
            language="en",
            caller="852****4567",
        ),
    )
    return Snapshot(
        node="gz-1",
        seq=0,
        at=now,
        knowledge=Knowledge(state="complete", since=now - timedelta(hours=2)),
        queues=(general, vip),
        agents=agents,
        calls=calls,
    )


def settings(feed: Path, zone: str = ZONE) -> WallboardSettings:
    return WallboardSettings(
        host="127.0.0.1",
        port=0,
        feed=feed,
        time_zone=zone,
        title={"zh-CN": "96956 热线", "yue-HK": "96956 熱線", "en": "96956 hotline"},
        queue_titles={
            "general": {"zh-CN": "普通业务", "yue-HK": "普通業務", "en": "General"},
            "vip": {"zh-CN": "大客户专席", "en": "VIP"},
        },
        languages=("zh-CN", "yue-HK", "en"),
        register=Register(tokens=(Token("tests", hash_of(TOKEN), ("read", "export", "metrics", "act")),)),
    )


TOKEN = new_token()
"""Of a program that may do all a program may."""
SIGNED_IN = {"Authorization": f"Bearer {TOKEN}"}


def made_up_history(zone: str = ZONE) -> VisitHistory:
    """Who counts for a wallboard of this floor."""
    return VisitHistory(zone, {"general": Limit(20.0, 5.0), "vip": Limit(10.0, 5.0)})


def made_up_reports() -> HotlineReports:
    """Who makes the reports for the wallboard of this floor; its queues are those of the sample."""
    hotline = sample().hotline
    assert hotline is not None
    return HotlineReports(hotline)


def made_up_flows(said: str = "") -> DrawnFlows:
    """The sample's flows; with `said` that is what every message says."""
    loaded = sample()
    assert loaded.flows is not None
    names = dict.fromkeys(loaded.catalogue.names, ((None, said),))
    catalogue = Catalogue(loaded.catalogue.messages, {ALL: names}) if said else loaded.catalogue
    return DrawnFlows(loaded.flows, catalogue)


@cache
def sample() -> Loaded:
    return load_hotline(Path(__file__).parents[2] / "examples" / "cable-tv")


class Bridge:
    """The bridge's end of the feed: a snapshot for whoever connects, then what the test tells."""

    def __init__(self, path: Path, snapshot: Snapshot) -> None:
        self._path = path
        self.snapshot = snapshot
        self._readers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.connected = asyncio.Event()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._welcome, self._path)

    async def _welcome(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(self.snapshot))
        self._readers.append(writer)
        self.connected.set()

    def tell(self, message: Delta | Tick) -> None:
        self.snapshot = apply_delta(self.snapshot, message)
        self.say(encode(message))

    def tell_queues(self, *queues: QueueView) -> None:
        self.tell(Delta(node=self.snapshot.node, seq=self.snapshot.seq + 1, at=datetime.now(UTC), queues=queues))

    def tick(self) -> None:
        self.tell(Tick(node=self.snapshot.node, seq=self.snapshot.seq + 1, at=datetime.now(UTC)))

    def go_blind(self, since: datetime) -> None:
        knowledge = Knowledge(state="blind", since=since)
        self.tell(Delta(node=self.snapshot.node, seq=self.snapshot.seq + 1, at=datetime.now(UTC), knowledge=knowledge))

    def say(self, line: bytes) -> None:
        for writer in self._readers:
            writer.write(line)

    async def leave(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._readers:
            writer.close()
        self._readers.clear()
        self.connected.clear()
        self._path.unlink(missing_ok=True)


def with_waiting(queue: QueueView, *callers: WaitingCaller) -> QueueView:
    return replace(queue, waiting=callers)
