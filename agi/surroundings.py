"""What a classic AGI script finds around it: its own ``sys``, ``time``, ``signal``, ``print`` and ``asterisk.agi``.

A script expects to be a process of its own. Here many run in one, so each call gets its own view of the few modules
that would otherwise reach the whole process: ``import`` of these names, and of modules beside the script, is answered
by this file; every other import is Python's own. Nothing is patched: a script's view is an argument of its own
``__import__``.
"""

from __future__ import annotations

import builtins
import importlib
import signal
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import asterisk
import asterisk.agi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType


class Overlay(ModuleType):
    """A module with some names of its own; all others are the real one's."""

    def __init__(self, real: ModuleType, own: Mapping[str, Any]) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__["_real"] = real
        self.__dict__.update(own)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_real"], name)


class _Sink:
    """A text file that forgets. In a process of its own a script's stdout is the wire; here the wire is not a file."""

    encoding = "utf-8"
    errors = "replace"

    def write(self, text: str) -> int:
        return len(text)

    def writelines(self, _lines: Sequence[str]) -> None:
        """Forget them all."""

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        return False

    def readline(self, _limit: int = -1) -> str:
        """The end: AGI's replies come by the verbs."""
        return ""

    def read(self, _limit: int = -1) -> str:
        return ""


class Surroundings:
    """One call's view of the world."""

    def __init__(
        self,
        script: Path,
        arguments: Sequence[str],
        agi_class: type,
        sleep: Callable[[float], None],
        compiler: Callable[[Path], CodeType],
    ) -> None:
        self._script = script
        self._compile = compiler
        self._path = [str(script.parent), *sys.path]
        self._beside: dict[str, ModuleType] = {}
        sink = _Sink()
        own_sys = {
            "argv": [str(script), *arguments],
            "path": self._path,
            "stdin": sink,
            "stdout": sink,
            "stderr": sink,
            "exit": _leave,
        }
        agi = Overlay(asterisk.agi, {"AGI": agi_class})
        self._own: dict[str, ModuleType] = {
            "sys": Overlay(sys, own_sys),
            "time": Overlay(time, {"sleep": sleep}),
            "signal": Overlay(signal, {"signal": _no_signal, "alarm": _no_alarm}),
            "asterisk": Overlay(asterisk, {"agi": agi}),
            "asterisk.agi": agi,
        }
        own = {"__import__": self._import, "print": _print, "exit": _leave, "quit": _leave, "input": _no_input}
        self._builtins = vars(builtins) | own

    def namespace(self, name: str, path: Path) -> dict[str, Any]:
        """The globals a file of the script runs in."""
        return {"__name__": name, "__file__": str(path), "__builtins__": self._builtins}

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002  # the names __import__ has
        locals: Mapping[str, Any] | None = None,  # noqa: A002  # the names __import__ has
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """``__import__`` for this script."""
        if level:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if name == "asterisk.fastagi":
            raise ImportError("asterisk.fastagi is a server; a script at agi://host/script/… is inside one already")
        top = name.partition(".")[0]
        if top == "asterisk":
            return self._asterisk(name, fromlist)
        own = self._own.get(name) or self._beside_script(name)
        return own if own is not None else builtins.__import__(name, globals, locals, fromlist or (), level)

    def _asterisk(self, name: str, fromlist: Sequence[str] | None) -> ModuleType:
        """pyst2's package, with our AGI class in it."""
        package = self._own["asterisk"]
        if name not in self._own:
            self._own[name] = importlib.import_module(name)
            setattr(package, name.partition(".")[2], self._own[name])
        for part in fromlist or ():
            if name == "asterisk" and part not in {"agi", "*"}:
                self._asterisk(f"asterisk.{part}", None)
        return self._own[name] if fromlist else package

    def _beside_script(self, name: str) -> ModuleType | None:
        """A module of the script's own: beside it, or on a path the script added. None if Python shall look."""
        if name in self._beside:
            return self._beside[name]
        if not name.isidentifier():
            return None
        for folder in self._path:
            if folder in sys.path:
                continue
            file = Path(folder) / f"{name}.py"
            if file.is_file():
                module = self._beside[name] = ModuleType(name)
                module.__dict__.update(self.namespace(name, file))
                exec(self._compile(file), module.__dict__)  # noqa: S102  # the hotline's own scripts
                return module
        return None


def _leave(status: object = None) -> NoReturn:
    """The script ends; the process does not."""
    raise SystemExit(status)


def _print(*values: object, file: Any = None, **how: Any) -> None:
    """``print`` that does not reach this process's own stdout."""
    if file is not None:
        builtins.print(*values, file=file, **how)


def _no_signal(_number: int, _handler: object) -> object:
    """A script may not set this process's signal handlers; hang-up comes as AGIHangup."""
    return signal.SIG_DFL


def _no_alarm(_seconds: int) -> int:
    """A script may not set this process's alarm clock."""
    return 0


def _no_input(_prompt: object = "") -> str:
    """There is nobody to type."""
    raise EOFError
