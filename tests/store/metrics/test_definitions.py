"""Each variant on the worked example of its source; where a source has none, on counts one can check in one's head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store.metrics import COUNTS, METRICS, Tally, page, value_of
from store.metrics.tally import MICROSECONDS
from store.service_levels import Judged, service_levels
from wallboard.figures import Figures

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"

CISCO = Tally({"ended": 100, "answered": 90, "answered_within": 70, "abandoned": 10, "abandoned_within": 10})
"""Cisco ICM CTI server guide: 70 answered within, 10 abandoned within, 20 exceeded, of 100: 77.8 %, 70 %, 80 %."""


@pytest.mark.parametrize(
    ("name", "per_cent"),
    [
        ("sl_ignore_abandoned", 77.8),
        ("sl_negative_all", 70.0),
        ("sl_positive", 80.0),
        ("sl_asterisk", 77.8),  # 70 of 90
        ("sl_asterisk2", 80.0),  # Cisco WFM: 70 and 10 of 90 and 10
    ],
)
def test_ciscos_own_example_gives_ciscos_numbers(name: str, per_cent: float) -> None:
    assert _per_cent(name, CISCO) == per_cent


GENESYS = Tally(
    {
        "answered": 80,
        "answered_within": 60,
        "abandoned": 15,
        "short_abandoned": 5,
        "flowed_out": 25,
        "ended": 120,
    }
)
"""80 answered of which 20 missed the target, 15 abandoned of which 5 short, 25 flow-outs, through Genesys' formula:
(answered - missed) / (answered + abandoned + switches). The page has no example of its own."""


@pytest.mark.parametrize(
    ("name", "top", "bottom"),
    [
        ("sl_genesys", 80 - 20, 80 + 15),
        ("sl_genesys_flow_outs", 80 - 20, 80 + 15 + 25),
        ("sl_genesys_no_short", 80 - 20, 80 + 15 - 5),
        ("sl_genesys_flow_outs_no_short", 80 - 20, 80 + 15 + 25 - 5),
        ("sl_asterisk", 80 - 20, 80 + 15 - 15),  # Include Abandons off
        ("abandonment_genesys", 15, 80 + 15 + 25),
        ("abandonment_ccai", 10, 80 + 10),
        ("abandonment", 10, 115),
        ("abandonment_all", 15, 120),
        ("short_abandonment", 5, 120),
        ("connection_rate", 80, 115),
        ("sl_negative", 60, 115),
    ],
)
def test_genesys_switches_and_the_abandonments(name: str, top: int, bottom: int) -> None:
    assert value_of(METRICS[name], GENESYS) == top / bottom


def test_sl2_by_asterisks_own_counters_counts_who_was_sent_away_as_abandoned() -> None:
    counted = Tally(
        {
            "answered": 6,
            "answered_within": 3,
            "abandoned": 1,
            "abandoned_within": 1,
            "counted_as_abandoned": 4,
            "counted_as_abandoned_within": 2,
        }
    )
    assert value_of(METRICS["sl_asterisk2"], counted) == 4 / 7
    assert value_of(METRICS["sl_asterisk2_counters"], counted) == 5 / 10


def test_wazos_answered_rate_knows_six_ends() -> None:
    counted = Tally(
        {"answered": 5, "abandoned": 1, "full": 1, "leave_empty": 1, "join_empty": 1, "timed_out": 1, "ended": 30}
    )
    assert value_of(METRICS["answered_rate_wazo"], counted) == 0.5


def test_handle_time_and_occupancy_of_the_planners_example() -> None:
    # SWPP, Occupancy vs. Speed of Answer Goals: 120 calls of 300 s in half an hour are 20 hours of work an hour;
    # 24 people are then occupied to 83 %. https://swpp.org/winter-2018-ontarget/
    calls, each_s, people, half_hour_s = 120, 300, 24, 1800
    spent = Tally(
        {
            "handled": calls,
            "talk_sum_s": calls * 240 * MICROSECONDS,
            "wrap_up_sum_s": calls * 60 * MICROSECONDS,
            "on_queue_call_s": calls * 240 * MICROSECONDS,
            "wrap_up_s": calls * 60 * MICROSECONDS,
            "available_s": (people * half_hour_s - calls * each_s) * MICROSECONDS,
        }
    )
    assert value_of(METRICS["aht_s"], spent) == 300.0
    assert _per_cent("occupancy", spent) == 83.3
    assert _per_cent("utilisation", spent) == 66.7
    assert value_of(METRICS["signed_in_s"], spent) == people * half_hour_s


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda one: one.name)
def test_of_nothing_a_count_is_nought_and_all_else_has_no_value(metric: object) -> None:
    one = METRICS[getattr(metric, "name", "")]
    assert value_of(one, Tally()) == (None if one.bottom or one.name == "longest_wait_s" else 0)


@pytest.mark.parametrize("name", ["sl_negative", "sl_asterisk", "sl_asterisk2", "sl_ignore_abandoned", "sl_positive"])
def test_board_and_api_mean_the_same_by_the_name(name: str) -> None:
    judged = Judged(ended=31, answered=17, answered_within=11, abandoned=7, abandoned_within=5, short_abandoned=3)
    tally = Tally({field: getattr(judged, field) for field in Judged.__slots__})
    assert value_of(METRICS[name], tally) == getattr(service_levels(judged), name)


def test_every_figure_of_the_board_is_a_metric_here() -> None:
    assert set(Figures.__slots__) <= set(METRICS)


def test_a_metric_is_made_of_counts_there_are_and_has_words_and_a_source() -> None:
    for metric in METRICS.values():
        assert set(metric.counts) <= set(COUNTS), metric.name
        assert all(term[0] in "+-" for term in (*metric.top, *metric.bottom)), metric.name
        assert metric.words.endswith("."), metric.name
        assert metric.source, metric.name
        assert (metric.unit == "share") <= bool(metric.bottom), metric.name


def test_the_page_is_up_to_date_and_has_an_anchor_for_each() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page.page(), "run: python -m store.metrics.page docs/metrics.md"
    headings = set(re.findall(r"^### `(\w+)`$", text, re.MULTILINE))
    assert headings == {one.name for one in METRICS.values() if one.kind != "count"}


def _per_cent(name: str, tally: Tally) -> float | None:
    value = value_of(METRICS[name], tally)
    return None if value is None else round(100 * value, 1)
