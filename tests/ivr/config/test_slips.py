"""Whatever slips of an admin's hand do to a hotline's files, all of them are told and nothing is raised.

`test_bad_files` has what is no file, no YAML or no text; here are files that are almost right.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialplan.report import as_github, as_json, as_text
from dialplan.source import Source
from ivr.config.checked import check_hotline
from ivr.config.dialogues import load_dialogues
from ivr.flow.load import load_flow
from ivr.prompts.catalogue import load_catalogue
from ivr.schema.files import schemas
from tests.ivr.config.slips import slipped
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.rehearsal.surroundings import small

if TYPE_CHECKING:
    from collections.abc import Iterable

TALK = """\
a caller is told the balance:
  from: "13800138000"
  clock: "2026-11-20 10:00"
  backend: {customer: {account: "755001234", tier: gold}, balance: {amount: "12.50 CNY", as_of: "2026-11-20 09:58"}}
  talk:
    - expect: [welcome, main-menu]
    - press: 1
    - kept: nothing
who waits:
  like: a caller is told the balance
  queues: {sales: {waiting: 3, free: 0, longest_wait: 2min}}
  talk: [{until: main-menu}, {press: 0}, {queued: sales, priority: 0}, {wait: 10min}, hang up]
  ends: hung up
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "tests").mkdir()
    (copy / "tests" / "talks.yaml").write_text(TALK, "utf-8")
    return copy


def told(folder: Path) -> str:
    """Everything there is to say about a folder, in every form."""
    loaded = check_hotline(folder, {})
    tests = load_dialogues(loaded)
    found = (*loaded.diagnostics, *tests.diagnostics)
    as_json(found)
    as_github(found)
    schemas(loaded, tests)
    return as_text(found, {**loaded.sources, **tests.sources})


def files(folder: Path) -> Iterable[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))


def test_the_hotline_is_right_before_any_slip(folder: Path) -> None:
    assert told(folder) == "0 errors, 0 warnings\n"


@pytest.mark.parametrize("name", [*files(SMALL), "tests/talks.yaml"])
def test_no_slip_makes_a_check_raise(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    silent = 0
    for seed in range(12):
        (folder / name).write_bytes(slipped(whole, random.Random(f"{name}/{seed}")))
        silent += told(folder) == "0 errors, 0 warnings\n"
    assert silent < 12, "slips are seen"


@pytest.mark.parametrize("name", ["flows/identify.yaml", "flows/main.yaml"])
def test_a_flow_that_is_cut_anywhere_is_read(name: str) -> None:
    whole = (SMALL / name).read_bytes()
    readings = [load_flow(whole[:at], name) for at in range(len(whole))]
    assert not readings[0].step_names
    assert max(len(each.step_names) for each in readings) > 2


def test_prompts_that_are_cut_anywhere_are_read() -> None:
    whole = (SMALL / "prompts" / "zh-CN.yaml").read_text("utf-8")
    read = [load_catalogue({"zh-CN": Source("prompts/zh-CN.yaml", whole[:at])})[0] for at in range(len(whole))]
    assert max(len(each.names) for each in read) > 5


def test_dialogues_that_are_cut_anywhere_are_read() -> None:
    read = [small().read(TALK[:at])[0] for at in range(len(TALK))]
    assert max(map(len, read)) == 2


def test_settings_that_are_cut_at_any_line_are_read(folder: Path) -> None:
    lines = (folder / "hotline.yaml").read_text("utf-8").splitlines(keepends=True)
    for at in range(0, len(lines), 3):
        (folder / "hotline.yaml").write_text("".join(lines[:at]), "utf-8")
        assert " error " in told(folder), at
