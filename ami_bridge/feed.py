"""The bridge's Unix socket: each reader gets a snapshot, then every numbered message, encoded once for all.

A reader that does not read is dropped; it connects again and starts from a snapshot. It can never slow the bridge.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import structlog

from ami_bridge.messages import encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ami_bridge.messages import Delta, Snapshot, Tick

log = structlog.get_logger("bridge.feed")

OWNER_AND_GROUP = 0o660
"""The socket's mode: what callers' names cross it is nobody else's business."""


class FeedTaken(OSError):  # noqa: N818 - names the fact an operator must know
    """Another bridge serves this socket."""


def refuse_taken(path: Path) -> None:
    """Asks whether somebody serves a socket; nothing is changed.

    Raises:
        FeedTaken: a living server listens there.
    """
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError, TimeoutError):
            return
    raise FeedTaken(f"{path}: another bridge is serving this socket")


class Feed:
    """Who watches, and what they are told."""

    def __init__(self, path: Path, snapshot: Callable[[], Snapshot], *, backlog_bytes: int) -> None:
        self.path = path
        self.dropped = 0
        """Readers dropped for not reading."""
        self._snapshot = snapshot
        self._backlog_bytes = backlog_bytes
        self._readers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def readers(self) -> int:
        """How many watch."""
        return len(self._readers)

    async def open(self) -> None:
        """Starts to listen.

        Raises:
            FeedTaken: a living server listens there already.
            OSError: the folder is missing or not ours.
        """
        self._clear_the_way()
        self._server = await asyncio.start_unix_server(self._serve, path=str(self.path))
        self.path.chmod(OWNER_AND_GROUP)

    def _clear_the_way(self) -> None:
        """Removes the socket a killed bridge left behind, and only that."""
        if self.path.is_socket():
            refuse_taken(self.path)
            self.path.unlink(missing_ok=True)

    def publish(self, message: Delta | Tick) -> None:
        """One message to every reader; never waits."""
        line = encode(message)
        for writer in list(self._readers):
            transport = writer.transport
            if transport.get_write_buffer_size() > self._backlog_bytes:
                self.dropped += 1
                log.warning("feed.reader_dropped", unread_bytes=transport.get_write_buffer_size())
                self._readers.discard(writer)
                transport.abort()
            else:
                writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # no await between the snapshot and the joining: the next message this reader sees is snapshot.seq + 1
        writer.write(encode(self._snapshot()))
        self._readers.add(writer)
        try:
            while await reader.read(4096):
                pass  # readers have nothing to say; their end of file is what we wait for
        except ConnectionError:
            pass  # gone without a word is gone all the same
        finally:
            self._readers.discard(writer)
            writer.close()

    async def close(self) -> None:
        """Ends every reader and removes the socket."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._readers):
            writer.transport.abort()
        self._readers.clear()
        await self._server.wait_closed()
        self.path.unlink(missing_ok=True)
