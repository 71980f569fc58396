"""What can go wrong on an AGI conversation, and whose fault it is.

::

    AgiError
    ├── CommandRefused      our mistake: we asked for something that must not be put on the wire; nothing was sent
    ├── CommandFailed       Asterisk understood the channel's state but not, or not successfully, the command
    │   ├── UnknownCommand      510, or an application that Asterisk does not have
    │   └── WrongUsage          520, with Asterisk's usage text
    ├── PeerError           the other end does not speak AGI, or breaks one of our bounds; the connection ends
    └── ChannelGone         expected: the caller hung up (HANGUP line, 511, a result that says so) or the connection
    ended

``ChannelGone`` is how most calls end. It is never a reason for a traceback.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Gone(Enum):
    """How we learnt that the channel is no more."""

    HANGUP = "the caller hung up"
    DEAD = "Asterisk answered 511: the channel is dead"
    CLOSED = "the connection to Asterisk ended"


class AgiError(Exception):
    """Anything this package raises on purpose."""


class CommandRefused(AgiError, ValueError):  # noqa: N818  # the name says what happened
    """We refused to send this command: it would break the wire or Asterisk would cut it. Nothing was sent."""


class CommandFailed(AgiError):  # noqa: N818  # the name says what happened
    """Asterisk answered, and the answer is a failure although the channel lives.

    Attributes:
        verb: the AGI words of the command, for example ``STREAM FILE``.
        detail: what Asterisk said, without anything the caller keyed.
    """

    def __init__(self, verb: str, detail: str) -> None:
        super().__init__(verb, detail)
        self.verb = verb
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.verb}: {self.detail}"


class UnknownCommand(CommandFailed):
    """Status 510, or ``EXEC`` of an application that is not loaded (result -2)."""


class WrongUsage(CommandFailed):
    """Status 520.

    Attributes:
        usage: Asterisk's usage lines; empty where it has none (the one-line form).
    """

    def __init__(self, verb: str, detail: str, usage: Sequence[str] = ()) -> None:
        super().__init__(verb, detail)
        self.usage = tuple(usage)


class PeerError(AgiError):
    """The peer broke the protocol or a bound. The message names the rule, never the bytes: they may be a caller's."""


class ChannelGone(AgiError):  # noqa: N818  # the name says what happened
    """There is no channel to act on any more.

    Attributes:
        how: what told us.
    """

    def __init__(self, how: Gone) -> None:
        super().__init__(how)
        self.how = how

    def __str__(self) -> str:
        return self.how.value
