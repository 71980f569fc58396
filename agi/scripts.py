"""Classic AGI scripts, unchanged, inside our server: ``agi://host/script/<name>`` runs ``<folder>/<name>.py``.

A script written for pyst2 is synchronous: ``agi.get_data(…)`` returns when the caller has pressed something. Each
script runs in a greenlet of its own; a verb hands its command to the loop, and the greenlet goes on when the reply is
here. No thread, no process, about 20 µs a command.

A script shares the loop with every other call, so it must not block in anything but AGI verbs and ``time.sleep`` (both
give way). One that computes or waits for a database holds everybody up; a turn longer than ``slow_s`` is logged with
the script's name.

A script that ignores its hang-up (``while True: try: … except: pass``) is parked after ``PATIENCE`` tries: it is never
resumed, and the call ends.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Any

import structlog
from asterisk.agi import AGIHangup
from greenlet import getcurrent, greenlet

from agi.errors import AgiError, ChannelGone
from agi.pyst2 import ScriptAgi
from agi.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import CodeType

    from agi.channel import Channel
    from agi.encoding import Command
    from agi.replies import Reply

PATIENCE = 100
"""How many more verbs a script may call on a call that is over."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.py)?")


class ScriptError(AgiError):
    """The script cannot be run; the message says why, with its path."""


class ScriptHost:
    """The ``script`` route: runs the scripts of one folder."""

    def __init__(self, folder: Path, slow_s: float = 0.1) -> None:
        self._folder = folder
        self._slow_s = slow_s
        self._codes: dict[Path, tuple[tuple[int, int], CodeType]] = {}
        self._parked: list[greenlet] = []

    @property
    def parked(self) -> int:
        """How many scripts ignored the end of their call; each holds a little memory for ever."""
        return len(self._parked)

    async def __call__(self, channel: Channel) -> None:
        """Lead a call by the script its address names.

        Raises:
            ScriptError: there is no such script, or it does not compile. The server makes one log line of it.
        """
        await self.run(channel)

    async def run(self, channel: Channel) -> bool:
        """The same, and tell whether the script did its work.

        False when it raised, ended by `sys.exit` with another code than 0, or ignored the end of its call. A caller who
        hangs up ends a script in the ordinary way.

        Raises:
            ScriptError: as above.
        """
        path = self.find(channel.request.name)
        code = self.code(path)
        call = _ScriptCall(channel)
        agi_class = type("AGI", (ScriptAgi,), {"call": call, "__module__": "asterisk.agi"})
        around = Surroundings(path, channel.request.args, agi_class, call.sleep, self.code)
        log = structlog.get_logger("agi.script").bind(script=path.name, uniqueid=channel.request.uniqueid)

        def run() -> bool:
            try:
                exec(code, around.namespace("__main__", path))  # noqa: S102  # the hotline's own scripts
            except SystemExit as end:
                return end.code is None or end.code == 0
            except (AGIHangup, _CallOver):
                pass  # the other ordinary ends of a script
            except Exception as error:  # noqa: BLE001  # the border of a script: nothing of it may reach another call
                # not the message: it may hold what a caller keyed
                log.warning("script_failed", error=type(error).__name__, line=_line_of(error, path))
                return False
            return True

        return await self._drive(greenlet(run), call, log)

    def find(self, name: str) -> Path:
        """The file of a script.

        Raises:
            ScriptError: the name is no name of a script, or there is no such file.
        """
        if not _NAME.fullmatch(name):
            raise ScriptError(f"script {name[:80]!r}: expected letters, digits, '-' and '_'")
        path = self._folder / f"{name.removesuffix('.py')}.py"
        if not path.is_file():
            known = sorted(file.stem for file in self._folder.glob("*.py"))
            raise ScriptError(f"script {name!r}: no file {path}; there are {', '.join(known) or 'none'}")
        return path

    def code(self, path: Path) -> CodeType:
        """A file, compiled once for each of its versions.

        Raises:
            ScriptError: it does not compile.
        """
        stat = path.stat()
        version = (stat.st_mtime_ns, stat.st_size)
        known = self._codes.get(path)
        if known is not None and known[0] == version:
            return known[1]
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise ScriptError(f"{path}:{line}: the script does not compile: {type(error).__name__}") from error
        self._codes[path] = (version, code)
        return code

    async def _drive(self, script: greenlet, call: _ScriptCall, log: Any) -> bool:
        """Let the script run; whatever it waits for, wait for it here. What it came to, at its end."""
        wanted = self._turn(log, script.switch)
        while not script.dead:
            if call.over > PATIENCE:
                self._parked.append(script)
                log.error("script_ignores_the_end", after=PATIENCE)
                break
            try:
                value = await wanted
            except asyncio.CancelledError as error:
                call.cancelled = error
                wanted = self._turn(log, script.throw, _CallOver())
            except Exception as error:  # noqa: BLE001  # handed on to the script, whose verb it belongs to
                wanted = self._turn(log, script.throw, error)
            else:
                wanted = self._turn(log, script.switch, value)
        if call.cancelled is not None:
            raise call.cancelled
        return script.dead and wanted is True

    def _turn(self, log: Any, resume: Any, *given: Any) -> Any:
        """One turn of the script, up to its next verb: what it waits for; at its end, what it came to."""
        began = time.perf_counter()
        wanted = resume(*given)
        took = time.perf_counter() - began
        if took > self._slow_s:
            log.warning("script_held_the_loop", seconds=round(took, 3))
        return wanted


class _CallOver(BaseException):
    """The server is closing: the script shall end, past every ``except Exception``."""


class _ScriptCall:
    """The call as a script's verbs see it: everything looks blocking."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.over = 0
        """Verbs called after the end."""
        self.cancelled: asyncio.CancelledError | None = None
        """Why the server wants the script to end; None while it does not."""

    @property
    def headers(self) -> Mapping[str, str]:
        return self._channel.request.headers

    @property
    def hung_up(self) -> bool:
        return self._channel.hung_up

    def ask(self, command: Command) -> Reply:
        reply: Reply = self._await(self._execute(command))
        return reply

    def still_there(self) -> bool:
        there: bool = self._await(self._channel.still_there())
        return there

    def sleep(self, seconds: float) -> None:
        """``time.sleep`` that lets the other calls go on."""
        self._await(asyncio.sleep(seconds))

    async def _execute(self, command: Command) -> Reply:
        try:
            return await self._channel.execute(command)
        except ChannelGone:
            self.over += 1
            raise

    def _await(self, wanted: Any) -> Any:
        """Give the loop something to wait for, and come back with its outcome."""
        loop_side = getcurrent().parent
        if loop_side is None:
            wanted.close()
            raise RuntimeError("AGI verbs work in the script's own thread only")
        if self.cancelled is not None:
            self.over += 1
            wanted.close()
            wanted = self._refuse()
        return loop_side.switch(wanted)

    async def _refuse(self) -> None:
        """What a script gets that goes on although the server closes."""
        raise _Refused


class _Refused(Exception):  # noqa: N818  # never seen outside a script that ignores the end
    """The server is closing."""


def _line_of(error: BaseException, path: Path) -> int | None:
    """The script's own line where it went wrong."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
