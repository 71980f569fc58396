"""A small hotline on a machine of its own, and its commands as a user meets them: words in, lines and exit code out."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sys
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
import structlog

from ivr.cli.main import main
from lab.ports import LOOPBACK, claim_ports

if TYPE_CHECKING:
    import signal
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

SETTINGS = """\
hotline: tiny
title: {en: Tiny hotline}
node: t-1
time_zone: Asia/Shanghai
languages: [en]
numbers: {"100": main}
queues: {sales: {title: {en: Sales}}}
agents: {"1001": {name: Ann, queues: {sales: 0}, secret: {env: TINY_AGENT_SECRET}}}
data_sources: {customers: {sql: {env: TINY_CUSTOMERS_URL}}}
lookups:
  customer:
    source: customers
    sql: SELECT tier FROM customers WHERE phone = :number
    takes: {number: text}
    gives: {tier: text}
rescue: {queue: sales, message: rescue}
ami: {secret: {env: TINY_AMI_SECRET}}
"""
FLOW = """\
flow: main
start: greet
steps:
  greet: {play: welcome, then: wait}
  wait:
    queue: sales
    longest: 10min
    after: {answered: end, timed_out: nobody}
  nobody: {hangup: rescue}
"""
SENTENCES = "welcome: Welcome.\nrescue: One moment.\n"
SECRETS = {
    "TINY_AGENT_SECRET": "agent-wonderland",
    "TINY_AMI_SECRET": "ami-wonderland",
    "TINY_CUSTOMERS_URL": "postgresql://reader:customers-wonderland@127.0.0.1:1/customers",
}
SECRET = "wonderland"
"""Is in every secret, and must be in no line a user sees."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """What it said on standard error to a person: every line that is no line of its log."""
        return [line for line in self.err.splitlines() if not line.startswith("{")]


@dataclass
class Running:
    """A command that goes on."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)
    """Lines of both its outputs, so far."""

    async def says(self, words: str, *, patience_s: float = 60.0) -> None:
        """Wait for a line with these words."""
        await until(lambda: any(words in line for line in self.said) or self.process.returncode is not None, patience_s)
        assert any(words in line for line in self.said), "\n".join(self.said)

    async def end(self, how: signal.Signals) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(how)
        async with asyncio.timeout(60):
            return await self.process.wait()


async def until(condition: Callable[[], bool], patience_s: float = 60.0) -> None:
    """Wait for something that happens in another process."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.02)


@contextmanager
def logs_as_they_were() -> Iterator[None]:
    """A word sets up logs as if the process were its own; the tests that come after it hear theirs again."""
    before = structlog.get_config() if structlog.is_configured() else None
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)


class Machine:
    """The hotline's folder, its state and its part of the environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hotline"
        self.state = folder / "state"
        self._block = claim_ports()
        self.ports = self._block.ports
        self.environ: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
            **SECRETS,
            "HOTLINE_STATE_DIR": str(self.state),
            "HOTLINE_AGI_LISTEN": f"{LOOPBACK}:{self.ports.agi}",
            "HOTLINE_AMI_PORT": str(self.ports.ami),
            "HOTLINE_WALLBOARD_LISTEN": f"{LOOPBACK}:{self.ports.web}",
            "HOTLINE_QUEUE_LOG": str(folder / "queue_log"),
            "COLUMNS": "80",
        }
        self.write("hotline.yaml", SETTINGS)
        self.write("flows/main.yaml", FLOW)
        self.write("prompts/en.yaml", SENTENCES)

    def close(self) -> None:
        """Give the ports back."""
        self._block.close()

    def write(self, name: str, text: str) -> None:
        """Write a file of the hotline."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    async def run(self, *words: str, without: str = "", alone: bool = True, **environ: str) -> Ended:
        """Run a command to its end, `alone` or beside others; `{DIR}` among the words is the hotline's folder."""
        process = await self._start(words, {**environ, **({without: ""} if without else {})})
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        if alone:
            self.expect_nothing_left(process.pid)
        self.expect_manners(ended.out + ended.err)
        return ended

    async def run_here(self, *words: str) -> Ended:
        """Run a word that ends by itself, within this process: for what it says, where no process is in question."""
        ended = await asyncio.to_thread(self._run_here, words)  # it brings a loop of its own
        self.expect_manners(ended.out + ended.err)
        return ended

    def _run_here(self, words: tuple[str, ...]) -> Ended:
        spoken = ["hotline", *(word.replace("{DIR}", str(self.folder)) for word in words)]
        outputs = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "12"]
        with (
            mock.patch.dict(os.environ, self.environ, clear=True),
            mock.patch.object(sys, "argv", spoken),
            logs_as_they_were(),
            redirect_stdout(outputs[0]),
            redirect_stderr(outputs[1]),
            pytest.raises(SystemExit) as end,
        ):
            main()
        out, err = (output.buffer.getvalue().decode() for output in outputs)
        return Ended(int(end.value.code or 0), out, err)

    @asynccontextmanager
    async def running(self, *words: str, **environ: str) -> AsyncIterator[Running]:
        """A command that goes on until it is told to end."""
        process = await self._start(words, environ)
        run = Running(process)
        readers = [asyncio.create_task(_read(pipe, run.said)) for pipe in (process.stdout, process.stderr) if pipe]
        try:
            yield run
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await asyncio.gather(*readers)
        self.expect_manners("\n".join(run.said))

    async def _start(self, words: tuple[str, ...], environ: Mapping[str, str]) -> asyncio.subprocess.Process:
        spoken = [word.replace("{DIR}", str(self.folder)) for word in words]
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ivr.cli.entry", *spoken),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.environ, **environ},
            cwd=Path(__file__).parents[3],
            limit=2**20,
        )

    # --- what must hold whatever happens -----------------------------------------------------------------------------

    def expect_nothing_left(self, pid: int) -> None:
        """No process of ours, no port, no socket file."""
        assert not Path(f"/proc/{pid}").exists()
        assert self.processes() == []
        assert not (self.state / "feed.sock").exists() or self.somebody_feeds()
        for port in (self.ports.agi, self.ports.web):
            assert self.is_free(port) or port in HELD

    def expect_manners(self, said: str) -> None:
        """No traceback and no secret."""
        assert "Traceback" not in said, said
        assert SECRET not in said, said

    def processes(self) -> list[int]:
        """Every process that runs a command of this hotline."""
        mine = f"HOTLINE_STATE_DIR={self.state}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mine in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def somebody_feeds(self) -> bool:
        """Whether a test serves the feed's socket itself."""
        return str(self.state / "feed.sock") in HELD

    @staticmethod
    def is_free(port: int) -> bool:
        """Whether nobody listens there."""
        with socket.socket() as probe:
            return probe.connect_ex((LOOPBACK, port)) != 0


HELD: set[int | str] = set()
"""Ports and sockets that a test holds itself."""


@contextmanager
def held_port(port: int) -> Iterator[None]:
    """Somebody else listens there."""
    with socket.create_server((LOOPBACK, port)):
        HELD.add(port)
        try:
            yield
        finally:
            HELD.discard(port)


@contextmanager
def held_socket(path: Path) -> Iterator[None]:
    """Somebody else serves the feed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        HELD.add(str(path))
        try:
            yield
        finally:
            HELD.discard(str(path))
            path.unlink()


async def _read(pipe: asyncio.StreamReader, said: list[str]) -> None:
    while line := await pipe.readline():
        said.append(line.decode().rstrip("\n"))
