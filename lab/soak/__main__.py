"""`python -m lab.soak`: thousands of real calls while everything breaks, and the books compared at the end.

Exit codes: 0 nothing differs, 1 something differs or failed, 2 wrong words.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from lab.inside import ProgramError
from lab.ports import NoFreePortsError
from lab.postgres import PostgresFailedError, PostgresMissingError
from lab.rig import PROJECT
from lab.rootfs import RootfsError, build_rootfs
from lab.soak.run import Wishes, soak
from lab.soak.table import told

if TYPE_CHECKING:
    from collections.abc import Sequence


def say(words: str) -> None:
    """One line of progress."""
    print(f"soak     {words}", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Run a soak; its exit code."""
    wishes, keep = _wishes(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What the director's link says of Asterisk's end is told by the soak already.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    say(f"seed {wishes.seed}: make soak VISITS={wishes.visits} SEED={wishes.seed}; everything is in {wishes.folder}")
    try:
        build_rootfs()
        result = asyncio.run(soak(wishes))
    except KeyboardInterrupt:
        say("ended; nothing was compared")
        return 1
    except (ProgramError, RootfsError, NoFreePortsError, PostgresMissingError, PostgresFailedError, OSError) as failed:
        say(f"failed: {failed}")
        say(f"logs in {wishes.folder}: service.log, switch/log/, callers/, agents-0/")
        return 1
    for line in told(result):
        print(line, flush=True)
    if result.differences:
        say(f"{len(result.differences)} differences; everything that shows them is kept in {wishes.folder}")
        return 1
    say(f"no difference in {result.visits:,} visits (seed {wishes.seed})")
    if not keep:
        shutil.rmtree(wishes.folder, ignore_errors=True)
    return 0


def _wishes(words: Sequence[str] | None) -> tuple[Wishes, bool]:
    parser = argparse.ArgumentParser(
        prog="python -m lab.soak",
        description="Thousands of real calls while everything breaks, then every book compared.",
    )
    parser.add_argument("--visits", type=int, default=10_000, help="ends with so many visits in queue_log")
    parser.add_argument(
        "--seed", type=int, help="decides who calls, what breaks and when; drawn and printed unless given"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rate", type=float, default=10.0, help="calls begun in a second, at most 30")
    parser.add_argument("--minutes", type=float, default=60.0, help="ends after so long, whatever was reached")
    parser.add_argument("--brisk", action="store_true", help="something breaks every few seconds")
    parser.add_argument("--folder", type=Path, help="a new or empty one; kept. By default one in var/soak")
    given = parser.parse_args(words)
    if not 0 < given.rate <= 30:  # noqa: PLR2004 - more is not meant for a laptop
        parser.error("--rate: expected more than 0 and at most 30")
    if given.visits < 1:
        parser.error("--visits: expected 1 or more")
    folder: Path = given.folder or PROJECT / "var" / "soak" / time.strftime("%Y%m%d-%H%M%S")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        parser.error(f"--folder: {folder} is not empty")
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    wishes = Wishes(
        folder=folder.resolve(),
        visits=given.visits,
        seed=seed,
        per_second=given.rate,
        postgres=given.database == "postgresql",
        minutes=given.minutes,
        brisk=given.brisk,
        tell=say,
    )
    return wishes, given.folder is not None


if __name__ == "__main__":
    sys.exit(main())
