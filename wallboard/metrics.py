"""The queues for Prometheus: what Asterisk's own exporter lacks. From the same counts as the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from store.rows import OUTCOMES
from wallboard.figures import figures
from wallboard.metrics_of_alarms import of_alarms
from wallboard.metrics_of_queues import of_boards, of_queues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from ami_bridge.messages import QueueView, Snapshot
    from wallboard.hub import Hub

_DOING = ("available", "ringing", "talking", "wrap_up", "paused", "away")
_LABELS = ("node", "queue")
VARIANTS: Final = {
    "service level": ("sl_negative", "sl_asterisk"),
    "abandonment": ("abandonment", "abandonment_all", "short_abandonment"),
}
"""Metrics of which several are in use under one word: one family each, told apart by `variant`."""


class Queues(Collector):
    """Collects from the hub's last snapshot."""

    def __init__(self, hub: Hub, now: Callable[[], datetime]) -> None:
        self._hub = hub
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """Every family, even when nothing is known: then without samples, and `hotline_feed_live` is 0."""
        now = self._now()
        standing = self._hub.watch.standing(now)
        live = GaugeMetricFamily("hotline_feed_live", "1 while the numbers are live and complete, else 0.")
        live.add_metric((), 1.0 if standing.truth == "live" else 0.0)
        yield live
        viewers = GaugeMetricFamily("hotline_wallboard_viewers", "Browsers looking at this wallboard.")
        viewers.add_metric((), self._hub.viewers)
        yield viewers
        # Numbers that are not live are left out: an absent series can be alarmed on, an old number cannot.
        shown = self._hub.watch.snapshot if standing.truth in {"live", "catching_up"} else None
        yield from _live(shown, now)
        yield from _today(shown)
        yield from of_queues(shown)
        yield of_boards(self._hub.levels if shown else {})
        yield _agents(shown)
        yield of_alarms(self._hub.alarms)


def _live(snapshot: Snapshot | None, now: datetime) -> Iterable[Metric]:
    waiting = GaugeMetricFamily("hotline_queue_waiting", "Callers waiting now.", labels=_LABELS)
    longest = GaugeMetricFamily(
        "hotline_queue_longest_waiting_seconds",
        "Wait of the caller who waits longest now; 0 when nobody waits.",
        labels=_LABELS,
    )
    members = GaugeMetricFamily(
        "hotline_queue_agents", "Agents of the queue by what they do.", labels=(*_LABELS, "doing")
    )
    for node, queue in _queues(snapshot):
        waiting.add_metric((node, queue.name), len(queue.waiting))
        entered = min((caller.entered_at for caller in queue.waiting), default=now)
        longest.add_metric((node, queue.name), max(0.0, (now - entered).total_seconds()))
        for doing in _DOING:
            members.add_metric((node, queue.name, doing), getattr(queue.members, doing))
    yield from (waiting, longest, members)


def _today(snapshot: Snapshot | None) -> Iterable[Metric]:
    # Gauges: they fall to 0 at midnight, and queue_log moves a visit from one outcome to another. A counter that falls
    # would be taken for a restart, and rate() would count the whole day once more.
    entered = GaugeMetricFamily(
        "hotline_queue_entered_today", "Visits since midnight of the hotline's zone.", labels=_LABELS
    )
    ended = GaugeMetricFamily(
        "hotline_queue_ended_today",
        "Visits that entered since that midnight and have ended (or are talking), by outcome.",
        labels=(*_LABELS, "outcome"),
    )
    shares = {
        kind: GaugeMetricFamily(
            f"hotline_queue_{kind.replace(' ', '_')}_ratio",
            f"Today's {kind} by variant, the metric's name.",
            labels=(*_LABELS, "variant"),
        )
        for kind in VARIANTS
    }
    for node, queue in _queues(snapshot):
        entered.add_metric((node, queue.name), queue.today.entered)
        for outcome in OUTCOMES:
            ended.add_metric((node, queue.name, outcome), getattr(queue.today, outcome))
        worked_out = figures(queue.today)
        for kind, variants in VARIANTS.items():
            for variant in variants:
                if (value := getattr(worked_out, variant)) is not None:
                    shares[kind].add_metric((node, queue.name, variant), value / 100)
    yield from (entered, ended, *shares.values())


def _agents(snapshot: Snapshot | None) -> Metric:
    states = GaugeMetricFamily("hotline_agents", "Agents by state.", labels=("node", "state"))
    counts: dict[str, int] = {}
    for agent in snapshot.agents if snapshot else ():
        counts[agent.state] = counts.get(agent.state, 0) + 1
    for state, count in sorted(counts.items()):
        states.add_metric((snapshot.node if snapshot else "", state), count)
    return states


def _queues(snapshot: Snapshot | None) -> Iterable[tuple[str, QueueView]]:
    return ((snapshot.node, queue) for queue in snapshot.queues) if snapshot else ()


def exposition(hub: Hub, now: Callable[[], datetime]) -> bytes:
    """The text a Prometheus server reads."""
    registry = CollectorRegistry()
    registry.register(Queues(hub, now))
    return generate_latest(registry)
