from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.codes import CODES
from dialplan.conf import ConfFile

READER_CODES = ("D101", "D102", "D103", "D104", "D106", "D107")


def test_every_code_said_is_documented() -> None:
    import re

    folder = Path(__file__).parents[2] / "dialplan"
    said = {code for path in folder.glob("*.py") for code in re.findall(r'"(D\d{3})"', path.read_text("utf-8"))}
    assert said == set(CODES)


@pytest.mark.parametrize("code", READER_CODES)
def test_the_examples_of_the_reader_s_codes_are_tried(code: str) -> None:
    bad = ConfFile("example.conf", text=CODES[code].bad + "\n")
    good = ConfFile("example.conf", text=CODES[code].good + "\n")
    assert [found.code for found in bad.diagnostics] == [code]
    assert good.diagnostics == []
