from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from ivr.services.key_files import KeyFileError, keys_in


def test_a_missing_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "seal.key"
    assert keys_in(path, lambda: b"one") == (b"one",)
    assert keys_in(path, lambda: b"two") == (b"one",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [left.name for left in path.parent.iterdir()] == ["seal.key"]


def test_the_newest_key_is_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(b"new\nold\n")
    path.chmod(0o600)
    assert keys_in(path, lambda: b"never") == (b"new", b"old")


def test_a_process_that_comes_second_takes_the_key_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"

    def slower() -> bytes:
        keys_in(path, lambda: b"first")
        return b"second"

    assert keys_in(path, slower) == (b"first",)


def _read(path: str, mine: int) -> bytes:
    return keys_in(Path(path), lambda: b"key of %d" % mine)[0]


def test_processes_that_come_together_share_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        keys = pool.starmap(_read, [(str(tmp_path / "seal.key"), mine) for mine in range(9)])
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [(b"key", 0o644, "chmod 600"), (b"", 0o600, "an empty key file"), (b"\n", 0o600, "empty")],
)
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, content: bytes, mode: int, told: str) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=told) as caught:
        keys_in(path, lambda: b"never")
    assert str(path) in str(caught.value)


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyFileError, match="File exists"):
        keys_in(tmp_path / "file" / "seal.key", lambda: b"never")
