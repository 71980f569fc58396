"""Agents' phones as they ring for callers in line, attempt by attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.states import Phase
from ami_bridge.domain.whose import SECOND, SLACK

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain import events as ev
    from ami_bridge.domain.draft import Draft
    from store.rows import RingAttempt, RingResult


def begin_ringing(draft: Draft, event: ev.Rang) -> None:
    """A phone rings for a caller in line."""
    visit = draft.open_visit(event.channel_id, event.queue, Phase.WAITING, Phase.LEFT)
    if visit is None:
        return
    agent = draft.agent(draft.rules.agent_of(event.interface), event.at, event.member_name)
    if any(_told_before(attempt, agent.id, event.at) for attempt in visit.attempts):
        return
    visit = draft.end_attempt(visit, agent.id, event.at, "cancelled")  # one ringing at a time
    draft.ring(visit, agent.id, event.interface, event.at, event.agent_channel_id)


def _told_before(attempt: RingAttempt, agent_id: str, at: datetime) -> bool:
    """Whether the log, read whole at a login, has told already of the ringing whose beginning AMI tells now.

    Its beginning is worked out, and its end has whole seconds.
    """
    by_log = attempt.agent == agent_id and not attempt.interface and attempt.ended_at is not None
    return by_log and attempt.started_at - SLACK <= at < (attempt.ended_at or at) + SECOND


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
