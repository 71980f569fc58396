"""Which row of the ledger and which visit of the log are the same. Pure.

Not by ordinal: the ledger also counts callers refused at the door (full, nobody there), of whom the log is silent, so
the two may count one channel's visits differently. By channel, queue and moment they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.history import LoggedVisit

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
        agent=row.agent if row.answered_at is not None else None,
        outcome=row.outcome if row.answered_at is not None else None,
        seen_entering=False,
    )


def matched(rows: Iterable[Visit], logged: Sequence[LoggedVisit]) -> list[Pair]:
    """Pairs what belongs together, of one channel or of many; what the log tells first, then rows it has not."""
    free: dict[tuple[str, str], list[Visit]] = {}
    for row in sorted(rows, key=lambda row: (row.channel_id, row.ordinal)):
        free.setdefault((row.channel_id, row.queue), []).append(row)
    pairs: list[Pair] = []
    for visit in logged:
        same = _same(free.get((visit.channel_id, visit.queue), []), visit)
        if same is not None:
            free[visit.channel_id, visit.queue].remove(same)
        pairs.append(Pair(same, visit))
    return pairs + [Pair(row, None) for rest in free.values() for row in rest]


def _same(rows: list[Visit], visit: LoggedVisit) -> Visit | None:
    """The first that fits, in the ledger's order: a row made by a repair comes last, and so changes no pair."""
    return next((row for row in rows if row.outcome not in {"full", "join_empty"} and _fits(row, visit)), None)


def _fits(row: Visit, visit: LoggedVisit) -> bool:
    apart = abs(row.entered_at - visit.entered_at)
    if apart <= (SLACK if visit.seen_entering else WORKED_OUT):
        return True
    # a visit a snapshot found going on: its beginning is the switch's count, or only when it was found
    until = visit.ended_before
    found_later = row.evidence.startswith("snapshot") and visit.entered_at - WORKED_OUT <= row.entered_at
    return found_later and (until is None or row.entered_at <= until + SLACK)
