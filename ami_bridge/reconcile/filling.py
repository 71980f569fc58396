"""What agents did in a gap, worked out from what queue_log has repaired: talks, ringing and places in queues. Pure.

``WHAT_THE_LOG_TELLS`` says for every state of an agent whether a gap is filled in with it. What it cannot tell stays
`unknown`; nothing is guessed from what was before or after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from store.rows import AgentInterval, interval_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from store.rows import MembershipInterval, RingAttempt, StretchState, Visit

WHAT_THE_LOG_TELLS: Final[Mapping[StretchState, str]] = MappingProxyType(
    {
        "on_queue_call": "exactly, by CONNECT and the line that ends the talk",
        "on_hold": "no: a hold is part of the queue call",
        "ringing": "answered, in vain, cancelled by the caller; not where another agent was quicker",
        "paused": "paused in every queue of his, by PAUSE and UNPAUSE; a call outside the queues meanwhile is not seen",
        "signed_off": "member of no queue, by REMOVEMEMBER; a phone that signed off is not seen",
        "available": "no: he may be on another call, resting, or out of reach",
        "wrap_up": "no, for the same reason",
        "on_other_call": "no",
        "unreachable": "no",
        "unknown": "all the rest",
    }
)
"""For every state of `store.rows.AgentInterval`: how far queue_log tells it."""

Doing = tuple["StretchState", "str | None", "str | None"]
"""State, reason and queue."""
UNKNOWN: Final[Doing] = ("unknown", None, None)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that something about a queue is true in.

    Attributes:
        queue: The queue.
        since: When it began.
        until: When it was over; None when it goes on.
    """

    queue: str
    since: datetime
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Whether it is true at that moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(slots=True)
class Facts:
    """What is known of one agent from elsewhere than AMI.

    Attributes:
        talks: His talks with callers.
        rings: When his phone rang for callers.
        places: His places in queues.
        off_before: Whether he was signed off before: then he was in no queue that is not among these.
    """

    talks: list[Span] = field(default_factory=list)
    rings: list[Span] = field(default_factory=list)
    places: list[MembershipInterval] = field(default_factory=list)
    off_before: bool = False

    @property
    def first_at(self) -> datetime | None:
        """When the first of it began."""
        began = [span.since for span in (*self.talks, *self.rings)] + [place.started_at for place in self.places]
        return min(began, default=None)

    def doing(self, at: datetime) -> Doing:
        """What he did at that moment, the stronger fact first (`domain.states.agent_state`)."""
        for state, spans in (("on_queue_call", self.talks), ("ringing", self.rings)):
            # of two at once the later one, as AMI's own events would have told it
            found = [span for span in spans if span.covers(at)]
            if found:
                told: StretchState = "on_queue_call" if state == "on_queue_call" else "ringing"
                return told, None, max(found, key=lambda span: span.since).queue
        here = [one for one in self.places if one.started_at <= at and (one.ended_at is None or at < one.ended_at)]
        if not here:
            came = [one for one in self.places if one.started_at <= at]
            return ("signed_off", None, None) if came or self.off_before else UNKNOWN
        if all(one.paused for one in here):
            here.sort(key=lambda one: one.queue)
            return "paused", next((one.reason for one in here if one.reason), None), None
        return UNKNOWN

    def turns(self) -> Iterable[datetime]:
        """The moments at which anything changes."""
        for span in (*self.talks, *self.rings):
            yield span.since
            if span.until is not None:
                yield span.until
        for place in self.places:
            yield place.started_at
            if place.ended_at is not None:
                yield place.ended_at


def filled(node: str, agent: str, since: datetime, until: datetime, facts: Facts) -> list[AgentInterval]:
    """What the agent did from ``since`` to ``until``: stretches without a gap or an overlap."""
    if until <= since:
        return []
    moments = [since, *sorted({turn for turn in facts.turns() if since < turn < until}), until]
    told: list[tuple[Doing, datetime, datetime]] = []
    for begin, end in pairwise(moments):
        doing = facts.doing(begin)
        if told and told[-1][0] == doing:
            told[-1] = (doing, told[-1][1], end)
        else:
            told.append((doing, begin, end))
    return [
        AgentInterval(
            id=interval_id(node, agent, begin),
            node=node,
            agent=agent,
            state=state,
            started_at=begin,
            reason=reason,
            queue=queue,
            ended_at=end,
        )
        for (state, reason, queue), begin, end in told
    ]


def facts_by_agent(
    talks: Iterable[Visit], rings: Iterable[tuple[RingAttempt, str]], places: Iterable[MembershipInterval]
) -> dict[str, Facts]:
    """What the ledger's own rows tell of each agent."""
    found: dict[str, Facts] = {}
    for visit in talks:
        if visit.agent is not None and visit.answered_at is not None:
            span = Span(visit.queue, visit.answered_at, visit.ended_at)
            found.setdefault(visit.agent, Facts()).talks.append(span)
    for ring, queue in rings:
        found.setdefault(ring.agent, Facts()).rings.append(Span(queue, ring.started_at, ring.ended_at))
    for place in places:
        found.setdefault(place.agent, Facts()).places.append(place)
    return found


def refilled(
    node: str,
    since: datetime,
    until: datetime,
    known: Mapping[str, Facts],
    intervals: Sequence[AgentInterval],
) -> dict[str, list[AgentInterval]]:
    """Of each agent whose stretches within the gap are not as they should be: as they should.

    Args:
        node: The Asterisk.
        since: When the gap began.
        until: When it ended.
        known: What is known of each agent.
        intervals: What the ledger has of agents there.
    """
    mine: dict[str, list[AgentInterval]] = {}
    before: dict[str, AgentInterval] = {}
    for one in intervals:
        if since <= one.started_at < until:
            mine.setdefault(one.agent, []).append(one)
        elif one.started_at < since:
            before[one.agent] = one
    wrong: dict[str, list[AgentInterval]] = {}
    for agent in sorted({*mine, *known}):
        facts = known.get(agent) or Facts()
        earlier = before.get(agent)
        if earlier is not None and (earlier.ended_at is None or earlier.ended_at > since):
            continue  # the gap's end is not written yet
        facts.off_before = earlier is not None and earlier.state == "signed_off"
        begin = since
        if earlier is None:
            seen = [one.started_at for one in mine.get(agent, ())]
            told = [] if facts.first_at is None else [facts.first_at]
            begin = max(since, min([*seen, *told], default=since))
        should = filled(node, agent, begin, until, facts)
        if should != mine.get(agent, []):
            wrong[agent] = should
    return wrong
