"""One value said by itself, without a sentence around it: what the flow verb `say` speaks.

Each kind and style in use is a message of its own that no file holds, with one place and no words. So everything that
is true of messages is true of it: its words come from the closed vocabulary of the language, all of them are made
before the first call, recordings of words win, and a value that cannot be said is `CannotSay`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.prompts.catalogue import Catalogue
from ivr.prompts.message import STYLES, Count, Kind, Message, Part, Place, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.source import Span

VALUE: Final = "value"
"""The name of the place."""
_SIGN: Final = "="
"""Begins the names of these messages; no message of a file can begin so."""

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "number": (),
        "count": (),
        "digits": ("phone",),
        "money": (),
        "date": STYLES[Kind.DATE],
        "time": STYLES[Kind.TIME],
        "duration": ("minutes",),
    }
)
"""What `as` may name, with the styles that may be written; those of the places of messages, under the same words."""


def message_of(kind: str, style: str = "") -> str:
    """The name of the message that says a value of this kind: `=money`, `=digits phone`."""
    return f"{_SIGN}{kind} {style}".rstrip()


def is_value_alone(message: str) -> bool:
    """Whether this is a name that `message_of` makes."""
    return message.startswith(_SIGN)


def with_values(catalogue: Catalogue, wanted: Mapping[str, Span]) -> Catalogue:
    """The catalogue with the messages that say values alone.

    Args:
        catalogue: The sentences of the hotline.
        wanted: Names as `message_of` makes them, and where the first use of each stands.
    """
    if not wanted:
        return catalogue
    return Catalogue(
        MappingProxyType(
            {
                language: MappingProxyType(
                    {**own, **{name: _message(name, language, at) for name, at in wanted.items()}}
                )
                for language, own in catalogue.messages.items()
            }
        ),
        catalogue.written,
    )


def _message(name: str, language: str, at: Span) -> Message:
    return Message(name, language, (Section(language, (_part(name, at),)),), at)


def _part(name: str, at: Span) -> Part:
    kind, _, style = name.removeprefix(_SIGN).partition(" ")
    if kind == "count":
        return Count(VALUE, at)  # a broken number of things is said as a number, and not refused
    return Place(VALUE, Kind(kind), style or STYLES[Kind(kind)][0], (), at)
