from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.flow.codes import CODES
from ivr.flow.yaml_reader import read_yaml
from tests.ivr.flow.surroundings import framed, read

BAD = Path(__file__).parent / "bad"
PAGE = Path(__file__).parents[3] / "docs" / "flows.md"
UNPRINTABLE = {"Y001", "Y002", "Y003"}
"""Codes about bytes: their examples are words about a file. Y001 needs a million bytes and has a test of its own."""
FLOW_CODES = [code for code in CODES if code.startswith("F")]
YAML_CODES = [code for code in CODES if code.startswith("Y") and code not in UNPRINTABLE]


@pytest.mark.parametrize("code", FLOW_CODES)
def test_the_bad_example_of_a_flow_code_gives_it(code: str) -> None:
    _, found = read(framed(CODES[code].bad))
    assert code in {each.code for each in found}


@pytest.mark.parametrize("code", FLOW_CODES)
def test_the_good_example_of_a_flow_code_has_no_mistake_at_all(code: str) -> None:
    reading, found = read(framed(CODES[code].good))
    assert found == [], as_text(found, {reading.source.name: reading.source})


@pytest.mark.parametrize("code", YAML_CODES)
def test_the_examples_of_a_yaml_code_are_bad_and_good(code: str) -> None:
    doc = CODES[code]
    assert [each.code for each in read_yaml(doc.bad.encode(), "bad.yaml").diagnostics] == [code]
    assert read_yaml(doc.good.encode(), "good.yaml").diagnostics == ()


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_is_told_exactly_so(path: Path) -> None:
    data = path.read_bytes()
    if path.stem.startswith("Y"):
        document = read_yaml(data, path.name)
        told = as_text(document.diagnostics, {path.name: document.source})
    else:
        reading, found = read(data)
        told = as_text(found, {reading.source.name: reading.source})
    expected = path.with_suffix(".expected")
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_every_code_is_in_a_golden_file() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in BAD.glob("*.expected"))
    assert set(re.findall(r"\b(?:error|warning) ([FY]\d{3})\b", told)) == set(CODES) - {"Y001"}


def test_every_code_is_on_the_page_for_admins() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([FY]\d{3}) \| (.+?) \|$", page, re.MULTILINE))
    assert rows == {code: doc.title for code, doc in CODES.items()}
