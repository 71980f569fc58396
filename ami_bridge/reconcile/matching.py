"""Which row of the ledger and which visit of the log are the same. Pure.

Not by ordinal: the ledger also counts callers refused at the door (full, nobody there), of whom the log is silent
unless the dialplan writes a line, so the two may count one channel's visits differently. By channel, queue and moment
they agree; a refusal is only ever another witness's refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.logged import LoggedVisit
from ami_bridge.queue_log.verbs import REFUSED_AT_THE_DOOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.rows import Visit

SLACK: Final = timedelta(seconds=2)
"""How far AMI's microseconds and the log's whole seconds may be apart for one moment."""
WORKED_OUT: Final = timedelta(seconds=5)
"""The same for an entry that was worked out from counted seconds, each of them cut off."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One visit as both tell it, or as only one does."""

    row: Visit | None
    logged: LoggedVisit | None


def as_logged(row: Visit) -> LoggedVisit:
    """A row of the ledger as the log would have told of it so far: for a visit that began before what we read."""
    return LoggedVisit(
        channel_id=row.channel_id,
        queue=row.queue,
        entered_at=row.entered_at,
        caller=row.caller,
        position=row.position,
        answered_at=row.answered_at,
        agent=(row.agent_name or row.agent) if row.answered_at is not None else None,  # as the log names him
        outcome=row.outcome if row.answered_at is not None else None,
        seen_entering=False,
    )


def matched(rows: Iterable[Visit], logged: Sequence[LoggedVisit]) -> list[Pair]:
    """Pairs what belongs together, of one channel or of many; what the log tells first, then rows it has not.

    A caller sent back into the queue he came from makes two visits within seconds, which both fit: the pairs that are
    least apart are made first, and of those that are equally so the ones of one outcome. So nothing depends on whether
    all of a channel's visits are compared at once, and a row made by a repair goes to its own visit the next time.
    """
    ordered = sorted(rows, key=lambda row: (row.channel_id, row.ordinal))
    at: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(ordered):
        at.setdefault((row.channel_id, row.queue), []).append(index)
    fitting = [
        (_apart(ordered[index], visit), ordered[index].outcome != visit.outcome, place, index)
        for place, visit in enumerate(logged)
        for index in at.get((visit.channel_id, visit.queue), ())
        if _fits(ordered[index], visit)
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for *_, place, index in sorted(fitting):
        if place not in found and index not in taken:
            found[place] = index
            taken.add(index)
    pairs = [Pair(ordered[found[place]] if place in found else None, visit) for place, visit in enumerate(logged)]
    return pairs + [Pair(row, None) for index, row in enumerate(ordered) if index not in taken]


def _apart(row: Visit, visit: LoggedVisit) -> float:
    """Seconds by which all the moments that both know differ; a moment within the log's whole second does not."""
    ended_at = visit.ended_at if visit.end_is_known else None
    both = ((row.entered_at, visit.entered_at), (row.answered_at, visit.answered_at), (row.ended_at, ended_at))
    apart = ((ours - theirs).total_seconds() for ours, theirs in both if ours is not None and theirs is not None)
    return sum(max(-one, one - 1.0, 0.0) for one in apart)


def _fits(row: Visit, visit: LoggedVisit) -> bool:
    if (row.outcome in REFUSED_AT_THE_DOOR) != (visit.outcome in REFUSED_AT_THE_DOOR):
        return False
    apart = abs(row.entered_at - visit.entered_at)
    if apart <= (SLACK if visit.seen_entering else WORKED_OUT):
        return True
    # a visit a snapshot found going on: its beginning is the switch's count, or only when it was found
    until = visit.ended_before
    found_later = row.evidence.startswith("snapshot") and visit.entered_at - WORKED_OUT <= row.entered_at
    return found_later and (until is None or row.entered_at <= until + SLACK)
