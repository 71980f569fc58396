"""How long callers waited of late, and what that says to the next one. Pure.

Only waits that ended with an agent count, each as it was seen: whoever hung up or was turned away tells nothing of how
long it takes. What is said rests on these waits and on nothing else, so a quiet queue has no estimate at all.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ami_bridge.domain.books import Books
    from store import rows

OF_LATE: Final = timedelta(minutes=30)
"""Older waits tell of another hour of the day."""
MOST_KEPT: Final = 50
"""Waits of a queue that are kept, the latest: what has changed within half an hour outweighs the rest soon."""
FEWEST: Final = 3
"""Fewer waits than this are no experience, and give no estimate."""
SHARE: Final = 0.75
"""The share of callers who were answered within the time that is told: who plans by it is seldom let down."""

Wait: TypeAlias = "tuple[datetime, float]"
"""When a caller was answered, and how many seconds he had waited."""


def expected_wait(waits: Iterable[Wait], waited_s: float = 0.0) -> float | None:
    """Seconds within which a caller who has waited this long will most likely be answered; None when nobody knows.

    Of those who waited at least as long and were answered, three of four were so within this time more.
    """
    longer = sorted(wait for _, wait in waits if wait >= waited_s)
    if len(longer) < FEWEST:
        return None
    return longer[math.ceil(SHARE * len(longer)) - 1] - waited_s


def waits_of(visits: Iterable[rows.Visit], now: datetime) -> dict[str, tuple[Wait, ...]]:
    """The waits of late by queue, of visits as the store has them."""
    found: dict[str, list[Wait]] = {}
    for visit in visits:
        if visit.answered_at is not None and visit.wait_s is not None and visit.answered_at >= now - OF_LATE:
            found.setdefault(visit.queue, []).append((visit.answered_at, visit.wait_s))
    return {queue: tuple(sorted(waits)[-MOST_KEPT:]) for queue, waits in found.items()}


def note_waits(draft: Books) -> None:
    """Take up the waits that have just ended with an agent."""
    for row in draft.kept_visits():
        if row.outcome != "answered" or row.answered_at is None or row.wait_s is None:
            continue
        before = draft.before("visits", row.id)
        if before is None or before.row.answered_at is None:
            waits = draft.look("waits").get(row.queue, ())
            draft.own("waits")[row.queue] = (*waits, (row.answered_at, row.wait_s))[-MOST_KEPT:]


def forget_waits(draft: Books, at: datetime) -> None:
    """Drop the waits that are not of late any more."""
    for queue, waits in list(draft.look("waits").items()):
        young = tuple(wait for wait in waits if wait[0] >= at - OF_LATE)
        if young != waits:
            draft.own("waits")[queue] = young
            draft.show_queue(queue)
