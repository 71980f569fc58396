"""What the check proves, tried against: circles through other flows, sensitive values on every way out of the call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.config.checked import check_hotline
from tests.ivr.flow.surroundings import SMALL

BYE = "  bye: {hangup: goodbye}\n  unused: {subflow: identify, then: bye}\n"
PIN = (
    "flow: main\nstart: ask\nsteps:\n  ask: {collect: ask-pin, into: pin, length: 4, sensitive: true, "
    "no_input: {then: unused}, wrong_input: {then: bye}, then: use}\n"
)
MENU = "{menu: main-menu, keys: {1: out}, no_input: {then: out}, wrong_input: {then: out}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def codes(folder: Path) -> list[str]:
    return [each.code for each in check_hotline(folder, {}).diagnostics]


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (("{lookup: balance, with: {account: pin}, timeout: 1s, max_age: 0s, on_timeout: bye, on_error: bye, "
         "into: bill, then: bye}"), "F027"),
        (("{lookup: customer, with: {number: pin}, timeout: 1s, max_age: 0s, on_timeout: bye, on_error: bye, "
         "into: found, then: bye}"), None),
        ('{set: {x: "= \'a\' + pin"}, then: say_x}', "F027"),
        ("{set: {x: = text(number(pin))}, then: say_x}", "F027"),
        ("{set: {language: = pin}, then: bye}", "F027"),
        ('{dial: "= \'PJSIP/\' + pin", ring: 20s, after: {answered: bye, no_answer: bye}}', "F027"),
        ('{transfer: "= \'PJSIP/\' + pin", ring: 20s, after: {no_answer: bye}}', "F027"),
        ("{ticket: fault, with: {account: pin}, then: bye}", "F027"),
        ("{callback: sales, number: call.number, reason: = pin, then: bye}", "F027"),
        ("{script: echo-number, args: [text(pin)], on_error: bye, then: bye}", "F027"),
        ("{branch: [{when: pin == '1', then: bye}, {then: bye}]}", None),
    ],
)  # fmt: skip
def test_a_sensitive_value_leaves_the_call_on_no_way(folder: Path, use: str, code: str | None) -> None:
    say = "  say_x: {play: repeat-number, with: {number: x}, then: bye}\n" if "say_x" in use else ""
    (folder / "flows" / "main.yaml").write_text(f"{PIN}  use: {use}\n{say}{BYE}", "utf-8")
    assert set(codes(folder)) - {"F041"} == ({code} if code else set())


def test_in_the_body_of_a_question_a_sensitive_value_may_stand(folder: Path) -> None:
    text = (folder / "hotline.yaml").read_text("utf-8")
    post = text.replace("get: /accounts/{account}/balance", "post: /balance")
    (folder / "hotline.yaml").write_text(post, "utf-8")
    use = "{lookup: balance, with: {account: pin}, timeout: 1s, max_age: 0s, on_timeout: bye, on_error: bye, "
    use += "into: b, then: bye}"
    (folder / "flows" / "main.yaml").write_text(f"{PIN}  use: {use}\n{BYE}", "utf-8")
    assert codes(folder) == []
    (folder / "hotline.yaml").write_text(post.replace("/balance\n", "/balance/{account}\n"), "utf-8")
    assert codes(folder) == ["F027"]


@pytest.mark.parametrize(
    ("identify", "is_circle"),
    [
        (f"  x: {{branch: [{{when: \"language == 'en'\", then: ask}}, {{then: out}}]}}\n  ask: {MENU}\n", True),
        (f"  x: {MENU}\n", False),
        ((f"  x: {{lookup: customer, with: {{number: call.number}}, timeout: 1s, max_age: 0s, on_timeout: out, "
         f"on_error: ask, into: c, then: ask}}\n  ask: {MENU}\n"), True),
    ],
)  # fmt: skip
def test_a_circle_through_a_flow_that_asks_on_some_ways_only_is_one(
    folder: Path, identify: str, *, is_circle: bool
) -> None:
    (folder / "flows" / "identify.yaml").write_text(
        f"flow: identify\nstart: x\nsteps:\n{identify}  out: {{return: {{verified: true}}}}\n", "utf-8"
    )
    (folder / "flows" / "main.yaml").write_text(
        "flow: main\nstart: a\nsteps:\n  a: {subflow: identify, then: b}\n"
        "  b: {branch: [{when: \"language == 'en'\", then: a}, {then: bye}]}\n  bye: {hangup: goodbye}\n",
        "utf-8",
    )
    assert ("F023" in codes(folder)) is is_circle


def test_a_circle_through_three_flows_is_told(folder: Path) -> None:
    for name, runs in (("main", "identify"), ("identify", "third"), ("third", "main")):
        (folder / "flows" / f"{name}.yaml").write_text(
            f"flow: {name}\nstart: a\nsteps:\n  a: {{subflow: {runs}, then: bye}}\n  bye: {{hangup: goodbye}}\n",
            "utf-8",
        )
    assert "F030" in codes(folder)
