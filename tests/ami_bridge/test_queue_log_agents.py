"""What queue_log alone says of agents: queues, penalties, pauses over pauses, talks."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.agents import roster_of, talks_of
from ami_bridge.queue_log.history import visits_of
from tests.ami_bridge.replaying import ledger
from tests.ami_bridge.test_queue_log_history import SCRIPT, at, lines, scripted
from tests.ami_bridge.test_reconcile import who


def told(scene: str) -> list[LedgerLine]:
    return [line for line in ledger(scene) if isinstance(line, LedgerLine)]


def test_the_recorded_pause_over_a_pause_is_two_stretches_in_each_queue() -> None:
    roster = roster_of(told("pause"), who)
    assert [(m.agent, m.queue, m.penalty, m.until is not None) for m in roster.memberships] == [
        ("1001", "normal", 3, True),
        ("1001", "vip", 3, True),
    ]
    assert sorted((p.agent, p.queue, p.reason) for p in roster.pauses) == [
        ("1001", "normal", "lunch"),
        ("1001", "normal", "training"),
        ("1001", "vip", "lunch"),
        ("1001", "vip", "training"),
    ]
    assert all(pause.until is not None for pause in roster.pauses)


def test_a_member_may_join_paused_and_leaves_without_an_unpause() -> None:
    roster = roster_of(lines("0 MANAGER q PJSIP/1001 ADDMEMBER PAUSED; 9 MANAGER q PJSIP/1001 REMOVEMEMBER"), who)
    ((membership,), (pause,)) = roster.memberships, roster.pauses
    assert (membership.since, membership.until) == (at(0), at(9))
    assert (pause.since, pause.reason, pause.until) == (at(0), "", at(9))


def test_a_member_of_the_configuration_is_paused_without_ever_joining() -> None:
    roster = roster_of(
        lines("0 NONE q 客服1001 PAUSE lunch; 5 NONE q 客服1001 PAUSE lunch; 9 NONE q 客服1001 UNPAUSE"), who
    )
    assert roster.memberships == ()
    assert [(p.agent, p.since, p.until) for p in roster.pauses] == [("1001", at(0), at(9))]


def test_another_penalty_is_another_stretch() -> None:
    text = (
        "0 x q PJSIP/1001 ADDMEMBER; 3 x q PJSIP/1001 PENALTY 2; 8 x q PJSIP/1001 PENALTY 5; 9 x q PJSIP/1001 PENALTY 5"
    )
    roster = roster_of(lines(text), who)
    assert [(m.since, m.until, m.penalty) for m in roster.memberships] == [(at(0), at(8), 2), (at(8), None, 5)]


def test_talks_are_those_of_the_visits_and_an_unseen_end_is_none() -> None:
    text = "0 c q NONE ENTERQUEUE '' 1 1; 2 c q 客服1001 CONNECT 2 a 1; 90 NONE NONE NONE QUEUESTART"
    (talk,) = talks_of(visits_of(lines(text)), who)
    assert (talk.agent, talk.queue, talk.since, talk.until) == ("1001", "q", at(2), None)


@given(SCRIPT)
def test_stretches_of_one_agent_in_one_queue_never_overlap(script: list[tuple[int, str, str, str, list[str]]]) -> None:
    roster = roster_of(scripted(script), who)
    for kind in (roster.memberships, roster.pauses):
        for key in {(one.agent, one.queue) for one in kind}:
            mine = [one for one in kind if (one.agent, one.queue) == key]
            for one, then in pairwise(mine):
                assert one.until is not None
                assert one.since <= one.until <= then.since
