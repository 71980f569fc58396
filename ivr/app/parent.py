"""What a supervised process does towards the one that started it: beat, and end with it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys

from ivr.app.supervisor import BEAT_FD, RESTARTED

PR_SET_PDEATHSIG = 1
"""linux/prctl.h: the signal this process gets when its parent dies."""
BEAT_EVERY_S = 1.0


def end_with_parent() -> None:
    """When the supervisor is killed outright, its parts end too: nobody is left holding the ports.

    Does nothing when not supervised, or not on Linux.
    """
    if BEAT_FD not in os.environ or sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # the parent died before the call above
        raise SystemExit(0)


def is_restarted() -> bool:
    """Whether the supervisor has seen this part serve before: then a mistake it meets is no failed start any more."""
    return RESTARTED in os.environ


async def beat() -> None:
    """Say that this part serves, and again every second while its loop turns. Ends at once when not supervised."""
    number = os.environ.pop(BEAT_FD, None)
    if number is None:
        return
    with os.fdopen(int(number), "wb", buffering=0) as pipe:
        while True:
            pipe.write(b".")
            await asyncio.sleep(BEAT_EVERY_S)
