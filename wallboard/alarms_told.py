"""The alarms an audience may be told of: those of its queues, and those that are nobody's in particular. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ami_bridge.messages import mask_name

if TYPE_CHECKING:
    from wallboard.audience import Audience
    from wallboard.payloads import Json

_ACCOUNT: Final = re.compile(r"[^:/\s@]+@")
"""Of a registration's address, `sip:me@carrier.example`."""


def theirs_of(alarms: Json, audience: Audience) -> Json:
    """What `wallboard.alarms.shown` tells, for one audience.

    A telephone number that is a trunk's account is masked for everybody. Whoever is for some queues, or looks at a
    screen, is told neither a trunk's account nor what a sender's command or server said.
    """
    is_limited = audience.queues is not None or audience.board is not None
    return {
        name: [_told(each, is_limited=is_limited) for each in told if _is_theirs(each, audience)]
        for name, told in _lists(alarms)
    }


def _lists(alarms: Json) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(name, list(told)) for name, told in alarms.items() if isinstance(told, list)]


def _is_theirs(alarm: dict[str, Any], audience: Audience) -> bool:
    queue = alarm.get("queue")
    return queue is None or audience.sees_queue(str(queue))


def _told(alarm: dict[str, Any], *, is_limited: bool) -> dict[str, Any]:
    if "subject" not in alarm:  # a sender that does not deliver
        return {name: value for name, value in alarm.items() if name != "why"} if is_limited else alarm
    subject = str(alarm["subject"])
    known_as = _ACCOUNT.sub("…@", subject) if is_limited else mask_name(subject)
    if known_as == subject or alarm.get("queue") is not None:
        return alarm
    said: dict[str, Any] = {"subject": known_as}
    if "id" in alarm:
        said["id"] = alarm["id"].replace(subject, known_as)
        said["text"] = {language: text.replace(subject, known_as) for language, text in alarm["text"].items()}
    return {**alarm, **said}
