"""`hotline report` and `hotline check` with a plan of the shifts: what an admin types and reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from store.engine import open_store
from store.rows import AgentInterval, interval_id
from tests.ivr.cli.test_commands import one_line
from tests.store.databases import write_all

if TYPE_CHECKING:
    from tests.ivr.cli.machine import Machine

DAY = ("--from", "2020-11-23", "--to", "2020-11-24")
NINE = datetime(2020, 11, 23, 1, 0, tzinfo=UTC)
PLAN = """\
agent;begin;end;activity
1001;2020-11-23 09:00;2020-11-23 12:00;queue
1001;2020-11-23 12:00;2020-11-23 12:30;meal
1001;2020-11-23 12:30;2020-11-23 17:00;queue
"""


def planned(machine: Machine, plan: str = PLAN) -> None:
    (machine.folder / "shifts").mkdir()
    (machine.folder / "shifts" / "2020-11.csv").write_text(plan, "utf-8")


async def worked(machine: Machine) -> None:
    assert (await machine.run_here("db", "upgrade", "{DIR}")).code == 0
    one = AgentInterval(id="", node="t-1", agent="1001", state="available", started_at=NINE)
    rows = [
        replace(
            one,
            id=interval_id("t-1", "1001", NINE + timedelta(hours=begin)),
            state=state,  # type: ignore[arg-type]  # a state's name
            started_at=NINE + timedelta(hours=begin),
            ended_at=NINE + timedelta(hours=end),
        )
        for begin, end, state in ((0, 0.5, "signed_off"), (0.5, 3, "available"), (3, 4, "paused"), (4, 8, "wrap_up"))
    ]
    store = await open_store(f"sqlite:///{machine.state / 'hotline.db'}")
    await write_all(store, rows)
    await store.close()


async def test_the_example_of_the_page(unbuilt: Machine) -> None:
    planned(unbuilt)
    await worked(unbuilt)
    found = await unbuilt.run_here("report", "exceptions", "{DIR}", *DAY)
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines()[2:] == [
        "begin             end               agent  planned  did         lasted_s",
        "2020-11-23 09:00  2020-11-23 09:30  1001   queue    signed_off   1,800.0",
        "2020-11-23 12:30  2020-11-23 13:00  1001   queue    paused       1,800.0",
    ]
    agents = await unbuilt.run_here("report", "agents", "{DIR}", *DAY, "--format", "csv")
    head, row = agents.out.splitlines()
    shown = dict(zip(head.split(","), row.split(","), strict=True))
    assert (shown["adherence"], shown["conformance"]) == ("0.875", "0.866667")


async def test_nobody_who_differed_is_said(unbuilt: Machine) -> None:
    planned(unbuilt)
    await worked(unbuilt)
    early = await unbuilt.run_here("report", "exceptions", "{DIR}", "--from", "2020-11-22", "--to", "2020-11-23")
    assert early.out.splitlines()[-1] == "there is no plan (shifts/*.csv) for these agents in this range"
    assert "nobody did anything else" not in early.out, "nothing is said of a plan there is not"
    kept = ("--from", "2020-11-23T10:00", "--to", "2020-11-23T11:00")
    shown = await unbuilt.run_here("report", "exceptions", "{DIR}", *kept)
    assert shown.out.splitlines()[-1] == "nobody did anything else than planned for a minute or more in this range"


async def test_a_plan_with_a_mistake_is_told_by_check_and_refused_by_the_report(unbuilt: Machine) -> None:
    planned(unbuilt, f"{PLAN}1001;2020-11-23 16:00;2020-11-23 18:00;queue\n")
    await worked(unbuilt)
    checked = await unbuilt.run_here("check", "{DIR}")
    assert checked.code == 1
    assert "shifts/2020-11.csv:5:6 error S007  agent 1001 is to do 'queue' at that time (line 4)" in checked.out
    ended = await unbuilt.run_here("report", "exceptions", "{DIR}", *DAY)
    assert one_line(ended, 2).startswith(
        "hotline: R014: the plan of the shifts has errors, the first at shifts/2020-11"
    )


async def test_check_says_how_many_are_planned(unbuilt: Machine) -> None:
    planned(unbuilt)
    checked = await unbuilt.run_here("check", "{DIR}")
    assert "shifts of 1 agent" in checked.out
    assert checked.code == 0


@pytest.mark.parametrize("words", [("--agent", "1010")])
async def test_an_agent_there_is_not_is_named(unbuilt: Machine, words: tuple[str, ...]) -> None:
    planned(unbuilt)
    await worked(unbuilt)
    ended = await unbuilt.run_here("report", "exceptions", "{DIR}", *DAY, *words)
    assert one_line(ended, 2) == "hotline: R009: there is no agent '1010'; did you mean '1001'?"
