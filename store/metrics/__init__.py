"""The metrics by name: one versioned file defines them, and SQL, reports and the page docs/metrics.md are made of it.

`store.metrics.counts` says what is counted, `store.metrics.definitions` what is made of the counts,
`store.metrics.moment` what is true of this moment alone. Counts of
intervals, queues and agents add up; a metric is worked out last, from sums, and no average is ever averaged.
"""

from __future__ import annotations

from store.metrics.counts import COUNTS, Count
from store.metrics.definitions import METRICS, VERSION, Metric
from store.metrics.moment import MOMENTS, Moment
from store.metrics.tally import Tally, reading, value_of

__all__ = ["COUNTS", "METRICS", "MOMENTS", "VERSION", "Count", "Metric", "Moment", "Tally", "reading", "value_of"]
