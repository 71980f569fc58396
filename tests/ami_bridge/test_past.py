"""What a restarted bridge knows of the time before it, also over a midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain import events as ev
from ami_bridge.domain.model import empty_state
from ami_bridge.past import load_past, restore
from store.engine import open_store
from store.rows import (
    AgentInterval,
    BridgeState,
    MembershipInterval,
    Row,
    Visit,
    interval_id,
    membership_interval_id,
    visit_id,
)
from store.writer import Writer
from tests.ami_bridge.replaying import RULES, Replay
from tests.ami_bridge.test_indexes import check_indexes
from tests.ami_bridge.test_ledger import line
from tests.ami_bridge.test_reducer import at, caller, doing, join, member
from tests.ami_bridge.test_resync import PHONE, channel, shot
from tests.store.databases import migrated

if TYPE_CHECKING:
    from pathlib import Path

MIDNIGHT = datetime.fromisoformat("2026-11-21T00:00:00+08:00")


def seconds(after_midnight: float) -> float:
    """A moment around midnight as the tests' other helpers count."""
    return (MIDNIGHT - at(0)).total_seconds() + after_midnight


def visit(entered: float, ended: float | None, channel: str = "c1", queue: str = "normal") -> Visit:
    return Visit(
        id=visit_id("gz-1", channel, 1),
        node="gz-1",
        call_id=channel,
        channel_id=channel,
        ordinal=1,
        queue=queue,
        entered_at=MIDNIGHT + timedelta(seconds=entered),
        caller="13800138000",
        language="yue-HK",
        vip=True,
        ended_at=None if ended is None else MIDNIGHT + timedelta(seconds=ended),
        outcome=None if ended is None else "abandoned",
        evidence="ami: hung up while waiting",
    )


async def restarted(folder: Path, now: float, *rows: Row) -> Replay:
    """The state of a bridge that begins with these rows in its store, so many seconds after midnight."""
    url = f"sqlite:///{folder}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    async with Writer(store) as writer:
        for row in rows:
            writer.put(row)
    then = MIDNIGHT + timedelta(seconds=now)
    past = await load_past(store, "gz-1", RULES.zone, then)
    await store.close()
    return Replay(restore(empty_state(RULES, then), past, then))


async def test_a_call_of_yesterday_still_on_the_line_makes_a_second_visit_and_keeps_its_first(tmp_path: Path) -> None:
    replay = await restarted(tmp_path, 300, visit(-600, -120))
    replay.take(join(seconds(600)))
    assert list(replay.visits) == ["gz-1/c1/2"]


async def test_the_log_of_last_night_read_again_spoils_no_row_of_last_night(tmp_path: Path) -> None:
    patient = visit(-120, None, "c2")
    heard = BridgeState(node="gz-1", known_since=None, blind_since=None, last_event_at=MIDNIGHT, switch_started_at=None)
    replay = await restarted(tmp_path, 35, visit(-10, 30), patient, heard)
    replay.take(line(seconds(-10), "ENTERQUEUE", "", "13800138000", "1"))
    replay.take(line(seconds(30), "ABANDON", "1", "1", "40"))
    assert all(row.vip and row.language == "yue-HK" for row in replay.visits.values())


async def test_only_visits_of_today_count_for_today(tmp_path: Path) -> None:
    replay = await restarted(tmp_path, 300, visit(-600, -120), visit(60, 90, "c3"), visit(-5, None, "c4"))
    assert replay.state.counts["normal"].entered == 1
    replay.take(replace(join(seconds(310)), **caller(seconds(310), "c5")))
    assert replay.state.counts["normal"].entered == 2


async def test_a_hold_is_seen_also_in_a_talk_that_began_before_the_restart(tmp_path: Path) -> None:
    talking = replace(visit(0, None), outcome="answered", answered_at=MIDNIGHT, agent="1001", wait_s=0.0)
    replay = await restarted(tmp_path, 30, talking)
    caller_there = channel(bridge_id="b1")
    replay.take(shot(seconds(31), members=(member(seconds(31), status=2),), channels=(caller_there, PHONE)))
    replay.take(ev.HoldChanged(at=at(seconds(40)), channel_id="a-1001", held=True))
    assert doing(replay) == "on_hold"
    replay.take(ev.HoldChanged(at=at(seconds(45)), channel_id="a-1001", held=False))
    assert replay.visits["gz-1/c1/1"].hold_s == 5.0


async def test_a_caller_transferred_long_before_the_restart_is_no_new_talk_of_the_queue(tmp_path: Path) -> None:
    gone = replace(visit(-3000, -2900), outcome="answered", answered_at=MIDNIGHT, agent="1001", ended_by="transfer")
    heard = BridgeState(node="gz-1", known_since=None, blind_since=None, last_event_at=MIDNIGHT, switch_started_at=None)
    replay = await restarted(tmp_path, 300, gone, heard)
    elsewhere = channel("x1", channel="Local/100@agents-00000001;1", bridge_id="b9", application="AppDial2")
    replay.take(shot(seconds(301), channels=(channel(bridge_id="b9"), elsewhere)))
    assert replay.visits == {}


def of_a_member(name: str = "1001") -> tuple[Row, Row]:
    """What the store has of a member who is not in hotline.yaml: his stretch and his place, both without a name."""
    doing_so = AgentInterval(
        id=interval_id("gz-1", name, MIDNIGHT), node="gz-1", agent=name, state="available", started_at=MIDNIGHT
    )
    place = MembershipInterval(
        id=membership_interval_id("gz-1", name, "normal", MIDNIGHT),
        node="gz-1",
        agent=name,
        queue="normal",
        started_at=MIDNIGHT,
        evidence="ami",
    )
    return doing_so, place


async def test_what_a_queues_agents_do_is_counted_from_the_first_moment_on(tmp_path: Path) -> None:
    replay = await restarted(tmp_path, 30, *of_a_member("1001"), *of_a_member("1002"))
    check_indexes(replay.state)
    replay.take(shot(seconds(31), members=(member(seconds(31), paused=True), member(seconds(31), "1002"))))
    check_indexes(replay.state)
    assert dict(replay.state.doing["normal"]) == {"paused": 1, "available": 1}


async def test_a_member_who_once_answered_is_known_by_his_name_and_paused_by_the_log(tmp_path: Path) -> None:
    answered = replace(
        visit(-86400, -86300), outcome="answered", answered_at=MIDNIGHT, agent="1001", agent_name="客服1001"
    )
    heard = BridgeState(node="gz-1", known_since=None, blind_since=None, last_event_at=MIDNIGHT, switch_started_at=None)
    replay = await restarted(tmp_path, 30, *of_a_member(), answered, heard)
    replay.take(line(seconds(10), "PAUSE", "lunch", who="客服1001"))
    place = replay.state.agents["1001"].members["normal"]
    assert (replay.state.agents["1001"].name, place.paused, place.reason) == ("客服1001", True, "lunch")


async def test_a_member_of_whom_no_name_is_kept_gets_it_from_the_snapshot(tmp_path: Path) -> None:
    replay = await restarted(tmp_path, 30, *of_a_member())
    replay.take(shot(seconds(31), members=(member(seconds(31), member_name="PJSIP/1001"),)))
    assert replay.state.agents["1001"].name == "1001", "an interface is no better name than the id"
    replay.take(shot(seconds(32), members=(member(seconds(32)),)))
    assert replay.state.agents["1001"].name == "客服1001"
    assert "1001" in replay.changes[-1].agents
    check_indexes(replay.state)
    replay.take(ev.LinkChanged(at=at(seconds(40)), up=False))
    replay.take(line(seconds(45), "PAUSE", "lunch", who="客服1001"))
    assert replay.state.agents["1001"].members["normal"].paused


async def test_a_name_that_is_known_stays_whatever_a_member_is_called_elsewhere(tmp_path: Path) -> None:
    replay = await restarted(tmp_path, 30, *of_a_member())
    replay.take(shot(seconds(31), members=(member(seconds(31)),)))
    replay.take(member(seconds(32), queue="vip", member_name="somebody"))
    assert replay.state.agents["1001"].name == "客服1001"
    check_indexes(replay.state)


async def test_an_end_that_was_written_without_the_beginning_behind_it_leaves_no_hole(tmp_path: Path) -> None:
    """The bridge was killed between two transactions: of one agent a stretch ended, and the next was lost."""
    (whole, place), (cut, other) = of_a_member("1001"), of_a_member("1002")
    assert isinstance(cut, AgentInterval)
    cut = replace(cut, ended_at=MIDNIGHT + timedelta(seconds=10))
    heard = BridgeState(
        node="gz-1",
        known_since=None,
        blind_since=None,
        last_event_at=MIDNIGHT + timedelta(seconds=12),
        switch_started_at=None,
    )
    replay = await restarted(tmp_path, 30, whole, place, cut, other, heard)
    replay.take(shot(seconds(31), members=(member(seconds(31)), member(seconds(31), "1002"))))
    rows = {row.id: row for row in (whole, cut) if isinstance(row, AgentInterval)} | replay.intervals
    for agent in ("1001", "1002"):
        mine = sorted((row for row in rows.values() if row.agent == agent), key=lambda row: row.started_at)
        assert [one.ended_at for one in mine] == [*(one.started_at for one in mine[1:]), None]
        assert [one.state for one in mine][-2:] == ["unknown", "available"]
