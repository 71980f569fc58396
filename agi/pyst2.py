# ruff: noqa: D102  # an overridden verb means what pyst2's own docstring says
"""pyst2's AGI class on a call of ours: the verbs scripts are written against, without the defects (LIBRARIES 1.5).

All of pyst2's verbs end in ``execute``, which here asks the call instead of stdin and stdout. What differs from the
original is only what was wrong there: every text is quoted and escaped, hang-up is told from a variable that says
"hangup", 511 and the end of the connection are hang-ups, a usage error is read in all its forms, nothing is written to
stderr, and no signal handler is set. What the original threw away can be had: keys know whether time ran out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from asterisk.agi import (
    AGI,
    DEFAULT_RECORD,
    DEFAULT_TIMEOUT,
    AGIAppError,
    AGIDBError,
    AGIHangup,
    AGIInvalidCommand,
    AGIResultHangup,
    AGISIGHUPHangup,
    AGISIGPIPEHangup,
    AGIUnknownError,
    AGIUsageError,
)

from agi.encoding import Written, quote
from agi.errors import ChannelGone, CommandRefused, Gone, PeerError, UnknownCommand, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agi.encoding import Command
    from agi.replies import Reply

_Result = dict[str, tuple[str, str]]
_LAST_ASCII = 127


class Call(Protocol):
    """What the verbs need of the call they run on; every method looks blocking to the script."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The ``agi_*`` headers."""

    @property
    def hung_up(self) -> bool:
        """Whether the caller is gone."""

    def ask(self, command: Command) -> Reply:
        """Run one command and wait for its reply."""

    def still_there(self) -> bool:
        """Ask Asterisk whether the channel lives."""


class Keyed(str):
    """Keys, as the text pyst2 returns, with what pyst2 throws away."""

    __slots__ = ("end_samples", "timed_out")

    timed_out: bool
    """Whether the entry ended because time ran out."""
    end_samples: int | None
    """Where playing or recording stopped, in samples."""

    def __new__(cls, keys: str, *, timed_out: bool = False, end_samples: int | None = None) -> Self:
        made = super().__new__(cls, keys)
        made.timed_out = timed_out
        made.end_samples = end_samples
        return made


class _Nowhere:
    """A file that forgets: the original writes every line to stderr, keyed PINs included."""

    def write(self, _text: str) -> int:
        return 0

    def flush(self) -> None:
        """There is nothing to flush."""


class ScriptAgi(AGI):
    """pyst2's ``AGI`` on a call of ours. The host makes one subclass per call that carries the call."""

    call: ClassVar[Call]

    def __init__(self, stdin: Any = None, stdout: Any = None, stderr: Any = None) -> None:  # noqa: ARG002  # a script may name its files; the call has none
        # pyst2's own __init__ is not run on purpose: it sets a signal handler and reads stdin
        self.stdin = self.stdout = self.stderr = _Nowhere()
        self.env = dict(self.call.headers)
        self._got_sighup = False

    # ---- the wire

    def execute(self, command: str, *args: Any) -> _Result:
        """Run one command; its arguments are joined as they are, like in the original."""
        reply = self._reply(command, *args)
        result = {"result": (reply.result, reply.data or "")}
        if reply.end_samples is not None:
            result["endpos"] = (str(reply.end_samples), "")
        return result

    def _reply(self, command: str, *args: Any) -> Reply:
        self.test_hangup()
        line = " ".join([command.strip(), *map(str, args)]).strip()
        try:
            reply = self.call.ask(Written(line))
            alive = reply.result != "-1" or self.call.still_there()
        except ChannelGone as gone:
            closed = gone.how is Gone.CLOSED
            raise (AGISIGPIPEHangup if closed else AGIHangup)(str(gone)) from None
        except WrongUsage as error:
            raise AGIUsageError("\n".join((error.detail, *error.usage))) from None
        except UnknownCommand as error:
            raise AGIInvalidCommand(str(error)) from None
        except (PeerError, CommandRefused) as error:
            raise AGIUnknownError(str(error)) from None
        if reply.data == "hangup" and line.upper().startswith("RECORD FILE"):
            raise AGIResultHangup("User hungup during execution")
        if not alive:
            raise AGIHangup("the caller hung up")
        if reply.result == "-1":
            raise AGIAppError("Error executing application, or hangup")
        return reply

    def test_hangup(self) -> None:
        """Raise once when the caller is gone; afterwards what Asterisk still allows works."""
        if self.call.hung_up and not self._got_sighup:
            self._got_sighup = True
            raise AGISIGHUPHangup("Received HANGUP from Asterisk")

    def _quote(self, string: Any) -> str:
        return quote("" if string is None else str(string))

    def _key(self, command: str, *args: Any) -> Keyed:
        """A verb whose result is the code of a key."""
        reply = self._reply(command, *args)
        timed_out = reply.data == "timeout"
        if reply.result in {"", "0"}:
            return Keyed("", timed_out=timed_out, end_samples=reply.end_samples)
        if not reply.result.isdigit() or int(reply.result) > _LAST_ASCII:
            raise AGIUnknownError("Unable to convert result to digit")
        return Keyed(chr(int(reply.result)), timed_out=timed_out, end_samples=reply.end_samples)

    # ---- verbs of the original that do not quote, quote twice, or lose what Asterisk said

    def stream_file(self, filename: str, escape_digits: str | list[Any] = "", sample_offset: int = 0) -> str:
        keys = self._process_digit_list(escape_digits)
        return self._key("STREAM FILE", _argument(filename), keys, sample_offset)

    def get_data(self, filename: str, timeout: int = DEFAULT_TIMEOUT, max_digits: int = 255) -> str:
        reply = self._reply("GET DATA", _argument(filename), timeout, max_digits)
        return Keyed(reply.result, timed_out=reply.data == "timeout")

    def get_option(self, filename: str, escape_digits: str | list[Any] = "", timeout: int = 0) -> str:
        keys = self._process_digit_list(escape_digits)
        return self._key("GET OPTION", _argument(filename), keys, *([timeout] if timeout else []))

    def record_file(  # noqa: PLR0917  # pyst2's own signature
        self,
        filename: str,
        format: str = "gsm",  # noqa: A002  # pyst2's own parameter name
        escape_digits: str | list[Any] = "#",
        timeout: int = DEFAULT_RECORD,
        offset: int = 0,
        beep: str = "beep",
        silence: int = 0,
    ) -> str:
        keys = self._process_digit_list(escape_digits)
        more = (timeout, offset, *([_argument(beep)] if beep else []), *([f"s={silence}"] if silence else []))
        return self._key("RECORD FILE", _argument(filename), _argument(format), keys, *more)

    def send_image(self, filename: str) -> None:
        self._reply("SEND IMAGE", _argument(filename))

    def hangup(self, channel: str = "") -> None:
        self._reply("HANGUP", *([_argument(channel)] if channel else []))

    def appexec(self, application: str, options: str = "") -> str:
        result = self._reply("EXEC", _argument(application), self._quote(options)).result
        if result == "-2":
            raise AGIAppError(f"Unable to find application: {application}")
        return result

    def exec_command(self, command: str, *args: Any) -> _Result:
        return self.execute("EXEC", _argument(command), _argument(",".join(map(str, args))))

    def set_callerid(self, number: str) -> None:
        self._reply("SET CALLERID", _argument(number))

    def set_context(self, context: str) -> None:
        self._reply("SET CONTEXT", _argument(context))

    def set_extension(self, extension: str) -> None:
        self._reply("SET EXTENSION", _argument(extension))

    def set_priority(self, priority: Any) -> None:
        self._reply("SET PRIORITY", _argument(str(priority)))

    def channel_status(self, channel: str = "") -> int:
        try:
            return int(self._reply("CHANNEL STATUS", *([_argument(channel)] if channel else [])).result)
        except AGIHangup:
            raise
        except AGIAppError:
            return -1

    def get_variable(self, name: str) -> str:
        return self._reply("GET VARIABLE", self._quote(name)).data or ""

    def get_full_variable(self, name: str, channel: str | None = None) -> str:
        more = [self._quote(channel)] if channel else []
        return self._reply("GET FULL VARIABLE", self._quote(name), *more).data or ""

    def database_get(self, family: str, key: str) -> str:
        reply = self._reply("DATABASE GET", self._quote(family), self._quote(key))
        if reply.result != "1":
            raise AGIDBError(f"Key not found in database: family={family}, key={key}")
        return reply.data or ""

    # ---- verbs Asterisk has and pyst2 has not

    def gosub(self, context: str, extension: str, priority: Any, args: str = "") -> None:
        """Run a dialplan subroutine until its Return."""
        place = (_argument(context), _argument(extension), _argument(str(priority)))
        self._reply("GOSUB", *place, *([_argument(args)] if args else []))

    def receive_text(self, timeout: int = DEFAULT_TIMEOUT) -> str:
        """A line of text the other side sent, or empty."""
        return self._reply("RECEIVE TEXT", timeout).data or ""

    def set_music(self, on: bool = True, music_class: str = "") -> None:  # noqa: FBT001, FBT002  # verbs of pyst2 take positional values
        """Start or stop music on hold."""
        self._reply("SET MUSIC", "on" if on else "off", *([_argument(music_class)] if music_class else []))

    def asyncagi_break(self) -> None:
        """Leave AsyncAGI."""
        self._reply("ASYNCAGI BREAK")

    def speech_create(self, engine: str = "") -> None:
        """Make a speech object."""
        self._reply("SPEECH CREATE", _argument(engine))

    def speech_set(self, name: str, value: str) -> None:
        """Set a speech engine's setting."""
        self._reply("SPEECH SET", _argument(name), _argument(value))

    def speech_destroy(self) -> None:
        """Drop the speech object."""
        self._reply("SPEECH DESTROY")

    def speech_load_grammar(self, name: str, path: str) -> None:
        """Load a grammar."""
        self._reply("SPEECH LOAD GRAMMAR", _argument(name), _argument(path))

    def speech_unload_grammar(self, name: str) -> None:
        """Forget a grammar."""
        self._reply("SPEECH UNLOAD GRAMMAR", _argument(name))

    def speech_activate_grammar(self, name: str) -> None:
        """Use a grammar."""
        self._reply("SPEECH ACTIVATE GRAMMAR", _argument(name))

    def speech_deactivate_grammar(self, name: str) -> None:
        """Use a grammar no longer."""
        self._reply("SPEECH DEACTIVATE GRAMMAR", _argument(name))

    def speech_recognize(self, prompt: str, timeout: int, offset: int | None = None) -> _Result:
        """Play a prompt and recognise what is said."""
        return self.execute("SPEECH RECOGNIZE", _argument(prompt), timeout, *([] if offset is None else [offset]))


def _argument(text: str) -> str:
    """A text as one argument. The original sends these bare, so a script may have quoted it already: that is kept."""
    bare = str(text)
    already = len(bare) > 1 and bare[0] == bare[-1] == '"' and '"' not in bare[1:-1].replace('\\"', "")
    return bare if already else quote(bare)
