"""Sessions and commands a second of our AGI server against bare asyncio streams, in one process.

Run it with ``python bench/agi_server.py``. Both servers ask GET VARIABLE as often as the call's first argument says;
the same client answers at once. Rounds are interleaved so that noise hits both; the table shows medians and the
ratio. Counts are bounded: about five seconds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from typing import TYPE_CHECKING, cast

from agi.server import AgiServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agi.channel import Channel

LONGEST_S = 5.0
ROUNDS, CALLERS, COMMANDS, SESSIONS = 5, 25, 100, 200
HEADER = (
    "agi_network: yes\nagi_network_script: flow/bench\nagi_request: agi://127.0.0.1/flow/bench\n"
    "agi_channel: PJSIP/trunk-00000001\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1700000000.1\n"
    "agi_version: 22.10.1\nagi_callerid: 13800138000\nagi_calleridname: 陈大文\nagi_callingpres: 0\n"
    "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 96956\nagi_rdnis: unknown\n"
    "agi_context: hotline-run\nagi_extension: s\nagi_priority: 3\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 139\nagi_arg_1: {count}\n\n"
)


class Caller(asyncio.Protocol):
    """Plays Asterisk: sends the header, answers every line."""

    def __init__(self, header: str, count: int, done: asyncio.Future[None]) -> None:
        self._header = header.format(count=count).encode()
        self._done = done
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce the call."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class
        self._transport.write(self._header)

    def data_received(self, data: bytes) -> None:
        """One answer for each line."""
        if self._transport is not None:
            self._transport.write(b"200 result=1 (value)\n" * data.count(b"\n"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # however it ended, it is over
        """The server is done with the call."""
        if not self._done.done():
            self._done.set_result(None)


async def call(port: int, count: int) -> None:
    """One call with so many commands."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    await loop.create_connection(lambda: Caller(HEADER, count, done), "127.0.0.1", port)
    await done


async def ours(channel: Channel) -> None:
    """The route of our server."""
    for _ in range(int(channel.request.args[0])):
        await channel.get_variable("X")


async def streams(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The least a FastAGI server on streams can do: no bounds, no hang-up, no escaping."""
    head = await reader.readuntil(b"\n\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\n") if ": " in line)
    for _ in range(int(headers["agi_arg_1"])):
        writer.write(b"GET VARIABLE X\n")
        (await reader.readline())[4:].decode().partition("result=")
    writer.close()


async def commands_per_second(port: int) -> float:
    """Many callers with long calls."""
    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(call(port, COMMANDS) for _ in range(CALLERS)))
    return CALLERS * COMMANDS / (time.perf_counter() - began)


async def sessions_per_second(port: int) -> float:
    """Short calls of three commands, as many at a time as there are callers."""
    left = iter(range(SESSIONS))

    async def caller() -> None:
        for _ in left:
            await call(port, 3)

    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return SESSIONS / (time.perf_counter() - began)


async def compare() -> list[tuple[str, float, float]]:
    """What was measured, and the medians of the bare server and of ours."""
    server = AgiServer({"flow": ours})
    await server.start(port=0)
    bare = await asyncio.start_server(streams, "127.0.0.1", 0, backlog=1024)
    ports = {"bare": bare.sockets[0].getsockname()[1], "ours": server.port}
    measures: dict[str, Callable[[int], Awaitable[float]]] = {
        "commands/s": commands_per_second,
        "sessions/s": sessions_per_second,
    }
    found: dict[tuple[str, str], list[float]] = {(what, who): [] for what in measures for who in ports}
    for _ in range(ROUNDS):
        for what, measure in measures.items():
            for who, port in ports.items():
                found[what, who].append(await measure(port))
    await server.drain(0)
    bare.close()
    middle = {key: statistics.median(values) for key, values in found.items()}
    return [(what, middle[what, "bare"], middle[what, "ours"]) for what in measures]


def main() -> None:
    """Print one table per event loop that is installed."""
    loops: list[tuple[str, Callable[[], asyncio.AbstractEventLoop]]] = [("asyncio", asyncio.new_event_loop)]
    try:
        import uvloop

        loops.append(("uvloop", uvloop.new_event_loop))
    except ImportError:
        print("uvloop is not installed: one table only")
    print(f"python {sys.version.split()[0]}, medians of {ROUNDS}, client and server in one process")
    print(f"{'loop':8} {'measure':12} {'bare streams':>13} {'ours':>9} {'ratio':>6}")
    for name, factory in loops:
        with asyncio.Runner(loop_factory=factory) as runner:
            for what, bare, mine in runner.run(compare()):
                print(f"{name:8} {what:12} {bare:13,.0f} {mine:9,.0f} {mine / bare:6.2f}")


if __name__ == "__main__":
    main()
