"""What is asked for, understood or refused: every refusal names what is wrong, with a code and the nearest name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ivr.reports.ways import SHOWN
from ivr.reports.wishes import DEFAULT_METRICS, Span, WishError, form, is_of, metrics, named, pieces, separator, span
from store.metrics import METRICS

if TYPE_CHECKING:
    from ivr.reports.wishes import Kind

NOW = datetime(2026, 11, 21, 4, 30, 10, 500, tzinfo=UTC)
"""Half past noon in Shanghai."""


def asked(since: str = "today", until: str = "now", zone: str = "Asia/Shanghai") -> Span:
    return span(since, until, zone, NOW)


@pytest.mark.parametrize(
    ("since", "until", "begin", "end"),
    [
        ("today", "now", "2026-11-20T16:00:00", "2026-11-21T04:30:10"),
        ("yesterday", "today", "2026-11-19T16:00:00", "2026-11-20T16:00:00"),
        ("7d", "now", "2026-11-14T04:30:10", "2026-11-21T04:30:10"),
        ("90min", "now", "2026-11-21T03:00:10", "2026-11-21T04:30:10"),
        ("2026-11-01", "2026-12-01", "2026-10-31T16:00:00", "2026-11-30T16:00:00"),
        ("2026-11-21T09:30", "2026-11-21T09:30:05+00:00", "2026-11-21T01:30:00", "2026-11-21T09:30:05"),
    ],
)
def test_a_range(since: str, until: str, begin: str, end: str) -> None:
    found = asked(since, until)
    assert (found.since.isoformat(), found.until.isoformat()) == (f"{begin}+00:00", f"{end}+00:00")


def test_a_day_without_24_hours_is_named() -> None:
    found = asked("2026-10-20", "2026-10-30", "Europe/Berlin")
    assert found.odd_days == ["2026-10-25 has 25 hours in Europe/Berlin"]
    assert asked("2026-10-20", "2026-10-30").odd_days == []


@pytest.mark.parametrize(
    ("since", "until", "zone", "said"),
    [
        (
            "21.11.2026",
            "now",
            "UTC",
            "R002: --from does not understand '21.11.2026'; expected today, yesterday, now, a",
        ),
        ("tody", "now", "UTC", "R002: --from does not understand 'tody'; did you mean 'today'?"),
        ("today", "2026-13-01", "UTC", "R002: --to does not understand '2026-13-01'; expected today"),
        ("today", "9999-12-31", "UTC", "R002: --to does not understand '9999-12-31'"),
        ("0001-01-01", "now", "Asia/Shanghai", "R002: --from does not understand '0001-01-01'"),
        ("99999w", "now", "UTC", "R002: --from does not understand '99999w'"),
        ("2026-11-21", "2026-11-21", "UTC", "R003: the range begins at 2026-11-21 00:00:00 and ends at 2026-11-21 00:"),
        (
            "2026-10-25T02:30",
            "now",
            "Europe/Berlin",
            "R004: --from: the clock of Europe/Berlin does not show '2026-10-25",
        ),
        (
            "2026-03-29T02:30",
            "now",
            "Europe/Berlin",
            "R004: --from: the clock of Europe/Berlin does not show '2026-03-29",
        ),
        ("today", "now", "Asia/Shangai", "R007: there is no time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai'?"),
        ("today", "now", "../etc/passwd", "R007: there is no time zone '../etc/passwd'; expected a name such as Asia/"),
    ],
)
def test_a_range_that_is_none(since: str, until: str, zone: str, said: str) -> None:
    with pytest.raises(WishError) as wrong:
        asked(since, until, zone)
    assert str(wrong.value).startswith(said)
    assert wrong.value.code == said[:4]


def test_the_hint_for_a_time_that_comes_twice_is_one_that_is_taken() -> None:
    with pytest.raises(WishError, match=r"such as 2026-10-25T02:30\+01:00$"):
        asked("2026-10-25T02:30", "now", "Europe/Berlin")
    assert asked("2026-10-25T02:30+01:00", "now", "Europe/Berlin").since.hour == 1


@pytest.mark.parametrize(
    ("kind", "by", "said"),
    [
        ("queues", "10m", "R008: there is no interval '10m'; did you mean '15m'?"),
        ("queues", "agent", "R008: there is no interval 'agent'; expected queue, 5m, 15m, 30m, hour, day"),
        ("agents", "queue", "R008: there is no interval 'queue'; expected agent, 5m"),
    ],
)
def test_an_interval_there_is_not(kind: Kind, by: str, said: str) -> None:
    with pytest.raises(WishError) as wrong:
        pieces(kind, by, asked())
    assert str(wrong.value).startswith(said)


def test_more_intervals_than_anybody_reads() -> None:
    with pytest.raises(WishError, match=r"R010: that is 1,\d{3},\d{3} intervals of 5m; expected at most 50,000"):
        pieces("queues", "5m", asked("2010-01-01"))


def test_the_whole_range_is_one_interval() -> None:
    (one,) = pieces("queues", "queue", asked())
    assert (one.begin, one.end) == (asked().since, asked().until)
    assert len(pieces("agents", "hour", asked("yesterday", "today"))) == 24


@pytest.mark.parametrize(
    ("kind", "names", "said"),
    [
        ("queues", "sl_negativ", "R005: there is no metric 'sl_negativ'; did you mean 'sl_negative'?"),
        ("queues", "entered,occupancy", "R005: 'occupancy' is no metric of queues"),
        ("agents", "sl_negative", "R005: 'sl_negative' is no metric of agents"),
        ("queues", " , ", "R005: there is no metric ''"),
    ],
)
def test_a_metric_there_is_not(kind: Kind, names: str, said: str) -> None:
    with pytest.raises(WishError) as wrong:
        metrics(kind, names)
    assert str(wrong.value).startswith(said)


def test_metrics_keep_their_order_and_come_once() -> None:
    assert [one.name for one in metrics("queues", " asa_s, entered,asa_s")] == ["asa_s", "entered"]


def test_what_is_shown_unless_asked_otherwise_can_be_had_and_every_metric_is_in_some_report() -> None:
    for kind in DEFAULT_METRICS:
        assert [one.name for one in metrics(kind, None)] == list(DEFAULT_METRICS[kind])
    kinds: tuple[Kind, ...] = ("queues", "agents", "calls")
    others = {name for name, one in METRICS.items() if not any(is_of(kind, one) for kind in kinds)}
    assert others == set(SHOWN), "in no report, or in two"


def test_names_forms_and_terminals() -> None:
    named("queue", ["sales"], ["sales"])
    with pytest.raises(WishError, match=r"R006: there is no queue 'vpi'; did you mean 'vip'\?"):
        named("queue", ["vpi"], ["sales", "vip"])
    with pytest.raises(WishError, match="R009: there is no agent '7'; expected one; there is none yet"):
        named("agent", ["7"], [])
    with pytest.raises(WishError, match=r"R001: there is no format 'cvs'; did you mean 'csv'\?"):
        form("cvs", to_terminal=True)
    with pytest.raises(WishError, match="R011: a workbook is not for a terminal"):
        form("xlsx", to_terminal=True)
    assert form("xlsx", to_terminal=False) == "xlsx"


@pytest.mark.parametrize(
    ("told", "form", "bom", "said"),
    [
        (":", "csv", False, "R013: there is no separator ':'; expected ',', ';', 'tab'"),
        (";", "json", False, "R013: --bom and --separator are for --format csv; this one is json"),
        (None, "table", True, "R013: --bom and --separator are for --format csv; this one is table"),
    ],
)
def test_a_separator_is_one_of_three_and_of_csv_alone(told: str | None, form: str, *, bom: bool, said: str) -> None:
    with pytest.raises(WishError) as refused:
        separator(told, form, bom=bom)
    assert str(refused.value) == said


def test_cells_are_parted_as_asked() -> None:
    assert [separator(told, "csv", bom=True) for told in (None, ",", ";", "tab")] == [",", ",", ";", "\t"]
    assert separator(None, "table", bom=False) == ","


def test_no_zone_at_all_is_no_zone() -> None:
    with pytest.raises(WishError, match="R007: there is no time zone ''; expected a name such as Asia/Shanghai"):
        asked(zone="")
