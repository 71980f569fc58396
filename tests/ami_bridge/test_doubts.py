"""What is wrong around a bridge is said once, with what to change, and nothing is said when nothing is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from ami_bridge.backlog import LinkUp
from ami_bridge.client import AmiLink
from ami_bridge.domain import events as ev
from ami_bridge.domain.clocks import Clocks, Told
from ami_bridge.domain.rights import MOST, WITNESSES, Hearing, Missing, may_not, too_old
from ami_bridge.doubts import Doubts, Others
from ami_bridge.protocol.wire import Framing
from ami_bridge.queue_log.lines import Odd, parse_line
from ami_bridge.spoken import Heard
from ami_bridge.testing import ScriptedManager, error, success
from ami_bridge.translate import event_of
from store.queries.watchers import watchers
from store.rows import Watcher
from store.writer import Writer
from tests.ami_bridge.conftest import quick
from tests.ami_bridge.replaying import FOLDER, T0
from tests.ami_bridge.test_transcripts import EXPECTED
from tests.store.databases import QUICK, databases, engine_name, sqlite_threads_end, store, url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.engine import Store

__all__ = ["databases", "engine_name", "sqlite_threads_end", "store", "url"]


def told_of(scene: str, *, without: str = "") -> list[ev.Event]:
    """A recorded scene as a user without one class hears it, log lines 1.2 s late, as the bridge applies them."""
    raw = (FOLDER / f"asterisk-22.10.1-{scene}.txt").read_bytes()
    found: list[ev.Event] = []
    for heard in map(Heard.from_raw, Framing().feed(raw)):
        event = event_of(heard, datetime(2000, 1, 1, tzinfo=UTC))
        if event is not None and heard.text("Privilege").partition(",")[0] != without:
            found.append(event)
    logged = (FOLDER / f"asterisk-22.10.1-{scene}.queue_log").read_bytes().splitlines()
    lines = [line for line in map(parse_line, logged) if not isinstance(line, Odd)]
    late = timedelta(seconds=1.2)
    return sorted([*found, *lines], key=lambda e: e.at + (late if isinstance(e, ev.LedgerLine) else timedelta()))


def hear(events: Iterable[ev.Event]) -> list[Missing]:
    """What is found missing when a bridge that was there in time hears these."""
    told = list(events)
    began = min(e.at for e in told) - timedelta(seconds=60)
    hearing = Hearing()
    hearing.hear(ev.LinkChanged(at=began, up=True))
    hearing.booted()
    shot = ev.SnapshotTaken(at=began, queues=(), members=(), waiting=(), channels=(), unreachable=None)
    end = ev.Ticked(at=max(e.at for e in told) + timedelta(seconds=60))
    found = [hearing.hear(event) for event in (shot, *told, end)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("scene", list(EXPECTED))
def test_who_has_every_class_is_told_nothing(scene: str) -> None:
    assert hear(told_of(scene)) == []


@pytest.mark.parametrize(
    ("scene", "lacks"),
    [("answered", "dialplan"), ("abandoned", "dialplan"), ("answered", "call"), ("two_queues", "call")],
)
def test_a_class_that_is_missing_is_told_once(scene: str, lacks: str) -> None:
    assert hear(told_of(scene, without=lacks)) == [Missing("read", lacks)]


def test_queues_that_only_the_log_tells_of_are_the_class_agent() -> None:
    told = told_of("two_queues", without="agent")
    later = ev.HungUp(at=max(e.at for e in told) + timedelta(seconds=4), channel_id="x", call_id="x")
    assert hear([*told, later]) == [Missing("read", "agent")]


def test_fullybooted_that_does_not_come_is_the_class_system() -> None:
    hearing = Hearing()
    hearing.hear(ev.LinkChanged(at=T0, up=True))
    hearing.hear(ev.SnapshotTaken(at=T0, queues=(), members=(), waiting=(), channels=(), unreachable=None))
    assert hearing.hear(ev.Ticked(at=T0 + timedelta(seconds=29))) is None
    assert hearing.hear(ev.Ticked(at=T0 + timedelta(seconds=31))) == Missing("read", "system")
    assert hearing.hear(ev.Ticked(at=T0 + timedelta(seconds=32))) is None


def test_what_is_remembered_is_bounded() -> None:
    hearing = Hearing()
    hearing.hear(ev.SnapshotTaken(at=T0, queues=(), members=(), waiting=(), channels=(), unreachable=None))
    for number in range(MOST + 10):
        hearing.hear(ev.Tagged(at=T0, channel_id=f"c{number}", call_id=f"c{number}"))
    assert len(hearing._set) == MOST


def test_a_missing_class_is_told_with_the_line_to_write() -> None:
    assert Missing("read", "agent").change == (
        "give the user `read = system,call,agent,user,dialplan` in manager.conf and reload it; "
        "`hotline render` writes that"
    )
    assert may_not({"Redirect": ""}) == [Missing("write", "reporting")]
    assert may_not(dict.fromkeys(WITNESSES.values(), "")) == []


@pytest.mark.parametrize(
    ("version", "old"),
    [
        ("22.10.1", False),
        ("20.0.0", False),
        ("18.26.2", True),
        ("certified/18.9-cert16", True),
        ("certified/20.7-cert3", False),
        ("GIT-master-1234abc", False),
        ("1.8.32", True),
        ("", False),
    ],
)
def test_an_old_asterisk_is_known_by_its_version(version: str, old: bool) -> None:  # noqa: FBT001 - a case's verdict
    assert too_old(version) is old


# -- asked of a switch


def words(told: list[Any], name: str) -> list[dict[str, Any]]:
    return [dict(one) for one in told if one["event"] == name]


async def asked(manager: ScriptedManager) -> list[Any]:
    link = AmiLink(quick(manager.port))
    running = link.connect()
    doubts = Doubts("hotline", lambda: T0)
    await manager.peer()
    try:
        with capture_logs() as told:
            assert isinstance(await link.backlog.take(), LinkUp)
            await doubts.ask(link.action)
            await doubts.ask(link.action)
        return told
    finally:
        link.close()
        await running


async def test_a_user_who_may_do_less_and_an_asterisk_of_old_are_each_told_once(switch: ScriptedManager) -> None:
    rights = {"CoreShowChannels": "List currently active channels. (Priv: system,reporting,all)", "Ping": "(Priv: )"}
    switch.answers["ListCommands"] = lambda asked: success(asked, **rights)
    switch.answers["CoreSettings"] = lambda asked: success(asked, AsteriskVersion="16.30.0")
    told = await asked(switch)
    assert [one["lacks"] for one in words(told, "ami.class_missing")] == ["write call"]
    (old,) = words(told, "ami.asterisk_too_old")
    assert old["version"] == "16.30.0"
    assert old["change"].startswith("run Asterisk 20 or newer")


async def test_a_switch_that_says_nothing_of_itself_is_not_doubted(switch: ScriptedManager) -> None:
    switch.answers["ListCommands"] = lambda asked: error(asked, "Permission denied")
    told = await asked(switch)
    assert {one["event"] for one in told} <= {"ami.rights_unknown", "ami.up"}


async def test_a_ping_tells_asterisks_time(switch: ScriptedManager) -> None:
    switch.answers["Ping"] = lambda asked: success(asked, Ping="Pong", Timestamp="1790000000.500000")
    seen: list[tuple[str, float]] = []
    link = AmiLink(quick(switch.port, ping_every_s=0.01))
    link.pinged = lambda stamp, took_s: seen.append((stamp, took_s))
    running = link.connect()
    await switch.asked("Ping", 2)
    link.close()
    await running
    assert seen[0][0] == "1790000000.500000"
    assert 0 <= seen[0][1] < 2


# -- clocks


def test_clocks_that_differ_are_told_once_and_again_when_they_agree() -> None:
    clocks = Clocks()
    looks = [(100.0, 1.0, 100.4), (103.0, 4.0, 66.0), (106.0, 7.0, 69.1), (109.0, 10.0, 72.0)]
    told = [one for look in looks for one in clocks.look(*look)]
    assert told == [Told("clocks.differ", 37.0)]
    assert clocks.look(112.0, 13.0, 111.9) == [Told("clocks.agree", 0.1)]
    assert clocks.look(115.0, 16.0, 115.0) == []


def test_a_clock_of_ours_that_is_set_is_told_with_the_step_and_not_again() -> None:
    clocks = Clocks()
    assert clocks.look(1000.0, 10.0, 1000.0) == []
    assert clocks.look(4603.0, 13.0, 4603.0) == [Told("clock.jumped", 3600.0)]
    assert clocks.look(4606.0, 16.0, 4606.0) == []
    assert clocks.look(4549.0, 19.0, None) == [Told("clock.jumped", -60.0)]


def test_a_slow_ping_says_nothing_of_clocks() -> None:
    doubts = Doubts("hotline", lambda: T0)
    with capture_logs() as told:
        doubts.pinged("1.0", 1.5)
        doubts.pinged("no time", 0.01)
        assert told == []
        doubts.pinged(f"{T0.timestamp() - 37:.6f}", 0.01)
    (one,) = told
    assert (one["event"], one["by_s"]) == ("clocks.differ", 37.0)
    assert "NTP" in one["change"]


# -- a second bridge


async def test_two_bridges_of_one_name_tell_each_of_the_other_once_and_a_dead_one_is_no_second(store: Store) -> None:
    async with Writer(store, tempo=QUICK) as writer:
        writer.put(Watcher(node="gz-1", bridge="dead", host="h", pid=1, since=T0, seen_at=T0))
        writer.put(Watcher(node="gz-1", bridge="old", host="h", pid=1, since=T0, seen_at=T0 - timedelta(days=2)))
        await writer.flush()
        one, other = Others(store, writer, "gz-1", T0), Others(store, writer, "gz-1", T0 + timedelta(seconds=1))
        with capture_logs() as told:
            for second in range(0, 40, 5):
                await one.look(T0 + timedelta(seconds=second))
                # an hour behind: whose clock is wrong is alive all the same
                await other.look(T0 + timedelta(seconds=second - 3600))
                await writer.flush()
        assert len(words(told, "bridge.two_of_one_name")) == 2
        assert "a `node` of its own" in words(told, "bridge.two_of_one_name")[0]["change"]
        await other.leave()
        left = {watcher.bridge for watcher in await watchers(store, "gz-1")}
        assert "dead" in left
        assert "old" not in left
        assert len(left) == 2


async def test_a_bridge_of_another_node_is_no_second(store: Store) -> None:
    async with Writer(store, tempo=QUICK) as writer:
        one, other = Others(store, writer, "gz-1", T0), Others(store, writer, "gz-2", T0)
        with capture_logs() as told:
            for second in range(0, 20, 5):
                for bridge in (one, other):
                    await bridge.look(T0 + timedelta(seconds=second))
                await writer.flush()
        assert words(told, "bridge.two_of_one_name") == []
