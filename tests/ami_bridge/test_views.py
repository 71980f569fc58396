"""What watchers see of a state."""

from __future__ import annotations

from dataclasses import fields, replace

from ami_bridge import views
from ami_bridge.domain import events as ev
from ami_bridge.domain.metrics import Counts
from ami_bridge.messages import TodayCounts
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_reducer import TAGS, at, caller, join, member, ringing


def test_the_days_counts_have_the_same_names_on_both_sides() -> None:
    assert {f.name for f in fields(Counts)} == {f.name for f in fields(TodayCounts)}


def test_callers_stand_by_priority_and_then_by_time_with_masked_numbers() -> None:
    replay = fresh().take_all([join(0, "c1"), join(1, "c2"), join(2, "c3", tags=replace(TAGS, priority=9))])
    waiting = views.queue_view(replay.state, "normal").waiting
    assert [(w.visit_id, w.position) for w in waiting] == [("gz-1/c3/1", 1), ("gz-1/c1/1", 2), ("gz-1/c2/1", 3)]
    assert {w.caller for w in waiting} == {"138****8000"}


def test_a_name_that_is_the_number_shows_no_more_than_the_number() -> None:
    replay = fresh().take(join(0, caller_name="13800138000"))
    (waiting,) = views.queue_view(replay.state, "normal").waiting
    assert waiting.caller_name == "138****8000"


def test_members_are_counted_by_what_they_do() -> None:
    replay = fresh().take_all(
        [
            member(0, "1001"),
            member(0, "1002", paused=True, pause_reason="x"),
            member(0, "1003", status=5),
            member(0, "1004", status=2),
            join(1),
            ev.Rang(**ringing(2)),
        ]
    )
    counts = views.queue_view(replay.state, "normal").members
    assert (counts.ringing, counts.paused, counts.away, counts.talking, counts.available) == (1, 1, 1, 1, 0)


def test_an_agents_view_tells_the_caller_at_hand() -> None:
    replay = fresh().take_all([member(0, penalty=2), join(1), ev.Rang(**ringing(2)), ev.Connected(**ringing(4))])
    view = views.agent_view(replay.state, replay.state.agents["1001"])
    assert (view.state, view.queue, view.caller, view.since) == ("on_queue_call", "normal", "138****8000", at(4))
    assert (view.queues, view.answered, view.name) == ({"normal": 2}, 1, "客服1001")


def test_a_number_in_the_reason_of_a_pause_is_masked() -> None:
    replay = fresh().take(member(0, paused=True, pause_reason="call 13800138000 back"))
    assert views.agent_view(replay.state, replay.state.agents["1001"]).reason == "call 138****8000 back"


def test_a_caller_is_shown_in_the_flow_or_in_the_queue_never_in_both() -> None:
    replay = fresh().take(ev.Tagged(**caller(0)))
    assert [c.call_id for c in views.snapshot(replay.state, 1, at(0)).calls] == ["c1"]
    replay.take(join(1))
    assert views.snapshot(replay.state, 1, at(0)).calls == ()
    gone = views.delta(replay.state, 2, at(1), queues=(), agents=(), calls=("c1",), knowledge_changed=False)
    assert (gone.calls, gone.removed.calls) == ((), ("c1",))
    replay.take_all([ev.Left(**caller(2), queue="normal"), ev.Resulted(**caller(2), status="TIMEOUT")])
    assert replay.changes[-1].calls == {"c1"}
    assert [c.call_id for c in views.snapshot(replay.state, 1, at(0)).calls] == ["c1"]


def test_every_configured_queue_is_shown_even_when_nothing_happened() -> None:
    shown = views.snapshot(fresh().state, 0, at(0))
    assert [q.name for q in shown.queues] == ["normal", "vip", "short", "empty", "leaver", "tiny"]
    assert shown.knowledge.state == "blind"
