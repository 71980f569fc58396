"""What a waiting caller may be told of the line, and when. Pure.

Told is what is so: how many are ahead, and how long it took others of late. Never told is a number that is greater than
one told before, and nothing at all is told while an agent is about to be rung for the caller: it would cost ringing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.waits import expected_wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ami_bridge.domain.model import State, Visit

AHEAD_OF_TIME: Final = timedelta(seconds=3)
"""How long before Asterisk plays an announcement it is put there. Asterisk's clock for it has whole seconds and begins
with the entry, and what is put there may still be changed until it begins."""
MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller's step wants told (HL_ANNOUNCE, `every;message;message with the wait`)."""

    every: timedelta
    message: str
    with_wait: str


@dataclass(frozen=True, slots=True)
class Words:
    """One announcement."""

    message: str
    language: str
    flow_version: str
    ahead: int
    wait_s: int | None
    """Whole minutes, in seconds; None when it is not told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one visit has been told, and what lies ready to be told next."""

    since: datetime
    """When the last announcement began, or the caller entered: the next is due `every` after it."""
    ahead: int | None = None
    wait_s: int | None = None
    ready: Words | None = None
    ready_at: datetime | None = None
    """When that was put there first."""


def wish_of(announce: str) -> Wish | None:
    """The wish as it stands in HL_ANNOUNCE; None when there is none, or it is not of this form."""
    every, _, rest = announce.partition(";")
    message, _, with_wait = rest.partition(";")
    if not every.isdecimal() or int(every) <= 0 or not message:
        return None
    return Wish(timedelta(seconds=int(every)), message, with_wait)


def line_of(state: State, queue: str) -> list[Visit]:
    """The callers waiting in a queue, the next to be served first: by priority, then by time."""
    return in_order(state.visits[visit_id] for visit_id in state.lines.get(queue, ()))


def in_order(waiting: Iterable[Visit]) -> list[Visit]:
    """Callers of one queue, the next to be served first."""
    return sorted(waiting, key=lambda v: (-v.row.priority, v.stands_since or v.row.entered_at))


def heard(told: Told, visit: Visit) -> Told:
    """What has been told by now: when the music stopped, the announcement that lay ready began."""
    stopped = visit.music_stopped_at
    if told.ready is None or told.ready_at is None or stopped is None or stopped < told.ready_at:
        return told
    return Told(stopped, told.ready.ahead, told.ready.wait_s if told.ready.wait_s is not None else told.wait_s)


def ready(state: State, visit: Visit, told: Told, now: datetime) -> Told:
    """The same with what is to lie ready at this moment."""
    words = words_for(state, visit, told, now)
    if words is None:
        return replace(told, ready=None, ready_at=None)
    return replace(told, ready=words, ready_at=told.ready_at or now)


def words_for(state: State, visit: Visit, told: Told, now: datetime) -> Words | None:
    """What the caller may be told now; None when it is too early, or nothing may be told."""
    wish = wish_of(visit.announce)
    if wish is None or now < told.since + wish.every - AHEAD_OF_TIME or not visit.row.language:
        return None
    ahead = next((n for n, other in enumerate(line_of(state, visit.row.queue)) if other.id == visit.id), None)
    if ahead is None or (told.ahead is not None and ahead > told.ahead) or _is_rung_soon(state, visit, ahead):
        return None
    wait_s = _wait(state, visit, now) if wish.with_wait else None
    if wait_s is not None and told.wait_s is not None and wait_s > told.wait_s:
        wait_s = None
    message = wish.message if wait_s is None else wish.with_wait
    return Words(message, visit.row.language, visit.row.flow_version, ahead, wait_s)


def _wait(state: State, visit: Visit, now: datetime) -> int | None:
    """The wait that is still to be expected, rounded up to minutes; None when nobody knows."""
    waited = (now - visit.row.entered_at).total_seconds()
    left = expected_wait(state.waits.get(visit.row.queue, ()), waited)
    return None if left is None else max(1, math.ceil(left / MINUTE_S)) * MINUTE_S


def _is_rung_soon(state: State, visit: Visit, ahead: int) -> bool:
    """Whether a phone rings for the caller, or an agent is free for him: his announcement would delay the ringing."""
    if any(attempt.ended_at is None for attempt in visit.attempts):
        return True
    return ahead < state.doing.get(visit.row.queue, {}).get("available", 0)
