"""The rest of what a queue can be asked for by Prometheus: one gauge per figure of the board, by one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prometheus_client.core import GaugeMetricFamily

from wallboard.figures import Figures, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.metrics_core import Metric

    from ami_bridge.messages import QueueView, Snapshot
    from wallboard.tiles import Told


class Gauge(NamedTuple):
    """One gauge with labels `node` and `queue`."""

    name: str
    says: str
    value: Callable[[QueueView, Figures], float | None]
    """None leaves the sample out: there is no number."""


GAUGES: Final = (
    Gauge("vip_waiting", "VIP callers waiting now.", lambda queue, _: sum(who.vip for who in queue.waiting)),
    Gauge(
        "expected_wait_seconds",
        "Within this most callers were answered of late; absent when too few were.",
        lambda queue, _: queue.expected_wait_s,
    ),
    Gauge(
        "answered_in_time_today",
        "Visits since that midnight answered within the queue's threshold.",
        lambda queue, _: queue.today.answered_within,
    ),
    Gauge(
        "short_abandoned_today",
        "Visits since that midnight whose caller hung up sooner than counts.",
        lambda queue, _: queue.today.short_abandoned,
    ),
    Gauge(
        "connection_ratio",
        "Today's answered by those that ended, short abandons left out.",
        lambda _, of: None if of.connection_rate is None else of.connection_rate / 100,
    ),
    Gauge("speed_of_answer_seconds", "Today's mean wait of the answered.", lambda _, of: of.asa_s),
    Gauge("talk_seconds", "Today's mean talk that is over.", lambda _, of: of.talk_s),
    Gauge(
        "longest_wait_today_seconds",
        "The longest wait that ended today, whatever its outcome.",
        lambda queue, _: queue.today.longest_wait_s,
    ),
    Gauge("answer_within_seconds", "What counts as answered in time.", lambda queue, _: queue.threshold_s),
    Gauge("service_level_target_ratio", "The wanted share answered in time.", lambda queue, _: queue.target),
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
