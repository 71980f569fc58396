from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import rows
from store.backlog import DROP_ORDER, WRITE_ORDER, Backlog, key_of
from store.schema import TABLE_OF
from tests.store.samples import a_journey, a_ring, a_step, a_visit, any_row

if TYPE_CHECKING:
    from store.rows import Row


def test_every_table_has_its_place_in_both_orders() -> None:
    assert set(WRITE_ORDER) == set(DROP_ORDER) == set(rows.ROW_TYPES) == set(TABLE_OF)
    assert len(WRITE_ORDER) == len(DROP_ORDER) == len(rows.ROW_TYPES)


def test_a_newer_version_takes_the_place_of_the_waiting_one() -> None:
    backlog = Backlog(10)
    for row in (a_visit(1), a_visit(2), a_visit(1, queue="vip")):
        backlog.put(row)
    assert backlog.take(10) == (a_visit(1, queue="vip"), a_visit(2))
    assert backlog.folded == 1


def test_a_newer_version_of_a_row_being_written_waits_for_the_next_batch() -> None:
    backlog = Backlog(10)
    backlog.put(a_visit(1))
    assert backlog.take(10) == (a_visit(1),)
    backlog.put(a_visit(1, queue="vip"))
    assert len(backlog) == 2
    backlog.settle()
    assert backlog.take(10) == (a_visit(1, queue="vip"),)


def test_visits_are_written_before_what_belongs_to_them() -> None:
    backlog = Backlog(10)
    for row in (a_step(1), a_ring(), a_journey(), a_visit()):
        backlog.put(row)
    assert [type(row) for row in backlog.take(10)] == [rows.Visit, rows.RingAttempt, rows.Journey, rows.JourneyStep]


def test_without_room_steps_go_first_and_the_oldest_of_them() -> None:
    backlog = Backlog(3)
    for row in (a_visit(1), a_step(1), a_step(2), a_visit(2), a_visit(3)):
        backlog.put(row)
    assert backlog.dropped == {"journey_steps": 2}
    assert backlog.take(10) == (a_visit(1), a_visit(2), a_visit(3))


def test_folding_needs_no_room() -> None:
    backlog = Backlog(1)
    for number in range(5):
        backlog.put(a_visit(1, rings=number))
    assert backlog.dropped == {}
    assert backlog.take(10) == (a_visit(1, rings=4),)


def test_a_visit_goes_only_when_nothing_else_is_left() -> None:
    backlog = Backlog(1)
    backlog.put(a_visit(1))
    backlog.put(a_step(1))
    assert backlog.dropped == {"journey_steps": 1}
    backlog.put(a_visit(2))
    assert backlog.dropped == {"journey_steps": 1, "visits": 1}
    assert backlog.take(10) == (a_visit(2),)


def test_a_batch_must_be_settled_before_the_next() -> None:
    backlog = Backlog(3)
    backlog.put(a_visit())
    backlog.take(1)
    with pytest.raises(RuntimeError, match="not settled"):
        backlog.take(1)


@given(st.lists(any_row(), max_size=60), st.integers(1, 30), st.integers(1, 4))
def test_every_row_put_is_written_folded_or_counted_as_dropped(put: list[Row], capacity: int, size: int) -> None:
    backlog = Backlog(capacity)
    written: list[Row] = []
    for number, row in enumerate(put):
        backlog.put(row)
        assert len(backlog) <= capacity
        if number % 3 == 2:
            written.extend(backlog.take(size))
            backlog.settle()
    while backlog:
        written.extend(backlog.take(size))
        backlog.settle()
    assert len(written) + backlog.folded + sum(backlog.dropped.values()) == len(put)
    assert backlog.oldest_ticket() is None
    if not backlog.dropped:
        last = {(type(row), key_of(row)): row for row in put}
        assert {(type(row), key_of(row)): row for row in written} == last


def test_what_promises_that_all_is_written_waits_until_it_is() -> None:
    backlog = Backlog(100)
    backlog.put(rows.BridgeState(node="gz-1"))
    for ordinal in range(1, 4):
        backlog.put(a_visit(ordinal))
    assert [type(row) for row in backlog.take(2)] == [rows.Visit, rows.Visit]
    backlog.settle()
    assert [type(row) for row in backlog.take(2)] == [rows.Visit, rows.BridgeState]


def test_a_gap_that_is_over_waits_for_the_stretches_that_are_cut_at_its_ends() -> None:
    """As a soak heard it: a hundred of 150 stretches and the gap's end were written, then the bridge was killed."""
    backlog = Backlog(100)
    since, until = a_visit().entered_at, a_visit().entered_at + timedelta(seconds=13)
    for agent in ("2001", "2002", "2003"):
        one = rows.AgentInterval(id=agent, node="gz-1", agent=agent, state="unknown", started_at=since, ended_at=until)
        backlog.put(one)
    backlog.put(rows.Gap(node="gz-1", since=since, until=until, cause="bridge"))
    backlog.put(rows.EvidenceLine(id="e", node="gz-1", channel_id="c", at=until, source="ami", text=""))
    assert [type(row) for row in backlog.take(2)] == [rows.AgentInterval, rows.AgentInterval, rows.EvidenceLine]
    backlog.settle()
    assert [type(row) for row in backlog.take(2)] == [rows.AgentInterval, rows.Gap]


def test_what_agents_did_goes_together_as_far_as_may_be() -> None:
    """A bridge killed in between had known some of them until later than others."""
    backlog = Backlog(100)
    for number in range(7):
        backlog.put(a_visit(number))
        at = a_visit().entered_at + timedelta(seconds=number)
        backlog.put(rows.AgentInterval(id=str(number), node="gz-1", agent="a", state="available", started_at=at))
    assert Counter(type(row) for row in backlog.take(2, 5)) == {rows.Visit: 2, rows.AgentInterval: 5}
    backlog.settle()
    assert Counter(type(row) for row in backlog.take(2, 5)) == {rows.Visit: 2, rows.AgentInterval: 2}
