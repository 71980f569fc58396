"""Where what the ledger has of an agent and what queue_log says of him differ. Pure.

Both are looked at in the middle of every stretch in which neither changes, four seconds long at least: whole seconds
and AMI's microseconds may be two seconds apart at either end. What is shorter is compared through its visit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ami_bridge.reconcile.filling import Facts, Span
from ami_bridge.reconcile.matching import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from ami_bridge.queue_log.agents import LoggedPlace
    from ami_bridge.queue_log.logged import LoggedVisit
    from store.rows import AgentInterval, MembershipInterval

NOTHING: Final = "nothing"
WORDS: Final[Mapping[str, str]] = {
    "signed_off": "signed off",
    "on_queue_call": "on a queue call",
    "on_hold": "on a queue call, on hold",
    "on_other_call": "on another call",
    "wrap_up": "resting after a call",
}


@dataclass(frozen=True, slots=True)
class AgentDifference:
    """One stretch in which the two differ, in words.

    Attributes:
        agent: The agent's id.
        queue: The queue it is about; empty for what he did.
        since: When it began.
        until: When it ended.
        ledger: What the ledger says.
        log: What queue_log says.
    """

    agent: str
    queue: str
    since: datetime
    until: datetime
    ledger: str
    log: str


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is compared.

    Attributes:
        since: Its beginning.
        until: Its end.
        unseen: Gaps in it that are not filled in yet.
    """

    since: datetime
    until: datetime
    unseen: Sequence[tuple[datetime, datetime]] = ()

    def stretches(self, turns: Iterable[datetime]) -> Iterable[tuple[datetime, datetime]]:
        """The stretches between these moments that are long enough, and were seen."""
        inside = {turn for turn in turns if self.since < turn < self.until}
        edges = {edge for gap in self.unseen for edge in gap if self.since < edge < self.until}
        for begin, end in pairwise([self.since, *sorted(inside | edges), self.until]):
            unseen = any(gap[0] <= begin < gap[1] for gap in self.unseen)
            if end - begin > 2 * SLACK and not unseen:
                yield begin, end


def heard_in_log(visits: Iterable[LoggedVisit], who: Callable[[str], str], known: dict[str, Facts]) -> None:
    """Adds what these visits tell of agents: talks whose end is told or to come, and ringing."""
    for visit in visits:
        if visit.agent is not None and visit.answered_at is not None:
            known.setdefault(who(visit.agent), Facts()).talks.append(
                Span(visit.queue, visit.answered_at, visit.ended_at)
            )
        for ring in visit.rings:
            span = Span(visit.queue, ring.started_at, ring.ended_at)
            known.setdefault(who(ring.agent), Facts()).rings.append(span)


def differing_doings(
    agent: str, intervals: Sequence[AgentInterval], places: Sequence[MembershipInterval], log: Facts, window: Window
) -> list[AgentDifference]:
    """Where what he did is not what his talks and ringing by the log, and his pauses, say."""
    facts = replace(log, places=list(places))
    turns = [*facts.turns(), *(one.started_at for one in intervals)]
    turns += [one.ended_at for one in intervals if one.ended_at is not None]
    found: list[AgentDifference] = []
    for begin, end in window.stretches(turns):
        at = begin + (end - begin) / 2
        one = next((i for i in intervals if i.started_at <= at and (i.ended_at is None or at < i.ended_at)), None)
        should = facts.doing(at)
        if not _agree(one, should, known_places=bool(places)):
            said = NOTHING if one is None else _words(one.state, one.reason, one.queue)
            told = "no talk and no pause" if should[0] == "unknown" else _words(*should)
            _add(found, AgentDifference(agent, "", begin, end, said, told))
    return found


def _agree(one: AgentInterval | None, should: tuple[str, str | None, str | None], *, known_places: bool) -> bool:
    state, reason, queue = should
    if one is None:
        return state in {"unknown", "signed_off"}
    match state:
        case "on_queue_call":
            return one.state in {"on_queue_call", "on_hold"} and one.queue == queue
        case "ringing":
            return one.state == "ringing" and one.queue in {queue, None}
        case "paused":
            # a phone that rings, is busy, or is gone is seen by AMI alone, and is stronger than a pause
            return one.state in {"on_other_call", "unreachable", "signed_off", "ringing"} or (
                (one.state, one.reason) == (state, reason)
            )
        case _:
            talks = one.state in {"on_queue_call", "on_hold"}
            return not talks and not (one.state == "paused" and known_places)


def differing_places(
    place: tuple[str, str], rows: Sequence[MembershipInterval], logged: Sequence[LoggedPlace], window: Window
) -> list[AgentDifference]:
    """Where an agent's place in a queue is not as the log says; before the log first speaks of it nothing is said."""
    agent, queue = place
    turns = [one.since for one in logged] + [one.until for one in logged if one.until is not None]
    turns += [one.started_at for one in rows] + [one.ended_at for one in rows if one.ended_at is not None]
    found: list[AgentDifference] = []
    for begin, end in window.stretches(turns):
        at = begin + (end - begin) / 2
        said = next((one for one in logged if one.since <= at and (one.until is None or at < one.until)), None)
        if said is None and not _has_left(logged, at):
            continue
        row = next((one for one in rows if one.started_at <= at and (one.ended_at is None or at < one.ended_at)), None)
        if not _same_place(row, said):
            ours = "not there" if row is None else _place_words(row.paused, row.reason, row.penalty)
            theirs = "not there" if said is None else _place_words(said.paused, said.reason, said.penalty)
            _add(found, AgentDifference(agent, queue, begin, end, ours, theirs))
    return found


def _has_left(logged: Sequence[LoggedPlace], at: datetime) -> bool:
    """Whether the last word of the log before that moment is that he left; it may have none."""
    ended = [(one.until, one.left) for one in logged if one.until is not None and one.until <= at]
    return max(ended)[1] if ended else False


def _same_place(row: MembershipInterval | None, said: LoggedPlace | None) -> bool:
    if row is None or said is None:
        return row is None and said is None
    penalty = row.penalty is None or said.penalty is None or row.penalty == said.penalty
    return penalty and row.paused == said.paused and (row.reason or "") == (said.reason if said.paused else "")


def _place_words(paused: bool, reason: str | None, penalty: int | None) -> str:  # noqa: FBT001 - the row's own field
    said = "a member" if not paused else "paused" if not reason else f"paused ({reason})"
    return said if penalty is None else f"{said}, penalty {penalty}"


def _words(state: str, reason: str | None, queue: str | None) -> str:
    more = reason or queue
    said = WORDS.get(state, state.replace("_", " "))
    return f"{said} ({more})" if more else said


def _add(found: list[AgentDifference], one: AgentDifference) -> None:
    """Puts one more to them; the same difference going on is one."""
    if found and (found[-1].until, found[-1].ledger, found[-1].log) == (one.since, one.ledger, one.log):
        found[-1] = replace(found[-1], until=one.until)
    else:
        found.append(one)
