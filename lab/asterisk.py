"""One real Asterisk, started for a test, a bench or the demo, and gone without a trace afterwards.

Three kinds of Asterisk, one way to use them:

- `rootfs`: Debian's, out of the shared root folder, in its own namespaces (needs root or sudo);
- `system`: the one installed on this machine (20 or newer), run with `-C` on folders of its own, as who we are;
- `container`: an image of `docker/`, run by Docker or Podman with host networking (`lab.containers`).

Everything an instance writes is under its `folder` in all three: `etc`, `lib`, `log`, `spool`, `run`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from lab.console import ConsoleError, ask_console
from lab.containers import IMAGE, container_command, engine
from lab.inside import ProgramError, Watched, inside_root, tail, wait_until_gone
from lab.rootfs import build_rootfs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["rootfs", "system", "container"]

_WATCH = Path(__file__).with_name("watch.sh")
_OLDEST = 20
_START_S = 30.0
_STANDS_S = 10.0
# Asterisk's limit of 1024 files would end at about 250 calls.
_FILES = 16_384


class AsteriskError(ProgramError):
    """Asterisk did not start, or ended while it should run; the message carries the tail of its log."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What one instance is made of."""

    folder: Path
    """Its own folder; made if missing."""
    config: Sequence[Path]
    """Folders copied into its etc/asterisk, later ones over earlier ones."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files written over that: path below etc/asterisk → text."""
    read: Sequence[Path] = ()
    """Folders Asterisk may read at the same path as here (the hotline's sounds)."""
    write: Sequence[Path] = ()
    """Folders Asterisk may write at the same path as here (voicemail)."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """kind rootfs: what it finds in its environment beside ours (`TZ`, `LD_PRELOAD`)."""
    kind: Kind = "rootfs"
    """Which Asterisk."""
    root: Path | None = None
    """kind rootfs: the root folder; None builds or finds the shared one."""
    program: Sequence[str] = ("asterisk",)
    """kind system: how to call it."""
    modules: Path | None = None
    """kind system: its modules, when not where it was built to look."""
    data: Path | None = None
    """kind system: its sounds and documentation, when not where it was built to look."""
    image: str = IMAGE
    """kind container: the image."""


def _stands_still(pid: int) -> bool:
    """Whether every thread of a process is stopped (proc_pid_stat(5): state T)."""
    try:
        told = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return False  # a thread that ended just now was not stopped
    return {one.rpartition(")")[2].split()[0] for one in told} == {"T"}


class AsteriskProcess:
    """An instance from its start to its end. Use it as a context manager, or call `start` and `stop`."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._watched: Watched | None = None
        self._root: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def etc(self) -> Path:
        """Its configuration, a copy; `write_config` makes it anew."""
        return self.setup.folder / "etc"

    @property
    def log(self) -> Path:
        """Its log folder: `full`, `messages`, `queue_log`, whatever logger.conf says."""
        return self.setup.folder / "log"

    @property
    def spool(self) -> Path:
        """Its spool folder (voicemail, recordings, call files)."""
        return self.setup.folder / "spool"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._watched is not None and self._watched.running

    def pid(self) -> int:
        """Its process id on this machine, for CPU time and the like.

        Raises:
            AsteriskError: it does not run.
        """
        pid = self._watched.pid() if self._watched else None
        if pid is None:
            raise AsteriskError("Asterisk is not running")
        return pid

    def start(self) -> None:
        """Start and wait until it has booted fully (about a second).

        Raises:
            AsteriskError: it ended or did not boot in time.
        """
        if self.running:
            raise AsteriskError("this instance runs already")
        self.write_config()
        for name in ("lib", "log", "log/cel-custom", "spool", "run"):
            (self.setup.folder / name).mkdir(parents=True, exist_ok=True)
        (self.setup.folder / "run" / "asterisk.ctl").unlink(missing_ok=True)
        self._watched = Watched(self._command(), self.setup.folder / "output.log", "asterisk")
        try:
            self._await_boot()
        except BaseException:  # also Ctrl-C: nothing half started stays behind
            self.stop()
            raise

    def stop(self) -> None:
        """End it: TERM, and KILL when that does not help. A second call does nothing."""
        if self._watched is None:
            return
        watched, self._watched = self._watched, None
        pid = watched.pid()
        watched.end(timeout_s=15.0)
        if pid is not None:
            wait_until_gone(pid)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._watched is None:
            return
        self._watched.signal(signal.SIGKILL)
        self._watched.wait(10.0)
        self.stop()

    def suspend(self) -> None:
        """Make it stand still (SIGSTOP), as a stalled disk would; it does when this returns.

        Raises:
            AsteriskError: it goes on all the same.
        """
        if self._watched is None:
            return
        self._watched.signal(signal.SIGSTOP)  # goes by a watcher of ours, so it takes a moment on a busy machine
        deadline = time.monotonic() + _STANDS_S
        while not _stands_still(self.pid()):
            if time.monotonic() > deadline:
                raise AsteriskError(f"Asterisk still runs {_STANDS_S:.0f} s after SIGSTOP")
            time.sleep(0.01)

    def resume(self) -> None:
        """Let it go on after `suspend`."""
        if self._watched is not None:
            self._watched.signal(signal.SIGCONT)

    def cli(self, command: str, timeout_s: float = 10.0) -> str:
        """What its command line answers.

        Raises:
            AsteriskError: it does not run or did not answer in time.
        """
        if self.setup.kind != "container":
            try:
                return ask_console(self.setup.folder / "run", command, timeout_s)
            except ConsoleError as refused:
                raise AsteriskError(f"{command!r}: {refused}\n{self.story()}") from refused
        try:
            done = subprocess.run(
                [*engine(), "exec", self._container_name(), "asterisk", "-rx", command],
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                text=True,
                errors="replace",
            )
        except subprocess.TimeoutExpired as late:
            raise AsteriskError(f"no answer to {command!r} within {timeout_s} s\n{self.story()}") from late
        if done.returncode:
            raise AsteriskError(f"{command!r}: {done.stdout.strip()} {done.stderr.strip()}")
        return done.stdout

    def write_config(self) -> None:
        """Copy the configuration folders again (after a render; then `cli("core reload")`)."""
        etc = self.etc
        etc.mkdir(parents=True, exist_ok=True)
        for folder in self.setup.config:
            shutil.copytree(folder, etc, dirs_exist_ok=True)
        for name, text in self.setup.files.items():
            target = etc / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        # Secrets may be private to us; Asterisk reads as another user. The folder above stays private.
        for path in (etc, *etc.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.setup.folder.chmod(0o700)

    def story(self, lines: int = 25) -> str:
        """The tail of its output and logs, for error messages."""
        parts = [f"--- {path}\n{tail(path, lines)}" for path in sorted(self.log.glob("*")) if path.name in _TOLD]
        output = self.setup.folder / "output.log"
        return "\n".join([f"--- {output}\n{tail(output, lines)}", *parts])

    def _await_boot(self) -> None:
        deadline = time.monotonic() + _START_S
        control = self.setup.folder / "run" / "asterisk.ctl"
        while time.monotonic() < deadline:
            if not self.running:
                raise AsteriskError(f"Asterisk ended while starting\n{self.story()}")
            if control.exists():
                try:
                    booted = "fully booted" in self.cli("core waitfullybooted", timeout_s=5.0)
                    # a moment later Asterisk adds its own commands (asterisk.c, behind AST_OPT_FLAG_FULLY_BOOTED)
                    if booted and "Asterisk" in self.cli("core show version", timeout_s=5.0):
                        return
                except AsteriskError:
                    pass  # the socket is there before anybody listens on it
            time.sleep(0.05)
        raise AsteriskError(f"Asterisk has not booted within {_START_S:.0f} s\n{self.story()}")

    def _command(self) -> list[str]:
        match self.setup.kind:
            case "rootfs":
                self._root = self.setup.root or build_rootfs()
                user = ["-U", "asterisk", "-G", "asterisk"] if os.geteuid() == 0 else []
                drop = [] if os.geteuid() == 0 else _as_us()
                argv = [
                    "sh",
                    "-c",
                    f'ulimit -c 0; ulimit -n {_FILES} || true; exec "$@"',
                    "sh",
                    "env",
                    *(f"{name}={value}" for name, value in self.setup.environment.items()),
                    *drop,
                    "asterisk",
                    *user,
                    "-f",
                    "-n",
                ]
                return inside_root(self._root, self.setup.folder, argv, read=self.setup.read, write=self.setup.write)
            case "system":
                check_version(self.setup.program)
                conf = self._own_paths()
                return ["sh", str(_WATCH), *self.setup.program, "-C", str(conf), "-f", "-n"]
            case "container":
                return self._container()

    def _own_paths(self) -> Path:
        """Write an asterisk.conf that keeps the options given and puts every path it writes to below our folder."""
        folder = self.setup.folder.resolve()
        given = self.etc / "asterisk.conf"
        text = given.read_text() if given.exists() else ""
        rest = re.sub(r"(?ms)^\[directories\].*?(?=^\[|\Z)", "", text)
        own = {
            "astetcdir": "etc",
            "astvarlibdir": "lib",
            "astdbdir": "lib",
            "astkeydir": "lib",
            "astspooldir": "spool",
            "astrundir": "run",
            "astlogdir": "log",
        }
        lines = ["[directories]", *(f"{key} => {folder / name}" for key, name in own.items())]
        lines += [f"astmoddir => {self.setup.modules}"] if self.setup.modules else []
        lines += [f"astdatadir => {self.setup.data}"] if self.setup.data else []
        conf = folder / "asterisk.conf"
        conf.write_text("\n".join(lines) + "\n\n" + rest)
        return conf

    def _container_name(self) -> str:
        return f"hotline-lab-{os.getpid()}-{self.setup.folder.name}"

    def _container(self) -> list[str]:
        inner = {"etc": "/etc/asterisk", "lib": "/var/lib/asterisk", "log": "/var/log/asterisk"}
        inner |= {"spool": "/var/spool/asterisk", "run": "/run/asterisk"}
        mounts = {self.setup.folder / name: place for name, place in inner.items()}
        mounts |= {path: f"{path.resolve()}:ro" for path in self.setup.read}
        mounts |= {path: str(path.resolve()) for path in self.setup.write}
        written = [place for name, place in inner.items() if name != "etc"]
        prepare = f"chown -R asterisk:asterisk {shlex.join([*written, *(str(p.resolve()) for p in self.setup.write)])}"
        asterisk = ["asterisk", "-U", "asterisk", "-G", "asterisk", "-f", "-n"]
        return container_command(
            self._container_name(), asterisk, mounts=mounts, prepare=prepare, image=self.setup.image
        )


_TOLD = frozenset({"messages", "messages.log", "full", "full.log", "console"})


def check_version(program: Sequence[str]) -> str:
    """The version of an installed Asterisk.

    Raises:
        AsteriskError: it is not there or older than 20.
    """
    try:
        done = subprocess.run([*program, "-V"], check=False, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError as missing:
        raise AsteriskError(f"no program {program[0]!r} on this machine; try ASTERISK=rootfs") from missing
    found = re.search(r"Asterisk (?:certified[/-])?(\d+)\S*", done.stdout)
    if not found:
        raise AsteriskError(f"{program[0]} -V answered {done.stdout.strip()!r}, expected 'Asterisk 20…' or newer")
    if int(found[1]) < _OLDEST:
        raise AsteriskError(f"{found[0]} is installed, expected {_OLDEST} or newer; try ASTERISK=rootfs")
    return found[0]


def _as_us() -> list[str]:
    return ["setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--clear-groups"]
