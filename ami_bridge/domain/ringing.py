"""Agents' phones as they ring for callers in line, attempt by attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from ami_bridge.domain import events as ev
    from ami_bridge.domain.draft import Draft
    from store.rows import RingResult


def begin_ringing(draft: Draft, event: ev.Rang) -> None:
    """A phone rings for a caller in line."""
    visit = draft.open_visit(event.channel_id, event.queue, Phase.WAITING, Phase.LEFT)
    if visit is None:
        return
    agent = draft.agent(draft.rules.agent_of(event.interface), event.at, event.member_name)
    visit = draft.end_attempt(visit, agent.id, event.at, "cancelled")  # one ringing at a time
    draft.ring(visit, agent.id, event.interface, event.at, event.agent_channel_id)


def end_in_vain(draft: Draft, event: ev.NotAnswered) -> None:
    """It rang in vain; told twice now and then, and also of a ringing whose beginning was not seen."""
    visits = draft.visits_of(event.channel_id)
    visit = next((v for v in reversed(visits) if v.row.queue == event.queue), None)
    if visit is None:
        return
    agent = draft.agent(draft.rules.agent_of(event.interface), event.at, event.member_name)
    if not any(a.agent == agent.id and a.ended_at is None for a in visit.attempts):
        if any(
            a.agent == agent.id and a.ended_at and event.at - a.ended_at < timedelta(seconds=2) for a in visit.attempts
        ):
            return
        began = event.at - timedelta(seconds=event.rang_s)
        visit = draft.ring(visit, agent.id, event.interface, began, event.agent_channel_id)
    draft.end_attempt(visit, agent.id, event.at, "no_answer")


_RESULT_OF_DIAL: dict[str, RingResult] = {"BUSY": "busy", "CONGESTION": "refused", "CHANUNAVAIL": "refused"}


def end_as_dialled(draft: Draft, event: ev.DialEnded) -> None:
    """The switch's own word on it, where it says more than that nobody answered."""
    result = _RESULT_OF_DIAL.get(event.status)
    if result is None or not event.agent_channel_id:
        return
    visit = draft.visit_of_partner(event.agent_channel_id)
    if visit is None or event.agent_channel_id not in visit.attempt_channels:
        return
    index = visit.attempt_channels.index(event.agent_channel_id)
    attempt = visit.attempts[index]
    if attempt.ended_at is None:
        draft.end_attempt(visit, attempt.agent, event.at, result)
    elif attempt.result == "no_answer":
        draft.amend_attempt(visit, index, result)
