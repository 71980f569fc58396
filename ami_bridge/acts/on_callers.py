"""Acts on callers: to another queue, to the head of the line, off the line. Pure.

A Redirect of a waiting caller would be his hang-up to app_queue, and an abandoned call in every report. So he is
withdrawn (``QueueWithdrawCaller``, since Asterisk 18.11: ``QUEUESTATUS=WITHDRAW``), and goes on in the dialplan, where
``QUEUE_WITHDRAW_INFO`` says where to (`dialplan.extensions.moved_on`). What is withdrawn in a dialplan that does not
know this would be lost, so that is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ami_bridge.acts.asker import not_theirs
from ami_bridge.acts.channels import by_id, in_a_talk, telephone
from ami_bridge.acts.outcome import Decision, Fields, Step, Steps, Told
from ami_bridge.domain.line import line_of
from ami_bridge.domain.states import Phase
from ami_bridge.messages import mask

if TYPE_CHECKING:
    from ami_bridge.acts.asked import HangUp, MoveCaller, PromoteCaller
    from ami_bridge.acts.asker import Asker
    from ami_bridge.acts.sight import Sight
    from ami_bridge.domain.events import ChannelSeen
    from ami_bridge.domain.model import Agent, Visit

OURS: Final = frozenset({"hotline-do", "hotline-rescue", "hotline-agents"})
"""Contexts of the generated dialplan in which callers wait (`dialplan.extensions`)."""
NORMAL_CLEARING: Final = 16
"""Cause of a hang-up in good order (Q.850)."""
LAST_PLACE: Final = 9999
"""A place is told in four digits (`dialplan.extensions.PLACE_DIGITS`)."""
HIGHEST: Final = 1_000_000
"""Priorities beyond are not made: nobody has so many callers brought forward."""


def _caller(visit: Visit) -> str:
    return mask(visit.row.caller) or "the caller"


def _channel(visit: Visit, sight: Sight) -> ChannelSeen | Told:
    channel = by_id(sight.channels, visit.row.channel_id)
    return channel or Told("caller_gone", f"{_caller(visit)} has just hung up")


def move(act: MoveCaller, asker: Asker, sight: Sight) -> Decision:
    """Into another queue, to where his wait puts him."""
    visit = sight.waiting(act.visit, asker)
    if isinstance(visit, Told):
        return visit
    if not asker.has(act.queue):
        return not_theirs(asker, [act.queue])
    if act.queue not in sight.queues:
        return sight.no_queue(act.queue, asker)
    row = visit.row
    if row.queue == act.queue:
        return Told("already_so", f"{_caller(visit)} waits in {act.queue} already")
    if visit.place.partition(",")[0] not in OURS:
        return Told(
            "foreign_dialplan", f"{_caller(visit)} waits in a dialplan that hotline did not make; it would lose him"
        )
    doing = sight.state.doing.get(act.queue, {})
    if not any(count for what, count in doing.items() if what != "away"):
        return Told("nobody_there", f"nobody serves {act.queue} now; {_caller(visit)} would be turned away at its door")
    channel = _channel(visit, sight)
    if isinstance(channel, Told):
        return channel
    line = line_of(sight.state, act.queue)
    place = (-row.priority, visit.stands_since or row.entered_at)
    ahead = sum((-one.row.priority, one.stands_since or one.row.entered_at) <= place for one in line)
    fields: Fields = {
        "Queue": row.queue,
        "Caller": channel.channel,
        "WithdrawInfo": f"{min(ahead + 1, LAST_PLACE):04}{act.queue}",
    }
    return Steps(
        (Step("QueueWithdrawCaller", fields),),
        f"{_caller(visit)} goes from {row.queue} to {act.queue}, place {ahead + 1}",
    )


def promote(act: PromoteCaller, asker: Asker, sight: Sight) -> Decision:
    """To the head of the line: one priority above all who wait."""
    visit = sight.waiting(act.visit, asker)
    if isinstance(visit, Told):
        return visit
    row = visit.row
    line = line_of(sight.state, row.queue)
    if line[0].id == visit.id:
        return Told("already_so", f"{_caller(visit)} is the next in {row.queue} already")
    channel = _channel(visit, sight)
    if isinstance(channel, Told):
        return channel
    priority = min(max(other.row.priority for other in line) + 1, HIGHEST)
    fields: Fields = {"Queue": row.queue, "Caller": channel.channel, "Priority": priority, "Immediate": "yes"}
    words = f"{_caller(visit)} is the next in {row.queue}"
    return Steps((Step("QueueChangePriorityCaller", fields),), words, priority=priority)


def hang_up(act: HangUp, asker: Asker, sight: Sight) -> Decision:
    """A caller's call, or an agent's side of a talk."""
    if act.visit is not None:
        return _hang_up_caller(act.visit, asker, sight)
    agent = sight.agent(act.agent or "", asker)
    if isinstance(agent, Told):
        return agent
    channel = talk_of(agent, asker, sight)
    if isinstance(channel, Told):
        return channel
    step = Step("Hangup", {"Channel": channel.channel, "Cause": NORMAL_CLEARING})
    return Steps((step,), f"the talk of {sight.named(agent.id)} is ended; its caller goes on with the flow")


def _hang_up_caller(visit_id: str, asker: Asker, sight: Sight) -> Decision:
    visit = sight.visit(visit_id, asker)
    if isinstance(visit, Told):
        return visit
    if not visit.is_open:
        told = sight.waiting(visit_id, asker)
        return told if isinstance(told, Told) else Told("caller_gone", "the caller is gone")
    channel = _channel(visit, sight)
    if isinstance(channel, Told):
        return channel
    step = Step("Hangup", {"Channel": channel.channel, "Cause": NORMAL_CLEARING})
    return Steps((step,), f"the call of {_caller(visit)} in {visit.row.queue} is ended")


def talk_of(agent: Agent, asker: Asker, sight: Sight) -> ChannelSeen | Told:
    """The telephone's own channel of the agent's talk, or why there is none for whoever asks.

    A caller's talk is of his queue. Another one, or one of which that is not seen, is of all the agent's queues: it is
    theirs who are for each of them.
    """
    visit = sight.state.visits.get(agent.serving or "")
    if visit is not None and not asker.has(visit.row.queue):
        return not_theirs(asker)
    found = _callers_talk(visit, sight)
    if found is None:
        found = _other_talk(agent, sight)
        if found is not None and not asker.has_all(agent.members):
            return not_theirs(asker)
    return found or Told("not_talking", f"no talk is seen: {sight.told_of_agent(agent.id, asker)}")


def _callers_talk(visit: Visit | None, sight: Sight) -> ChannelSeen | None:
    if visit is not None and visit.phase is Phase.TALKING:
        first = by_id(sight.channels, visit.agent_channel_id)
        return telephone(sight.channels, first) if first is not None else None
    return None


def _other_talk(agent: Agent, sight: Sight) -> ChannelSeen | None:
    interfaces = dict.fromkeys((f"PJSIP/{agent.id}", *(one.interface for one in agent.members.values())))
    talks = (in_a_talk(sight.channels, one) for one in interfaces if one and not one.startswith("Local/"))
    return next(filter(None, talks), None)
