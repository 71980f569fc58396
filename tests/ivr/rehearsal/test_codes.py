"""Mistakes in dialogue files: every code has an example that gives it and one that is right, told exactly so."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ivr.rehearsal.codes import CODES
from tests.ivr.rehearsal.surroundings import small

BAD = Path(__file__).parent / "bad"
PAGE = Path(__file__).parents[3] / "docs" / "testing-flows.md"


def files(code: str) -> tuple[str, ...]:
    """The bad example as files: for T009 it takes two."""
    return (CODES[code].bad,) * (2 if code == "T009" else 1)


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_of_a_code_gives_it(code: str) -> None:
    _, found = small().read(*files(code))
    assert {each.code for each in found} == {code}


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_of_a_code_has_no_mistake_at_all(code: str) -> None:
    dialogues, found = small().read(CODES[code].good)
    assert found == (), small().told(CODES[code].good)
    assert dialogues


@pytest.mark.parametrize("code", CODES)
def test_a_bad_dialogue_is_told_exactly_so(code: str) -> None:
    told = small().told(*files(code))
    expected = BAD / f"{code}.expected"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_every_code_is_on_the_page_for_admins() -> None:
    rows = dict(re.findall(r"^\| (T\d{3}) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == {code: doc.title for code, doc in CODES.items()}
