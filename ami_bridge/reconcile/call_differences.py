"""Where the ledger's journeys and visits and one of CEL's calls differ. Pure.

Both are told by one Asterisk of one event, in different words: a journey by the service, a visit by AMI and queue_log,
a call by its channels. How far their moments may be apart is named here, each with its reason; nothing else is let
pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ami_bridge.cel.call import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ami_bridge.cel.call import Call, Leg, Talk, Transfer
    from store.rows import EndedBy, Journey, Visit

MOMENT: Final = timedelta(seconds=2)
"""For one event told twice. AMI and CEL were never seen more than 20 ms apart; a row put right from queue_log has whole
seconds, cut off, and takes its end from the second after."""
TAKEN_UP: Final = timedelta(seconds=10)
"""From the first ring until a flow has the call: Asterisk gives each AGI server two seconds to answer (res_agi.c), and
the service may have to look up the caller's language."""
NOTICED: Final = timedelta(seconds=15)
"""From a hang-up until a journey's end: a lookup under way is heard out first."""
APART: Final = timedelta(seconds=1)
"""Two things that happen within this are one: a talk's end and the hang-up that ended it."""

WHAT_CEL_KNOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call": "whether there was one",
        "journey began": "to 10 s after the first ring",
        "journey ended": "to 15 s after the hang-up; of one that went on in a queue or at a number, not after it",
        "answered": "whether an agent and the caller were in one bridge, and since when, to 2 s",
        "agent": "by the device; not where the member is a Local channel",
        "ended": "when caller and agent were parted, or the caller left the line by hanging up, to 2 s",
        "talk": "its length, to 4 s: two moments",
        "ended by": "a transfer by its own event, agent or caller by where the hang-up came from; within 1 s, either",
        "sent to": "the queue a blind transfer led into",
    }
)
"""What is compared, and how far CEL knows it."""

NOT_THERE: Final = "not there"


@dataclass(frozen=True, slots=True)
class CallDifference:
    """One thing in which the two differ; values as they are, None for none.

    Attributes:
        call_id: The call, as CEL names it; of one CEL has not, the channel.
        caller: The calling number, as it is; to be masked by whoever shows it.
        at: When the call began, as far as is known.
        what: What differs; one of `WHAT_CEL_KNOWS`.
        queue: Of which visit's queue this is; empty where it is the whole call.
        ledger: What the ledger has.
        cel: What CEL has.
    """

    call_id: str
    caller: str
    at: datetime | None
    what: str
    queue: str
    ledger: object
    cel: object


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger has of one call's channels, and how its names are read.

    Attributes:
        journeys: Their journeys.
        visits: Their visits, each channel's in order.
        who: The agent's id for a device.
        queues: The queue behind an extension that agents transfer to.
    """

    journeys: Sequence[Journey]
    visits: Sequence[Visit]
    who: Callable[[str], str]
    queues: Mapping[str, str] = field(default_factory=dict)


def differences_of(call: Call, known: Known) -> list[CallDifference]:
    """Everything in which they differ, in the order it happened; the call is over."""
    if not known.journeys and not known.visits:
        return [_of(call, call.legs[0], "call", NOT_THERE, "there")]
    found: list[CallDifference] = []
    for journey in known.journeys:
        found += _of_journey(call, journey)
    talks = _queue_talks(call, known.visits)
    for visit in known.visits:
        found += _of_visit(call, visit, talks.get(visit.id), known)
    return found


def _of(call: Call, leg: Leg, what: str, ledger: object, cel: object, *, queue: str = "") -> CallDifference:
    return CallDifference(call.id, leg.number, call.began, what, queue, ledger, cel)


# -- journeys


def _of_journey(call: Call, journey: Journey) -> Iterator[CallDifference]:
    leg = call.leg(journey.channel_id)
    if leg is None:
        return
    if leg.began is not None and not leg.began - MOMENT <= journey.started_at <= leg.began + TAKEN_UP:
        yield _of(call, leg, "journey began", journey.started_at, leg.began)
    if leg.ended is None:
        return
    early, late = journey_may_end(leg, journey)
    if journey.ended_at is None or not early <= journey.ended_at <= late:
        yield _of(call, leg, "journey ended", journey.ended_at, leg.ended)


def journey_may_end(leg: Leg, journey: Journey) -> tuple[datetime, datetime]:
    """Between which moments a journey may have ended, its caller's channel being gone."""
    ended = leg.ended or journey.started_at
    match journey.outcome:
        case "hung_up":
            return ended - MOMENT, ended + NOTICED
        case "finished" | "lost":
            return ended - MOMENT, ended + MOMENT
        case _:  # handed over to a queue or a number, or rescued: the call goes on without the flow
            return journey.started_at, ended + NOTICED


# -- visits


def _of_visit(call: Call, visit: Visit, joined: _Joined | None, known: Known) -> Iterator[CallDifference]:
    leg = call.leg(visit.channel_id)
    if leg is None:
        return
    if visit.answered_at is None:
        if joined is not None:
            yield _of(call, leg, "answered", None, joined.since, queue=visit.queue)
        elif leg.ended is not None and len(_channels(call, visit)) == 1:
            yield from _of_wait(call, leg, visit)
        return
    if joined is None:
        yield _of(call, leg, "answered", visit.answered_at, None, queue=visit.queue)
        return
    if abs(joined.since - visit.answered_at) > MOMENT:
        yield _of(call, leg, "answered", visit.answered_at, joined.since, queue=visit.queue)
    agent = None if joined.partner.is_local else known.who(joined.partner.device)
    if agent is not None and agent != visit.agent:
        yield _of(call, leg, "agent", visit.agent, agent, queue=visit.queue)
    yield from _of_talk(call, leg, visit, joined, known)


def _of_talk(call: Call, leg: Leg, visit: Visit, joined: _Joined, known: Known) -> Iterator[CallDifference]:
    if joined.until is None:
        return
    sent = None if joined.partner.is_local else _sent(call, joined)
    until = _caller_left(call, joined, joined.until) if sent is None else max(joined.until, sent.at)
    late = visit.ended_at is None or abs(visit.ended_at - until) > MOMENT
    if late:
        yield _of(call, leg, "ended", visit.ended_at, until, queue=visit.queue)
    length = (until - joined.since).total_seconds()
    if not late and visit.talk_s is not None and abs(visit.talk_s - length) > 2 * MOMENT.total_seconds():
        yield _of(call, leg, "talk", visit.talk_s, length, queue=visit.queue)
    if joined.partner.is_local:
        return  # behind it a hang-up and a transfer are somebody else's: what ended the talk is not told
    by: EndedBy | None = "transfer" if sent is not None else _parted_by(call, joined, until)
    if by is not None and by != visit.ended_by and not _is_told_of_the_other(visit, joined, sent):
        yield _of(call, leg, "ended by", visit.ended_by, by, queue=visit.queue)
    if sent is not None and (queue := _sent_into(sent, known)) is not None:
        after = next((one for one in known.visits if one.id == visit.next_visit_id), None)
        if (after.queue if after else None) != queue:
            yield _of(call, leg, "sent to", after.queue if after else None, queue, queue=visit.queue)


def _of_wait(call: Call, leg: Leg, visit: Visit) -> Iterator[CallDifference]:
    """A visit nobody answered: who gave up is gone, and nobody waits who is gone."""
    ended = leg.ended
    if ended is None:
        return
    gave_up = visit.outcome == "abandoned" and visit.ended_by == "caller"
    beyond = visit.ended_at is None or visit.ended_at > ended + MOMENT
    if beyond or (gave_up and visit.ended_at is not None and visit.ended_at < ended - MOMENT):
        yield _of(call, leg, "ended", visit.ended_at, ended, queue=visit.queue)


@dataclass(frozen=True, slots=True)
class _Joined:
    """The talk a queue led to: the caller's channel, the agent's, and from when to when."""

    caller: Leg
    partner: Leg
    bridge: str
    since: datetime
    until: datetime | None


def _channels(call: Call, visit: Visit) -> tuple[str, ...]:
    """The channels a visit is told under: the one that joined the line, and whoever took its place in it."""
    later = (one.who for one in call.transfers if one.instead_of == visit.channel_id and one.exten and one.who)
    return (visit.channel_id, *later)


def _queue_talks(call: Call, visits: Sequence[Visit]) -> dict[str, _Joined]:
    """The talk each visit led to, by the visit's id; each talk is one visit's.

    Those that were answered take theirs first, the one nearest to the answer: one sent on within a second makes two
    visits and two talks in it, and a row from queue_log has whole seconds.
    """
    queued = {(stay.channel_id, stay.bridge) for stay in call.stays if stay.app == "Queue"}
    free = [talk for talk in call.talks if {(talk.one, talk.bridge), (talk.other, talk.bridge)} & queued]
    found: dict[str, _Joined] = {}
    for visit in sorted(visits, key=lambda one: (one.answered_at is None, one.entered_at, one.ordinal)):
        began = visit.entered_at - (APART if visit.answered_at is not None else timedelta())
        until = min((one.entered_at + APART for one in visits if _is_later(one, visit)), default=None)
        mine = _channels(call, visit)
        fits = [
            (abs(talk.since - (visit.answered_at or visit.entered_at)), place, joined)
            for place, talk in enumerate(free)
            if talk.since >= began
            and (until is None or talk.since < until)
            and (joined := next((j for one in mine if (j := _joined(call, talk, one)) is not None), None)) is not None
        ]
        if fits:
            _, place, found[visit.id] = min(fits, key=lambda one: one[:2])
            del free[place]
    return found


def _is_later(one: Visit, visit: Visit) -> bool:
    """Whether it is a later visit of the channel; the number alone does not say, a row may have been made late."""
    if one.channel_id != visit.channel_id:
        return False
    apart = one.entered_at - visit.entered_at
    return apart > timedelta() if abs(apart) >= APART else one.ordinal > visit.ordinal


def _joined(call: Call, talk: Talk, caller: str) -> _Joined | None:
    mine, partner = call.leg(caller), call.leg(talk.partner(caller) or "")
    if mine is None or partner is None:
        return None
    until = talk.until
    for later in call.talks:  # an agent who asked somebody, and came back: to app_queue the talk never ended
        again = until is not None and later.bridge == talk.bridge and later.since >= until
        if again and later.partner(caller) == partner.channel_id:
            until = later.until
    if partner.is_local:  # Asterisk takes the pair out, and puts the telephone behind it in its place
        for later in call.talks:
            follows = until is not None and later.since >= until and later.since - until <= APART
            if follows and later.bridge == talk.bridge and later.partner(caller) is not None:
                until = later.until
    return _Joined(mine, partner, talk.bridge, talk.since, until)


def _sent(call: Call, joined: _Joined) -> Transfer | None:
    """The transfer that ended a talk, by the agent's own channel.

    An agent who asks somebody first leaves the caller for as long as that takes: to Asterisk the talk ends with the
    transfer (app_queue.c ``handle_attended_transfer``), if he does not come back before.
    """
    until, agent = joined.until, joined.partner.channel_id
    if until is None:
        return None
    for one in call.transfers:
        asked = one.kind == "attended" and one.by == agent and until <= one.at and not _came_back(call, joined, one.at)
        if agent in {one.by, one.instead_of} and (asked or abs(one.at - until) <= APART):
            return one
    return None


def _caller_left(call: Call, joined: _Joined, until: datetime) -> datetime:
    """When the caller left a talk that no transfer ended: later than the agent, if that one went to ask somebody.

    The agent's channel leaves the caller for another bridge while it asks. app_queue follows hang-ups and transfers
    alone (app_queue.c ``setup_stasis_subs``): to it, and so to AMI and queue_log, the caller on hold talks on.
    """
    asks = any(one.channel_id == joined.partner.channel_id and one.since >= until for one in call.stays)
    if joined.partner.is_local or not asks:
        return until
    stayed = [
        one.until
        for one in call.stays
        if (one.channel_id, one.bridge) == (joined.caller.channel_id, joined.bridge) and one.since < until and one.until
    ]
    return max([until, *stayed])


def _is_told_of_the_other(visit: Visit, joined: _Joined, sent: Transfer | None) -> bool:
    """Whether a hang-up and a transfer came so close together that app_queue may tell of either."""
    if visit.ended_by == "agent":
        return _hung_up_to_send(joined, sent)
    gone = joined.caller.ended
    return visit.ended_by == "caller" and sent is not None and gone is not None and abs(gone - sent.at) <= APART


def _hung_up_to_send(joined: _Joined, sent: Transfer | None) -> bool:
    """Whether the agent made an attended transfer by hanging up: app_queue tells of the one or of the other.

    Both are true. Which it says is a race between the two messages (seen: COMPLETEAGENT once in eighteen).
    """
    ended = joined.partner.ended
    return sent is not None and sent.kind == "attended" and ended is not None and abs(ended - sent.at) <= AT_ONCE


def _came_back(call: Call, joined: _Joined, before: datetime) -> bool:
    """Whether caller and agent talked once more in between."""
    return any(
        talk.partner(joined.caller.channel_id) == joined.partner.channel_id
        for talk in call.talks
        if joined.until is not None and joined.until <= talk.since < before
    )


def _sent_into(sent: Transfer, known: Known) -> str | None:
    return known.queues.get(sent.exten) if sent.kind == "blind" else None


def _parted_by(call: Call, joined: _Joined, until: datetime) -> EndedBy | None:
    """Whose hang-up ended a talk; None where it cannot be told."""
    caller, partner = joined.caller, joined.partner
    if partner.ended is None or abs(partner.ended - until) > APART:
        return None
    if caller.ended is not None and caller.ended < partner.ended and call.ended_by(caller.channel_id) == "self":
        return "caller"  # while the agent asked somebody else, say: his own hang-up came after
    source = call.ended_by(partner.channel_id)
    if source == "self":
        return "agent"
    if source == "other" and partner.source == caller.name:
        return "caller"
    return None
