"""What a state finds without looking through all of it is what looking through all of it finds; old states stay."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.domain import events as ev
from ami_bridge.domain import reducer
from ami_bridge.domain.changing import replace
from ami_bridge.domain.model import Rules, State
from ami_bridge.domain.states import Phase
from ami_bridge.domain.tables import Edit, Table
from tests.ami_bridge.replaying import RULES, T0, fresh
from tests.ami_bridge.test_reducer import AGENTS, CHANNELS, KINDS, QUEUE, _event, at, caller, join, member, ringing
from tests.store.samples import a_visit


def content(state: State) -> dict[str, Any]:
    """Every field, its mappings copied."""
    fields = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in fields.items()}


def check_indexes(state: State) -> None:
    """All that follows from visits and agents follows from them."""
    waiting = {v.id: v.row.queue for v in state.visits.values() if v.phase is Phase.WAITING}
    assert {one: queue for queue, line in state.lines.items() for one in line} == waiting
    for channel, visit_id in state.partners.items():
        visit = state.visits[visit_id]
        assert channel in {*visit.attempt_channels, visit.agent_channel_id}
    doing: dict[str, Counter[str]] = {}
    for agent in state.agents.values():
        for queue in agent.members:
            doing.setdefault(queue, Counter())[agent.doing_in(queue)] += 1
        if agent.serving in state.visits:
            assert agent.id in state.visits[agent.serving or ""].served_by
    assert {queue: dict(counts) for queue, counts in state.doing.items() if counts} == doing
    assert {name: state.agents[agent_id].name for name, agent_id in state.named.items()} == {
        name: name for name in (agent.name for agent in state.agents.values())
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(KINDS, st.floats(0.0, 3.0), CHANNELS, AGENTS, QUEUE), max_size=30))
def test_whatever_is_told_the_indexes_follow_and_earlier_states_stay_as_they_were(
    told: list[tuple[str, float, str, str, str]],
) -> None:
    replay = fresh(T0, RULES)
    kept: list[tuple[State, dict[str, Any]]] = []
    now = 0.0
    for kind, later, channel, agent, queue in told:
        now += later
        kept.append((replay.state, content(replay.state)))
        replay.take(_event(kind, now, channel, agent, queue))
        check_indexes(replay.state)
    for state, was in reversed(kept[::3]):
        assert content(state) == was
    for state, was in kept:
        assert content(state) == was


def test_a_visit_is_found_by_its_agents_channels_and_by_none_once_it_is_forgotten() -> None:
    replay = fresh().take_all([member(0), member(0, "1002"), join(1), ev.Rang(**ringing(2))])
    assert set(replay.state.partners) == {"a-1001"}
    replay.take_all([ev.Rang(**ringing(3, agent="1002")), ev.Connected(**ringing(4, agent="1002"))])
    assert set(replay.state.partners) == {"a-1001", "a-1002"}
    other = replay.take(ev.Connected(**{**ringing(5, agent="1002"), "agent_channel_id": "a-other"}))
    assert set(other.state.partners) == {"a-1001", "a-1002", "a-other"}
    replay.take(ev.Connected(**{**ringing(5, agent="1002"), "agent_channel_id": "a-last"}))
    assert set(replay.state.partners) == {"a-1001", "a-1002", "a-last"}, "a channel that is no more the visit's is kept"
    replay.take(ev.Completed(**ringing(6, agent="1002"), reason="caller"))
    replay.take(ev.HungUp(**caller(7)))
    replay.tick(at(1000))
    assert dict(replay.state.partners) == {}


def test_an_event_that_cannot_be_taken_leaves_the_state_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    replay = fresh().take_all([member(0), join(1)])
    was = content(replay.state)

    def broken(*_: object) -> None:
        raise RuntimeError("made up")

    monkeypatch.setattr(reducer, "note_waits", broken)
    with pytest.raises(RuntimeError, match="made up"):
        replay.take(join(2, "c2"))
    assert content(replay.state) == was


def test_two_futures_of_one_state_do_not_meet() -> None:
    replay = fresh().take_all([member(0), join(1)])
    one, other = fresh(), fresh()
    one.state = other.state = replay.state
    one.take(join(2, "c2"))
    other.take(join(3, "c3"))
    assert {v.row.channel_id for v in one.state.visits.values()} == {"c1", "c2"}
    assert {v.row.channel_id for v in other.state.visits.values()} == {"c1", "c3"}
    assert {v.row.channel_id for v in replay.state.visits.values()} == {"c1"}


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers())), max_size=6), min_size=1, max_size=8
    )
)
def test_a_table_reads_as_a_dictionary_that_was_copied_each_time(turns: list[list[tuple[int, int | None]]]) -> None:
    table: Table[int, int] = Table()
    plain: dict[int, int] = {}
    kept: list[tuple[Table[int, int], dict[int, int]]] = []
    for turn in turns:
        kept.append((table, dict(plain)))
        edit = Edit(table)
        for key, value in turn:
            if value is None:
                assert edit.pop(key, None) == plain.pop(key, None)
            else:
                edit[key] = value
                plain[key] = value
            assert edit.before(key) == kept[-1][1].get(key)
        table = edit.done()
        assert dict(table) == plain
        assert table == plain
    for earlier, was in kept:
        assert earlier == was
        assert (len(earlier), sorted(earlier), 3 in earlier) == (len(was), sorted(was), 3 in was)


def test_a_record_with_some_fields_changed_is_what_the_standard_library_makes() -> None:
    visit = a_visit()
    changes: dict[str, Any] = {"rings": 3, "outcome": "answered", "ended_at": at(1)}
    assert replace(visit, **changes) == dataclasses.replace(visit, **changes)
    assert replace(visit) == visit
    assert replace(visit) is not visit
    with pytest.raises(TypeError, match="Visit has no field 'ringing'"):
        replace(visit, ringing=3)  # type: ignore[call-arg]  # the mistake under test


def test_a_record_that_makes_something_of_its_fields_is_not_copied_behind_its_back() -> None:
    with pytest.raises(TypeError, match="Rules is no plain record"):
        replace(RULES, node="other")


def test_the_first_of_two_agents_of_one_name_is_meant() -> None:
    rules = Rules(node="n", zone=RULES.zone, agents={"1001": "陈", "1002": "陈", "1003": "李"})
    assert rules.id_by_name == {"陈": "1001", "李": "1003"}
