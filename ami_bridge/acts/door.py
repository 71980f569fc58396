"""The socket acts are asked over: a line in, a line out, and the connection ends.

A Unix socket of its own beside the feed's, for whoever may read the feed may not act. The wallboard is the only one who
asks, and says who signed in there; so its mode is the owner's and the group's, as the feed's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.acts.asked import NoActError
from ami_bridge.acts.outcome import Answer
from ami_bridge.acts.spoken import MOST_LINE, read_wish, write_answer
from ami_bridge.feed import OWNER_AND_GROUP, refuse_taken

if TYPE_CHECKING:
    from pathlib import Path

    from ami_bridge.acts.desk import Desk

SAID_WITHIN_S: Final = 5.0
"""A caller who connects and says nothing is let go."""

log = structlog.get_logger("bridge.acts")


class Door:
    """Listens on the socket."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self.path = path
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            FeedTaken: another bridge listens there.
            OSError: the folder is missing or not ours.
        """
        if self.path.is_socket():
            refuse_taken(self.path)
            self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, path=str(self.path), limit=MOST_LINE)
        self.path.chmod(OWNER_AND_GROUP)

    async def close(self) -> None:
        """Let nobody in any more."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._guests):
            writer.transport.abort()
        await self._server.wait_closed()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests.add(writer)
        try:
            async with asyncio.timeout(SAID_WITHIN_S):
                line = await reader.readuntil(b"\n")
            writer.write(write_answer(await self._answer(line)))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            pass  # said nothing, too much, or left; an act that was understood is done all the same
        finally:
            self._guests.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            wish = read_wish(line)
        except NoActError as wrong:  # the wallboard reads acts before it passes them on: its version is another
            log.error("act.not_understood", why=str(wrong))
            return Answer(key="", code="not_allowed", words=f"the bridge does not understand this: {wrong}")
        return await self._desk.ask(wish)
