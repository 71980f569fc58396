"""How queues stand in the simulated world, and what a waiting caller is told of it.

The numbers are the dialogue's; when which of them is told follows the bridge (`ami_bridge.domain.line`), with which a
test compares it: a number greater than one told before is never told, and nothing at all while an agent is free.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ivr.engine.inputs import QueueTold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.flow.model import Announce
    from ivr.rehearsal.model import Line

AHEAD_OF_TIME_MS: Final = 3_000
"""So much earlier than `every` says an announcement may come (`ami_bridge.domain.line.AHEAD_OF_TIME`)."""
_MINUTE_S: Final = 60


class NoLineGivenError(Exception):
    """The flow asks how a queue stands, and the dialogue does not say."""

    def __init__(self, queue: str) -> None:
        super().__init__(queue)
        self.queue = queue


@dataclass(frozen=True, slots=True)
class Told:
    """What one waiting caller has been told."""

    since_ms: int
    """When the last announcement began, or the caller entered."""
    ahead: int | None = None
    wait_s: int | None = None

    def and_now(self, args: Mapping[str, object], now_ms: int) -> Told:
        """The same after one more announcement."""
        ahead, wait_s = args.get("ahead"), args.get("wait")
        told = replace(self, since_ms=now_ms, ahead=ahead if isinstance(ahead, int) else None)
        return replace(told, wait_s=wait_s) if isinstance(wait_s, int) else told


def told_of(line: Line) -> QueueTold:
    """What a flow that asks is told."""
    return QueueTold(line.waiting, line.places, line.agents, line.free, line.longest_wait_s, line.expected_wait_s)


def words_of(announce: Announce, line: Line, told: Told, now_ms: int) -> tuple[str, dict[str, object]] | None:
    """The message that is announced now and its values; None when it is too early, or nothing may be told."""
    ahead = line.ahead
    if now_ms < told.since_ms + announce.every_ms - AHEAD_OF_TIME_MS:
        return None
    if ahead is None or ahead < (line.free or 0) or (told.ahead is not None and ahead > told.ahead):
        return None
    wait_s = _minutes(line.expected_wait_s) if announce.with_wait else None
    if wait_s is not None and told.wait_s is not None and wait_s > told.wait_s:
        wait_s = None
    if wait_s is None or announce.with_wait is None:
        return announce.message, {"ahead": ahead}
    return announce.with_wait, {"ahead": ahead, "wait": wait_s}


def _minutes(seconds: int | None) -> int | None:
    """Rounded up to whole minutes, in seconds."""
    return None if seconds is None else max(1, math.ceil(seconds / _MINUTE_S)) * _MINUTE_S
