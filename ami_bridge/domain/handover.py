"""Attended transfers: what is told under another channel's name than the caller's.

Into a queue: a leg of the agent's joins the line, and the caller goes on in its place. AMI and queue_log name the leg's
channel at the entry and, where the transfer is completed before the answer, the caller's from the connection on
(asterisk/asterisk#759). It is one visit, and keeps the name it began under.

Out of a talk, to somebody in an application: AgentComplete and ATTENDEDTRANSFER name now and then the agent's other
channel (`handle_masquerade` in app_queue.c, in a race with the transfer's own message; one in five on a busy machine).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.changing import replace
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import HandedOn
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
    return _goes_on_as(draft, replace(fits[0], row=row, phase=Phase.LEFT), channel_id)


def _goes_on_as(draft: Draft, visit: Visit, channel_id: str) -> Visit:
    visit = replace(visit, went_on_as=channel_id)
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


SECONDS_CUT: Final = timedelta(seconds=2)
"""How far whole seconds of talk, and a whole-second stamp behind them, may lead astray."""


def talk_under_another_name(draft: Draft, channel_id: str, queue: str, agent_id: str, began: datetime) -> Visit | None:
    """The agent's talk whose end is told under a channel with no such talk of his; None unless one can be meant.

    AgentComplete names no channel at all where both have gone before it (slowgone in tests/traps). The talk is known by
    queue and agent, and by its beginning as the switch's own seconds give it.
    """
    own = (visit.row for visit in draft.visits_of(channel_id) if visit.row.answered_at is not None)
    if any((row.queue, row.agent) == (queue, agent_id) for row in own):
        return None
    fits = [
        visit
        for visit in draft.look("visits").values()
        if (visit.row.queue, visit.row.agent) == (queue, agent_id)
        and visit.row.answered_at is not None
        and abs(visit.row.answered_at - began) <= SECONDS_CUT
    ]
    talks = [visit for visit in fits if visit.phase is Phase.TALKING]
    talks = talks or [visit for visit in fits if not visit.told_over] or fits
    return talks[0] if len(talks) == 1 else None


def link_transferred(draft: Draft, event: HandedOn) -> None:
    """The agent's other call was a visit of its own, begun during the talk: it is the caller's next one.

    It joined the line under the agent's leg, so nothing but AMI's AttendedTransfer tells that the two belong together.
    """
    if not event.transferee or not event.second_call_id:
        return
    talks = [visit for visit in draft.visits_of(event.transferee) if visit.row.answered_at is not None]
    if not talks or talks[-1].row.next_visit_id is not None:
        return
    before = talks[-1]
    consulted = [
        visit
        for visit in draft.look("visits").values()
        if visit.row.call_id == event.second_call_id
        and visit.row.channel_id != event.transferee
        and before.row.answered_at <= visit.row.entered_at <= event.at
    ]
    if consulted:
        latest = max(consulted, key=lambda visit: visit.row.entered_at)
        draft.put_visit(replace(before, row=replace(before.row, next_visit_id=latest.id)), event.at)
        if event.takes_its_place and latest.phase in {Phase.WAITING, Phase.LEFT}:
            _goes_on_as(draft, latest, event.transferee)
