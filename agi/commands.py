"""AGI commands as values: one frozen dataclass per command, each giving its words to the encoder.

Source of each: ``agi show commands`` and the handlers in res_agi.c (22.x), tried on Asterisk 22.10.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agi.encoding import Command
from agi.errors import CommandRefused

MAX_KEYS = 1023
"""Keys GET DATA can collect: its buffer is 1024 bytes. Source: handle_getdata, res_agi.c (22.x)."""

KEYS = "0123456789*#ABCD"
"""Every DTMF key."""

_DIGITS = frozenset(KEYS + "abcd")


def _keys(verb: str, keys: str) -> str:
    """``keys`` if each is a DTMF key.

    Raises:
        CommandRefused: something else is among them; which one is not repeated, it may be a caller's.
    """
    if not _DIGITS.issuperset(keys):
        raise CommandRefused(f"{verb}: expected keys out of 0-9 * # A-D, found something else")
    return keys


def _max_keys(verb: str, count: int) -> int:
    """``count`` if so many keys can be collected.

    Raises:
        CommandRefused: they cannot.
    """
    if not 1 <= count <= MAX_KEYS:
        raise CommandRefused(f"{verb}: max_keys is {count}, expected 1 to {MAX_KEYS}")
    return count


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """Answer the channel if it is not up yet."""

    verb = "ANSWER"
    tells = True


@dataclass(frozen=True, slots=True)
class Hangup(Command):
    """Hang up this channel, or the one named."""

    verb = "HANGUP"
    tells = True
    channel: str = ""
    """Channel name; empty for our own."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.channel,) if self.channel else ()


@dataclass(frozen=True, slots=True)
class ChannelStatus(Command):
    """Ask for the state of this channel, or of the one named."""

    verb = "CHANNEL STATUS"
    tells = True
    channel: str = ""
    """Channel name; empty for our own."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.channel,) if self.channel else ()


@dataclass(frozen=True, slots=True)
class StreamFile(Command):
    """Play one sound file until its end or until one of ``escape_keys`` is pressed."""

    verb = "STREAM FILE"
    name: str
    """Sound file without extension."""
    escape_keys: str = ""
    """Keys that stop the playback; no separator."""
    offset_samples: int = 0
    """Where to start, in samples (8 per millisecond)."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.name, _keys(self.verb, self.escape_keys), self.offset_samples)


@dataclass(frozen=True, slots=True)
class GetData(Command):
    """Play one file and collect keys inside Asterisk, from the first sound on.

    Asterisk drops keys that arrive between two AGI commands (run_agi's idle loop reads and frees every frame), so
    entries of more than one key need this. It takes one file only: ``a&b`` is looked for as one name (seen on
    22.10.1; it is ``ast_app_getdata`` that splits, and GET DATA calls ``ast_app_getdata_full``). For several files
    see ``Read``.
    """

    verb = "GET DATA"
    name: str = ""
    """Sound file without extension; empty for silence."""
    timeout_ms: int = 0
    """First-key and between-keys time in milliseconds after the file; 0 takes TIMEOUT(response) and TIMEOUT(digit)."""
    max_keys: int = MAX_KEYS
    """Collecting stops at this many keys."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.name, self.timeout_ms, _max_keys(self.verb, self.max_keys))


@dataclass(frozen=True, slots=True)
class Read(Command):
    """The dialplan application Read: play several files one after the other and collect keys from the first sound on.

    Source: app_read.c (22.x): files are joined with ``&``; the keys come in a variable, the outcome in READSTATUS.
    """

    verb = "EXEC"
    tells = True
    files: tuple[str, ...]
    """Sound files without extension, in order."""
    timeout_ms: int = 0
    """As for ``GetData``; Read takes it in seconds."""
    max_keys: int = MAX_KEYS
    """Collecting stops at this many keys, at most 255 (Read's own buffer)."""
    variable: ClassVar[str] = "AGI_KEYS"
    outcome: ClassVar[str] = "${READSTATUS}:${AGI_KEYS}"

    def _arguments(self) -> tuple[str | int, ...]:
        for name in self.files:
            if not name or any(mark in name for mark in '&,()"\\$'):
                raise CommandRefused('Read: a file name is empty or holds one of & , ( ) " \\ $')
        keys = min(_max_keys("Read", self.max_keys), 255)
        timeout = f",,,{self.timeout_ms / 1000:g}" if self.timeout_ms else ""
        return ("Read", f"{self.variable},{'&'.join(self.files)},{keys}{timeout}")


@dataclass(frozen=True, slots=True)
class GetOption(Command):
    """Play one file and wait for one of ``escape_keys`` afterwards."""

    verb = "GET OPTION"
    name: str
    """Sound file without extension."""
    escape_keys: str
    """Keys that count."""
    timeout_ms: int = 0
    """How long to wait after the file, in milliseconds; 0 takes TIMEOUT(digit)."""

    def _arguments(self) -> tuple[str | int, ...]:
        keys = _keys(self.verb, self.escape_keys)
        return (self.name, keys, self.timeout_ms) if self.timeout_ms else (self.name, keys)


@dataclass(frozen=True, slots=True)
class WaitForDigit(Command):
    """Wait for one key."""

    verb = "WAIT FOR DIGIT"
    timeout_ms: int
    """How long, in milliseconds; -1 waits for ever."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.timeout_ms,)


@dataclass(frozen=True, slots=True)
class RecordFile(Command):
    """Record the caller into a file."""

    verb = "RECORD FILE"
    name: str
    """File without extension."""
    file_format: str = "wav"
    """Asterisk file format, for example ``wav``."""
    escape_keys: str = "#"
    """Keys that end the recording."""
    timeout_ms: int = -1
    """Longest recording in milliseconds; -1 for no limit."""
    offset_samples: int = 0
    """Where in an existing file to begin, in samples."""
    beep: bool = True
    """Whether the caller hears a beep first."""
    silence_s: int = 0
    """Seconds of silence that end the recording; 0 for never."""

    def _arguments(self) -> tuple[str | int, ...]:
        keys = _keys(self.verb, self.escape_keys)
        words: tuple[str | int, ...] = (self.name, self.file_format, keys, self.timeout_ms, self.offset_samples)
        words += ("BEEP",) if self.beep else ()
        return words + ((f"s={self.silence_s}",) if self.silence_s else ())


@dataclass(frozen=True, slots=True)
class SetVariable(Command):
    """Set a channel variable, or write a dialplan function such as ``CHANNEL(language)``."""

    verb = "SET VARIABLE"
    lives_on = True
    tells = True
    name: str
    """Variable or function."""
    value: str
    """New value; never logged."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.name, self.value)


@dataclass(frozen=True, slots=True)
class GetVariable(Command):
    """Read a channel variable or dialplan function. Values of functions are cut at 1023 bytes by Asterisk."""

    verb = "GET VARIABLE"
    lives_on = True
    reads_text = True
    name: str
    """Variable or function, without ``${}``."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class GetFullVariable(Command):
    """Evaluate an expression such as ``${BASE64_ENCODE(${X})}`` on this channel, or on the one named."""

    verb = "GET FULL VARIABLE"
    lives_on = True
    reads_text = True
    expression: str
    """Text with ``${}`` in it."""
    channel: str = ""
    """Channel name; empty for our own."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.expression, self.channel) if self.channel else (self.expression,)


@dataclass(frozen=True, slots=True)
class Exec(Command):
    """Run a dialplan application."""

    verb = "EXEC"
    lives_on = True
    tells = True
    application: str
    """Application name, for example ``Playback``."""
    options: str = ""
    """Its arguments as the dialplan would write them, comma separated."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.application, self.options)


@dataclass(frozen=True, slots=True)
class Gosub(Command):
    """Run a dialplan subroutine and wait for its Return."""

    verb = "GOSUB"
    tells = True
    context: str
    """Context of the subroutine."""
    extension: str
    """Extension of the subroutine."""
    priority: str
    """Priority or label."""
    argument: str = ""
    """Its arguments, comma separated."""

    def _arguments(self) -> tuple[str | int, ...]:
        place = (self.context, self.extension, self.priority)
        return (*place, self.argument) if self.argument else place


@dataclass(frozen=True, slots=True)
class Verbose(Command):
    """Write a line to Asterisk's verbose log."""

    verb = "VERBOSE"
    lives_on = True
    tells = True
    message: str
    """The line."""
    level: int = 1
    """1 (important) to 4 (chatter)."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.message, self.level)


@dataclass(frozen=True, slots=True)
class Noop(Command):
    """Do nothing."""

    verb = "NOOP"
    lives_on = True
    tells = True


@dataclass(frozen=True, slots=True)
class DatabaseGet(Command):
    """Read one value of Asterisk's own database."""

    verb = "DATABASE GET"
    lives_on = True
    reads_text = True
    family: str
    """Family."""
    key: str
    """Key in the family."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.family, self.key)


@dataclass(frozen=True, slots=True)
class DatabasePut(Command):
    """Write one value of Asterisk's own database."""

    verb = "DATABASE PUT"
    lives_on = True
    tells = True
    family: str
    """Family."""
    key: str
    """Key in the family."""
    value: str
    """New value; never logged."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.family, self.key, self.value)


@dataclass(frozen=True, slots=True)
class DatabaseDel(Command):
    """Delete one value of Asterisk's own database."""

    verb = "DATABASE DEL"
    lives_on = True
    tells = True
    family: str
    """Family."""
    key: str
    """Key in the family."""

    def _arguments(self) -> tuple[str | int, ...]:
        return (self.family, self.key)


@dataclass(frozen=True, slots=True)
class SetMusic(Command):
    """Start or stop music on hold for this channel while other commands run."""

    verb = "SET MUSIC"
    tells = True
    on: bool
    """Start or stop."""
    music_class: str = ""
    """Music class; empty for the channel's own."""

    def _arguments(self) -> tuple[str | int, ...]:
        words: tuple[str | int, ...] = ("on" if self.on else "off",)
        return (*words, self.music_class) if self.music_class else words


@dataclass(frozen=True, slots=True)
class Say(Command):
    """Say something with Asterisk's own voice.

    ``SAY DIGITS``, ``SAY NUMBER``, ``SAY ALPHA``, ``SAY TIME`` and so on.
    """

    what: str
    """The word after SAY: DIGITS, NUMBER, ALPHA, PHONETIC, DATE, TIME or DATETIME."""
    value: str | int
    """What to say; dates and times are seconds since 1970 UTC. Never logged."""
    escape_keys: str = ""
    """Keys that stop it."""
    more: tuple[str, ...] = ()
    """Further arguments: the gender of a number, the format and zone of a DATETIME."""

    def wire_verb(self) -> str:
        """``SAY`` and what is said."""
        return f"SAY {self.what}"

    def _arguments(self) -> tuple[str | int, ...]:
        return (str(self.value), _keys("SAY", self.escape_keys), *self.more)
