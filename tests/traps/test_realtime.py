"""Queues and members out of a database (realtime): Asterisk knows of them only once somebody calls."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.traps.stage import Played, Theatre, check_rows
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.traps.stage import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

SWITCH = Switch(
    queues={},
    modules=("res_config_sqlite3",),
    files={
        "extconfig.conf": "[settings]\nqueues => sqlite3,live,queues\nqueue_members => sqlite3,live,queue_members\n",
        "res_config_sqlite3.conf": "[live]\ndbfile => /var/lib/asterisk/live.sqlite3\nrequirements => no\nbatch => 0\n",
    },
)
QUEUES = ("rtfirst", "rtjoins", "rtleaves", "rtgone")


def database(path: Path) -> None:
    """The tables as contrib/ast-db-manage makes them, as far as they are used."""
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(
            "CREATE TABLE queues (name TEXT PRIMARY KEY, strategy TEXT, timeout TEXT, retry TEXT, joinempty TEXT,"
            " leavewhenempty TEXT, ringinuse TEXT, wrapuptime TEXT)"
        )
        made.execute(
            "CREATE TABLE queue_members (uniqueid INTEGER PRIMARY KEY, queue_name TEXT, interface TEXT,"
            " membername TEXT, penalty TEXT, paused TEXT, reason_paused TEXT, ringinuse TEXT, wrapuptime TEXT,"
            " state_interface TEXT)"
        )
        made.executemany(
            "INSERT INTO queues VALUES (?, 'ringall', '5', '1', 'yes', 'no', 'no', '0')", [(name,) for name in QUEUES]
        )
    path.chmod(0o666)
    path.parent.chmod(0o777)


def member(stage: Stage, queue: str, does: str) -> None:
    """A row for an agent, which Asterisk reads at the next call or look at the queue."""
    with sqlite3.connect(stage.asterisk.setup.folder / "lib" / "live.sqlite3", timeout=10) as live:
        live.execute(
            "INSERT INTO queue_members (queue_name, interface, membername, penalty, paused) VALUES (?, ?, ?, '1', '0')",
            (queue, f"Local/{does}@agents/n", f"客服{does}"),
        )


def no_member(stage: Stage, does: str) -> None:
    with sqlite3.connect(stage.asterisk.setup.folder / "lib" / "live.sqlite3", timeout=10) as live:
        live.execute("DELETE FROM queue_members WHERE membername = ?", (f"客服{does}",))


async def rtfirst(stage: Stage) -> None:
    """A queue nobody has called yet."""
    member(stage, "rtfirst", "talks-1-rtfirst1")
    call = await stage.call("rtfirst")
    await call.is_over()


async def rtjoins(stage: Stage) -> None:
    """An agent joins by a row while a caller waits: the next look at the queue finds him."""
    call = await stage.call("rtjoins")
    await call.waits()
    member(stage, "rtjoins", "talks-1-rtjoins1")
    await call.is_over()


async def rtleaves(stage: Stage) -> None:
    """An agent's row goes while he talks."""
    member(stage, "rtleaves", "talks-3-rtleaves1")
    call = await stage.call("rtleaves")
    await call.talks()
    no_member(stage, "talks-3-rtleaves1")
    await asyncio.to_thread(stage.asterisk.cli, "queue show rtleaves")
    await call.is_over()


async def rtgone(stage: Stage) -> None:
    call = await stage.call("rtgone", LONGEST=1)
    await call.is_over()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    theatre = Theatre(tmp_path_factory.mktemp("realtime"), SWITCH)
    library = theatre.folder / "switch" / "lib"
    library.mkdir(parents=True)
    database(library / "live.sqlite3")
    return theatre.play({scene.__name__: scene for scene in (rtfirst, rtjoins, rtleaves, rtgone)})


EXPECTED = {
    "rtfirst": ("answered", "agent", "talks-1-rtfirst1"),
    "rtjoins": ("answered", "agent", "talks-1-rtjoins1"),
    "rtleaves": ("answered", "agent", "talks-3-rtleaves1"),
    "rtgone": ("timed_out", "system", None),
}


def test_the_rows_hold_together_and_equal_the_log(told: Played) -> None:
    check_rows(told)
    assert told.verdict.visits == len(told.visits) == len(EXPECTED)


@pytest.mark.parametrize("queue", EXPECTED)
def test_a_queue_out_of_a_database_is_a_queue_like_any_other(told: Played, queue: str) -> None:
    assert told.outcomes(queue) == [EXPECTED[queue]]
    assert told.by_ami_alone(queue) == [EXPECTED[queue]]


def test_an_agent_whose_row_goes_in_mid_call_is_on_that_call_to_its_end(told: Played) -> None:
    [visit] = told.of("rtleaves")
    [talk] = [one for one in told.stretches if (one.agent, one.state) == ("talks-3-rtleaves1", "on_queue_call")]
    assert (talk.started_at, talk.ended_at) == (visit.answered_at, visit.ended_at)
    assert "REMOVEMEMBER" in told.verbs("rtleaves")


def test_an_agent_whose_row_goes_is_signed_off_by_the_log_though_ami_is_silent(told: Played) -> None:
    mine = sorted((one for one in told.stretches if one.agent == "talks-3-rtleaves1"), key=lambda one: one.started_at)
    assert mine[-1].state == "signed_off"
