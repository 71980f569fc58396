"""What time alone does to a state: rests end, the day turns, what is finished is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from ami_bridge.domain.metrics import midnight_after, midnight_before
from ami_bridge.domain.waits import forget_waits

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.model import Agent, Visit

REMEMBER_S = 120.0
"""Seconds an ended visit stays correctable by a late line of queue_log."""

COMPLETE_OVERDUE_S = 2.0
"""Seconds after a talking caller's hang-up within which AgentComplete must come."""


def pass_time(draft: Draft, at: datetime) -> None:
    """A second went by: rests end, talks nobody closed are closed, what is finished is forgotten."""
    for agent in list(draft.look("agents").values()):
        _tick_agent(draft, agent, at)
    forget_waits(draft, at)
    forget = at - timedelta(seconds=REMEMBER_S)
    resting_from = {agent.wrap_visit for agent in draft.look("agents").values() if agent.wrap_visit}
    for visit in list(draft.look("visits").values()):
        if visit.hung_up_at is not None and visit.is_open and _overdue(visit, at):
            draft.complete(visit, visit.hung_up_at, None, "ami: caller's channel gone, no AgentComplete")
        elif visit.id in resting_from:
            continue  # how long the rest was is told when it is over
        elif not visit.is_open and visit.touched_at < forget and not _talks_elsewhere(draft, visit):
            _forget_visit(draft, visit)
    for channel_id, gone in list(draft.look("hung").items()):
        if gone < forget and not draft.look("by_channel").get(channel_id):
            draft.own("ordinals").pop(channel_id, None)
            draft.own("hung").pop(channel_id, None)


def _overdue(visit: Visit, at: datetime) -> bool:
    return visit.hung_up_at is not None and (at - visit.hung_up_at).total_seconds() >= COMPLETE_OVERDUE_S


def _talks_elsewhere(draft: Draft, visit: Visit) -> bool:
    """A caller given to somebody else is on the line still, and looks to a snapshot as if he talked to an agent."""
    return visit.row.outcome == "answered" and (visit.went_on_as or visit.row.channel_id) not in draft.look("hung")


def _tick_agent(draft: Draft, agent: Agent, at: datetime) -> None:
    if agent.wrap_until is not None and agent.wrap_until <= at:
        ended = agent.wrap_until
        agent = draft.put_agent(replace(agent, wrap_until=None, wrap_visit=None, wrap_queue=None), ended)
    if agent.busy_is_old_until is not None and agent.busy_is_old_until <= at:
        draft.put_agent(replace(agent, busy_is_old_until=None), agent.busy_is_old_until)


def _forget_visit(draft: Draft, visit: Visit) -> None:
    del draft.own("visits")[visit.id]
    for name in (*visit.attempt_channels, visit.agent_channel_id):
        draft.forget_partner(name, visit)
    channel = draft.own("by_channel")
    for name in filter(None, (visit.row.channel_id, visit.went_on_as)):
        left = tuple(v for v in channel.get(name, ()) if v != visit.id)
        if left:
            channel[name] = left
        else:
            channel.pop(name, None)


def turn_the_day(draft: Draft, now: datetime) -> None:
    """Midnight of the hotline's zone is past: the day's counts begin anew."""
    zone = draft.rules.zone
    draft.set("day_start", midnight_before(now, zone))
    draft.set("next_midnight", midnight_after(now, zone))
    for queue in draft.look("counts"):
        draft.show_queue(queue)
    draft.set("counts", {})
    for agent in list(draft.look("agents").values()):
        # not put_agent: a new day changes what is counted, not what the agent is doing
        draft.own("agents")[agent.id] = replace(agent, answered=0, missed=0, talk_sum_s=0.0)
        draft.show_agent(agent.id)
