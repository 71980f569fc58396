"""queue_log's word on visits: it settles what AMI left open, corrects what AMI guessed, and fills what AMI missed.

queue_log has whole seconds; where AMI saw the moment itself, AMI's time stays and only the fact is taken from here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.changing import replace
from ami_bridge.domain.handover import handed_over, talk_under_another_name
from ami_bridge.domain.members import take_member_line, take_start
from ami_bridge.domain.refusals import agree, refused_by_log
from ami_bridge.domain.states import Phase
from ami_bridge.domain.whose import SLACK, visit_entered, visit_meant
from ami_bridge.queue_log.logged import transfer_of
from ami_bridge.queue_log.verbs import (
    ENDED_BY,
    OUTCOME_OF,
    REFUSED_AS,
    WAITS_AT,
    counted,
    lasted,
    not_before,
    seconds_counted,
)
from store import rows

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.draft import Draft
    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.domain.model import Visit
    from store.rows import EndedBy, Outcome, RingResult

MEMBER_VERBS: Final = frozenset({"ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PENALTY", "QUEUESTART"})
"""Lines that change an agent's place in a queue, or everybody's."""


def take_ledger_line(draft: Draft, line: LedgerLine) -> None:
    """One line of queue_log."""
    if line.verb == "ENTERQUEUE":
        _enter(draft, line)
    elif line.verb in REFUSED_AS:
        refused_by_log(draft, line)
    elif line.verb == "QUEUESTART":
        take_start(draft, line)
    elif line.verb in MEMBER_VERBS:
        take_member_line(draft, line, _agent_id(draft, line))
    else:
        _go_on(draft, line)


def _go_on(draft: Draft, line: LedgerLine) -> None:
    """A line about a visit that has begun."""
    visit = visit_meant(draft.visits_of(line.channel_id), line)
    if visit is None and line.verb in WAITS_AT:
        column = WAITS_AT[line.verb]
        waited = seconds_counted("".join(line.data[column : column + 1])) or 0
        visit = handed_over(draft, line.channel_id, line.queue, line.at - timedelta(seconds=waited))
    if line.verb in ENDED_BY:
        agent_id = _agent_id(draft, line)
        if visit is None or visit.row.answered_at is None or visit.row.agent != agent_id:
            talked = seconds_counted("".join(line.data[-2:-1])) or 0
            began = line.at - timedelta(seconds=talked)
            visit = talk_under_another_name(draft, line.channel_id, line.queue, agent_id, began) or visit
    if visit is None:
        return
    if line.verb == "CONNECT":
        _connect(draft, line, visit)
    elif line.verb in ENDED_BY:
        _complete(draft, line, replace(visit, told_over=True))
    elif line.verb in OUTCOME_OF:
        _settle(draft, line, replace(visit, told_over=True))
    elif line.verb in {"RINGNOANSWER", "RINGCANCELED"}:
        _rang(draft, line, visit)


def _enter(draft: Draft, line: LedgerLine) -> None:
    known = visit_entered(draft.visits_of(line.channel_id), line)
    if known is not None:
        draft.put_visit(replace(known, logged_at=line.at), known.touched_at)
        return
    ordinal = draft.look("ordinals").get(line.channel_id, 0) + 1
    position = line.data[2] if len(line.data) > 2 else ""  # noqa: PLR2004 - url, caller, position
    visit = draft.add_visit(
        rows.Visit(
            id=rows.visit_id(draft.node, line.channel_id, ordinal),
            node=draft.node,
            call_id=line.channel_id,  # the log knows no Linkedid; a caller's first channel is its call
            channel_id=line.channel_id,
            ordinal=ordinal,
            queue=line.queue,
            entered_at=line.at,
            caller=line.data[1] if len(line.data) > 1 else "",
            position=counted(position),
            evidence="queue_log",
        )
    )
    draft.put_visit(replace(visit, logged_at=line.at), line.at)


def _agent_id(draft: Draft, line: LedgerLine) -> str:
    """The agent by the name the log uses: a member's name, or an interface."""
    if "/" in line.member_name:
        return draft.rules.agent_of(line.member_name)
    told: str | None = draft.rules.id_by_name.get(line.member_name) or draft.look("named").get(line.member_name)
    return told or line.member_name


def _connect(draft: Draft, line: LedgerLine, visit: Visit) -> None:
    if visit.row.outcome == "answered":
        agree(draft, visit, line.at)
        return
    ended = visit.phase is Phase.ENDED
    row = replace(visit.row, ended_by=None)
    visit = replace(visit, row=row, phase=Phase.LEFT)
    ended_at = visit.row.ended_at
    visit = draft.connect(
        visit,
        _agent_id(draft, line),
        not_before(line.at, row.entered_at),
        agent_name=line.member_name,
        evidence="queue_log: CONNECT",
    )
    if ended:  # over all the same; COMPLETE… follows in the log if it was seen
        draft.complete(visit, max(ended_at or line.at, line.at), None)


def _complete(draft: Draft, line: LedgerLine, visit: Visit) -> None:
    ended_by: EndedBy = ENDED_BY[line.verb]
    how, where_to = transfer_of("|".join((line.verb, *line.data[:-3])))
    if how is not None:
        row = replace(visit.row, transfer=how, transferred_to=where_to or visit.row.transferred_to)
        visit = draft.put_visit(replace(visit, row=row), line.at)
    if visit.phase is Phase.TALKING:
        draft.complete(
            visit, not_before(line.at, visit.row.answered_at or line.at), ended_by, f"queue_log: {line.verb}"
        )
        return
    if visit.row.outcome != "answered":
        return  # a log that begins in the middle
    row = visit.row
    if row.ended_by is None:  # the end was not seen by AMI: the log's time is the better one
        ended_at = not_before(line.at, row.answered_at or line.at)
        row = replace(row, ended_at=ended_at, talk_s=lasted(row.answered_at or ended_at, ended_at))
    if row.ended_by != "transfer":  # a transfer made by hanging up now and then has a line for either
        row = replace(row, ended_by=ended_by)
    agree(draft, replace(visit, row=row), line.at)


def _settle(draft: Draft, line: LedgerLine, visit: Visit) -> None:
    outcome: Outcome = OUTCOME_OF[line.verb]
    if visit.row.outcome == outcome:
        agree(draft, visit, line.at)
    elif visit.row.outcome == "withdrawn" and outcome == "abandoned":
        # app_queue takes an AMI Redirect for a hang-up; AMI saw the channel go on
        draft.put_visit(visit, line.at)
    elif visit.phase is not Phase.TALKING and visit.row.outcome != "answered":
        left_at = visit.left_at or (visit.row.ended_at if visit.row.outcome != "unknown_after_gap" else None)
        visit = replace(visit, left_at=not_before(left_at or line.at, visit.row.entered_at))
        draft.settle(visit, outcome, line.at, f"queue_log: {line.verb}")


def _rang(draft: Draft, line: LedgerLine, visit: Visit) -> None:
    """RINGNOANSWER and RINGCANCELED, for ringing AMI did not see."""
    agent_id = _agent_id(draft, line)
    result: RingResult = "no_answer" if line.verb == "RINGNOANSWER" else "cancelled"
    for attempt in visit.attempts:
        if attempt.agent == agent_id and (attempt.ended_at is None or abs(attempt.ended_at - line.at) <= SLACK):
            if attempt.ended_at is None:
                draft.end_attempt(visit, agent_id, line.at, result)
            return
    if visit.row.rings > len(visit.attempts):
        return  # of a visit from before our start we hold no ringing that is over; the reconciler does
    if visit.phase in {Phase.WAITING, Phase.LEFT} and not visit.row.evidence.startswith(("queue_log", "snapshot")):
        return  # AMI watches this one: its own events tell, and more exactly
    rang_ms = counted("".join(line.data[:1])) or 0
    began: datetime = max(line.at - timedelta(milliseconds=rang_ms), visit.row.entered_at)
    visit = draft.ring(visit, agent_id, "", began, "")
    draft.end_attempt(visit, agent_id, line.at, result)
