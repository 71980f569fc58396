"""`hotline replay` over a history in a real database file."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ivr.app.copies import keep
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.replay_part import run_replay
from ivr.cli.replaying import as_text, replay
from store.engine import open_store
from store.queries.stories import AT_ONCE
from store.rows import Journey, JourneyStep
from store.writer import Writer
from tests.ivr.flow.surroundings import SMALL
from tests.store.databases import migrated

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready
    from store.rows import Row

BEGAN = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
CALLS = AT_ONCE + 7
"""More than are read in one piece."""


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(SMALL, tmp_path / "hotline")
    return load_ready(tmp_path / "hotline")


async def history(ready: Ready, version: str) -> None:
    """Calls that hung up in the menu, but for one that pressed 0 there."""
    await migrated(ready.places.database_url)
    store = await open_store(ready.places.database_url)
    try:
        async with Writer(store) as writer:
            for number in range(CALLS):
                for row in call(number, ready, version):
                    writer.put(row)
            await writer.flush()
    finally:
        await store.close()


def call(number: int, ready: Ready, version: str) -> list[Row]:
    at = BEGAN + timedelta(seconds=number)
    node = ready.hotline.node
    journey = Journey(
        id=f"{node}/{number}.1", node=node, call_id=f"{number}.1", channel_id=f"{number}.1", number="10010",
        flow="main", flow_version=version, started_at=at, caller="8613800138000",
    )  # fmt: skip
    steps = [("greet", "play", "said", "open_now"), ("open_now", "hours", "open", "menu")]
    steps.append(("menu", "menu", "hung up", "end") if number else ("menu", "menu", "key 0", "person"))
    lines = [
        JourneyStep(
            journey_id=journey.id, ordinal=ordinal, node=node, segment=1, flow="main", step=step, verb=verb,
            outcome=outcome, at=at, to_step=to,
        )
        for ordinal, (step, verb, outcome, to) in enumerate(steps, start=1)
    ]  # fmt: skip
    return [journey, *lines]


async def test_calls_of_the_history_are_led_through_the_folder(ready: Ready) -> None:
    await history(ready, ready.flows.version)
    keep(ready.source, ready.places.versions / ready.flows.version)
    told = await run_replay(ready, BEGAN, None)
    assert (told.calls, {verdict.kind: count for verdict, count in told.verdicts.items()}) == (CALLS, {"same": CALLS})
    later = await run_replay(ready, BEGAN + timedelta(seconds=CALLS - 2), None)
    assert later.calls == 2
    before = await run_replay(ready, BEGAN, BEGAN + timedelta(seconds=3))
    assert before.calls == 3
    path = ready.folder / "flows" / "main.yaml"
    path.write_text(path.read_text("utf-8").replace("0: person", "0: record"), "utf-8")
    ready = load_ready(ready.folder)
    changed = await run_replay(ready, BEGAN, None)
    assert {verdict.kind: count for verdict, count in changed.verdicts.items()} == {"same": CALLS - 1, "elsewhere": 1}
    assert "main.menu" in as_text(changed, ready, since="a", until="b", took_s=1.0)
    assert f"{CALLS}  the same way" in as_text(told, ready, since="a", until="b", took_s=1.0)


async def test_a_version_that_is_not_kept_leaves_its_calls_undecided(ready: Ready) -> None:
    await history(ready, "0123456789ab")
    told = await run_replay(ready, BEGAN, None)
    [verdict] = told.verdicts
    assert (verdict.kind, told.verdicts[verdict]) == ("undecided", CALLS)
    assert "not kept any more" in as_text(told, ready, since="a", until="b", took_s=1.0)


def test_wishes_that_are_none_are_told(ready: Ready, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MistakeError, match="unknown format 'xml'"):
        replay(ready.folder, "24h", None, "xml")
    with pytest.raises(MistakeError, match="is not behind --since"):
        replay(ready.folder, "2026-11-25", "2026-11-24", "text")
    with pytest.raises(MistakeError, match="does not understand 'soon'"):
        replay(ready.folder, "soon", None, "text")
    assert replay(ready.folder, "1h", None, "text") == 0
    assert "nothing was replayed" in capsys.readouterr().out
