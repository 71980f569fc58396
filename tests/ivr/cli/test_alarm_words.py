"""`hotline alarms`: what would be told to whom, and a test message through each sender."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest

from ivr.app.mistakes import MistakeError
from ivr.cli import alarming
from tests.ivr.cli.test_rehearsing import run
from tests.ivr.flow.surroundings import SMALL
from tests.wallboard.alarms.receiving import Receiver

PAGE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text("utf-8")
EXAMPLE, *_ = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "small"
    shutil.copytree(SMALL, made)
    (made / "alarms.yaml").write_text(EXAMPLE, "utf-8")
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    return made


def test_the_list_says_what_would_be_told_to_whom_on_what_as_the_page_shows(folder: Path) -> None:
    told = run("alarms", "list", folder)
    assert told.exit_code == 0, told.output
    shown = [" ".join(line.split()) for line in told.output.splitlines()]
    (example,) = re.findall(r"^\$ hotline alarms list .*?\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert {" ".join(line.split()) for line in example.splitlines()} <= set(shown)
    assert "ops webhook https://ops.example/hotline, signed" in shown
    listed = json.loads(run("alarms", "list", folder, "--format", "json").output)
    assert listed["rules"]["nobody"]["says"] == "no_agents for 1min while office is open; clear for 10s"


def test_a_name_that_nothing_has_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(MistakeError, match=r"no rule is called 'opps'; did you mean 'ops'\?") as wrong:
        alarming.try_out(folder, "opps")
    assert wrong.value.exit_code == 2


def test_mistakes_in_the_alarms_end_with_their_report(folder: Path) -> None:
    (folder / "alarms.yaml").write_text("rules:\n  x: {when: ami_gon}\n")
    with pytest.raises(MistakeError, match=r"did you mean 'ami_gone'\?") as wrong:
        alarming.list_rules(folder, "text")
    assert wrong.value.exit_code == 1


async def test_a_test_goes_through_each_sender_of_a_rule_and_says_what_came_of_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as ops:
        monkeypatch.setenv("OPS", ops.url)
        (folder / "alarms.yaml").write_text(
            "senders:\n"
            "  ops: {webhook: {env: OPS}}\n"
            "  unkeyed: {webhook: 'http://127.0.0.1:9/', secret: {env: UNSET}}\n"
            "  page: {command: ['false']}\n"
            "rules:\n  cut: {when: ami_gone, to: [ops, page, unkeyed]}\n"
        )
        assert await asyncio.to_thread(alarming.try_out, folder, "cut") == 1
        assert await asyncio.to_thread(alarming.try_out, folder, "ops") == 0
    assert capsys.readouterr().out.splitlines() == [
        "✓ ops      delivered: answered with status 200",
        "✗ page     not delivered: ended with 1",
        "✗ unkeyed  not delivered: the environment variable UNSET is not set; expected: UNSET with the secret",
        "✓ ops  delivered: answered with status 200",
    ]
    assert [(each["change"], each["rule"], each["hotline"]) for each in ops.got] == [("test", "ops", "small")] * 2
