"""What a flow may rely on: everything its hotline defines outside of flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.source import Span

Type = Literal["text", "number", "money", "date", "datetime", "boolean"]
"""What a lookup may take and give."""
TYPES: Final[tuple[str, ...]] = get_args(Type)

CALL_FIELDS: Final[tuple[str, ...]] = ("caller", "caller_name", "linkedid", "number", "uniqueid")
"""`call.<field>`: see `ivr.engine.inputs.CallFacts`. All text."""
WITHHELD: Final = frozenset({"caller", "caller_name"})
"""Those that may be null, because a caller need not tell."""

QUEUE_FIELDS: Final[tuple[str, ...]] = ("waiting", "places", "agents", "free", "longest_wait", "expected_wait")
"""What `queue_state` tells: see `ivr.engine.inputs.QueueTold`. All numbers, each null when it cannot be known."""

PLACE_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "money": frozenset({"money"}),
    "date": frozenset({"date", "datetime"}),
    "time": frozenset({"datetime"}),
    "number": frozenset({"number"}),
    "count": frozenset({"number"}),
    "digits": frozenset({"text"}),
    "duration": frozenset({"number"}),
    "text": frozenset({"text"}),
    "plural": frozenset({"number"}),
    "select": frozenset({"text"}),
}
"""What each kind of place in a message can be filled with (`ivr.prompts.message.Kind`), and what a `say` can say."""


@dataclass(frozen=True, slots=True)
class LookupFacts:
    """What a lookup is asked with, and what it answers."""

    takes: Mapping[str, str]
    """Argument to type; each must be given."""
    gives: Mapping[str, str]
    """Field to type. A source may answer with nothing in any of them but `as_of`."""
    as_of: str | None = None
    """The field that says how old the answer is; an answer without it is none (`ivr.services.answers`)."""
    in_address: frozenset[str] = frozenset()
    """Arguments that stand in the address that is asked, which every server on the way may write down."""


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What a kind of ticket is given, and how urgent one can be."""

    takes: Mapping[str, str]
    """Field to type; each must be given, though it may be null."""
    colours: tuple[str, ...]
    """The first is the usual one."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names and types around the flows of one hotline.

    A table that could not be read is None: nothing is said about the names it would have defined.
    """

    languages: tuple[str, ...] | None = ()
    entries: Mapping[str, Span | None] | None = field(default_factory=dict)
    """Flows that calls begin with, and where the hotline says so."""
    queues: frozenset[str] | None = frozenset()
    schedules: frozenset[str] | None = frozenset()
    scripts: frozenset[str] = frozenset()
    boxes: frozenset[str] | None = frozenset()
    lookups: Mapping[str, LookupFacts | None] | None = field(default_factory=dict)
    """Lookup to its facts; None in their place when that lookup is there and could not be read."""
    tickets: Mapping[str, TicketFacts | None] | None = field(default_factory=dict)
    """Kind of ticket to its facts, in the same way."""
    messages: Mapping[str, Mapping[str, frozenset[str]]] | None = None
    """Message to its places and the kinds each is used as, over all languages; None when no messages were read, and
    then nothing is said about them."""
    unreadable_messages: frozenset[str] = frozenset()
    """Messages that are there but could not be read: nothing more is said about them."""

    def lookup(self, name: str) -> LookupFacts | None:
        """What is known of a lookup; None when it is not there or could not be read."""
        return (self.lookups or {}).get(name)

    def ticket(self, name: str) -> TicketFacts | None:
        """What is known of a kind of ticket; None when it is not there or could not be read."""
        return (self.tickets or {}).get(name)
