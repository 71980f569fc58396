from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan import folder as folder_module
from dialplan.folder import MARKER, Text, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FILES = {"a.conf": Text("[a]\n"), "b.conf": Text("[b]\n", secret=True)}


def test_a_file_without_our_marker_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("; mine\n")
    outcome = write_folder(tmp_path, FILES)
    assert [found.code for found in outcome.diagnostics] == ["D006"]
    assert "b.conf" in outcome.diagnostics[0].message
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"b.conf": "; mine\n"}


def test_a_link_is_not_ours_even_if_it_leads_to_a_marked_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(MARKER + "\n")
    (tmp_path / "a.conf").symlink_to(tmp_path / "elsewhere")
    assert write_folder(tmp_path, FILES).refused
    assert (tmp_path / "elsewhere").read_text() == MARKER + "\n"


def test_our_files_that_nobody_needs_are_removed_and_others_stay(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "mine.conf").write_text("; mine\n")
    (tmp_path / "notes.txt").write_text(MARKER + "\n")
    outcome = write_folder(tmp_path, {"a.conf": FILES["a.conf"]})
    assert outcome.removed == ("b.conf",)
    assert {path.name for path in tmp_path.iterdir()} == {"a.conf", "mine.conf", "notes.txt"}


def test_a_file_edited_by_hand_below_the_marker_is_put_right(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "a.conf").write_text(MARKER + "\n[a]\nx = 1\n")
    assert write_folder(tmp_path, FILES).written == ("a.conf",)


def test_a_secret_left_open_is_closed(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "b.conf").chmod(0o644)
    assert write_folder(tmp_path, FILES).written == ("b.conf",)
    assert (tmp_path / "b.conf").stat().st_mode & 0o777 == 0o640


def test_a_disk_that_fails_midway_leaves_all_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, FILES)
    stage = folder_module._stage

    def fail_at_second(path: Path, content: bytes, mode: int, group: int) -> None:
        if path.name.startswith("b"):
            raise OSError(28, "No space left on device", str(path))
        stage(path, content, mode, group)

    monkeypatch.setattr(folder_module, "_stage", fail_at_second)
    outcome = write_folder(tmp_path, {"a.conf": Text("[new]\n"), "b.conf": Text("[new]\n")})
    assert [(found.code, found.message) for found in outcome.diagnostics] == [
        ("D007", "cannot write: No space left on device")
    ]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.conf": f"{MARKER}\n[a]\n",
        "b.conf": f"{MARKER}\n[b]\n",
    }


def test_a_folder_that_cannot_be_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = write_folder(tmp_path / "file" / "generated", FILES)
    assert [found.code for found in outcome.diagnostics] == ["D007"]
