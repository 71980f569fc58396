"""What a classic script costs, and what the others notice of it: ``python -m bench.scripts``, about half a minute.

First table: a pyst2 script that asks GET VARIABLE again and again, beside a route of our own that does the same; rounds
are interleaved. Second table: how long a health probe takes to be answered while scripts wait for a peer that does not
answer, or compute. Client and server share one process, so what computes disturbs the client too.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from agi.ping import PROBE, ping
from agi.scripts import ScriptHost
from agi.server import AgiServer
from bench.agi_server import HEADER, Caller, ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ROUNDS, CALLERS, COMMANDS, SESSIONS = 5, 25, 100, 200
MEASURED_S, PAUSE_S, LONGEST_S = 1.0, 0.01, 30.0
TOP = "import sys\nfrom asterisk.agi import AGI\nagi = AGI()\n"
SCRIPTS = {
    "asks": TOP + "for _ in range(int(sys.argv[1])):\n    agi.get_variable('X')\n",
    "waits": TOP + "import socket\nline = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    f"line.settimeout({MEASURED_S})\ntry:\n    line.recv(1)\nexcept TimeoutError:\n    pass\n",
    "computes": TOP + f"import time\nend = time.monotonic() + {MEASURED_S}\n"
    "while time.monotonic() < end:\n    sum(n * n for n in range(1000))\n",
}


async def call(port: int, script: str, argument: int) -> None:
    """One call from its first byte to its last."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    header = HEADER.replace("flow/bench", script)
    await loop.create_connection(lambda: Caller(header, argument, done), "127.0.0.1", port)
    await done


async def commands_per_second(port: int, script: str) -> float:
    """Many callers with long calls."""
    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(call(port, script, COMMANDS) for _ in range(CALLERS)))
    return CALLERS * COMMANDS / (time.perf_counter() - began)


async def sessions_per_second(port: int, script: str) -> float:
    """Short calls of three commands, as many at a time as there are callers."""
    left = iter(range(SESSIONS))

    async def caller() -> None:
        for _ in left:
            await call(port, script, 3)

    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return SESSIONS / (time.perf_counter() - began)


async def one_command_us(port: int, script: str) -> float:
    """What one command takes on a machine that does nothing else, in microseconds."""
    began = time.perf_counter()
    await call(port, script, 1000)
    return (time.perf_counter() - began) * 1000


async def probe(port: int) -> float:
    """How long a health probe takes, in milliseconds."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(PROBE)
    await reader.readline()
    writer.close()
    return (time.perf_counter() - began) * 1000


async def beside(port: int, script: str, argument: int, count: int) -> list[float]:
    """The probes' times while so many scripts do what they do."""
    busy = [asyncio.create_task(call(port, f"script/{script}", argument)) for _ in range(count)]
    times = []
    async with asyncio.timeout(LONGEST_S):
        end = time.perf_counter() + MEASURED_S
        while time.perf_counter() < end:
            times.append(await probe(port))
            await asyncio.sleep(PAUSE_S)
        await asyncio.gather(*busy)
    return times


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[AgiServer]:
    """A server with the scripts of this bench."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SCRIPTS.items():
            (Path(folder) / f"{name}.py").write_text(text, encoding="utf-8")
        async with AgiServer({"flow": ours, "script": ScriptHost(Path(folder)), "ping": ping}) as server:
            await server.start(port=0)
            yield server


async def cost(loop: str) -> None:
    """The first table's rows of one event loop."""
    routes = {"route": "flow/bench", "script": "script/asks"}
    measures: dict[str, Callable[[int, str], Awaitable[float]]] = {
        "commands/s": commands_per_second,
        "sessions/s": sessions_per_second,
        "us, one command": one_command_us,
    }
    found: dict[tuple[str, str], list[float]] = {(what, who): [] for what in measures for who in routes}
    async with serving() as server:
        for _ in range(ROUNDS):
            for what, measure in measures.items():
                for who, script in routes.items():
                    found[what, who].append(await measure(server.port, script))
    for what in measures:
        route, asked = (statistics.median(found[what, who]) for who in routes)
        print(f"{loop:8} {what:16} {route:11,.0f} {asked:9,.0f} {asked / route:6.2f}")


async def disturbance(loop: str) -> None:
    """The second table's rows of one event loop."""
    silent = await asyncio.start_server(_say_nothing, "127.0.0.1", 0, backlog=1024)
    silent_port = silent.sockets[0].getsockname()[1]
    async with serving() as server:
        for what, count in (
            ("waits", 0),
            ("waits", 1),
            ("waits", 10),
            ("waits", 100),
            ("computes", 1),
            ("computes", 4),
        ):
            times = sorted(await beside(server.port, what, silent_port, count))
            print(f"{loop:8} {count:4} that {what:9} {statistics.median(times):9.1f} {times[-1]:9.1f}")
    silent.close()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def main() -> None:
    """Print both tables, for each event loop that is installed."""
    loops: list[tuple[str, Callable[[], asyncio.AbstractEventLoop]]] = [("asyncio", asyncio.new_event_loop)]
    with contextlib.suppress(ImportError):
        import uvloop

        loops.append(("uvloop", uvloop.new_event_loop))
    print(f"python {sys.version.split()[0]}, medians of {ROUNDS}, client and server in one process")
    print(f"{'loop':8} {'measure':16} {'our route':>11} {'a script':>9} {'ratio':>6}")
    for name, factory in loops:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(cost(name))
    print(f"\n{'loop':8} {'beside scripts':18} {'probe: median, ms':>5} {'worst':>5}")
    for name, factory in loops:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(disturbance(name))


if __name__ == "__main__":
    main()
