"""The reducer, fact by fact, and under any order of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.domain import events as ev
from ami_bridge.domain.states import Phase
from tests.ami_bridge.replaying import RULES, T0, Replay, fresh
from tests.ami_bridge.test_transcripts import check_intervals

TAGS = ev.Tags(language="zh-CN", vip=True, flow="main", flow_version="v1", number="96956", queue="normal", priority=2)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def caller(s: float, channel: str = "c1", **over: Any) -> dict[str, Any]:
    base = {
        "at": at(s),
        "channel_id": channel,
        "call_id": channel,
        "caller": "13800138000",
        "caller_name": "陳",
        "place": "hotline-do,queue",
        "tags": TAGS,
    }
    return base | over


def ringing(s: float, channel: str = "c1", agent: str = "1001", queue: str = "normal") -> dict[str, Any]:
    return caller(
        s,
        channel,
        queue=queue,
        interface=f"PJSIP/{agent}",
        member_name=f"客服{agent}",
        agent_channel_id=f"a-{agent}",
    )


def member(s: float, agent: str = "1001", queue: str = "normal", **over: Any) -> ev.MemberSeen:
    base: dict[str, Any] = {
        "at": at(s),
        "queue": queue,
        "interface": f"PJSIP/{agent}",
        "member_name": f"客服{agent}",
        "penalty": 0,
        "paused": False,
        "pause_reason": "",
        "status": 1,
        "wrap_up_s": 0.0,
        "last_call": None,
    }
    return ev.MemberSeen(**(base | over))


def join(s: float, channel: str = "c1", queue: str = "normal", **over: Any) -> ev.Joined:
    return ev.Joined(**caller(s, channel, **over), queue=queue, position=1)


def answered_call(talk_s: float = 60.0) -> Replay:
    return fresh().take_all(
        [
            member(0),
            join(1),
            ev.Rang(**ringing(2)),
            member(5, status=2),
            ev.Left(**caller(5), queue="normal"),
            ev.Connected(**ringing(5)),
            ev.Completed(**ringing(5 + talk_s), reason="agent"),
            member(5.001 + talk_s, status=1),
        ]
    )


def doing(replay: Replay, agent: str = "1001") -> str:
    return replay.state.agents[agent].interval.state


def only(replay: Replay) -> Any:
    (visit,) = replay.visits.values()
    return visit


def test_an_answered_visit_holds_every_number_exactly() -> None:
    visit = only(answered_call())
    assert (visit.wait_s, visit.talk_s, visit.rings, visit.position, visit.priority) == (4.0, 60.0, 1, 1, 2)
    assert (visit.agent, visit.agent_name, visit.interface) == ("1001", "客服1001", "PJSIP/1001")
    assert (visit.entered_at, visit.answered_at, visit.ended_at) == (at(1), at(5), at(65))


def test_abandon_alone_decides_nothing() -> None:
    replay = fresh().take_all([join(0), ev.GaveUp(**caller(3), queue="normal"), ev.Left(**caller(3), queue="normal")])
    assert only(replay).outcome is None


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (ev.HungUp(**caller(4)), "abandoned"),
        (ev.Resulted(**caller(4), status="TIMEOUT"), "timed_out"),
        (ev.Resulted(**caller(4), status="LEAVEEMPTY"), "leave_empty"),
        (ev.Resulted(**caller(4), status="LEAVEUNAVAIL"), "leave_empty"),
        (ev.Resulted(**caller(4), status="WITHDRAW"), "withdrawn"),
        (ev.MovedOn(**caller(4)), "withdrawn"),
        (join(4, queue="vip"), "withdrawn"),
    ],
)
def test_what_follows_the_abandon_decides(after: ev.Event, outcome: str) -> None:
    replay = fresh().take_all(
        [join(0), ev.GaveUp(**caller(3), queue="normal"), ev.Left(**caller(3), queue="normal"), after]
    )
    first = replay.visits["gz-1/c1/1"]
    assert (first.outcome, first.wait_s) == (outcome, 3.0)


def test_a_caller_moved_out_of_one_queue_and_refused_by_the_next_is_in_both() -> None:
    replay = fresh().take_all([join(0), ev.GaveUp(**caller(7), queue="normal"), ev.Left(**caller(7), queue="normal")])
    replay.take(ev.Resulted(**caller(7.1, tags=replace(TAGS, queue="vip")), status="JOINEMPTY"))
    found = [(v.queue, v.outcome, v.next_visit_id) for _, v in sorted(replay.visits.items())]
    assert found == [("normal", "withdrawn", "gz-1/c1/2"), ("vip", "join_empty", None)]


@pytest.mark.parametrize(("status", "outcome"), [("FULL", "full"), ("JOINEMPTY", "join_empty")])
def test_a_caller_refused_at_the_door_made_a_visit_too(status: str, outcome: str) -> None:
    visit = only(fresh().take(ev.Resulted(**caller(0), status=status)))
    assert (visit.queue, visit.outcome, visit.wait_s, visit.vip) == ("normal", outcome, 0.0, True)


def test_a_status_without_a_queue_invents_no_visit() -> None:
    replay = fresh().take(ev.Resulted(**caller(0, tags=replace(TAGS, queue="")), status="FULL"))
    assert replay.visits == {}


def test_a_key_pressed_while_waiting_is_told_by_the_place_it_leads_to() -> None:
    replay = fresh().take_all([join(0), ev.Left(**caller(7, place="queue-keys,9"), queue="normal")])
    assert (only(replay).outcome, only(replay).wait_s) == ("left_by_key", 7.0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_blind_transfer_gives_two_chained_visits_in_either_order_of_its_events(order: tuple[int, int]) -> None:
    ending: list[ev.Event] = [join(10, queue="vip"), ev.Completed(**ringing(10), reason="transfer")]
    replay = fresh().take_all([member(0), join(1), ev.Left(**caller(2), queue="normal"), ev.Connected(**ringing(2))])
    replay.take_all(ending[i] for i in order)
    first, second = replay.visits["gz-1/c1/1"], replay.visits["gz-1/c1/2"]
    assert (first.outcome, first.ended_by, first.talk_s, first.next_visit_id) == (
        "answered",
        "transfer",
        8.0,
        second.id,
    )
    assert (second.queue, second.outcome) == ("vip", None)


HANDED_ON = ev.HandedOn(at=at(10), transferee="c1", transferer="a-1001", kind="blind", to="vip@xfer")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_transfer_is_told_with_its_kind_and_its_goal_in_either_order_of_its_events(order: tuple[int, int]) -> None:
    ending: list[ev.Event] = [HANDED_ON, ev.Completed(**ringing(10), reason="transfer")]
    replay = fresh().take_all([member(0), join(1), ev.Left(**caller(2), queue="normal"), ev.Connected(**ringing(2))])
    replay.take_all(ending[i] for i in order)
    visit = only(replay)
    assert (visit.ended_by, visit.transfer, visit.transferred_to) == ("transfer", "blind", "vip@xfer")


def test_a_transfer_by_the_agents_leg_alone_is_still_the_callers() -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(replace(HANDED_ON, transferee="", kind="attended", to=""))
    assert (only(replay).transfer, only(replay).transferred_to) == ("attended", None)


@pytest.mark.parametrize("channels", [("", ""), ("someone-else", "another")])
def test_a_transfer_among_others_is_nobodys_visit(channels: tuple[str, str]) -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(replace(HANDED_ON, transferee=channels[0], transferer=channels[1]))
    assert only(replay).transfer is None


def test_a_transfer_long_after_the_talk_is_not_that_talks() -> None:
    replay = answered_call()
    ended = only(replay).ended_at
    assert ended is not None
    replay.take(replace(HANDED_ON, at=ended + timedelta(seconds=30)))
    assert only(replay).transfer is None


def test_wrap_up_comes_from_the_queue_and_ends_to_the_moment() -> None:
    replay = answered_call()
    assert doing(replay, "1001") == "wrap_up"
    replay.tick(at(80))
    assert doing(replay, "1001") == "available"
    assert replay.state.agents["1001"].interval.started_at == at(67)
    assert only(replay).wrap_up_s == 2.0


def test_a_long_rest_is_recorded_though_its_visit_is_long_over() -> None:
    long_rest = replace(RULES, queues={"normal": replace(RULES.queue("normal"), wrap_up_s=300.0)})
    replay = fresh(T0, long_rest).take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(ev.Completed(**ringing(10), reason="caller"))
    for second in range(11, 330, 20):
        replay.tick(at(second))
    assert only(replay).wrap_up_s == 300.0


@pytest.mark.parametrize("seconds", ["9" * 12, "9" * 400])
@pytest.mark.parametrize(
    ("verb", "data"),
    [("ABANDON", "1|1|{}"), ("CONNECT", "{}|a|1"), ("COMPLETECALLER", "1|{}|1"), ("RINGNOANSWER", "{}"),
     ("ENTERQUEUE", "|138|{}"), ("PENALTY", "{}")],
)  # fmt: skip
def test_no_line_of_the_log_whatever_it_counts_stops_the_bridge(verb: str, data: str, seconds: str) -> None:
    replay = fresh().take_all([member(0), join(1)])
    replay.take(
        ev.LedgerLine(
            at=at(5),
            channel_id="c1",
            queue="normal",
            member_name="PJSIP/1001",
            verb=verb,
            data=tuple(data.format(seconds).split("|")),
        )
    )
    assert {visit.queue for visit in replay.visits.values()} == {"normal"}


def test_a_phone_still_reported_busy_right_after_a_talk_is_no_other_call() -> None:
    replay = fresh().take_all([member(0, status=2), join(1), ev.Connected(**ringing(2))])
    replay.take(ev.Completed(**ringing(10), reason="caller"))
    assert doing(replay, "1001") == "wrap_up"
    replay.tick(at(14))  # nobody took it back: it is true
    assert doing(replay, "1001") == "on_other_call"


@pytest.mark.parametrize("between", [(), (6,)])
def test_a_phone_that_is_in_use_for_the_moment_it_is_dialled_is_ringing(between: tuple[int, ...]) -> None:
    replay = fresh().take_all([member(0), join(1), member(2, status=2)])
    replay.take_all(member(2.001, status=status) for status in between)
    replay.take(ev.Rang(**ringing(2.002)))
    told = sorted(replay.intervals.values(), key=lambda one: one.started_at)
    assert [(one.state, one.queue, one.started_at) for one in told] == [
        ("available", None, at(0)),
        ("ringing", "normal", at(2)),
    ]
    check_intervals(replay)


def test_a_call_of_some_length_before_the_ringing_stays_another_call() -> None:
    replay = fresh().take_all([member(0), join(1), member(2, status=2), ev.Rang(**ringing(4))])
    assert [one.state for one in sorted(replay.intervals.values(), key=lambda one: one.started_at)] == [
        "available",
        "on_other_call",
        "ringing",
    ]


def test_hold_is_measured_and_shown() -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2))])
    replay.take(ev.HoldChanged(at=at(10), channel_id="a-1001", held=True))
    assert doing(replay, "1001") == "on_hold"
    replay.take(ev.HoldChanged(at=at(14), channel_id="a-1001", held=False))
    assert doing(replay, "1001") == "on_queue_call"
    replay.take(ev.Completed(**ringing(20), reason="caller"))
    assert (only(replay).hold_s, only(replay).talk_s) == (4.0, 18.0)


def test_when_two_phones_ring_the_slower_one_missed_nothing() -> None:
    replay = fresh().take_all([member(0), member(0, "1002"), join(1)])
    replay.take_all([ev.Rang(**ringing(2)), ev.Rang(**ringing(2, agent="1002")), ev.Connected(**ringing(6))])
    assert {a.agent: a.result for a in replay.attempts.values()} == {"1001": "answered", "1002": "cancelled"}
    assert doing(replay, "1002") == "available"
    assert replay.state.agents["1002"].missed == 0


@pytest.mark.parametrize(("status", "result"), [("BUSY", "busy"), ("CONGESTION", "refused"), ("NOANSWER", "no_answer")])
def test_a_busy_phone_is_not_an_agent_who_does_not_answer(status: str, result: str) -> None:
    replay = fresh().take_all([member(0), join(1), ev.Rang(**ringing(2)), ev.NotAnswered(**ringing(3), rang_s=1.0)])
    replay.take(ev.DialEnded(at=at(3), agent_channel_id="a-1001", status=status))
    assert [a.result for a in replay.attempts.values()] == [result]
    assert replay.state.agents["1001"].missed == int(result == "no_answer")


def test_a_pause_in_one_of_two_queues_is_no_pause_of_the_agent() -> None:
    replay = fresh().take_all([member(0), member(0, queue="vip"), member(1, paused=True, pause_reason="x")])
    assert doing(replay, "1001") == "available"
    replay.take(member(2, queue="vip", paused=True, pause_reason="x"))
    assert (doing(replay, "1001"), replay.state.agents["1001"].interval.reason) == ("paused", "x")


def test_memberships_are_written_when_they_change_and_closed_when_they_end() -> None:
    replay = fresh().take_all([member(0), member(5, status=2), member(9, penalty=3)])
    assert (replay.memberships["1001", "normal"].penalty, replay.memberships["1001", "normal"].since) == (3, at(9))
    replay.take(ev.MemberGone(at=at(20), queue="normal", interface="PJSIP/1001", member_name=""))
    assert replay.memberships["1001", "normal"].left_at == at(20)
    assert doing(replay, "1001") == "signed_off"


def test_a_registered_phone_out_of_reach_is_not_an_agent_gone_home() -> None:
    replay = fresh().take_all([member(0), ev.ContactSeen(at=at(1), agent="1001", reachable=False), member(1, status=5)])
    assert doing(replay, "1001") == "unreachable"
    replay.take(ev.ContactSeen(at=at(2), agent="1001", reachable=True))
    assert doing(replay, "1001") == "signed_off"


def test_the_day_turns_at_local_midnight_and_takes_no_visit_along() -> None:
    replay = answered_call()
    assert replay.state.counts["normal"].answered == 1
    replay.take(join(100, "late"))
    midnight = replay.state.next_midnight
    replay.tick(midnight - timedelta(seconds=1))
    assert replay.state.counts["normal"].entered == 2
    replay.tick(midnight)
    assert replay.state.counts == {}
    replay.take(ev.Connected(**(ringing(0, "late") | {"at": midnight + timedelta(seconds=5)})))
    assert replay.state.counts.get("normal") is None  # it entered yesterday
    assert doing(replay, "1001") == "on_queue_call"


def test_a_call_in_the_flow_is_shown_until_it_is_gone_and_agents_inherit_nothing() -> None:
    replay = fresh().take(ev.Tagged(**caller(0)))
    replay.take(ev.Tagged(**caller(1, "a-1001", call_id="c1")))
    assert list(replay.state.calls) == ["c1"]
    replay.take(ev.HungUp(**caller(3, "a-1001", call_id="c1")))
    assert list(replay.state.calls) == ["c1"]
    replay.take(ev.HungUp(**caller(4)))
    assert replay.state.calls == {}


def test_a_talk_whose_end_asterisk_forgot_ends_with_the_callers_channel() -> None:
    replay = fresh().take_all([member(0), join(1), ev.Connected(**ringing(2)), ev.HungUp(**caller(30))])
    assert only(replay).ended_at is None
    replay.tick(at(33))
    assert (only(replay).ended_at, only(replay).talk_s) == (at(30), 28.0)
    assert only(replay).evidence.endswith("no AgentComplete")


def test_memory_is_given_back() -> None:
    replay = fresh()
    for n in range(200):
        replay.take_all([join(n, f"c{n}"), ev.GaveUp(**caller(n + 0.5, f"c{n}"), queue="normal")])
        replay.take(ev.HungUp(**caller(n + 0.6, f"c{n}")))
    replay.tick(at(1000))
    replay.tick(at(1001))
    state = replay.state
    assert (len(state.visits), len(state.by_channel), len(state.ordinals), len(state.hung)) == (0, 0, 0, 0)
    assert state.counts["normal"].abandoned == 200


# -- any order of anything


CHANNELS = st.sampled_from(["c1", "c2"])
AGENTS = st.sampled_from(["1001", "1002"])
QUEUE = st.sampled_from(["normal", "vip"])


def _event(kind: str, s: float, channel: str, agent: str, queue: str) -> ev.Event:  # noqa: C901, PLR0912 - a closed set
    one = caller(s, channel, tags=replace(TAGS, queue=queue))
    two = ringing(s, channel, agent, queue)
    match kind:
        case "join":
            return ev.Joined(**one, queue=queue, position=1)
        case "leave":
            return ev.Left(**one, queue=queue)
        case "give_up":
            return ev.GaveUp(**one, queue=queue)
        case "timeout" | "full" | "continue":
            return ev.Resulted(**one, status=kind.upper())
        case "moved":
            return ev.MovedOn(**one)
        case "hangup":
            return ev.HungUp(**one)
        case "rang":
            return ev.Rang(**two)
        case "missed":
            return ev.NotAnswered(**two, rang_s=1.0)
        case "connect":
            return ev.Connected(**two)
        case "complete":
            return ev.Completed(**two, reason="caller")
        case "member":
            return member(s, agent, queue, status=int(s) % 9)
        case "pause":
            return member(s, agent, queue, paused=True, pause_reason="x")
        case "gone":
            return ev.MemberGone(at=at(s), queue=queue, interface=f"PJSIP/{agent}", member_name="")
        case "hold":
            return ev.HoldChanged(at=at(s), channel_id=f"a-{agent}", held=int(s) % 2 == 0)
        case "snapshot":
            return ev.SnapshotTaken(at=at(s), queues=(), members=(member(s, agent, queue),), waiting=(), channels=())
        case "tick":
            return ev.Ticked(at=at(s))
        case "ledger":
            verb: Any = ["ENTERQUEUE", "CONNECT", "ABANDON", "COMPLETEAGENT", "EXITWITHKEY"][int(s) % 5]
            return ev.LedgerLine(
                at=at(s), channel_id=channel, queue=queue, member_name=agent, verb=verb, data=("1", "1", "1")
            )
        case _:
            return ev.LinkChanged(at=at(s), up=True)


WORDS = (
    "join leave give_up timeout full continue moved hangup rang missed connect complete "
    "member pause gone hold snapshot tick ledger link"
)
KINDS = st.sampled_from(WORDS.split())


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(KINDS, st.floats(0.0, 3.0), CHANNELS, AGENTS, QUEUE), max_size=40))
def test_whatever_is_told_in_whatever_order_the_books_stay_right(
    told: list[tuple[str, float, str, str, str]],
) -> None:
    replay = fresh(T0, RULES)
    now = 0.0
    ended: dict[str, str] = {}
    for kind, later, channel, agent, queue in told:
        now += later
        replay.take(_event(kind, now, channel, agent, queue))
        for visit in replay.state.visits.values():
            assert (visit.phase is Phase.ENDED) == (visit.row.ended_at is not None)
            if visit.row.ended_at is not None:
                assert visit.row.outcome is not None
                assert visit.row.ended_at >= visit.row.entered_at - timedelta(seconds=2)
        for visit_row in replay.visits.values():
            if visit_row.outcome is not None and "queue_log" not in visit_row.evidence:
                # AMI never changes its mind about an outcome; only queue_log corrects one
                assert ended.setdefault(visit_row.id, visit_row.outcome) in {visit_row.outcome, "unknown_after_gap"}
        for name, counts in replay.state.counts.items():
            mine = [v for v in replay.visits.values() if v.queue == name]
            assert counts.entered == len(mine)
            assert counts.entered - counts.settled == sum(v.outcome is None for v in mine)
            assert min(counts.answered, counts.abandoned, counts.unknown_after_gap) >= 0
    check_intervals(replay)
    for agent_state in replay.state.agents.values():
        open_ones = [i for i in replay.intervals.values() if i.agent == agent_state.id and i.ended_at is None]
        assert len(open_ones) == 1


@pytest.mark.parametrize(("first_over", "then"), [("c2", "c1"), ("c1", "c2")])
def test_of_two_talks_at_once_the_agent_rests_after_the_last(first_over: str, then: str) -> None:
    replay = fresh().take_all([member(0), member(0, queue="vip"), join(1), join(1, "c2", "vip")])
    replay.take_all([ev.Connected(**ringing(5)), ev.Connected(**ringing(9, "c2", queue="vip"))])
    assert replay.state.agents["1001"].interval.queue == "vip"
    queues = {"c1": "normal", "c2": "vip"}
    replay.take(ev.Completed(**ringing(30, first_over, queue=queues[first_over]), reason="agent"))
    now = replay.state.agents["1001"]
    assert (now.interval.state, now.interval.queue) == ("on_queue_call", queues[then])
    replay.take(ev.Completed(**ringing(40, then, queue=queues[then]), reason="agent"))
    assert doing(replay) == "wrap_up"
    assert replay.state.agents["1001"].talk_sum_s == sum(one.talk_s or 0 for one in replay.visits.values())
    check_intervals(replay)
