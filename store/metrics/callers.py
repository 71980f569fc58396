"""Callers who come back: which calls are repeats, which were the last of their matter. Pure; the time is an argument.

A call is all visits of one `call_id`; it begins with its first and belongs to that one's queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from store.metrics.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """As much of a visit as tells of callers who come back.

    Attributes:
        caller: The calling number; empty when withheld.
        call_id: The call it belongs to.
        queue: Its queue.
        entered_at: When it began.
        answered: Whether an agent and the caller were connected.
    """

    caller: str
    call_id: str
    queue: str
    entered_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One call, judged: where and when it began, and what it counts for."""

    queue: str
    began_at: datetime
    tally: Tally


def judged(stays: Iterable[Stay], window: timedelta, now: datetime) -> Iterator[Judged]:
    """Every call of a known caller among the stays, which must reach the window's length beyond the calls asked for.

    Args:
        stays: Of all queues: a caller who tries another queue has come back, too.
        window: How long before and after a call the caller's other calls are looked for.
        now: Until when calls are known; a call younger than the window is not judged.
    """
    by_caller: dict[str, dict[str, Stay]] = {}
    for stay in stays:
        if not stay.caller:
            continue
        calls = by_caller.setdefault(stay.caller, {})
        known = calls.get(stay.call_id)
        calls[stay.call_id] = stay if known is None else _first(known, stay)
    for calls in by_caller.values():
        row = sorted(calls.values(), key=lambda call: (call.entered_at, call.call_id))
        for (before, call), (_, after) in pairwise(pairwise([None, *row, None])):
            if call is not None:
                yield Judged(call.queue, call.entered_at, _counted(before, call, after, window, now))


def _first(one: Stay, other: Stay) -> Stay:
    """The earlier of two stays of a call, answered if either was."""
    first = min(one, other, key=lambda stay: (stay.entered_at, stay.queue))
    return Stay(
        caller=first.caller,
        call_id=first.call_id,
        queue=first.queue,
        entered_at=first.entered_at,
        answered=one.answered or other.answered,
    )


def _counted(before: Stay | None, call: Stay, after: Stay | None, window: timedelta, now: datetime) -> Tally:
    counts = {"calls_known": 1}
    if before is not None and call.entered_at - before.entered_at <= window:
        counts["calls_again"] = 1
    if call.answered and call.entered_at + window <= now:
        counts["calls_judged"] = 1
        if after is None or after.entered_at - call.entered_at > window:
            counts["calls_resolved"] = 1
    return Tally(counts)
