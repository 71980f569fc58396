"""What was erased is in none of SQLite's files any more, though others have the database open and write nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.masks import fresh_mask
from store.one_caller import erase
from store.sqlite_file import empty_log, set_up
from tests.reports.test_after_erasing import NUMBER, found_in, the_day
from tests.store.databases import write_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.engine import Store
    from store.urls import EngineName


@pytest.fixture
def engine_name() -> EngineName:
    return "sqlite"


@pytest.fixture
def file(store: Store) -> Path:
    return Path(store.address.place)


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process has it open: SQLite keeps its log as long as that."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM visits").fetchall()
        yield connection


def bytes_of(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


async def test_an_erased_number_is_in_none_of_the_files(store: Store, file: Path, other: sqlite3.Connection) -> None:
    await write_all(store, the_day())
    await erase(store, await found_in(store), fresh_mask, {"r1.wav", "m1.wav"})
    assert NUMBER.encode() in bytes_of(file), "else this test shows nothing"
    assert await store.emptied_log()
    assert NUMBER.encode() not in bytes_of(file)
    assert other.execute("SELECT count(*) FROM visits").fetchone()[0] > 0


async def test_who_reads_an_older_state_is_waited_for_only_so_long(
    store: Store, file: Path, other: sqlite3.Connection
) -> None:
    await write_all(store, the_day())
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM visits").fetchall()
    await erase(store, await found_in(store), fresh_mask, set())
    assert not empty_log(file, patience_s=0)
    other.execute("COMMIT")
    assert empty_log(file, patience_s=60)
    assert NUMBER.encode() not in bytes_of(file)


def test_what_is_deleted_is_overwritten_whatever_sqlite_was_built_with(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "any.db")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        partial(set_up, busy_timeout_s=1)(connection, None)  # type: ignore[arg-type]  # the pool's entry is not looked at
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
