"""What a metric of one queue is worth now: a figure of boards, or a formula over the counts of the day. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store.metrics.definitions import METRICS
from store.metrics.tally import value_of
from wallboard.boards import FIGURES
from wallboard.figures import tally_of
from wallboard.tiles import View

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.messages import Snapshot

_PER_CENT: Final = 100.0


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
