"""The same table in every form: text, CSV, JSON, a page, a workbook."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from ivr.reports.forms import as_csv, as_json, as_text
from ivr.reports.html import as_html
from ivr.reports.tables import Column, Table
from ivr.reports.wishes import Span, WishError
from ivr.reports.workbook import as_workbook

BERLIN = ZoneInfo("Europe/Berlin")
SPAN = Span(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), BERLIN)
TWICE = (
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(BERLIN),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(BERLIN),
)
HOSTILE = "=cmd|'<script>\x1b[2J"


def table(**changes: object) -> Table:
    given: dict[str, object] = {
        "title": "queues",
        "span": SPAN,
        "columns": (
            Column("from", "instant"),
            Column("queue", "text", "The queue."),
            Column("entered", "count", "Visits."),
            Column("sl_negative", "share", "Level: a ÷ b."),
            Column("asa_s", "seconds", "Speed."),
        ),
        "rows": ((TWICE[0], "销售", 1234, 2 / 3, 12.345678901), (TWICE[1], HOSTILE, 0, None, None)),
        "total": ("all", "", 1234, 2 / 3, 12.345678901),
        "notes": ("2026-10-25 has 25 hours in Europe/Berlin",),
    }
    return Table(**(given | changes))  # type: ignore[arg-type]  # the fields of a table


def test_as_text() -> None:
    assert as_text(table()).splitlines() == [
        "queues  2026-10-25 00:00 until 2026-10-26 00:00, Europe/Berlin",
        "",
        "from                   queue               entered  sl_negative  asa_s",
        "2026-10-25 02:30+0200  销售                  1,234       66.7 %   12.3",
        "2026-10-25 02:30+0100  =cmd|'<script>�[2J        0            –      –",
        "─" * 70,
        "all                                          1,234       66.7 %   12.3",
        "",
        "2026-10-25 has 25 hours in Europe/Berlin",
    ]


def test_a_range_that_begins_within_the_night_the_clock_is_set_tells_its_hours_apart() -> None:
    span = Span(datetime(2026, 10, 24, 23, 45, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC), BERLIN)
    told = as_text(table(span=span, notes=()))
    assert "2026-10-25 02:30+0200  销售" in told
    assert "2026-10-25 02:30+0100  =cmd" in told


def test_as_csv_is_read_back_and_starts_no_formula() -> None:
    head, first, second = csv.reader(io.StringIO(as_csv(table())))
    assert head == ["from", "queue", "entered", "sl_negative", "asa_s"]
    assert first == ["2026-10-25T02:30:00+02:00", "销售", "1234", "0.666667", "12.345679"]
    assert second == ["2026-10-25T02:30:00+01:00", f"'{HOSTILE}", "0", "", ""]


@pytest.mark.parametrize("name", ["\n=1", "\r=1", "＝1", "＋1", "－1", "＠1"])
def test_no_text_of_a_csv_begins_as_a_formula_of_any_spreadsheet(name: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(table(rows=((TWICE[0], name, 0, None, None),))), newline="")))
    assert rows[1][1] == f"'{name}".replace("\r", "\n")


def test_a_carriage_return_within_a_text_begins_no_row_of_a_csv() -> None:
    assert '"a\n=1"' in as_csv(table(rows=((TWICE[0], "a\r=1", 0, None, None),)))


def test_a_note_with_a_strangers_name_rings_no_bell() -> None:
    assert as_text(table(notes=("nobody entered \x1b[2J",))).endswith("nobody entered �[2J")


def test_a_workbook_that_would_lose_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.reports.workbook.MOST_ROWS", 2)
    assert as_workbook(table())
    with pytest.raises(WishError, match="R011: that is 3 rows; a workbook takes 2; expected a shorter range"):
        as_workbook(table(rows=table().rows + table().rows[:1]))


def test_as_json() -> None:
    told = json.loads(as_json(table()))
    assert (told["report"], told["metrics_version"], told["time_zone"]) == ("queues", 2, "Europe/Berlin")
    assert (told["from"], told["to"]) == ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    assert told["rows"][1] == {
        "from": "2026-10-25T02:30:00+01:00",
        "queue": HOSTILE,
        "entered": 0,
        "sl_negative": None,
        "asa_s": None,
    }
    assert told["total"]["entered"] == 1234
    assert told["columns"][3] == {"name": "sl_negative", "unit": "share", "meaning": "Level: a ÷ b."}
    assert json.loads(as_json(table(total=None)))["total"] is None


def test_as_a_page_without_script_or_anything_from_elsewhere() -> None:
    page = as_html(table())
    assert "<script" not in page
    assert "http" not in page
    assert "=cmd|&#x27;&lt;script&gt;" in page
    assert "2026-10-25 has 25 hours in Europe/Berlin" in page
    chart = page[page.index("<svg") : page.index("</svg>") + 6]
    bars = [one.get("height") for one in ET.fromstring(chart).iter("rect")]  # noqa: S314 - our own page
    assert bars == ["132.0", "0.0"]
    assert page.count("<figure>") == 2
    assert "<figure>" not in as_html(table(rows=table().rows[:1]))


def test_as_a_workbook_of_real_numbers_and_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_workbook(table()))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "<v>1234</v>" in sheet
    assert "<v>0.6666666666666666</v>" in sheet
    assert "<v>46320.10416666666</v>" in sheet  # 2026-10-25 02:30, days since 1899-12-30
    assert "=cmd|" in words
    assert "Level: a ÷ b." in words
