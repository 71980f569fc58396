"""queue_log: what its facts are worth beside AMI's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.queue_log.lines import parse_line
from tests.ami_bridge.replaying import fresh, ledger, recorded
from tests.ami_bridge.test_reducer import TAGS, at, caller, join, member, ringing
from tests.ami_bridge.test_transcripts import EXPECTED


def line(s: float, verb: Any, *data: str, queue: str = "normal", who: str = "NONE") -> ev.LedgerLine:
    return ev.LedgerLine(at=at(s), channel_id="c1", queue=queue, member_name=who, verb=verb, data=data)


def test_a_line_becomes_a_fact() -> None:
    fact = parse_line("1795301529|1795301528.1|normal|客服1001|CONNECT|3|1795301529.2|2\n".encode())
    assert fact == ev.LedgerLine(
        at=datetime.fromtimestamp(1795301529, UTC),
        channel_id="1795301528.1",
        queue="normal",
        member_name="客服1001",
        verb="CONNECT",
        data=("3", "1795301529.2", "2"),
    )


def test_a_visit_that_happened_wholly_unseen_is_written_from_the_log() -> None:
    replay = fresh().take_all(
        [
            line(0, "ENTERQUEUE", "", "13800138000", "4"),
            line(9, "RINGNOANSWER", "5000", who="客服1002"),
            line(20, "CONNECT", "20", "a", "3", who="PJSIP/1001"),
            line(80, "COMPLETECALLER", "20", "60", "4", who="PJSIP/1001"),
        ]
    )
    (visit,) = replay.visits.values()
    assert (visit.id, visit.position, visit.caller) == ("gz-1/c1/1", 4, "13800138000")
    assert (visit.outcome, visit.wait_s, visit.talk_s, visit.ended_by) == ("answered", 20.0, 60.0, "caller")
    assert [(a.agent, a.result) for a in replay.attempts.values()] == [("客服1002", "no_answer")]


def test_amis_moment_is_kept_where_it_saw_it() -> None:
    replay = fresh().take_all([join(0.4), ev.GaveUp(**caller(7.9), queue="normal"), ev.HungUp(**caller(8))])
    replay.take(line(7, "ABANDON", "1", "1", "7"))
    (visit,) = replay.visits.values()
    assert visit.wait_s == 7.6
    assert visit.evidence == "ami: hung up while waiting; queue_log agrees"


def test_the_log_corrects_what_ami_could_only_guess() -> None:
    replay = fresh().take_all([join(0), ev.Left(**caller(7), queue="normal"), ev.HungUp(**caller(8))])
    replay.take(line(7, "EXITWITHKEY", "9", "1", "1", "7"))
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.wait_s, visit.evidence) == ("left_by_key", 7.0, "queue_log: EXITWITHKEY")
    counts = replay.state.counts["normal"]
    assert (counts.abandoned, counts.left_by_key, counts.entered) == (0, 1, 1)


def test_a_caller_sent_back_into_the_same_queue_makes_two_visits_by_the_log_alone() -> None:
    replay = fresh().take_all(
        [
            line(0, "ENTERQUEUE", "", "138", "1"),
            line(5, "CONNECT", "5", "a", "1", who="客服1001"),
            line(30, "ENTERQUEUE", "", "138", "1"),
            line(30, "BLINDTRANSFER", "500", "xfer", "5", "25", "1", who="客服1001"),
            line(33, "CONNECT", "3", "b", "1", who="客服1002"),
            line(50, "COMPLETEAGENT", "3", "17", "1", who="客服1002"),
        ]
    )
    told = [(v.agent, v.ended_by, v.talk_s) for v in replay.visits.values()]
    assert told == [("客服1001", "transfer", 25.0), ("客服1002", "agent", 17.0)]


def test_a_caller_redirected_out_of_the_line_did_not_abandon() -> None:
    replay = fresh().take_all([join(0), ev.GaveUp(**caller(7), queue="normal"), ev.MovedOn(**caller(7))])
    replay.take(line(7, "ABANDON", "1", "1", "7"))
    (visit,) = replay.visits.values()
    assert visit.outcome == "withdrawn"


def test_the_log_ahead_of_ami_makes_no_second_visit() -> None:
    replay = fresh().take_all([member(0), line(1, "ENTERQUEUE", "", "138", "1"), join(1.3)])
    replay.take_all([line(5, "CONNECT", "4", "a", "2", who="客服1001"), ev.Connected(**ringing(5.2))])
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.agent, visit.language) == ("answered", "1001", "zh-CN")


TALK = (
    join(0.3),
    ev.Rang(**ringing(1)),
    ev.Left(**caller(5.2), queue="normal"),
    ev.Connected(**ringing(5.2)),
    ev.Completed(**ringing(9.4), reason="agent"),
    ev.HungUp(**caller(9.5)),
)
GIVEN_UP = (
    join(0.3),
    ev.GaveUp(**caller(5.2), queue="normal"),
    ev.Left(**caller(5.2), queue="normal"),
    ev.HungUp(**caller(5.3)),
)
ANSWERED = (
    line(0, "ENTERQUEUE", "", "138", "1"),
    line(5, "CONNECT", "5", "x", "1", who="客服1001"),
    line(9, "COMPLETEAGENT", "5", "4", "1", who="客服1001"),
)
ABANDONED = (line(0, "ENTERQUEUE", "", "138", "1"), line(5, "ABANDON", "1", "1", "5"))


@pytest.mark.parametrize("heard", range(5))
@pytest.mark.parametrize(
    ("lines", "events", "outcome"), [(ANSWERED, TALK, "answered"), (ABANDONED, GIVEN_UP, "abandoned")]
)
def test_a_log_read_before_amis_own_events_makes_no_second_visit(
    lines: tuple[ev.LedgerLine, ...], events: tuple[ev.Event, ...], outcome: str, heard: int
) -> None:
    """As on every start, and whenever the bridge itself was held up for longer than the lag of the log."""
    replay = fresh().take(member(-1)).take_all(events[:heard])
    for fact in lines:
        replay.take(fact, at(20))
    replay.take_all(events[heard:]).tick(at(30))
    (visit,) = replay.visits.values()
    counts = replay.state.counts["normal"]
    assert (visit.outcome, counts.entered, counts.settled) == (outcome, 1, 1)
    assert replay.state.agents["1001"].answered == counts.answered


def test_a_caller_and_a_phone_without_a_common_codec_are_incompatible_and_no_abandon() -> None:
    replay = fresh().take_all(GIVEN_UP)
    replay.take(line(5, "SYSCOMPAT"), at(7))
    (visit,) = replay.visits.values()
    counts = replay.state.counts["normal"]
    assert (visit.outcome, visit.ended_by, counts.incompatible, counts.abandoned) == ("incompatible", "system", 1, 0)


@pytest.mark.parametrize("scene", EXPECTED)
def test_a_whole_recorded_log_read_first_gives_the_same_visits(scene: str) -> None:
    told = ledger(scene) + recorded(scene)
    replay = fresh(told[0].at).take_all(told).tick(max(e.at for e in told) + timedelta(seconds=5))
    found = [(v.queue, v.ordinal, v.outcome) for _, v in sorted(replay.visits.items())]
    assert sorted(found) == sorted((queue, ordinal, outcome) for queue, ordinal, outcome, *_ in EXPECTED[scene])


SOON_BACK = (
    join(0.3),
    ev.Rang(**ringing(0.9)),
    ev.Left(**caller(1.2), queue="normal"),
    ev.Connected(**ringing(1.2), waited_s=1),
    ev.Completed(**ringing(2.1), reason="transfer", talked_s=1),
    join(2.15),
    ev.Rang(**ringing(2.3, agent="1002")),
    ev.Left(**caller(2.9), queue="normal"),
    ev.Connected(**ringing(2.9, agent="1002"), waited_s=0),
    ev.Completed(**ringing(6.4, agent="1002"), reason="agent", talked_s=4),
    ev.HungUp(**caller(6.4)),
)
"""A caller whom an agent sends back into the same queue within a second."""
BACK_BY_THE_LOG = (
    line(0, "ENTERQUEUE", "", "138", "1"),
    line(1, "CONNECT", "1", "a-1001", "0", who="客服1001"),
    line(2, "ENTERQUEUE", "", "138", "1"),
    line(2, "BLINDTRANSFER", "8001", "agents", "1", "1", "1", who="客服1001"),
    line(2, "CONNECT", "0", "a-1002", "0", who="客服1002"),
    line(6, "COMPLETEAGENT", "0", "4", "1", who="客服1002"),
)


@pytest.mark.parametrize("behind_s", [1.2, 1.9, 3.0, 20.0])
def test_a_line_of_the_log_is_never_taken_for_the_callers_next_visit_to_the_same_queue(behind_s: float) -> None:
    late = [(fact.at + timedelta(seconds=behind_s), fact) for fact in BACK_BY_THE_LOG]
    told = sorted([*((event.at, event) for event in SOON_BACK), *late], key=lambda one: one[0])
    replay = fresh().take_all([member(-1), member(-1, agent="1002")])
    for now, event in told:
        replay.take(event, now)
    found = [(v.agent, v.answered_at, v.ended_at, v.ended_by) for _, v in sorted(replay.visits.items())]
    assert found == [("1001", at(1.2), at(2.1), "transfer"), ("1002", at(2.9), at(6.4), "agent")]


@pytest.mark.parametrize("heard", range(len(SOON_BACK)))
def test_nor_where_the_log_is_read_before_amis_own_events(heard: int) -> None:
    replay = fresh().take_all([member(-1), member(-1, agent="1002")]).take_all(SOON_BACK[:heard])
    for fact in BACK_BY_THE_LOG:
        replay.take(fact, at(20))
    replay.take_all(SOON_BACK[heard:]).tick(at(30))
    found = [(v.agent, v.ended_by) for _, v in sorted(replay.visits.items())]
    assert found == [("1001", "transfer"), ("1002", "agent")]


REFUSED = ev.Resulted(**{**caller(5.4), "tags": replace(TAGS, queue="normal")}, status="FULL")


def test_a_caller_refused_at_the_door_unseen_is_written_from_the_dialplans_own_line() -> None:
    replay = fresh().take_all([line(5, "FULL"), line(9, "JOINUNAVAIL", "", "13800138000", queue="vip")])
    told = [(v.id, v.queue, v.outcome, v.wait_s, v.caller, v.evidence) for v in replay.visits.values()]
    assert told == [
        ("gz-1/c1/1", "normal", "full", 0.0, "", "queue_log: FULL"),
        ("gz-1/c1/2", "vip", "join_empty", 0.0, "13800138000", "queue_log: JOINUNAVAIL"),
    ]
    assert replay.state.counts["normal"].entered == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1), (0, 1, 1)])
def test_a_refusal_that_both_tell_is_one_visit_and_amis_moment_is_kept(order: tuple[int, ...]) -> None:
    both = (REFUSED, line(5, "FULL"))
    (visit,) = fresh().take_all([both[index] for index in order]).visits.values()
    assert (visit.id, visit.entered_at, visit.outcome, visit.wait_s) == ("gz-1/c1/1", at(5.4), "full", 0.0)
    assert (visit.caller, visit.number) == (REFUSED.caller, TAGS.number)


@pytest.mark.parametrize("told", ["normal", ""])
def test_a_time_that_is_out_as_the_link_comes_up_is_not_that_of_the_next_queue(told: str) -> None:
    """As a soak heard it: the log, read whole at the login, told of both queues before AMI told of leaving the first.

    Whether the channel says which queue it came out of, or the dialplan is one that sets no such variable.
    """
    replay = fresh().take_all([line(17, "ENTERQUEUE", "", "70009153", "2")])
    replay.take_all(
        [
            line(18, "EXITWITHTIMEOUT", "1", "2", "1"),
            line(18, "ENTERQUEUE", "", "70009153", "37", queue="vip"),
            ev.GaveUp(**caller(18.651075), queue="normal"),
            ev.Left(**caller(18.651115), queue="normal"),
            ev.Resulted(**caller(18.651125, tags=replace(TAGS, queue=told)), status="TIMEOUT"),
            join(18.651616, queue="vip"),
            ev.Left(**caller(27.292022), queue="vip"),
            replace(ev.Connected(**ringing(27.292245, queue="vip")), waited_s=9),
            ev.Completed(**ringing(27.48805, queue="vip"), reason="caller"),
            ev.HungUp(**caller(27.490347)),
        ]
    )
    found = [(v.queue, v.outcome, v.answered_at, v.ended_by) for _, v in sorted(replay.visits.items())]
    assert found == [("normal", "timed_out", None, "system"), ("vip", "answered", at(27.292245), "caller")]
    counts = replay.state.counts
    assert (counts["vip"].entered, counts["vip"].answered, counts["vip"].timed_out) == (1, 1, 0)


def test_a_link_that_breaks_again_before_the_next_queue_is_joined_leaves_that_visit_open() -> None:
    replay = fresh().take_all(
        [
            line(17, "ENTERQUEUE", "", "138", "2"),
            line(18, "EXITWITHTIMEOUT", "1", "2", "1"),
            line(18, "ENTERQUEUE", "", "138", "37", queue="vip"),
            ev.Resulted(**caller(18.65), status="TIMEOUT"),
            replace(ev.Connected(**ringing(27, queue="vip")), waited_s=9),
        ]
    )
    found = [(v.queue, v.outcome) for _, v in sorted(replay.visits.items())]
    assert found == [("normal", "timed_out"), ("vip", "answered")]


def test_what_the_log_itself_says_of_a_visit_stays_when_ami_tells_of_its_beginning() -> None:
    replay = fresh().take_all([line(1, "ENTERQUEUE", "", "138", "1"), line(2, "EXITWITHTIMEOUT", "1", "1", "1")])
    replay.take_all([join(1.3), ev.Left(**caller(2.3), queue="normal"), ev.Resulted(**caller(2.3), status="TIMEOUT")])
    (visit,) = replay.visits.values()
    assert (visit.outcome, visit.position, visit.evidence) == ("timed_out", 1, "queue_log: EXITWITHTIMEOUT")


def told_first(s: float) -> list[ev.Event]:
    """The log, read whole at a login, tells of a talk with 1001 that goes on."""
    return [
        line(38, "ENTERQUEUE", "", "138", "1"),
        line(38, "CONNECT", "0", "a", "0", who="PJSIP/1001"),
        ev.LinkChanged(at=at(s), up=True),
    ]


@pytest.mark.parametrize("told", ["transfer first", "join first"])
def test_a_caller_sent_back_into_a_queue_he_entered_a_second_ago_makes_a_second_visit(told: str) -> None:
    """As a soak heard it: the first was known by the log alone, and the second's beginning was taken for its own."""
    second = ringing(39.84182, channel="c1", agent="1002", queue="normal")
    over = ev.Completed(**ringing(39.417851), reason="transfer", talked_s=1)
    sent = ev.HandedOn(at=at(39.417832), kind="blind", transferee="c1", transferer="a-1001", to="500@xfer")
    joined = join(39.41944)
    heard: list[ev.Event] = [sent, over, joined] if told == "transfer first" else [sent, joined, over]
    replay = fresh().take_all([*told_first(39.06), *heard])
    replay.take_all(
        [
            line(39, "BLINDTRANSFER", "500", "xfer", "0", "1", "1", who="PJSIP/1001"),
            ev.Left(**caller(39.841627), queue="normal"),
            ev.Connected(**second),
            line(39, "ENTERQUEUE", "", "138", "1"),
            line(39, "CONNECT", "0", "b", "0", who="PJSIP/1002"),
            join(40.48912, queue="vip"),
            ev.Completed(**{**second, "at": at(40.489136)}, reason="transfer", talked_s=1),
        ]
    )
    found = [(v.queue, v.agent, v.interface, v.next_visit_id) for _, v in sorted(replay.visits.items())]
    assert found == [
        ("normal", "1001", None, "gz-1/c1/2"),
        ("normal", "1002", "PJSIP/1002", "gz-1/c1/3"),
        ("vip", None, None, None),
    ]


def test_a_visit_the_log_tells_of_late_stands_where_it_began() -> None:
    replay = fresh().take_all([join(0.5), ev.GaveUp(**caller(2), queue="normal"), ev.Left(**caller(2), queue="normal")])
    replay.take_all([join(9.5, queue="vip"), line(5, "ENTERQUEUE", "", "138", "1", queue="short")])
    by_id = replay.visits
    assert [(v.queue, v.next_visit_id) for _, v in sorted(by_id.items())] == [
        ("normal", "gz-1/c1/3"),
        ("vip", None),
        ("short", "gz-1/c1/2"),
    ]
