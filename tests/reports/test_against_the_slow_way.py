"""Every figure of a report equals the one worked out slowly from the same rows, row by row, on both engines."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.app.report_part import metrics_in
from ivr.config.load import load_hotline
from ivr.reports.wishes import Span
from store.rows import AgentInterval, RingAttempt, Visit
from tests.ivr.cli.machine import FLOW, SENTENCES, SETTINGS
from tests.reports import slow
from tests.reports.days import AGENTS, QUEUES, a_day
from tests.reports.slow import agent_figures, caller_figures, queue_figures
from tests.store.databases import write_all

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from ivr.reports.tables import Table
    from store.engine import Store
    from store.rows import Row

LIMITS = {"sales": (20.0, 5.0), "vip": (10.0, 2.0), "服务": (20.0, 5.0)}
NIGHTS = [("2026-03-29", "Europe/Berlin"), ("2026-10-25", "Europe/Berlin"), ("2026-11-01", "America/New_York"),
          ("2026-11-21", "Asia/Kolkata")]  # fmt: skip


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    """The small hotline with a queue that promises more."""
    vip = "vip: {title: {en: VIP}, service_level: {answer_within: 10s}, short_abandon: 2s}"
    for name, text in {
        "hotline.yaml": SETTINGS.replace("\nqueues: {sales", f"\nqueues: {{{vip}, sales"),
        "flows/main.yaml": FLOW,
        "prompts/en.yaml": SENTENCES,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    loaded = load_hotline(tmp_path).hotline
    assert loaded is not None
    return loaded


def span_of(day: str, zone: str, days: int = 1) -> Span:
    place = ZoneInfo(zone)
    begin = datetime.fromisoformat(day).replace(tzinfo=place)
    return Span(begin.astimezone(UTC), (begin + timedelta(days=days)).astimezone(UTC), place)


def close(row: tuple[object, ...], table: Table, expected: dict[str, float | None]) -> None:
    """See that every metric of a row is what was worked out."""
    named = dict(zip((column.name for column in table.columns), row, strict=True))
    shared = {name: value for name, value in named.items() if name in expected}
    assert shared == {
        name: None if expected[name] is None else pytest.approx(expected[name], rel=1e-6, abs=1e-6) for name in shared
    }
    assert len(shared) >= 2


@pytest.mark.parametrize(("day", "zone"), NIGHTS)
async def test_queues_by_hour_of_a_night_the_clock_is_set(store: Store, hotline: Hotline, day: str, zone: str) -> None:
    span = span_of(day, zone)
    rows = a_day(span.since - timedelta(hours=2), 2000, 5, hours=29)
    await write_all(store, rows)
    visits = [row for row in rows if isinstance(row, Visit)]
    names = ",".join(queue_figures([], 1, 1))
    table = await metrics_in(store, hotline, "queues", span, by="hour", only=(), names=names)
    hours = round((span.until - span.since) / timedelta(hours=1))
    cut_at_odd_times = zone == "Asia/Kolkata"
    assert len(table.rows) == hours * len(QUEUES)
    assert cut_at_odd_times == (span.since.minute == 30)
    for row in table.rows:
        begin, queue = row[0], row[1]
        assert isinstance(begin, datetime)
        until = begin.astimezone(UTC) + timedelta(hours=1)
        mine = [visit for visit in visits if visit.queue == queue and begin <= visit.entered_at < until]
        close(row, table, queue_figures(mine, *LIMITS[str(queue)]))
    assert sum(int(str(row[2])) for row in table.rows) == sum(span.since <= v.entered_at < span.until for v in visits)


async def test_queues_by_day_and_in_one_row(store: Store, hotline: Hotline) -> None:
    span = span_of("2026-10-24", "Europe/Berlin", days=3)
    rows = a_day(span.since, 3000, 6, hours=73)
    await write_all(store, rows)
    visits = [row for row in rows if isinstance(row, Visit)]
    names = ",".join([*queue_figures([], 1, 1), "repeat_rate", "fcr"])
    daily = await metrics_in(store, hotline, "queues", span, by="day", only=("vip",), names=names)
    assert len(daily.rows) == 3
    now = datetime.now(UTC)
    for row, hours in zip(daily.rows, (24, 25, 24), strict=True):
        begin = row[0]
        assert isinstance(begin, datetime)
        until = begin.astimezone(UTC) + timedelta(hours=hours)
        mine = [visit for visit in visits if visit.queue == "vip" and begin <= visit.entered_at < until]
        expected = queue_figures(mine, *LIMITS["vip"]) | caller_figures(visits, "vip", begin, until, now)
        close(row, daily, expected)
    whole = await metrics_in(store, hotline, "queues", span, by="queue", only=(), names=names)
    for row in whole.rows:
        mine = [visit for visit in visits if visit.queue == row[0]]
        expected = queue_figures(mine, *LIMITS[str(row[0])])
        close(row, whole, expected | caller_figures(visits, str(row[0]), span.since, span.until, now))


async def test_agents_in_one_row_and_by_quarter_of_an_hour(store: Store, hotline: Hotline) -> None:
    span = span_of("2026-10-25", "Europe/Berlin")
    rows: list[Row] = a_day(span.since - timedelta(hours=1), 1500, 7, hours=27)
    await write_all(store, rows)
    visits = [row for row in rows if isinstance(row, Visit)]
    rings = [row for row in rows if isinstance(row, RingAttempt)]
    states = [row for row in rows if isinstance(row, AgentInterval)]
    names = ",".join(agent_figures("", [], [], [], (span.since, span.until)))
    whole = await metrics_in(store, hotline, "agents", span, by="agent", only=(), names=names)
    assert [row[0] for row in whole.rows] == list(AGENTS)
    for row in whole.rows:
        close(row, whole, agent_figures(str(row[0]), visits, rings, states, (span.since, span.until)))
    fine = await metrics_in(store, hotline, "agents", span, by="15m", only=("1002",), names=names)
    assert len(fine.rows) == 25 * 4
    for row in fine.rows:
        begin = row[0]
        assert isinstance(begin, datetime)
        quarter = (begin, begin.astimezone(UTC) + timedelta(minutes=15))
        close(row, fine, agent_figures("1002", visits, rings, states, quarter))


async def test_hours_of_the_day_over_a_week(store: Store, hotline: Hotline) -> None:
    span = span_of("2026-10-22", "Europe/Berlin", days=7)
    rows = a_day(span.since, 2000, 8, hours=24 * 7)
    await write_all(store, rows)
    visits = [row for row in rows if isinstance(row, Visit)]
    table = await metrics_in(
        store, hotline, "hours", span, by="hour", only=("sales",), names="entered,sl_negative,asa_s"
    )
    for row in table.rows:
        mine = [
            visit
            for visit in visits
            if visit.queue == "sales"
            and f"{visit.entered_at.astimezone(span.zone):%H}:00" == row[0]
            and visit.entered_at < span.until
        ]
        close(row, table, queue_figures(mine, *LIMITS["sales"]))


def test_the_slow_way_shares_nothing_with_ours() -> None:
    tree = ast.parse(Path(slow.__file__).read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported == {"__future__", "typing", "datetime", "store.rows"}
