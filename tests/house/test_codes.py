"""Every code of a diagnostic is said somewhere, documented with a bad and a good example, and seen by a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialplan.codes import CODES as DIALPLAN
from dialplan.diagnostics import merge_codes
from ivr.alarms.codes import CODES as ALARMS
from ivr.boards.codes import CODES as BOARDS
from ivr.config.codes import CODES as CONFIG
from ivr.flow.codes import CODES as FLOW
from ivr.prompts.codes import CODES as PROMPTS
from ivr.rehearsal.codes import CODES as REHEARSAL
from ivr.reports.codes import CODES as REPORTS
from ivr.services.mail_codes import CODES as MAIL
from ivr.shifts.codes import CODES as SHIFTS

ROOT = Path(__file__).parents[2]
ALL = merge_codes(CONFIG, FLOW, PROMPTS, DIALPLAN, REHEARSAL, REPORTS, BOARDS, SHIFTS, MAIL, ALARMS)
SAID = re.compile(r'"([ABCDFMPRSTY]\d{3})"')
MODULES = [path for package in ("ivr", "dialplan") for path in (ROOT / package).rglob("*.py")]


def test_every_code_that_is_said_is_documented_and_every_documented_one_is_said() -> None:
    said = {
        code for path in MODULES if not path.name.endswith("codes.py") for code in SAID.findall(path.read_text("utf-8"))
    }
    assert said == set(ALL)


@pytest.mark.parametrize("code", ALL)
def test_every_code_has_a_bad_and_a_good_example_and_words(code: str) -> None:
    doc = ALL[code]
    assert doc.bad.strip()
    assert doc.good.strip()
    assert doc.bad.strip() != doc.good.strip()
    assert doc.explanation.strip().endswith((".", ".)"))
    assert not doc.title.endswith(".")


def test_every_code_is_seen_by_a_test() -> None:
    seen = {
        code
        for ending in ("*.expected", "test_*.py")
        for path in (ROOT / "tests").rglob(ending)
        for code in re.findall(r"\b[ABCDFMPRSTY]\d{3}\b", path.read_text("utf-8"))
    }
    assert set(ALL) - seen == set()
