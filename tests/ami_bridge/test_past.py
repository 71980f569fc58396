"""What a restarted bridge knows of the time before it, also over a midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain import events as ev
from ami_bridge.domain.model import empty_state
from ami_bridge.past import load_past, restore
from store.engine import open_store
from store.migrate import upgrade
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
    await upgrade(url)
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


async def test_a_restarted_bridge_counts_the_members_it_found_and_goes_on_from_there(tmp_path: Path) -> None:
    since = MIDNIGHT - timedelta(hours=1)
    place = MembershipInterval(
        id=membership_interval_id("gz-1", "1001", "normal", since),
        node="gz-1",
        agent="1001",
        queue="normal",
        started_at=since,
        penalty=0,
    )
    doing_now = AgentInterval(
        id=interval_id("gz-1", "1001", since), node="gz-1", agent="1001", state="available", started_at=since
    )
    replay = await restarted(tmp_path, 60, place, doing_now)
    check_indexes(replay.state)
    assert replay.state.doing == {"normal": {"available": 1}}
    replay.take(member(seconds(70), paused=True))
    check_indexes(replay.state)
