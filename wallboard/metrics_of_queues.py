"""The rest of what a queue can be asked for by Prometheus: one gauge per figure of the board, by one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prometheus_client.core import GaugeMetricFamily

from store.metrics import METRICS, MOMENTS
from wallboard.figures import Figures, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.metrics_core import Metric

    from ami_bridge.messages import QueueView, Snapshot
    from wallboard.tiles import Told


class Gauge(NamedTuple):
    """One gauge with labels `node` and `queue`."""

    metric: str
    """The name of its metric, or of a figure of this moment (`store.metrics`); empty for what was promised."""
    name: str
    says: str
    value: Callable[[QueueView, Figures], float | None]
    """None leaves the sample out: there is no number."""


def named(metric: str) -> str:
    """The name of a metric of today, spelt for Prometheus: the base unit at the end, a share is a ratio.

    `asa_s` is `asa_today_seconds`, `connection_rate` `connection_rate_today_ratio`, `answered_within`
    `answered_within_today`; a figure of this moment has no `today`.
    """
    unit = MOMENTS[metric].unit if metric in MOMENTS else METRICS[metric].unit
    stem = metric.removesuffix("_s") if unit == "seconds" else metric
    day = "" if metric in MOMENTS else "_today"
    return stem + day + {"seconds": "_seconds", "share": "_ratio", "count": ""}[unit]


def _says(metric: str) -> str:
    if metric in MOMENTS:
        return MOMENTS[metric].words
    return f"Today's {METRICS[metric].title}: {METRICS[metric].formula} ({metric})."


def _of(metric: str, value: Callable[[QueueView, Figures], float | None]) -> Gauge:
    return Gauge(metric, named(metric), _says(metric), value)


GAUGES: Final = (
    _of("vip_waiting", lambda queue, _: sum(who.vip for who in queue.waiting)),
    _of("expected_wait_s", lambda queue, _: queue.expected_wait_s),
    _of("answered_within", lambda queue, _: queue.today.answered_within),
    _of("short_abandoned", lambda queue, _: queue.today.short_abandoned),
    _of("connection_rate", lambda _, of: None if of.connection_rate is None else of.connection_rate / 100),
    _of("asa_s", lambda _, of: of.asa_s),
    _of("talk_s", lambda _, of: of.talk_s),
    _of("longest_wait_s", lambda _, of: of.longest_wait_s),
    Gauge("", "answer_within_seconds", "What counts as answered in time.", lambda queue, _: queue.threshold_s),
    Gauge("", "service_level_target_ratio", "The wanted share answered in time.", lambda queue, _: queue.target),
)
LEVELS: Final = ("fine", "yellow", "red")


def of_queues(snapshot: Snapshot | None) -> Iterable[Metric]:
    """Every gauge of the table, and the callers in the menus."""
    families = [GaugeMetricFamily(f"hotline_queue_{each.name}", each.says, labels=("node", "queue")) for each in GAUGES]
    menus = GaugeMetricFamily("hotline_callers_in_menus", "Callers in a flow, in no queue.", labels=("node", "flow"))
    if snapshot is not None:
        for queue in snapshot.queues:
            worked_out = figures(queue.today)
            for gauge, family in zip(GAUGES, families, strict=True):
                if (value := gauge.value(queue, worked_out)) is not None:
                    family.add_metric((snapshot.node, queue.name), value)
        flows: dict[str, int] = {}
        for call in snapshot.calls:
            flows[call.flow] = flows.get(call.flow, 0) + 1
        for flow, count in sorted(flows.items()):
            menus.add_metric((snapshot.node, flow), count)
    yield from (*families, menus)


def of_boards(told: Told) -> Metric:
    """The level of every tile that shows a figure, as all screens show it: what an alarm can be made of."""
    family = GaugeMetricFamily(
        "hotline_board_level", "Level of a board's tile: 0 fine, 1 yellow, 2 red.", labels=("board", "tile")
    )
    for board, tiles in sorted(told.items()):
        for tile, state in sorted(tiles.items()):
            family.add_metric((board, tile), LEVELS.index(str(state["level"])))
    return family
