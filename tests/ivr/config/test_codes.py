from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.config.codes import CODES
from ivr.config.load import Loaded, load_hotline
from tests.ivr.flow.surroundings import SMALL

BAD = Path(__file__).parent / "bad"
PAGE = Path(__file__).parents[3] / "docs" / "hotline-yaml.md"
OF_FOLDERS = {"C009", "C011", "C017"}
"""Codes about folders and environments: their examples are words, and they have tests of their own."""
SETTINGS = sorted(set(CODES) - OF_FOLDERS)


def changed(part: str) -> str:
    """The small hotline's settings with these in the place of its own."""
    text = (SMALL / "hotline.yaml").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)
    new = {
        block.partition(":")[0]: block for block in re.split(r"^(?=[a-z])", part + "\n", flags=re.MULTILINE) if block
    }
    kept = [new.pop(block.partition(":")[0], block) for block in blocks]
    return "".join([*kept, *new.values()])


def with_settings(folder: Path, settings: str | bytes) -> Loaded:
    """The small hotline with other settings."""
    shutil.copytree(SMALL, folder / "hotline")
    data = settings if isinstance(settings, bytes) else settings.encode()
    (folder / "hotline" / "hotline.yaml").write_bytes(data)
    return load_hotline(folder / "hotline", {})


@pytest.mark.parametrize("code", SETTINGS)
def test_the_bad_example_of_a_code_gives_it(code: str, tmp_path: Path) -> None:
    loaded = with_settings(tmp_path, changed(CODES[code].bad))
    assert code in {each.code for each in loaded.diagnostics}


@pytest.mark.parametrize("code", SETTINGS)
def test_the_good_example_of_a_code_has_no_mistake_at_all(code: str, tmp_path: Path) -> None:
    loaded = with_settings(tmp_path, changed(CODES[code].good))
    assert loaded.diagnostics == (), as_text(loaded.diagnostics, loaded.sources)


@pytest.mark.parametrize("code", SETTINGS)
def test_a_bad_setting_is_told_exactly_so(code: str, tmp_path: Path) -> None:
    loaded = with_settings(tmp_path, changed(CODES[code].bad))
    told = as_text(loaded.diagnostics, loaded.sources)
    expected = BAD / f"{code}.expected"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_every_code_is_on_the_page_for_admins() -> None:
    rows = dict(re.findall(r"^\| (C\d{3}) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == {code: doc.title for code, doc in CODES.items()}
