"""The one encoder of AGI commands: quote, escape, refuse.

Asterisk splits a line in ``parse_args`` (res_agi.c:4124, 22.x): blanks separate, ``"`` toggles quoting, a backslash
makes the next character literal, and nothing can carry a newline. So every text argument is quoted and escaped, and
CR, LF and NUL are refused. A line that Asterisk would cut is refused too: the rest would be read as a command of its
own.

``lives_on`` repeats the ``dead`` column of Asterisk's command table (``agi show commands`` prints it): such a command
still works after the caller hung up. ``reads_text`` says that the reply carries somebody's raw text in parentheses,
which may contain anything, ``)`` and newlines included. ``tells`` says that the reply's result may be shown in a log:
it is neither a key nor a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agi.errors import CommandRefused

MAX_COMMAND_BYTES = 8190
"""Bytes in one command line without its newline: Asterisk reads 8191 with it (AGI_BUF_LEN 8192, res_agi.c:1519, 22.x).

One byte more and the newline stays behind, is read as an empty command and answered 510, and from then on every answer
belongs to the command before (seen on 22.10.1)."""

MAX_ARGUMENTS = 127
"""Words in one command, verb words included. Source: MAX_ARGS 128 less the closing NULL, res_agi.c:1516 (22.x)."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def quote(text: str) -> str:
    """One argument as Asterisk's ``parse_args`` reads it back, whatever it contains (line breaks are refused later)."""
    return f'"{text.translate(_ESCAPES)}"'


def _one_line(verb: str, line: str) -> bytes:
    """A command's text as bytes with its newline.

    Raises:
        CommandRefused: it is empty, is more than one line, is too long, or cannot be UTF-8.
    """
    if "\n" in line or "\r" in line or "\0" in line:
        raise CommandRefused(f"{verb}: CR, LF and NUL cannot be sent over AGI")
    try:
        data = line.encode()
    except UnicodeEncodeError as error:
        raise CommandRefused(f"{verb}: an argument holds a lone surrogate, which UTF-8 cannot carry") from error
    if not data or len(data) > MAX_COMMAND_BYTES:
        raise CommandRefused(f"{verb}: {len(data)} bytes; Asterisk reads 1 to {MAX_COMMAND_BYTES}")
    return data + b"\n"


@dataclass(frozen=True, slots=True)
class Command:
    """What every AGI command has. Subclasses name the verb and give their arguments in wire order."""

    verb: ClassVar[str] = ""
    lives_on: ClassVar[bool] = False
    reads_text: ClassVar[bool] = False
    tells: ClassVar[bool] = False

    def _arguments(self) -> tuple[str | int, ...]:
        """Arguments in wire order: text is quoted by ``encode``, whole numbers are not."""
        return ()

    def wire_verb(self) -> str:
        """The command's own words, as Asterisk's table has them."""
        return self.verb

    def encode(self) -> bytes:
        """The command as one line, newline included.

        Raises:
            CommandRefused: CR, LF or NUL anywhere, more than ``MAX_ARGUMENTS`` words, more than ``MAX_COMMAND_BYTES``
                bytes, text that UTF-8 cannot carry, or an argument that makes no sense for this command.
        """
        verb = self.wire_verb()
        arguments = self._arguments()
        words = [verb, *(quote(word) if isinstance(word, str) else str(word) for word in arguments)]
        if len(arguments) + verb.count(" ") + 1 > MAX_ARGUMENTS:
            raise CommandRefused(f"{verb}: {len(arguments)} arguments; Asterisk reads {MAX_ARGUMENTS} words at most")
        return _one_line(verb, " ".join(words))


@dataclass(frozen=True, slots=True)
class Raw(Command):
    """A command this module has no class for. Its words are quoted like all others; nothing is known of its reply."""

    words: str
    """The command's own words, for example ``SET AUTOHANGUP``; letters, digits and single blanks only."""
    args: tuple[str | int, ...] = ()
    """Arguments in wire order."""

    def wire_verb(self) -> str:
        """The words given.

        Raises:
            CommandRefused: they are not words.
        """
        if not self.words.replace(" ", "").isalnum() or not self.words.isascii():
            raise CommandRefused("the words of a command are letters and digits")
        return self.words

    def _arguments(self) -> tuple[str | int, ...]:
        return self.args


@dataclass(frozen=True, slots=True)
class RawText(Raw):
    """A ``Raw`` command whose reply carries raw text in parentheses, such as ``RECEIVE TEXT``."""

    reads_text = True


_READS_TEXT = ("GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT")


@dataclass(frozen=True, slots=True)
class Written(Command):
    """A line somebody else wrote, already quoted: a classic script's. It is bounded and kept to one line, no more."""

    lives_on = True
    line: str
    """The whole command, without a newline. Never logged beyond its verb."""

    @property
    def reads_text(self) -> bool:  # type: ignore[override]  # what is a fact of a class elsewhere depends on the text here
        """Whether the reply carries raw text."""
        return self.line.upper().startswith(_READS_TEXT)

    def wire_verb(self) -> str:
        """The first word, which is never an argument."""
        return self.line.partition(" ")[0]

    def encode(self) -> bytes:
        """The line as it is.

        Raises:
            CommandRefused: CR, LF or NUL in it, too long, empty, or not UTF-8.
        """
        return _one_line(self.wire_verb(), self.line)
