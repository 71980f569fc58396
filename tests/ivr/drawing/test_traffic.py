"""`hotline draw --traffic`: callers of the history on the ways of the picture."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.cli.drawing import draw
from ivr.cli.main import draw as command
from store.engine import open_store
from store.rows import Journey, JourneyStep
from store.writer import Writer
from tests.ivr.flow.surroundings import SMALL
from tests.store.databases import migrated

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(SMALL, tmp_path / "hotline")
    return tmp_path / "hotline"


async def history(url: str, *ages: timedelta) -> None:
    """A call of each age that pressed 0 in the menu."""
    await migrated(url)
    store = await open_store(url)
    try:
        async with Writer(store) as writer:
            for number, age in enumerate(ages):
                began = datetime.now(UTC) - age
                name = f"test-1/{number}.1"
                writer.put(
                    Journey(
                        id=name,
                        node="test-1",
                        call_id=f"{number}.1",
                        channel_id=f"{number}.1",
                        number="10010",
                        flow="main",
                        flow_version="",
                        started_at=began,
                        caller="8613800138000",
                    )
                )
                writer.put(
                    JourneyStep(
                        journey_id=name,
                        ordinal=1,
                        node="test-1",
                        segment=1,
                        flow="main",
                        step="menu",
                        verb="menu",
                        outcome="key 0",
                        at=began,
                        to_step="person",
                    )
                )
            await writer.flush()
    finally:
        await store.close()


def test_callers_are_counted_on_the_ways_they_took(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ages = (timedelta(hours=1), timedelta(hours=2), timedelta(days=3))
    asyncio.run(history(load_ready(folder).places.database_url, *ages))
    draw(folder, tmp_path, "mermaid", "main", coverage=False, since="24h")
    assert "counted    2 steps of calls since " in capsys.readouterr().out
    assert "0 · 2×" in (tmp_path / "main.mmd").read_text("utf-8")
    draw(folder, tmp_path, "mermaid", "main", coverage=False, since="7d")
    assert "0 · 3×" in (tmp_path / "main.mmd").read_text("utf-8")
    with pytest.raises(MistakeError, match="is not over yet"):
        draw(folder, tmp_path, "mermaid", "main", coverage=False, since="2999-01-01")


@pytest.mark.parametrize(
    ("coverage", "traffic", "since", "words"),
    [(True, True, None, "two counts for one place"), (False, False, "7d", "expected both")],
)
def test_wishes_that_do_not_go_together_are_told(
    folder: Path, *, coverage: bool, traffic: bool, since: str | None, words: str
) -> None:
    with pytest.raises(MistakeError, match=words):
        command(folder, coverage=coverage, traffic=traffic, since=since)
