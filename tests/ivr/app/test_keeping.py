"""What is past its time, deleted beside the database, too: files, records of publishing; and when the night is."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.app.keeping import next_night, purgeable, purged, purged_once, retention
from ivr.app.loading import load_ready
from ivr.app.opened import opened_store
from ivr.app.recorded import Recorded
from ivr.config.keep import Keep
from ivr.publishing.book import Book
from ivr.publishing.records import MOST_BACK, Publication
from store.queries.visits import visits
from store.retention import Retention
from tests.ivr.flow.surroundings import SMALL
from tests.store.databases import write_all
from tests.store.samples import NOON, a_recording, a_visit

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready

OLD = NOON - timedelta(days=500)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    folder = shutil.copytree(SMALL, tmp_path / "hotline")
    settings = folder / "hotline.yaml"
    settings.write_text(
        settings.read_text("utf-8") + "\nkeep: {visits: forever, recordings: 90d, publications: 30d, numbers: 90d}\n",
        "utf-8",
    )
    return load_ready(folder)


def test_every_kind_of_row_has_a_setting() -> None:
    assert {field.name for field in dataclasses.fields(Retention)} <= {
        field.alias for field in Keep.model_fields.values()
    }
    usual = retention(Keep())
    assert (usual.visits, usual.evidence, usual.numbers) == (timedelta(days=1095), timedelta(days=14), None)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-21T19:29:59", "2026-11-21T19:30:00"),
        ("2026-11-21T19:30:00", "2026-11-22T19:30:00"),
        ("2026-11-21T20:00:00", "2026-11-22T19:30:00"),
    ],
)
def test_the_night_is_at_half_past_three_of_the_hotlines_clock(now: str, night: str) -> None:
    found = next_night(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    assert found == datetime.fromisoformat(night).replace(tzinfo=UTC)


def test_only_files_of_the_recordings_folder_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for file in (folder / "r1.wav", tmp_path / "secret"):
        file.write_bytes(b"x")
    files = Recorded(folder)
    (folder / "a-folder").mkdir()
    refused = [f"{tmp_path}/secret", "../secret", "a-folder"]
    assert [files.erase(path) for path in ("r1.wav", "r1.wav", "", *refused)] == [True] * 3 + [False] * 3
    assert (tmp_path / "secret").exists()
    assert not (folder / "r1.wav").exists()


def a_record(number: int, when: datetime) -> Publication:
    return Publication(
        number=number, act="publish", version=f"v{number}", live=f"v{number}", first=None, before="", who="a", why="b",
        when=when,
    )  # fmt: skip


async def test_files_records_and_numbers_go_with_the_rows(ready: Ready) -> None:
    file = ready.places.recordings / "r1.wav"
    file.write_bytes(b"RIFF")
    book = Book(ready.places.published)
    for number in range(1, MOST_BACK + 4):
        book.add(a_record(number, OLD + timedelta(days=480 * (number > 2))))
    old = {"entered_at": OLD, "ended_at": OLD, "outcome": "answered"}
    async with opened_store(ready) as store:
        await write_all(
            store,
            [
                dataclasses.replace(a_recording(1), node=ready.hotline.node, recorded_at=OLD),
                a_visit(1, caller="13800138000", **old),
                a_visit(2, caller="+8613800138000", **old),
            ],
        )
        told = await purgeable(ready, store, NOON)
        assert file.exists()
        done = await purged(ready, store, NOON)
        left = (await visits(store)).rows
    assert (told.publications, done.publications, book.records()[0].number) == (2, 2, 3)
    assert {one.table: one.rows for one in told.deleted if one.rows} == {"recordings": 1}
    assert {one.table: one.rows for one in done.deleted if one.rows} == {"recordings": 1}
    assert {one.table: one.rows for one in done.masked if one.rows} == {"visits": 2}
    assert len({row.caller for row in left}) == 1, "one caller in two spellings"
    assert not file.exists()


async def test_a_night_without_a_key_is_logged_and_tried_again(
    ready: Ready, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.places.memory_key.write_bytes(b"")
    ready.places.memory_key.chmod(0o600)
    async with opened_store(ready) as store:
        assert not await purged_once(ready, store)
        ready.places.memory_key.unlink()
        assert await purged_once(ready, store)
    said = capsys.readouterr()
    assert "an empty key file" in said.out + said.err
