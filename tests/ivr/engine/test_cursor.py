from __future__ import annotations

import contextlib
import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from ivr.engine.cursor import Cursor, Frame, Waiting, read, write
from ivr.engine.inputs import CallFacts
from ivr.prompts.values import Money

CURSOR = Cursor.of(
    version="0123456789ab",
    stack=(
        Frame("main", "balance", {"customer": {"tier": "vip"}, "vip": True}, silent=1),
        Frame("inner", "hold", {"pin": "4711", "due": Money(Decimal("1.50"), "CNY")}, frozenset({"pin"}), wrong=2),
    ),
    language="yue-HK",
    facts=CallFacts("96956", "8613800138000", '王"先生', "gz-1-1.1", "gz-1-1.0", {"main.language": "2"}),
    waiting=Waiting.RETURN,
    segment=3,
    typed_ahead="47",
    steps_taken={"main": 7, "inner": 2},
    visits={"main.balance": 2, "inner.hold": 1},
    waited={"service": 1_795_000_000_100},
    reached=frozenset({"main.language"}),
    traces=9,
    began_ms=1_795_000_000_000,
    since_ms=1_795_000_000_123,
)


def test_a_cursor_comes_back_from_json_without_its_secrets() -> None:
    plain = json.loads(json.dumps(write(CURSOR)))
    assert read(plain) == CURSOR.without_secrets()
    assert "4711" not in json.dumps(plain)
    assert "47" not in json.dumps(plain)


def test_without_secrets_only_the_secrets_are_gone() -> None:
    top = CURSOR.without_secrets().top
    assert top.variables == {"pin": None, "due": Money(Decimal("1.50"), "CNY")}
    assert CURSOR.top.variables["pin"] == "4711"


def test_a_place_is_flow_and_step() -> None:
    assert CURSOR.place == "inner.hold"


@pytest.mark.parametrize("part", sorted(write(CURSOR)))
@pytest.mark.parametrize("odd", [None, 7.5, "x", [], {}, [["a"]], "gone"])
def test_a_cursor_with_a_broken_part_is_refused_or_read_never_a_crash(part: str, odd: Any) -> None:
    plain = deepcopy(write(CURSOR))
    if odd == "gone":
        del plain[part]
    else:
        plain[part] = odd
    with contextlib.suppress(ValueError):  # the one named way to refuse
        read(plain)


def test_a_cursor_of_another_format_or_without_a_flow_is_refused() -> None:
    with pytest.raises(ValueError, match="cursor format 1, expected 2"):
        read({**write(CURSOR), "f": 1})
    with pytest.raises(ValueError, match="cursor without a flow"):
        read({**write(CURSOR), "s": []})
