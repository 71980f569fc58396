"""The supervisor over real processes: started, ended, started again, ended in order."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ivr.app import supervisor
from ivr.app.supervisor import RESTARTED, Part, StartFailedError, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEATS = """
import asyncio
from ivr.app.parent import beat, end_with_parent
end_with_parent()
asyncio.run(beat())
"""


def part(name: str, code: str = BEATS) -> Part:
    return Part(name, (sys.executable, "-c", code))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, with the test's own time-out as the deadline."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


async def test_a_killed_part_is_started_again_and_the_other_is_left_alone() -> None:
    house, ready = Supervisor([part("one"), part("two")]), asyncio.Event()
    running = asyncio.create_task(house.run(ready))
    await ready.wait()
    before = house.pids()
    os.kill(before["one"], signal.SIGKILL)
    await until(lambda: house.pids().get("one", before["one"]) != before["one"])
    assert house.pids()["two"] == before["two"]
    house.stop()
    await running
    assert house.pids() == {}


async def test_a_part_that_stops_beating_is_killed_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STALLED_AFTER_S", 1.5)
    house, ready = Supervisor([part("one")]), asyncio.Event()
    running = asyncio.create_task(house.run(ready))
    await ready.wait()
    before = house.pids()["one"]
    os.kill(before, signal.SIGSTOP)
    await until(lambda: house.pids().get("one", before) != before)
    house.stop()
    await running


async def test_a_part_that_ends_before_it_is_ready_ends_the_whole_with_its_own_code() -> None:
    house = Supervisor([part("good"), part("bad", "raise SystemExit(2)")])
    with pytest.raises(StartFailedError) as failed:
        await house.run(asyncio.Event())
    assert (failed.value.part.name, failed.value.code) == ("bad", 2)
    assert house.pids() == {}


async def test_a_part_that_has_served_before_is_told_so(tmp_path: Path) -> None:
    told = tmp_path / "told"
    code = f"import os, pathlib\npathlib.Path({str(told)!r}).open('a').write(os.environ.get({RESTARTED!r}, '0'))\n"
    house, ready = Supervisor([part("one", code + BEATS)]), asyncio.Event()
    running = asyncio.create_task(house.run(ready))
    await ready.wait()
    os.kill(house.pids()["one"], signal.SIGKILL)
    await until(lambda: told.read_text() == "01")
    house.stop()
    await running


def no_process_left(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """The system refuses to make a process so many times; the list grows with each."""
    spawn = asyncio.create_subprocess_exec
    refused: list[str] = []

    async def refusing(*command: str, **more: Any) -> asyncio.subprocess.Process:
        if len(refused) < times:
            refused.append(command[0])
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return await spawn(*command, **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refusing)
    return refused


async def test_a_part_the_system_cannot_start_again_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    house, ready = Supervisor([part("one")]), asyncio.Event()
    running = asyncio.create_task(house.run(ready))
    await ready.wait()
    before = house.pids()["one"]
    refused = no_process_left(monkeypatch, 2)
    os.kill(before, signal.SIGKILL)
    await until(lambda: house.pids().get("one", before) != before)
    assert len(refused) == 2
    house.stop()
    await running


async def test_a_part_the_system_cannot_start_at_all_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    no_process_left(monkeypatch, 1)
    with pytest.raises(StartFailedError, match="one cannot be started: Resource temporarily unavailable"):
        await Supervisor([part("one")]).run(asyncio.Event())


async def test_parts_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
import asyncio, pathlib, sys
from ivr.app.supervisor import Part, Supervisor
async def main():
    house, ready = Supervisor([Part("one", (sys.executable, "-c", {BEATS!r}))]), asyncio.Event()
    running = asyncio.create_task(house.run(ready))
    await ready.wait()
    pathlib.Path({str(pids)!r}).write_text(str(house.pids()["one"]))
    await running
asyncio.run(main())
"""
    boss = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.DEVNULL)
    await until(lambda: pids.exists() and pids.read_text() != "")
    child = int(pids.read_text())
    boss.kill()
    await boss.wait()
    await until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - /proc is not a place for pathlib
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
