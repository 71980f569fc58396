"""One program run inside the shared root folder, in namespaces that vanish with it.

`inside.sh` says how the root is put together, `watch.sh` how the program is ended when we end. We hold the write end
of a pipe: the kernel closes it however this process dies, so nothing outlives a killed test run.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping, Sequence

_HERE = Path(__file__).parent
_ASTERISK_IDS = "asterisk:asterisk"


class ProgramError(RuntimeError):
    """A program did not start or ended early; the message carries the tail of what it said."""


def privileged(command: Sequence[str]) -> list[str]:
    """`command`, with sudo before it when we are not root (never asking for a password)."""
    return list(command) if os.geteuid() == 0 else ["sudo", "-n", *command]


def owner() -> str:
    """Who must own what a program in the root writes: `asterisk` when we are root, else ourselves, by number."""
    return _ASTERISK_IDS if os.geteuid() == 0 else f"{os.getuid()}:{os.getgid()}"


class Watched:
    """A command under `watch.sh`, its output in a file, ended when we end.

    Args:
        command: what to start; it must be or end in `watch.sh PROGRAM …` and hand it our standard input.
        output: file for stdout and stderr.
        program: the name the kernel gives the program (`/proc/PID/comm`), to find it among our descendants.
        env: its environment; ours by default.
    """

    def __init__(
        self, command: Sequence[str], output: Path, program: str, env: Mapping[str, str] | None = None
    ) -> None:
        self._program = program
        self._output = output
        with output.open("wb") as sink:
            # A session of its own: Ctrl-C in the terminal is for the one who started us, who then ends this.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True, env=env
            )

    @property
    def running(self) -> bool:
        """Whether the command has not ended yet."""
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        """Exit status of the program, None while it runs."""
        return self._process.poll()

    def pid(self) -> int | None:
        """The program's process id as this machine counts, None when it is not there (yet, or any more)."""
        pending = [self._process.pid]
        while pending:
            pid = pending.pop()
            try:
                if Path(f"/proc/{pid}/comm").read_text().strip() == self._program:
                    return pid
                pending += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                continue
        return None

    def signal(self, number: signal.Signals) -> None:
        """Send KILL, TERM, STOP, CONT, HUP or USR1 to the program."""
        if self._process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(number.name.removeprefix("SIG").encode() + b"\n")
            self._process.stdin.flush()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the end; its exit status.

        Raises:
            TimeoutError: it still runs.
        """
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired as late:
            raise TimeoutError(f"{self._program} still runs after {timeout_s} s") from late

    def end(self, timeout_s: float = 10.0) -> int:
        """Ask the program to end (TERM, after five seconds KILL) and wait; its exit status."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        return self.wait(timeout_s)

    def said(self, lines: int = 15) -> str:
        """The last lines of its output."""
        return tail(self._output, lines)


def inside_root(
    root: Path,
    folder: Path,
    argv: Sequence[str],
    *,
    read: Sequence[Path] = (),
    write: Sequence[Path] = (),
    as_root: bool = False,
) -> list[str]:
    """The command that runs `argv` inside `root` with `folder` as its writable part.

    Args:
        root: from `rootfs.build_rootfs()`.
        folder: holds etc, lib, log, spool and run; see inside.sh.
        argv: the program and its arguments, as seen inside.
        read: folders of this machine that appear inside at the same path, read-only.
        write: the same, writable, given to the user Asterisk runs as.
        as_root: the program stays root and so may read and write everything in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binds = [f"ro {path.resolve()}" for path in read] + [f"rw {path.resolve()}" for path in write]
    (folder / "binds").write_text("".join(f"{line}\n" for line in binds))
    namespaces = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
    script = [str(_HERE / "inside.sh"), str(root), str(folder.resolve()), "root:root" if as_root else owner()]
    return privileged([*namespaces, *script, *argv])


def wait_until_gone(pid: int, timeout_s: float = 5.0) -> None:
    """Wait until no process has this id.

    Raises:
        TimeoutError: it is still there.
    """
    deadline = time.monotonic() + timeout_s
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} is still there after {timeout_s} s")
        time.sleep(0.02)


def tail(path: Path, lines: int) -> str:
    """The last lines of a file that may be missing."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return f"({path} is missing)"
    return "\n".join(text.splitlines()[-lines:])
