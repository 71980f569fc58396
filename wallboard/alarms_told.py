"""The alarms an audience may be told of: those of its queues, and those that are nobody's in particular. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wallboard.audience import Audience
    from wallboard.payloads import Json


def theirs_of(alarms: Json, audience: Audience) -> Json:
    """What `wallboard.alarms.shown` tells, for one audience."""
    return {name: [each for each in told if _is_theirs(each, audience)] for name, told in _lists(alarms)}


def _lists(alarms: Json) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(name, list(told)) for name, told in alarms.items() if isinstance(told, list)]


def _is_theirs(alarm: dict[str, Any], audience: Audience) -> bool:
    queue = alarm.get("queue")
    return queue is None or audience.sees_queue(str(queue))
