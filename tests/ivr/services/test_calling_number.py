from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.services.calling_number import mask, normalise


@pytest.mark.parametrize(
    ("ani", "region", "number"),
    [
        ("13800138000", "CN", "8613800138000"),
        ("+8613800138000", "CN", "8613800138000"),
        ("8613800138000", "CN", "8613800138000"),
        ("008613800138000", "CN", "8613800138000"),
        ("013800138000", "CN", "8613800138000"),
        ("075583123456", "CN", "8675583123456"),
        ("+86 (138) 0013-8000", "CN", "8613800138000"),
        ("91234567", "HK", "85291234567"),
        ("0085291234567", "HK", "85291234567"),
        ("0085291234567", "CN", "85291234567"),
        ("008613800138000", "HK", "8613800138000"),
        ("+390612345678", "CN", "390612345678"),
        ("1001", "CN", "1001"),
        ("10086", "CN", "10086"),
        ("+999", "CN", "999"),
        ("*98", "CN", "*98"),
    ],
)
def test_a_number_is_in_one_form_however_it_came(ani: str, region: str, number: str) -> None:
    assert normalise(ani, region) == number
    assert normalise(normalise(ani, region), region) == number


@pytest.mark.parametrize(
    "ani",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "Restricted",
        "unknown",
        "asterisk",
        "a",
        "1" * 33,
        "13800138000\n",
        '"1"',
        "1;2",
        "<b>1",
    ],
)
def test_withheld_and_unbelievable_numbers_are_empty(ani: str) -> None:
    assert normalise(ani.replace("\n", "\x00"), "CN") == ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("8613800136021", "138••••6021"),
        ("85291234567", "+852 ••••4567"),
        ("12125550123", "+1 21••••0123"),
        ("8675583123456", "755••••3456"),
        ("1001", "••01"),
        ("10086", "•••86"),
        ("12", "••"),
        ("", ""),
        ("999999999999999", "999••••••••9999"),
        ("*98", "•98"),
    ],
)
def test_a_number_is_shown_without_its_middle(number: str, shown: str) -> None:
    assert mask(number, "CN") == shown


@given(st.text("0123456789", min_size=7, max_size=15))
def test_at_least_four_digits_are_hidden_and_four_at_most_end_it(number: str) -> None:
    shown = mask(number, "CN")
    assert shown.count("•") >= min(4, len(number) - 2)
    assert len(shown.rpartition("•")[2]) <= 4


@given(st.text(max_size=40), st.sampled_from(("CN", "HK", "US", "ZZ", "")))
def test_whatever_a_trunk_sends_gives_plain_keys_or_nothing(ani: str, region: str) -> None:
    number = normalise(ani, region)
    assert number.isascii()
    assert all(key in "0123456789*#" for key in number)
    assert len(mask(number, region)) <= 40
