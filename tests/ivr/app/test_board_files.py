"""The boards of a running hotline: mistakes are told and end nothing, and what was right before stays."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from watchfiles import Change

from ivr.app import board_files
from ivr.config.load import load_hotline
from tests.ivr.flow.surroundings import SMALL
from tests.wallboard.floor import settings
from wallboard.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.boards import Board


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "hotline"))
    (copy / "boards").mkdir()
    write(copy, "floor", "title: Floor\ntiles: [waiting]\n")
    write(copy, "other", "title: Other\ntiles: [agents]\n")
    return copy


def write(folder: Path, name: str, text: str) -> None:
    (folder / "boards" / f"{name}.yaml").write_text(text, "utf-8")


def boards(folder: Path, before: Mapping[str, Board] | None = None) -> dict[str, Board]:
    return board_files.boards_of(load_hotline(folder, {}), before)


def test_a_board_with_a_mistake_is_left_out_at_start_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "floor", "title: Floor\ntiles: [wating]\n")
    assert list(boards(folder)) == ["other"]
    assert "boards/floor.yaml:2:9 error B005" in capsys.readouterr().err


def test_a_board_with_a_mistake_stays_as_it_was_and_one_that_is_gone_is_gone(folder: Path) -> None:
    before = boards(folder)
    write(folder, "floor", "title: Floor\ntiles: [wating]\n")
    (folder / "boards" / "other.yaml").unlink()
    assert boards(folder, before) == {"floor": before["floor"]}


def test_a_board_whose_file_cannot_be_read_for_a_moment_stays_as_it_was(folder: Path) -> None:
    before = boards(folder)
    (folder / "boards" / "floor.yaml").unlink()
    (folder / "boards" / "floor.yaml").mkdir()
    assert boards(folder, before) == before


def test_a_folder_of_boards_that_comes_or_goes_whole_is_a_change(folder: Path) -> None:
    matters = board_files.changes_of(folder)
    told = {
        name: matters(Change.modified, str(folder.resolve() / name))
        for name in ("boards", "boards/floor.yaml", "hotline.yaml", "boards/floor.txt", "flows/boards", "boards.yaml")
    }
    assert [name for name, counts in told.items() if counts] == ["boards", "boards/floor.yaml", "hotline.yaml"]


async def test_a_saved_board_is_shown_while_it_runs(folder: Path) -> None:
    hub, stop = Hub(settings(Path("/nowhere"))), asyncio.Event()
    hub.show(boards(folder), board_files.now())
    following = asyncio.create_task(board_files.follow(folder, hub, stop))
    async with asyncio.timeout(60):
        number = 0
        while hub.boards["floor"].title.get("en") != "Saved":
            number += 1  # the watch may not have begun with the first
            write(folder, "floor", f"title: Saved\ntiles: [waiting]\n# {number}\n")
            await asyncio.sleep(0.2)
    stop.set()
    await following
