"""`hotline report`: what an admin types, reads, and gets as an exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from store.engine import open_store
from tests.ivr.cli.test_commands import one_line
from tests.store.databases import write_all
from tests.store.metrics.test_tally import stretch
from tests.store.samples import a_journey, a_ring, a_step, a_visit

if TYPE_CHECKING:
    from pathlib import Path

    from store.rows import Row, Visit
    from tests.ivr.cli.machine import Machine

DAY = ("--from", "2026-11-21", "--to", "2026-11-22")


def visits() -> list[Visit]:
    """Two calls to sales: one given up, and answered on the second try."""
    mei = {"queue": "sales", "caller": "13800138000"}
    nine, ten = (datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (1, 2))
    talk = {"wait_s": 8.0, "talk_s": 90.5, "wrap_up_s": 9.5, "agent": "1001"}
    return [
        a_visit(1, **mei, call_id="c.1", entered_at=nine, outcome="abandoned", wait_s=42.0, ended_at=nine),
        a_visit(2, **mei, **talk, call_id="c.2", entered_at=ten, answered_at=ten, ended_at=ten, outcome="answered"),
    ]


async def filled(machine: Machine, *more: Row) -> None:
    assert (await machine.run_here("db", "upgrade", "{DIR}")).code == 0
    store = await open_store(f"sqlite:///{machine.state / 'hotline.db'}")
    await write_all(store, [*visits(), *more])
    await store.close()


@pytest.mark.parametrize("report", ["queues", "agents", "hours", "abandoned", "calls", "flows", "exceptions"])
async def test_every_word_explains_itself_within_80_columns(unbuilt: Machine, report: str) -> None:
    ended = await unbuilt.run_here("report", report, "--help")
    assert ended.out.startswith(f"Usage: hotline report {report} [OPTIONS] {{DIR}}")
    assert max(map(len, ended.out.splitlines())) <= 80


async def test_a_day_in_every_report_and_form(unbuilt: Machine, tmp_path: Path) -> None:
    await filled(unbuilt)
    queues = await unbuilt.run_here("report", "queues", "{DIR}", *DAY)
    assert (queues.code, queues.err) == (0, "")
    assert queues.out.splitlines() == [
        "queues  2026-11-21 00:00 until 2026-11-22 00:00, Asia/Shanghai",
        "",
        "queue  entered  answered  abandoned  sl_negative  connection_rate  abandonment  asa_s  longest_wait_s  aht_s",
        "sales        2         1          1       50.0 %           50.0 %       50.0 %    8.0            42.0  100.0",
        "─" * 108,
        "all          2         1          1       50.0 %           50.0 %       50.0 %    8.0            42.0  100.0",
        "",
        "within 20 s is in time, under 5 s a short abandon",
    ]
    abandoned = await unbuilt.run_here("report", "abandoned", "{DIR}", *DAY)
    assert abandoned.out.splitlines()[2:] == [
        "entered_at        queue  caller       wait_s  recall    recall_at         by    call_id",
        "2026-11-21 09:00  sales  138****8000    42.0  answered  2026-11-21 10:00  1001  c.1",
        "",
        "1 gave up waiting: 1 called again and answered",
    ]
    hours = json.loads((await unbuilt.run_here("report", "hours", "{DIR}", *DAY, "--format", "json")).out)
    assert [row["hour"] for row in hours["rows"] if row["entered"]] == ["09:00", "10:00"]
    agents = await unbuilt.run_here("report", "agents", "{DIR}", *DAY, "--metrics", "handled,aht_s", "--format", "csv")
    assert (agents.out, agents.err) == ("agent,handled,aht_s\n1001,1,100.0\n", "")
    for form, begins in (("html", b"<!doctype html>"), ("xlsx", b"PK")):
        into = tmp_path / f"queues.{form}"
        written = await unbuilt.run_here("report", "queues", "{DIR}", *DAY, "--format", form, "--output", str(into))
        assert (written.code, written.out, written.err) == (0, "", f"written    {into}\n")
        assert into.read_bytes().startswith(begins)


async def test_a_queue_nobody_entered_is_named_not_passed_over(unbuilt: Machine) -> None:
    await filled(unbuilt)
    ended = await unbuilt.run_here(
        "report", "queues", "{DIR}", "--from", "2026-11-22", "--to", "2026-11-23", "--format", "csv"
    )
    assert ended.out.splitlines()[1] == "sales,0,0,0,,,,,,"
    assert "nobody entered sales in this range; it was last entered at 2026-11-21 10:00" in ended.told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("queues", "--format", "cvs"), "R001: there is no format 'cvs'; did you mean 'csv'?"),
        (("queues", "--metrics", "sl_negativ"), "R005: there is no metric 'sl_negativ'; did you mean 'sl_negative'?"),
        (("queues", "--queue", "saels"), "R006: there is no queue 'saels'; did you mean 'sales'?"),
        (("agents", "--agent", "1010"), "R009: there is no agent '1010'; did you mean '1001'?"),
        (
            ("hours", "--zone", "Asia/Shangai"),
            "R007: there is no time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai'?",
        ),
        (("abandoned", "--queue", "saels"), "R006: there is no queue 'saels'; did you mean 'sales'?"),
        (("queues", "--output", "/dev/null/x"), "R011: /dev/null/x cannot be written: Not a directory"),
    ],
)
async def test_a_slip_is_one_line_and_exit_code_2(unbuilt: Machine, words: tuple[str, ...], said: str) -> None:
    assert one_line(await unbuilt.run_here("report", *words, "{DIR}"), 2) == f"hotline: {said}"


async def test_a_queue_named_twice_is_one_row(unbuilt: Machine) -> None:
    await filled(unbuilt)
    words = ("--queue", "sales", "--queue", "sales", "--metrics", "entered", "--format", "csv")
    assert (await unbuilt.run_here("report", "queues", "{DIR}", *DAY, *words)).out == "queue,entered\nsales,2\n"


@pytest.mark.parametrize("seen", [a_ring(agent="1099", result="no_answer"), stretch("paused", 0, 60, agent="1099")])
async def test_an_agent_of_the_past_who_never_answered_is_still_one(unbuilt: Machine, seen: Row) -> None:
    await filled(unbuilt, seen)
    ended = await unbuilt.run_here(
        "report", "agents", "{DIR}", *DAY, "--agent", "1099", "--metrics", "handled", "--format", "csv"
    )
    assert (ended.code, ended.out) == (0, "agent,handled\n1099,0\n")


async def test_the_list_of_metrics(unbuilt: Machine) -> None:
    ended = await unbuilt.run("report", "metrics")  # as a process, once
    assert "  sl_negative                    answered_within ÷ (ended − short_abandoned)" in ended.out.splitlines()
    assert ended.code == 0


async def test_calls_and_flows(unbuilt: Machine) -> None:
    began = datetime(2026, 11, 21, 1, tzinfo=UTC)
    call = a_journey(
        id="gz-1/9.9",
        channel_id="9.9",
        started_at=began,
        ended_at=began,
        outcome="hung_up",
        last_step="main.greet",
        flow_version="v1",
    )
    step = a_step(1, journey_id=call.id, step="greet", verb="play", outcome="hung up", at=began)
    await filled(unbuilt, call, step)
    calls = await unbuilt.run_here("report", "calls", "{DIR}", *DAY, "--metrics", "calls,calls_hung_up")
    assert (calls.code, calls.err) == (0, "")
    assert calls.out.splitlines()[2:] == [
        "flow  calls  calls_hung_up",
        "main      1              1",
        "──────────────────────────",
        "all       1              1",
        "",
        "callers hung up most often in main.greet (1)",
    ]
    flows = await unbuilt.run_here("report", "flows", "{DIR}", *DAY, "--format", "csv")
    assert flows.out.splitlines()[1:] == ["main,v1,greet,play,hung up,,1,1,1.0,1,1.0"]
    wrong = one_line(await unbuilt.run_here("report", "flows", "{DIR}", "--flow", "mian"), 2)
    assert wrong == "hotline: R012: there is no flow 'mian'; did you mean 'main'?"


async def test_csv_for_a_spreadsheet_and_a_zone_of_nothing(unbuilt: Machine) -> None:
    await filled(unbuilt)
    words = ("report", "queues", "{DIR}", *DAY, "--metrics", "entered", "--format", "csv", "--bom", "--separator", ";")
    assert (await unbuilt.run_here(*words)).out == "\ufeffqueue;entered\nsales;2\n"
    wrong = one_line(await unbuilt.run_here("report", "queues", "{DIR}", "--zone", ""), 2)
    assert wrong == "hotline: R007: there is no time zone ''; expected a name such as Asia/Shanghai"
