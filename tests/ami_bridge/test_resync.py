"""A snapshot continues what it finds and closes what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.domain.states import Phase
from tests.ami_bridge.replaying import T0, fresh
from tests.ami_bridge.test_reducer import TAGS, at, caller, doing, join, member, ringing
from tests.ami_bridge.test_transcripts import check_intervals


def shot(s: float, **parts: Any) -> ev.SnapshotTaken:
    base: dict[str, Any] = {"queues": ("normal",), "members": (), "waiting": (), "channels": ()}
    return ev.SnapshotTaken(at=at(s), **(base | parts))


def waiting(channel: str = "c1", wait_s: float = 10, queue: str = "normal") -> ev.WaitingSeen:
    return ev.WaitingSeen(
        queue=queue,
        position=1,
        channel_id=channel,
        caller="13800138000",
        caller_name="陳",
        wait_s=wait_s,
        priority=2,
    )


def channel(channel_id: str = "c1", **over: Any) -> ev.ChannelSeen:
    base: dict[str, Any] = {
        "channel": "PJSIP/trunk-00000001",
        "channel_id": channel_id,
        "call_id": channel_id,
        "caller": "13800138000",
        "caller_name": "陳",
        "application": "Queue",
        "data": "normal,c,,,300",
        "bridge_id": "",
        "since": T0,
        "tags": TAGS,
    }
    return ev.ChannelSeen(**(base | over))


PHONE = channel("a-1001", channel="PJSIP/1001-0000002a", call_id="c1", application="AppQueue", bridge_id="b1")


def test_a_caller_found_waiting_goes_on_with_the_same_visit() -> None:
    replay = fresh().take(join(0))
    replay.take(ev.LinkChanged(at=at(3), up=False)).take(ev.LinkChanged(at=at(9), up=True))
    assert replay.state.knowing == "catching_up"
    replay.take(shot(10, waiting=(waiting(),), channels=(channel(),)))
    assert list(replay.visits) == ["gz-1/c1/1"]
    assert replay.visits["gz-1/c1/1"].entered_at == at(0)
    assert (replay.state.knowing, replay.state.knowing_since) == ("complete", at(10))


def test_a_caller_nobody_knew_is_taken_in_with_the_wait_asterisk_tells() -> None:
    replay = fresh().take(shot(10, waiting=(waiting(wait_s=7),), channels=(channel(call_id="c0"),)))
    (visit,) = replay.visits.values()
    assert (visit.entered_at, visit.call_id, visit.language, visit.vip) == (at(3), "c0", "zh-CN", True)
    replay.take(join(3))  # the event may still come after the snapshot
    assert len(replay.visits) == 1


def test_a_caller_no_longer_there_ended_and_nobody_saw_how() -> None:
    replay = fresh().take(join(0)).take(shot(60))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.ended_by) == ("unknown_after_gap", None)
    assert replay.state.counts["normal"].unknown_after_gap == 1


def test_queue_log_tells_afterwards_how_a_gap_ended() -> None:
    replay = fresh().take(join(0)).take(shot(60))
    line = ev.LedgerLine(
        at=at(42), channel_id="c1", queue="normal", member_name="NONE", verb="ABANDON", data=("1", "1", "42")
    )
    replay.take(line, at(61))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.wait_s, visit.evidence) == ("abandoned", 42.0, "queue_log: ABANDON")
    counts = replay.state.counts["normal"]
    assert (counts.unknown_after_gap, counts.abandoned, counts.entered) == (0, 1, 1)


def test_a_caller_answered_during_the_gap_is_found_talking_to_the_right_agent() -> None:
    replay = fresh().take_all([member(0), join(0)])
    replay.take(shot(30, members=(member(30, status=2),), channels=(channel(bridge_id="b1"), PHONE)))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.agent, visit.evidence) == ("answered", "1001", "snapshot: found talking")
    assert doing(replay) == "on_queue_call"


def test_a_talk_that_ended_in_the_gap_is_over_and_the_agent_is_free() -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(shot(60, members=(member(60),)))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.ended_at) == ("answered", at(60))
    replay.tick(at(70))
    assert doing(replay) == "available"
    done = ev.LedgerLine(
        at=at(40), channel_id="c1", queue="normal", member_name="客服1001", verb="COMPLETEAGENT", data=("1", "38", "1")
    )
    replay.take(done, at(71))
    (visit,) = replay.visits.values()
    assert (visit.ended_at, visit.talk_s, visit.ended_by) == (at(40), 38.0, "agent")


def test_a_talk_whose_beginning_nobody_saw_is_kept_without_a_made_up_wait() -> None:
    replay = fresh().take(shot(30, members=(member(30),), channels=(channel(bridge_id="b1"), PHONE)))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.wait_s, visit.queue, visit.agent) == ("answered", None, "normal", "1001")
    counts = replay.state.counts["normal"]
    assert (counts.answered_within, counts.answer_wait_s, counts.longest_wait_s) == (0, 0.0, 0.0)
    assert doing(replay) == "on_queue_call"


def test_a_caller_answered_while_nobody_looked_has_no_wait_up_to_the_snapshot() -> None:
    replay = fresh().take_all([member(0), join(0)])
    replay.take(shot(15, channels=(channel(bridge_id="b1"), PHONE)))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.wait_s) == ("answered", None)
    counts = replay.state.counts["normal"]
    assert (counts.answered, counts.answered_within, counts.longest_wait_s) == (1, 0, 0.0)


def test_the_events_of_a_talk_the_snapshot_found_make_no_second_visit() -> None:
    replay = fresh().take(shot(30, members=(member(30),), channels=(channel(bridge_id="b1"), PHONE)))
    replay.take_all([join(10), ev.Left(**caller(12), queue="normal"), ev.Connected(**ringing(12))])
    assert list(replay.visits) == ["gz-1/c1/1"]
    replay.take_all([ev.Completed(**ringing(40), reason="agent"), join(50), ev.GaveUp(**caller(55), queue="normal")])
    replay.take(ev.HungUp(**caller(55)))
    assert [v.outcome for v in replay.visits.values()] == ["answered", "abandoned"]


def test_what_is_remembered_of_a_channel_ends_with_the_channel_even_if_its_hangup_was_lost() -> None:
    replay = fresh().take(join(0)).take(shot(60))
    replay.tick(at(300))
    state = replay.state
    assert (dict(state.visits), dict(state.by_channel), dict(state.ordinals), dict(state.hung)) == ({}, {}, {}, {})


def test_a_channel_still_there_keeps_its_count_of_visits() -> None:
    replay = fresh().take_all(
        [join(0), ev.Left(**caller(5), queue="normal"), ev.Resulted(**caller(5), status="TIMEOUT")]
    )
    replay.take(shot(60, channels=(channel(application="AGI"),))).tick(at(300))
    replay.take(join(310))
    assert list(replay.visits) == ["gz-1/c1/1", "gz-1/c1/2"]


def test_members_are_as_the_snapshot_says() -> None:
    replay = fresh().take_all([member(0), member(0, queue="vip"), member(0, "1002")])
    replay.take(shot(5, members=(member(5, paused=True, pause_reason="lunch"),)))
    assert set(replay.state.agents["1001"].members) == {"normal"}
    assert (doing(replay), doing(replay, "1002")) == ("paused", "signed_off")
    assert replay.memberships["1001", "vip"].left_at == at(5)
    check_intervals(replay)


def test_wrap_up_survives_a_restart_of_the_bridge() -> None:
    replay = fresh().take(shot(5, members=(member(5, last_call=at(4)),)))
    assert doing(replay) == "wrap_up"
    replay.tick(at(7))
    assert doing(replay) == "available"
    assert replay.state.agents["1001"].interval.started_at == at(6)


def test_an_agent_whose_phone_does_not_answer_is_unreachable() -> None:
    replay = fresh().take(shot(5, members=(member(5, status=5),), unreachable=frozenset({"1001"})))
    assert doing(replay) == "unreachable"


def test_callers_in_the_flow_come_and_go_with_the_snapshot() -> None:
    menu = channel(application="AGI", data="agi://127.0.0.1:4573/flow/main")
    replay = fresh().take(ev.Tagged(**caller(0, "old"))).take(shot(5, channels=(menu,)))
    assert list(replay.state.calls) == ["c1"]


def test_events_that_happened_before_the_snapshot_and_come_after_it_change_nothing() -> None:
    replay = fresh().take(shot(10, waiting=(waiting(wait_s=2),), channels=(channel(),)))
    replay.take(ev.Left(**caller(5), queue="normal"))  # of an earlier visit of this channel
    (visit,) = replay.state.visits.values()
    assert visit.phase is Phase.WAITING


def test_a_second_snapshot_changes_nothing() -> None:
    first = shot(10, members=(member(10),), waiting=(waiting(),), channels=(channel(),))
    replay = fresh().take(first)
    before = (dict(replay.visits), dict(replay.intervals))
    replay.take(replace(first, at=first.at + timedelta(seconds=5)))
    assert (replay.visits, replay.intervals) == before


def test_a_caller_only_the_log_told_of_is_known_by_his_channel_from_the_snapshot_on() -> None:
    entered = ev.LedgerLine(
        at=at(8), channel_id="c1", queue="normal", member_name="NONE", verb="ENTERQUEUE", data=("", "138", "2")
    )
    tags = replace(TAGS, announce="45;place;")
    seen = channel(call_id="c0", tags=tags)
    replay = fresh().take(entered).take(shot(10, waiting=(waiting(wait_s=2),), channels=(seen,)))
    (visit,) = replay.visits.values()
    assert (visit.call_id, visit.number, visit.language, visit.vip) == ("c0", "96956", "zh-CN", True)
    assert (visit.flow, visit.flow_version, visit.caller_name) == ("main", "v1", "陳")
    assert visit.position == 2, "the place at entry, whatever it has become"
    (held,) = replay.state.visits.values()
    assert held.announce == "45;place;"


ELSEWHERE = channel("x1", channel="Local/100@agents-00000001;1", bridge_id="b9", application="AppDial2")


@pytest.mark.parametrize("reason", ["transfer", "agent"])  # agent: who hung up before the other one answered
def test_a_caller_who_was_transferred_to_somebody_is_no_new_talk_of_the_queue_however_long_it_goes_on(
    reason: str,
) -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(ev.Completed(**ringing(5), reason=reason)).tick(at(600))
    replay.take(shot(610, channels=(channel(bridge_id="b9"), ELSEWHERE)))  # the caller's channel is still in Queue()
    assert list(replay.visits) == ["gz-1/c1/1"]
    replay.take(ev.HungUp(**caller(620))).tick(at(900))
    assert replay.state.visits == {}


def test_what_is_remembered_of_a_transfer_ends_with_the_first_snapshot_without_the_caller() -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(ev.Completed(**ringing(5), reason="transfer")).take(shot(610)).tick(at(900))
    assert (replay.state.visits, replay.state.ordinals) == ({}, {})


def test_a_talk_that_was_over_before_the_snapshot_and_is_heard_after_it_is_one_visit() -> None:
    """A bridge that was held up takes a snapshot of what is, and has the events up to that moment still before it."""
    replay = fresh().take_all([member(0), join(1), ev.LinkChanged(at=at(3), up=False)])
    replay.take_all([ev.LinkChanged(at=at(8), up=True), shot(9.5, members=(member(9.5),))])
    assert replay.visits["gz-1/c1/1"].outcome == "unknown_after_gap"
    replay.take_all(
        [
            ev.Left(**caller(8.3), queue="normal"),
            replace(ev.Connected(**ringing(8.3)), waited_s=7),
            ev.Completed(**ringing(9.1), reason="caller"),
            ev.HungUp(**caller(9.2)),
        ]
    )
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.entered_at, visit.answered_at, visit.ended_at) == ("answered", at(1), at(8.3), at(9.1))
    assert (visit.agent, visit.ended_by, replay.state.counts["normal"].answered) == ("1001", "caller", 1)
    check_intervals(replay)
