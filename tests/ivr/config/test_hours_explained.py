"""Why a schedule is open or closed: the rule that wins, the next change to the minute, and what is printed."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli.explaining import Wishes, explain
from ivr.cli.main import app
from ivr.config.hours import timetable
from ivr.config.hours_explained import changes_after, clocks_moved, preview, rules_for
from ivr.config.hours_explained import explain as explained
from ivr.config.model import Schedule
from tests.ivr.flow.surroundings import SMALL

GOLDEN = Path(__file__).parent / "explained"
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
"""Without summer time, with it, on the other half of the world, by half an hour, and at midnight."""
MOVED = (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC))
"""Days before clocks are moved in one of them."""
MINUTE = timedelta(minutes=1)


def schedule(**settings: object) -> Schedule:
    return Schedule.model_validate(settings)


@st.composite
def weeks(draw: st.DrawFn) -> str:
    clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 30]))
    spans = st.builds("{}-{}".format, clock, clock)
    rules = draw(st.lists(st.tuples(st.sampled_from(["Mo-Su", "Sa-Su", "Fr", "Su"]), spans), min_size=1, max_size=3))
    return "; ".join(f"{days} {hours}" for days, hours in rules)


@example(week="Sa-Su 23:00-00:00", zone="America/Santiago", start=MOVED[2], ahead=0)
@given(
    week=weeks(),
    zone=st.sampled_from(ZONES),
    # around the changes of clocks, and anywhere
    start=st.sampled_from(
        [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)]
    ),
    ahead=st.integers(0, 3_000),
)
def test_the_next_change_is_the_first_minute_at_which_it_is_otherwise(
    week: str, zone: str, start: datetime, ahead: int
) -> None:
    there, table = ZoneInfo(zone), timetable(schedule(open=week))
    at = start + ahead * MINUTE
    was = table.is_open(at, there)
    minutes = (at + n * MINUTE for n in range(1, 4 * 1_440))
    wanted = next((moment for moment in minutes if table.is_open(moment, there) != was), None)
    found = explained(schedule(open=week), there, at)
    assert found.is_open == was
    if wanted is not None:  # in UTC: a time that comes twice equals none of another zone (PEP 495)
        assert found.changes_at is not None
        assert found.changes_at.astimezone(UTC) == wanted


@given(week=weeks(), zone=st.sampled_from(ZONES))
def test_the_rule_that_wins_is_the_one_calls_go_by(week: str, zone: str) -> None:
    told = schedule(open=week, holidays="CN", on_holidays="10:00-16:00", on_working_weekends="09:00-18:00",
                    exceptions={"2026-02-16": "closed"}, time_zone=zone)  # fmt: skip
    table = timetable(told)
    for ahead in range(60):
        day = date(2026, 1, 20) + timedelta(days=ahead)
        assert rules_for(told, table, day)[0].spans == table.hours_of(day)


def test_a_night_runs_on_by_the_rule_of_the_day_it_began() -> None:
    told = schedule(open="Fr 22:00-02:00; Sa closed")
    found = explained(told, ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 27, 17, 0, tzinfo=UTC))  # Sa 01:00 there
    assert (found.is_open, str(found.day), found.rules[0].words) == (True, "2026-11-27", "Fr 22:00-02:00")


def test_an_hour_that_comes_twice_opens_twice() -> None:
    zone = ZoneInfo("Europe/Berlin")
    table = timetable(schedule(open="Su 02:30-03:00"))
    at = datetime(2026, 10, 25, tzinfo=zone)
    told = [f"{moment:%d %H:%M%z}" for moment in islice(changes_after(table, zone, at), 4)]
    assert told == ["25 02:30+0200", "25 02:00+0100", "25 02:30+0100", "25 03:00+0100"]


def test_an_hour_the_clocks_skip_opens_where_they_go_on() -> None:
    zone = ZoneInfo("Europe/Berlin")
    table = timetable(schedule(open="Su 02:30-03:30"))
    told = [
        f"{moment:%d %H:%M}" for moment in islice(changes_after(table, zone, datetime(2026, 3, 29, tzinfo=zone)), 2)
    ]
    assert told == ["29 03:00", "29 03:30"]
    assert clocks_moved(zone, date(2026, 3, 29)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_what_never_changes_is_told_so() -> None:
    found = explained(schedule(open="24/7"), ZoneInfo("Asia/Shanghai"), datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.is_open, found.changes_at, found.changes_by) == (True, None, None)


def test_the_preview_tells_the_days_on_which_clocks_are_moved() -> None:
    days = preview(schedule(open="Mo-Su 09:00-02:00"), ZoneInfo("Europe/Berlin"), date(2026, 10, 24), 2)
    assert [(day.hours, day.clocks) for day in days] == [
        ("09:00-02:00+1", ""),
        ("09:00-02:00+1", "clocks go from 03:00 to 02:00"),
    ]


# --- as it is typed --------------------------------------------------------------------------------------------------

BERLIN = (
    ("time_zone: Asia/Shanghai", "time_zone: Europe/Berlin"),
    ('open: "Mo-Fr 09:00-18:00; Sa 09:00-12:00"', 'open: "Mo-Fr 09:00-18:00; Sa-Su 22:00-04:00"'),
    ("    holidays: CN\n", "    holidays: DE-BY\n"),
    ("    on_working_weekends: 09:00-18:00\n", ""),
)
MOMENTS = {
    "exception": ((), "2026-12-31T23:30"),
    "holiday": ((), "2026-10-01T11:00"),
    "worked-weekend": ((), "2026-02-14T12:30"),
    "weekly": ((), "2026-11-25T12:00"),
    "offset": ((), "2026-11-25T12:00+01:00"),
    "night": (BERLIN, "2026-11-29T01:00"),
    "clocks-forward": (BERLIN, "2026-03-29T03:10"),
    "clocks-back": (BERLIN, "2026-10-25T02:30"),
}


def hotline(place: Path, changes: tuple[tuple[str, str], ...]) -> Path:
    shutil.copytree(SMALL, place)
    text = (place / "hotline.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (place / "hotline.yaml").write_text(text, "utf-8")
    return place


@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_is_explained_exactly_so(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en_US")  # the names of holidays are in the reader's language
    changes, at = MOMENTS[name]
    folder = hotline(tmp_path / "hotline", changes)
    done = CliRunner().invoke(app, ["hours", "explain", str(folder), "--at", at, "--number", "10010", "--days", "10"])
    assert done.exit_code == 0
    expected = GOLDEN / f"{name}.txt"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(done.output, encoding="utf-8")
    assert done.output == expected.read_text("utf-8")


def test_programs_read_the_same_as_json() -> None:
    done = CliRunner().invoke(
        app, ["hours", "explain", str(SMALL), "--at", "2026-12-31T23:30", "--days", "2", "--format", "json"]
    )
    (told,) = json.loads(done.output)
    assert (told["open"], told["rules"][0]["kind"], told["rules"][0]["line"]) == (False, "exception", 34)
    assert told["changes_at"] == "2027-01-01T10:00:00+08:00"
    assert [day["kind"] for day in told["days"]] == ["exception", "holiday"]


@pytest.mark.parametrize(
    ("changes", "wishes", "words"),
    [
        ((), Wishes(at="tomorrow"), "--at: found 'tomorrow'; expected a moment such as 2026-12-31T23:30, or"),
        ((), Wishes(number="10011"), "unknown number '10011'; did you mean '10010'?"),
        ((), Wishes(form="xml"), "unknown format 'xml'; expected text, json"),
        (BERLIN, Wishes(at="2026-03-29T02:30"), "--at: the clocks of Europe/Berlin skip 2026-03-29T02:30; expected"),
    ],
)
def test_what_cannot_be_explained_is_told(
    changes: tuple[tuple[str, str], ...], wishes: Wishes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(MistakeError) as mistake:
        explain(hotline(tmp_path / "hotline", changes), wishes)
    assert str(mistake.value).startswith(words)
