from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.replies import Reply, is_open_text, status_of, success


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("200 result=0", (200, " ", "result=0")),
        ("520-Invalid", (520, "-", "Invalid")),
        ("510", (510, "", "")),
        ("HANGUP", None),
        ("20 x", None),
        ("2000 x", None),
        ("", None),
        ("٢٠٠ result=0", None),
    ],
)
def test_a_reply_line_is_three_digits_and_text(line: str, found: tuple[int, str, str] | None) -> None:
    assert status_of(line) == found


@pytest.mark.parametrize(
    ("text", "raw", "reply"),
    [
        ("result=0", False, Reply(200, "0")),
        ("result=", False, Reply(200, "")),
        ("result= (timeout)", False, Reply(200, "", "timeout")),
        ("result=12 (timeout)", False, Reply(200, "12", "timeout")),
        ("result=-1 endpos=12000", False, Reply(200, "-1", None, 12000)),
        ("result=0 (timeout) endpos=1600", False, Reply(200, "0", "timeout", 1600)),
        ("result=0 endpos=-1", False, Reply(200, "0", None, -1)),
        ("result=0 endpos=", False, Reply(200, "0")),
        ("result=0 Gosub complete", False, Reply(200, "0")),
        ("result=1 (a (b) c)", True, Reply(200, "1", "a (b) c")),
        ("result=1 ()", True, Reply(200, "1", "")),
        ("result=1 (endpos=5)", True, Reply(200, "1", "endpos=5")),
        ("nothing", False, None),
    ],
)
def test_a_success_is_taken_apart_and_no_further(text: str, *, raw: bool, reply: Reply | None) -> None:
    assert success(text, raw=raw) == reply


def test_an_open_parenthesis_asks_for_more_lines() -> None:
    assert is_open_text("result=1 (a")
    assert not is_open_text("result=1 (a)")
    assert not is_open_text("result=1")


@given(st.text())
def test_no_text_raises(text: str) -> None:
    status_of(text)
    for raw in (True, False):
        success(text, raw=raw)
        success(f"result={text}", raw=raw)
