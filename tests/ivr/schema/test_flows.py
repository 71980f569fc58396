"""The schema of flows and the reader of flows agree, in both directions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from dialplan.diagnostics import has_errors
from ivr.flow.codes import CODES
from ivr.flow.defaults import FlowDefaults
from ivr.flow.load import load_flow
from ivr.flow.verbs import VERBS
from ivr.schema import pages
from ivr.schema.flow import flow_schema
from ivr.schema.outline import step_form
from tests.ivr.flow.surroundings import DEFAULTS, framed
from tests.ivr.flow.surroundings import read as read_flow
from tests.ivr.flow.test_page import EXAMPLES
from tests.ivr.schema.surroundings import almost, complaints, names, read

BAD = Path(__file__).parents[1] / "flow" / "bad"
STRUCTURAL = {"F001", "F002", "F003", "F004", "F006", "F007", "F032"}
"""Codes of what is wrong with the shape of a step, whatever the hotline's names are."""
BARE = replace(names(), defaults=FlowDefaults())
SCHEMA = flow_schema(BARE)
GOOD = [framed(text) for text in EXAMPLES] + [framed(CODES[code].good) for code in CODES if code.startswith("F")]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema(flow_schema(BARE, "main"))


@pytest.mark.parametrize("text", GOOD, ids=range(len(GOOD)))
def test_what_is_right_is_not_underlined(text: str) -> None:
    assert complaints(SCHEMA, read(text)) == []


@pytest.mark.parametrize("none", ["", "null", "~", '""'])
def test_nothing_is_nothing_however_it_is_written(none: str) -> None:
    text = next(text for text in GOOD if 'terminator: "#"' in text).replace('terminator: "#"', f"terminator: {none}")
    assert complaints(SCHEMA, read(text)) == []
    assert not has_errors(read_flow(text)[1])


@pytest.mark.parametrize("code", sorted(STRUCTURAL))
def test_the_bad_example_of_a_structural_code_is_underlined(code: str) -> None:
    assert complaints(SCHEMA, read(framed(CODES[code].bad)))


@pytest.mark.parametrize("path", sorted(BAD.glob("F*.yaml")), ids=lambda path: path.stem)
def test_a_golden_file_with_a_structural_mistake_is_underlined(path: Path) -> None:
    told = set(re.findall(r"\berror ([FY]\d{3})\b", path.with_suffix(".expected").read_text("utf-8")))
    if told & STRUCTURAL:
        assert complaints(SCHEMA, read(path.read_bytes()))


def test_golden_files_show_every_structural_code() -> None:
    told = "".join(path.read_text("utf-8") for path in BAD.glob("F*.expected"))
    assert set(re.findall(r"\berror (F\d{3})\b", told)) >= STRUCTURAL


@pytest.mark.parametrize("verb", VERBS)
def test_every_key_of_a_verb_has_a_form_and_words(verb: str) -> None:
    form = step_form(verb, FlowDefaults())
    assert [key for key, inner in form["properties"].items() if not inner] == [], "read it by a question of Fields"
    assert pages.about_verb(verb)


@settings(max_examples=300)
@given(almost([read(text) for text in GOOD]).filter(lambda flow: flow.get("flow") != "identify"))  # it stands beside
def test_schema_and_reader_agree_on_what_is_almost_right(flow: dict[str, Any]) -> None:
    text = json.dumps(flow, ensure_ascii=False)
    reading = load_flow(
        text.encode(), f"flows/{flow.get('flow')}.yaml" if _is_name(flow.get("flow")) else "flows/x.yaml"
    )
    codes = {each.code for each in reading.diagnostics}
    underlined = complaints(SCHEMA, flow)
    if not underlined:
        assert codes & STRUCTURAL == set(), text
    _, found = read_flow(f"# flows/{reading.name}.yaml\n{text}")
    if not has_errors(found):
        assert underlined == [], text


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(re.fullmatch(r"[a-z][a-z0-9_-]*", name))


def test_what_the_hotline_gives_need_not_be_written() -> None:
    steps = "ask:\n  menu: main-menu\n  keys: {1: end}\n  no_input: {then: end}\n  wrong_input: {then: end}"
    assert complaints(SCHEMA, read(framed(steps)))
    assert complaints(flow_schema(replace(BARE, defaults=DEFAULTS)), read(framed(steps))) == []


def test_a_verb_whose_name_is_a_key_of_another_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.schema.flow.VERBS", {**VERBS, "message": VERBS["play"]})
    monkeypatch.setattr("ivr.flow.verbs.VERBS", {**VERBS, "message": VERBS["play"]})
    steps = "note:\n  voicemail: messages\n  message: leave-word\n  longest: 2min\n  then: end"
    assert complaints(flow_schema(BARE), read(framed(steps))) == []


def test_names_of_this_hotline_are_offered_and_others_underlined() -> None:
    definitions = flow_schema(names(), "main")["definitions"]
    assert "sales" in definitions["queue"]["enum"]
    assert "leave-word" in definitions["message"]["enum"]
    assert "end" in definitions["target"]["anyOf"][0]["enum"]
    assert "call.caller" in definitions["expression"]["anyOf"][0]["enum"]
    assert complaints(SCHEMA, read(framed("wait:\n  play: welcom\n  then: end")))


def test_steps_of_the_file_are_offered_and_a_new_one_is_not_underlined() -> None:
    schema = flow_schema(BARE, "example")
    assert complaints(schema, read(framed("new:\n  play: welcome\n  then: newer\nnewer: {hangup: }"))) == []
