"""A mistake anywhere in a hotline hides no mistake in its dialogues: names of what could be read are held to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from tests.ivr.flow.surroundings import SMALL

MISSPELT = """\
a caller who is misunderstood:
  to: "10011"
  remembered: {main.meun: 1}
  backend: {balanse: down}
  queues: {slaes: {waiting: 1}}
  talk:
    - expect: welcom
      language: zh-CM
    - at: main.meun
    - at: mian.menu
    - queued: slaes
    - kept: {ticket: {kind: falt}}
"""
TOLD = ("T013  unknown number '10011'", "T007  unknown step 'main.meun'", "T007  unknown step 'mian.menu'",
        "T006  unknown lookup 'balanse'", "T005  unknown queue 'slaes'", "T004  unknown message 'welcom'",
        "T017  unknown language 'zh-CM'", "T019  unknown kind of ticket 'falt'")  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "tests").mkdir(exist_ok=True)
    (copy / "tests" / "greeting.yaml").write_text(MISSPELT, "utf-8")
    return copy


def said(folder: Path) -> str:
    loaded = load_hotline(folder, {})
    return as_text(load_dialogues(loaded).diagnostics, {}) + as_text(loaded.diagnostics, {})


def put(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_in_a_sound_hotline_every_name_is_held_to(folder: Path) -> None:
    assert [each for each in TOLD if each not in said(folder)] == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("flows/main.yaml", "menu: main-menu", "menu: mian-menu"),
        ("flows/main.yaml", "play: welcome", "palyy: welcome"),
        ("prompts/en.yaml", "welcome: ", 'welcome: "{" #'),
        ("hotline.yaml", "hotline: ", "holtine: "),
        ("hotline.yaml", "ami: ", "ami: {} #"),
    ],
)
def test_a_mistake_elsewhere_hides_none_in_a_dialogue(folder: Path, name: str, old: str, new: str) -> None:
    put(folder, name, old, new)
    found = said(folder)
    assert not load_hotline(folder, {}).is_sound
    assert [each for each in TOLD if each not in found] == []


def test_of_a_flow_that_cannot_be_read_no_step_is_said_to_be_missing(folder: Path) -> None:
    (folder / "flows" / "main.yaml").write_text("flow: main\nsteps: {", "utf-8")
    found = said(folder)
    assert "'main.meun'" not in found
    assert "T007  unknown step 'mian.menu'" in found


def test_of_a_flow_with_a_part_given_twice_no_step_is_said_to_be_missing(folder: Path) -> None:
    with (folder / "flows" / "main.yaml").open("a", encoding="utf-8") as file:
        file.write("steps: {meun: {hangup: }}\n")
    assert "'main.meun'" not in said(folder)


@pytest.mark.parametrize(
    ("table", "silent"),
    [
        ("queues", ("'slaes'",)),
        ("numbers", ("'10011'",)),
        ("lookups", ("'balanse'",)),
        ("tickets", ("'falt'",)),
        ("languages", ("'zh-CM'",)),
    ],
)
def test_of_names_that_cannot_be_read_none_is_said_to_be_missing(
    folder: Path, table: str, silent: tuple[str, ...]
) -> None:
    text = (folder / "hotline.yaml").read_text("utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(text) if line.startswith(f"{table}:"))
    stop = next((n for n in range(start + 1, len(text)) if text[n][:1].isalpha()), len(text))
    (folder / "hotline.yaml").write_text("".join([*text[:start], f"{table}: 7\n", *text[stop:]]), "utf-8")
    found = said(folder)
    assert f"hotline.yaml:{start + 1}" in found
    assert [name for name in silent if name in found] == []


def test_an_answer_of_a_lookup_with_a_mistake_is_not_blamed(folder: Path) -> None:
    put(folder, "hotline.yaml", "as_of: as_of", "as_off: as_of")
    (folder / "tests" / "greeting.yaml").write_text(
        "a balance:\n  backend: {balance: {anything: 1}}\n  talk: [{expect: welcome}]\n", "utf-8"
    )
    assert "T010" not in said(folder)
    assert "T006" not in said(folder)
