"""Callers refused at the door: told by AMI in QUEUESTATUS alone, by queue_log where the dialplan writes a line.

Both may be read in either order, and tell of one visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from ami_bridge.domain.whose import refused_then
from ami_bridge.queue_log.verbs import REFUSED_AS
from store import rows

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import LedgerLine, Resulted
    from ami_bridge.domain.model import Visit
    from store.rows import Outcome

AGREES = "queue_log agrees"


def refused(draft: Draft, event: Resulted, outcome: Outcome, evidence: str) -> None:
    """By AMI, which knows the caller and the moment; the log may have been read before."""
    row = draft.new_row(event, event.tags.queue)
    told = refused_then(draft.visits_of(event.channel_id), event.tags.queue, event.at)
    if told is not None and told.row.evidence.startswith("queue_log"):
        same = replace(row, id=told.row.id, ordinal=told.row.ordinal, caller=row.caller or told.row.caller)
        visit = draft.put_visit(replace(told, row=same, place=event.place, left_at=event.at), event.at)
    else:
        visit = draft.add_visit(row, place=event.place)
    draft.settle(visit, outcome, event.at, evidence)


def refused_by_log(draft: Draft, line: LedgerLine) -> None:
    """By the dialplan's own line."""
    known = refused_then(draft.visits_of(line.channel_id), line.queue, line.at)
    if known is not None:
        agree(draft, known, line.at)
        return
    ordinal = draft.look("ordinals").get(line.channel_id, 0) + 1
    visit = draft.add_visit(
        rows.Visit(
            id=rows.visit_id(draft.node, line.channel_id, ordinal),
            node=draft.node,
            call_id=line.channel_id,
            channel_id=line.channel_id,
            ordinal=ordinal,
            queue=line.queue,
            entered_at=line.at,
            caller=line.data[1] if len(line.data) > 1 else "",
        )
    )
    draft.settle(visit, REFUSED_AS[line.verb], line.at, f"queue_log: {line.verb}")


def agree(draft: Draft, visit: Visit, at: datetime) -> None:
    """The log says what the ledger has: the row tells so."""
    row = visit.row
    if row.ended_at is not None and AGREES not in row.evidence and not row.evidence.startswith("queue_log"):
        row = replace(row, evidence=f"{row.evidence}; {AGREES}")
    draft.put_visit(replace(visit, row=row), at)
