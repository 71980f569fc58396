"""A carrier that answers SIP OPTIONS, or has gone: enough of SIP for Asterisk to tell the two apart."""

from __future__ import annotations

import asyncio
from typing import Final, Self

COPIED: Final = ("via", "from", "to", "call-id", "cseq")
"""What an answer takes from the question (RFC 3261, section 8.2.6)."""


class Carrier(asyncio.DatagramProtocol):
    """`async with Carrier(port)`; it falls silent and comes back as `is_there` says."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.is_there = True
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.is_there or not data.startswith(b"OPTIONS ") or self._transport is None:
            return
        lines = data.decode("utf-8", "replace").split("\r\n\r\n")[0].split("\r\n")[1:]
        kept = [line for line in lines if line.partition(":")[0].strip().lower() in COPIED]
        answer = "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])
        self._transport.sendto(answer.encode(), addr)
