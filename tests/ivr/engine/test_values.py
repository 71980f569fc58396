from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.values import from_plain, to_plain
from ivr.prompts.values import Money

decimals = st.decimals(allow_nan=False, allow_infinity=False)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    decimals,
    st.builds(Money, decimals, st.sampled_from(("CNY", "HKD"))),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@given(values)
def test_a_value_comes_back_from_json_as_it_was(value: object) -> None:
    back = from_plain(json.loads(json.dumps(to_plain(value))))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, 1j])
def test_what_no_flow_may_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        to_plain(value)


@pytest.mark.parametrize(
    "plain",
    [
        [],
        [1],
        ["money", "1.0"],
        ["money", 1, "CNY"],
        ["decimal", "x"],
        ["date", "tomorrow"],
        ["instant", "x"],
        ["pickle", "x"],
    ],
)
def test_what_was_not_written_by_us_is_refused(plain: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_plain(plain)


def test_kinds_are_told_apart() -> None:
    assert to_plain(date(2026, 11, 20)) == ["date", "2026-11-20"]
    assert to_plain(datetime(2026, 11, 20, tzinfo=UTC)) == ["instant", "2026-11-20T00:00:00+00:00"]
    assert to_plain(Money(Decimal("1.50"), "CNY")) == ["money", "1.50", "CNY"]
