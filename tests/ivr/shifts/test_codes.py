"""Mistakes in plans: every code has an example that gives it and one that is right, told exactly so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr.shifts.codes import CODES
from ivr.shifts.reading import overlaps
from tests.ivr.shifts.surroundings import read, told

BAD = Path(__file__).parent / "bad"
ZONE_OF = {"S005": "Europe/Berlin"}


def zone_of(code: str) -> str:
    return ZONE_OF.get(code, "Asia/Shanghai")


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_bad_example_of_a_code_gives_it_and_no_other(code: str) -> None:
    reading = read(CODES[code].bad, zone_of(code))
    assert {each.code for each in (*reading.diagnostics, *overlaps(reading.rows))} == {code}


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_good_example_of_a_code_has_no_mistake_at_all(code: str) -> None:
    reading = read(CODES[code].good, zone_of(code))
    assert (*reading.diagnostics, *overlaps(reading.rows)) == ()
    assert reading.rows


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_bad_plan_is_told_exactly_so(code: str) -> None:
    expected = BAD / f"{code}.expected"
    shown = told(CODES[code].bad, zone_of(code))
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")
