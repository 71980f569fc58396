"""alarms.yaml: the page's example means what it says, shorthands and defaults, and mistakes that stop nothing else."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.report import as_text
from ivr.alarms.reading import read_alarms
from ivr.cli import checking
from ivr.config.alarms import load_alarms
from ivr.config.load import load_hotline
from tests.ivr.alarms.surroundings import known, read, told
from tests.ivr.config.slips import slipped
from tests.ivr.flow.surroundings import SMALL
from wallboard.alarms.rules import METRICS, SYSTEM, Command, Mail, Rule, Secret, Webhook

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
PAGE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text("utf-8")
EXAMPLE, *_ = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def rule(text: str) -> Rule:
    alarms = read(f"rules:\n  it: {text}").alarms
    assert alarms is not None, told(f"rules:\n  it: {text}")
    return alarms.rules["it"]


def codes(text: str) -> list[str]:
    return [each.code for each in read(text).diagnostics]


def test_the_example_of_the_page_is_right_and_means_what_it_says() -> None:
    alarms = read(EXAMPLE).alarms
    assert alarms is not None, told(EXAMPLE)
    assert alarms.senders == {
        "ops": Webhook(name="ops", url="https://ops.example/hotline", secret=Secret(env="HOTLINE_ALARM_KEY")),
        "pager": Command(name="pager", argv=("/usr/local/bin/page", "--severity", "{severity}", "{text}")),
        "letters": Mail(name="letters", to=("ops@example.com",)),
    }
    assert alarms.rules["too long"] == Rule(
        name="too long", when="longest_wait", severity="yellow", over=60.0, clear_at=40.0, clear_s=30.0, for_s=20.0,
        queues=("sales",), to=("ops",), sound=True,
    )  # fmt: skip
    assert alarms.rules["nobody"].hours == "office"
    assert alarms.rules["nobody"].to == ("ops", "letters")
    assert (alarms.rules["phones"].share, alarms.rules["phones"].window_s) == (50.0, 60.0)
    assert alarms.rules["failing"].over == 20.0
    assert alarms.rules["carrier"].trunks == ("my-carrier",)
    # what nobody wrote a rule of is watched all the same, and told to whom everything is told
    assert {name for name, each in alarms.rules.items() if each.to == ("ops", "letters")} >= {
        "node_gone",
        "database_gone",
    }
    assert alarms.rules["asterisk"].to == ("pager", "ops")


def test_without_a_file_the_system_is_watched_and_told_on_boards_alone() -> None:
    alarms = load_alarms(load_hotline(SMALL, {})).alarms
    assert {each.when for each in alarms.rules.values()} == {"ami_gone", "node_gone", "database_gone"}
    assert not alarms.senders
    assert all(not each.to for each in alarms.rules.values())


def test_a_rule_of_ones_own_takes_the_place_of_the_one_that_was_built_in() -> None:
    alarms = read("rules:\n  mine: {when: ami_gone, for: 2s}").alarms
    assert alarms is not None
    assert [name for name, each in alarms.rules.items() if each.when == "ami_gone"] == ["mine"]


def test_every_metric_can_be_watched_in_its_unit() -> None:
    bounds = {"count": "5", "per_cent": "80", "seconds": "30s"}
    for name, unit in METRICS.items():
        assert rule(f"{{when: {name}, over: {bounds[unit]}}}").when == name
    assert {"sl_genesys", "abandonment", "service_level", "longest_wait", "asa_s"} <= METRICS.keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{when: waiting, over: 5, under: 3}", "A006"),
        ("{when: service_level, under: 800}", "A006"),
        ("{when: ami_gone, over: 3}", "A006"),
        ("{when: ami_gone, clear: 3s}", "A006"),
        ("{when: waiting, over: 5, share: 3}", "A006"),
        ("{when: service_level, under: 80, clear: 70}", "A007"),
        ("{when: trunk_gone}", "A002"),
        ("{when: phones_gone}", "A002"),
        ("{when: failed_calls}", "A002"),
        ("{when: waiting, over: 5, to: [nobody]}", "A004"),
        ("{when: no_agents, hours: ofice}", "A004"),
        ("{when: no_agents, severity: orange}", "A003"),
        ("{for: 3s}", "A002"),
        ("[1, 2]", "A003"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told(text: str, code: str) -> None:
    assert codes(f"rules:\n  it: {text}") == [code]


def test_letters_without_a_server_are_a_warning_and_stop_nothing() -> None:
    reading = read("senders:\n  ops: {mail: ops@example.com}")
    assert [(each.code, each.severity) for each in reading.diagnostics] == [("A008", "warning")]
    assert reading.alarms is not None
    with_server = replace(known(), mail=True)
    assert read_alarms(b"senders:\n  ops: {mail: ops@example.com}", with_server).diagnostics == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{webhook: 'ftp://ops'}", "A008"),
        ("{webhook: 'https://ops.example/', mail: [a@b.example]}", "A008"),
        ("{command: /bin/true}", "A008"),
        ("{command: ['/bin/echo', '{txt}']}", "A008"),
        ("{mail: [nobody]}", "A008"),
        ("{webhook: {env: A, file: b}}", "A003"),
        ("{webhook: {file: ../b}}", "A003"),
        ("{webhook: 'https://a:b@ops.example/'}", "A010"),
        ("{command: [/bin/true], tries: 0}", "A003"),
    ],
)
def test_a_sender_that_cannot_tell_is_told(text: str, code: str) -> None:
    assert codes(f"senders:\n  it: {text}") == [code]


def test_a_mistake_in_the_file_is_found_by_check_and_the_system_is_watched_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    (folder / "alarms.yaml").write_text("rules:\n  x: {when: ami_gon}\n")
    verdict = checking.judged(folder)
    assert "alarms.yaml:2:13 error A005" in verdict.text
    assert verdict.errors
    found = load_alarms(load_hotline(folder, {}))
    assert not found.is_sound
    assert "ami_gone" in found.alarms.rules


def test_the_sample_hotlines_alarms_are_right() -> None:
    found = load_alarms(load_hotline(SAMPLE, {}))
    assert as_text(found.diagnostics, found.sources, scope="x") == "0 errors, 0 warnings in x\n"
    assert {each.when for each in found.alarms.rules.values()} <= {*SYSTEM, *METRICS}


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_any_slip_of_the_pen_is_a_diagnostic_and_never_a_traceback(seed: int) -> None:
    reading = read_alarms(slipped(EXAMPLE.encode(), random.Random(seed)), known())
    as_text(reading.diagnostics, {"alarms.yaml": reading.source})
    assert reading.alarms is not None or reading.diagnostics
