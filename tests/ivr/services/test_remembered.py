from __future__ import annotations

import asyncio
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.services.remembered import CallerMemory, memory_key
from store.engine import open_store
from store.queries import remembered
from store.rows import Remembered
from store.writer import Writer
from tests.ivr.services.waiting import until
from tests.store.databases import migrated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from store.rows import Row

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CALLER = "8613800138000"


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_away = False
        self.answers = asyncio.Event()
        self.answers.set()

    def put(self, row: Row) -> None:
        self.rows.append(row)

    async def read(self, caller_key: str) -> Mapping[str, str]:
        await self.answers.wait()
        if self.is_away:
            raise OSError("the database is away")
        kept = [row for row in self.rows if isinstance(row, Remembered) and row.caller_key == caller_key]
        return {row.step: row.key for row in kept}


def memory(kept: Kept, key: bytes = b"key", *, deadline_ms: int = 60_000) -> CallerMemory:
    return CallerMemory(kept.read, kept, "gz-1", key, deadline_ms=deadline_ms, now=lambda: NOW)


async def test_a_choice_is_recalled_for_its_number_only_and_the_number_is_not_kept() -> None:
    kept = Kept()
    memory(kept).remember(CALLER, "main.language", "2")
    assert await memory(kept).recall(CALLER) == {"main.language": "2"}
    assert await memory(kept).recall("8613800138001") == {}
    assert await memory(kept, b"another key").recall(CALLER) == {}
    assert CALLER not in repr(kept.rows)


async def test_a_withheld_number_has_no_memory() -> None:
    kept = Kept()
    memory(kept).remember("", "main.language", "2")
    assert kept.rows == []
    assert await memory(kept).recall("") == {}


async def test_a_memory_that_is_late_or_away_is_none() -> None:
    kept = Kept()
    memory(kept).remember(CALLER, "main.language", "2")
    kept.is_away = True
    with capture_logs() as lines:
        assert await memory(kept).recall(CALLER) == {}
        kept.answers.clear()
        late = memory(kept, deadline_ms=10)
        assert await late.recall(CALLER) == {}
    assert [line["event"] for line in lines] == ["not recalled", "not recalled in time"]
    await until(lambda: not late._late)


async def test_a_caller_who_leaves_meanwhile_leaves_nothing_behind() -> None:
    kept = Kept()
    kept.answers.clear()
    forgetful = memory(kept)
    asking = asyncio.create_task(forgetful.recall(CALLER))
    await until(lambda: bool(forgetful._late))
    asking.cancel()
    await asyncio.wait({asking})
    await until(lambda: not forgetful._late)
    assert asking.cancelled()


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "memory.key"
    assert memory_key(path) == memory_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("key", ["2", "3"])
async def test_the_real_store_remembers(tmp_path: Path, key: str) -> None:
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    await migrated(url)
    store = await open_store(url)
    try:
        async with Writer(store) as writer:
            caller_memory = CallerMemory(
                lambda caller: remembered(store, caller), writer, "gz-1", b"k", deadline_ms=60_000
            )
            caller_memory.remember(CALLER, "main.language", key)
            await writer.flush()
            assert await caller_memory.recall(CALLER) == {"main.language": key}
    finally:
        await store.close()
