"""The page of the metrics, made of their definitions: `python -m store.metrics.page docs/metrics.md`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from store.metrics.counts import COUNTS, Source
from store.metrics.definitions import METRICS, VERSION, Kind
from store.metrics.moment import MOMENTS
from store.metrics.sql import metric_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.metrics.definitions import Metric

_HEAD: Final = """\
# Metrics

Two people never argue about a number: each has one name, and the name stands for one formula. The same name is used in
reports (`hotline report`), on the board, in the API, in Prometheus and in SQL. This page is edition {version} of the
formulas; it is made of `store/metrics/` by `python -m store.metrics.page docs/metrics.md`.

- A metric is a sum of counts divided by a sum of counts. Counts of intervals, queues and agents are added and divided
  last: no average is ever averaged.
- With nothing to judge a metric has no value (`–` in a table, `null` in JSON, empty in CSV): neither 0 % nor 100 %
  would be true.
- A visit belongs to the interval in which it **entered** the queue; for an agent, to the one in which it was
  **answered**. A state of an agent is cut at the interval's ends.
- *In time* is a wait of at most `service_level.answer_within` of the queue in `hotline.yaml`; a *short abandon* one of
  less than `short_abandon`. A change of either holds for the past, too.
- Prometheus spells a name by one rule: `asa_s` of today is `hotline_queue_asa_today_seconds`; a service level and an
  abandonment are a `variant` of `hotline_queue_service_level_ratio` and `hotline_queue_abandonment_ratio`
  ([the list](bridge.md#for-prometheus)). A tile of a board takes the name, or a short word for it
  ([boards](boards.md)).
- The same formula does not make figures of other products equal: what they count may differ. What is known of that
  stands beside each.

{contents}
"""
_KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "service level": "Service level",
        "abandonment": "Abandonment",
        "answer": "Connection and transfer",
        "time": "Times",
        "agent": "Agents",
        "caller": "Callers who come back",
        "call": "Calls in the flows",
        "count": "Plain counts",
    }
)
_SOURCES: Final[Mapping[Source, str]] = MappingProxyType(
    {
        "visits": "Of visits (`visits`)",
        "agent_intervals": "Of what agents did (`agent_intervals`)",
        "ring_attempts": "Of ringing (`ring_attempts`)",
        "shifts": "Of the plan (`shifts/*.csv`) and what agents did (`agent_intervals`)",
        "callers": "Of calls, seen together with the other calls of their caller (`visits`)",
        "journeys": "Of calls in the flows (`journeys`, and whether there is a visit of their channel)",
        "journey_steps": "Of the steps of these calls (`journey_steps`)",
    }
)
_UNITS: Final = MappingProxyType(
    {"share": "a share of 1, shown in per cent", "seconds": "seconds", "count": "a number"}
)
_OF_NOW: Final = """\
What the board, the API and Prometheus tell of now. A report has a range, so none has these."""
_NOT_HERE: Final = """\
## What is not here

- **Outbound**: the hotline queues who calls in. Whether a callback was made is not recorded; that it was asked for is
  (`callbacks`).
- **Staff forecasts** (Erlang) are made of these counts by whoever plans.
"""


def page() -> str:
    """The whole page."""
    parts = [_part(kind, title) for kind, title in _KINDS.items() if kind != "count"]
    contents = "\n".join(
        f"| {title} | {', '.join(f'[`{one.name}`](#{one.name})' for one in METRICS.values() if one.kind == kind)} |"
        for kind, title in _KINDS.items()
        if kind != "count"
    )
    head = _HEAD.format(version=VERSION, contents=f"| | |\n| --- | --- |\n{contents}")
    return "\n".join([head, *parts, _moments(), _counts(), _NOT_HERE])


def _part(kind: Kind, title: str) -> str:
    return "\n".join([f"## {title}", "", *(_section(one) for one in METRICS.values() if one.kind == kind)])


def _section(metric: Metric) -> str:
    told = [f"### `{metric.name}`", "", f"{metric.title[0].upper()}{metric.title[1:]}, {_UNITS[metric.unit]}:"]
    told += ["", f"> {metric.formula}", "", metric.words]
    told += ["", f"Source: {metric.source}." + (f" Also: {metric.also}." if metric.also else "")]
    sql = metric_text(metric)
    if sql is not None:
        told += ["", "```sql", f"SELECT {sql}\nFROM visits", "```"]
    return "\n".join([*told, ""])


def _moments() -> str:
    told = ["## At this moment", "", _OF_NOW, "", "| figure | meaning | unit |", "| --- | --- | --- |"]
    told += [f"| `{one.name}` | {one.words} | {_UNITS[one.unit]} |" for one in MOMENTS.values()]
    return "\n".join([*told, ""])


def _counts() -> str:
    told = ["## Counts", "", "What the formulas are made of. Those that are numbers can be asked for by name, too.", ""]
    for source in get_args(Source):
        told += [f"### {_SOURCES[source]}", "", "| count | what it counts | unit |", "| --- | --- | --- |"]
        told += [
            f"| `{one.name}` | {one.words} | {'seconds' if one.in_seconds else 'number'} |"
            for one in COUNTS.values()
            if one.source == source
        ]
        told.append("")
    return "\n".join(told)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
