"""How soon a new viewer has everything: beside the bare transfer of the same snapshot.

    python bench/newcomers.py [--queues 100] [--agents 1000] [--times 200]

The bare side is an aiohttp WebSocket that sends a text it has ready: the very snapshot the wallboard gives. Both are
asked in turn over loopback by a plain socket, in one process with the servers; what is told is the time from the first
byte of the request to the last of the snapshot. The wallboard is asked twice: as a client that wants the text as it is,
and as a browser that unpacks (RFC 7692), its unpacking included. Each newcomer comes alone, after a change: those who
come at one moment share what was made for the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.feed import Floor, feed
from bench.feed_servers import hotline
from bench.feed_viewers import ASKS, OFFERS, TOLD, frame, unpacked
from wallboard.hub import SAME_MOMENT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIMIT: Final = 1 << 23
"""Bytes of a snapshot that a reader takes in one piece."""
PAUSE_S: Final = 1.1 * SAME_MOMENT.total_seconds()
"""So that nobody is given what was made for the one before."""
LINE: Final = 100e6
"""Bits a second of a line, for the last column: what the bytes take on it is added, not measured."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds until everything was there: the lowest and the median of many."""

    lowest: float
    median: float
    size: int
    """Bytes on the line."""


async def first_message(port: int, *, packed: bool) -> tuple[int, bytes]:
    """The first message of `/api/v1/live`: its bytes on the line, and its text."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LIMIT)
    try:
        writer.write(ASKS + TOLD + (OFFERS if packed else b"") + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        is_packed, body = await frame(reader)
        return len(body), unpacked(body) if is_packed else body
    finally:
        writer.close()


@asynccontextmanager
async def bare(text: bytes) -> AsyncIterator[int]:
    """Whoever asks is sent this text. Yields the port."""

    async def live(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_frame(text, web.WSMsgType.TEXT)
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.add_routes([web.get("/api/v1/live", live)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def in_turn(board: int, transfer: int, times: int, pause_s: float = 0.0) -> dict[str, Took]:
    """Both servers asked so many times, in turn, with a pause before each question."""
    asked = {"bare": (transfer, False), "board": (board, False), "board, packed": (board, True)}
    taken: dict[str, list[float]] = {name: [] for name in asked}
    sizes: dict[str, int] = {}
    for _ in range(times):
        for name, (port, packed) in asked.items():
            await asyncio.sleep(pause_s)
            began = time.perf_counter()
            sizes[name], _ = await first_message(port, packed=packed)
            taken[name].append(time.perf_counter() - began)
    return {name: Took(min(each), statistics.median(each), sizes[name]) for name, each in taken.items()}


async def _measured(queues: int, agents: int, times: int) -> tuple[int, dict[str, Took]]:
    with tempfile.TemporaryDirectory() as folder:
        feeding = asyncio.create_task(feed(Floor(queues, agents), Path(folder) / "feed.sock", 40))
        await asyncio.sleep(0)
        runner = web.AppRunner(await hotline(Path(folder)), access_log=None, shutdown_timeout=0.1)
        try:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            port = runner.addresses[0][1]
            async with asyncio.timeout(60):
                while len(text := (await first_message(port, packed=False))[1]) < agents:  # noqa: ASYNC110 - it has not heard the bridge yet
                    await asyncio.sleep(0.05)
            async with bare(text) as transfer:
                return len(text), await in_turn(port, transfer, times, PAUSE_S)
        finally:
            await runner.cleanup()
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, usual in (("queues", 100), ("agents", 1000), ("times", 200)):
        wanted.add_argument(f"--{name}", type=int, default=usual)
    given = wanted.parse_args()
    size, took = asyncio.run(_measured(given.queues, given.agents, given.times))
    print(f"Python {platform.python_version()}, a snapshot of {size / 1e3:.0f} kB, load {os.getloadavg()[0]:.0f}")
    for name, each in took.items():
        ratios = f"{each.median / took['bare'].median:5.2f} x   lowest {each.lowest / took['bare'].lowest:5.2f} x"
        line = f"{each.size / 1e3:5.0f} kB, {(each.median + each.size * 8 / LINE) * 1e3:5.1f} ms over 100 Mbit/s"
        print(f"{name:14} {each.median * 1e3:7.2f} ms {each.lowest * 1e3:7.2f} ms   {ratios}   {line}")


if __name__ == "__main__":
    main()
