"""Plans as planners export them: separators, marks, quotes, zones; and what is wrong with them, at its place."""

from __future__ import annotations

from datetime import UTC, datetime
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from ivr.config.load import load_hotline
from ivr.config.shifts import load_shifts
from store.metrics.shifts import Planned
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.shifts.surroundings import read

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.shifts import Shifts

HEAD = "agent,begin,end,activity\n"
NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_time_is_of_the_hotlines_clock_unless_it_has_its_offset() -> None:
    text = HEAD + "1001,2026-11-23T09:00,2026-11-23T12:00+09:00,queue\n"
    (row,) = read(text).rows
    assert row.planned == Planned(agent="1001", begin=NINE, end=NINE.replace(hour=3), activity="queue")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffactivity;end;begin;agent\r\nmeal;2026-11-23 12:30;2026-11-23 12:00;1001\r\n\r\n",
        'agent\tbegin\tend\tactivity\n"1001"\t2026-11-23T12:00\t2026-11-23T12:30\tmeal',
        "agent , begin , end , activity\n 1001 , 2026-11-23T12:00 , 2026-11-23T12:30 , meal",
    ],
    ids=["semicolons, mark, other order", "tabs and quotes", "spaces"],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    reading = read(text)
    assert reading.diagnostics == ()
    assert [(row.planned.agent, row.planned.activity) for row in reading.rows] == [("1001", "meal")]


def test_every_mistake_of_every_line_is_told_at_its_cell() -> None:
    text = HEAD + "1001,2026-11-23T09:00,soon,quene\n1009,2026-11-23T09:00,2026-11-23T08:00,queue\n,x\n"
    found = [(one.code, one.severity, one.place) for one in read(text).diagnostics]
    assert found == [
        ("S003", "error", "shifts/2026-11.csv:2:28"),
        ("S004", "error", "shifts/2026-11.csv:2:23"),
        ("S002", "warning", "shifts/2026-11.csv:3:1"),
        ("S006", "error", "shifts/2026-11.csv:3:23"),
        ("S002", "error", "shifts/2026-11.csv:4:1"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "1001,2026-11-23T09:00,2026-11-23T12:00,queue", '"' * 200_000])
def test_a_file_without_a_head_is_told_in_one_line(text: str) -> None:
    reading = read(text)
    assert [one.code for one in reading.diagnostics] == ["S001"]
    assert reading.rows == ()


def folder_with(tmp_path: Path, **files: str) -> Shifts:
    folder = tmp_path / "small"
    copytree(SMALL, folder)
    (folder / "shifts").mkdir()
    for name, text in files.items():
        (folder / "shifts" / name.replace("_", ".")).write_text(text, "utf-8")
    return load_shifts(load_hotline(folder, {}))


def test_all_files_are_one_plan_and_what_overlaps_between_them_is_told(tmp_path: Path) -> None:
    shifts = folder_with(
        tmp_path,
        a_csv=HEAD + "1001,2026-11-24T09:00,2026-11-24T12:00,queue\n1001,2026-11-23T09:00,2026-11-23T12:00,queue\n",
        b_csv=HEAD + "1001,2026-11-23T11:00,2026-11-23T13:00,meal\n",
        c_txt="",
    )
    assert [one.begin.day for one in shifts.plan["1001"]] == [23, 24]
    assert [(one.code, one.place) for one in shifts.diagnostics] == [
        ("C009", "shifts/c.txt"),
        ("S007", "shifts/b.csv:2:6"),
    ]
    assert "shifts/a.csv:3:6" in shifts.diagnostics[1].message
    assert not shifts.is_sound


def test_no_folder_is_no_plan() -> None:
    shifts = load_shifts(load_hotline(SMALL, {}))
    assert (shifts.plan, shifts.diagnostics, shifts.is_sound) == ({}, (), True)
