"""The reconciler beside a running bridge, on a real store: what was missed, and every visit once more."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ami_bridge.doubts import Others
from ami_bridge.following import Hearing, Log, LogFollower, at_the_end, is_due
from ami_bridge.past import load_past
from ami_bridge.queue_log.aside import AsideFile
from ami_bridge.queue_log.history import visits_of
from ami_bridge.queue_log.lines import Odd, as_text
from ami_bridge.queue_log.tail import QueueLogTail
from ami_bridge.reconcile.call_keeping import CallKeeper
from ami_bridge.reconcile.checking import portions
from ami_bridge.reconcile.keeping import Reconciler
from ami_bridge.reconcile.names import AgentNames
from store import rows
from store.engine import open_store, store_at
from store.queries.ledger import log_place, visits_of_channels
from store.queries.visits import visits
from store.rows import RingAttempt
from store.spool import Spool
from store.writer import Writer
from tests.ami_bridge.replaying import RULES
from tests.ami_bridge.test_call_keeping import HOUSE
from tests.ami_bridge.test_queue_log_history import at, lines
from tests.ami_bridge.test_reconcile import ENTER, a_row
from tests.store.databases import migrated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TALK = f"{ENTER} 5 c q 客服1001 CONNECT 5 x 2; 30 c q 客服1001 COMPLETEAGENT 5 25 1"
STAFFED = replace(RULES, agents={"1001": "客服1001"})


@asynccontextmanager
async def reconciling(folder: Path, *given: rows.Row) -> AsyncIterator[Reconciler]:
    url = f"sqlite:///{folder}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    async with Writer(store) as writer:
        for row in given:
            writer.put(row)
        await writer.flush()
        yield Reconciler(store, writer, "gz-1", AgentNames(STAFFED))
    await store.close()


def written(path: Path, text: str) -> Path:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(as_text(line) + "\n" for line in lines(text))
    return path


HEARD = rows.BridgeState(node="gz-1", last_event_at=at(3))


async def test_what_happened_while_no_bridge_ran_is_in_the_ledger_before_it_begins(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", f"{TALK}; 40 d q NONE ENTERQUEUE '' 139 1")
    async with reconciling(tmp_path, HEARD, a_row(position=1, vip=True)) as reconciler:
        done = await reconciler.catch_up(Log(log), at(60))
        assert (done.visits, done.repaired, done.added) == (2, 2, 1)
        past = await load_past(reconciler.store, "gz-1", STAFFED.zone, at(60))
        (told,), rings = await visits_of_channels(reconciler.store, "gz-1", ["c"])
        assert (told.outcome, told.agent, told.talk_s, told.vip) == ("answered", "1001", 25.0, True)
        assert [(ring.agent, ring.result) for ring in rings[told.id]] == [("1001", "answered")]
        assert [row.channel_id for row in past.open_visits] == ["d"]
        assert past.log_place is not None
        assert (past.log_place.line_at, past.log_place.lines) == (at(40), 4)
        follower = LogFollower(Log(log), "gz-1", place=past.log_place, since=at(0))
        assert await follower.due(at(99), everything=True) == []
        written(log, "70 d q NONE ABANDON 1 1 30")
        assert [line.verb for line in await follower.due(at(99), everything=True)] == ["ABANDON"]
        assert (await reconciler.catch_up(Log(log), at(100))).repaired == 1
        assert (await reconciler.catch_up(Log(log), at(100))).repaired == 0


async def test_the_pieces_a_rotation_left_are_caught_up_with_too(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", f"{ENTER} 5 c q 客服1001 CONNECT 5 x 2")
    log.rename(tmp_path / "queue_log.0")
    written(log, "30 c q 客服1001 COMPLETEAGENT 5 25 1")
    for path in (log, tmp_path / "queue_log.0"):
        os.utime(path, (at(100).timestamp(),) * 2)
    async with reconciling(tmp_path, HEARD) as reconciler:
        await reconciler.catch_up(Log(log), at(60))
        (told,) = (await visits(reconciler.store)).rows
        assert (told.entered_at, told.answered_at, told.ended_at) == (at(0), at(5), at(30))


async def test_an_agent_first_seen_while_no_bridge_ran_does_not_make_the_time_before_him_a_seen_one(
    tmp_path: Path,
) -> None:
    log = written(tmp_path / "queue_log", "100 MANAGER q PJSIP/1009 ADDMEMBER ''")
    heard = replace(HEARD, seen_until=at(4))
    known = rows.AgentInterval(
        id=rows.interval_id("gz-1", "1001", at(0)), node="gz-1", agent="1001", state="available", started_at=at(0)
    )
    async with reconciling(tmp_path, heard, known) as reconciler:
        for start in (120, 140):  # the first one is killed before its snapshot
            await reconciler.catch_up(Log(log), at(start))
            past = await load_past(reconciler.store, "gz-1", STAFFED.zone, at(start))
            assert [(one.agent, one.started_at) for one in past.members] == [("1009", at(100))]
            assert past.unseen_since() == at(4)
            assert past.gap == rows.Gap(node="gz-1", since=at(4), cause="bridge")


async def test_a_first_start_leaves_the_past_to_the_import(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", TALK)
    async with reconciling(tmp_path) as reconciler:
        assert (await reconciler.catch_up(Log(log), at(60))).visits == 0
        assert await log_place(reconciler.store, "gz-1", "live") is None


async def test_a_visit_written_wrongly_is_put_right_after_it_is_over_and_what_is_known_says_so(tmp_path: Path) -> None:
    wrong = a_row(position=1, outcome="abandoned", ended_at=at(5), wait_s=4.6, ended_by="caller")
    async with reconciling(tmp_path, wrong) as reconciler:
        assert await reconciler.keep(visits_of(lines(TALK)))
        (told,) = (await visits(reconciler.store)).rows
        assert (told.outcome, told.agent, told.ended_at) == ("answered", "1001", at(30))
        assert (reconciler.repaired, reconciler.unexplained, reconciler.checked_until) == (1, 0, at(0))
        assert await reconciler.keep(visits_of(lines(TALK)))
        assert reconciler.repaired == 1


async def test_only_visits_over_for_a_while_are_taken_out_for_comparing(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", f"{TALK}; 31 d q NONE ENTERQUEUE '' 139 1; 90 d q NONE ABANDON 1 1 59")
    follower = LogFollower(Log(log), "gz-1", place=None, since=at(-1))
    await follower.due(at(100), everything=True)
    assert [visit.channel_id for visit in follower.settled(at(60))] == ["c"]
    assert list(follower.settled(at(60))) == []
    assert [visit.channel_id for visit in follower.settled(at(60) + timedelta(minutes=5))] == ["d"]


async def test_a_stamp_of_the_future_holds_nothing_up_behind_it_for_long(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", f"3600 e q NONE ENTERQUEUE '' 1 1; {TALK}")
    follower = LogFollower(Log(log), "gz-1", place=None, since=at(-1))
    assert len(await follower.due(at(40), everything=False)) == 4


async def test_a_long_log_is_read_to_its_end_at_once_on_a_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QueueLogTail.read, "__defaults__", (2,))
    old = "; ".join(f"{n} x{n} q NONE ENTERQUEUE '' 1 1" for n in range(-900, -800))
    log = written(tmp_path / "queue_log", f"{old}; {TALK}")
    follower = LogFollower(Log(log), "gz-1", place=None, since=at(-1))
    assert [line.verb for line in await follower.due(at(99), everything=True)] == [
        "ENTERQUEUE",
        "CONNECT",
        "COMPLETEAGENT",
    ]


async def test_the_newest_second_is_left_to_ami(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", TALK)
    follower = LogFollower(Log(log), "gz-1", place=None, since=at(-1))
    assert len(await follower.due(at(30.5), everything=False)) == 2
    place = follower.place(at(31))
    assert place is not None
    assert place.line_at == at(5)
    assert len(await follower.due(at(32), everything=False)) == 1


@pytest.mark.parametrize(
    ("line_at", "now", "heard", "due"),
    [
        (30, 31, None, False),  # no AMI: by the clock
        (30, 32, None, True),
        (3600, 40, None, True),  # a stamp of the future
        (30, 60, 30.9, False),  # AMI is behind
        (30, 60, 31.2, True),
        (30, 60, -1e6, False),  # AMI has said nothing yet
        (30, 25, 31.2, True),  # the switch's clock is ahead of ours
        (30, 25, 20, False),  # and AMI is behind
    ],
)
def test_a_line_is_due_once_ami_was_heard_up_to_it(
    line_at: float, now: float, heard: float | None, *, due: bool
) -> None:
    assert is_due(at(line_at), at(now), None if heard is None else at(heard)) is due


async def test_what_was_written_before_a_line_that_is_due_is_given_out_with_it(tmp_path: Path) -> None:
    """The switch's clock was set back by an hour: AMI's new times say nothing of the lines of before."""
    log = written(tmp_path / "queue_log", f"3600 e q NONE ENTERQUEUE '' 1 1; {TALK}")
    follower = LogFollower(Log(log), "gz-1", place=None, since=at(-1))
    assert await follower.due(at(3605), everything=False, heard=at(1)) == []
    told = await follower.due(at(3605), everything=False, heard=at(6.5))
    assert [(line.channel_id, line.verb) for line in told] == [
        ("e", "ENTERQUEUE"),
        ("c", "ENTERQUEUE"),
        ("c", "CONNECT"),
    ]


def test_a_clock_that_was_set_back_is_noticed_by_what_is_heard() -> None:
    hearing = Hearing()
    hearing.begin()
    for moment in (100, 101.5, 100.5):  # two threads' words may cross
        hearing.hear(at(moment))
    assert (hearing.until, hearing.set_back) == (at(100.5), False)
    hearing.hear(at(40))
    hearing.hear(at(41))
    assert (hearing.until, hearing.set_back) == (at(41), True)
    hearing.end()
    assert hearing.until is None


def kept_in(path: Path) -> list[bytes]:
    return [line.split(b" ", 1)[1] for line in path.read_bytes().splitlines()]


async def test_lines_that_are_no_facts_are_kept_also_those_nobody_was_there_to_read(
    tmp_path: Path,
) -> None:
    aside = AsideFile(tmp_path / "set-aside" / "gz-1" / "live.lines")
    path = written(tmp_path / "queue_log", ENTER)
    source = Log(path, aside=aside)
    follower = LogFollower(source, "gz-1", place=None, since=at(-1))
    with path.open("ab") as file:
        file.write(b"1795301530|cut\nno line at all\n")
    await follower.due(at(99), everything=True)
    offset = len(path.read_bytes())
    assert kept_in(aside.path) == [b"%d cut 1795301530|cut" % (offset - 15), b"%d cut no line at all" % offset]
    place = follower.place(at(99))
    with path.open("ab") as file:
        file.write(b"another\n")
    at_the_end(source, "gz-1", place, at(100))
    assert aside.path.read_bytes().endswith(b" cut another\n")


async def test_odd_lines_behind_the_last_fact_are_counted_and_kept_once_though_the_bridge_is_restarted(
    tmp_path: Path,
) -> None:
    aside = AsideFile(tmp_path / "aside" / "live.lines")
    path = written(tmp_path / "queue_log", ENTER)
    with path.open("ab") as file:
        file.write(b"1795301530|cut\n")
    first = LogFollower(Log(path, aside=aside), "gz-1", place=None, since=at(-1))
    await first.due(at(99), everything=True)
    place = first.place(at(99))
    assert place is not None
    assert (place.lines, place.set_aside, place.bytes_read) == (2, 1, path.stat().st_size)
    restarted = LogFollower(Log(path, aside=aside), "gz-1", place=place, since=at(-1))
    await restarted.due(at(100), everything=True)
    assert (restarted.place(at(100)), len(kept_in(aside.path))) == (None, 1)


async def test_what_is_read_but_held_back_is_counted_when_it_is_given_out(tmp_path: Path) -> None:
    aside = AsideFile(tmp_path / "aside" / "live.lines")
    path = written(tmp_path / "queue_log", f"{ENTER} 60 c q NONE ABANDON 1 1 60")
    with path.open("ab") as file:
        file.write(b"1795301530|cut\n")
    source = Log(path, aside=aside)
    killed = LogFollower(source, "gz-1", place=None, since=at(-1))
    await killed.due(at(60.5), everything=False)
    place = killed.place(at(61))
    assert place is not None
    assert (place.lines, place.set_aside) == (1, 0)
    restarted = LogFollower(Log(path, aside=replace(aside, _kept=None)), "gz-1", place=place, since=at(-1))
    await restarted.due(at(99), everything=True)
    place = restarted.place(at(99))
    assert place is not None
    assert (place.lines, place.set_aside, len(kept_in(aside.path))) == (3, 1, 1)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            b"1795301530|1795301530.7|service|NONE|ENTERQEUE||13800138000|1",
            b"1795301530|1795301530.7|service|NONE|ENTERQEUE||138****8000|*",
        ),
        (
            b"1795301530|gz-1795301530.7|service|NONE|PINSAID|4711",
            b"1795301530|gz-1795301530.7|service|NONE|PINSAID|****",
        ),
        (b"138001380", b"13****380"),
        (b"00138000|1795301530.7|service|", b"00****00|1795301530.7|service|"),
        ("1795301530|13800138000|陈".encode("gbk"), "1795301530|138****8000|陈".encode("gbk")),
        (b"2026-11-21 10:00:01|13800138000|q|a|ABANDON", b"2026-11-21 10:00:01|138****8000|q|a|ABANDON"),
        (b"2125551234|c", b"212****234|c"),
    ],
)
def test_of_a_line_set_aside_no_number_is_kept_in_clear(tmp_path: Path, line: bytes, kept: bytes) -> None:
    aside = AsideFile(tmp_path / "live.lines")
    aside.keep([(61, Odd("cut", line + b"\n"))])
    assert kept_in(aside.path) == [b"61 cut " + kept]


def test_what_is_set_aside_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    aside = AsideFile(tmp_path / "set-aside" / "live.lines", most_bytes=1)
    before = os.umask(0)
    try:
        for number in range(2):
            aside.keep([(number, Odd("cut", b"x"))])
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (aside.path.parent, aside.path, aside.older)}
    assert modes == {"set-aside": 0o700, "live.lines": 0o600, "live.lines.1": 0o600}


def test_what_was_set_aside_is_kept_as_long_as_other_evidence(tmp_path: Path) -> None:
    aside = AsideFile(tmp_path / "live.lines", keep_for=timedelta(days=2))
    aside.keep([(1, Odd("cut", b"old"))], at(0))
    aside.keep([(2, Odd("cut", b"new"))], at(86_400))
    earlier = tmp_path / "queue_log.0a1b2c3d.lines"
    earlier.write_bytes(b"17 cut 1795301530|13800138000\n")  # as an earlier version kept it, with the number in clear
    (tmp_path / "else").write_bytes(b"somebody's")
    aside.forget(at(3600))
    assert kept_in(aside.path) == [b"2 cut new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else", "live.lines"]
    AsideFile(tmp_path / "none" / "live.lines", keep_for=timedelta(0)).keep([(1, Odd("cut", b"x"))])
    assert not (tmp_path / "none").exists()


def test_what_is_set_aside_is_bounded_and_the_newest_stays(tmp_path: Path) -> None:
    aside = AsideFile(tmp_path / "live.lines", most_bytes=100)
    for number in range(50):
        aside.keep([(number, Odd("cut", b"x" * 10))])
    sizes = sorted(path.stat().st_size for path in tmp_path.iterdir())
    assert len(sizes) == 2
    assert max(sizes) < 150
    assert aside.path.read_bytes().endswith(b" 49 cut xxxxxxxxxx\n")


async def test_a_disk_that_takes_nothing_is_told_of_once_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = written(tmp_path / "queue_log", TALK)
    path.write_bytes(path.read_bytes() + b"odd\n")
    follower = LogFollower(
        Log(path, aside=AsideFile(tmp_path / "file" / "live.lines")), "gz-1", place=None, since=at(-1)
    )
    with capture_logs() as logs:
        assert len(await follower.due(at(99), everything=True)) == 3
        path.write_bytes(path.read_bytes() + b"odd\n")
        await follower.due(at(99), everything=True)
    assert [one["event"] for one in logs].count("bridge.set_aside_not_kept") == 1


def test_a_portion_ends_between_two_callers() -> None:
    told = visits_of(
        lines("".join(f"{n} c q NONE ENTERQUEUE '' 138 1; {n} c q NONE ABANDON 1 1 0;" for n in (1, 5, 9)))
    )
    told += visits_of(lines("1 d q NONE ENTERQUEUE '' 138 1; 2 d q NONE ABANDON 1 1 1"))
    assert [[visit.channel_id for visit in some] for some in portions(told, 2)] == [["c", "c", "c"], ["d"]]


async def test_what_waits_on_disk_is_in_the_ledger_before_the_log_is_compared_with_it(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    left = Spool(spool)
    first = RingAttempt(
        visit_id="gz-1/c/1", ordinal=1, node="gz-1", agent="1101", interface="", started_at=at(2), ended_at=at(4)
    )
    second = replace(first, ordinal=2, agent="1001", started_at=at(3), ended_at=at(5.2), result="answered")
    answered = a_row(position=1, rings=2, outcome="answered", answered_at=at(5.2), agent="1001", ended_at=at(30.1))
    for row in (HEARD, replace(answered, ended_by="agent"), replace(first, result="cancelled"), second):
        left.put(row)
    left.close()
    url = f"sqlite:///{tmp_path}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    async with asyncio.timeout(60), Writer(store, spool=Spool(spool)) as writer:
        reconciler = Reconciler(store, writer, "gz-1", AgentNames(STAFFED))
        await reconciler.catch_up(Log(written(tmp_path / "queue_log", TALK)), at(60))
        _, rings = await visits_of_channels(store, "gz-1", ["c"])
        assert [(one.ordinal, one.agent, one.result) for one in rings["gz-1/c/1"]] == [
            (1, "1101", "cancelled"),
            (2, "1001", "answered"),
        ]
    await store.close()


async def test_a_database_that_is_away_puts_comparing_and_deleting_off_and_ends_nothing(tmp_path: Path) -> None:
    async with reconciling(tmp_path) as here:
        away = store_at("postgresql://nobody:x@127.0.0.1:1/nothing")
        reconciler = Reconciler(away, here.writer, "gz-1", here.names)
        assert not await reconciler.keep(visits_of(lines(TALK)))
        await reconciler.forget(at(0))
        await reconciler.fill(at(0))
        assert reconciler.checked_until is None
        others = Others(away, here.writer, "gz-1", at(0))
        await others.look(at(1))
        await others.leave()
        cel = written(tmp_path / "hotline.csv", "")
        with capture_logs() as told:
            await CallKeeper(cel, away, here.writer, HOUSE, {}, lambda: at(0)).look()
        assert [one["event"] for one in told] == ["bridge.cel_later"]
        await away.close()
