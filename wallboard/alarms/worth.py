"""What a metric of one queue is worth now: a figure of boards, or a formula over the counts of the day. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store.metrics.counts import COUNTED_AS_ABANDONED, FLOWED_OUT
from store.metrics.definitions import METRICS
from store.metrics.tally import MICROSECONDS, Tally, value_of
from wallboard.boards import FIGURES
from wallboard.figures import OUTCOMES
from wallboard.tiles import View

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.messages import Snapshot, TodayCounts

_PER_CENT: Final = 100.0
_OF_TODAY: Final = ("entered", "answered_within", "short_abandoned", *(name for name in OUTCOMES if name != "unknown"))


class Worths:
    """A snapshot as rules ask for it."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._view = View(snapshot, now)
        self._tallies = {queue.name: tally_of(queue.today) for queue in snapshot.queues}

    def of(self, metric: str, queue: str) -> float | None:
        """The metric of this queue in its unit, shares in per cent; None where it has none."""
        if metric in FIGURES:
            return self._view.worth(metric, (queue,)).value
        tally = self._tallies.get(queue)
        value = None if tally is None else value_of(METRICS[metric], tally)
        return value * _PER_CENT if value is not None and METRICS[metric].unit == "share" else value


def tally_of(today: TodayCounts) -> Tally:
    """The counts the feed has of a queue's day, under the names that metrics are made of."""
    counts = {name: int(getattr(today, name)) for name in _OF_TODAY}
    counts["unknown_after_gap"] = today.unknown
    counts["ended"] = sum(getattr(today, name) for name in OUTCOMES)
    counts["flowed_out"] = sum(getattr(today, name) for name in FLOWED_OUT)
    counts["counted_as_abandoned"] = sum(getattr(today, name) for name in COUNTED_AS_ABANDONED)
    counts |= {"answer_waits": today.waits_known, "handled": today.talks_ended}
    counts["answer_wait_s"] = round(today.wait_sum_s * MICROSECONDS)
    counts["talk_sum_s"] = round(today.talk_sum_s * MICROSECONDS)
    return Tally(counts)
