"""A network between browser and server that a test can cut: a relay on loopback that stops carrying, silently."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_MOST = 65_536


class Cable:
    """Carries every connection to one port. Cut, it keeps them open and carries nothing, as a pulled plug does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self.connections = 0
        """How many were ever made."""

    def cut(self) -> None:
        """Nothing comes through from now on, and nobody is told."""
        self._whole.clear()

    def mend(self) -> None:
        """Carries again; what was open before is dead, as after a change of network."""
        for writer in self._ends:
            writer.close()
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end leaves."""
        self.connections += 1
        self._ends.add(writer)
        try:
            await self._whole.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
            self._ends.add(back)
            await asyncio.gather(self._one_way(reader, back), self._one_way(there, writer))
        except OSError:
            pass  # an end that leaves in the middle: the other one is closed below
        finally:
            writer.close()

    async def _one_way(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(_MOST):
            await self._whole.wait()
            target.write(data)
            await target.drain()
        target.close()


@asynccontextmanager
async def cable(port: int) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to this port, and the address at its near end."""
    made = Cable(port)
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    try:
        yield made, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        made.mend()
        server.close()
