"""Each variant on a worked example, and never a made-up number for nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.messages import TodayCounts
from store.rows import OUTCOMES
from wallboard.figures import figures, total

COUNTS = st.builds(
    TodayCounts,
    **{name: st.integers(0, 1000) for name in TodayCounts.__dataclass_fields__ if not name.endswith("_s")},
)


def test_ciscos_own_example_gives_seventy_per_cent() -> None:
    # 70 answered within, 10 abandoned within, 20 exceeded, 100 in all: the "negative" type is 70 %.
    example = TodayCounts(entered=100, answered=90, answered_within=70, abandoned=10)
    assert figures(example).sl_negative == 70.0


def test_asterisks_own_level_is_of_the_answered_alone() -> None:
    assert figures(TodayCounts(answered=90, answered_within=70, abandoned=10)).sl_asterisk == 77.8


def test_a_short_abandon_counts_for_nobody() -> None:
    assert figures(TodayCounts(answered=8, answered_within=8, abandoned=4, short_abandoned=2)).sl_negative == 80.0


def test_talks_going_on_do_not_shorten_the_mean_talk_nor_waits_unseen_the_mean_wait() -> None:
    day = TodayCounts(answered=4, answer_waits=2, answer_wait_s=30.0, handled=3, talk_sum_s=270.0)
    assert (figures(day).asa_s, figures(day).talk_s) == (15.0, 90.0)


def test_every_outcome_is_among_the_ended() -> None:
    for outcome in OUTCOMES:
        assert figures(TodayCounts(**{outcome: 2})).ended == 2, outcome


def test_the_longest_wait_of_none_that_was_seen_has_no_value() -> None:
    assert figures(TodayCounts(entered=2, unknown_after_gap=1)).longest_wait_s is None
    assert figures(TodayCounts(entered=1, answered=1)).longest_wait_s is None
    assert figures(TodayCounts(entered=1, full=1)).longest_wait_s == 0.0
    assert figures(TodayCounts(entered=1, abandoned=1, longest_wait_s=7.26)).longest_wait_s == 7.3


def test_nothing_counted_is_nothing_said() -> None:
    empty = figures(TodayCounts())
    assert (empty.sl_negative, empty.sl_asterisk, empty.connection_rate, empty.asa_s) == (None, None, None, None)


@given(st.lists(COUNTS, max_size=6))
def test_the_total_is_the_sum_and_the_longest_of_all(days: list[TodayCounts]) -> None:
    summed = total(days)
    assert summed.answered == sum(day.answered for day in days)
    assert summed.longest_wait_s == max((day.longest_wait_s for day in days), default=0)
    assert figures(summed).ended == sum(figures(day).ended for day in days)
