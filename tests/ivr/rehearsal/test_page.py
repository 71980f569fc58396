"""The page for admins is the truth: every dialogue on it passes, and every word of the language stands on it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.cli.rehearsal_text import Colors, failure_lines
from ivr.flow.load import load_flow
from ivr.flow.model import FlowSet
from ivr.rehearsal.masking import masked
from ivr.rehearsal.player import play
from ivr.rehearsal.reading import read_dialogues
from ivr.rehearsal.reading_acts import WORDS
from ivr.rehearsal.reading_answers import MOODS
from ivr.rehearsal.resolving import resolve
from ivr.rehearsal.trial import COMMANDS
from tests.ivr.rehearsal.surroundings import Stage, sample, small

PAGE = (Path(__file__).parents[3] / "docs" / "testing-flows.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def all_pass(stage: Stage, blocks: list[str]) -> int:
    files = {f"block {n}": block.encode() for n, block in enumerate(blocks, start=1)}
    reading = read_dialogues(files, stage.names)
    dialogues, between = resolve(reading, stage.names)
    problems = (*reading.diagnostics, *between)
    assert problems == (), as_text(problems, reading.sources)
    for dialogue in dialogues:
        assert play(stage.house, dialogue).failure is None, dialogue.name
    return len(dialogues)


def test_every_dialogue_of_the_page_passes() -> None:
    flow = next(n for n, block in enumerate(BLOCKS) if block.startswith("# flows/"))
    stage, _ = sample()
    assert all_pass(stage, [*BLOCKS[:flow], *BLOCKS[flow + 2 :]]) > 15


def test_the_failure_on_the_page_is_told_exactly_so() -> None:
    block = BLOCKS[0].replace("verified: true", "verified: false")
    reading = read_dialogues({"tests/balance.yaml": block.encode()}, sample()[0].names)
    dialogues, _ = resolve(reading, sample()[0].names)
    sources = {name: replace(source, text=masked(source.text)) for name, source in reading.sources.items()}
    lines = failure_lines(play(sample()[0].house, dialogues[0]), sources, Colors())
    assert "\n".join(lines) in PAGE


def test_the_dialogues_of_the_flow_on_the_page_pass() -> None:
    at = next(n for n, block in enumerate(BLOCKS) if block.startswith("# flows/"))
    read = load_flow(BLOCKS[at].encode(), "flows/duty.yaml")
    assert read.flow is not None
    assert read.diagnostics == ()
    beside = small()
    flows = FlowSet("0123456789ab", {"duty": read.flow}, beside.house.flows.languages)
    house = replace(beside.house, flows=flows, numbers={"10010": "duty"})
    assert all_pass(Stage(house, beside.names), [BLOCKS[at + 1]]) == 3


@pytest.mark.parametrize("word", [*WORDS, *MOODS, *COMMANDS])
def test_every_word_is_on_the_page(word: str) -> None:
    assert re.search(rf"`{re.escape(word)}[ :`,]", PAGE), word


@pytest.mark.parametrize(
    "key",
    [
        "from",
        "from_name",
        "to",
        "clock",
        "backend",
        "remembered",
        "queues",
        "scripts",
        "never",
        "ends",
        "like",
        "follows",
    ],
)
def test_every_key_of_a_dialogue_is_on_the_page(key: str) -> None:
    assert f"\n| `{key}` |" in PAGE


def test_the_dialogue_of_the_readme_can_be_read() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    block = next(each for each in blocks if each.startswith("# tests/"))
    dialogues, problems = sample()[0].read(block)
    assert (len(dialogues), problems) == (1, ())
