"""A waiting caller brought forward by a supervisor: the line we show follows Asterisk's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import BroughtForward


def bring_forward(draft: Draft, event: BroughtForward) -> None:
    """The visit's new priority, as long as it waits."""
    visit = draft.visit(event.visit_id)
    if visit is not None and visit.phase is Phase.WAITING and visit.row.priority != event.priority:
        draft.put_visit(replace(visit, row=replace(visit.row, priority=event.priority)), event.at)
