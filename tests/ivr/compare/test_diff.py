"""`hotline diff`: each kind of change told exactly so, and each change told once, whatever else is changed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli.diff_forms import as_json, as_markdown, report
from ivr.cli.diffing import diff, edition
from ivr.cli.main import app
from ivr.cli.rehearsal_text import Colors
from ivr.compare.comparing import compare
from ivr.compare.model import KINDS
from tests.ivr.compare.edits import EDITS, MAIN, SETTINGS, Edit, hotline, one

if TYPE_CHECKING:
    from ivr.compare.comparing import Diff

GOLDEN = Path(__file__).parent / "golden"
NAMED = ("old", "new")
WAYS = "- {when: pin == '4711', then: known}\n      - {when: account == '7', then: known}\n"
BEFORE = {
    "way-order": EDITS["way-order"],
    "number-flow": EDITS["flow-added"],
    "step-moved": EDITS["step-added"],
}
"""What the old version of an edit has beside the small hotline."""
AFTER = {
    "way-order": one(
        "way order",
        ("flows/identify.yaml", WAYS, "\n      ".join(reversed(WAYS.strip().split("\n      "))) + "\n"),
    ),
    "number-flow": one(
        "number flow", (SETTINGS, '"10011": extra', '"10011": main'), (SETTINGS, '"10010": main', '"10010": extra')
    ),
    "step-moved": one(
        "step moved",
        (MAIN, "  sorry: {play: one-moment, then: bye}\n", ""),
        (MAIN, "empty: sorry", "empty: record"),
        (
            "flows/identify.yaml",
            "  known:",
            "  sorry: {play: one-moment, then: unknown}\n  known:",
        ),
        ("flows/identify.yaml", "    no_input: {then: unknown}", "    no_input: {then: sorry}"),
    ),
}


def between(tmp_path: Path, old: list[Edit], new: list[Edit]) -> Diff:
    folders = hotline(tmp_path / "old", old), hotline(tmp_path / "new", new)
    before, after = (edition(each, each.name) for each in folders)
    return compare(before, after)


def of(tmp_path: Path, name: str) -> tuple[str, Diff]:
    before = [BEFORE[name]] if name in BEFORE else []
    edit = AFTER.get(name) or EDITS[name]
    return edit.kind, between(tmp_path, before, [*before, edit])


NAMES = sorted({*EDITS, *AFTER})


@pytest.mark.parametrize("name", NAMES)
def test_a_change_is_told_exactly_so(name: str, tmp_path: Path) -> None:
    kind, found = of(tmp_path, name)
    assert kind in {each.kind for each in found.changes}
    told = f"{report(found, NAMED, Colors())}\n{as_markdown(found, NAMED)}"
    told = told.replace(found.versions[0], "VERSION").replace(found.versions[1], "VERSION")
    expected = GOLDEN / f"{name}.txt"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_every_kind_has_an_example() -> None:
    assert {edit.kind for edit in (*EDITS.values(), *AFTER.values())} == set(KINDS)


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(NAMES)


@given(chosen=st.sets(st.sampled_from([name for name, edit in EDITS.items() if not edit.alone])))
@settings(max_examples=25)
def test_each_change_is_told_once_whatever_else_is_changed(chosen: set[str]) -> None:
    edits = [EDITS[name] for name in sorted(chosen)]
    with TemporaryDirectory() as place:
        found = between(Path(place), [], edits)
        back = between(Path(place) / "back", edits, [])
    assert sorted(each.kind for each in found.changes) == sorted(edit.kind for edit in edits)
    assert len(back.changes) == len(edits)


@given(chosen=st.sets(st.sampled_from([name for name, edit in EDITS.items() if not edit.alone])))
@settings(max_examples=10)
def test_a_hotline_is_no_different_from_itself(chosen: set[str]) -> None:
    edits = [EDITS[name] for name in sorted(chosen)]
    with TemporaryDirectory() as place:
        found = between(Path(place), edits, edits)
    assert found.is_empty
    assert (found.changes, found.numbers, found.prompts, found.variables) == ((), {}, (), ())


def test_sentences_are_compared_where_flows_say_values_alone_too(tmp_path: Path) -> None:
    said = one(
        "step field",
        (MAIN, "  bye: {hangup", "  price: {say: 5, as: number, then: bye}\n  bye: {hangup"),
        (MAIN, "answered: bye", "answered: price"),
    )
    found = between(tmp_path, [said], [said, EDITS["message-words"]])
    assert [each.kind for each in found.changes] == ["message words"]


# --- what is affected ------------------------------------------------------------------------------------------------


def test_a_sentence_affects_the_numbers_whose_callers_can_hear_it(tmp_path: Path) -> None:
    extra = EDITS["flow-added"]
    found = between(tmp_path, [extra], [extra, EDITS["message-words"]])
    assert found.numbers == {"10010": ("main",)}  # 10011 leads to flow `extra`, which only says goodbye
    assert found.prompts == ("welcome",)


def test_a_change_in_a_subflow_affects_the_numbers_of_the_flows_above_it(tmp_path: Path) -> None:
    extra, edit = EDITS["flow-added"], one("step field", ("flows/identify.yaml", "length: 4", "length: 5"))
    found = between(tmp_path, [extra], [extra, edit])
    assert found.numbers == {"10010": ("identify",)}


def test_a_mere_name_affects_nobody(tmp_path: Path) -> None:
    for name in ("step-renamed", "flow-renamed", "setting-renamed", "message-renamed"):
        edit = EDITS[name]
        dialogues = [
            ("tests/calls.yaml", "leave-word", "your-word"),
            ("tests/calls.yaml", "queued: sales", "queued: orders"),
        ]
        named = {"message-renamed": dialogues[:1], "setting-renamed": dialogues[1:]}.get(name, [])
        found = between(tmp_path / name, [], [edit, one(edit.kind, *named)])
        assert (found.numbers, found.prompts, found.tests.changed) == ({}, (), ()), name


def test_what_callers_cannot_tell_affects_no_number(tmp_path: Path) -> None:
    assert of(tmp_path, "setting-agent")[1].numbers == {}


def test_dialogues_that_go_another_way_are_those_that_change(tmp_path: Path) -> None:
    _, found = of(tmp_path, "way-key")
    assert [(each.name, each.passed) for each in found.tests.changed] == [("a caller hears the balance", (True, False))]
    assert found.tests.played == 3


def test_a_number_that_is_another_is_gone_and_new(tmp_path: Path) -> None:
    _, found = of(tmp_path, "number-removed")
    assert {each.kind for each in found.changes} == {"number removed", "number added"}
    assert set(found.numbers) == {"10010", "10012"}


def test_a_dialogue_with_a_mistake_is_not_played_but_told(tmp_path: Path) -> None:
    found = between(tmp_path, [], [one("way to", ("tests/calls.yaml", "    - press: 0\n", "    - pres: 0\n"))])
    told = {each.name: (each.passed, each.words) for each in found.tests.changed}
    assert told["a caller asks for a person"] == ((True, False), "it has mistakes now; `hotline test` tells them")


def test_sensitive_variables_are_told(tmp_path: Path) -> None:
    found = between(tmp_path, [], [one("step field", ("flows/identify.yaml", "    sensitive: true\n", ""))])
    assert found.variables == ("`pin` of flow `identify` is no longer sensitive",)


# --- as it is typed --------------------------------------------------------------------------------------------------


def test_the_exit_code_says_whether_something_is_different(tmp_path: Path) -> None:
    old, new = hotline(tmp_path / "old"), hotline(tmp_path / "new", [EDITS["way-to"]])
    same = CliRunner().invoke(app, ["diff", str(old), str(old)])
    other = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert (same.exit_code, other.exit_code) == (0, 1)
    assert same.output.endswith("no difference\n")
    assert "1 change: 1 number is affected; 0 tests change" in other.output


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("nowhere", "new", "nowhere is no folder; expected a hotline's, git:REV, or REV:DIR"),
        ("git:HEAD", "nowhere", "git:HEAD means the other folder as it was then; found nowhere; expected a folder"),
        ("git:-x", "new", "'-x' is no revision; expected one of git's: HEAD~1, v1.2, a branch"),
        ("broken", "new", "nothing was compared, broken has mistakes"),
    ],
)
def test_what_cannot_be_compared_is_told(
    old: str, new: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotline(tmp_path / "new")
    hotline(tmp_path / "broken", [one("way to", (MAIN, "timed_out: record", "timed_out: nowhere"))])
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MistakeError) as mistake:
        diff(old, new, "text")
    assert mistake.value.exit_code == 2
    assert str(mistake.value).startswith(words)


def test_a_version_of_git_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hotline(tmp_path / "lines")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    (folder / "prompts" / "en.yaml").write_text(
        (folder / "prompts" / "en.yaml").read_text("utf-8").replace("Hello", "Hi"), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    for named in ("git:HEAD", "HEAD:lines"):
        told = CliRunner().invoke(app, ["diff", named, "lines", "--format", "json"])
        assert told.exit_code == 1
        assert [each["kind"] for each in json.loads(told.output)["changes"]] == ["message words"]


def test_the_report_for_programs_has_every_part(tmp_path: Path) -> None:
    _, found = of(tmp_path, "way-key")
    told = json.loads(as_json(found))
    assert told["summary"] == "1 change: 1 number is affected; 1 test changes"
    assert told["changes"][0]["file"] == "flows/main.yaml"
    assert told["tests"]["changed"][0]["passed"] == {"old": True, "new": False}


def test_every_kind_is_on_the_page_for_admins() -> None:
    page = (Path(__file__).parents[3] / "docs" / "versions.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([a-z]+ [a-z]+) \| (.+?) \|$", page, re.MULTILINE))
    assert {kind: rows.get(kind) for kind in KINDS} == dict(KINDS)
