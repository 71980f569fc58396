"""The history view's question: what it means, what is laid beside what, and how a slip is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.reports.past import Past, Range, UnknownWordError, answer, beside, choices, past, side_by_side
from ivr.reports.tables import Asked, table_of
from ivr.reports.wishes import WishError
from store.metrics.tally import Tally

NOW = datetime(2026, 11, 25, 4, 10, tzinfo=UTC)
"""Ten past noon in Shanghai."""


def asked(zone: str = "Asia/Shanghai", **words: str) -> Past:
    return past({name.removesuffix("_"): value for name, value in words.items()}, zone, NOW)


def bounds(told: Range | None) -> tuple[str, str]:
    assert told is not None
    return tuple(f"{at.astimezone(told.span.zone):%m-%d %H:%M}" for at in (told.span.since, told.span.until))  # type: ignore[return-value]  # two of them


def test_unless_it_is_said_the_day_so_far_is_shown_by_quarters_of_all_queues() -> None:
    found = asked()
    assert bounds(found.range) == ("11-25 00:00", "11-25 12:10")
    assert (found.by, found.queue, found.against, len(found.range.pieces)) == ("15m", None, None, 49)
    assert "unknown_after_gap" in found.counts


@pytest.mark.parametrize(
    ("against", "begin", "end"),
    [
        ("day", "11-23 00:00", "11-24 00:00"),
        ("week", "11-17 00:00", "11-18 00:00"),
        ("before", "11-23 00:00", "11-24 00:00"),
        ("2026-10-01", "10-01 00:00", "10-02 00:00"),
    ],
)
def test_a_range_is_compared_with_one_as_long(against: str, begin: str, end: str) -> None:
    assert bounds(asked(from_="yesterday", to="today", against=against).against) == (begin, end)


def test_the_day_before_a_day_so_far_ends_at_the_same_time() -> None:
    assert bounds(asked(against="day").against) == ("11-24 00:00", "11-24 12:10")


def test_beside_a_quarter_stands_the_quarter_the_clock_showed_alike_also_where_a_day_has_25_hours() -> None:
    found = asked("Europe/Berlin", from_="2026-10-25", to="2026-10-26", by="hour", against="week")
    assert found.against is not None
    assert (len(found.range.pieces), len(found.against.pieces)) == (25, 24)
    places = beside(found.range, found.against)
    assert places == [0, 1, 2, None, *range(3, 24)]  # the second hour of two o'clock has none beside it
    berlin = ZoneInfo("Europe/Berlin")
    for piece, place in zip(found.range.pieces, places, strict=True):
        if place is not None:
            there = found.against.pieces[place].begin.astimezone(berlin)
            assert piece.begin.astimezone(berlin).time() == there.time()


def test_ranges_that_begin_at_different_times_stand_side_by_side_from_their_beginnings() -> None:
    found = asked(from_="2h", by="hour", against="2026-11-01T09:00")
    assert found.against is not None
    assert beside(found.range, found.against) == [0, 1, 2][: len(found.against.pieces)] + [None] * (
        len(found.range.pieces) - len(found.against.pieces)
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"from_": "tody"}, "R002: 'from' does not understand 'tody'; did you mean 'today'?"),
        ({"from_": "2026-11-26"}, "R003: the range begins at 2026-11-26 00:00:00 and ends at 2026-11-25 12:10:00"),
        ({"by": "10m"}, "R008: there is no interval '10m'"),
        ({"by": "queue"}, "R008: there is no interval 'queue'; the history view is cut by 5m, 15m, 30m, hour, day"),
        ({"from_": "2026-11-01", "by": "5m"}, "R010: that is 7,058 intervals of 5m; the history view takes 3,000"),
        ({"from_": "2025-01-01", "by": "day"}, "R010: that is a range of 694 days; the history view takes 400"),
        ({"metrics": "asa"}, "R005: there is no metric 'asa'; did you mean 'asa_s'?"),
        ({"metrics": "occupancy"}, "R005: 'occupancy' is no metric of queues"),
        ({"against": "wek"}, "R002: 'against' does not understand 'wek'; did you mean 'week'?"),
        ({"against": "2026-13-01"}, "R002: 'against' does not understand '2026-13-01'; expected day, week, before, or"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_sentence(words: dict[str, str], said: str) -> None:
    with pytest.raises(WishError) as refused:
        asked(**words)
    assert str(refused.value).startswith(said)


def test_an_unknown_word_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownWordError, match=r"unknown word 'form', expected one of .*; did you mean 'from'\?"):
        past({"form": "today"}, "UTC", NOW)


def test_what_is_of_queues_is_offered_and_nothing_else() -> None:
    names = {one["name"] for one in choices()}
    assert {"entered", "sl_negative", "aht_s", "fcr", "repeat_rate"} <= names
    assert not names & {"occupancy", "missed_rate", "containment"}


TALLIES = {("a", 0): Tally({"entered": 3, "abandoned": 1}), ("b", 2): Tally({"entered": 5})}


def test_all_queues_are_summed_by_interval_and_each_over_the_range() -> None:
    found = asked(from_="2026-11-24", to="2026-11-25", by="hour", metrics="entered,abandoned,sl_negative")
    told = answer(found, TALLIES, None, ["a", "idle"])
    side = told["range"]
    assert isinstance(side, dict)
    assert side["values"]["entered"][:4] == [3, 0, 5, 0]
    assert side["values"]["sl_negative"][3] is None, "nothing to judge is no value, neither 0 nor 100 %"
    assert side["total"]["entered"] == 8
    assert {name: values["entered"] for name, values in side["queues"].items()} == {"a": 3, "idle": 0, "b": 5}
    assert told["against"] is None


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 23), st.integers(0, 9)), max_size=40))
def test_intervals_queues_and_the_total_are_the_same_visits(found: list[tuple[str, int, int]]) -> None:
    tallies: dict[tuple[str, int], Tally] = {}
    for queue, number, count in found:
        tallies[queue, number] = tallies.get((queue, number), Tally()) + Tally({"entered": count})
    day = asked(from_="2026-11-24", to="2026-11-25", by="hour", metrics="entered")
    side = answer(day, tallies, None, ["a", "b"])["range"]
    assert isinstance(side, dict)
    assert sum(side["values"]["entered"]) == side["total"]["entered"]
    assert sum(one["entered"] for one in side["queues"].values()) == side["total"]["entered"]


def test_the_intervals_of_an_answer_leave_no_hole() -> None:
    side = answer(asked(by="30m"), {}, None, [])["range"]
    assert isinstance(side, dict)
    assert [end for end, _ in zip(side["ends"], side["begins"][1:], strict=False)] == side["begins"][1:]
    assert all(datetime.fromisoformat(a) < datetime.fromisoformat(b) for a, b in pairwise(side["begins"]))


def test_two_tables_become_one_with_the_other_range_beside_each_row() -> None:
    found = asked(from_="2026-11-24", to="2026-11-25", by="day", metrics="entered", against="week")
    assert found.against is not None
    made = [
        table_of(
            Asked(title="queues", span=one.span, pieces=one.pieces, names=["a", "b"], metrics=found.metrics),
            tallies,
            named="queue",
            by_time=True,
        )
        for one, tallies in (
            (found.range, {("a", 0): Tally({"entered": 3})}),
            (found.against, {("b", 0): Tally({"entered": 7})}),
        )
    ]
    both = side_by_side(made[0], made[1], found.range, found.against)
    assert [column.name for column in both.columns] == ["from", "queue", "entered", "against_from", "against_entered"]
    assert [(row[1], row[2], row[4]) for row in both.rows] == [("a", 3, 0), ("b", 0, 7)]
    assert both.rows[0][0] - both.rows[0][3] == timedelta(days=7)  # type: ignore[operator]  # both are instants
    assert both.total == ("all", "", 3, None, 7)
