"""Mistakes in alarms.yaml: every code has an example that gives it and one that is right, told exactly so."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ivr.alarms.codes import CODES
from tests.ivr.alarms.surroundings import read, told

BAD = Path(__file__).parent / "bad"
PAGE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text("utf-8")
WARNINGS = {"A009"}
"""What stops nothing."""


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_of_a_code_gives_it_and_no_other(code: str) -> None:
    reading = read(CODES[code].bad)
    assert {each.code for each in reading.diagnostics} == {code}
    assert (reading.alarms is None) == (code not in WARNINGS)


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_of_a_code_has_no_mistake_at_all(code: str) -> None:
    assert read(CODES[code].good).diagnostics == (), told(CODES[code].good)
    assert read(CODES[code].good).alarms is not None


@pytest.mark.parametrize("code", CODES)
def test_a_bad_file_is_told_exactly_so(code: str) -> None:
    expected = BAD / f"{code}.expected"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(told(CODES[code].bad), encoding="utf-8")
    assert told(CODES[code].bad) == expected.read_text(encoding="utf-8")


def test_a_secret_that_was_written_down_is_told_by_its_place_and_never_shown() -> None:
    text = "senders:\n  ops: {webhook: 'https://me:hunter2@ops.example/', secret: hunter2}"
    assert "hunter2" not in told(text)
    assert {each.code for each in read(text).diagnostics} == {"A010"}


def test_every_code_is_on_the_page_for_admins() -> None:
    rows = dict(re.findall(r"^\| (A\d{3}) \| (.+?) \|$", PAGE, re.MULTILINE))
    assert rows == {code: doc.title for code, doc in CODES.items()}
