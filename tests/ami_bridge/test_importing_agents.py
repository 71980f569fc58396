"""Agents of years past: the same from the whole log, from its pieces one after the other, and from both once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.queue_log.lines import as_text
from store import rows
from store.queries.agent_history import gaps, told_of_agents
from tests.ami_bridge.test_importing import Book, book
from tests.ami_bridge.test_queue_log_history import at, lines

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

DAY = """
    0 CLI q PJSIP/1001 ADDMEMBER
    10 c q NONE ENTERQUEUE '' 138 1; 20 c q 客服1001 CONNECT 10 x 2; 50 c q 客服1001 COMPLETEAGENT 10 30 1
    60 NONE q 客服1001 PAUSE lunch
    65 NONE q 客服1101 UNPAUSE
    80 d q NONE ENTERQUEUE '' 139 1; 90 d q 客服1101 CONNECT 10 y 4
    100 NONE q 客服1001 UNPAUSE; 101 NONE q PJSIP/1001 PENALTY 5
    120 CLI q PJSIP/1001 REMOVEMEMBER
    150 d q 客服1101 COMPLETECALLER 10 60 1
    200 NONE NONE NONE CONFIGRELOAD
"""
DONE = [
    ("1001", "unknown", None, 0, 18),
    ("1001", "ringing", "q", 18, 20),
    ("1001", "on_queue_call", "q", 20, 50),
    ("1001", "unknown", None, 50, 60),
    ("1001", "paused", "lunch", 60, 100),
    ("1001", "unknown", None, 100, 120),
    ("1001", "signed_off", None, 120, 200),
    ("1101", "unknown", None, 65, 86),
    ("1101", "ringing", "q", 86, 90),
    ("1101", "on_queue_call", "q", 90, 150),
    ("1101", "unknown", None, 150, 200),
]
PLACES = [
    ("1001", False, None, 0, 60),
    ("1001", True, None, 60, 100),
    ("1001", False, None, 100, 101),
    ("1001", False, 5, 101, 120),
    ("1101", False, None, 65, None),
]


def pieces_of(folder: Path, *cuts: int) -> list[Path]:
    """The day's log in pieces, cut after so many lines."""
    all_lines = [as_text(line) + "\n" for line in lines(DAY)]
    found: list[Path] = []
    for number, (begin, end) in enumerate(zip((0, *cuts), (*cuts, len(all_lines)), strict=True)):
        path = folder / f"queue_log.{number}"
        path.write_text("".join(all_lines[begin:end]), "utf-8")
        found.append(path)
    return found


def second(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - at(0)).total_seconds()


async def done(ledger: Book) -> list[tuple[str, str, str | None, float | None, float | None]]:
    """What agents did, stretches that are alike and adjoin taken for one."""
    told = await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000))
    found: list[tuple[str, str, str | None, float | None, float | None]] = []
    for one in told.intervals:
        doing = one.agent, one.state, one.queue or one.reason
        if found and found[-1][:3] == doing and found[-1][4] == second(one.started_at):
            found[-1] = (*found[-1][:4], second(one.ended_at))
        else:
            found.append((*doing, second(one.started_at), second(one.ended_at)))
    return found


async def places(ledger: Book) -> list[tuple[str, bool, int | None, float | None, float | None]]:
    told = await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000))
    return [
        (one.agent, one.paused, one.penalty, second(one.started_at), second(one.ended_at)) for one in told.memberships
    ]


@pytest.mark.parametrize("cuts", [(), (1,), (5, 9), (2, 4, 6, 8, 10, 12)])
async def test_the_agents_of_a_log_are_the_same_whole_in_pieces_and_once_more(
    tmp_path: Path, cuts: tuple[int, ...]
) -> None:
    files = pieces_of(tmp_path, *cuts)
    async with book(tmp_path) as ledger:
        for count in range(len(files)):
            await ledger.take(*files[: count + 1])
        assert await done(ledger) == DONE
        assert await places(ledger) == PLACES
        before = await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000))
        await ledger.take(*files)
        assert await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000)) == before
        verdict = await ledger.check(*files)
        assert (verdict.agent_differences, verdict.agents, verdict.places) == ([], 2, 2)
        (gap,) = await gaps(ledger.store, "gz-1")
        assert (gap.cause, gap.since, gap.until, gap.settled) == ("import", at(0), at(200), True)


async def test_a_portion_of_time_cuts_no_stretch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ami_bridge.reconcile.importing_agents.A_PORTION", timedelta(seconds=7))
    async with book(tmp_path) as ledger:
        await ledger.take(*pieces_of(tmp_path))
        told = await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000))
        assert len(told.intervals) == len(DONE)
        assert await done(ledger) == DONE


async def test_the_time_a_bridge_saw_is_left_to_it(tmp_path: Path) -> None:
    seen = rows.AgentInterval(
        id=rows.interval_id("gz-1", "1001", at(55)), node="gz-1", agent="1001", state="wrap_up", started_at=at(55)
    )
    async with book(tmp_path) as ledger:
        ledger.writer.put(seen)
        await ledger.writer.flush()
        await ledger.take(*pieces_of(tmp_path))
        mine = [one[1:] for one in await done(ledger) if one[0] == "1001"]
        assert mine == [one[1:] for one in DONE[:3]] + [("unknown", None, 50, 55), ("wrap_up", None, 55, None)]
        assert await places(ledger) == [("1001", False, None, 0, 55)]


async def test_what_is_not_so_is_told_in_words(tmp_path: Path) -> None:
    files = pieces_of(tmp_path)
    async with book(tmp_path) as ledger:
        await ledger.take(*files)
        told = await told_of_agents(ledger.store, "gz-1", at(-1000), at(9000))
        pause = next(one for one in told.intervals if one.state == "paused")
        talk = next(one for one in told.intervals if one.state == "on_queue_call")
        stay = next(one for one in told.memberships if one.penalty == 5)
        for wrong in (
            replace(pause, state="available", reason=None),
            replace(talk, state="unknown", queue=None),
            replace(stay, penalty=4),
        ):
            ledger.writer.put(wrong)
        await ledger.writer.flush()
        verdict = await ledger.check(*files)
        assert [
            (one.agent, one.queue, second(one.since), second(one.until), one.ledger, one.log)
            for one in verdict.agent_differences
        ] == [
            ("1001", "", 20, 50, "unknown", "on a queue call (q)"),
            ("1001", "", 60, 100, "available", "paused (lunch)"),
            ("1001", "q", 101, 120, "a member, penalty 4", "a member, penalty 5"),
        ]
