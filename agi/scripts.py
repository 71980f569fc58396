"""Classic AGI scripts, unchanged, inside our server: ``agi://host/script/<name>`` runs ``<folder>/<name>.py``.

A script written for pyst2 is synchronous, as is what it does between its verbs: a query, an HTTP request, a program. So
each runs in a thread of its own (`agi.script_thread`), beside all other calls; a verb crosses to the loop and back. No
process; some 0.1 ms a command (docs/performance.md).

Threads share one interpreter: a script that computes slows the others down, and one call of a C function that keeps the
interpreter for itself (a hopeless regular expression, ``sum(range(10**9))``) holds them up. One that computes longer
than ``slow_s`` is logged with its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog
from asterisk.agi import AGIHangup

from agi.pyst2 import ScriptAgi
from agi.script_thread import PATIENCE, Bounds, CallOver, End, ScriptError, ScriptThread
from agi.surroundings import Surroundings

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType

    from agi.channel import Channel
    from agi.request import AgiRequest

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.py)?")


class ScriptHost:
    """The ``script`` route: runs the scripts of one folder."""

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        self._folder = folder
        self._bounds = bounds or Bounds()
        self._codes: dict[Path, tuple[tuple[int, int], CodeType]] = {}
        self._running: set[ScriptThread] = set()
        self._parked: set[ScriptThread] = set()

    @property
    def running(self) -> int:
        """How many scripts have a thread now, the parked ones included."""
        return len(self._running)

    @property
    def parked(self) -> int:
        """How many scripts outlived their calls; each holds a thread until it ends, or for ever."""
        return len(self._parked)

    async def __call__(self, channel: Channel) -> None:
        """Lead a call by the script its address names.

        Raises:
            ScriptError: there is no such script, it does not compile, or too many run. The server makes one log line
                of it.
        """
        await self.run(channel)

    async def run(self, channel: Channel, folder: Path | None = None) -> bool:
        """The same, and tell whether the script did its work; from another folder when one is given.

        False when it raised, ended by `sys.exit` with another code than 0, or outlived its call. A caller who hangs up
        ends a script in the ordinary way.

        Raises:
            ScriptError: as above.
        """
        request = channel.request
        if len(self._running) >= self._bounds.at_once:
            raise ScriptError(
                f"script {request.name[:80]!r}: {len(self._running)} scripts are running, and no more may at a time "
                f"({len(self._parked)} of them outlived their calls)"
            )
        name = f"{request.name.removesuffix('.py')}.py"
        log = structlog.get_logger("agi.script").bind(script=name[:80], uniqueid=request.uniqueid)
        script = ScriptThread(
            channel,
            lambda call: self._play(request, call, folder or self._folder),
            lambda end: self._left(script, end, log),
        )
        script.start()
        self._running.add(script)
        end = None
        try:
            end = await script.ended(self._bounds)
        finally:
            if script in self._running - self._parked:
                self._parked.add(script)
                log.error("script_outlives_its_call", hung_up=channel.hung_up)
        if end is not None and end.refused is not None:
            raise end.refused
        return end is not None and end.ok

    def _left(self, script: ScriptThread, end: End, log: Any) -> None:
        """A script said its last word, in time or long after its call."""
        if end.stopped:
            self._parked.add(script)
            log.error("script_ignores_the_end", after=PATIENCE)
            return  # its thread is still there
        self._running.discard(script)
        self._parked.discard(script)
        if end.error:
            log.warning("script_failed", error=end.error, line=end.line)
        if end.computed_s > self._bounds.slow_s:
            log.warning("script_computed_long", seconds=round(end.computed_s, 3))

    # ---- in the script's thread: a folder may be slow, too

    def _play(self, request: AgiRequest, call: ScriptThread, folder: Path) -> End:
        """Run the script from its first line to its end, whatever that is."""
        try:
            path = self.find(request.name, folder)
            code = self.code(path)
        except ScriptError as error:
            return End(ok=False, refused=error)
        agi_class = type("AGI", (ScriptAgi,), {"call": call, "__module__": "asterisk.agi"})
        around = Surroundings(path, request.args, agi_class, call.sleep, self.code)
        try:
            exec(code, around.namespace("__main__", path))  # noqa: S102  # the hotline's own scripts
        except SystemExit as end:
            return End(ok=end.code is None or end.code == 0)
        except (AGIHangup, CallOver):
            pass  # the other ordinary ends of a script
        except BaseException as error:  # noqa: BLE001  # the border of a script: nothing of it may reach another call
            return End(ok=False, error=type(error).__name__, line=_line_of(error, path))
        return End(ok=True)

    def find(self, name: str, folder: Path | None = None) -> Path:
        """The file of a script, in the host's own folder or another.

        Raises:
            ScriptError: the name is no name of a script, or there is no such file.
        """
        if not _NAME.fullmatch(name):
            raise ScriptError(f"script {name[:80]!r}: expected letters, digits, '-' and '_'")
        folder = folder or self._folder
        path = folder / f"{name.removesuffix('.py')}.py"
        if not path.is_file():
            known = sorted(file.stem for file in folder.glob("*.py"))
            raise ScriptError(f"script {name!r}: no file {path}; there are {', '.join(known) or 'none'}")
        return path

    def code(self, path: Path) -> CodeType:
        """A file, compiled once for each of its versions.

        Raises:
            ScriptError: it cannot be read, or does not compile.
        """
        try:
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            known = self._codes.get(path)
            if known is not None and known[0] == version:
                return known[1]
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except OSError as error:
            raise ScriptError(f"{path}: the script cannot be read: {error.strerror}") from error
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise ScriptError(f"{path}:{line}: the script does not compile: {type(error).__name__}") from error
        self._codes[path] = (version, code)
        return code


def _line_of(error: BaseException, path: Path) -> int | None:
    """The script's own line where it went wrong."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
