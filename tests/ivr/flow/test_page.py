"""The page for admins is the language: every verb stands on it with an example, and every example is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.flow.known import CALL_FIELDS, QUEUE_FIELDS
from ivr.flow.operations import FUNCTIONS
from ivr.flow.outside_verbs import DIAL_OUTCOMES, QUEUE_OUTCOMES
from ivr.flow.verbs import VERBS
from tests.ivr.flow.surroundings import framed, read

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_an_example_of_the_page_is_right(example: str) -> None:
    reading, found = read(framed(example))
    assert found == [], as_text(found, {reading.source.name: reading.source})


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_heading_and_an_example(verb: str) -> None:
    section = re.search(rf"^### {verb}\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert re.search(rf"^\s*{verb}:( |$)", section[1], re.MULTILINE)


@pytest.mark.parametrize(
    "word",
    [*FUNCTIONS, *(f"call.{name}" for name in CALL_FIELDS), *QUEUE_FIELDS, *QUEUE_OUTCOMES, *DIAL_OUTCOMES],
)
def test_every_word_of_the_language_is_on_the_page(word: str) -> None:
    assert f"`{word}" in PAGE
