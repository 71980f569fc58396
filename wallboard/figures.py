"""The figures a board shows, from the counts of a day: metrics of `store.metrics` by their names. Pure.

No formula stands here: each field of `Figures` is read from the one definition of its name. An empty figure is None,
never 0 and never 100: peers differ there (Asterisk says 0, others 100), and both mislead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ami_bridge.messages import TodayCounts
from store.metrics import COUNTS, METRICS, Tally, reading
from store.metrics.tally import microseconds
from store.rows import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable

CONNECTION_TARGET: Final = 0.9
"""The share of callers that is to reach a person: nine of ten, as hotlines are commonly held to."""
MOST_KEPT: Final = 8192
"""Counts whose figures are kept; a hotline has fewer queues, and each change of one puts an older one out."""
_COUNTS: Final = tuple(field.name for field in fields(TodayCounts))
_counts: Final = attrgetter(*_COUNTS)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the counts of one queue, or of all, amount to.

    Each is the metric of its name (docs/metrics.md); a share is told in per cent, both are rounded to a tenth.
    """

    ended: int
    sl_negative: float | None
    sl_asterisk: float | None
    connection_rate: float | None
    abandonment: float | None
    abandonment_all: float | None
    short_abandonment: float | None
    asa_s: float | None
    talk_s: float | None
    longest_wait_s: float | None


_READINGS: Final = {
    field.name: (reading(METRICS[field.name]), 100.0 if METRICS[field.name].unit == "share" else 1.0)
    for field in fields(Figures)
    if field.name != "ended"
}


@lru_cache(maxsize=MOST_KEPT)
def figures(today: TodayCounts) -> Figures:
    """The figures of one day's counts; of a queue whose counts stand still they are not worked out again."""
    tally = tally_of(today)
    told: dict[str, float | None] = {}
    for name, (value_of, times) in _READINGS.items():
        value = value_of(tally)
        told[name] = None if value is None else round(times * value, 1)
    return Figures(ended=tally.counts["ended"], **told)


def tally_of(today: TodayCounts) -> Tally:
    """The counts of a live day as the counts metrics are made of, whose names they have."""
    ended = sum(getattr(today, outcome) for outcome in OUTCOMES)
    counts = {name: _count(name, getattr(today, name)) for name in _COUNTS if name in COUNTS}
    seen = ended - today.unknown_after_gap - (today.answered - today.answer_waits)
    if seen > 0 or today.longest_wait_s > 0:  # else no wait of today is known, and the longest of none has no value
        counts["longest_wait"] = microseconds(today.longest_wait_s)
    return Tally({**counts, "ended": ended})


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


def _count(name: str, value: float) -> int:
    return microseconds(value) if COUNTS[name].in_seconds else int(value)
