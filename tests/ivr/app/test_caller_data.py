"""When a caller may be erased; an erased or masked number is in none of the files, though others have them open."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from ivr.app.caller_data import caller_of, erased, held_of
from ivr.app.keeping import purged
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.opened import opened_store
from ivr.cli import caller_data
from store import engine
from tests.ivr.flow.surroundings import SMALL
from tests.store.databases import write_all
from tests.store.samples import NOON, a_visit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ivr.app.loading import Ready
    from store.engine import Store

NUMBER = "13800138000"
OLD = NOON - timedelta(days=500)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    folder = shutil.copytree(SMALL, tmp_path / "hotline")
    settings = folder / "hotline.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nkeep: {numbers: 90d}\n", "utf-8")
    return load_ready(folder)


@pytest.fixture
async def store(ready: Ready) -> AsyncIterator[Store]:
    """A database with one old call."""
    async with opened_store(ready) as opened:
        await write_all(opened, [a_visit(1, caller=NUMBER, entered_at=OLD, ended_at=OLD, outcome="answered")])
        yield opened


def files_of(store: Store) -> bytes:
    file = Path(store.address.place)
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


async def test_a_number_masked_at_night_is_in_none_of_the_files(ready: Ready, store: Store) -> None:
    assert NUMBER.encode() in files_of(store)
    await purged(ready, store, NOON)
    assert NUMBER.encode() not in files_of(store)


async def test_an_erased_number_is_in_none_of_the_files_or_that_is_said(
    ready: Ready, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = caller_of(ready, NUMBER)
    with closing(sqlite3.connect(store.address.place, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM visits").fetchall()
        monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.0)
        done = await erased(ready, store, await held_of(ready, store, caller))
        assert (done.rows, done.overwritten) == ({"visits": 1}, False)
    monkeypatch.undo()
    again = await erased(ready, store, await held_of(ready, store, caller))
    assert (again.rows, again.overwritten) == ({}, True)
    assert NUMBER.encode() not in files_of(store)


async def test_who_calls_while_the_admin_is_asked_is_not_erased(
    ready: Ready, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def confirmed(_: str) -> bool:
        with closing(sqlite3.connect(store.address.place, isolation_level=None)) as bridge:
            now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
            bridge.execute("UPDATE visits SET entered_at = ?, ended_at = NULL", (now,))
        return True

    monkeypatch.setattr(typer, "confirm", confirmed)
    with pytest.raises(MistakeError, match="a call of this number goes on"):
        await caller_data._erased(ready, NUMBER, ask=True)
    assert NUMBER.encode() in files_of(store)
