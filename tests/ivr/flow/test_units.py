from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.units import clock, duration_ms, duration_text, is_key, meant_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("800ms", 800),
        ("6s", 6_000),
        ("6 s", 6_000),
        ("15min", 900_000),
        ("2h", 7_200_000),
        ("1d", 86_400_000),
        ("0s", 0),
    ],
)
def test_durations_have_units(text: str, ms: int) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize("text", ["6", "6 seconds", "1.5s", "-1s", "06s", "6S", "1h30min", "", "s", "٦s"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert duration_ms(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [("6", "6s"), ("10 minutes", "10min"), ("1.5s", "1500ms"), ("5 M", "5min"), ("0.1ms", None), ("soon", None)],
)
def test_a_wrong_duration_is_told_right(text: str, meant: str | None) -> None:
    assert meant_duration(text) == meant


@given(st.integers(0, 10**9))
def test_a_written_duration_is_read_back(ms: int) -> None:
    assert duration_ms(duration_text(ms)) == ms


def test_clocks_have_two_digits_each() -> None:
    assert clock("09:00") == time(9)
    assert [clock(text) for text in ("9:00", "24:00", "12:60", "noon")] == [None] * 4


def test_keys_are_those_of_a_telephone() -> None:
    assert [text for text in ("0", "9", "*", "#", "10", "", "A", "٣") if is_key(text)] == ["0", "9", "*", "#"]
