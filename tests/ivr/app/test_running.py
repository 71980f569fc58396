"""A process that is told to end, and told again at every moment of its end, ends in order and in silence.

Nobody may rely on being told once: when a supervisor is killed, Linux sends its parts the death signal for each of the
supervisor's threads that goes, and a person presses Ctrl-C twice.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]

SERVES = """
import asyncio
from ivr.app.running import run_until_told

async def serve(stop):
    await asyncio.to_thread(print, "serving", flush=True)
    await stop.wait()
    await asyncio.to_thread(print, "told", flush=True)
"""
RUNS = "run_until_told(serve, fast={loop!r} == 'uvloop')\n"

TOLD_AT_EACH_STEP = """
import atexit, os, signal, sys

def told_again():
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)

def before(holder, name):
    act = getattr(holder, name)
    def then(*given):
        told_again()
        try:
            return act(*given)
        finally:
            told_again()
    setattr(holder, name, then)

before(asyncio.BaseEventLoop, "shutdown_asyncgens")
before(asyncio.BaseEventLoop, "shutdown_default_executor")
before(asyncio.BaseEventLoop, "close")
before(asyncio.Runner, "close")
atexit.register(told_again)

class Last:
    def __del__(self, told_again=told_again):
        told_again()

sys.modules["last"] = Last()
"""
"""A signal before and after each thing a process does between its last work and its end; of uvloop's, which is not
written in Python, only those around the loop."""

SUPERVISES = """
import subprocess, sys, threading, time
for _ in range(40):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
subprocess.run([sys.executable, "-c", sys.argv[1]])
"""
"""A supervisor with threads; asyncio of Python 3.11 keeps one for each child it waits for."""

HAS_UVLOOP = importlib.util.find_spec("uvloop") is not None
WITHOUT = pytest.mark.skipif(not HAS_UVLOOP, reason="uvloop is not installed")
LOOPS = pytest.mark.parametrize("loop", ["asyncio", pytest.param("uvloop", marks=WITHOUT)])


@contextmanager
def begun(code: str, *words: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """This code as a process, which has said that it serves."""
    with subprocess.Popen(
        (sys.executable, "-c", code, *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # nothing read ahead is lost between readline and communicate
        cwd=ROOT,
        env={**os.environ, **environ},
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said == b"serving\n", process.communicate(timeout=60)
            yield process
        finally:
            process.kill()


@LOOPS
def test_a_process_that_is_told_once_ends_in_order(loop: str) -> None:
    with begun(SERVES + RUNS.format(loop=loop)) as process:
        process.send_signal(signal.SIGTERM)
        assert (process.communicate(timeout=60), process.returncode) == ((b"told\n", b""), 0)


@LOOPS
def test_a_process_that_is_told_before_its_loop_turns_ends_once_it_does(loop: str) -> None:
    early = "before(asyncio.Runner, 'run')\n"
    with begun(SERVES + TOLD_AT_EACH_STEP + early + RUNS.format(loop=loop)) as process:
        assert (process.communicate(timeout=60), process.returncode) == ((b"told\n", b""), 0)


@LOOPS
def test_a_process_that_is_told_again_at_each_step_of_its_end_says_nothing_of_it(loop: str) -> None:
    with begun(SERVES + TOLD_AT_EACH_STEP + RUNS.format(loop=loop)) as process:
        process.send_signal(signal.SIGINT)
        assert (process.communicate(timeout=60), process.returncode) == ((b"told\n", b""), 0)


@LOOPS
def test_a_process_that_is_told_without_end_ends_as_if_told_once(loop: str) -> None:
    over = threading.Event()
    with begun(SERVES + RUNS.format(loop=loop)) as process:

        def tell() -> None:
            while not over.is_set():
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)

        telling = threading.Thread(target=tell)
        telling.start()
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert (process.stdout.read(), process.stderr.read()) == (b"told\n", b"")
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # told to the last, and its number still its own
        finally:
            over.set()
            telling.join()
        assert process.wait(timeout=60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
@LOOPS
def test_a_part_whose_supervisor_dies_thread_by_thread_ends_in_silence(loop: str) -> None:
    with begun(SUPERVISES, SERVES + RUNS.format(loop=loop), HOTLINE_BEAT_FD="0") as supervisor:
        supervisor.kill()
        assert supervisor.communicate(timeout=60) == (b"told\n", b"")  # to the end of the part: the outputs are its own
