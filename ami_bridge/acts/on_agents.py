"""Acts on agents' places in queues. Pure.

Source: app_queue.c of Asterisk 22.10.1 and its manual (``manager show command QueuePause`` and so on): QueuePause
without a Queue pauses an interface in all its queues; QueueRemove takes out members added while Asterisk runs, and
answers ``Member not dynamic`` for one of queues.conf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ami_bridge.acts.asker import not_theirs
from ami_bridge.acts.outcome import Decision, Fields, Step, Steps, Told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ami_bridge.acts.asked import AddMember, PauseAgent, RemoveMember, SetPenalty, SignOff, UnpauseAgent
    from ami_bridge.acts.asker import Asker
    from ami_bridge.acts.sight import Sight
    from ami_bridge.domain.model import Agent

OF_THE_CONFIGURATION: Final = frozenset({"configuration", "realtime"})
"""``added_by`` of members that QueueRemove does not take out."""
SIGNED_OFF: Final = "signed off"
"""The reason of the pause of an agent who cannot be taken out."""


def _places(agent_id: str, queue: str | None, asker: Asker, sight: Sight) -> tuple[Agent, tuple[str, ...]] | Told:
    """The agent, and the queues an act is about: the one named, or all that are the asker's."""
    if queue is not None and not asker.has(queue):
        return not_theirs(asker, [queue])
    agent = sight.agent(agent_id, asker)
    if isinstance(agent, Told):
        return agent
    if queue is not None:
        place = sight.member(agent_id, queue, asker)
        return place if isinstance(place, Told) else (agent, (queue,))
    if not agent.members:
        return sight.left(agent)
    return agent, asker.among(agent.members)


def _interface(agent: Agent, queue: str) -> str:
    """What Asterisk calls the member; a bridge that has just begun may know it of another queue only."""
    known = (agent.members[queue].interface, *(place.interface for place in agent.members.values()))
    return next((one for one in known if one), f"PJSIP/{agent.id}")


def _said(agent: Agent, queues: Iterable[str], *, all_of_them: bool, **more: str) -> tuple[Step, ...]:
    """A QueuePause for each queue; one without a queue for each interface where it is about all of them."""
    if all_of_them:
        interfaces = dict.fromkeys(_interface(agent, queue) for queue in queues)
        return tuple(Step("QueuePause", {"Interface": one, **more}) for one in interfaces)
    return tuple(Step("QueuePause", {"Queue": one, "Interface": _interface(agent, one), **more}) for one in queues)


def pause(act: PauseAgent, asker: Asker, sight: Sight) -> Decision:
    """No callers, with a reason."""
    found = _places(act.agent, act.queue, asker, sight)
    if isinstance(found, Told):
        return found
    agent, queues = found
    where = f"{sight.named(act.agent)} is paused in {', '.join(queues)}"
    if all(agent.members[one].paused and act.reason in {"", agent.members[one].reason} for one in queues):
        return Told("already_so", f"{where} already")
    every = act.queue is None and set(queues) == set(agent.members)
    steps = _said(agent, queues, all_of_them=every, Paused="true", Reason=act.reason)
    return Steps(steps, where + (f": {act.reason}" if act.reason else ""))


def unpause(act: UnpauseAgent, asker: Asker, sight: Sight) -> Decision:
    """Callers again."""
    found = _places(act.agent, act.queue, asker, sight)
    if isinstance(found, Told):
        return found
    agent, queues = found
    if not any(agent.members[one].paused for one in queues):
        return Told("already_so", f"{sight.named(act.agent)} is not paused in {', '.join(queues)}")
    every = act.queue is None and set(queues) == set(agent.members)
    steps = _said(agent, queues, all_of_them=every, Paused="false")
    return Steps(steps, f"{sight.named(act.agent)} takes callers of {', '.join(queues)} again")


def add(act: AddMember, asker: Asker, sight: Sight) -> Decision:
    """One queue more."""
    if not asker.has(act.queue):
        return not_theirs(asker, [act.queue])
    if act.queue not in sight.queues:
        return sight.no_queue(act.queue, asker)
    state, agent = sight.state, sight.state.agents.get(act.agent)
    if agent is None and act.agent not in state.rules.agents:
        return Told("unknown_agent", f"there is no agent {act.agent}; expected an id of `agents` in hotline.yaml")
    if agent is not None and act.queue in agent.members:
        place = agent.members[act.queue]
        if place.penalty == act.penalty:
            return Told("already_so", f"{sight.named(act.agent)} is in {act.queue} with penalty {act.penalty} already")
        is_one = f"{sight.named(act.agent)} is in {act.queue} already, with penalty {place.penalty}"
        return Told("is_a_member", f"{is_one}; change the penalty instead")
    interface = next((one.interface for one in (agent.members if agent else {}).values() if one.interface), "")
    interface = interface or f"PJSIP/{act.agent}"
    name = state.rules.agents.get(act.agent) or (agent.name if agent else act.agent)
    paused = any(one.paused for one in (agent.members if agent else {}).values())
    fields: Fields = {
        "Queue": act.queue,
        "Interface": interface,
        "Penalty": act.penalty,
        "Paused": paused,  # whoever is at lunch stays there
        "MemberName": name,
        "StateInterface": interface,
    }
    also = ", paused as in the other queues" if paused else ""
    steps = (Step("QueueAdd", fields),)
    return Steps(steps, f"{sight.named(act.agent)} serves {act.queue} with penalty {act.penalty}{also}")


def remove(act: RemoveMember, asker: Asker, sight: Sight) -> Decision:
    """One queue less."""
    found = _places(act.agent, act.queue, asker, sight)
    if isinstance(found, Told):
        if found.code == "not_a_member" and act.queue in sight.queues:
            return Told("already_so", found.words)
        return found
    agent, _ = found
    if agent.members[act.queue].added_by in OF_THE_CONFIGURATION:
        who = f"{sight.named(act.agent)} is in {act.queue} by hotline.yaml"
        return Told("static_member", f"{who}; Asterisk takes out only agents added while it runs. Pause there instead")
    step = Step("QueueRemove", {"Queue": act.queue, "Interface": _interface(agent, act.queue)})
    return Steps((step,), f"{sight.named(act.agent)} serves {act.queue} no more")


def set_penalty(act: SetPenalty, asker: Asker, sight: Sight) -> Decision:
    """Rung sooner or later than others."""
    found = _places(act.agent, act.queue, asker, sight)
    if isinstance(found, Told):
        return found
    agent, _ = found
    if agent.members[act.queue].penalty == act.penalty:
        return Told("already_so", f"the penalty of {sight.named(act.agent)} in {act.queue} is {act.penalty} already")
    fields: Fields = {"Queue": act.queue, "Interface": _interface(agent, act.queue), "Penalty": act.penalty}
    return Steps((Step("QueuePenalty", fields),), f"{sight.named(act.agent)} has penalty {act.penalty} in {act.queue}")


def sign_off(act: SignOff, asker: Asker, sight: Sight) -> Decision:
    """Out of the queues an agent was added to, paused in those of the configuration; a talk goes on to its end."""
    found = _places(act.agent, None, asker, sight)
    if isinstance(found, Told):
        return found
    agent, queues = found
    fixed = [one for one in queues if agent.members[one].added_by in OF_THE_CONFIGURATION]
    unpaused = [one for one in fixed if not agent.members[one].paused or agent.members[one].reason != SIGNED_OFF]
    added = [one for one in queues if one not in fixed]
    if not added and not unpaused:
        return Told("already_so", f"{sight.named(act.agent)} is signed off already")
    steps = _said(agent, unpaused, all_of_them=False, Paused="true", Reason=SIGNED_OFF)
    gone = tuple(Step("QueueRemove", {"Queue": one, "Interface": _interface(agent, one)}) for one in added)
    paused = f"paused in {', '.join(fixed)}, where hotline.yaml has him" if fixed else ""
    words = "; ".join(filter(None, (f"out of {', '.join(added)}" if added else "", paused)))
    return Steps((*steps, *gone), f"{sight.named(act.agent)} is signed off: {words}")
