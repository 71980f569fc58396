"""The day's counts after a repair: what the history now says of a visit, and no longer what was counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import Correction, Repaired
    from store.rows import Visit


def correct(draft: Draft, told: Repaired) -> None:
    """Visits that were put right in the history."""
    for correction in told.corrections:
        _correct(draft, correction)


def _correct(draft: Draft, correction: Correction) -> None:
    """One visit that was put right in the history.

    One we still hold and that changed meanwhile is left alone: its own row is newer, and will be compared again.
    """
    held = draft.visit(correction.after.id)
    if held is not None:
        if held.row != correction.before:
            return
        draft.own("visits")[held.id] = replace(held, row=correction.after)
    draft.count(correction.before, correction.after)
    for queue in {row.queue for row in (correction.before, correction.after) if row is not None}:
        draft.show_queue(queue)
    day: datetime = draft.look("day_start")
    for sign, row in ((-1, correction.before), (1, correction.after)):
        if row is not None and row.agent is not None and row.answered_at is not None and row.answered_at >= day:
            _add(draft, row, sign)
    for agent_id, more in correction.missed:
        agent = draft.look("agents").get(agent_id)
        if agent is not None and correction.after.entered_at >= day:
            draft.own("agents")[agent_id] = replace(agent, missed=max(0, agent.missed + more))
            draft.show_agent(agent_id)


def _add(draft: Draft, row: Visit, sign: int) -> None:
    agent = draft.look("agents").get(row.agent)
    if agent is not None:
        talk_sum_s = max(0.0, agent.talk_sum_s + sign * (row.talk_s or 0.0))
        draft.own("agents")[agent.id] = replace(agent, answered=max(0, agent.answered + sign), talk_sum_s=talk_sum_s)
        draft.show_agent(agent.id)
