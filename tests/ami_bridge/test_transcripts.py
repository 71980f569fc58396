"""What really happened on an Asterisk 22.10.1, and the visits we make of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain.events import Event, HungUp, Ticked
from ami_bridge.domain.states import Phase
from tests.ami_bridge.conftest import TRANSCRIPTS
from tests.ami_bridge.replaying import Replay, fresh, ledger, recorded, replayed

if TYPE_CHECKING:
    from store.rows import Visit

SCENES = sorted(p.stem.removeprefix("asterisk-22.10.1-") for p in TRANSCRIPTS)

# scene, then per visit: queue, ordinal, outcome, ended by, agent, rings, evidence (AMI alone)
EXPECTED: dict[str, list[tuple[str, int, str, str | None, str | None, int, str]]] = {
    "answered": [("normal", 1, "answered", "agent", "1001", 1, "ami: AgentConnect")],
    "caller_ends": [("normal", 1, "answered", "caller", "1201", 1, "ami: AgentConnect")],
    "abandoned": [("normal", 1, "abandoned", "caller", None, 0, "ami: hung up while waiting")],
    "abandoned_while_ringing": [("normal", 1, "abandoned", "caller", None, 1, "ami: hung up while waiting")],
    "timed_out": [("normal", 1, "timed_out", "system", None, 0, "ami: QUEUESTATUS=TIMEOUT")],
    "ring_no_answer": [("short", 1, "timed_out", "system", None, 2, "ami: QUEUESTATUS=TIMEOUT")],
    "join_empty": [("empty", 1, "join_empty", "system", None, 0, "ami: QUEUESTATUS=JOINEMPTY")],
    "leave_empty": [("leaver", 1, "leave_empty", "system", None, 0, "ami: QUEUESTATUS=LEAVEEMPTY")],
    "left_by_key": [("normal", 1, "left_by_key", "caller", None, 0, "ami: left the queue at another extension")],
    "full": [
        ("tiny", 1, "abandoned", "caller", None, 0, "ami: hung up while waiting"),
        ("tiny", 1, "full", "system", None, 0, "ami: QUEUESTATUS=FULL"),
    ],
    "withdrawn": [("normal", 1, "withdrawn", "system", None, 0, "ami: QUEUESTATUS=WITHDRAW")],
    "two_queues": [("vip", 1, "answered", "agent", "1001", 1, "ami: AgentConnect")],
    "blind_transfer": [
        ("normal", 1, "answered", "transfer", "1201", 1, "ami: AgentConnect"),
        ("vip", 2, "answered", "agent", "1001", 1, "ami: AgentConnect"),
    ],
    "lists": [
        ("normal", 1, "answered", "agent", "1001", 1, "ami: AgentConnect"),
        ("normal", 1, "answered", "caller", "1001", 1, "ami: AgentConnect"),
    ],
    "pause": [],
}


def facts(visit: Visit) -> tuple[object, ...]:
    return (
        visit.queue,
        visit.ordinal,
        visit.outcome,
        visit.ended_by,
        visit.agent,
        visit.rings,
        visit.evidence,
    )


def test_every_scene_has_its_expectation() -> None:
    assert set(SCENES) - {"replies", "refused"} == set(EXPECTED)


@pytest.mark.parametrize("scene", EXPECTED)
def test_each_visit_has_exactly_its_outcome_by_ami_alone(scene: str) -> None:
    assert [facts(v) for v in replayed(scene).visits.values()] == EXPECTED[scene]


@pytest.mark.parametrize("scene", EXPECTED)
def test_queue_log_agrees_and_changes_no_outcome(scene: str) -> None:
    visits = replayed(scene, with_ledger=True).visits.values()
    assert [facts(v)[:-1] for v in visits] == [e[:-1] for e in EXPECTED[scene]]
    for visit in visits:
        in_the_log = visit.outcome not in {"full", "join_empty"}  # the log is silent on those
        assert visit.evidence.endswith("queue_log agrees") is in_the_log


@pytest.mark.parametrize("scene", [s for s in EXPECTED if s not in {"pause", "join_empty"}])
def test_queue_log_alone_gives_the_same_outcomes(scene: str) -> None:
    by_log = replayed(scene, ledger_only=True).visits.values()
    expected = [e for e in EXPECTED[scene] if e[2] not in {"full", "join_empty"}]
    assert [(v.queue, v.ordinal, v.outcome, v.ended_by) for v in by_log] == [e[:4] for e in expected]


@pytest.mark.parametrize("scene", EXPECTED)
def test_every_visit_knows_what_the_service_said_of_the_caller(scene: str) -> None:
    for visit in replayed(scene).visits.values():
        assert (visit.language, visit.vip, visit.flow, visit.flow_version) == ("yue-HK", True, "main", "abc")
        assert (visit.number, visit.priority, visit.caller) == ("96956", 3, "13800138000")
        assert visit.caller_name == '陳大文 "<b>'
        assert visit.node == "gz-1"
        assert visit.id == f"gz-1/{visit.channel_id}/{visit.ordinal}"


@pytest.mark.parametrize("scene", EXPECTED)
def test_the_day_adds_up(scene: str) -> None:
    replay = replayed(scene)
    for queue, counts in replay.state.counts.items():
        mine = [v for v in replay.visits.values() if v.queue == queue]
        assert counts.entered == counts.settled == len(mine)
        assert counts.answered == sum(v.outcome == "answered" for v in mine)
        assert counts.talk_sum_s == pytest.approx(sum(v.talk_s or 0 for v in mine))


@pytest.mark.parametrize("scene", EXPECTED)
def test_intervals_leave_no_gap_and_do_not_overlap(scene: str) -> None:
    check_intervals(replayed(scene, with_ledger=True))


def check_intervals(replay: Replay) -> None:
    for agent in replay.state.agents:
        mine = sorted((i for i in replay.intervals.values() if i.agent == agent), key=lambda i: i.started_at)
        for one, next_one in pairwise(mine):
            assert one.ended_at == next_one.started_at
            assert one.ended_at > one.started_at
        assert mine[-1].ended_at is None
        assert mine[-1] == replay.state.agents[agent].interval


def stretches(scene: str, agent: str) -> list[tuple[str, str | None]]:
    mine = [i for i in replayed(scene).intervals.values() if i.agent == agent]
    return [(i.state, i.queue or i.reason) for i in mine]


def test_an_agents_day_reads_as_it_was() -> None:
    assert stretches("answered", "1001") == [
        ("available", None),
        ("ringing", "normal"),
        ("on_queue_call", "normal"),
        ("wrap_up", "normal"),
        ("signed_off", None),
    ]


def test_a_pause_over_a_pause_is_two_stretches_with_their_reasons() -> None:
    assert stretches("pause", "1001") == [
        ("available", None),
        ("paused", "lunch"),
        ("paused", "training"),
        ("available", None),
        ("signed_off", None),
    ]


def test_an_agent_in_two_queues_serves_one_and_the_other_shows_no_call_of_its_own() -> None:
    assert stretches("two_queues", "1001") == [
        ("available", None),
        ("ringing", "vip"),
        ("on_queue_call", "vip"),
        ("wrap_up", "vip"),
        ("signed_off", None),
    ]


def test_ringing_is_kept_attempt_by_attempt() -> None:
    unanswered = replayed("ring_no_answer")
    assert [(a.agent, a.result) for a in unanswered.attempts.values()] == [("1101", "no_answer")] * 2
    assert unanswered.state.agents["1101"].missed == 2
    given_up = replayed("abandoned_while_ringing")
    assert [a.result for a in given_up.attempts.values()] == ["cancelled"]
    assert given_up.state.agents["1101"].missed == 0


def test_a_transferred_callers_visits_are_chained() -> None:
    first, second = replayed("blind_transfer").visits.values()
    assert first.next_visit_id == second.id
    assert first.channel_id == second.channel_id
    assert (first.transfer, first.transferred_to) == ("blind", "vip@xfer")
    assert (second.transfer, second.transferred_to) == (None, None)


@pytest.mark.parametrize("scene", EXPECTED)
def test_a_scene_told_twice_changes_nothing_the_second_time(scene: str) -> None:
    events = [e for e in recorded(scene) if not isinstance(e, HungUp)]
    once = fresh(events[0].at).take_all(events)
    before = dict(once.visits)
    if scene in {"full", "join_empty"}:
        return  # a refusal has no entry that could be recognised again
    replay = replayed(scene, with_ledger=True)
    facts_before = [facts(v) for v in replay.visits.values()]
    replay.take_all(ledger(scene))
    assert [facts(v) for v in replay.visits.values()] == facts_before
    assert before.keys() == once.visits.keys()


@pytest.mark.parametrize("scene", EXPECTED)
def test_a_scene_with_any_one_event_missing_still_ends_each_visit_once(scene: str) -> None:
    events: list[Event] = recorded(scene)
    for lost in range(len(events)):
        replay = fresh(events[0].at).take_all(e for i, e in enumerate(events) if i != lost)
        last = max(e.at for e in events)
        replay.take(Ticked(at=last + timedelta(seconds=10)))
        for visit in replay.state.visits.values():
            if visit.phase is not Phase.ENDED:
                continue
            assert visit.row.outcome is not None
            assert visit.row.ended_at is not None
        for counts in replay.state.counts.values():
            waiting = sum(v.row.outcome is None for v in replay.state.visits.values())
            assert 0 <= counts.entered - counts.settled <= waiting
        check_intervals(replay)
