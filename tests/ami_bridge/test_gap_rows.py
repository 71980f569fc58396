"""The rows of a gap and of places in queues, fact by fact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ami_bridge.domain import events as ev
from ami_bridge.views import agent_view
from store import rows
from tests.ami_bridge.replaying import RULES, Replay, fresh
from tests.ami_bridge.test_reducer import at, doing, member
from tests.ami_bridge.test_resync import shot
from tests.ami_bridge.test_transcripts import check_intervals


def line(s: float, verb: str, *data: str, who: str = "PJSIP/1001", queue: str = "normal") -> ev.LedgerLine:
    return ev.LedgerLine(at=at(s), channel_id="MANAGER", queue=queue, member_name=who, verb=verb, data=data)


def cut(s: float, **more: Any) -> ev.LinkChanged:
    return ev.LinkChanged(at=at(s), up=False, **more)


def stays(replay: Replay, queue: str = "normal") -> list[rows.MembershipInterval]:
    return sorted((one for one in replay.places.values() if one.queue == queue), key=lambda one: one.started_at)


def told(replay: Replay) -> list[tuple[str, object, object]]:
    mine = sorted(replay.intervals.values(), key=lambda one: one.started_at)
    return [(one.state, one.started_at, one.ended_at) for one in mine]


def test_a_cut_is_a_gap_from_when_nothing_was_heard_to_the_snapshot_and_unknown_in_between() -> None:
    replay = fresh().take_all([member(0), cut(20, unseen_since=at(14))])
    assert replay.gaps == {at(14): rows.Gap(node="gz-1", since=at(14), cause="ami")}
    replay.tick(at(25))
    replay.take_all([ev.LinkChanged(at=at(30), up=True), shot(31, members=(member(31),))])
    assert replay.gaps == {at(14): rows.Gap(node="gz-1", since=at(14), until=at(31), cause="ami")}
    assert told(replay) == [("available", at(0), at(14)), ("unknown", at(14), at(31)), ("available", at(31), None)]
    assert agent_view(replay.state, replay.state.agents["1001"]).since == at(0), "the board counts on"
    check_intervals(replay)
    replay.take(member(40, status=2))
    assert agent_view(replay.state, replay.state.agents["1001"]).since == at(40)


def test_what_is_thrown_away_is_a_gap_though_the_link_was_never_down() -> None:
    lost = ev.LinkChanged(at=at(20), up=True, unseen_since=at(9), cause="overflow")
    replay = fresh().take_all([member(0), lost, shot(21, members=(member(21, paused=True, pause_reason="tea"),))])
    assert list(replay.gaps.values()) == [rows.Gap(node="gz-1", since=at(9), until=at(21), cause="overflow")]
    assert [state for state, *_ in told(replay)] == ["available", "unknown", "paused"]


def test_the_first_snapshot_of_all_ends_no_gap() -> None:
    replay = fresh().take_all([ev.LinkChanged(at=at(0), up=True), shot(1, members=(member(1),))])
    assert replay.gaps == {}
    assert told(replay) == [("available", at(1), None)]


def test_while_ami_tells_everything_the_lines_of_the_log_change_no_place() -> None:
    replay = fresh().take_all([member(0), line(5, "PAUSE", "lunch", who="客服1001"), line(6, "REMOVEMEMBER")])
    assert [(one.paused, one.ended_at, one.evidence) for one in stays(replay)] == [(False, None, "ami")]


def test_a_member_whose_row_went_out_of_a_database_is_gone_by_the_log_alone() -> None:
    gone = replace(line(6, "REMOVEMEMBER", ""), channel_id="REALTIME")
    replay = fresh().take_all([member(0.5, membership="realtime"), gone])
    assert [(one.ended_at, one.added_by) for one in stays(replay)] == [(at(6), "realtime")]
    assert doing(replay) == "signed_off"
    check_intervals(replay)


def test_what_ami_says_later_of_a_member_whose_row_went_does_not_bring_him_back_but_his_row_does() -> None:
    gone, again = (
        replace(line(s, verb, ""), channel_id="REALTIME") for s, verb in ((6, "REMOVEMEMBER"), (20, "ADDMEMBER"))
    )
    replay = fresh().take_all([member(0.5, membership="realtime"), gone, member(9, membership="realtime")])
    assert (doing(replay), [one.ended_at for one in stays(replay)]) == ("signed_off", [at(6)])
    replay.take_all([again, member(22, membership="realtime", penalty=2)])
    assert (doing(replay), stays(replay)[-1].started_at) == ("available", at(20))
    found = fresh().take_all(
        [member(0.5, membership="realtime"), gone, shot(9, members=(member(9, membership="realtime"),))]
    )
    assert doing(found) == "available"


def test_of_a_row_that_came_and_went_in_one_second_the_order_of_the_lines_counts() -> None:
    gone, again = (replace(line(6, verb, ""), channel_id="REALTIME") for verb in ("REMOVEMEMBER", "ADDMEMBER"))
    assert doing(fresh().take_all([member(6.4, membership="realtime"), again, gone])) == "signed_off"
    assert doing(fresh().take_all([member(6.4, membership="realtime"), gone, again])) == "available"
    late = replace(gone, at=at(2))
    assert doing(fresh().take_all([member(6.4, membership="realtime"), late])) == "available"


def test_who_added_a_member_is_told_by_the_log_also_where_ami_saw_it() -> None:
    replay = fresh().take_all([member(0.4, membership="dynamic"), line(0, "ADDMEMBER", "")])
    assert [(one.added_by, one.started_at) for one in stays(replay)] == [("MANAGER", at(0.4))]
    configured = fresh().take_all([member(0.4, membership="static"), line(0, "ADDMEMBER", "")])
    assert [one.added_by for one in stays(configured)] == ["configuration"]


def test_a_member_added_in_a_gap_gets_his_penalty_from_the_snapshot_if_nothing_changed_it() -> None:
    replay = fresh().take_all([member(0, "1002"), cut(10), line(12, "ADDMEMBER", "")])
    assert [one.penalty for one in stays(replay) if one.agent == "1001"] == [None]
    replay.take(shot(20, members=(member(20, "1002"), member(20, penalty=3))))
    (stay,) = (one for one in stays(replay) if one.agent == "1001")
    assert (stay.penalty, stay.started_at, stay.ended_at, stay.evidence) == (3, at(12), None, "queue_log")


def test_a_penalty_set_in_a_gap_says_nothing_of_the_one_before() -> None:
    replay = fresh().take_all([member(0, "1002"), cut(10), line(12, "ADDMEMBER", ""), line(15, "PENALTY", "4")])
    replay.take(shot(20, members=(member(20, "1002"), member(20, penalty=4))))
    mine = [(one.penalty, one.started_at, one.ended_at) for one in stays(replay) if one.agent == "1001"]
    assert mine == [(None, at(12), at(15)), (4, at(15), None)]


def test_a_change_the_log_is_silent_on_is_the_snapshots() -> None:
    replay = fresh().take_all([member(0), member(0, queue="vip"), cut(10), shot(20, members=(member(20, penalty=7),))])
    assert [(one.penalty, one.started_at, one.evidence) for one in stays(replay)] == [
        (0, at(0), "ami"),
        (7, at(20), "snapshot"),
    ]
    assert [one.ended_at for one in stays(replay, "vip")] == [at(20)]


def test_lines_of_before_the_gap_that_come_in_it_change_nothing() -> None:
    replay = fresh().take_all([member(0), member(9.2, paused=True, pause_reason="tea"), cut(10.5)])
    before = dict(replay.places)
    replay.take(line(9, "PAUSE", "tea", who="客服1001"))
    assert replay.places == before


def test_asterisks_own_pause_is_told_from_everybody_elses() -> None:
    replay = fresh().take_all([member(0), member(5, paused=True, pause_reason="Auto-Pause")])
    replay.take(member(9, paused=True, pause_reason="lunch"))
    assert [(one.reason, one.paused_by) for one in stays(replay)] == [
        (None, None),
        ("Auto-Pause", "queue"),
        ("lunch", None),
    ]
    assert doing(replay) == "paused"


def test_skills_are_kept_with_the_stay_and_new_ones_begin_a_new_one() -> None:
    skilled = replace(RULES, skills={"1001": ("repairs", "english")})
    replay = fresh(rules=skilled).take(member(0))
    assert [one.skills for one in stays(replay)] == ["english, repairs"]
    other = Replay(replace(replay.state, rules=RULES)).take(member(9))
    assert [(one.skills, one.ended_at) for one in stays(other)] == [("english, repairs", at(9)), ("", None)]


def test_a_gap_ends_also_where_the_switchs_clock_is_behind_ours() -> None:
    replay = fresh().take_all([member(0), cut(20), shot(12, members=(member(12),))])
    assert list(replay.gaps.values()) == [rows.Gap(node="gz-1", since=at(20), until=at(20), cause="ami")]
    assert replay.state.gap_since is None
    check_intervals(replay)


def started(s: float) -> ev.LedgerLine:
    return ev.LedgerLine(at=at(s), channel_id="NONE", queue="NONE", member_name="NONE", verb="QUEUESTART", data=())


def test_a_start_of_asterisk_in_a_gap_ends_the_pause_of_a_member_of_its_configuration() -> None:
    """As a soak heard it: paused over a pause, AMI cut in the middle of the event, Asterisk killed and started anew."""
    replay = fresh().take_all(
        [
            member(0),
            member(18.039144, paused=True, pause_reason="lunch"),
            member(18.039669, paused=True, pause_reason="training"),
            cut(18.587001),
            line(18, "PAUSE", "lunch", who="客服1001"),
            line(18, "UNPAUSE", "Auto-Unpause", who="客服1001"),
            line(18, "PAUSE", "training", who="客服1001"),
            started(19),
            ev.LinkChanged(at=at(25), up=True),
            shot(25.059506, members=(member(25.059506, status=5),)),
        ]
    )
    mine = [(one.started_at, one.ended_at, one.paused, one.penalty) for one in stays(replay)]
    assert mine[-2:] == [(at(18.587001), at(19), True, 0), (at(19), None, False, 0)]
    check_intervals(replay)


def test_a_start_of_asterisk_keeps_the_pause_of_one_added_at_run_time_and_tells_no_penalty() -> None:
    added = member(0, membership="dynamic", penalty=1, paused=True, pause_reason="tea")
    replay = fresh().take_all([added, cut(20), started(21)])
    assert [(one.paused, one.reason, one.penalty) for one in stays(replay)] == [(True, "tea", 1), (True, "tea", None)]
    replay.take(shot(30, members=(member(30, membership="dynamic", paused=True, pause_reason="tea"),)))
    assert [(one.started_at, one.penalty) for one in stays(replay)] == [(at(0), 1), (at(21), 0)]


def test_a_start_of_asterisk_that_the_snapshot_has_seen_already_changes_nothing() -> None:
    replay = fresh().take_all([member(0), cut(20), shot(22, members=(member(22, penalty=3),)), started(21)])
    assert [(one.started_at, one.penalty) for one in stays(replay)] == [(at(0), 0), (at(22), 3)]


def test_the_lines_of_a_start_told_twice_change_nothing_the_second_time() -> None:
    log = [started(21), line(24, "PAUSE", "tea", who="客服1001"), line(26, "PENALTY", "2"), line(28, "UNPAUSE")]
    replay = fresh().take_all([member(0, penalty=1), cut(20), *log])
    once = stays(replay)
    replay.take_all(log)
    assert stays(replay) == once
    # what the first penalty after the start was before it nobody told: another stretch (`take_member_line`)
    assert [(one.started_at, one.penalty, one.paused) for one in once] == [
        (at(0), 1, False),
        (at(21), None, False),
        (at(24), None, True),
        (at(26), 2, True),
        (at(28), 2, False),
    ]
