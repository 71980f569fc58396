"""Which of a caller's visits to one queue a line of queue_log speaks of.

A caller who is sent back into the queue he came from makes two within a second, and the log's lines are applied a
moment after AMI's events: the second may have begun by then. Most lines count the seconds since the entry (time() less
time() in app_queue.c, so they give its very second), and by that they are told apart.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain import events as ev
from ami_bridge.domain.changing import replace
from ami_bridge.domain.states import REFUSED_AT_THE_DOOR, Phase
from ami_bridge.queue_log.verbs import ENDED_BY, OUTCOME_OF, WAITS_AT, seconds_counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ami_bridge.domain.model import Visit

SLACK: Final = timedelta(seconds=2)
"""How far queue_log's whole seconds and AMI's time stamps may differ for the same moment."""
SECOND: Final = timedelta(seconds=1)
HEARD_LATE: Final = timedelta(seconds=0.3)
"""How much later than the log's line AMI's stamp may be: it is given where the event is made into text (manager.c)."""


def visit_entered(visits: Sequence[Visit], line: ev.LedgerLine) -> Visit | None:
    """The visit whose beginning a line tells that is known already; None when the line begins one.

    A line tells of one visit, and a visit is told of by one line; the same line again is the same visit's.
    """
    mine = [v for v in _told_of(visits) if v.row.queue == line.queue]
    again = next((v for v in mine if v.logged_at == line.at), None)
    if again is not None:
        return again
    fits = [
        v
        for v in mine
        if v.logged_at is None
        and (
            abs(v.row.entered_at - line.at) <= SLACK
            or (v.row.evidence.startswith("snapshot") and v.row.entered_at <= line.at + SLACK)
        )
    ]
    return min(fits, key=lambda v: apart(v.row.entered_at, line.at)) if fits else None


def visit_meant(visits: Sequence[Visit], line: ev.LedgerLine) -> Visit | None:
    """The visit a line speaks of, of those its channel made; the line is none that begins one."""
    began = _began(line)
    # where the clock was set back, what began then is later than the line
    latest = max(line.at, began or line.at) + SLACK
    mine = [v for v in _told_of(visits) if v.row.queue == line.queue and v.row.entered_at <= latest]
    if not mine:
        return None
    if began is None:
        begun = [v for v in mine if v.row.entered_at < line.at + SECOND]
        return (begun or mine)[-1]
    least = min(apart(v.row.entered_at, began) for v in mine)
    nearest = [v for v in mine if apart(v.row.entered_at, began) == least]
    known = (v for v in nearest if _says_so_already(v, line))
    awaited = (v for v in nearest if v.phase in _before(line))
    return next(known, None) or next(awaited, None) or nearest[-1]


def refused_then(visits: Sequence[Visit], queue: str, at: datetime) -> Visit | None:
    """The visit that a channel was refused in at a queue's door at that moment, as far as both clocks tell."""
    mine = [v for v in visits if v.row.queue == queue and v.row.outcome in REFUSED_AT_THE_DOOR]
    fits = [v for v in mine if abs(v.row.entered_at - at) <= SLACK]
    return min(fits, key=lambda v: abs(v.row.entered_at - at)) if fits else None


def told_before(visits: Sequence[Visit], event: ev.Joined | ev.Connected, agent: str = "") -> Visit | None:
    """The visit of which a snapshot or the ledger told before AMI's own event came.

    It may be over by then: both are read at once, AMI in order, and a bridge that was held up is behind.

    Args:
        visits: The channel's.
        event: That it began, or was answered.
        agent: By whom.
    """
    fits: list[tuple[timedelta, Visit]] = []
    for visit in visits:
        row = visit.row
        then: datetime | None
        if isinstance(event, ev.Joined):
            then, another = row.entered_at, bool(visit.place)  # AMI has told of that one's beginning
        else:
            then, another = row.answered_at, not {row.agent, row.agent_name} & {agent, event.member_name}
        if another or row.queue != event.queue or then is None:
            continue
        found_talking = row.evidence.startswith("snapshot") and row.answered_at and event.at <= row.answered_at
        if _may_be(then, event.at) or found_talking:
            fits.append((apart(event.at, then), visit))
    # of two visits to the same queue within seconds the one that began (was answered) at that very moment
    return min(reversed(fits), key=lambda one: one[0])[1] if fits else None


def _may_be(then: datetime, heard: datetime) -> bool:
    """Whether a moment known is the one AMI tells; of one with whole seconds, the log's, no second is too long ago."""
    return -SLACK <= heard - then <= (SLACK if then.microsecond else SECOND + HEARD_LATE)


def heard_of(visit: Visit) -> Visit:
    """The visit, of which AMI has told by now: it has begun, and whatever begins later is another one."""
    return visit if visit.place else replace(visit, place="?")


def as_it_began(visit: Visit) -> Visit:
    """The visit as it was when AMI says that it began, of which the log or a snapshot had told before.

    What AMI said between the two, in order, was said of another visit of the same caller: of the one he left for this
    (seen: his time was out in the very second of a login, and he went on to the next queue). What the log says stays.
    """
    if visit.place or visit.told_over:
        return visit
    if visit.phase is Phase.LEFT:
        return replace(visit, phase=Phase.WAITING, left_at=None, gave_up=False, key_pressed=False)
    row = visit.row
    if visit.phase is not Phase.ENDED or row.answered_at is not None or not row.evidence.startswith("ami"):
        return visit
    row = replace(row, outcome=None, ended_at=None, ended_by=None, wait_s=None, evidence="queue_log")
    return replace(visit, row=row, phase=Phase.WAITING, left_at=None, gave_up=False, key_pressed=False)


def thought_gone(visits: Sequence[Visit], event: ev.Connected) -> Visit | None:
    """The visit an agent took, open once more, of which a snapshot had found nothing any more; None if there is none.

    A snapshot is applied before what Asterisk told up to its moment and we had not come to yet. A talk that began and
    was over in that time is in neither, nor yet in the log that was read before it.
    """
    began = event.at - timedelta(seconds=event.waited_s)
    for visit in reversed(visits):
        row = visit.row
        lost = row.outcome == "unknown_after_gap" and not visit.told_over
        if lost and row.queue == event.queue and abs(row.entered_at - began) <= SLACK:
            row = replace(row, outcome=None, ended_at=None, ended_by=None, wait_s=None)
            return replace(visit, row=row, phase=Phase.LEFT, left_at=None)
    return None


def may_be_told(visit: Visit, queue: str) -> bool:
    """Whether AMI's word on how the caller left a queue can be this visit's; the queue is the one his channel names.

    Of a visit whose beginning AMI has not told yet it tells nothing: the caller is leaving the queue before.
    """
    return bool(visit.place) or queue in {"", visit.row.queue}


def _told_of(visits: Sequence[Visit]) -> list[Visit]:
    """Those that Asterisk's own lines tell of: of a caller refused at the door it writes none."""
    return [visit for visit in visits if visit.row.outcome not in REFUSED_AT_THE_DOOR]


def apart(moment: datetime, second: datetime) -> timedelta:
    """How far a moment is from a whole second of the log; nothing when it is within it."""
    return max(second - moment, moment - second - SECOND, timedelta())


def _began(line: ev.LedgerLine) -> datetime | None:
    """When the visit began, by the seconds the line counts; None where it counts none."""
    if line.verb in ENDED_BY:
        columns = line.data[-3:-1]  # the wait and the talk, before the place in line at entry
    elif line.verb in WAITS_AT:
        columns = line.data[WAITS_AT[line.verb] :][:1]
    else:
        return None
    seconds = [told for text in columns if (told := seconds_counted(text)) is not None]
    if not columns or len(seconds) < len(columns):
        return None
    return line.at - timedelta(seconds=sum(seconds))


def _before(line: ev.LedgerLine) -> frozenset[Phase]:
    """What the visit is doing when such a line comes."""
    return frozenset({Phase.TALKING}) if line.verb in ENDED_BY else frozenset({Phase.WAITING, Phase.LEFT})


def _says_so_already(visit: Visit, line: ev.LedgerLine) -> bool:
    row = visit.row
    then = row.answered_at if line.verb == "CONNECT" else row.ended_at
    outcome = OUTCOME_OF.get(line.verb, "answered")
    return row.outcome == outcome and then is not None and abs(then - line.at) <= SLACK
