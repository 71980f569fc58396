"""One name, one number: what a surface shows has its name from `store.metrics`, and one day has one value everywhere.

The day is made up and the same for all: as rows for SQL, reports, API and trends; as the bridge counts those very rows
for the live feed, the board's tiles and Prometheus.
"""

from __future__ import annotations

import re
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from ami_bridge.domain.metrics import Counts, contribution, moved
from ami_bridge.messages import AgentView, TodayCounts
from ivr.app.report_answers import HotlineReports
from ivr.app.report_part import metrics_in
from ivr.reports.wishes import WHOLE, Kind, is_of, span
from store.engine import open_store
from store.metrics import COUNTS, METRICS, MOMENTS
from store.metrics.sql import metric_text
from store.migrate import upgrade
from store.rows import OUTCOMES, AgentInterval, RingAttempt, Visit
from store.writer import Writer
from tests.reports.days import AGENTS, a_day
from tests.wallboard.floor import SIGNED_IN, floor, made_up_history, settings
from tests.wallboard.test_history import hotline_of_the_floor
from wallboard import routes
from wallboard.app import make_app
from wallboard.boards import FIGURES, WORD_OF
from wallboard.figures import Figures
from wallboard.metrics import VARIANTS, exposition
from wallboard.metrics_of_queues import GAUGES, named
from wallboard.tiles import View

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ami_bridge.messages import Snapshot
    from store.engine import Store
    from wallboard.hub import Hub

BEGIN = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
"""Midnight of 20 November in Shanghai."""
NOW = BEGIN + timedelta(days=1) - timedelta(seconds=1)
QUEUES = {"sales": "general", "vip": "vip", "服务": "general"}
LIMITS = {"general": (20.0, 5.0), "vip": (10.0, 5.0)}
STATIC = Path(__file__).parents[2] / "wallboard" / "static"
NO_FIGURES = {
    "hotline_feed_live", "hotline_wallboard_viewers", "hotline_board_level",
    "hotline_queue_answer_within_seconds", "hotline_queue_service_level_target_ratio",
}  # fmt: skip
"""Families that tell how true the numbers are, what was promised, and levels of tiles: no figures of calls."""
NOW_IN_PROMETHEUS = {
    "hotline_queue_waiting": "waiting_now",
    "hotline_queue_longest_waiting_seconds": "longest_waiting_s",
    "hotline_callers_in_menus": "callers_in_menus",
}


def the_day() -> list[Any]:
    """A day's rows; every state an agent was in is over before it is."""
    rows = [replace(row, queue=QUEUES[row.queue]) if isinstance(row, Visit) else row for row in a_day(BEGIN, 400, 5)]
    kept: list[Any] = [row for row in rows if isinstance(row, Visit | RingAttempt)]
    for row in rows:
        if isinstance(row, AgentInterval) and row.ended_at and row.ended_at < NOW and row.started_at >= BEGIN:
            seconds = {name: getattr(row, name).replace(microsecond=0) for name in ("started_at", "ended_at")}
            kept.append(replace(row, **seconds))  # the trends count whole seconds
    return kept


def live(rows: list[Any]) -> Snapshot:
    """What the bridge tells of these visits."""
    counts = dict.fromkeys(LIMITS, Counts())
    for row in rows:
        if isinstance(row, Visit):
            limit, short = LIMITS[row.queue]
            added = contribution(row, day_start=BEGIN, threshold_s=limit, short_s=short)
            counts[row.queue] = moved(counts[row.queue], Counts(), added)
    base = floor(NOW)
    queues = tuple(
        replace(one, today=TodayCounts(**asdict(counts[one.name])), expected_wait_s=30.0) for one in base.queues
    )
    return replace(base, node="t-1", queues=queues)


class Day:
    """The day on every surface."""

    def __init__(self, store: Store, snapshot: Snapshot, client: TestClient[Any, Any]) -> None:
        self.store, self.snapshot, self.client = store, snapshot, client
        self.hub: Hub = client.server.app[routes.HUB]  # type: ignore[attr-defined]  # a TestServer has its application

    async def answer(self, path: str) -> Any:
        response = await self.client.get(path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def report(self, kind: Kind, names: list[str]) -> dict[str, dict[str, Any]]:
        asked = span("2026-11-20", "2026-11-21", "Asia/Shanghai", NOW)
        table = await metrics_in(
            self.store, hotline_of_the_floor(), kind, asked, by=WHOLE[kind], only=(), names=",".join(names)
        )
        return {str(row[0]): dict(zip(names, row[1:], strict=True)) for row in table.rows}

    def samples(self) -> dict[tuple[str, str, str], float]:
        found = {}
        for family in text_string_to_metric_families(exposition(self.hub, lambda: NOW).decode()):
            for one in family.samples:
                which = one.labels.get("variant") or one.labels.get("outcome") or ""
                found[family.name, one.labels.get("queue", ""), which] = one.value
        return found


@pytest.fixture
async def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Day]:
    url = f"sqlite+aiosqlite:///{tmp_path}/history.db"
    await upgrade(url)
    store = await open_store(url)
    rows = the_day()
    async with Writer(store) as writer:
        for row in rows:
            writer.put(row)
    monkeypatch.setattr(routes, "now", lambda: NOW)
    made = make_app(
        settings(tmp_path / "feed.sock", "Asia/Shanghai"),
        store,
        made_up_history("Asia/Shanghai"),
        reports=HotlineReports(hotline_of_the_floor()),
    )
    async with TestClient(TestServer(made), headers=SIGNED_IN) as client:
        made[routes.HUB].hear(live(rows), NOW)
        yield Day(store, live(rows), client)
    await store.close()


OF_QUEUES = [name for name, metric in METRICS.items() if is_of("queues", metric)]
OF_AGENTS = [name for name, metric in METRICS.items() if is_of("agents", metric)]


def alike(shown: float | None, truth: float | None, name: str, places: float = 1e-6) -> bool:
    """Whether two surfaces say the same, one of them perhaps rounded."""
    if shown is None or truth is None:
        assert shown is truth, (name, shown, truth)
        return True
    assert shown == pytest.approx(truth, abs=places), name
    return True


async def test_sql_report_and_api_say_the_same_of_every_metric_of_queues(day: Day) -> None:
    report = await day.report("queues", OF_QUEUES)
    path = f"/api/v1/reports/queues?from=2026-11-20&to=2026-11-21&metrics={','.join(OF_QUEUES)}"
    rows = {row["queue"]: row for row in (await day.answer(path))["rows"]}
    assert set(rows) == set(report) == set(LIMITS)
    names = [one["name"] for one in (await day.answer("/api/v1/history/metrics"))["metrics"]]
    history = await day.answer(f"/api/v1/history?from=2026-11-20&to=2026-11-21&by=day&metrics={','.join(names)}")
    compared = 0
    for queue, (threshold_s, short_s) in LIMITS.items():
        for name in OF_QUEUES:
            truth = report[queue][name]
            compared += alike(rows[queue][name], truth, name)
            if name in names:
                compared += alike(history["range"]["queues"][queue][name], truth, name)
            statement = metric_text(METRICS[name])
            if statement is not None:
                given = {"threshold_s": threshold_s, "short_abandon_s": short_s, "queue": queue}
                async with day.store.reading() as connection:
                    asked = text(f"SELECT {statement} FROM visits WHERE queue = :queue")  # noqa: S608 - our own text
                    found = (
                        await connection.execute(asked, {k: v for k, v in given.items() if f":{k}" in str(asked)})
                    ).scalar()
                compared += alike(found, truth, name)
    assert compared > 2 * 2 * len(OF_QUEUES)


async def test_the_live_figures_are_those_of_the_report(day: Day) -> None:
    report = await day.report("queues", OF_QUEUES)
    shown = {queue["name"]: queue for queue in (await day.answer("/api/v1/queues"))["queues"]}
    for queue in LIMITS:
        for name, value in shown[queue]["figures"].items():
            times = 100 if METRICS[name].unit == "share" else 1
            truth = report[queue][name]
            alike(value, None if truth is None else times * truth, name, 0.0501)
        for name, value in shown[queue]["today"].items():
            if name in METRICS and METRICS[name].unit == "count":
                assert value == report[queue][name], name


async def test_prometheus_says_what_the_report_says(day: Day) -> None:
    report, samples = await day.report("queues", OF_QUEUES), day.samples()
    compared = set()
    for queue in LIMITS:
        for kind, variants in VARIANTS.items():
            for name in variants:
                family = f"hotline_queue_{kind.replace(' ', '_')}_ratio"
                alike(samples.get((family, queue, name)), report[queue][name], name, 0.00051)
                compared.add(name)
        for outcome in OUTCOMES:
            assert samples["hotline_queue_ended_today", queue, outcome] == report[queue][outcome]
        assert samples["hotline_queue_entered_today", queue, ""] == report[queue]["entered"]
        for gauge in GAUGES:
            if gauge.metric in METRICS:
                value = samples.get((f"hotline_queue_{named(gauge.metric)}", queue, ""))
                alike(value, report[queue][gauge.metric], gauge.metric, 0.0501)
                compared.add(gauge.metric)
    assert {"sl_negative", "sl_asterisk", "abandonment", "connection_rate", "asa_s", "talk_s"} <= compared


async def test_a_tile_shows_what_the_report_says(day: Day) -> None:
    report, view = await day.report("queues", OF_QUEUES), View(day.snapshot, NOW)
    for word, figure in FIGURES.items():
        if figure.metric in MOMENTS:
            continue
        for queue in LIMITS:
            truth = report[queue][figure.metric]
            times = 100 if METRICS[figure.metric].unit == "share" else 1
            alike(view.worth(word, (queue,)).value, None if truth is None else times * truth, word, 0.0501)


async def test_the_days_trends_say_what_the_reports_say(day: Day) -> None:
    queues, agents = await day.report("queues", OF_QUEUES), await day.report("agents", OF_AGENTS)
    trends = await day.answer("/api/v1/trends")
    for queue in LIMITS:
        for name in ("handled", "aht_s", "hold_s", "transfer_rate"):
            times = 100 if METRICS[name].unit == "share" else 1
            alike(trends["queues"][queue][name], times * queues[queue][name], name, 0.0501)
    assert set(AGENTS) <= set(trends["agents"])
    for agent in AGENTS:
        for name, value in trends["agents"][agent].items():
            alike(value, 100 * agents[agent][name], name, 0.0501)


async def test_the_api_says_of_agents_what_the_report_says(day: Day) -> None:
    report = await day.report("agents", OF_AGENTS)
    path = f"/api/v1/reports/agents?from=2026-11-20&to=2026-11-21&metrics={','.join(OF_AGENTS)}"
    rows = {row["agent"]: row for row in (await day.answer(path))["rows"]}
    assert set(AGENTS) <= set(rows)
    for agent in AGENTS:
        for name in OF_AGENTS:
            alike(rows[agent][name], report[agent][name], name)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("queue", "there is no report 'queue'; did you mean 'queues'?"),
        ("queues?metrics=sl_negativ", "there is no metric 'sl_negativ'; did you mean 'sl_negative'?"),
        ("queues?queue=genral", "there is no queue 'genral'; did you mean 'general'?"),
        ("queues?by=10m", "there is no interval '10m'; did you mean '15m'?"),
        (
            "queues?form=today",
            "unknown word 'form', expected one of from, to, by, metrics, queue; did you mean 'from'?",
        ),
        ("agents?agent=x", "there is no agent 'x'; expected "),
        ("queues?from=2026-11-21&to=2026-11-20", "the range begins at 2026-11-21 00:00:00 and ends at"),
        ("queues?from=2020-11-21", "that is a range of 2,191 days; expected at most 400"),
        ("queues?from=2026-10-01&by=5m", "that is a report of 14,"),
    ],
)
async def test_a_report_that_cannot_be_had_is_refused_by_name(day: Day, path: str, said: str) -> None:
    response = await day.client.get(f"/api/v1/reports/{path}")
    error = (await response.json())["error"]
    assert response.status == 400
    assert error["message"].startswith(said), error


def test_every_name_of_the_feed_and_the_api_is_defined() -> None:
    names = {field.name for kind in (TodayCounts, Figures) for field in fields(kind)}
    assert names <= {*METRICS, *COUNTS}
    of_agents = {field.name for field in fields(AgentView)} & {"answered", "missed", "talk_sum_s"}
    assert len(of_agents) == 3
    assert of_agents <= {*METRICS, *COUNTS}


def test_every_tile_names_its_metric_and_no_name_means_two_things() -> None:
    assert {figure.metric for figure in FIGURES.values()} <= {*METRICS, *MOMENTS}
    assert not METRICS.keys() & MOMENTS.keys()
    assert not COUNTS.keys() & MOMENTS.keys()
    for name, word in WORD_OF.items():
        assert name not in FIGURES, f"{name} would be two figures"
        assert FIGURES[word].metric == name
    assert not {word for word in FIGURES if word in METRICS and FIGURES[word].metric != word}


async def test_every_family_of_prometheus_is_a_name_by_the_rule(day: Day) -> None:
    by_rule = {f"hotline_queue_{named(name)}": name for name in (*METRICS, *MOMENTS)}
    variants = {f"hotline_queue_{kind.replace(' ', '_')}_ratio" for kind in VARIANTS}
    states = {"hotline_queue_agents", "hotline_agents"}
    for family, _, which in day.samples():
        known = family in {*NO_FIGURES, *NOW_IN_PROMETHEUS, *by_rule, *variants, *states, "hotline_queue_ended_today"}
        assert known, f"{family} is the name of no metric"
        assert not which or which in METRICS, f"{family} tells of {which}, which is no metric"
    assert set(NOW_IN_PROMETHEUS.values()) <= set(MOMENTS)


def test_the_page_in_the_browser_uses_no_other_names() -> None:
    known = {*METRICS, *MOMENTS}
    script = (STATIC / "figures.js").read_text("utf-8")
    shown = re.search(r"METRIC_OF = \{(.*?)\}", script)
    assert shown
    assert set(re.findall(r': "(\w+)"', shown[1])) <= known
    for file in ("history-words.js", "history-metrics.js"):
        for table in re.findall(
            r"(?:metrics|\"zh-Han[st]\"): \{ (\w+: \"[^{}]*)\}", (STATIC / file).read_text("utf-8")
        ):
            assert set(re.findall(r"(\w+): \"", table)) <= known, file
    wall = (STATIC / "wall-words.js").read_text("utf-8")
    for table in re.findall(r"figures: \{(.*?)\}", wall):
        assert set(re.findall(r"(\w+): \"", table)) == set(FIGURES), table
