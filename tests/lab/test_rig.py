"""What a rig does to the sample."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lab.rig import SAMPLE, at_noon


@pytest.mark.parametrize("hour", range(24))
def test_a_hotline_can_be_put_where_it_is_noon_now(hour: int) -> None:
    now = datetime(2026, 11, 30, hour, 59, tzinfo=UTC)
    file, found, instead = at_noon(now)
    assert found in (SAMPLE / file).read_text("utf-8")
    assert now.astimezone(ZoneInfo(instead.removeprefix("time_zone: "))).hour == 12
