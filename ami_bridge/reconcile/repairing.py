"""What puts the ledger right: rows made anew from queue_log where the two differ. Pure.

What AMI saw more exactly, or alone, is kept. The same input a second time gives no rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ami_bridge.domain.events import Correction
from ami_bridge.queue_log.verbs import lasted
from ami_bridge.reconcile.comparing import Difference, differences, talked, waited
from ami_bridge.reconcile.matching import SLACK, Pair, matched
from store.rows import RingAttempt, Visit, visit_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from ami_bridge.queue_log.logged import LoggedRing, LoggedVisit

REPAIRED = "repaired from queue_log"


@dataclass(slots=True)
class Repair:
    """What was found and what puts it right.

    Attributes:
        visits: How many visits the log told of.
        rows: Rows to be written; none when nothing differs.
        differences: Where the two differed, before.
        missing: Visits the ledger had no row of.
        not_in_log: Rows of which the log is silent though it should not be; they are left alone.
        matched: The ids of the rows that both know.
        entered: When each of these entered, by the log.
        corrections: Each visit put right, as it was and as it is.
    """

    visits: int = 0
    rows: list[Visit | RingAttempt] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    missing: list[LoggedVisit] = field(default_factory=list)
    not_in_log: list[Visit] = field(default_factory=list)
    matched: set[str] = field(default_factory=set)
    entered: dict[str, datetime] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger has of some channels.

    Attributes:
        visits: Their visits, all of them.
        attempts: The ringing of each, by visit.
    """

    visits: Sequence[Visit]
    attempts: Mapping[str, Sequence[RingAttempt]] = field(default_factory=dict)


def repair(
    node: str,
    ledger: Ledger,
    logged: Sequence[LoggedVisit],
    who: Callable[[str], str],
    names: Mapping[str, str] | None = None,
) -> Repair:
    """Compares what the log tells of some channels with what the ledger has of them.

    Args:
        node: The Asterisk.
        ledger: All the ledger has of the channels.
        logged: What the log tells of them; visits that are open are compared too.
        who: The agent's id for the name the log uses.
        names: The display name of each agent known.
    """
    found = Repair(visits=len(logged))
    pairs = _with_ids(node, matched(ledger.visits, logged))
    ids = {pair.logged.number: row.id for pair, row in pairs if pair.logged is not None}
    for pair, row in pairs:
        if pair.logged is None:
            if row.outcome not in {"full", "join_empty"}:
                found.not_in_log.append(row)
            continue
        next_id = ids.get(pair.logged.next_number) if pair.logged.next_number is not None else None
        if pair.row is None:
            found.missing.append(pair.logged)
        else:
            found.matched.add(row.id)
            found.entered[row.id] = pair.logged.entered_at
        back = next_id is None and _goes_back(row, pairs)
        _put_right(found, pair, row, ledger.attempts.get(row.id, ()), _Names(who, names or {}, next_id, back))
    return found


@dataclass(frozen=True, slots=True)
class _Names:
    who: Callable[[str], str]
    shown: Mapping[str, str]
    next_id: str | None
    goes_back: bool
    """Whether the row is followed by a visit of the same channel that began before it: there is no such thing."""


def _goes_back(row: Visit, pairs: Iterable[tuple[Pair, Visit]]) -> bool:
    return row.next_visit_id is not None and any(
        other.id == row.next_visit_id and other.channel_id == row.channel_id and other.entered_at < row.entered_at
        for _, other in pairs
    )


def _with_ids(node: str, pairs: Iterable[Pair]) -> list[tuple[Pair, Visit]]:
    """Each pair with its row: the ledger's, or for a visit it has not an empty one with the next free ordinal."""
    ordered = list(pairs)
    last: dict[str, int] = defaultdict(int)
    for pair in ordered:
        if pair.row is not None:
            last[pair.row.channel_id] = max(last[pair.row.channel_id], pair.row.ordinal)
    found: list[tuple[Pair, Visit]] = []
    for pair in ordered:
        row = pair.row
        if row is None and pair.logged is not None:
            last[pair.logged.channel_id] += 1
            row = _new_row(node, pair.logged, last[pair.logged.channel_id])
        if row is not None:
            found.append((pair, row))
    return found


def _new_row(node: str, logged: LoggedVisit, ordinal: int) -> Visit:
    return Visit(
        id=visit_id(node, logged.channel_id, ordinal),
        node=node,
        call_id=logged.went_on_as or logged.channel_id,  # the log knows no Linkedid; a first channel is its call
        channel_id=logged.channel_id,
        ordinal=ordinal,
        queue=logged.queue,
        entered_at=logged.entered_at,
        caller=logged.caller,
        position=logged.position,
        evidence="queue_log",
    )


def _put_right(found: Repair, pair: Pair, row: Visit, attempts: Sequence[RingAttempt], names: _Names) -> None:
    before, logged = pair.row, pair.logged
    if logged is None:
        return
    rang = _attempts(row, logged, attempts, names.who)
    found.rows.extend(one for one in rang if one not in attempts)
    missed = _missed(attempts, rang)
    heard = row if row.rings >= len(attempts) else replace(row, rings=len(attempts))
    wrong = differences(heard, logged, names.who, names.next_id)
    if names.goes_back:
        wrong.append(Difference(row.id, "next_visit_id", row.next_visit_id, None))
    if before is not None:
        found.differences.extend(wrong)
        if not wrong and row.rings >= len(rang):
            if missed:
                found.corrections.append(Correction(before=before, after=before, missed=missed))
            return
    after = _amended(row, logged, wrong, names)
    after = replace(after, rings=max(row.rings, len(rang)))
    if before is None or after != before:
        after = _explained(before, after, logged)
        found.rows.append(after)
        found.corrections.append(Correction(before=before, after=after, missed=missed))


def _missed(before: Iterable[RingAttempt], after: Iterable[RingAttempt]) -> tuple[tuple[str, int], ...]:
    """By agent, how many more ringings in vain there are after than before."""
    more = Counter(one.agent for one in after if one.result == "no_answer")
    more.subtract(Counter(one.agent for one in before if one.result == "no_answer"))
    return tuple((agent, count) for agent, count in sorted(more.items()) if count)


def _amended(row: Visit, logged: LoggedVisit, wrong: Sequence[Difference], names: _Names) -> Visit:
    fields: dict[str, Any] = {one.field: one.log for one in wrong if one.field != "rings"}
    after = replace(row, **fields)
    if "agent" in fields:
        told = logged.agent or ""
        after = replace(
            after,
            agent_name=names.shown.get(after.agent, told) if after.agent else None,
            interface=told if "/" in told else None,
        )
    if {"entered_at", "answered_at", "ended_at", "outcome", "wait_s", "talk_s"} & set(fields):
        after = replace(after, wait_s=_wait(after, logged), talk_s=_talk(after, logged))
    return after


def _wait(row: Visit, logged: LoggedVisit) -> float | None:
    if waited(logged) is None:
        return None
    until = row.answered_at or row.ended_at
    return None if until is None else lasted(row.entered_at, until)


def _talk(row: Visit, logged: LoggedVisit) -> float | None:
    if talked(logged) is None or row.answered_at is None or row.ended_at is None:
        return None
    return lasted(row.answered_at, row.ended_at)


def _explained(before: Visit | None, after: Visit, logged: LoggedVisit) -> Visit:
    if before is None or before.outcome != after.outcome:
        return replace(after, evidence=f"queue_log: {logged.told.partition('|')[0]}" if logged.told else "queue_log")
    if REPAIRED in before.evidence:
        return after
    return replace(after, evidence=f"{before.evidence}; {REPAIRED}" if before.evidence else REPAIRED)


def _attempts(
    row: Visit, logged: LoggedVisit, attempts: Sequence[RingAttempt], who: Callable[[str], str]
) -> list[RingAttempt]:
    """All ringing of a visit, numbered in the order it began: what the ledger has, closed, and what it lacks."""
    known = list(attempts)
    taken: set[int] = set()
    for ring in logged.rings:
        agent = who(ring.agent)
        index = _rang_as(known, taken, ring, agent)
        if index is None:
            taken.add(len(known))
            known.append(_new_attempt(row, ring, agent))
        else:
            taken.add(index)
            known[index] = _closed(known[index], ring)
    over = logged.answered_at or logged.ended_at
    if over is not None:
        known = [
            one
            if one.ended_at is not None
            else replace(one, ended_at=max(over, one.started_at), result=one.result or "cancelled")
            for one in known
        ]
    order = sorted(range(len(known)), key=lambda i: (known[i].started_at, known[i].ordinal or len(known)))
    return [
        known[i] if known[i].ordinal == place else replace(known[i], ordinal=place)  # most are in their place
        for place, i in enumerate(order, 1)
    ]


def _rang_as(known: list[RingAttempt], taken: set[int], ring: LoggedRing, agent: str) -> int | None:
    """Which of the ringing known the log speaks of: what ended then, or else what went on then."""
    mine = [index for index, one in enumerate(known) if index not in taken and one.agent == agent]
    ended = [i for i in mine if (end := known[i].ended_at) is not None and abs(end - ring.ended_at) <= SLACK]
    going_on = [
        i
        for i in mine
        if known[i].started_at <= ring.ended_at + SLACK and (known[i].ended_at or ring.ended_at) >= ring.ended_at
    ]
    return next(iter(ended or going_on[-1:]), None)


def _closed(attempt: RingAttempt, ring: LoggedRing) -> RingAttempt:
    """How it ended, by the log; of a ringing in vain AMI's DialEnd may know more: busy, refused."""
    ended_at = attempt.ended_at
    if ended_at is None or abs(ended_at - ring.ended_at) > SLACK:
        ended_at = max(ring.ended_at, attempt.started_at)
    more_is_known = attempt.result in {"busy", "refused"} and ring.result == "no_answer"
    return replace(attempt, ended_at=ended_at, result=attempt.result if more_is_known else ring.result)


def _new_attempt(row: Visit, ring: LoggedRing, agent: str) -> RingAttempt:
    return RingAttempt(
        visit_id=row.id,
        ordinal=0,
        node=row.node,
        agent=agent,
        interface=ring.agent if "/" in ring.agent else "",
        started_at=ring.started_at,
        ended_at=ring.ended_at,
        result=ring.result,
    )
