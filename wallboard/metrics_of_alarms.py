"""The alarms for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client.metrics_core import Metric


def of_alarms(told: Mapping[str, Any]) -> Metric:
    """1 for what stands, 0 for what was bad of late and does not stand."""
    family = GaugeMetricFamily(
        "hotline_alarm", "1 while an alarm stands, else 0.", labels=("rule", "subject", "severity")
    )
    for each in told.get("watched", ()):
        family.add_metric((each["rule"], each["subject"], each["severity"]), 1.0 if each["firing"] else 0.0)
    return family
