"""One difference between two versions of a hotline, and the table of every kind there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.source import Span
    from ivr.compare.facts import Thing

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "flow added": "a file of `flows/` is new",
        "flow removed": "one is gone",
        "flow renamed": "the same steps stand under another name",
        "flow start": "a flow begins with another step",
        "flow takes": "it takes other values",
        "flow bound": "its `longest_steps` is another",
        "step added": "a step is new",
        "step removed": "a step is gone",
        "step renamed": "the same step has another name",
        "step moved": "the same step stands in another flow",
        "step verb": "a step does something else",
        "step field": "something a step says or asks is another: its message, queue, time, tries, values",
        "way to": "a way goes to another step: a key, `no_input`, `on_error`, `then`, …",
        "way sets": "it sets other variables",
        "way added": "a way is new",
        "way removed": "a way is gone",
        "way key": "the same way is on another key",
        "way order": "conditions are asked in another order",
        "message added": "a sentence is new",
        "message removed": "a sentence is gone",
        "message renamed": "the same words have another name",
        "message words": "a sentence says something else, by language",
        "message recording": "a recording of it is new, gone or another",
        "number added": "a dialled number is new",
        "number removed": "one is gone",
        "number flow": "one leads to another flow",
        "setting added": "a queue, agent, schedule, lookup, … is new",
        "setting removed": "one is gone",
        "setting renamed": "the same one has another name",
        "setting changed": "something in it, or a setting that stands alone, is another",
        "default changed": "what steps inherit is another",
        "script added": "a classic script, or a file it imports or reads, is new",
        "script removed": "one is gone",
        "script changed": "one does something else",
    }
)
"""Kind of a change to what it means."""

EVERYTHING: Final = ("everything", "")
"""What every call meets."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: str
    """One of `KINDS`."""
    section: str
    """Where it is told: `flow main`, `messages`, `numbers`, `queues`, …"""
    words: str
    """The whole of it in one line."""
    old: str | None = None
    new: str | None = None
    details: tuple[str, ...] = ()
    """More lines: the old and the new sentence, the steps that inherit a default."""
    at: Span | None = None
    """Its place in the new version; of what is gone, its place in the old one."""
    touches: frozenset[Thing] = frozenset()
    """What callers meet differently by it; nothing for a mere name."""
    says: frozenset[str] = frozenset()
    """Messages that are said in another place by it, themselves unchanged."""

    def __post_init__(self) -> None:
        """A kind that is not in the table is a mistake of ours."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of change: {self.kind}")

    @property
    def sign(self) -> str:
        """`+` new, `-` gone, `=` the same elsewhere, `~` another."""
        word = self.kind.partition(" ")[2]
        return {"added": "+", "removed": "-", "renamed": "=", "moved": "=", "key": "="}.get(word, "~")


@dataclass(frozen=True, slots=True)
class Names:
    """What has another name in the new version: kind of thing to old name to new name; steps as `flow.step`."""

    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def new(self, kind: str, name: str) -> str:
        """The name in the new version."""
        return self.of.get(kind, {}).get(name, name)
