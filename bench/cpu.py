"""CPU time of running processes, and what of it one call costs. Pure but for `read`.

The kernel adds up the time of all threads of a process, those that have ended included, in `/proc/PID/stat`
(proc_pid_stat(5)): one Asterisk thread per call is gone before anybody could ask for it.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_UTIME = 11
"""Place of `utime` behind the command's closing bracket; `stime` follows."""


class CountedWrongError(Exception):
    """A process was replaced while it was measured, so its time says nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks of some processes at one moment."""

    at_s: float
    """Monotonic clock, in seconds."""
    cpu_s: Mapping[str, float]
    """User and system time since each process began, in seconds, by the process's name here."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What passed between two readings."""

    lasted_s: float
    """Wall time in seconds."""
    cpu_s: Mapping[str, float]
    """CPU time in seconds, by process."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure measured several times."""

    median: float
    lowest: float
    highest: float


def parse_stat(text: str, ticks_per_s: int) -> float:
    """User and system time in seconds out of `/proc/PID/stat`; the command may hold spaces and brackets."""
    fields = text.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_UTIME + 1])) / ticks_per_s


def read(pids: Mapping[str, int]) -> Reading:
    """The clocks of these processes now.

    Raises:
        CountedWrongError: one of them has ended.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    try:
        cpu = {name: parse_stat(Path(f"/proc/{pid}/stat").read_text(), ticks) for name, pid in pids.items()}
    except (FileNotFoundError, ProcessLookupError) as gone:
        raise CountedWrongError(f"a measured process has ended: {gone.filename}") from None
    return Reading(time.monotonic(), cpu)


def between(before: Reading, after: Reading) -> Spent:
    """What passed from one reading to the other.

    Raises:
        CountedWrongError: other processes, or a clock that went backwards.
    """
    if before.cpu_s.keys() != after.cpu_s.keys():
        raise CountedWrongError("the two readings are not of the same processes")
    used = {name: after.cpu_s[name] - before.cpu_s[name] for name in before.cpu_s}
    if any(value < 0 for value in used.values()) or after.at_s < before.at_s:
        raise CountedWrongError("a clock went backwards")
    return Spent(after.at_s - before.at_s, used)


def added_up(stretches: Sequence[Spent]) -> Spent:
    """Several stretches of the same processes as one.

    Raises:
        ValueError: no stretch.
    """
    if not stretches:
        raise ValueError("a sum of no stretches, expected at least one")
    cpu = {name: sum(stretch.cpu_s[name] for stretch in stretches) for name in stretches[0].cpu_s}
    return Spent(sum(stretch.lasted_s for stretch in stretches), cpu)


def per_call_ms(spent: Spent, idle: Spent, calls: int) -> dict[str, float]:
    """CPU milliseconds of one call by process, without what the process takes in the same time when nobody calls.

    Raises:
        ValueError: no call, or an idle stretch of no length.
    """
    if calls < 1 or idle.lasted_s <= 0:
        raise ValueError(f"{calls} calls, idle for {idle.lasted_s} s; expected at least one call and some time")
    share = spent.lasted_s / idle.lasted_s
    return {name: 1000 * (used - idle.cpu_s[name] * share) / calls for name, used in spent.cpu_s.items()}


def spread(values: Iterable[float]) -> Spread:
    """Median, lowest and highest.

    Raises:
        ValueError: no values.
    """
    known = sorted(values)
    if not known:
        raise ValueError("a spread of nothing, expected at least one value")
    return Spread(statistics.median(known), known[0], known[-1])


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """Each value by its neighbour: blocks measured one after the other share what the machine was doing.

    Raises:
        ValueError: not as many of the one as of the other.
    """
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]
