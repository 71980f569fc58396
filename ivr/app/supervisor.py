"""`hotline up`: the AGI server, the bridge and the wallboard as three processes that cannot hurt one another.

A part writes a byte to the pipe it inherits (`BEAT_FD`) when it is ready, and then once a second from its event loop.
Until every part has done so once, any end of a part is a failed start: the others are stopped and the whole ends with
that part's own exit code. From then on a part that ends is started again (`ivr.app.restarts`) and the others are not
told; a part whose beat stops for `STALLED_AFTER_S` (stopped, or its loop blocked) is killed, and so started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ivr.app.restarts import Restarts

if TYPE_CHECKING:
    from collections.abc import Sequence

BEAT_FD = "HOTLINE_BEAT_FD"
"""Environment variable: the number of the pipe end a part writes its beats to."""
RESTARTED = "HOTLINE_RESTARTED"
"""Environment variable: set for a part that has served before."""
LOOK_EVERY_S = 1.0
OVERSLEPT_S = 3.0
"""Seconds between two looks that tell of a standstill of our own: a frozen machine, a stopped process."""
STALLED_AFTER_S = 10.0
"""Ten missed beats. The bridge moves callers off a stalled AGI server long before; this mends the process."""
STARTS_WITHIN_S = 60.0
"""How long a part may take to its first beat: a large hotline is read and checked at every start."""
STOP_GRACE_S = 4.0
"""After SIGTERM a part may finish what it writes; then it is killed."""

log = structlog.get_logger("hotline.up")


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the hotline."""

    name: str
    command: tuple[str, ...]


class StartFailedError(Exception):
    """A part ended before it was ready; or, with a `reason`, could not be started at all."""

    def __init__(self, part: Part, code: int, reason: str = "") -> None:
        super().__init__(reason or f"{part.name} ended with exit code {code} before it was ready")
        self.part = part
        self.code = code
        self.reason = reason
        """In words, when the part itself could say nothing."""


class Supervisor:
    """Starts the parts, keeps them running, ends them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask everything to end; `run` returns when it has."""
        self._stopping.set()

    def pids(self) -> dict[str, int]:
        """The process id of each part that runs now."""
        return {name: child.pid for name, child in self._children.items() if child.returncode is None}

    async def run(self, all_ready: asyncio.Event) -> None:
        """Start every part, set `all_ready`, keep them running until `stop`.

        Raises:
            StartFailedError: a part ended before it was ready; everything has been stopped.
        """
        try:
            async with asyncio.TaskGroup() as group:
                ready = [asyncio.Event() for _ in self._parts]
                pairs = zip(self._parts, ready, strict=True)
                keepers = [group.create_task(self._keep(part, event)) for part, event in pairs]
                for event in ready:
                    await self._either(event)
                if not self._stopping.is_set():
                    all_ready.set()
                await self._stopping.wait()
                for keeper in keepers:
                    keeper.cancel()
        except* StartFailedError as failed:
            raise _first(failed) from None
        finally:
            await self._end_all()

    async def _either(self, event: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _keep(self, part: Part, ready: asyncio.Event) -> None:
        restarts = Restarts()
        while not self._stopping.is_set():
            restarts = restarts.started(time.monotonic())
            reason, code = "", -1
            try:
                code = await self._live_once(part, ready)
            except OSError as error:  # no memory, no process or no descriptor left: by the next try there may be
                reason = f"{part.name} cannot be started: {error.strerror or error}"
                log.error("part_not_started", of=part.name, reason=error.strerror or str(error))
            if self._stopping.is_set():
                return
            if not ready.is_set():
                raise StartFailedError(part, code, reason)
            restarts, pause = restarts.ended(time.monotonic())
            log.warning("part_ended", of=part.name, code=code, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _live_once(self, part: Part, ready: asyncio.Event) -> int:
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        try:
            child = await asyncio.create_subprocess_exec(
                *part.command,
                env={**os.environ, BEAT_FD: str(write_end), **({RESTARTED: "1"} if ready.is_set() else {})},
                pass_fds=(write_end,),
                start_new_session=True,  # Ctrl-C reaches us alone; we end the parts in order
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self._children[part.name] = child
        log.info("part_started", of=part.name, pid=child.pid)
        loop = asyncio.get_running_loop()
        last_beat, patience = time.monotonic(), STARTS_WITHIN_S

        def beat() -> None:
            nonlocal last_beat, patience
            if not os.read(read_end, 4096):
                loop.remove_reader(read_end)  # the part has closed its end: it is about to end itself
                return
            last_beat = time.monotonic()
            if patience != STALLED_AFTER_S:
                patience = STALLED_AFTER_S
                ready.set()
                log.info("part_ready", of=part.name)

        loop.add_reader(read_end, beat)
        ended, looked = asyncio.create_task(child.wait()), time.monotonic()
        try:
            while not ended.done():
                await asyncio.wait([ended], timeout=LOOK_EVERY_S)
                if time.monotonic() - looked > OVERSLEPT_S:
                    last_beat = time.monotonic()  # it is we who stood still, and the beats of that time are unread
                looked = time.monotonic()
                if not ended.done() and time.monotonic() - last_beat > patience:
                    log.error("part_stalled", of=part.name, silent_s=round(time.monotonic() - last_beat, 1))
                    child.kill()
                    return await ended
            return ended.result()
        finally:
            ended.cancel()
            loop.remove_reader(read_end)
            os.close(read_end)

    async def _end_all(self) -> None:
        children = {name: child for name, child in self._children.items() if child.returncode is None}
        for child in children.values():
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
                child.send_signal(signal.SIGCONT)  # a stopped part must wake to see it
        if not children:
            return
        ends = [asyncio.create_task(child.wait()) for child in children.values()]
        _, slow = await asyncio.wait(ends, timeout=STOP_GRACE_S)
        for name, child in children.items() if slow else ():
            if child.returncode is None:
                log.warning("part_killed", of=name, after_s=STOP_GRACE_S)
                child.kill()
        await asyncio.gather(*slow)


def _first(group: BaseExceptionGroup[StartFailedError]) -> StartFailedError:
    for error in group.exceptions:
        return _first(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("an exception group is never empty")


def parts_of(folder: str, level: str, *, reload: bool = False) -> tuple[Part, ...]:
    """The three processes of one hotline folder; with `reload` the AGI server and the wallboard watch it."""
    more = {"agi": ("--reload",), "wallboard": ("--reload",)} if reload else {}
    return tuple(
        Part(name, (sys.executable, "-m", "ivr.cli.main", name, folder, "--log", level, *more.get(name, ())))
        for name in ("bridge", "agi", "wallboard")
    )
