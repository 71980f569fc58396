from __future__ import annotations

from pathlib import Path

import pytest

from ivr.prompts import CannotSay, Speech
from ivr.prompts.compose import everything_said
from ivr.prompts.made import Made
from ivr.prompts.sounds import FORMATS, fragment_name
from tests.ivr.prompts.hotline import catalogue, one


def test_files_are_absolute_paths_without_ending_in_the_languages_folder(tmp_path: Path) -> None:
    files = Speech(catalogue(), tmp_path).files("choose-language", {}, "en")
    assert [Path(file).parent for file in files] == [tmp_path / "zh-CN", tmp_path / "yue-HK", tmp_path / "en"]
    assert all(Path(file).suffix == "" and Path(file).name.isalnum() for file in files)


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Speech(one("a: Hello"), Path("sounds")).files("a", {}, "en")[0].startswith(str(tmp_path / "sounds" / "en"))


def test_words_are_the_sentence_in_writing(tmp_path: Path) -> None:
    assert Speech(catalogue(), tmp_path).words("queue-position", {"ahead": 2}, "zh-CN") == "您前面还有两位客户。"


def test_what_cannot_be_said_reaches_the_runner_by_name(tmp_path: Path) -> None:
    with pytest.raises(CannotSay):
        Speech(catalogue(), tmp_path).files("no-such", {}, "en")


def test_missing_files_are_all_of_an_unbuilt_hotline_and_shrink_as_they_come(tmp_path: Path) -> None:
    loaded = one("a: Hello\nb: Good {n, digits}")
    speech = Speech(loaded, tmp_path)
    fragments = everything_said(loaded)
    assert len(speech.missing_files()) == len(fragments) * len(FORMATS)
    (tmp_path / "en").mkdir()
    for fragment in fragments:
        for ending in FORMATS:
            (tmp_path / "en" / f"{fragment.id}{ending}").write_bytes(b"x")
    assert speech.missing_files() == ()
    gone = tmp_path / "en" / f"{fragments[0].id}.alaw"
    gone.unlink()
    assert speech.missing_files() == (str(gone),)


def test_two_versions_say_the_same_words_with_their_own_sounds(tmp_path: Path) -> None:
    loaded = one("a: Hello")
    (said,) = everything_said(loaded)
    old, new = (
        Speech(loaded, tmp_path, {fragment_name(said): Made("key", 200, "voice", file)}) for file in ("old", "new")
    )
    assert old.files("a", {}, "en") == (str(tmp_path / "en" / "old"),)
    assert new.files("a", {}, "en") == (str(tmp_path / "en" / "new"),)
