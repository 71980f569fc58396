"""``apply(state, event, now)``: the one place where something that happened becomes something we know.

Pure: the same state, event and now give the same result on a live switch, in a test, and in a replayed transcript.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ami_bridge.domain import events as ev
from ami_bridge.domain.ageing import pass_time, turn_the_day
from ami_bridge.domain.changing import replace
from ami_bridge.domain.corrections import correct
from ami_bridge.domain.draft import Draft
from ami_bridge.domain.forward import bring_forward, stands_since
from ami_bridge.domain.handover import handed_over, link_transferred, talk_under_another_name
from ami_bridge.domain.ledger import take_ledger_line
from ami_bridge.domain.members import ADDED_BY, end_gap, put_member, see_contact
from ami_bridge.domain.model import Call, Changes, Member, State, Visit
from ami_bridge.domain.refusals import refused
from ami_bridge.domain.resync import take_snapshot
from ami_bridge.domain.ringing import begin_ringing, end_as_dialled, end_in_vain
from ami_bridge.domain.states import (
    NEXT_PHASE,
    OUTCOME_OF_STATUS,
    PHONE_OF_STATUS,
    REFUSED_AT_THE_DOOR,
    Phase,
    Phone,
    Step,
)
from ami_bridge.domain.waits import note_waits
from ami_bridge.domain.whose import SLACK, as_it_began, heard_of, may_be_told, thought_gone, told_before
from store import rows

if TYPE_CHECKING:
    from datetime import datetime

    from store.rows import EndedBy


def apply(state: State, event: ev.Event, now: datetime) -> tuple[State, Changes]:
    """The state after an event, and what it changed. ``now`` is the bridge's clock; ``event.at`` is the switch's."""
    draft = Draft(state)
    try:
        if now >= state.next_midnight:
            turn_the_day(draft, now)
        _take(draft, event)
        note_waits(draft)
    except BaseException:  # whatever it was, the state before must stay as it was
        draft.give_up()
        raise
    if not isinstance(event, ev.Ticked | ev.LedgerLine | ev.LinkChanged | ev.Repaired | ev.BroughtForward):
        draft.set("last_event_at", max(event.at, state.last_event_at or event.at))
    return draft.finish()


def _take(draft: Draft, event: ev.Event) -> None:  # noqa: C901, PLR0912 - one line per kind of event, a closed set
    match event:
        case ev.Joined():
            _join(draft, event)
        case ev.Left():
            _leave(draft, event)
        case ev.GaveUp():
            _give_up(draft, event)
        case ev.Resulted():
            _result(draft, event)
        case ev.MovedOn():
            _move_on(draft, event.channel_id, event.at)
        case ev.Tagged():
            _tag(draft, event)
        case ev.HungUp():
            _hang_up(draft, event)
        case ev.Rang():
            begin_ringing(draft, event)
        case ev.NotAnswered():
            end_in_vain(draft, event)
        case ev.Connected():
            _connect(draft, event)
        case ev.Completed():
            _complete(draft, event)
        case ev.HandedOn():
            _hand_on(draft, event)
        case ev.DialEnded():
            end_as_dialled(draft, event)
        case ev.HoldChanged():
            _hold(draft, event)
        case ev.MusicStopped():
            _music_stops(draft, event)
        case ev.MemberSeen():
            see_member(draft, event)
        case ev.MemberGone():
            _lose_member(draft, event)
        case ev.ContactSeen():
            see_contact(draft, event)
        case ev.BroughtForward():
            bring_forward(draft, event)
        case ev.SnapshotTaken():
            take_snapshot(draft, event, see_member)
            end_gap(draft, event.at)
        case ev.LinkChanged():
            _link_changed(draft, event)
        case ev.LedgerLine():
            take_ledger_line(draft, event)
        case ev.Repaired():
            correct(draft, event)
        case ev.Ticked():
            pass_time(draft, event.at)


def _link_changed(draft: Draft, event: ev.LinkChanged) -> None:
    draft.set("knowing", "catching_up" if event.up else "blind")
    draft.set("knowing_since", event.at)
    draft.show_knowledge()
    unseen = event.unseen_since or (None if event.up else event.at)
    if draft.look("gap_since") is None and unseen is not None:
        draft.set("gap_since", unseen)
        draft.set("gap_cause", event.cause)
        draft.keep(rows.Gap(node=draft.node, since=unseen, cause=event.cause), unseen)


# -- callers


def _join(draft: Draft, event: ev.Joined) -> None:
    known = draft.open_visit(event.channel_id, event.queue, Phase.WAITING) or told_before(
        draft.visits_of(event.channel_id), event
    )
    if known is not None:
        known = as_it_began(known)
        row = known.row
        fresh = draft.new_row(event, event.queue)
        row = replace(
            row,
            call_id=event.call_id,
            position=event.position,
            caller=row.caller or event.caller,
            caller_name=row.caller_name or event.caller_name,
            number=row.number or fresh.number,
            language=row.language or fresh.language,
            vip=row.vip or fresh.vip,
            flow=row.flow or fresh.flow,
            flow_version=row.flow_version or fresh.flow_version,
        )
        draft.put_visit(replace(known, row=row, place=event.place, announce=event.tags.announce), event.at)
        return
    stale = draft.open_visit(event.channel_id, "", Phase.WAITING, Phase.LEFT)
    if stale is not None:
        _move_on(draft, event.channel_id, event.at)
    visit = draft.add_visit(draft.new_row(event, event.queue, position=event.position), place=event.place)
    since = stands_since(draft, visit, event.position)
    draft.put_visit(replace(visit, announce=event.tags.announce, stands_since=since), event.at)


def _leave(draft: Draft, event: ev.Left) -> None:
    visit = draft.open_visit(event.channel_id, event.queue, Phase.WAITING)
    if visit is None or event.at < visit.row.entered_at:
        return
    # a pressed key sends the channel to another extension before it leaves (left_by_key transcript)
    elsewhere = bool(visit.place and event.place and visit.place != event.place) and not visit.gave_up
    visit = draft.put_visit(
        replace(visit, phase=NEXT_PHASE[visit.phase, Step.LEAVE], left_at=event.at, key_pressed=elsewhere), event.at
    )
    if elsewhere:
        draft.settle(visit, "left_by_key", event.at, "ami: left the queue at another extension")


def _give_up(draft: Draft, event: ev.GaveUp) -> None:
    visit = draft.open_visit(event.channel_id, event.queue, Phase.WAITING, Phase.LEFT)
    if visit is not None and event.at >= visit.row.entered_at:
        draft.put_visit(replace(visit, gave_up=True, phase=NEXT_PHASE[visit.phase, Step.GIVE_UP]), event.at)


def _music_stops(draft: Draft, event: ev.MusicStopped) -> None:
    visit = draft.open_visit(event.channel_id, "", Phase.WAITING)
    if visit is not None:
        draft.put_visit(replace(visit, music_stopped_at=event.at), event.at)


def _result(draft: Draft, event: ev.Resulted) -> None:
    outcome = OUTCOME_OF_STATUS.get(event.status)
    visit = draft.open_visit(event.channel_id, "", Phase.WAITING, Phase.LEFT)
    evidence = f"ami: QUEUESTATUS={event.status}"
    if outcome is None:
        if event.status == "CONTINUE":
            talking = draft.open_visit(event.channel_id, "", Phase.TALKING)
            if talking is not None:
                draft.complete(talking, event.at, None, evidence)
        return
    if outcome not in REFUSED_AT_THE_DOOR:
        if visit is not None and may_be_told(visit, event.tags.queue):
            draft.settle(visit, outcome, event.at, evidence)
        return
    if visit is not None:  # it is another queue's door: out of this one the caller was moved before
        _move_on(draft, event.channel_id, event.at)
    if event.tags.queue:
        refused(draft, event, outcome, evidence)


def _move_on(draft: Draft, channel_id: str, at: datetime) -> None:
    visit = draft.open_visit(channel_id)
    if visit is None:
        return
    if visit.phase is Phase.TALKING:
        draft.complete(visit, at, None, "ami: the dialplan went on")
    elif visit.gave_up:
        draft.settle(visit, "withdrawn", at, "ami: moved elsewhere while waiting")
    else:
        draft.settle(visit, "left_by_key", at, "ami: the dialplan went on without QUEUESTATUS")


def _hang_up(draft: Draft, event: ev.HungUp) -> None:
    for visit in draft.visits_of(event.channel_id):
        if visit.went_on_as not in {"", event.channel_id}:
            continue  # the transferring leg ends, the caller goes on
        if visit.phase is Phase.TALKING:
            draft.put_visit(replace(visit, hung_up_at=event.at), event.at)
        elif visit.is_open:
            how = "while waiting" if visit.gave_up else "between the line and an agent"
            draft.settle(visit, "abandoned", event.at, f"ami: hung up {how}")
    if event.channel_id in draft.look("ordinals"):
        draft.own("hung")[event.channel_id] = event.at
    call = draft.look("calls").get(event.call_id)
    if call is not None and call.channel_id == event.channel_id:
        del draft.own("calls")[event.call_id]
        draft.show_call(event.call_id)


def _tag(draft: Draft, event: ev.Tagged) -> None:
    if event.tags.number and event.channel_id == event.call_id:  # the agents' channels inherit the tags
        known: Call | None = draft.look("calls").get(event.call_id)
        call = Call(
            call_id=event.call_id,
            channel_id=event.channel_id,
            caller=event.caller,
            tags=event.tags,
            since=known.since if known else event.at,
        )
        if call != known:
            draft.own("calls")[event.call_id] = call
            draft.show_call(event.call_id)
    visit = draft.open_visit(event.channel_id)
    if visit is not None and event.tags.number:
        tags = event.tags
        row = replace(visit.row, language=tags.language or visit.row.language, vip=tags.vip or visit.row.vip)
        if row != visit.row:
            draft.put_visit(replace(visit, row=row), event.at)


# -- talking


def _connect(draft: Draft, event: ev.Connected) -> None:
    agent_id = draft.rules.agent_of(event.interface)
    visit = draft.open_visit(event.channel_id, event.queue)
    told = visit if visit is not None and visit.phase is Phase.TALKING else None
    if visit is None:
        told = told_before(draft.visits_of(event.channel_id), event, agent_id)
    if told is not None:
        row = replace(told.row, interface=told.row.interface or event.interface)
        draft.put_visit(replace(heard_of(told), row=row, agent_channel_id=event.agent_channel_id), event.at)
        return
    if visit is None:
        began = event.at - timedelta(seconds=event.waited_s)
        visit = thought_gone(draft.visits_of(event.channel_id), event) or handed_over(
            draft, event.channel_id, event.queue, began
        )
    if visit is None:  # the joining was not seen
        row = draft.new_row(event, event.queue)
        visit = draft.add_visit(replace(row, entered_at=event.at - timedelta(seconds=event.waited_s)))
    draft.connect(
        heard_of(visit),
        agent_id,
        event.at,
        agent_name=event.member_name,
        interface=event.interface,
        agent_channel_id=event.agent_channel_id,
    )


def _complete(draft: Draft, event: ev.Completed) -> None:
    reasons: dict[str, EndedBy] = {"caller": "caller", "agent": "agent", "transfer": "transfer"}
    ended_by = reasons.get(event.reason)
    agent_id, began = draft.rules.agent_of(event.interface), event.at - timedelta(seconds=event.talked_s)
    talking = draft.open_visit(event.channel_id, event.queue, Phase.TALKING)
    visit = (
        (talking if talking is not None and talking.row.agent == agent_id else None)
        or _just_over(draft, event, agent_id)
        or talk_under_another_name(draft, event.channel_id, event.queue, agent_id, began)
    )
    if visit is None:
        visit = draft.open_visit(event.channel_id, event.queue)
        if visit is None:
            return
        visit = draft.connect(  # the connection was not seen
            visit, agent_id, began, agent_name=event.member_name, interface=event.interface
        )
    visit = draft.put_visit(heard_of(visit), event.at)
    if visit.phase is not Phase.ENDED:
        draft.complete(visit, event.at, ended_by)
    elif visit.row.ended_by is None or ended_by == "transfer":
        draft.put_visit(replace(visit, row=replace(visit.row, ended_by=ended_by)), event.at)


def _just_over(draft: Draft, event: ev.Completed, agent_id: str) -> Visit | None:
    """A talk that is known to be over: QUEUESTATUS and a snapshot tell before AgentComplete, and not who ended it.

    Or AgentComplete tells twice: an agent made a transfer by hanging up, and two threads of app_queue tell of the one
    and of the other (`handle_attended_transfer`, `handle_hangup`). Of this agent: an agent's leg that is a caller in
    the same queue now and then lends its name (`domain.handover`).
    """
    over = [
        visit
        for visit in reversed(draft.visits_of(event.channel_id))
        if (visit.row.queue, visit.row.outcome, visit.row.agent) == (event.queue, "answered", agent_id)
        and visit.row.ended_at is not None
        and abs(visit.row.ended_at - event.at) <= SLACK
    ]
    return next((visit for visit in over if visit.row.ended_by is None), over[0] if over else None)


def _hand_on(draft: Draft, event: ev.HandedOn) -> None:
    """The talk of one of the two; it may be over already, when ``AgentComplete`` overtook the word of the transfer."""
    channels = {event.transferee, event.transferer} - {""}
    of_caller = [visit for channel in channels for visit in draft.visits_of(channel)]
    of_agent = [draft.visit_of_partner(channel) for channel in channels]
    for visit in filter(None, (*of_caller, *of_agent)):
        row = visit.row
        just = visit.phase is Phase.TALKING or (row.ended_at is not None and abs(row.ended_at - event.at) <= SLACK)
        theirs = {row.channel_id, visit.went_on_as, visit.agent_channel_id} - {""}
        if row.outcome == "answered" and just and theirs & channels:
            row = replace(row, transfer=event.kind, transferred_to=event.to or row.transferred_to)
            draft.put_visit(replace(heard_of(visit), row=row), event.at)
            break
    link_transferred(draft, event)


def _hold(draft: Draft, event: ev.HoldChanged) -> None:
    for visit in (draft.visit_of_partner(event.channel_id), *draft.visits_of(event.channel_id)):
        if visit is None or visit.phase is not Phase.TALKING:
            continue
        if event.channel_id in {visit.agent_channel_id, visit.went_on_as or visit.row.channel_id}:
            draft.hold(visit, held=event.held, at=event.at)
            return


# -- agents


def _lose_member(draft: Draft, event: ev.MemberGone) -> None:
    agent = draft.agent(draft.rules.agent_of(event.interface), event.at, event.member_name)
    put_member(draft, agent, event.queue, None, event.at)


def see_member(draft: Draft, event: ev.MemberSeen) -> None:
    """One agent's place in one queue, told by an event or a snapshot."""
    agent = draft.agent(draft.rules.agent_of(event.interface), event.at, event.member_name)
    if event.queue in agent.rows_gone and ADDED_BY.get(event.membership) == "realtime":
        return
    phone = PHONE_OF_STATUS.get(event.status, Phone.FREE)
    if phone is not Phone.BUSY and agent.busy_is_old_until is not None:
        agent = replace(agent, busy_is_old_until=None)
    # one phone behind several memberships: the latest word on it holds for all of them
    if any(m.phone is not phone and m.interface == event.interface for m in agent.members.values()):
        members = {
            queue: replace(m, phone=phone) if m.interface == event.interface and m.phone is not phone else m
            for queue, m in agent.members.items()
        }
        agent = replace(agent, members=members)
    rest = event.wrap_up_s or draft.rules.queue(event.queue).wrap_up_s
    until = event.last_call + timedelta(seconds=rest) if event.last_call and rest > 0 else None
    if agent.wrap_until is None and agent.serving is None and until is not None and until > event.at:
        agent = replace(agent, wrap_until=until, wrap_queue=event.queue)
    member = Member(
        penalty=event.penalty,
        paused=event.paused,
        reason=event.pause_reason if event.paused else "",
        phone=phone,
        wrap_up_s=event.wrap_up_s,
        since=event.at,
        interface=event.interface,
        added_by=ADDED_BY.get(event.membership, ""),
        evidence="ami" if draft.look("gap_since") is None else "snapshot",
    )
    put_member(draft, agent, event.queue, member, event.at)
