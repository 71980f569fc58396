"""`hotline db`: what an admin types to look after the database, reads, and gets as an exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from store.engine import open_store
from tests.ivr.cli.test_commands import one_line
from tests.store.databases import write_all
from tests.store.samples import a_ring, a_visit

if TYPE_CHECKING:
    from store.rows import Row
    from tests.ivr.cli.machine import Machine

OLD = datetime(2001, 2, 3, 1, tzinfo=UTC)


def old_rows() -> list[Row]:
    """An answered call of long ago."""
    return [
        a_visit(1, caller="13800138000", entered_at=OLD, answered_at=OLD, ended_at=OLD, outcome="answered"),
        a_ring(started_at=OLD, ended_at=OLD, result="answered"),
    ]


async def filled(machine: Machine, *rows: Row) -> None:
    assert (await machine.run_here("db", "upgrade", "{DIR}")).code == 0
    store = await open_store(f"sqlite:///{machine.state / 'hotline.db'}")
    await write_all(store, rows)
    await store.close()


@pytest.mark.parametrize("command", ["db upgrade", "db purge", "db info"])
async def test_every_word_explains_itself_within_80_columns(unbuilt: Machine, command: str) -> None:
    ended = await unbuilt.run_here(*command.split(), "--help")
    assert ended.out.startswith(f"Usage: hotline {command} [OPTIONS] {{DIR}}")
    assert max(map(len, ended.out.splitlines())) <= 80


async def test_what_would_go_is_told_then_it_goes_and_then_nothing_is_left(unbuilt: Machine) -> None:
    await filled(unbuilt, *old_rows())
    dry = await unbuilt.run_here("db", "purge", "{DIR}", "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out.splitlines() == [
        "to delete      rows  oldest            newest",
        "ring_attempts     1  2001-02-03 09:00  2001-02-03 09:00",
        "visits            1  2001-02-03 09:00  2001-02-03 09:00",
        "",
        "2 rows would be deleted; nothing was changed",
    ]
    done = await unbuilt.run_here("db", "purge", "{DIR}", "--format", "json")
    told = json.loads(done.out)
    assert {one["table"]: one["rows"] for one in told["deleted"] if one["rows"]} == {"ring_attempts": 1, "visits": 1}
    assert (await unbuilt.run_here("db", "purge", "{DIR}")).out == "0 rows deleted\n"


async def test_the_database_is_measured_and_the_day_it_is_full_is_told(unbuilt: Machine) -> None:
    await filled(unbuilt, *old_rows())
    ended = await unbuilt.run_here("db", "info", "{DIR}")
    assert (ended.code, ended.err) == (0, "")
    whole, _, tables = ended.out.partition("\n\n")
    named = dict(line.split(maxsplit=1) for line in whole.splitlines()[1:])
    assert set(named) == {"size", "free", "grows", "full"}
    assert named["full"] == "not within ten years"
    head, *rows = [line.split() for line in tables.splitlines()]
    assert head[:2] == ["table", "rows"]
    assert [(row[0], row[1], row[-2], row[-1]) for row in rows] == [
        ("visits", "1", "2001-02-03", "1095d"),
        ("ring_attempts", "1", "2001-02-03", "1095d"),
    ]
    told = json.loads((await unbuilt.run_here("db", "info", "{DIR}", "--format", "json", "--space", "1kB")).out)
    assert (told["free"], told["days_seen"], told["bytes_a_day"]) == (0, 28, 0)


async def test_an_empty_database_is_measured(unbuilt: Machine) -> None:
    ended = await unbuilt.run_here("db", "info", "{DIR}")
    assert "full       not known yet: there is less than a day of rows" in ended.out
    assert ended.out.endswith("no table has a row yet\n")


async def test_slips_are_one_line(unbuilt: Machine) -> None:
    ended = await unbuilt.run_here("db", "purge", "{DIR}", "--format", "xml")
    assert one_line(ended, 2) == "hotline: there is no format 'xml'; expected text or json"
    unbuilt.environ["HOTLINE_DATABASE_URL"] = "postgresql://u@127.0.0.1:1/x"
    assert "nothing listens at 127.0.0.1:1" in one_line(await unbuilt.run_here("db", "purge", "{DIR}"), 2)
    del unbuilt.environ["HOTLINE_DATABASE_URL"]
    ended = await unbuilt.run_here("db", "info", "{DIR}", "--space", "much")
    assert one_line(ended, 2) == "hotline: --space does not understand 'much'; expected a size such as 200GB or 1.5TB"
