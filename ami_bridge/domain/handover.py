"""An attended transfer into a queue: a leg of the agent's joins the line, and the caller goes on in its place.

AMI and queue_log name the leg's channel at the entry and the caller's from the connection on
(asterisk/asterisk#759). It is one visit, and keeps the name it began under.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.changing import replace
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.model import Visit

APART: Final = timedelta(seconds=1.5)
"""How far the entry may be from what the connection's whole seconds of waiting say."""


def handed_over(draft: Draft, channel_id: str, queue: str, began: datetime) -> Visit | None:
    """The visit a caller who never joined this queue was connected in; None unless exactly one can be meant.

    The leg's hang-up, when the transfer is completed, may have been taken for its end.
    """
    if channel_id not in draft.look("ordinals"):
        return None  # a caller whose joining we did not hear, as after a start
    fits = [visit for visit in draft.look("visits").values() if _fits(visit, channel_id, queue, began)]
    if len(fits) != 1:
        return None
    row = replace(fits[0].row, outcome=None, ended_at=None, ended_by=None, wait_s=None)
    visit = replace(fits[0], row=row, phase=Phase.LEFT, went_on_as=channel_id)
    channel = draft.own("by_channel")
    earlier = draft.visits_of(channel_id)
    if earlier:
        last = earlier[-1]
        draft.put_visit(replace(last, row=replace(last.row, next_visit_id=visit.id)), last.touched_at)
    channel[channel_id] = (*channel.get(channel_id, ()), visit.id)
    return draft.put_visit(visit, visit.touched_at)


def _fits(visit: Visit, channel_id: str, queue: str, began: datetime) -> bool:
    row = visit.row
    waits = visit.phase in {Phase.WAITING, Phase.LEFT}
    gone = row.outcome == "abandoned" and not visit.gave_up and not row.evidence.startswith("queue_log")
    mine = row.queue == queue and row.channel_id != channel_id and not visit.went_on_as
    return mine and (waits or gone) and abs(row.entered_at - began) <= APART
