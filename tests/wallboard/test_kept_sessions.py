"""What is written down of the sessions, when, and what becomes of it where it cannot be written."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from wallboard import kept_sessions
from wallboard.access.sessions import Session, Sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Keeping:
    """Sessions that are being kept, and what came of each writing."""

    def __init__(self, folder: Path) -> None:
        self.sessions = Sessions()
        moment = datetime.now(UTC)
        self.secrets = [self.sessions.begin(Session("password", name, "", moment, moment)) for name in ("ling", "wei")]
        self.folder = folder
        self.came: asyncio.Queue[str] = asyncio.Queue()

    @property
    def written(self) -> list[str]:
        """Whose sessions stand in the file."""
        return [entry["name"] for entry in json.loads((self.folder / "sessions.json").read_text("utf-8"))]

    async def next(self) -> str:
        """What came of the next writing: why not, or nothing."""
        async with asyncio.timeout(60):
            return await self.came.get()


@pytest.fixture
async def keeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Keeping]:
    made, write, loop = Keeping(tmp_path / "state"), kept_sessions._write, asyncio.get_running_loop()

    def noted(folder: Path, told: list[dict[str, object]]) -> str:
        fault = write(folder, told)
        loop.call_soon_threadsafe(made.came.put_nowait, fault)
        return fault

    monkeypatch.setattr(kept_sessions, "_write", noted)
    task = asyncio.create_task(kept_sessions.keep(made.folder, made.sessions))
    await asyncio.sleep(0)  # it begins
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_what_could_not_be_written_is_written_later_though_nothing_changes(
    keeping: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    keeping.sessions.end(keeping.secrets[0])
    assert [await keeping.next() for _ in range(2)] == ["No such file or directory"] * 2
    assert capsys.readouterr().out.count("sessions_not_kept") == 1, "told once"
    keeping.folder.mkdir()
    while await keeping.next():
        pass
    assert keeping.written == ["wei"]


async def test_an_end_is_written_at_once(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping.folder.mkdir()
    keeping.sessions.end(keeping.secrets[0])
    assert not await keeping.next()
    assert keeping.written == ["wei"]
    monkeypatch.setattr(kept_sessions, "LOOK_EVERY_S", 3600.0)
    keeping.sessions.end_where(lambda session: session.name == "nobody")
    keeping.sessions.end_where(lambda session: session.name == "wei")
    assert not await keeping.next()
    assert keeping.written == []
