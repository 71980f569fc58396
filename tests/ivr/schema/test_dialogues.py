"""The schema of dialogues and the reader of dialogues agree, and this hotline's names are in it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.rehearsal.codes import CODES
from ivr.rehearsal.reading_acts import WORDS
from ivr.schema import pages
from ivr.schema.dialogues import dialogues_schema
from ivr.schema.files import schemas
from ivr.schema.names import Names as Offered
from tests.ivr.rehearsal.surroundings import SAMPLE, small
from tests.ivr.schema.surroundings import almost, complaints, names, read

PAGE = (Path(__file__).parents[3] / "docs" / "testing-flows.md").read_text("utf-8")
SCHEMA = dialogues_schema(small().names, names(), ["a caller is greeted"])
BETWEEN = {"T008", "T009", "T014", "T015"}
"""Codes of what is wrong between dialogues, which no schema knows; and T019 of a colour or field that is its kind's."""
GOOD = [read(doc.good) for doc in CODES.values()]


@cache
def of_the_sample() -> dict[str, Any]:
    return schemas(load_hotline(SAMPLE, {}))["dialogues.json"]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema(of_the_sample())


@pytest.mark.parametrize("code", CODES)
def test_what_is_right_is_not_underlined(code: str) -> None:
    assert complaints(SCHEMA, read(CODES[code].good)) == []


@pytest.mark.parametrize("code", sorted(set(CODES) - BETWEEN))
def test_the_bad_example_of_a_code_is_underlined(code: str) -> None:
    assert complaints(SCHEMA, read(CODES[code].bad))


def test_no_dialogue_of_the_page_is_underlined() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    flow = next(n for n, block in enumerate(blocks) if block.startswith("# flows/"))
    for block in (*blocks[:flow], *blocks[flow + 2 :]):
        assert complaints(of_the_sample(), read(block)) == []
    assert complaints(SCHEMA, read(blocks[flow + 1])) == []


@settings(max_examples=300)
@given(almost(GOOD))
def test_schema_and_reader_agree_on_what_is_almost_right(dialogues: dict[str, Any]) -> None:
    text = json.dumps(dialogues, ensure_ascii=False)
    _, found = small().read(text)
    codes = {each.code for each in found} - BETWEEN - {"T012", "T019"}  # moments, colours and fields: a pattern's end
    underlined = complaints(SCHEMA, dialogues)
    if not underlined:
        assert codes == set(), text
    if not found:
        assert underlined == [], text


@pytest.mark.parametrize("word", WORDS)
def test_every_act_has_a_form_and_words(word: str) -> None:
    assert word in SCHEMA["definitions"][f"{word} act"]["properties"]
    assert pages.about_act(word)


def test_every_key_of_a_dialogue_has_words() -> None:
    keys = [key for key in SCHEMA["definitions"]["dialogue"]["properties"] if key != "talk"]
    assert [key for key in keys if not pages.about_dialogue(key)] == []


def test_names_of_this_hotline_are_offered_and_others_underlined() -> None:
    definitions = of_the_sample()["definitions"]
    assert "service" in definitions["queue"]["enum"]
    assert "main.main_menu" in definitions["step"]["enum"]
    assert "your-balance" in definitions["message"]["enum"]
    assert "check_pin" in definitions["backend"]["properties"]
    assert set(definitions["remembered"]["properties"]) == set(definitions["step"]["enum"])
    assert not [name for name in definitions["message"]["enum"] if str(name).startswith("=")]
    offered = definitions["dialogue"]["properties"]["like"]["anyOf"][0]["enum"]
    assert "a customer hears the balance in Mandarin" in offered
    assert len(offered) == len(set(load_dialogues(load_hotline(SAMPLE, {})).names))


def test_what_could_not_be_read_may_have_any_name() -> None:
    from ivr.rehearsal.written import Names

    schema = dialogues_schema(Names(), Offered(), [])
    text = (
        "a call:\n  to: 7\n  backend: {x: down}\n  queues: {y: unknown}\n  talk: [{expect: z}, {at: a.b}, {queued: q}]"
    )
    assert complaints(schema, read(text)) == []
