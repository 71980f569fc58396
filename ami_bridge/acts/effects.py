"""Whether what an act was to bring about is seen, and what is seen. Pure.

Asterisk answers an action, and its events come on their own way, before or after. The next supervisor is to decide
against what this one did, so his turn comes when it is seen, or has not been for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.acts import asked
from ami_bridge.acts.channels import SPYING, of_interface
from ami_bridge.acts.on_agents import OF_THE_CONFIGURATION, SIGNED_OFF
from ami_bridge.acts.on_listening import HEARD_BY, OPTIONS
from ami_bridge.domain.line import line_of
from ami_bridge.domain.states import Phase

if TYPE_CHECKING:
    from ami_bridge.acts.asker import Asker
    from ami_bridge.acts.sight import Sight
    from ami_bridge.domain.events import ChannelSeen
    from ami_bridge.domain.model import Member


def is_seen(act: asked.Act, asker: Asker, sight: Sight) -> bool:  # noqa: C901 - one line per act, a closed set
    """Whether the state has become what was asked for."""
    match act:
        case asked.PauseAgent():
            return all(place.paused and act.reason in {"", place.reason} for place in _about(act, asker, sight))
        case asked.UnpauseAgent():
            return not any(place.paused for place in _about(act, asker, sight))
        case asked.AddMember() | asked.RemoveMember():
            return (_place(act.agent, act.queue, sight) is not None) == isinstance(act, asked.AddMember)
        case asked.SetPenalty():
            place = _place(act.agent, act.queue, sight)
            return place is not None and place.penalty == act.penalty
        case asked.SignOff():
            return all(
                place.added_by in OF_THE_CONFIGURATION and (place.paused, place.reason) == (True, SIGNED_OFF)
                for place in _about(asked.PauseAgent(agent=act.agent), asker, sight)
            )
        case asked.MoveCaller():
            return _latest_queue(act.visit, sight) == act.queue
        case asked.PromoteCaller():
            visit = sight.state.visits.get(act.visit)
            if visit is None or visit.phase is not Phase.WAITING:
                return True
            return line_of(sight.state, visit.row.queue)[0].id == act.visit
        case asked.HangUp():
            return _is_over(act, sight)
        case asked.Listen():
            return bool(of_interface(sight.channels, f"PJSIP/{act.phone}"))
        case _:
            return True


def what_is_seen(act: asked.Act, asker: Asker, sight: Sight) -> str:
    """What the asker may see of the target, in a sentence; empty where there is nothing to see."""
    match act:
        case asked.MoveCaller() | asked.PromoteCaller():
            return sight.told_of_visit(_latest(act.visit, sight), asker)
        case asked.HangUp():
            if act.visit is not None:
                return sight.told_of_visit(act.visit, asker)
            return sight.told_of_agent(act.agent or "", asker)
        case asked.Listen():
            at_it = of_interface(sight.channels, f"PJSIP/{act.phone}")
            does = [_listening(one, None if asker.everywhere else act.agent) for one in at_it]
            return f"{act.phone} {'; '.join(does) or 'is in no call'}"
        case asked.SendNote() | asked.TakeNoteDown() | asked.CloseNumber() | asked.OpenNumber():
            return ""
        case _:
            return sight.told_of_agent(act.agent, asker)


def _listening(channel: ChannelSeen, only_to: str | None) -> str:
    spied, _, options = channel.data.partition(",")
    mode = next((mode for mode, given in OPTIONS.items() if given == options), "")
    whom = spied.rpartition("-")[0].partition("/")[2]
    if channel.application != SPYING or not mode or whom != (only_to or whom):
        return "is rung, or in a call"
    return f"listens to {whom}; {HEARD_BY[mode]}"


def _place(agent_id: str, queue: str, sight: Sight) -> Member | None:
    agent = sight.state.agents.get(agent_id)
    return agent.members.get(queue) if agent is not None else None


def _about(act: asked.PauseAgent | asked.UnpauseAgent, asker: Asker, sight: Sight) -> list[Member]:
    agent = sight.state.agents.get(act.agent)
    members = agent.members if agent is not None else {}
    queues = asker.among(members) if act.queue is None else [one for one in members if one == act.queue]
    return [members[one] for one in queues]


def _latest(visit_id: str, sight: Sight) -> str:
    visit = sight.state.visits.get(visit_id)
    if visit is None:
        return visit_id
    return sight.state.by_channel.get(visit.row.channel_id, (visit_id,))[-1]


def _latest_queue(visit_id: str, sight: Sight) -> str:
    latest = sight.state.visits.get(_latest(visit_id, sight))
    return latest.row.queue if latest is not None else ""


def _is_over(act: asked.HangUp, sight: Sight) -> bool:
    if act.visit is not None:
        visit = sight.state.visits.get(act.visit)
        return visit is None or not visit.is_open
    agent = sight.state.agents.get(act.agent or "")
    return agent is None or agent.serving is None
