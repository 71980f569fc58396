"""An agent's places in queues: taken, changed and given up, told by AMI, or in a gap by queue_log.

While AMI tells nothing, queue_log's lines are applied to the second. They do not know the penalty a member was added
with, nor of members that a reload of queues.conf brought or took: the snapshot at the gap's end tells what is then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.changing import replace
from ami_bridge.domain.model import Agent, Member
from ami_bridge.domain.states import Phone
from ami_bridge.queue_log.verbs import counted
from store import rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import ContactSeen, LedgerLine, MemberSeen

ADDED_BY: Final[Mapping[str, str]] = {"static": "configuration", "dynamic": "member", "realtime": "realtime"}
"""Of AMI's ``Membership`` (app_queue.c), where queue_log has not told more."""
AUTO_PAUSE: Final = "Auto-Pause"
"""The reason app_queue itself pauses for, after a call not taken (app_queue.c, ``rna``)."""
RUN_TIME: Final = ADDED_BY["dynamic"]
"""Added at run time, and queue_log has not said by whom."""
REALTIME: Final = "REALTIME"
"""In place of a channel, where app_queue itself noticed that a row of the database came or went."""
A_SECOND: Final = timedelta(seconds=1)
"""queue_log cuts a moment down to its second."""


def put_member(draft: Draft, agent: Agent, queue: str, member: Member | None, at: datetime) -> Agent:
    """An agent's place in a queue: new, changed, or (None) given up."""
    before = agent.members.get(queue)
    members = {q: m for q, m in agent.members.items() if q != queue}
    if before is not None:
        at = max(at, before.since)
    if member is not None:
        member = replace(member, skills=draft.rules.skills_of(agent.id))
        if before is not None:
            member = replace(member, added_by=_who_added(before, member))
            if _same(before, member):
                penalty = member.penalty if before.penalty is None else before.penalty
                member = replace(member, penalty=penalty, since=before.since, evidence=before.evidence)
            else:
                member = replace(member, since=at)
        members[queue] = member
    _keep(draft, (agent.id, queue), before, member, at)
    draft.show_queue(queue)
    agent = replace(agent, members=members)
    if not members and agent.wrap_until is not None:  # signed off: the rest is over
        agent = replace(agent, wrap_until=None, wrap_visit=None, wrap_queue=None)
    return draft.put_agent(agent, at)


def see_contact(draft: Draft, event: ContactSeen) -> None:
    """Whether an agent's telephone can be reached."""
    if event.agent in draft.look("agents"):
        agent = draft.agent(event.agent, event.at)
        draft.put_agent(replace(agent, unreachable=not event.reachable), event.at)


def _who_added(before: Member, after: Member) -> str:
    """The better word of the two: queue_log names who it was, AMI only the kind."""
    return after.added_by if before.added_by in {"", RUN_TIME} and after.added_by else before.added_by


def _same(before: Member, after: Member) -> bool:
    """Whether nothing changed that is told of; a penalty nobody knew is no other one."""
    known = before.penalty is None or after.penalty is None or before.penalty == after.penalty
    same = (before.paused, before.reason, before.skills) == (after.paused, after.reason, after.skills)
    return known and same


def _keep(draft: Draft, place: tuple[str, str], before: Member | None, after: Member | None, at: datetime) -> None:
    agent_id, queue = place
    if before is not None and (after is None or after.since != before.since):
        ended = _stretch(draft, agent_id, queue, before)
        draft.keep(replace(ended, ended_at=at), ended.id)
    if after is not None and (before is None or _told(before) != _told(after)):
        stretch = _stretch(draft, agent_id, queue, after)
        draft.keep(stretch, stretch.id)
    kept = after or before
    if kept is not None and (before is None or after is None or _told(before) != _told(after)):
        row = rows.Membership(
            node=draft.node,
            agent=agent_id,
            queue=queue,
            penalty=kept.penalty or 0,
            paused=kept.paused,
            since=kept.since,
            left_at=None if after is not None else at,
        )
        draft.keep(row, agent_id, queue)


def _told(member: Member) -> tuple[object, ...]:
    return member.since, member.penalty, member.paused, member.reason, member.skills, member.added_by


def _stretch(draft: Draft, agent_id: str, queue: str, member: Member) -> rows.MembershipInterval:
    return rows.MembershipInterval(
        id=rows.membership_interval_id(draft.node, agent_id, queue, member.since),
        node=draft.node,
        agent=agent_id,
        queue=queue,
        started_at=member.since,
        penalty=member.penalty,
        paused=member.paused,
        reason=(member.reason or None) if member.paused else None,
        paused_by="queue" if member.paused and member.reason == AUTO_PAUSE else None,
        added_by=member.added_by or None,
        skills=", ".join(member.skills),
        evidence=member.evidence,
    )


def member_of(row: rows.MembershipInterval) -> Member:
    """The place as it was when the last bridge stopped; what its phone does, the snapshot tells."""
    return Member(
        penalty=row.penalty,
        paused=row.paused,
        reason=row.reason or "",
        phone=Phone.FREE,
        wrap_up_s=0.0,
        since=row.started_at,
        added_by=row.added_by or "",
        skills=tuple(row.skills.split(", ")) if row.skills else (),
        evidence=row.evidence,
    )


# -- what the log tells while AMI does not


def take_member_line(draft: Draft, line: LedgerLine, agent_id: str) -> None:
    """ADDMEMBER, REMOVEMEMBER, PAUSE, UNPAUSE and PENALTY, in a gap; AMI saw everything else itself, and more exactly.

    But for one: a member whose row went out of the database is gone by the log alone, gap or not.

    A pause over a pause is another PAUSE, without an UNPAUSE between (FACTS: pause over pause); PAUSEALL and UNPAUSEALL
    are said before the lines of each queue.
    """
    gap: datetime | None = draft.look("gap_since")
    if gap is None or line.at + A_SECOND <= gap:
        _beside_ami(draft, line, agent_id)
        return
    at = max(line.at, gap)
    if line.verb == "ADDMEMBER":
        _added(draft, line, agent_id, at)
        return
    agent: Agent | None = draft.look("agents").get(agent_id)
    member = agent.members.get(line.queue) if agent is not None else None
    if agent is None or member is None:
        return
    told: Member | None
    match line.verb:
        case "REMOVEMEMBER":
            told = None
        case "PAUSE":
            # what stands behind further bars belongs to the reason: nothing in the log is escaped
            told = replace(member, paused=True, reason="|".join(line.data))
        case "UNPAUSE":
            told = replace(member, paused=False, reason="")
        case "PENALTY" if (penalty := counted("".join(line.data[:1]))) is not None:
            if member.penalty is None:  # what it was until now nobody told, and it is not this one
                told = replace(member, evidence="queue_log")
                put_member(draft, agent, line.queue, None, at)
                told = replace(told, penalty=penalty, since=at)
                put_member(draft, draft.look("agents")[agent_id], line.queue, told, at)
                return
            told = replace(member, penalty=penalty)
        case _:
            return
    put_member(draft, agent, line.queue, told and replace(told, evidence="queue_log"), at)


def _beside_ami(draft: Draft, line: LedgerLine, agent_id: str) -> None:
    if line.verb == "ADDMEMBER":
        _named(draft, line, agent_id)
        _row_again(draft, line, agent_id)
    elif line.verb == "REMOVEMEMBER" and line.channel_id == REALTIME:
        _row_gone(draft, line, agent_id)


def _row_gone(draft: Draft, line: LedgerLine, agent_id: str) -> None:
    """A member whose row went out of the database: AMI has no event of it (app_queue.c, kill_realtime_dead_members).

    If he talks, his QueueMemberStatus at the end of the talk comes all the same (seen: rtleaves in tests/traps).
    """
    agent: Agent | None = draft.look("agents").get(agent_id)
    member = agent.members.get(line.queue) if agent is not None else None
    if agent is not None and member is not None and member.since < line.at + A_SECOND:  # else it is a newer row
        agent = put_member(draft, agent, line.queue, None, line.at)
        draft.put_agent(replace(agent, rows_gone=agent.rows_gone | {line.queue}), line.at)


def _row_again(draft: Draft, line: LedgerLine, agent_id: str) -> None:
    agent: Agent | None = draft.look("agents").get(agent_id)
    if agent is not None and line.channel_id == REALTIME and line.queue in agent.rows_gone:
        draft.put_agent(replace(agent, rows_gone=agent.rows_gone - {line.queue}), line.at)
        _added(draft, line, agent_id, line.at)


def row_is_there(draft: Draft, seen: MemberSeen) -> None:
    """A snapshot found a member: he is in the queue, whatever was told of his row."""
    agent: Agent | None = draft.look("agents").get(draft.rules.agent_of(seen.interface))
    if agent is not None and seen.queue in agent.rows_gone:
        draft.put_agent(replace(agent, rows_gone=agent.rows_gone - {seen.queue}), seen.at)


def _named(draft: Draft, line: LedgerLine, agent_id: str) -> None:
    """Who added a member whose adding AMI told, without saying who did it."""
    agent: Agent | None = draft.look("agents").get(agent_id)
    member = agent.members.get(line.queue) if agent is not None else None
    if agent is None or member is None or member.added_by not in {"", RUN_TIME}:
        return
    if line.at <= member.since <= line.at + 2 * A_SECOND:
        put_member(draft, agent, line.queue, replace(member, added_by=line.channel_id), line.at)


def _added(draft: Draft, line: LedgerLine, agent_id: str, at: datetime) -> None:
    agent = draft.agent(agent_id, at)
    if line.queue in agent.members:
        return
    phones = [member.phone for member in agent.members.values()]
    member = Member(
        penalty=None,
        paused=line.data[:1] == ("PAUSED",),
        reason="",
        phone=phones[0] if phones else Phone.FREE,
        wrap_up_s=0.0,
        since=at,
        interface=line.member_name,
        added_by=line.channel_id,
        evidence="queue_log",
    )
    put_member(draft, agent, line.queue, member, at)


def take_start(draft: Draft, line: LedgerLine) -> None:
    """QUEUESTART: Asterisk started, in a gap of course, and its members are as it has them written down.

    Those of queues.conf are not paused, those added at run time as they were (``persistentmembers``). The penalty is
    the one of that file, or of when the queue was saved last (`queue_log.agents.SAVES`): the snapshot tells it.
    """
    gap: datetime | None = draft.look("gap_since")
    if gap is None or line.at + A_SECOND <= gap:
        return
    at = max(line.at, gap)
    for agent_id in list(draft.look("agents")):
        for queue, member in draft.look("agents")[agent_id].members.items():
            if member.added_by in {REALTIME, ADDED_BY["realtime"]}:
                continue  # its row says what it is
            static = member.added_by in {"", ADDED_BY["static"]}
            told = replace(member, paused=False, reason="") if static else member
            if member.penalty is None and told == member:
                continue
            put_member(draft, draft.look("agents")[agent_id], queue, None, at)
            told = replace(told, penalty=None, since=max(at, member.since), evidence="queue_log")
            put_member(draft, draft.look("agents")[agent_id], queue, told, at)


# -- the end of a gap


def end_gap(draft: Draft, at: datetime) -> None:
    """A snapshot ended the time nobody saw: each agent's stretch is cut where it began and where it ends.

    What lies between is `unknown` until the reconciler has filled in what queue_log knows of it. It owns the rows
    within the gap, the reducer those from its end on.
    """
    since: datetime | None = draft.look("gap_since")
    draft.set("gap_since", None)
    if since is None:
        return
    # where the switch's clock is behind ours the gap is closed all the same
    gap = rows.Gap(node=draft.node, since=since, until=max(at, since), cause=draft.look("gap_cause"))
    draft.keep(gap, since)
    for agent in list(draft.look("agents").values()):
        draft.put_agent(_cut(draft, agent, since, at), at)


def _cut(draft: Draft, agent: Agent, since: datetime, at: datetime) -> Agent:
    now = agent.interval
    begin = max(since, now.started_at)
    if at <= begin:
        return agent
    if begin > now.started_at:
        draft.keep(replace(now, ended_at=begin), now.id)
    unseen = rows.AgentInterval(
        id=rows.interval_id(draft.node, agent.id, begin),
        node=draft.node,
        agent=agent.id,
        state="unknown",
        started_at=begin,
        ended_at=at,
    )
    draft.keep(unseen, unseen.id)
    seen = replace(now, id=rows.interval_id(draft.node, agent.id, at), started_at=at)
    draft.keep(seen, seen.id)
    return replace(agent, interval=seen, shown_since=agent.shown_since or now.started_at)
