"""The schema of `hotline.yaml` and the reader of it agree."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator
from pydantic import ValidationError

from ivr.config.codes import CODES
from ivr.config.model import Hotline
from ivr.schema import pages
from ivr.schema.settings import settings_schema
from tests.ivr.config.test_codes import changed
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.schema.surroundings import almost, complaints, names, read

SCHEMA = settings_schema(names())
SETTINGS = read((SMALL / "hotline.yaml").read_bytes())
PAGE = (Path(__file__).parents[3] / "docs" / "hotline-yaml.md").read_text("utf-8")
STRUCTURAL = ("C001", "C002", "C003", "C006", "C010")
NAMES_ELSEWHERE = re.compile(r"^\$\.(numbers|rescue|defaults)\b.*(is not one of|is not valid under any)")
"""Names of flows and messages the hotline does not have: the reader of settings alone does not know them."""


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_small_hotline_is_not_underlined() -> None:
    assert complaints(SCHEMA, SETTINGS) == []


def test_nor_is_the_example_of_the_page() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert [each for each in complaints(SCHEMA, read(example)) if not NAMES_ELSEWHERE.match(each)] == []


@pytest.mark.parametrize("code", STRUCTURAL)
def test_the_bad_example_of_a_structural_code_is_underlined(code: str) -> None:
    assert complaints(SCHEMA, read(changed(CODES[code].bad)))
    assert complaints(SCHEMA, read(changed(CODES[code].good))) == []


@settings(max_examples=200)
@given(almost([SETTINGS]))
def test_schema_and_reader_agree_on_what_is_almost_right(value: dict[str, Any]) -> None:
    underlined = complaints(SCHEMA, value)
    try:
        Hotline.model_validate(copy.deepcopy(value))
    except ValidationError as error:
        codes = {each["type"] for each in error.errors()}
    else:
        codes = set()
    if not underlined:
        assert (
            codes & {"missing", "extra_forbidden", "int_type", "bool_type", "dict_type", "model_type", "C010"} == set()
        )
    if not codes:
        assert [each for each in underlined if not NAMES_ELSEWHERE.match(each)] == []


def test_durations_have_their_unit_and_their_usual_value() -> None:
    ring = SCHEMA["definitions"]["Queue"]["properties"]["ring"]
    assert (ring["default"], "from 0ms to 2min" in ring["description"]) == ("15s", True)


def test_a_setting_has_the_words_of_the_page() -> None:
    assert pages.about_setting(("queues", "ring")) == "how long one agent's telephone rings (15s)"
    assert pages.about_setting(("voicemail", "longest")).startswith("no recording of a box is longer")
    assert SCHEMA["properties"]["region"]["description"].startswith("country code")


def test_what_is_kept_for_days_is_offered_in_days() -> None:
    kept = SCHEMA["definitions"]["Keep"]["properties"]["evidence"]
    assert kept["examples"] == ["7d", "14d", "90d"]
    assert kept["default"] == "14d"
    due = SCHEMA["definitions"]["TicketKind"]["properties"]["within"]["additionalProperties"]
    assert due["examples"] == ["4h", "1d", "3d"]
