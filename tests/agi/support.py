"""A server in this process and peers that talk to it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agi.server import AgiServer, Limits, Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

HEADER = "agi_network: yes\nagi_network_script: {script}\nagi_uniqueid: 1.1\nagi_channel: PJSIP/t-1\n\n"


def header(script: str = "flow/main") -> bytes:
    return HEADER.format(script=script).encode()


@asynccontextmanager
async def serving(routes: Mapping[str, Route], limits: Limits | None = None) -> AsyncIterator[AgiServer]:
    async with AgiServer(routes, limits) as server:
        await server.start(port=0)
        yield server


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until a condition holds, a minute at most."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # what is waited for is the server's own count, which has no event
            await asyncio.sleep(0)


class Peer:
    """A socket that plays Asterisk by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\n" for line in lines).encode())

    def say_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def hear(self) -> str:
        """The next line from the server; empty at the end."""
        async with asyncio.timeout(60):
            return (await self._reader.readline()).decode().removesuffix("\n")

    async def ended(self) -> None:
        """Wait until the server closed."""
        async with asyncio.timeout(60):
            try:
                while await self._reader.read(65536):
                    pass
            except ConnectionError:
                pass  # cut off instead of closed: ended as well

    def leave(self) -> None:
        self._writer.close()

    def cut(self) -> None:
        self._writer.transport.abort()


@asynccontextmanager
async def calling(server: AgiServer, script: str | None = "flow/main") -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    peer = Peer(reader, writer)
    if script is not None:
        peer.say_bytes(header(script))
    try:
        yield peer
    finally:
        writer.close()
