"""Callers a supervisor brought forward, or sent to a place: the line we show follows Asterisk's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from ami_bridge.domain.line import in_order
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import BroughtForward
    from ami_bridge.domain.model import Visit


def bring_forward(draft: Draft, event: BroughtForward) -> None:
    """The visit's new priority, as long as it waits."""
    visit = draft.visit(event.visit_id)
    if visit is not None and visit.phase is Phase.WAITING and visit.row.priority != event.priority:
        draft.put_visit(replace(visit, row=replace(visit.row, priority=event.priority)), event.at)


def stands_since(draft: Draft, visit: Visit, position: int) -> datetime | None:
    """Of one who came from another queue to a place before the last: the moment before the one he stands before.

    Only of him Asterisk's word on the position counts: for all others it follows from priority and entry.
    """
    if visit.row.ordinal == 1:
        return None
    visits, ids = draft.look("visits"), draft.look("lines").get(visit.row.queue, ())
    line = in_order(visits[one] for one in ids if one != visit.id)
    if not 0 < position <= len(line) or line[position - 1].row.priority != visit.row.priority:
        return None
    behind = line[position - 1]
    return (behind.stands_since or behind.row.entered_at) - timedelta(microseconds=1)
