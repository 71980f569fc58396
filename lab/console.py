"""Asterisk's command line, asked over its control socket.

`asterisk -rx` leaves out every line that begins with a byte above 127, which it takes for verbose output, and stops
reading at a piece that has nothing else (`ast_remotecontrol`, main/asterisk.c): `queue show 客服` is answered by
nothing when its first line arrives alone, as it does on a busy machine. Here all is read to the end.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PIECE = 65_536


class ConsoleError(RuntimeError):
    """Nobody listens there, or the answer did not come in time."""


def ask_console(run: Path, command: str, timeout_s: float) -> str:
    """What the Asterisk whose `astrundir` is `run` answers to one command.

    Raises:
        ConsoleError: nobody listens, or no answer within `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    # A socket's path has room for 107 bytes, a test's folder easily has more: the folder is named by its descriptor.
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as console:
            console.settimeout(timeout_s)
            console.connect(f"/proc/self/fd/{folder}/asterisk.ctl")
            console.sendall(b"cli quit after " + command.encode() + b"\0")
            answer = bytearray()
            while piece := console.recv(_PIECE):
                answer += piece
                console.settimeout(max(0.001, deadline - time.monotonic()))
    except TimeoutError as late:
        raise ConsoleError(f"no answer within {timeout_s} s") from late
    except OSError as refused:
        raise ConsoleError(str(refused)) from refused
    finally:
        os.close(folder)
    # netconsole greets with `host/pid/version` (main/asterisk.c); the command's own output follows.
    _greeting, _, told = bytes(answer).partition(b"\n")
    return told.replace(b"\0", b"").decode(errors="replace")
