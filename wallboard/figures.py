"""The figures a board shows, from the counts of a day. Pure; each has one name and one formula, and may have no value.

Sources: service levels as Cisco's three and Asterisk's own variants (app_queue.c `update_queue`, queues.conf.sample);
the short-abandon rule as Genesys and Cisco have it. An empty figure is None, never 0 and never 100: peers differ there
(Asterisk says 0, others 100), and both mislead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ami_bridge.messages import TodayCounts
from store.service_levels import Judged, service_levels

if TYPE_CHECKING:
    from collections.abc import Iterable

OUTCOMES: Final = (
    "answered",
    "abandoned",
    "timed_out",
    "left_by_key",
    "join_empty",
    "leave_empty",
    "full",
    "withdrawn",
    "incompatible",
    "failed",
    "unknown",
)
"""The counts that say what became of a visit; every visit whose wait is over is in exactly one."""
CONNECTION_TARGET: Final = 0.9
"""The share of callers that is to reach a person: nine of ten, as hotlines are commonly held to."""
MOST_KEPT: Final = 8192
"""Counts whose figures are kept; a hotline has fewer queues, and each change of one puts an older one out."""
_COUNTS: Final = tuple(field.name for field in fields(TodayCounts))
_counts: Final = attrgetter(*_COUNTS)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the counts of one queue, or of all, amount to."""

    ended: int
    """Visits whose wait is over, whatever came of it."""
    sl_negative: float | None
    """Answered in time ÷ (ended − short abandons), per cent: whoever was not served in time counts against it."""
    sl_asterisk: float | None
    """Answered in time ÷ answered, per cent: what `queue show` prints, so that the two can be matched."""
    connection_rate: float | None
    """接通率: answered ÷ (ended − short abandons), per cent."""
    asa_s: float | None
    """Average speed of answer, seconds: sum of the waits of the answered ÷ answered, as far as the wait was seen."""
    talk_s: float | None
    """Average talk that is over, seconds; those going on are not in it."""


@lru_cache(maxsize=MOST_KEPT)
def figures(today: TodayCounts) -> Figures:
    """The figures of one day's counts; of a queue whose counts stand still they are not worked out again."""
    ended = sum(getattr(today, outcome) for outcome in OUTCOMES)
    levels = service_levels(
        Judged(
            ended=ended,
            answered=today.answered,
            answered_within=today.answered_within,
            abandoned=today.abandoned,
            abandoned_within=0,  # not counted live; the two levels shown do not need it
            short_abandoned=today.short_abandoned,
        )
    )
    counted = ended - today.short_abandoned
    return Figures(
        ended=ended,
        sl_negative=_per_cent(levels.sl_negative),
        sl_asterisk=_per_cent(levels.sl_asterisk),
        connection_rate=_per_cent(today.answered / counted if counted > 0 else None),
        asa_s=_mean(today.wait_sum_s, today.waits_known),
        talk_s=_mean(today.talk_sum_s, today.talks_ended),
    )


def total(days: Iterable[TodayCounts]) -> TodayCounts:
    """The counts of several queues as if they were one; the longest wait is the longest of them."""
    summed: dict[str, float] = dict.fromkeys(_COUNTS, 0)
    for name, column in zip(_COUNTS, zip(*map(_counts, days), strict=True), strict=False):  # no days, no columns
        summed[name] = max(column) if name == "longest_wait_s" else sum(column)
    return TodayCounts(**summed)  # type: ignore[arg-type]  # each sum has the type of its field's values


def common_target(queues: Iterable[tuple[float, Figures, TodayCounts]]) -> float | None:
    """The service level, 0 to 1, that all queues together have when each just meets its own target.

    Each queue's target counts by the visits its level is worked out of; None while there are none.
    """
    weighed = [(target, worked_out.ended - today.short_abandoned) for target, worked_out, today in queues]
    whole = sum(weight for _, weight in weighed)
    return round(sum(target * weight for target, weight in weighed) / whole, 4) if whole > 0 else None


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(100.0 * share, 1)


def _mean(total_s: float, count: int) -> float | None:
    return round(total_s / count, 1) if count > 0 else None
