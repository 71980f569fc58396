"""An alarm is told in the words of the boards."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from wallboard.alarms.machine import Alarm
from wallboard.alarms.metric_words import name_of
from wallboard.alarms.rules import Rule
from wallboard.alarms.words import LANGUAGES, says
from wallboard.boards import FIGURES

WORDS = (files("wallboard") / "static" / "wall-words.js").read_text("utf-8")


def test_a_figure_is_called_in_messages_as_on_boards() -> None:
    for language, figures in zip(LANGUAGES, re.findall(r"figures: \{(.+)\},\n", WORDS), strict=True):
        said = dict(re.findall(r'(\w+): "([^"]*)"', figures))
        assert said == {figure: name_of(figure, language) for figure in FIGURES}, language


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans", "队列 vip：最长等待 75 s（界限 60 s）"),
        ("zh-Hant", "隊列 vip：最長等候 75 s（界限 60 s）"),
        ("en", "queue vip: Longest wait 75 s (bound 60 s)"),
    ],
)
def test_a_metric_is_told_by_its_name(language: str, said: str) -> None:
    assert says(Rule(name="r", when="longest_wait"), Alarm(rule="r", subject="vip", value=75, of=60), language) == said


def test_a_rules_own_title_comes_first_and_each_script_has_its_colon() -> None:
    rule = Rule(name="r", when="longest_wait", title={"zh-CN": "排队过久", "en": "Waiting too long"})
    alarm = Alarm(rule="r", subject="vip", value=75, of=60)
    assert [says(rule, alarm, language) for language in ("zh-Hans", "en")] == ["排队过久：vip", "Waiting too long: vip"]
