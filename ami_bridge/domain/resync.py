"""A snapshot replaces what events may have missed.

Asterisk may deliver events that happened before the snapshot after it, so nothing here assumes to be the last word: the
reducer takes a second Join or Leave of a known visit for what it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain.changing import replace
from ami_bridge.domain.members import put_member, row_is_there
from ami_bridge.domain.model import Agent, Call, Visit
from ami_bridge.domain.states import NEXT_PHASE, Phase, Step
from store import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import ChannelSeen, MemberSeen, SnapshotTaken, WaitingSeen


def take_snapshot(draft: Draft, shot: SnapshotTaken, see_member: Callable[[Draft, MemberSeen], None]) -> None:
    """Members, callers in line, callers talking, callers in the flow: all as the switch says now."""
    channels = {c.channel_id: c for c in shot.channels}
    _members(draft, shot, see_member)
    for channel_id in draft.look("ordinals"):
        if channel_id not in channels and channel_id not in draft.look("hung"):
            draft.own("hung")[channel_id] = shot.at  # its hang-up was not heard
    in_line = {(w.channel_id, w.queue) for w in shot.waiting}
    for visit in list(draft.look("visits").values()):
        if visit.is_open and (_callers_channel(visit), visit.row.queue) not in in_line:
            _not_in_line(draft, shot, visit, channels)
    for waiting in shot.waiting:
        _waiting(draft, shot, waiting, channels.get(waiting.channel_id))
    for channel in shot.channels:
        if channel.application == "Queue" and draft.open_visit(channel.channel_id) is None:
            _found_talking(draft, shot, channel)
    _calls(draft, shot)
    for queue in shot.queues:
        draft.show_queue(queue)
    draft.set("knowing", "complete")
    draft.set("knowing_since", shot.at)
    draft.show_knowledge()


def _members(draft: Draft, shot: SnapshotTaken, see_member: Callable[[Draft, MemberSeen], None]) -> None:
    seen = {(draft.rules.agent_of(m.interface), m.queue) for m in shot.members}
    for agent in list(draft.look("agents").values()):
        for queue in agent.members:
            if (agent.id, queue) not in seen:
                put_member(draft, draft.agent(agent.id, shot.at), queue, None, shot.at)
    for member in shot.members:
        row_is_there(draft, member)
        see_member(draft, member)
    if shot.unreachable is None:
        return
    for agent_id in {*draft.rules.agents, *shot.unreachable}:
        agent = draft.agent(agent_id, shot.at)
        draft.put_agent(replace(agent, unreachable=agent_id in shot.unreachable), shot.at)


def _waiting(draft: Draft, shot: SnapshotTaken, found: WaitingSeen, channel: ChannelSeen | None) -> None:
    visit = draft.open_visit(found.channel_id, found.queue, Phase.WAITING, Phase.LEFT)
    if visit is not None:
        row = visit.row  # its position is the one at entry, not the one it has moved up to
        row = replace(row, position=row.position or found.position, priority=found.priority)
        visit = replace(visit, row=row, phase=Phase.WAITING, left_at=None, gave_up=False)
        draft.put_visit(_known_by(channel, found, visit) if channel else visit, shot.at)
        return
    ordinal = draft.look("ordinals").get(found.channel_id, 0) + 1
    tags = channel.tags if channel else None
    fresh = draft.add_visit(
        rows.Visit(
            id=rows.visit_id(draft.node, found.channel_id, ordinal),
            node=draft.node,
            call_id=channel.call_id if channel else found.channel_id,
            channel_id=found.channel_id,
            ordinal=ordinal,
            queue=found.queue,
            entered_at=shot.at - timedelta(seconds=found.wait_s),
            caller=found.caller,
            caller_name=found.caller_name,
            number=tags.number if tags else "",
            language=tags.language if tags else "",
            vip=tags.vip if tags else False,
            flow=tags.flow if tags else "",
            flow_version=tags.flow_version if tags else "",
            priority=found.priority,
            position=found.position,
            evidence="snapshot: found waiting",
        )
    )
    draft.put_visit(replace(fresh, announce=tags.announce if tags else ""), shot.at)


def _known_by(channel: ChannelSeen, found: WaitingSeen, visit: Visit) -> Visit:
    """The visit with what its channel tells of the caller: of one that began while nobody looked, the log knew less."""
    row, tags = visit.row, channel.tags
    row = replace(
        row,
        call_id=channel.call_id,
        caller_name=row.caller_name or found.caller_name,
        number=row.number or tags.number,
        language=row.language or tags.language,
        vip=row.vip or tags.vip,
        flow=row.flow or tags.flow,
        flow_version=row.flow_version or tags.flow_version,
    )
    return replace(visit, row=row, announce=tags.announce)


def _not_in_line(draft: Draft, shot: SnapshotTaken, visit: Visit, channels: dict[str, ChannelSeen]) -> None:
    channel = channels.get(_callers_channel(visit))
    talking = channel is not None and channel.application == "Queue" and bool(channel.bridge_id)
    if visit.phase is Phase.TALKING:
        if channel is None or not channel.bridge_id:
            draft.complete(visit, shot.at, None, "snapshot: the end was not seen")
        elif visit.row.agent:
            _still_talking(draft, shot, visit, _partner(channel, channels))
        return
    if channel is not None and talking:
        partner = _partner(channel, channels)
        if partner is not None:
            interface = partner.channel.rpartition("-")[0]
            draft.connect(
                visit,
                draft.rules.agent_of(interface),
                shot.at,
                seen=False,
                interface=interface,
                agent_channel_id=partner.channel_id,
                evidence="snapshot: found talking",
            )
            return
    if channel is not None and channel.application == "Queue" and NEXT_PHASE[visit.phase, Step.LEAVE] is Phase.LEFT:
        return  # between the line and an agent at this very moment; events will tell
    draft.settle(visit, "unknown_after_gap", shot.at, "snapshot: no longer there, how it ended was not seen")


def _callers_channel(visit: Visit) -> str:
    """The channel the switch tells of the visit under: the caller's, also where a leg that is gone began it."""
    return visit.went_on_as or visit.row.channel_id


def _still_talking(draft: Draft, shot: SnapshotTaken, visit: Visit, partner: ChannelSeen | None) -> None:
    """A talk goes on; of one taken over from an earlier bridge the agent's channel must be learnt, for holds."""
    agent = draft.agent(visit.row.agent or "", shot.at)
    if visit.id not in agent.also:
        draft.put_agent(draft.serve(agent, visit.id), shot.at)
    visit = draft.served(visit, agent.id)
    if partner is None or visit.agent_channel_id:
        return
    if draft.rules.agent_of(partner.channel.rpartition("-")[0]) == agent.id:
        draft.put_visit(replace(visit, agent_channel_id=partner.channel_id), shot.at)


def _partner(channel: ChannelSeen, channels: dict[str, ChannelSeen]) -> ChannelSeen | None:
    for other in channels.values():
        if other.bridge_id == channel.bridge_id and other.channel_id != channel.channel_id:
            return other
    return None


def _found_talking(draft: Draft, shot: SnapshotTaken, channel: ChannelSeen) -> None:
    """A talk whose beginning nobody saw: kept, without a wait that would be made up."""
    if _transferred(draft, channel):
        return
    partner = _partner(channel, {c.channel_id: c for c in shot.channels}) if channel.bridge_id else None
    if partner is None:
        return
    interface = partner.channel.rpartition("-")[0]
    agent: Agent = draft.agent(draft.rules.agent_of(interface), shot.at)
    ordinal = draft.look("ordinals").get(channel.channel_id, 0) + 1
    visit = draft.add_visit(
        rows.Visit(
            id=rows.visit_id(draft.node, channel.channel_id, ordinal),
            node=draft.node,
            call_id=channel.call_id,
            channel_id=channel.channel_id,
            ordinal=ordinal,
            queue=channel.data.partition(",")[0],
            entered_at=max(channel.since, draft.look("day_start")) if channel.since < shot.at else shot.at,
            caller=channel.caller,
            caller_name=channel.caller_name,
            number=channel.tags.number,
            language=channel.tags.language,
            vip=channel.tags.vip,
            flow=channel.tags.flow,
            flow_version=channel.tags.flow_version,
        )
    )
    draft.connect(
        visit,
        agent.id,
        shot.at,
        seen=False,
        interface=interface,
        agent_channel_id=partner.channel_id,
        evidence="snapshot: found talking, the beginning was not seen",
    )


def _transferred(draft: Draft, channel: ChannelSeen) -> bool:
    """Whether an agent gave the caller to somebody else: the channel stays in Queue() until that talk is over, too.

    queue_log and AMI call it an end by the agent where he hung up before the other one answered. Of a new visit to the
    same queue the log would have told. `ageing` forgets no such visit before the caller is gone.
    """
    known = draft.visits_of(channel.channel_id)
    if not known:
        return False
    last = known[-1].row
    return last.outcome == "answered" and last.queue == channel.data.partition(",")[0]


def _calls(draft: Draft, shot: SnapshotTaken) -> None:
    there = {c.call_id: c for c in shot.channels if c.tags.number and c.channel_id == c.call_id}
    for call_id in list(draft.look("calls")):
        if call_id not in there:
            del draft.own("calls")[call_id]
            draft.show_call(call_id)
    for call_id, channel in there.items():
        known = draft.look("calls").get(call_id)
        draft.own("calls")[call_id] = Call(
            call_id=call_id,
            channel_id=channel.channel_id,
            caller=channel.caller,
            tags=channel.tags,
            since=known.since if known else channel.since,
        )
        draft.show_call(call_id)
