"""The viewers of `bench.feed`: plain sockets that take frames apart and look for the moment a change was made.

They offer what Chromium offers, to take packed messages (RFC 7692). A frame that all of them are sent is unpacked once,
not two hundred times in this one process: each browser does it on its own machine.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import time
import zlib
from functools import lru_cache
from typing import Final

from bench.feed_servers import TOKEN

_MARK: Final = re.compile(rb"mark:([0-9.]+);")
POLLED: Final = ("poll", "qpanel")
EVERY_S: Final = 5.0
"""How often QPanel's page asks. Source: `interval = 5` in its config.ini-dist, the file it is installed with; where a
file does not say it asks every second (qpanel/config.py, `__get_entry_int_min_value`)."""
LONGEST_S: Final = 60.0
"""How long a viewer is waited for."""
_LENGTH_16, _LENGTH_64 = 126, 127
_PACKED: Final = 0x40
ASKS: Final = (
    b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
TOLD: Final = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
OFFERS: Final = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
"""What Chromium says."""


class Seen:
    """What all viewers have seen so far."""

    def __init__(self) -> None:
        self.counting = False
        self.delays: list[float] = []
        self.bytes = 0
        self.answers = 0
        """Messages, or answers to a question, that all viewers got together."""
        self.wholes: list[float] = []
        """How long each took from asking to having everything once."""

    def change(self, made_at: float) -> None:
        """A change is on a screen."""
        if self.counting:
            self.delays.append(time.monotonic() - made_at)

    def read(self, count: int) -> None:
        """Bytes came."""
        self.bytes += count if self.counting else 0
        self.answers += 1 if self.counting else 0


async def watch(kind: str, port: int, count: int, seconds: float) -> None:
    """Look for so long, and print what was seen as JSON."""
    seen = Seen()
    polled = kind in POLLED
    look = _poll if polled else _stream
    came = [asyncio.Event() for _ in range(count)]
    tasks = []
    for number, ready in enumerate(came):
        pause = number * EVERY_S / count if polled else 0.0
        tasks.append(asyncio.create_task(look(port, seen, ready, pause)))
        if not polled:
            await _there(ready)
    await _there(*came)
    print("ready", flush=True)
    seen.counting = True
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    if not seen.delays:
        raise SystemExit("nothing was seen in that time: this machine is too busy to measure on")
    ordered = sorted(seen.delays)
    told = {
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "bytes": seen.bytes / seconds,
        "whole": statistics.median(seen.wholes),
        "answers": seen.answers / seconds,
    }
    print(json.dumps(told), flush=True)


async def _there(*ready: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LONGEST_S):
            await asyncio.gather(*(each.wait() for each in ready))
    except TimeoutError:
        raise SystemExit("a viewer has not come in a minute: this machine is too busy to measure on") from None


async def _stream(port: int, seen: Seen, ready: asyncio.Event, pause: float) -> None:
    await asyncio.sleep(pause)
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 23)
    writer.write(ASKS + TOLD + OFFERS + b"\r\n")
    await reader.readuntil(b"\r\n\r\n")
    while True:
        packed, body = await frame(reader)
        if not ready.is_set():
            seen.wholes.append(time.monotonic() - began)
            ready.set()
            continue
        seen.read(len(body))
        if made_at := _made_at(body, packed=packed):
            seen.change(made_at)


@lru_cache(maxsize=64)
def _made_at(body: bytes, *, packed: bool) -> float | None:
    found = _MARK.search(unpacked(body) if packed else body)
    return float(found[1]) if found else None


def unpacked(body: bytes) -> bytes:
    """A message that was packed by itself (RFC 7692, section 7.2.2)."""
    return zlib.decompressobj(-15).decompress(body + b"\x00\x00\xff\xff")


async def frame(reader: asyncio.StreamReader) -> tuple[bool, bytes]:
    """Whether the next frame is packed, and its body; a server's are not masked (RFC 6455, section 5.1)."""
    first, length = await reader.readexactly(2)
    if length == _LENGTH_16:
        length = int.from_bytes(await reader.readexactly(2), "big")
    elif length == _LENGTH_64:
        length = int.from_bytes(await reader.readexactly(8), "big")
    return bool(first & _PACKED), await reader.readexactly(length)


async def _poll(port: int, seen: Seen, ready: asyncio.Event, pause: float) -> None:
    """Changes come evenly, so the mean of those since the last answer stands for all that are seen with this one."""
    await asyncio.sleep(pause)
    last = time.monotonic()
    while True:
        asked = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 23)
        writer.write(b"GET /queues.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        body = await reader.read(-1)
        writer.close()
        seen.read(len(body))
        seen.wholes.append(time.monotonic() - asked)
        if marks := [float(each) for each in _MARK.findall(body)]:
            newest = max(marks)
            seen.change((newest + max(last, newest - EVERY_S)) / 2)
            last = newest
        ready.set()
        await asyncio.sleep(max(0.0, EVERY_S * random.uniform(0.98, 1.02) - (time.monotonic() - asked)))
