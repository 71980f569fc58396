"""The schema of boards: it accepts what the check accepts, and underlines what it refuses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ivr.boards.codes import CODES
from ivr.config.load import load_hotline
from ivr.flow.yaml_reader import plain, read_yaml
from ivr.schema.files import schemas
from tests.ivr.flow.surroundings import SMALL

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
BETWEEN_VALUES = {"B006", "B007", "B011", "B013"}
"""Codes about several values at once, or a figure's unit: no schema can know them all."""


@cache
def validator(folder: Path) -> Draft7Validator:
    schema = schemas(load_hotline(folder, {}))["board.json"]
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def complaints(folder: Path, text: str) -> list[str]:
    root = read_yaml(text.encode(), "x").root
    value: Any = plain(root) if root is not None else None
    return [error.message for error in validator(folder).iter_errors(value)]


@pytest.mark.parametrize("code", sorted(set(CODES) - {"B009"}))
def test_a_good_example_is_accepted_and_a_bad_one_is_underlined(code: str) -> None:
    assert complaints(SMALL, CODES[code].good) == []
    assert (complaints(SMALL, CODES[code].bad) == []) == (code in BETWEEN_VALUES)


@pytest.mark.parametrize("name", ["floor", "vip"])
def test_the_samples_boards_are_accepted(name: str) -> None:
    assert complaints(SAMPLE, (SAMPLE / "boards" / f"{name}.yaml").read_text("utf-8")) == []


def test_queues_agents_and_figures_are_offered_with_their_words() -> None:
    definitions = validator(SMALL).schema["definitions"]  # type: ignore[index]  # a schema that is a mapping
    assert definitions["seat"]["anyOf"][0]["enumDescriptions"][0] == "陈美玲"
    assert "sales" in definitions["queues"]["anyOf"][1]["items"]["enum"]
    show = definitions["show"]
    assert "per cent" in show["enumDescriptions"][show["enum"].index("service_level")]
    assert all(show["enumDescriptions"])
