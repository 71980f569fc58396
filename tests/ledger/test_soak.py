"""A short soak: every kind of trouble while real calls go on, and afterwards no book differs from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.soak.run import Wishes, soak
from lab.soak.trouble import KINDS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asterisk

SEED = 11
VISITS = 150


async def test_whatever_breaks_the_ledger_is_what_the_others_say(tmp_path: Path) -> None:
    folder = tmp_path / "soak"
    result = await soak(Wishes(folder=folder, visits=VISITS, seed=SEED, per_second=8.0, minutes=1.5, brisk=True))
    assert result.differences == []
    assert set(result.broken) == set(KINDS)
    assert result.after["visits"] >= VISITS
    ended = {row.outcome: row.ledger for row in result.proof.rows}
    assert {"answered", "abandoned", "timed_out", "left_by_key", "withdrawn"} <= {name for name in ended if ended[name]}
