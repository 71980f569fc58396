"""What a waiting caller is told, when, and when rather nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.domain.line import AHEAD_OF_TIME, Told, Words, heard, line_of, ready, wish_of
from tests.ami_bridge.replaying import Replay, fresh
from tests.ami_bridge.test_reducer import TAGS, at, caller, join, member, ringing

if TYPE_CHECKING:
    from ami_bridge.domain.model import Visit

WISH = "45;place;place-and-wait"
EARLY = AHEAD_OF_TIME.total_seconds()
NO_WAIT = Words("place", "zh-CN", "v1", 1, None)


def enters(s: float, channel: str, priority: int = 0, announce: str = WISH) -> ev.Joined:
    return join(s, channel, tags=replace(TAGS, priority=priority, announce=announce))


def two() -> Replay:
    return fresh().take_all([enters(0, "c1"), enters(1, "c2")])


def visit_of(replay: Replay, channel: str) -> Visit:
    return next(v for v in replay.state.visits.values() if v.row.channel_id == channel)


def lies_ready(replay: Replay, channel: str, s: float, told: Told | None = None) -> Words | None:
    visit = visit_of(replay, channel)
    return ready(replay.state, visit, told or Told(visit.row.entered_at), at(s)).ready


def seen_waits(replay: Replay, *waits: float) -> Replay:
    state = replace(replay.state, waits={"normal": tuple((at(0), wait) for wait in waits)})
    return replace(replay, state=state)


@pytest.mark.parametrize("text", ["", "45", ";place;", "x;place;", "0;place;", "-5;place;"])
def test_what_is_no_wish_wishes_nothing(text: str) -> None:
    assert wish_of(text) is None


def test_a_wish_is_told_by_the_channel() -> None:
    wish = wish_of("45;place;")
    assert wish is not None
    assert (wish.every, wish.message, wish.with_wait) == (timedelta(seconds=45), "place", "")


def test_the_second_is_told_one_ahead_shortly_before_it_is_due_and_not_earlier() -> None:
    assert lies_ready(two(), "c2", 1 + 45 - EARLY - 0.1) is None
    assert lies_ready(two(), "c2", 1 + 45 - EARLY) == NO_WAIT
    assert lies_ready(two(), "c1", 46) == replace(NO_WAIT, ahead=0)


def test_a_caller_whose_step_announces_nothing_is_told_nothing() -> None:
    assert lies_ready(fresh().take(enters(0, "c1", announce="")), "c1", 100) is None


def test_the_line_is_by_priority_then_by_time() -> None:
    replay = two().take(enters(5, "c3", priority=10))
    assert [visit.row.channel_id for visit in line_of(replay.state, "normal")] == ["c3", "c1", "c2"]


def test_the_wait_is_told_where_it_is_known_rounded_up_to_minutes() -> None:
    known = seen_waits(two(), 60, 110, 170)
    assert lies_ready(known, "c2", 46) == Words("place-and-wait", "zh-CN", "v1", 1, 180)  # 170 - 45 s, up to minutes
    assert lies_ready(seen_waits(two(), 10, 60, 170), "c2", 46) == NO_WAIT  # two waited as long: too few
    assert lies_ready(seen_waits(two(), 45, 45, 46), "c2", 46) == Words("place-and-wait", "zh-CN", "v1", 1, 60)


def test_the_wait_is_left_out_where_no_message_tells_it() -> None:
    replay = seen_waits(fresh().take(enters(0, "c1", announce="45;place;")), 60, 110, 170)
    assert lies_ready(replay, "c1", 45) == replace(NO_WAIT, ahead=0)


def test_a_place_never_grows() -> None:
    replay = two().take(enters(50, "c3", priority=10))
    told = Told(at(46), ahead=1)
    assert lies_ready(replay, "c2", 91, told) is None
    replay.take(ev.HungUp(**caller(92, "c3")))
    assert lies_ready(replay, "c2", 93, told) == NO_WAIT


def test_a_wait_never_grows_and_the_place_is_told_without_it() -> None:
    known = seen_waits(two(), 150, 200, 300)
    assert lies_ready(known, "c2", 91, Told(at(46), ahead=1, wait_s=180)) == NO_WAIT
    same = lies_ready(known, "c2", 91, Told(at(46), ahead=1, wait_s=240))
    assert same == Words("place-and-wait", "zh-CN", "v1", 1, 240)


def test_no_announcement_is_in_the_way_of_an_agent() -> None:
    free = two().take(member(2))
    assert lies_ready(free, "c1", 46) is None
    assert lies_ready(free, "c2", 46) == NO_WAIT
    assert lies_ready(free.take(member(3, "1002")), "c2", 46) is None
    paused = two().take(member(2, paused=True))
    assert lies_ready(paused, "c1", 46) == replace(NO_WAIT, ahead=0)
    rung = two().take(ev.Rang(**ringing(40, "c1")))
    assert lies_ready(rung, "c1", 46) is None


def test_what_lay_ready_when_the_music_stopped_has_been_told() -> None:
    replay = two()
    visit = visit_of(replay, "c2")
    told = Told(at(1), ready=Words("both", "zh-CN", "v1", 1, 120), ready_at=at(44))
    assert heard(told, visit) == told
    replay.take(ev.MusicStopped(at=at(43), channel_id="c2"))
    assert heard(told, visit_of(replay, "c2")) == told
    replay.take(ev.MusicStopped(at=at(46.2), channel_id="c2"))
    assert heard(told, visit_of(replay, "c2")) == Told(at(46.2), ahead=1, wait_s=120)
    place_only = replace(told, wait_s=180, ready=NO_WAIT)
    assert heard(place_only, visit_of(replay, "c2")) == Told(at(46.2), ahead=1, wait_s=180)
    assert heard(Told(at(1)), visit_of(replay, "c2")) == Told(at(1))


def test_music_that_stops_for_an_agent_or_for_nobody_we_know_changes_nothing() -> None:
    replay = two().take(ev.MusicStopped(at=at(3), channel_id="stranger"))
    replay.take_all([ev.Left(**caller(5, "c1"), queue="normal"), ev.MusicStopped(at=at(5), channel_id="c1")])
    assert visit_of(replay, "c1").music_stopped_at is None
    assert not replay.changes[-1].any


def test_what_lies_ready_is_kept_true_and_keeps_the_time_it_was_put_there() -> None:
    replay = two()
    visit = visit_of(replay, "c2")
    first = ready(replay.state, visit, Told(at(1)), at(44))
    assert (first.ready, first.ready_at) == (NO_WAIT, at(44))
    replay.take(ev.HungUp(**caller(45, "c1")))
    then = ready(replay.state, visit, first, at(45))
    assert (then.ready, then.ready_at) == (replace(NO_WAIT, ahead=0), at(44))
