"""What one more viewer costs the wallboard, up to a thousand: beside a bare relay.

    python bench/viewers.py [--sizes 100,400,1000] [--seconds 6] [--rounds 3]

The servers, the floor and the viewers of `bench.feed` (a thousand plain sockets on loopback, in a process of their
own, which ends by itself); sizes and servers take turns. CPU is the server's. What is there whoever looks (the bridge's
deltas read, figures worked out, messages encoded) is the first size's share; what each more viewer costs is told for
each step from one size to the next, in microseconds of CPU for each message it is sent. Flat is: the last step's is no
more than the first's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import statistics
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.feed import A_SECOND, measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS: Final = ("relay", "hotline")


def steps(cpu: Mapping[int, float]) -> list[float]:
    """What one more viewer costs between each size and the next, in seconds of CPU for each message."""
    return [(cpu[more] - cpu[fewer]) / (more - fewer) / A_SECOND for fewer, more in pairwise(sorted(cpu))]


def table(found: Mapping[str, Mapping[int, Sequence[dict[str, Any]]]]) -> list[str]:
    """What was measured, in words; medians over the rounds."""
    said = []
    for kind, by_size in found.items():
        cpu = {size: statistics.median(each["cpu"] for each in rounds) for size, rounds in by_size.items()}
        for size, rounds in by_size.items():
            seen = statistics.median(each["median"] for each in rounds)
            each = f"{cpu[size] / size * 100:6.3f} % each"
            said.append(f"{kind:8} {size:5} viewers   CPU {cpu[size] * 100:5.1f} %  {each}   {seen * 1e3:7.1f} ms")
        costs = ", ".join(
            f"{fewer} to {more}: {cost * 1e6:.1f}"
            for (fewer, more), cost in zip(pairwise(sorted(cpu)), steps(cpu), strict=True)
        )
        said.append(f"{kind:8} us of CPU for one more viewer and message, {costs}")
    return said


def main() -> None:
    """Measures and prints."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, usual in (("seconds", 6), ("rounds", 3), ("queues", 100), ("agents", 1000), ("events", 2000)):
        wanted.add_argument(f"--{name}", type=int, default=usual)
    wanted.add_argument("--sizes", default="100,400,1000", type=lambda text: [int(each) for each in text.split(",")])
    wanted.add_argument("--only", default=",".join(KINDS), type=lambda text: re.findall(r"\w+", text))
    given = wanted.parse_args()
    print(f"Python {platform.python_version()}, {given.events} events/s, load {os.getloadavg()[0]:.0f}", flush=True)
    found: dict[str, dict[int, list[dict[str, Any]]]] = {
        kind: {size: [] for size in given.sizes} for kind in given.only
    }
    for _ in range(given.rounds):
        for size in given.sizes:
            for kind in given.only:
                given.viewers = size
                found[kind][size].append(asyncio.run(measured(kind, given)))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
