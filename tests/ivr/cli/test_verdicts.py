"""A check of what has not changed is answered from memory, and nothing that decides a verdict is forgotten."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.cli import checking, schemas, verdicts
from ivr.cli.entry import FORMS, SCHEMAS, answered
from ivr.cli.verdicts import Verdict, cache_folder, fingerprint, verdict_for
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "scripts").mkdir(exist_ok=True)
    (copy / "scripts" / "greet.py").write_text("print()\n", "utf-8")
    (copy / "prompts" / "en").mkdir()
    recording(copy / "prompts" / "en" / "welcome.wav", 8000)
    return copy


def recording(path: Path, frames: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * frames)


def kept() -> list[Path]:
    return sorted(path for path in cache_folder().glob("*") if not path.name.startswith("."))


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str = "text", *, cache: bool = True
) -> tuple[int, str]:
    code = checking.check(folder, form, cache=cache)
    return code, capsys.readouterr().out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("broken", [False, True])
def test_a_second_check_says_the_same_to_the_byte(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str, *, broken: bool
) -> None:
    if broken:
        with (folder / "flows" / "main.yaml").open("a", encoding="utf-8") as file:
            file.write("  left_over: {play: welcom, then: nowhere}\n")
    anew = checked(folder, capsys, form, cache=False)
    assert kept() == []
    assert checked(folder, capsys, form) == anew
    assert len(kept()) == 1
    assert checked(folder, capsys, form) == anew
    assert answered(["check", str(folder), "--format", form]) == anew[0] == int(broken)
    assert capsys.readouterr().out == anew[1]


def test_a_second_check_checks_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(folder, capsys)

    def refuse(_: Path) -> Verdict:
        raise AssertionError("checked again")

    monkeypatch.setattr(checking, "judged", refuse)
    assert checked(folder, capsys)[0] == 0
    with pytest.raises(AssertionError, match="checked again"):
        checked(folder, capsys, cache=False)


def add(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def replaced_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def replaced_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


CHANGES: dict[str, Callable[[Path], None]] = {
    "settings": lambda folder: add(folder / "hotline.yaml", "region: CN\n"),
    "a flow": lambda folder: add(folder / "flows" / "main.yaml", "# more\n"),
    "a new flow": lambda folder: add(folder / "flows" / "new.yaml", "flow: new\n"),
    "a flow that is gone": lambda folder: (folder / "flows" / "identify.yaml").unlink(),
    "a prompt": lambda folder: add(folder / "prompts" / "en.yaml", "more: More.\n"),
    "a recording": lambda folder: recording(folder / "prompts" / "en" / "welcome.wav", 8001),
    "a new recording": lambda folder: recording(folder / "prompts" / "en" / "goodbye.wav", 8000),
    "a script": lambda folder: add(folder / "scripts" / "greet.py", "print(\n"),
    "a dialogue": lambda folder: add(folder / "tests" / "a.yaml", "a: {}\n"),
    "a name beside": lambda folder: add(folder / "hotline.yml", ""),
    "a file that becomes a link": lambda folder: replaced_by_link(folder / "flows" / "main.yaml"),
    "a file that becomes a pipe": lambda folder: replaced_by_pipe(folder / "scripts" / "greet.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_decides_a_verdict_is_looked_at(folder: Path, change: str) -> None:
    before = fingerprint(folder, {})
    CHANGES[change](folder)
    assert fingerprint(folder, {}) != before


def test_so_are_variables_that_set_or_hide_something(folder: Path) -> None:
    before = fingerprint(folder, {"PATH": "/bin"})
    assert fingerprint(folder, {"PATH": "/usr/bin"}) == before
    assert fingerprint(folder, {"HOTLINE_NODE": "other"}) != before
    assert fingerprint(folder, {"HOTLINE_AMI_SECRET": "other"}) != before


def test_so_are_the_variables_that_hold_an_address(folder: Path) -> None:
    settings = folder / "hotline.yaml"
    written = settings.read_text("utf-8")
    settings.write_text(f"{written}database_url: {{env: CALLS_DB}}\n", "utf-8")
    before = fingerprint(folder, {})
    assert fingerprint(folder, {"CALLS_DB": "sqlite:///calls.db"}) != before
    assert fingerprint(folder, {"CALLS": "sqlite:///calls.db"}) == before
    settings.write_text(f'{written}database_url: {{env: "CALLS\\x5fDB"}}\n', "utf-8")
    assert fingerprint(folder, {"CALLS_DB": "sqlite:///calls.db"}) != fingerprint(folder, {})


def test_so_are_this_program_python_and_its_libraries(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(folder, {})
    with monkeypatch.context() as patch:
        patch.setattr("sys.version", "3.99.0")
        assert fingerprint(folder, {}) != before
    with monkeypatch.context() as patch:
        (tmp_path / "site-packages" / "pydantic-99.dist-info").mkdir(parents=True)
        patch.setattr("sys.path", [*sys.path, str(tmp_path / "site-packages")])
        assert fingerprint(folder, {}) != before
    with monkeypatch.context() as patch:
        (tmp_path / "program" / "ivr").mkdir(parents=True)
        patch.setattr(verdicts, "_ROOT", tmp_path / "program")
        other = fingerprint(folder, {})
        (tmp_path / "program" / "ivr" / "new.py").write_text("", "utf-8")
        assert len({before, other, fingerprint(folder, {})}) == 3


@pytest.mark.parametrize(
    "foreign", ["", "{}", "x" * 200, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")]
)
def test_a_damaged_or_foreign_verdict_is_made_anew(
    folder: Path, capsys: pytest.CaptureFixture[str], foreign: str
) -> None:
    said = checked(folder, capsys)
    (path,) = kept()
    whole = path.read_bytes()
    path.write_text(foreign, "utf-8")
    assert checked(folder, capsys) == said
    assert path.read_bytes() == whole


def test_a_verdict_of_another_folder_is_not_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(folder, capsys)
    (path,) = kept()
    (folder / "flows" / "main.yaml").write_text("flow: [", "utf-8")
    assert checked(folder, capsys)[0] == 1
    (other,) = set(kept()) - {path}
    shutil.copyfile(path, other)
    assert checked(folder, capsys)[0] == 1


def test_what_changes_while_it_is_checked_is_not_kept(folder: Path) -> None:
    def make() -> Verdict:
        add(folder / "flows" / "main.yaml", "# changed\n")
        return Verdict("", "", "", "", errors=False)

    verdict_for(folder, make, schemas=folder / SCHEMAS, environ={})
    assert kept() == []


def test_a_cache_that_cannot_be_written_is_done_without(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = checked(folder, capsys, cache=False)
    (folder / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    assert checked(folder, capsys) == said


def test_only_this_user_reads_it_and_only_the_youngest_stay(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "MOST_KEPT", 2)
    for number in range(4):
        (folder / f"note{number}").write_text("", "utf-8")
        checked(folder, capsys)
    assert len(kept()) == 2
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700


def test_a_verdict_does_not_keep_editors_in_the_past(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas.schema(folder, None, None, headers=False)
    checked(folder, capsys)
    prompts = folder / "prompts" / "en.yaml"
    before = prompts.read_bytes()
    prompts.write_bytes(before + b"more: More.\n")
    checked(folder, capsys)
    assert "more" in (folder / SCHEMAS / "flows" / "main.json").read_text("utf-8")
    prompts.write_bytes(before)
    checked(folder, capsys)
    assert '"more"' not in (folder / SCHEMAS / "flows" / "main.json").read_text("utf-8")


@pytest.mark.parametrize("words", [["check"], ["check", "--help"], ["check", "x", "--no-cache"], ["render", "x"], []])
def test_all_other_words_are_for_the_whole_program(words: list[str]) -> None:
    assert answered(words) is None
