"""What queue_log alone says of agents: queues, penalties, pauses over pauses, members nobody saw joining."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.agents import LoggedPlace, Places, places_of
from ami_bridge.reconcile.comparing_agents import Window, differing_places
from store.rows import MembershipInterval
from tests.ami_bridge.replaying import ledger
from tests.ami_bridge.test_queue_log_history import SCRIPT, at, lines, scripted
from tests.ami_bridge.test_reconcile import who


def told(text: str) -> list[tuple[float, float | None, bool, str, int | None]]:
    """Each stretch: from, to (seconds), paused, why, penalty."""
    return [
        (
            (one.since - at(0)).total_seconds(),
            None if one.until is None else (one.until - at(0)).total_seconds(),
            one.paused,
            one.reason,
            one.penalty,
        )
        for one in places_of(lines(text), who)
        if one.since != one.until
    ]


def test_the_recorded_pause_over_a_pause_ends_with_the_removal_in_each_queue() -> None:
    found = places_of((line for line in ledger("pause") if isinstance(line, LedgerLine)), who)
    assert [(one.queue, one.paused, one.reason, one.left) for one in found] == [
        (queue, paused, reason, left)
        for queue in ("normal", "vip")
        for paused, reason, left in (
            (False, "", False),
            (True, "lunch", False),
            (True, "training", False),
            (False, "", False),
            (False, "", True),
        )
    ]
    assert {(one.agent, one.added_by) for one in found} == {("1001", "MANAGER")}


def test_a_member_may_join_paused_and_leaves_without_an_unpause() -> None:
    text = "0 MANAGER q PJSIP/1001 ADDMEMBER PAUSED; 9 MANAGER q PJSIP/1001 REMOVEMEMBER"
    assert told(text) == [(0, 9, True, "", None)]


def test_a_member_of_the_configuration_is_known_from_his_first_line_on() -> None:
    text = "0 NONE q 客服1001 PAUSE lunch; 5 NONE q 客服1001 PAUSE lunch; 9 NONE q 客服1001 UNPAUSE"
    assert told(text) == [(0, 9, True, "lunch", None), (9, None, False, "", None)]
    assert told("7 c q 客服1001 CONNECT 5 a 2") == [(7, None, False, "", None)]


def test_a_member_removed_while_his_phone_rings_is_not_one_again_when_he_answers() -> None:
    text = "0 x q PJSIP/1001 ADDMEMBER; 5 x q PJSIP/1001 REMOVEMEMBER; 7 c q 客服1001 CONNECT 5 a 2"
    assert told(text) == [(0, 5, False, "", None)]


def test_another_penalty_is_another_stretch() -> None:
    text = (
        "0 x q PJSIP/1001 ADDMEMBER; 3 x q PJSIP/1001 PENALTY 2; 8 x q PJSIP/1001 PENALTY 5; 9 x q PJSIP/1001 PENALTY 5"
    )
    assert told(text) == [(0, 3, False, "", None), (3, 8, False, "", 2), (8, None, False, "", 5)]


def test_a_start_of_asterisk_keeps_the_pause_of_a_member_added_and_not_of_one_of_the_configuration() -> None:
    text = (
        "0 x q PJSIP/1001 ADDMEMBER; 1 NONE q 客服1001 PAUSE lunch; 2 NONE q 客服1101 PAUSE lunch;"
        "60 NONE NONE NONE QUEUESTART"
    )
    assert told(text) == [
        (0, 1, False, "", None),
        (1, None, True, "lunch", None),
        (2, 60, True, "lunch", None),
        (60, None, False, "", None),
    ]


def test_a_reading_that_goes_on_knows_what_went_on_and_takes_lines_twice() -> None:
    whole = "0 x q PJSIP/1001 ADDMEMBER; 3 NONE q 客服1001 PAUSE lunch; 9 NONE q 客服1001 UNPAUSE"
    first = Places(who)
    for line in lines(whole):
        first.take(line)
    second = Places(who, first.open())
    again: list[LoggedPlace] = [place for line in lines(whole) for place in second.take(line)]
    assert (again, list(second.open())) == ([], list(first.open()))


@given(SCRIPT)
def test_stretches_of_one_agent_in_one_queue_never_overlap(script: list[tuple[int, str, str, str, list[str]]]) -> None:
    found = places_of(scripted(script), who)
    for one, then in pairwise(found):
        if (one.agent, one.queue) == (then.agent, then.queue):
            assert one.until is not None
            assert one.since <= one.until
            assert one.until <= then.since


def test_a_start_of_asterisk_gives_every_member_the_penalty_that_was_written_down() -> None:
    """Of queues.conf in that file, of one added at run time with the last pause, adding or removal in his queue."""
    log = lines(
        "0 NONE q Ann PENALTY 2; 0 MANAGER q Bob ADDMEMBER ''; 1 NONE q Bob PENALTY 3; 5 NONE q Ann PAUSE tea;"
        "6 NONE q Bob PENALTY 4; 60 NONE NONE NONE QUEUESTART"
    )
    found = [(one.agent, one.since, one.penalty) for one in places_of(log, str) if one.since != one.until]
    assert [one for one in found if one[0] == "Ann"][-1] == ("Ann", at(60), None)
    assert [one[1:] for one in found if one[0] == "Bob"] == [(at(0), None), (at(1), 3), (at(6), 4), (at(60), 3)]


def test_a_penalty_given_after_the_adding_does_not_live_through_a_start() -> None:
    """As a soak heard it: added in second 28, the penalty in 31, killed and started anew in 32."""
    log = lines(
        "28 MANAGER busy PJSIP/2008 ADDMEMBER; 31 NONE busy PJSIP/2008 PENALTY 1; 31 NONE soak PJSIP/2008 PENALTY 1;"
        "32 NONE NONE NONE QUEUESTART; 38 NONE busy PJSIP/2008 PAUSE lunch"
    )
    found = [(one.since, one.penalty, one.paused) for one in places_of(log, str) if one.queue == "busy"]
    assert found == [(at(28), None, False), (at(31), 1, False), (at(32), None, False), (at(38), None, True)]


def test_what_was_saved_just_before_the_end_may_not_have_come_to_the_disk() -> None:
    """Nothing is told of such a member until his next line; after a long silence Asterisk surely lived on."""
    text = "0 MANAGER q PJSIP/1001 ADDMEMBER; 1 NONE r 客服1101 UNPAUSE; {} NONE NONE NONE QUEUESTART"
    again = "; 40 NONE q 客服1001 PAUSE tea; 50 NONE NONE NONE QUEUESTART"
    mine = [one for one in places_of(lines(text.format(3) + again), who) if one.queue == "q"]
    assert [(one.since, one.until, one.left, one.added_by) for one in mine] == [
        (at(0), at(3), False, "MANAGER"),
        (at(40), at(50), False, "MANAGER"),
    ]
    [still] = [one for one in places_of(lines(text.format(3600)), who) if one.queue == "q"]
    assert still.until is None
    gone = "; 40 x q PJSIP/1001 REMOVEMEMBER; 41 c q 客服1001 CONNECT 5 a 2"
    assert [one.until for one in places_of(lines(text.format(3) + gone), who) if one.queue == "q"] == [at(3)]


def test_one_removed_just_before_the_end_may_be_there_again() -> None:
    text = "0 MANAGER q PJSIP/1001 ADDMEMBER; 20 MANAGER q PJSIP/1001 REMOVEMEMBER; {} NONE NONE NONE QUEUESTART"
    end = [(one.until, one.left) for one in places_of(lines(text.format(21)), who)]
    assert end == [(at(20), True), (at(21), False)]
    back = places_of(lines(text.format(21) + "; 30 c q 客服1001 CONNECT 5 a 2"), who)[-1]
    assert (back.since, back.added_by) == (at(30), "MANAGER")
    surely = "; 30 c q 客服1001 CONNECT 5 a 2"
    assert [one.left for one in places_of(lines(text.format(60) + surely), who)] == [True]


def test_where_the_log_does_not_know_whether_he_is_there_nothing_is_compared() -> None:
    """He had left once before, which says nothing of what a start brought back; the ledger's place is not disputed."""
    text = (
        "0 x q PJSIP/1001 ADDMEMBER; 20 x q PJSIP/1001 REMOVEMEMBER; 40 x q PJSIP/1001 ADDMEMBER; {}"
        "500 c q 客服1101 CONNECT 5 a 2"
    )
    row = MembershipInterval(id="m", node="gz-1", agent="1001", queue="q", started_at=at(40.2), penalty=0, paused=False)

    def told(between: str, *mine: MembershipInterval) -> list[tuple[str, str]]:
        logged = [one for one in places_of(lines(text.format(between)), who) if one.agent == "1001"]
        found = differing_places(("1001", "q"), mine, logged, Window(at(35), at(300)))
        return [(one.ledger, one.log) for one in found]

    start = "41 NONE NONE NONE QUEUESTART;"
    assert told(start, row) == told(start, replace(row, ended_at=at(41))) == []
    assert told("", replace(row, ended_at=at(41))) == [("not there", "a member")]
    assert told("60 x q PJSIP/1001 REMOVEMEMBER;", row) == [("a member, penalty 0", "not there")]
