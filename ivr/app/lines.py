"""What the bridge sees of queues, for a flow that asks: one look at its feed, at the moment of the question."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.messages import MAX_LINE, MalformedMessage, Snapshot, decode
from ivr.runner.ports import Line

if TYPE_CHECKING:
    from pathlib import Path

LOOK_S: Final = 0.3
"""How long a caller waits for the bridge. It is on this machine; what takes longer is a bridge that stands still."""

log = structlog.get_logger("ivr.lines")


class BridgeLines:
    """Asks the bridge.

    Args:
        feed: The bridge's Unix socket.
    """

    def __init__(self, feed: Path) -> None:
        self._feed = feed

    async def line(self, queue: str) -> Line:
        """One queue; without times when the bridge is away, late, or blind."""
        try:
            async with asyncio.timeout(LOOK_S):
                shot = await self._snapshot()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, MalformedMessage) as why:
            log.warning("bridge_not_asked", why=type(why).__name__)
            return Line()
        return line_of(shot, queue)

    async def _snapshot(self) -> Snapshot:
        reader, writer = await asyncio.open_unix_connection(self._feed, limit=MAX_LINE)
        try:
            told = decode(await reader.readuntil(b"\n"))
        finally:
            writer.close()
        if not isinstance(told, Snapshot):
            raise MalformedMessage("the feed does not begin with a snapshot")
        return told


def line_of(shot: Snapshot, queue: str) -> Line:
    """What a snapshot tells of a queue; nothing while the bridge does not know everything itself."""
    view = next((view for view in shot.queues if view.name == queue), None)
    if view is None or shot.knowledge.state != "complete":
        return Line()
    waits = [(shot.at - caller.entered_at).total_seconds() for caller in view.waiting]
    expected = view.expected_wait_s
    return Line(math.floor(max([0.0, *waits])), None if expected is None else math.ceil(expected))
