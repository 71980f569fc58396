"""Mistakes on boards: every code has an example that gives it and one that is right, told exactly so."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ivr.boards.codes import CODES
from tests.ivr.boards.surroundings import read, told

BAD = Path(__file__).parent / "bad"
PAGE = (Path(__file__).parents[3] / "docs" / "boards.md").read_text("utf-8")
OF_FILES = {"B009"}
"""Codes about the file itself: their examples are words."""
IN_FILES = sorted(set(CODES) - OF_FILES)


@pytest.mark.parametrize("code", IN_FILES)
def test_the_bad_example_of_a_code_gives_it_and_no_other(code: str) -> None:
    reading = read(CODES[code].bad)
    assert {each.code for each in reading.diagnostics} == {code}
    assert reading.board is None


@pytest.mark.parametrize("code", IN_FILES)
def test_the_good_example_of_a_code_has_no_mistake_at_all(code: str) -> None:
    assert read(CODES[code].good).diagnostics == (), told(CODES[code].good)
    assert read(CODES[code].good).board is not None


@pytest.mark.parametrize("code", IN_FILES)
def test_a_bad_board_is_told_exactly_so(code: str) -> None:
    expected = BAD / f"{code}.expected"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(told(CODES[code].bad), encoding="utf-8")
    assert told(CODES[code].bad) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["the floor", "-x", "大厅", "x" * 41])
def test_a_name_that_is_no_address_is_refused(name: str) -> None:
    assert [each.code for each in read("title: Floor\ntiles: [waiting]", name).diagnostics] == ["B009"]


def test_every_code_is_on_the_page_for_admins() -> None:
    rows = dict(re.findall(r"^\| (B\d{3}) \| (.+?) \|$", PAGE, re.MULTILINE))
    assert rows == {code: doc.title for code, doc in CODES.items()}
