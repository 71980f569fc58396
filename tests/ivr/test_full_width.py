from __future__ import annotations

import pytest

from dialplan.source import Source, Span
from ivr.flow.yaml_reader import read_yaml
from ivr.full_width import slip_in
from ivr.prompts.texts import read_entries


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a: 1\nwelcome：你好\nb: c\n", "line 2 has '：' where YAML wants a colon and a blank"),
        ('"96956”: main\nb: c\n', "line 1 has '”' where YAML wants a plain quote"),
        ("“a”: main\nb: c: d\n", "line 1 has '”' where YAML wants a plain quote"),
        ("# 说明：没有问题\nb: 您好：再见\nc: d: e\n", None),
    ],
)
def test_a_full_width_sign_in_the_place_of_a_plain_one_is_pointed_at(text: str, advice: str | None) -> None:
    assert slip_in(text, Span("a.yaml", 3, 1)) == advice


def test_flows_and_prompts_both_give_the_advice() -> None:
    text = "welcome：你好\nbye: 再见\n"
    _, told = read_entries(Source("prompts/zh-CN.yaml", text))
    hints = [each.hint for each in (*read_yaml(text.encode(), "a.yaml").diagnostics, *told)]
    assert hints == ["line 1 has '：' where YAML wants a colon and a blank"] * 2
