"""A soak's books compared: the ledger, queue_log, the dialplan, SIPp, and the ledger with itself. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lab.soak.switch import LINES
from lab.soak.witnesses import AT_THE_DOOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from lab.soak.witnesses import Cel, QueueLog, Refused
    from store.rows import AgentInterval, RingAttempt, Visit

IN_THE_CRASH_S: Final = 2.0
"""Seconds before Asterisk's end in which a word of it may have reached one witness and not another."""
_OUTCOMES: Final = (
    "answered", "abandoned", "timed_out", "left_by_key", "leave_empty", "withdrawn", "incompatible", "failed",
    "unknown_after_gap",
)  # fmt: skip
_OWN_QUEUES: Final = frozenset(line.queue for line in LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that was written down.

    Attributes:
        visits: The ledger's, all of them.
        attempts: Its ringing.
        intervals: Its agents' stretches.
        log: queue_log, counted.
        refused: Whom the dialplan saw turned away.
        sipp: Calling numbers SIPp saw answered, and when.
        cel: CEL, counted; None where there is none.
        redirected: Channels the director sent elsewhere.
        blind: Spans in which the bridge could not hear, Unix times.
        crashes: From when until when Asterisk ended, Unix times.
    """

    visits: Sequence[Visit]
    attempts: Sequence[RingAttempt]
    intervals: Sequence[AgentInterval]
    log: QueueLog
    refused: Sequence[Refused]
    sipp: Mapping[str, float]
    cel: Cel | None = None
    redirected: Collection[str] = ()
    blind: Sequence[tuple[float, float]] = ()
    crashes: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome: how often the ledger has it, how often the other witness."""

    outcome: str
    ledger: int
    other: int
    witness: str = "queue_log"


@dataclass(slots=True)
class Proof:
    """What comparing gave.

    Attributes:
        rows: The outcomes.
        wrong: What is wrong, a sentence each; empty when nothing is.
        unheard: Callers refused at the door while the bridge could not hear: the ledger has them from queue_log.
        cut_off: Callers SIPp saw answered, and Asterisk ended before they came to a queue.
    """

    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unheard: int = 0
    cut_off: int = 0


def proved(books: Books) -> Proof:
    """Compares them all."""
    proof = Proof()
    _outcomes(books, proof)
    _door(books, proof)
    _callers(books, proof)
    if books.cel is not None:
        _cel(books, books.cel, proof)
    proof.wrong += [*_whole(books.visits), *_ringing(books.visits, books.attempts), *_without_gap(books.intervals)]
    return proof


def _outcomes(books: Books, proof: Proof) -> None:
    door = set(AT_THE_DOOR.values())
    ours = Counter(str(visit.outcome) for visit in books.visits if visit.outcome not in door)
    theirs = Counter(books.log.outcomes)
    # queue_log takes a redirect for a hang-up; that it was one is known to who did it
    redirects = sum(v.outcome == "withdrawn" and v.channel_id in books.redirected for v in books.visits)
    theirs["withdrawn"] += redirects
    theirs["abandoned"] -= redirects
    for outcome in (*_OUTCOMES, *sorted({*ours, *theirs} - {*_OUTCOMES})):
        if ours[outcome] or theirs[outcome]:
            proof.rows.append(Row(outcome, ours[outcome], theirs[outcome]))
    if ours.total() != books.log.entered:
        proof.wrong.append(f"the ledger has {ours.total()} visits, queue_log {books.log.entered} entries")
    proof.wrong += [
        f"{row.outcome}: {row.ledger} in the ledger, {row.other} in queue_log"
        for row in proof.rows
        if row.ledger != row.other
    ]


def _door(books: Books, proof: Proof) -> None:
    """Who was let into no queue, by the dialplan's own log; whom the bridge did not hear, queue_log told it."""
    rows = [v for v in books.visits if v.outcome in set(AT_THE_DOOR.values()) and v.queue in _OWN_QUEUES]
    ours = Counter((visit.channel_id, str(visit.outcome)) for visit in rows)
    for outcome in sorted(set(AT_THE_DOOR.values())):
        told = [one for one in books.refused if one.outcome == outcome]
        for one in told:
            key = (one.channel_id, one.outcome)
            known = ours[key] > 0
            ours[key] -= known
            proof.unheard += any(begin <= one.at + 1 and one.at <= end for begin, end in books.blind)  # whole seconds
            if not known:
                proof.wrong.append(f"{one.channel_id} was refused by {one.queue} ({outcome}); the ledger has it not")
        in_the_crash = sum(
            v.outcome == outcome
            and ours[v.channel_id, outcome] > 0
            and _crashed(v.entered_at.timestamp(), books.crashes)
            for v in rows
        )
        proof.rows.append(
            Row(outcome, sum(v.outcome == outcome for v in rows), len(told) + in_the_crash, "the dialplan")
        )
        proof.wrong += [
            f"{v.id} is {outcome} in the ledger; the dialplan saw no such thing"
            for v in rows
            if v.outcome == outcome
            and ours[v.channel_id, outcome] > 0
            and not _crashed(v.entered_at.timestamp(), books.crashes)
        ]


def _callers(books: Books, proof: Proof) -> None:
    """Whoever SIPp saw answered came to a queue, and the other way round."""
    seen = books.log.callers | {one.caller for one in books.refused}
    for caller, at in books.sipp.items():
        if caller not in seen:
            if _crashed(at, books.crashes):
                proof.cut_off += 1
            else:
                proof.wrong.append(f"caller {caller} was answered, and came to no queue")


def _cel(books: Books, cel: Cel, proof: Proof) -> None:
    """Each visit an agent answered is one bridge that Queue() made, and each caller's channel began: by CEL alone."""
    answered = [visit for visit in books.visits if visit.answered_at is not None]
    in_the_crash = sum(_crashed(v.answered_at.timestamp(), books.crashes) for v in answered if v.answered_at)
    proof.rows.append(Row("answered", len(answered), len(cel.joined), "CEL"))
    if not len(answered) - in_the_crash <= len(cel.joined) <= len(answered) + len(books.crashes):
        proof.wrong.append(f"answered: {len(answered)} in the ledger, {len(cel.joined)} bridges of Queue() in CEL")
    ours = {visit.channel_id for visit in books.visits}
    known = len(ours & cel.channels)
    proof.rows.append(Row("callers", len(ours), known, "CEL"))
    proof.wrong += [f"{channel} has visits in the ledger, and is not in CEL" for channel in sorted(ours - cel.channels)]


def _crashed(at: float, crashes: Iterable[tuple[float, float]]) -> bool:
    return any(began - IN_THE_CRASH_S <= at <= gone for began, gone in crashes)


def _whole(visits: Sequence[Visit]) -> list[str]:
    wrong = [f"{v.id} has no outcome" for v in visits if v.outcome is None]
    wrong += [f"{v.id} is open" for v in visits if v.ended_at is None]
    wrong += [
        f"{v.id} is {v.outcome}, answered at {v.answered_at}"
        for v in visits
        if (v.outcome == "answered") != (v.answered_at is not None)
    ]
    known = {v.id for v in visits}
    wrong += [f"{v.id} goes on as {v.next_visit_id}, which is not there" for v in visits if _lost(v, known)]
    ordinals: dict[str, list[int]] = defaultdict(list)
    for v in visits:
        ordinals[v.channel_id].append(v.ordinal)
    wrong += [
        f"the visits of {channel} are numbered {sorted(numbers)}"
        for channel, numbers in ordinals.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]
    return wrong


def _lost(visit: Visit, known: Collection[str]) -> bool:
    return visit.next_visit_id is not None and visit.next_visit_id not in known


def _ringing(visits: Sequence[Visit], attempts: Sequence[RingAttempt]) -> list[str]:
    of: dict[str, list[RingAttempt]] = defaultdict(list)
    for one in attempts:
        of[one.visit_id].append(one)
    wrong = [f"{one.visit_id} rings {one.agent} for ever" for one in attempts if one.ended_at is None]
    for v in visits:
        mine = of.pop(v.id, [])
        if sorted(one.ordinal for one in mine) != list(range(1, v.rings + 1)):
            wrong.append(f"{v.id} rang {v.rings} times, and is told as {sorted(one.ordinal for one in mine)}")
        answers = [one.agent for one in mine if one.result == "answered"]
        if len(answers) > 1 or (answers and answers != [v.agent]):
            wrong.append(f"{v.id} was answered by {v.agent}, and its ringing by {answers}")
    return wrong + [f"ringing of {visit_id}, which is not there" for visit_id in of]


def _without_gap(intervals: Sequence[AgentInterval]) -> list[str]:
    of: dict[str, list[AgentInterval]] = defaultdict(list)
    for one in intervals:
        of[one.agent].append(one)
    wrong: list[str] = []
    for agent, mine in of.items():
        mine.sort(key=lambda one: (one.started_at, one.ended_at is None, one.ended_at))
        for one, after in pairwise(mine):
            if one.ended_at != after.started_at:
                wrong.append(
                    f"agent {agent}: {one.state} until {one.ended_at}, then {after.state} from {after.started_at}"
                )
        if mine[-1].ended_at is not None:
            wrong.append(f"agent {agent} is in no state since {mine[-1].ended_at}")
    return wrong


def spans(broken: Iterable[tuple[float, float]], snapshots: Sequence[datetime]) -> list[tuple[float, float]]:
    """From each (missed from, broken at) to the first snapshot behind, joined where they overlap."""
    whole = sorted(moment.timestamp() for moment in snapshots)
    found: list[tuple[float, float]] = []
    for begin, broken_at in sorted(broken):
        index = bisect_right(whole, broken_at)
        end = whole[index] if index < len(whole) else float("inf")
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
