"""What is given twice is one mistake: nothing that stands in the second copy alone is said to be missing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialplan.report import as_text
from ivr.config.checked import check_hotline
from ivr.config.dialogues import load_dialogues
from tests.ivr.flow.surroundings import SMALL

SETTINGS: dict[str, Any] = yaml.safe_load((SMALL / "hotline.yaml").read_text("utf-8"))
FIRST = {
    "languages": "[en]",
    "numbers": '{"99": main}',
    "agents": '{"9": {name: Nobody, secret: {env: NOBODY}}}',
    "queues": "{other: {title: {en: Other}}}",
    "hours": '{other: {open: "Mo-Fr 09:00-18:00"}}',
    "lookups": "{other: {source: billing, get: /x, takes: {}, gives: {account: text}}}",
    "data_sources": "{other: {http: https://other.example}}",
    "voicemail": "{other: {longest: 1min}}",
    "tickets": "{other: {takes: {}, within: {green: 1d}}}",
    "trunks": "{other: {host: 127.0.0.1}}",
    "defaults": "{}",
    "rescue": "{queue: sales, message: rescue}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "tests").mkdir()
    (copy / "tests" / "person.yaml").write_text(
        'a person:\n  to: "10010"\n  backend: {balance: down}\n'
        "  talk: [{expect: main-menu}, {press: 0}, {queued: sales}]\n",
        "utf-8",
    )
    return copy


def said(folder: Path) -> list[tuple[str, str]]:
    loaded = check_hotline(folder, {})
    found = (*loaded.diagnostics, *load_dialogues(loaded).diagnostics)
    told: list[tuple[str, str]] = re.findall(r"(?:error|warning) ([A-Z]\d{3})  (.*)", as_text(found, {}))
    return [each for each in told if each != ("C014", "no agent serves the queue 'other'")]  # which is true


def test_the_hotline_is_right_when_nothing_is(folder: Path) -> None:
    assert said(folder) == []


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_given_twice_is_told_once(folder: Path, key: str) -> None:
    path = folder / "hotline.yaml"
    first = FIRST.get(key) or yaml.safe_dump(SETTINGS[key], default_flow_style=True).splitlines()[0]
    path.write_text(f"{key}: {first}\n{path.read_text('utf-8')}", "utf-8")
    assert said(folder) == [("Y009", f"'{key}' is given twice")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "  balance:\n    source",
            "  balance: {source: billing, get: /x, takes: {}, gives: {x: text}}\n  balance:\n    source",
        ),
        ("    gives: {amount", "    gives: {x: text}\n    gives: {amount"),
        ("    takes: {account: text}\n    within", "    takes: {}\n    takes: {account: text}\n    within"),
        ("    within: {", "    within: {green: 1d}\n    within: {"),
    ],
)
def test_a_part_of_a_setting_given_twice_is_told_once(folder: Path, old: str, new: str) -> None:
    path = folder / "hotline.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert [code for code, _ in said(folder)] == ["Y009"]


@pytest.mark.parametrize("name", ["main", "identify"])
def test_the_steps_of_a_flow_given_twice_are_told_once(folder: Path, name: str) -> None:
    path = folder / "flows" / f"{name}.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("steps:\n", "steps: {spare: {hangup: }}\nsteps:\n", 1), "utf-8")
    assert said(folder) == [("Y009", "'steps' is given twice")]


def test_a_group_of_messages_given_twice_is_told_once(folder: Path) -> None:
    for language in ("zh-CN", "en"):
        text = (folder / "prompts" / f"{language}.yaml").read_text("utf-8")
        text += "identify:\n  pin: pin\n" + ("identify:\n  code: code\n" if language == "en" else "  code: code\n")
        (folder / "prompts" / f"{language}.yaml").write_text(text, "utf-8")
    flow = folder / "flows" / "main.yaml"
    flow.write_text(flow.read_text("utf-8").replace("play: welcome", "play: identify.code"), "utf-8")
    assert said(folder) == [("P002", "'identify' is written twice")]
