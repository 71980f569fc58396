"""Numbers that were masked in the ledger stay masked, though queue_log names them still."""

from __future__ import annotations

import pytest

from store.masks import fresh_mask
from tests.ami_bridge.test_queue_log_history import at
from tests.ami_bridge.test_reconcile import a_row, repaired

TALK = (
    "0 c q NONE ENTERQUEUE '' 13800138000 1; 1 c q 1001 CONNECT 1 a 1; 9 c q 1001 BLINDTRANSFER 13800138000 out 1 8 1"
)


def test_a_row_without_masks_is_put_right_by_that_log() -> None:
    _, after = repaired(a_row(caller=""), TALK)
    assert after is not None
    assert (after.caller, after.transferred_to) == ("13800138000", "13800138000@out")


@pytest.mark.parametrize("other", [{}, {"ended_by": "caller"}])
def test_neither_the_caller_nor_whom_a_talk_was_handed_on_to_is_brought_back(other: dict[str, object]) -> None:
    _, plain = repaired(a_row(caller=""), TALK)
    assert plain is not None
    hidden = {"caller": fresh_mask(), "transferred_to": fresh_mask(), "entered_at": at(0.4)}
    told = {name: getattr(plain, name) for name in plain.__slots__} | hidden | other
    found, after = repaired(a_row(**told), TALK)
    assert [one.field for one in found.differences if one.field in hidden] == []
    assert "13800138000" not in repr(after)
    assert (after is None) == (not other), "the rest is put right as ever"
