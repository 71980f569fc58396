"""What a test leaves in its process for the tests after it: nothing. Who leaves something fails, not who stumbles.

Tests of one worker share a process, in an order that is another one each time. A log that was set up for good, a
variable, a folder changed into: whoever comes next hears, reads or writes something else, and fails once in many runs.
"""

from __future__ import annotations

import asyncio.events
import gc
import locale
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PYTESTS_OWN = "PYTEST_CURRENT_TEST"
"""Says which phase a test is in, and so is another one before and after it."""
_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGCHLD,
    signal.SIGPIPE,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""Those a process of ours hears. SIGALRM is pytest-timeout's."""
_OF_THE_PROCESS_PATIENCE_S = 10.0
"""How long a thread that was told to end may take for it."""


def of_the_process() -> dict[str, Any]:
    """What every test of this process sees: by its name, something that is equal as long as nobody changes it."""
    return {
        "os.environ": {name: value for name, value in os.environ.items() if name != _PYTESTS_OWN},
        "the working folder": _folder(),
        "structlog's configuration": structlog.get_config(),
        "structlog's context": structlog.contextvars.get_contextvars(),
        "levels, handlers and filters of logging": _logs(),
        "sys.path": tuple(sys.path),
        "sys.argv": tuple(sys.argv),
        "what is done at signals": dict(zip(_SIGNALS, map(signal.getsignal, _SIGNALS), strict=True)),
        "clocks": {name: getattr(time, name) for name in ("time", "time_ns", "monotonic", "perf_counter", "sleep")},
        "the time zone": time.tzname,
        "the event loop's policy": asyncio.events._event_loop_policy,  # type: ignore[attr-defined]  # asking for it makes one
    }


def of_files_and_words() -> dict[str, Any]:
    """The same of what costs a little to ask, and so is asked once a file."""
    status = Path("/proc/self/status")
    umask = (
        [line for line in status.read_text("ascii").splitlines() if line.startswith("Umask:")]
        if status.exists()
        else []
    )
    return {"umask": umask, "locale": locale.setlocale(locale.LC_ALL)}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is not as it was, with the names that say where; never with values, which may be secrets."""
    told = []
    for what, was in before.items():
        now = after[what]
        if now == was:
            continue
        where = (
            sorted(str(key) for key in was.keys() | now.keys() if was.get(key, ...) != now.get(key, ...))
            if isinstance(was, dict)
            else []
        )
        told.append(f"{what}: {', '.join(where)}" if where else what)
    return told


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Each test leaves its process as it found it. Of all fixtures of a test this one is set up first and ends last."""
    before, threads = of_the_process(), set(threading.enumerate())
    yield
    if left := changed(before, of_the_process()):
        pytest.fail("left behind for the tests that come after: " + "; ".join(left))
    for thread in threading.enumerate():
        if thread not in threads and not thread.daemon:  # a script that never returns is parked in a daemon, on purpose
            thread.join(_OF_THE_PROCESS_PATIENCE_S)
            assert not thread.is_alive(), f"left behind for the tests that come after: thread {thread.name}"


@pytest.fixture(autouse=True, scope="module")
def nothing_left_behind_by_a_file() -> Iterator[None]:
    """Nor does a file of tests, with the fixtures its tests share."""
    before = of_the_process() | of_files_and_words()
    yield
    gc.collect()  # whoever left something open hears of it in this file, not in whichever comes when the heap is full
    gc.freeze()  # and what lives on by now does so to the end: no later look for garbage passes over it
    if left := changed(before, of_the_process() | of_files_and_words()):
        pytest.fail("left behind for the files that come after: " + "; ".join(left))


def _folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "one that is gone"


def _logs() -> dict[str, tuple[object, ...]]:
    """Of each log that is no longer as logs are made: its level, whether it tells on or is mute, and whom it tells."""
    told: dict[str, tuple[object, ...]] = {"logging.disable": (logging.root.manager.disable,)}
    for name, log in [("", logging.root), *logging.root.manager.loggerDict.items()]:
        if isinstance(log, logging.Logger) and (
            log.level or log.handlers or log.filters or log.disabled or not log.propagate
        ):
            told[name] = (log.level, log.propagate, log.disabled, tuple(_lasting(log)), tuple(log.filters))
    return told


def _lasting(log: logging.Logger) -> Iterator[logging.Handler]:
    """Without pytest's own, which come and go with the phases of a test."""
    return (each for each in log.handlers if type(each).__module__ != "_pytest.logging")
