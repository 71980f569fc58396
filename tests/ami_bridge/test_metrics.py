"""Counting, to the visit and to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.domain.metrics import (
    Counts,
    contribution,
    midnight_after,
    midnight_before,
    moved,
)
from store.rows import OUTCOMES, Visit

DAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def visit(**over: object) -> Visit:
    fields: dict[str, object] = {
        "id": "n/1/1",
        "node": "n",
        "call_id": "1",
        "channel_id": "1",
        "ordinal": 1,
        "queue": "q",
        "entered_at": DAY + timedelta(hours=1),
    }
    return Visit(**(fields | over))  # type: ignore[arg-type]  # fields are given by name as a test wants them


def adds(row: Visit) -> Counts:
    return contribution(row, day_start=DAY, threshold_s=20.0, short_s=5.0)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_its_counter(outcome: str) -> None:
    assert getattr(adds(visit(outcome=outcome)), outcome) == 1


def test_a_waiting_caller_has_entered_and_nothing_else() -> None:
    assert adds(visit()) == Counts(entered=1)


def test_a_visit_of_yesterday_counts_for_yesterday() -> None:
    assert adds(visit(entered_at=DAY - timedelta(seconds=1), outcome="abandoned")) == Counts()


@pytest.mark.parametrize(("wait_s", "within"), [(0.0, 1), (20.0, 1), (20.001, 0), (None, 0)])
def test_in_time_means_up_to_the_threshold_and_a_wait_that_was_seen(wait_s: float | None, within: int) -> None:
    assert adds(visit(outcome="answered", wait_s=wait_s)).answered_within == within


@pytest.mark.parametrize(("wait_s", "short"), [(4.999, 1), (5.0, 0), (None, 0)])
def test_a_short_abandon_is_an_abandon_below_the_limit(wait_s: float | None, short: int) -> None:
    counts = adds(visit(outcome="abandoned", wait_s=wait_s))
    assert (counts.abandoned, counts.short_abandoned) == (1, short)


@pytest.mark.parametrize(
    ("wait_s", "talk_s", "known", "ended"), [(3.0, None, 1, 0), (None, 60.0, 0, 1), (0.0, 0.0, 1, 1)]
)
def test_a_mean_is_over_what_was_seen_to_its_end(
    wait_s: float | None, talk_s: float | None, known: int, ended: int
) -> None:
    counts = adds(visit(outcome="answered", wait_s=wait_s, talk_s=talk_s))
    assert (counts.answered, counts.answer_waits, counts.handled) == (1, known, ended)


@given(
    st.lists(
        st.tuples(st.sampled_from([None, *OUTCOMES]), st.floats(0, 500), st.sampled_from([None, *OUTCOMES])),
        max_size=30,
    )
)
def test_correcting_visits_gives_what_counting_them_right_would(found: list[tuple[str | None, float, str]]) -> None:
    counts = Counts()
    right = Counts()
    for before, wait_s, after in found:
        old = adds(visit(outcome=before, wait_s=wait_s))
        new = adds(visit(outcome=after, wait_s=wait_s))
        counts = moved(moved(counts, Counts(), old), old, new)
        right = moved(right, Counts(), new)
        assert counts.entered - counts.settled >= 0
    assert counts.entered == right.entered == len(found)
    assert counts.settled == right.settled
    assert counts.answer_wait_s == pytest.approx(right.answer_wait_s)


@pytest.mark.parametrize(
    ("zone", "now", "begins", "hours"),
    [
        ("Asia/Shanghai", "2026-11-21T15:59:59+00:00", "2026-11-20T16:00:00+00:00", 24),
        ("Asia/Shanghai", "2026-11-21T16:00:00+00:00", "2026-11-21T16:00:00+00:00", 24),
        ("Europe/Berlin", "2026-03-29T12:00:00+00:00", "2026-03-28T23:00:00+00:00", 23),
        ("Europe/Berlin", "2026-10-25T12:00:00+00:00", "2026-10-24T22:00:00+00:00", 25),
    ],
)
def test_a_day_begins_at_local_midnight_and_may_have_23_or_25_hours(
    zone: str, now: str, begins: str, hours: int
) -> None:
    at = datetime.fromisoformat(now)
    start = midnight_before(at, ZoneInfo(zone))
    assert start == datetime.fromisoformat(begins)
    assert midnight_after(at, ZoneInfo(zone)) - start == timedelta(hours=hours)
