"""A TCP relay in front of AMI that can be cut in the middle of an event, and stay cut."""

from __future__ import annotations

import asyncio
from typing import Final

_CHUNK: Final = 65_536
_INTO_THE_NAME: Final = 11
"""Bytes of `Event: Something` that still pass: the break is in the event's own name."""


class Relay:
    """Listens on a port of its own and carries to AMI's.

    Args:
        far: AMI's port on loopback.
    """

    def __init__(self, far: int) -> None:
        self._far = far
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self._cutting = False
        self._cut = asyncio.Event()
        self._refusing = False
        self.port = 0

    async def open(self) -> None:
        """Begin to listen; `port` says where."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        await self._drop()

    async def cut(self, away_s: float, within_s: float = 3.0) -> bool:
        """Break in the middle of the next event, and let nobody in for a while; whether it was in an event.

        Args:
            away_s: Seconds until connections are taken again.
            within_s: Seconds to wait for an event; then it breaks between two.
        """
        self._cut.clear()
        self._cutting = True
        try:
            async with asyncio.timeout(within_s):
                await self._cut.wait()
            inside = True
        except TimeoutError:
            inside = False
        self._cutting, self._refusing = False, True
        await self._drop()
        await asyncio.sleep(away_s)
        self._refusing = False
        return inside

    async def _drop(self) -> None:
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far)
        except OSError:
            writer.transport.abort()
            return
        ways = {
            asyncio.create_task(self._pump(reader, far_writer, events=False)),
            asyncio.create_task(self._pump(far_reader, writer, events=True)),
        }
        self._carrying |= ways
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        self._carrying -= ways
        for end in (writer, far_writer):
            end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, events: bool) -> None:
        while data := await source.read(_CHUNK):
            begin = data.find(b"Event: ") if events and self._cutting else -1
            if begin >= 0:
                self._cutting = False
                target.write(data[: begin + _INTO_THE_NAME])
                await target.drain()
                self._cut.set()
                return
            target.write(data)
            await target.drain()
