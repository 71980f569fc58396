"""`/api/v1/history`: the figures are those of the report, the visits behind each are the visits, slips are told."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest

from ivr.app.report_part import metrics_in
from ivr.reports.forms import as_csv
from ivr.reports.wishes import span
from store.rows import AgentInterval, interval_id
from store.writer import Writer
from tests.reports.days import a_day
from tests.wallboard.floor import SHANGHAI, sample

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from store.engine import Store
    from tests.wallboard.conftest import Client

DAY = "from=2026-11-20&to=2026-11-21"
BEGIN = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
"""Midnight of 20 November in Shanghai."""
NAMES = {"sales": "general", "vip": "vip", "服务": "=cmd|'x'<b>"}


@pytest.fixture
def zone() -> str:
    """Days are told by date here, and by this clock."""
    return SHANGHAI


@pytest.fixture
async def filled(store: Store) -> Store:
    """A day and the same a week before, in the queues of the floor and one of a hostile name that is no more."""
    from store.rows import Visit

    async with Writer(store) as writer:
        for days, seed, count in ((0, 1, 300), (7, 2, 200)):
            for row in a_day(BEGIN - timedelta(days=days), count, seed):
                if isinstance(row, Visit):
                    name = f"{row.id}-{seed}"
                    writer.put(replace(row, id=name, queue=NAMES[row.queue]))
    return store


def hotline_of_the_floor() -> Hotline:
    """The sample's settings with the floor's queues and what these call in time (`made_up_history`)."""
    hotline = sample().hotline
    assert hotline is not None
    one = next(iter(hotline.queues.values()))
    queues = {}
    for name, within_s in (("general", 20), ("vip", 10)):
        in_time = one.service_level.model_copy(update={"answer_within_ms": within_s * 1000})
        queues[name] = one.model_copy(update={"short_abandon_ms": 5000, "service_level": in_time})
    return hotline.model_copy(update={"queues": queues})


async def told(board: Client, query: str) -> dict[str, Any]:
    response = await board.get(f"/api/v1/history?{query}")
    assert response.status == 200, await response.text()
    found: dict[str, Any] = await response.json()
    return found


@pytest.mark.usefixtures("filled")
async def test_every_interval_is_the_sum_of_its_own_visits(board: Client) -> None:
    answer = await told(board, f"{DAY}&by=hour&metrics=entered,answered,sl_negative&queue=general")
    side = answer["range"]
    assert len(side["begins"]) == 24
    assert sum(side["values"]["entered"]) == side["total"]["entered"] > 50
    begin, end = side["begins"][9], side["ends"][9]
    query = {"since": begin, "until": end, "queue": "general", "limit": "1000"}
    visits = (await (await board.get("/api/v1/visits", params=query)).json())["visits"]
    assert len(visits) == side["values"]["entered"][9] > 0
    assert sum(one["outcome"] == "answered" for one in visits) == side["values"]["answered"][9]
    judged = [v for v in visits if v["outcome"] and not (v["outcome"] == "abandoned" and (v["wait_s"] or 0) < 5)]
    in_time = [v for v in judged if v["outcome"] == "answered" and v["wait_s"] is not None and v["wait_s"] <= 20]
    assert side["values"]["sl_negative"][9] == pytest.approx(len(in_time) / len(judged), abs=1e-6)


@pytest.mark.usefixtures("filled")
async def test_queues_of_the_past_are_told_after_those_of_the_hotline(board: Client) -> None:
    queues = (await told(board, DAY))["range"]["queues"]
    assert list(queues) == ["general", "vip", "=cmd|'x'<b>"]
    whole = (await told(board, DAY))["range"]["total"]["entered"]
    assert sum(one["entered"] for one in queues.values()) == whole == 300


@pytest.mark.usefixtures("filled")
async def test_the_week_before_stands_beside_it(board: Client) -> None:
    answer = await told(board, f"{DAY}&by=day&against=week")
    assert answer["range"]["values"]["entered"] == [300]
    assert answer["against"]["values"]["entered"] == [200]
    assert answer["against"]["begins"] == ["2026-11-13T00:00:00+08:00"]


async def test_what_nobody_saw_is_told_with_the_standing_of_the_board(board: Client, filled: Store) -> None:
    gap = BEGIN + timedelta(hours=3)
    async with Writer(filled) as writer:
        for agent, minutes in (("1001", 0), ("1002", 4)):
            start = gap + timedelta(minutes=minutes)
            writer.put(
                AgentInterval(
                    id=interval_id("t-1", agent, start), node="t-1", agent=agent, state="unknown", started_at=start,
                    ended_at=start + timedelta(minutes=10),
                )
            )  # fmt: skip
    answer = await told(board, f"{DAY}&by=hour")
    instants = [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (gap, gap + timedelta(minutes=14))]
    assert answer["unseen"] == [dict(zip(("from", "to"), instants, strict=True))]
    assert sum(answer["range"]["unseen_ends"]) > 0, "visits whose end nobody saw"
    assert answer["standing"]["truth"] in {"live", "catching_up"}


@pytest.mark.usefixtures("filled")
async def test_a_report_has_a_row_for_each_interval_and_queue_and_the_other_range_beside(board: Client) -> None:
    response = await board.get(f"/api/v1/history/report.csv?{DAY}&by=day&against=week&metrics=entered")
    assert response.headers["Content-Disposition"] == 'attachment; filename="history-2026-11-20.csv"'
    rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert [row["queue"] for row in rows] == ["general", "vip", "'=cmd|'x'<b>"], "no spreadsheet computes a queue"
    assert sum(int(row["entered"]) for row in rows) == 300
    assert sum(int(row["against_entered"]) for row in rows) == 200


@pytest.mark.usefixtures("filled")
async def test_the_page_to_print_may_have_its_one_style_and_no_name_becomes_mark_up(board: Client) -> None:
    response = await board.get(f"/api/v1/history/report.html?{DAY}&by=day")
    text = await response.text()
    policy = response.headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "'unsafe-inline'" not in policy
    assert "<b>" not in text
    assert "=cmd|&#x27;x&#x27;&lt;b&gt;" in text


@pytest.mark.usefixtures("filled")
async def test_a_workbook_is_one(board: Client) -> None:
    response = await board.get(f"/api/v1/history/report.xlsx?{DAY}&by=day&queue=vip")
    assert "spreadsheetml" in response.headers["Content-Type"]
    with ZipFile(io.BytesIO(await response.read())) as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("from=tody", "R002", "'from' does not understand 'tody'; did you mean 'today'?"),
        ("queue=genral", "R006", "there is no queue 'genral'; did you mean 'general'?"),
        ("from=2020-01-01&by=5m", "R010", "intervals of 5m; the history view takes 3,000"),
        ("form=today", "bad_question", "unknown word 'form'"),
        ("by=day&by=hour", "bad_question", "'by' is said more than once"),
        ("by=", "R008", "there is no interval ''; the history view is cut by 5m, 15m, 30m, hour, day"),
        ("queue=general%00", "bad_question", "'queue' has a NUL in it"),
    ],
)
async def test_a_slip_is_told_in_one_sentence_with_a_code(board: Client, query: str, code: str, said: str) -> None:
    for path in ("history", "history/report.csv"):
        response = await board.get(f"/api/v1/{path}?{query}")
        assert response.status == 400
        error = (await response.json())["error"]
        assert error["code"] == code
        assert said in error["message"]


async def test_a_report_that_takes_the_machine_is_refused_and_the_view_has_its_figures(board: Client) -> None:
    every = ",".join(one["name"] for one in (await (await board.get("/api/v1/history/metrics")).json())["metrics"])
    query = f"from=2026-11-11&to=2026-11-21&by=5m&against=before&metrics={every}"
    for form in ("csv", "html", "xlsx"):
        response = await board.get(f"/api/v1/history/report.{form}?{query}")
        assert response.status == 400
        error = (await response.json())["error"]
        assert error["code"] == "R010"
        assert "cells; expected at most 300,000: a longer interval, one queue, or fewer metrics" in error["message"]
    assert len((await told(board, query))["range"]["begins"]) == 2880


@pytest.mark.usefixtures("filled")
async def test_a_range_in_which_nobody_came_says_so(board: Client) -> None:
    answer = await told(board, f"{DAY}&against=day")
    assert (answer["range"]["is_empty"], answer["against"]["is_empty"]) == (False, True)
    assert (await told(board, "from=2031-01-01&to=2031-01-02"))["range"]["is_empty"]


@pytest.mark.parametrize(
    ("since", "until", "by"), [("2026-11-20", "2026-11-21", "hour"), ("2026-11-12T09:07:30", "2026-11-21", "15m")]
)
async def test_the_figures_are_those_of_the_report_to_the_digit(
    board: Client, filled: Store, since: str, until: str, by: str
) -> None:
    every = ",".join(one["name"] for one in (await (await board.get("/api/v1/history/metrics")).json())["metrics"])
    hotline = hotline_of_the_floor()
    asked = span(since, until, SHANGHAI, datetime.now(UTC))
    reported = await metrics_in(filled, hotline, "queues", asked, by=by, only=(), names=every)
    query = f"from={since}&to={until}&by={by}"
    for queue in ("general", "vip", "=cmd|'x'<b>"):
        side = (await told(board, f"{query}&metrics={every}&queue={quote(queue)}"))["range"]
        rows = [row[2:] for row in reported.rows if row[1] == queue]
        shown = list(zip(*side["values"].values(), strict=True))
        assert shown == [tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row) for row in rows]
        assert any(cell for row in rows for cell in row)
    answer = await told(board, f"{query}&metrics={every}")
    assert [answer["range"]["total"][name] for name in every.split(",")] == [
        round(cell, 6) if isinstance(cell, float) else cell for cell in (reported.total or ())[2:]
    ]
    few = "entered,sl_negative,asa_s,aht_s,longest_wait_s"
    of_command = await metrics_in(filled, hotline, "queues", asked, by=by, only=(), names=few)
    response = await board.get(f"/api/v1/history/report.csv?{query}&metrics={few}")
    assert await response.text() == f"{as_csv(of_command)}\n"


async def test_no_other_form_is_had(board: Client) -> None:
    response = await board.get("/api/v1/history/report.pdf")
    assert response.status == 404
    assert (await response.json())["error"]["message"] == "a report is had as csv, xlsx, html"


async def test_what_is_sent_fits_its_own_description(board: Client) -> None:
    document = await (await board.get("/api/v1/openapi.json")).json()
    answer = document["paths"]["/api/v1/history"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    sent = await told(board, "against=day")
    assert set(sent) == set(answer["properties"])
    assert set(sent["range"]) == set(answer["properties"]["range"]["properties"])
    metrics = (await (await board.get("/api/v1/history/metrics")).json())["metrics"]
    assert {"name": "entered", "unit": "count"}.items() <= metrics[
        [m["name"] for m in metrics].index("entered")
    ].items()
