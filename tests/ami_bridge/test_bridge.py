"""The bridge as a whole against a scripted switch: feed, rows, restart, cut, overflow."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ami_bridge.backlog import HeardUntil, LinkLost, Notice
from ami_bridge.bridge import Bridge
from ami_bridge.domain.events import Ticked
from ami_bridge.domain.model import QueueRules
from ami_bridge.feed import FeedTaken
from ami_bridge.messages import Delta, Snapshot, Tick, apply_delta, decode
from ami_bridge.past import Past, load_past
from ami_bridge.protocol.errors import LoginRefused
from ami_bridge.reconcile.keeping import Reconciler
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.settings import AgiServer, BridgeSettings, WatchdogSettings
from ami_bridge.testing import Fields, ScriptedManager, error, listing, message, success
from store import rows
from store.engine import open_store
from store.writer import Writer
from tests.ami_bridge.conftest import quick
from tests.ami_bridge.replaying import FOLDER, RULES
from tests.store.databases import migrated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

CALLER = ("Uniqueid: 1.5", "Linkedid: 1.4", "CallerIDNum: 13800138000", "CallerIDName: 陳", "Context: c", "Exten: q")


class Rows(list[rows.Row]):
    """A sink that remembers."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def put(self, row: rows.Row) -> None:
        self.append(row)
        self._news.set()

    async def until_ended(self, count: int) -> None:
        """Wait until so many visits are over."""
        async with asyncio.timeout(60):
            while sum(visit.ended_at is not None for visit in self.visits().values()) < count:
                self._news.clear()
                await self._news.wait()

    def visits(self) -> dict[str, rows.Visit]:
        return {r.id: r for r in self if isinstance(r, rows.Visit)}


def settings(tmp_path: Path, port: int, **over: Any) -> BridgeSettings:
    base: dict[str, Any] = {
        "node": "gz-1",
        "link": quick(port),
        "feed_path": tmp_path / "feed.sock",
        "queues": {"normal": QueueRules(title="普通")},
        "agents": {"1001": "陈美玲"},
        "publish_every_s": 0.01,
    }
    return BridgeSettings(**(base | over))


@contextlib.asynccontextmanager
async def running(made: Bridge) -> AsyncIterator[Bridge]:
    task = asyncio.get_running_loop().create_task(made.run())
    try:
        yield made
    finally:
        made.close()
        await asyncio.wait_for(task, 60)


class Watcher:
    """A reader of the feed that keeps up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.state: Snapshot | None = None
        self.kinds: set[str] = set()

    @classmethod
    async def of(cls, path: Path) -> Watcher:
        async with asyncio.timeout(60):
            while True:
                try:
                    return cls(*await asyncio.open_unix_connection(str(path), limit=1 << 24))
                except (FileNotFoundError, ConnectionRefusedError):
                    await asyncio.sleep(0)  # the bridge listens a few turns of the loop after it was started

    async def until(self, condition: Callable[[Snapshot], object]) -> Snapshot:
        async with asyncio.timeout(60):
            while self.state is None or not condition(self.state):
                told = decode(await self.reader.readline())
                self.kinds.add(told.type)
                if isinstance(told, Snapshot):
                    self.state = told
                else:
                    assert isinstance(told, Delta | Tick)
                    assert self.state is not None
                    self.state = apply_delta(self.state, told)  # raises on any gap
        return self.state

    def close(self) -> None:
        self.writer.transport.abort()


def pong_now(asked: Fields) -> bytes:
    return success(asked, Ping="Pong", Timestamp=f"{datetime.now(UTC).timestamp():.6f}")


def normal(state: Snapshot) -> Any:
    return next(q for q in state.queues if q.name == "normal")


async def test_a_call_reaches_the_feed_and_the_rows(tmp_path: Path, switch: ScriptedManager) -> None:
    sink = Rows()
    async with running(Bridge(settings(tmp_path, switch.port), sink)):
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: s.knowledge.state == "complete")
        peer = await switch.peer()
        peer.tell(message("Event: QueueCallerJoin", *CALLER, "Queue: normal", "Position: 1"))
        state = await watcher.until(lambda s: normal(s).waiting)
        assert normal(state).waiting[0].caller == "138****8000"
        assert normal(state).title == "普通"
        peer.tell(message("Event: QueueCallerAbandon", *CALLER, "Queue: normal"))
        peer.tell(message("Event: Hangup", *CALLER))
        state = await watcher.until(lambda s: normal(s).today.abandoned == 1)
        assert normal(state).waiting == ()
        await watcher.until(lambda _: "tick" in watcher.kinds)
        watcher.close()
    assert [v.outcome for v in sink.visits().values()] == ["abandoned"]
    assert any(isinstance(r, rows.BridgeState) and r.known_since for r in sink)


async def test_a_cut_is_shown_as_blind_and_mended_by_a_snapshot(tmp_path: Path, switch: ScriptedManager) -> None:
    sink = Rows()
    async with running(Bridge(settings(tmp_path, switch.port), sink)):
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: s.knowledge.state == "complete")
        peer = await switch.peer()
        peer.tell(message("Event: QueueCallerJoin", *CALLER, "Queue: normal", "Position: 1"))
        await watcher.until(lambda s: normal(s).waiting)
        peer.tell(b"Event: QueueCallerAband")
        await switch.stop()
        blind = await watcher.until(lambda s: s.knowledge.state == "blind")
        assert normal(blind).waiting  # what was known stays, marked as old
        await switch.start()
        mended = await watcher.until(lambda s: s.knowledge.state == "complete")
        assert normal(mended).today.unknown_after_gap == 1
        watcher.close()
    assert [v.outcome for v in sink.visits().values()] == ["unknown_after_gap"]


def member_status(asked: Fields) -> bytes:
    row = message(Event="QueueMember", Queue="normal", Location="PJSIP/1001", Status="5", Wrapuptime="0")
    return listing(asked, message(Event="QueueParams", Queue="normal"), row, end="QueueStatusComplete")


def deaf_contact(asked: Fields) -> bytes:
    values = {"PJSIP_AOR(1001,contact)": "1001;@1", "PJSIP_CONTACT(1001;@1,status)": "Unreachable"}
    return success(asked, Value=values[asked["Variable"]])


async def test_a_phone_that_does_not_answer_is_unreachable_after_every_reconnect(
    tmp_path: Path, switch: ScriptedManager, capsys: pytest.CaptureFixture[str]
) -> None:
    switch.answers |= {"QueueStatus": member_status, "Getvar": deaf_contact}
    async with running(Bridge(settings(tmp_path, switch.port), Rows())):
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: [a.state for a in s.agents] == ["unreachable"])
        switch.answers["Getvar"] = lambda asked: error(asked, "Permission denied")
        for again in (2, 3):
            await switch.stop()
            await watcher.until(lambda s: s.knowledge.state == "blind")
            await switch.start()
            state = await watcher.until(lambda s: s.knowledge.state == "complete")
            await switch.asked("Getvar", again)
            assert [a.state for a in state.agents] == ["unreachable"], "what is not known changes nothing"
        watcher.close()
    assert capsys.readouterr().out.count("bridge.contacts_unknown") == 1


def waiting_entry(asked: Fields) -> bytes:
    entry = message(Event="QueueEntry", Queue="normal", Position="1", Uniqueid="1.5", CallerIDNum="138", Wait="9")
    return listing(asked, message(Event="QueueParams", Queue="normal"), entry, end="QueueStatusComplete")


async def test_a_restarted_bridge_goes_on_with_the_same_visits_and_the_same_day(
    tmp_path: Path, switch: ScriptedManager
) -> None:
    url = f"sqlite:///{tmp_path}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    writer = Writer(store)
    writer.start()
    made = settings(tmp_path, switch.port)
    async with running(Bridge(made, writer)):
        peer = await switch.peer()
        watcher = await Watcher.of(made.feed_path)
        await watcher.until(lambda s: s.knowledge.state == "complete")
        gone = [line.replace("1.5", "1.9") for line in CALLER]
        for one in (CALLER, gone):
            peer.tell(message("Event: QueueCallerJoin", *one, "Queue: normal", "Position: 1"))
        peer.tell(message("Event: QueueCallerAbandon", *gone, "Queue: normal") + message("Event: Hangup", *gone))
        await watcher.until(lambda s: normal(s).today.abandoned == 1)
        watcher.close()
    await writer.flush()
    switch.answers["QueueStatus"] = waiting_entry
    past = await load_past(store, "gz-1", ZoneInfo("Asia/Shanghai"), datetime.now(UTC))
    assert [v.id for v in past.open_visits] == ["gz-1/1.5/1"]
    async with running(Bridge(made, writer, past=past)):
        watcher = await Watcher.of(made.feed_path)
        state = await watcher.until(lambda s: s.knowledge.state == "complete")
        assert [w.visit_id for w in normal(state).waiting] == ["gz-1/1.5/1"]
        today = normal(state).today
        assert (today.entered, today.abandoned) == (2, 1)
        watcher.close()
    await writer.close()
    await store.close()


async def test_too_much_at_once_is_owned_up_to_and_a_new_snapshot_taken(
    tmp_path: Path, switch: ScriptedManager, capsys: pytest.CaptureFixture[str]
) -> None:
    made = settings(tmp_path, switch.port, link=quick(switch.port, backlog_messages=50))
    async with running(Bridge(made, Rows())):
        await switch.asked("CoreShowChannels")
        peer = await switch.peer()
        peer.tell(b"".join(message(Event="Hangup", Uniqueid=f"9.{n}") for n in range(2000)))
        await switch.asked("CoreShowChannels", 2)
    assert "bridge.overflow" in capsys.readouterr().out


async def test_what_is_given_up_is_a_gap_from_where_the_first_of_it_was(
    tmp_path: Path, switch: ScriptedManager
) -> None:
    began = int(datetime.now(UTC).timestamp()) - 100
    sink = Rows()
    made = Bridge(settings(tmp_path, switch.port, link=quick(switch.port, backlog_messages=50)), sink)

    def tell(after_s: int, *lines: str) -> None:
        made.link.backlog.put(message(*lines, f"Timestamp: {began + after_s}.0").removesuffix(b"\r\n\r\n"))

    async with running(made):
        await switch.asked("CoreShowChannels")
        tell(0, "Event: Hangup", "Uniqueid: 9.1")
        tell(10, "Event: QueueMemberStatus")
        for after_s in range(20, 70):
            tell(after_s, *(("Event: QueueMemberStatus",) if after_s % 5 else ("Event: Hangup", "Uniqueid: 9.2")))
        await switch.asked("CoreShowChannels", 2)
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: s.knowledge.state == "complete")
        watcher.close()
    found = [row for row in sink if isinstance(row, rows.Gap) and row.cause == "overflow"]
    assert {row.since.timestamp() - began for row in found} == {0}
    assert found[-1].until is not None


async def test_what_waits_at_the_end_is_kept_and_what_was_given_up_of_it_is_a_gap_the_next_bridge_goes_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = int(datetime.now(UTC).timestamp()) - 100
    sink = Rows()
    made = Bridge(settings(tmp_path, 1, link=quick(1, backlog_messages=8)), sink)

    def tell(after_s: int, *lines: str) -> None:
        made.link.backlog.put(message(*lines, f"Timestamp: {began + after_s}.0").removesuffix(b"\r\n\r\n"))

    tell(1, "Event: Hangup", "Uniqueid: 9.1")
    for after_s in range(2, 10):
        tell(after_s, "Event: QueueMemberStatus")
    tell(20, "Event: QueueCallerJoin", *CALLER, "Queue: normal", "Position: 1")
    made._drain()
    [gap] = [row for row in sink if isinstance(row, rows.Gap)]
    assert (gap.since.timestamp() - began, gap.until, gap.cause) == (1, None, "overflow")
    assert [visit.queue for visit in sink.visits().values()] == ["normal"]
    assert "bridge.overflow" in capsys.readouterr().out


async def test_a_peer_found_dead_at_the_very_end_is_a_gap_from_when_it_was_alive_last(tmp_path: Path) -> None:
    sink = Rows()
    made = Bridge(settings(tmp_path, 1), sink)
    alive = datetime.now(UTC) - timedelta(seconds=30)
    made.link.backlog.put(LinkLost("no answer to a ping", alive))
    made._drain()
    assert [(row.since, row.until, row.cause) for row in sink if isinstance(row, rows.Gap)] == [(alive, None, "ami")]


async def test_queue_log_settles_a_visit_through_the_whole_bridge(tmp_path: Path, switch: ScriptedManager) -> None:
    log = tmp_path / "queue_log"
    sink = Rows()
    switch.answers["Ping"] = pong_now
    link = quick(switch.port, ping_every_s=0.1)  # a line waits until AMI has been heard up to its second
    async with running(Bridge(settings(tmp_path, switch.port, queue_log=log, link=link), sink)):
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: s.knowledge.state == "complete")
        now = int(datetime.now(UTC).timestamp())
        log.write_text(f"{now}|7.7|normal|NONE|ENTERQUEUE||138|1\n{now}|7.7|normal|NONE|EXITWITHTIMEOUT|1|1|0\n")
        state = await watcher.until(lambda s: normal(s).today.timed_out == 1)
        assert normal(state).today.entered == 1
        watcher.close()
    assert sink.visits()["gz-1/7.7/1"].evidence == "queue_log: EXITWITHTIMEOUT"


@pytest.mark.parametrize("scene", ["answered", "blind_transfer", "full"])
async def test_recorded_bytes_give_their_visits_through_the_whole_bridge(
    tmp_path: Path, switch: ScriptedManager, scene: str
) -> None:
    raw = (FOLDER / f"asterisk-22.10.1-{scene}.txt").read_bytes()
    events = raw.partition(b"\r\n")[2].split(b"\r\n\r\n")
    told = b"".join(m + b"\r\n\r\n" for m in events if m.startswith(b"Event: "))
    sink = Rows()
    long_ago = datetime(2026, 11, 21, 12, tzinfo=UTC)
    async with running(Bridge(settings(tmp_path, switch.port), sink, clock=lambda: long_ago)):
        await switch.asked("CoreShowChannels")
        peer = await switch.peer()
        for start in range(0, len(told), 1460):
            peer.tell(told[start : start + 1460])
        await sink.until_ended({"answered": 1, "blind_transfer": 2, "full": 2}[scene])


async def test_a_wrong_secret_stops_it_at_once(tmp_path: Path, switch: ScriptedManager) -> None:
    made = Bridge(settings(tmp_path, switch.port, link=quick(switch.port, secret="wrong")), Rows())
    with pytest.raises(LoginRefused):
        await asyncio.wait_for(made.run(), 60)
    assert not (tmp_path / "feed.sock").exists()


async def test_a_second_bridge_on_the_same_socket_is_refused(tmp_path: Path, switch: ScriptedManager) -> None:
    made = settings(tmp_path, switch.port)
    async with running(Bridge(made, Rows())):
        await switch.peer()
        with pytest.raises(FeedTaken, match="another bridge"):
            await Bridge(made, Rows()).run()


async def test_a_stalled_agi_servers_callers_are_moved(tmp_path: Path, switch: ScriptedManager) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError):
            await reader.read()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    row = message(
        Event="CoreShowChannel",
        Channel="PJSIP/t-1",
        Uniqueid="1.5",
        Context="hotline-run",
        Application="AGI",
        ApplicationData=f"agi://127.0.0.1:{port}/flow/main,x",
    )
    switch.answers["CoreShowChannels"] = lambda asked: listing(asked, row)
    switch.answers["Redirect"] = lambda asked: message(Response="Success", ActionID=asked["ActionID"])
    watch = WatchdogSettings(servers=(AgiServer(port=port),), every_s=0.01, answer_s=0.05)
    async with running(Bridge(settings(tmp_path, switch.port, watchdog=watch), Rows(), past=Past())):
        asked = await switch.asked("Redirect")
    assert (asked["Channel"], asked["Context"], asked["Exten"]) == ("PJSIP/t-1", "hotline-rescue", "s")
    server.close()
    for writer in writers:
        writer.transport.abort()
    await server.wait_closed()  # from Python 3.12 on this waits for the connections too


async def test_what_the_start_put_right_is_counted_though_the_bridge_is_killed_soon(
    tmp_path: Path, switch: ScriptedManager
) -> None:
    url = f"sqlite:///{tmp_path}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    sink = Rows()
    async with Writer(store) as writer:
        caught_up = Reconciler(store, writer, "gz-1", AgentNames(RULES), repaired=3)
        async with running(Bridge(settings(tmp_path, switch.port), sink, reconciler=caught_up)):
            watcher = await Watcher.of(tmp_path / "feed.sock")
            await watcher.until(lambda s: s.knowledge.state == "complete")
            watcher.close()
            assert {row.repaired for row in sink if isinstance(row, rows.Knowledge)} == {3}
    await store.close()


async def test_a_bridge_that_was_held_up_hears_ami_before_the_log(tmp_path: Path, switch: ScriptedManager) -> None:
    """Of a caller who by then had gone from one queue to another: the log is read whole, AMI's words wait in line."""
    log, sink = tmp_path / "queue_log", Rows()
    queues = {name: QueueRules(title=name) for name in ("first", "second")}
    made = Bridge(settings(tmp_path, switch.port, queue_log=log, queues=queues), sink)
    began = int(datetime.now(UTC).timestamp()) - 3

    def tell(after_s: float, *lines: str) -> None:
        made.link.backlog.put(message(*lines, *CALLER, f"Timestamp: {began + after_s}").removesuffix(b"\r\n\r\n"))

    async with running(made):
        await switch.asked("CoreShowChannels")
        watcher = await Watcher.of(tmp_path / "feed.sock")
        await watcher.until(lambda s: s.knowledge.state == "complete")
        log.write_text(
            f"{began}|1.5|first|NONE|ENTERQUEUE||138|1\n{began + 1}|1.5|first|NONE|EXITWITHTIMEOUT|1|1|1\n"
            f"{began + 1}|1.5|second|NONE|ENTERQUEUE||138|1\n{began + 1}|1.5|second|NONE|ABANDON|1|1|0\n"
        )
        made.link.backlog.put(Notice(Ticked(at=datetime.now(UTC))))
        tell(0.1, "Event: QueueCallerJoin", "Queue: first", "Position: 1", "Count: 1")
        tell(1.1, "Event: QueueCallerLeave", "Queue: first", "Position: 1", "Count: 0")
        tell(1.2, "Event: VarSet", "Variable: QUEUESTATUS", "Value: TIMEOUT")
        tell(1.3, "Event: QueueCallerJoin", "Queue: second", "Position: 1", "Count: 1")
        made.link.backlog.put(HeardUntil(datetime.now(UTC)))
        made.link.backlog.put(Notice(Ticked(at=datetime.now(UTC))))
        await sink.until_ended(2)
        watcher.close()
    told = sorted(sink.visits().values(), key=lambda visit: visit.ordinal)
    assert [(visit.queue, visit.outcome) for visit in told] == [("first", "timed_out"), ("second", "abandoned")]
    assert [visit.entered_at.timestamp() - began for visit in told] == [pytest.approx(0.1), pytest.approx(1.3)]


def settled(text: str) -> str:
    now = int(datetime.now(UTC).timestamp()) - 2
    return f"{now}|7.7|normal|NONE|ENTERQUEUE||138|1\n{now}|7.7|normal|NONE|{text}\n"


async def test_an_event_says_how_far_ami_was_heard(tmp_path: Path, switch: ScriptedManager) -> None:
    log, sink = tmp_path / "queue_log", Rows()
    made = Bridge(settings(tmp_path, switch.port, queue_log=log), sink)
    async with running(made):
        await switch.asked("CoreShowChannels")
        log.write_text(settled("EXITWITHTIMEOUT|1|1|0"))
        peer = await switch.peer()
        peer.tell(message(Event="Hangup", Uniqueid="9.9", Timestamp=f"{datetime.now(UTC).timestamp():.6f}"))
        await sink.until_ended(1)
    assert sink.visits()["gz-1/7.7/1"].evidence == "queue_log: EXITWITHTIMEOUT"


async def test_without_ami_the_log_is_told_by_the_clock(tmp_path: Path, switch: ScriptedManager) -> None:
    log, sink = tmp_path / "queue_log", Rows()
    made = Bridge(settings(tmp_path, switch.port, queue_log=log), sink)
    async with running(made):
        await switch.asked("CoreShowChannels")
        await switch.stop()
        log.write_text(settled("EXITWITHTIMEOUT|1|1|0"))
        await sink.until_ended(1)
    assert sink.visits()["gz-1/7.7/1"].evidence == "queue_log: EXITWITHTIMEOUT"


async def test_the_lines_of_before_the_clock_was_set_back_are_told(tmp_path: Path, switch: ScriptedManager) -> None:
    log, sink = tmp_path / "queue_log", Rows()
    made = Bridge(settings(tmp_path, switch.port, queue_log=log), sink)
    async with running(made):
        await switch.asked("CoreShowChannels")
        log.write_text(settled("EXITWITHTIMEOUT|1|1|0"))
        peer = await switch.peer()
        for ago in (2, 3600):
            stamp = datetime.now(UTC).timestamp() - ago
            peer.tell(message(Event="Hangup", Uniqueid="9.9", Timestamp=f"{stamp:.6f}"))
        await sink.until_ended(1)
    assert sink.visits()["gz-1/7.7/1"].evidence == "queue_log: EXITWITHTIMEOUT"


@pytest.mark.parametrize("stamp", ["99999999999999", "9" * 20, "now", ""])
async def test_a_ping_answered_at_an_impossible_time_ends_nothing(
    tmp_path: Path, switch: ScriptedManager, stamp: str
) -> None:
    switch.answers["Ping"] = lambda asked: success(asked, Ping="Pong", Timestamp=stamp)
    async with running(Bridge(settings(tmp_path, switch.port, link=quick(switch.port, ping_every_s=0.01)), Rows())):
        await switch.asked("Ping", 5)
        assert len(switch.peers) == 1
