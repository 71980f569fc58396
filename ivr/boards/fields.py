"""What a board's file may name, and one mapping of it read key by key; a mistake is noted, never raised."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.flow import units
from ivr.flow.fields import described
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as Table

    from dialplan.source import Span
    from ivr.flow.yaml_reader import Node

_FEW = 8
"""Names that are listed when none of them is near."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the hotline has. What could not be read is None, and then nothing is said about it."""

    queues: frozenset[str] | None = None
    agents: Table[str, str] | None = None
    """Number to name."""
    languages: tuple[str, ...] | None = None


@dataclass(slots=True)
class Notes:
    """Filled while a file is read."""

    names: Names
    file: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    codes: Table[str, str] = field(default_factory=dict)
    """Another file's code in the place of one of boards, for the mistakes both can have."""

    def error(
        self, code: str, at: Span | None, message: str, expected: str | None = None, hint: str | None = None
    ) -> None:
        """Note a mistake."""
        code = self.codes.get(code, code)
        self.diagnostics.append(Diagnostic(code, "error", at, message, expected=expected, hint=hint, file=self.file))

    def wrong(self, node: Node, expected: str, code: str = "B003") -> None:
        """Note that a value is not of the kind that is needed."""
        self.error(code, node.span, f"found {described(node)}", expected)

    def unknown(self, code: str, at: Span, kind: str, name: str, names: Collection[str]) -> None:
        """Note a name that nothing has."""
        hint = did_you_mean(name, names)
        expected = None if hint or len(names) > _FEW else f"one of {', '.join(names)}"
        self.error(code, at, f"unknown {kind} '{name}'", expected, hint)

    def text(self, node: Node, expected: str) -> str | None:
        """A text; a number counts as the text it was written as."""
        empty = isinstance(node, Scalar) and node.value is None and not node.quoted
        if isinstance(node, Scalar) and node.text.strip() and not empty and not isinstance(node.value, bool):
            return node.text
        self.wrong(node, expected)
        return None

    def whole(self, node: Node, low: int, high: int, default: int) -> int:
        """A whole number within bounds."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.wrong(node, f"a whole number from {low} to {high}")
        return default

    def truth(self, node: Node) -> bool:
        """True or false."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(node, "true or false")
        return False

    def number(self, node: Node, expected: str, code: str) -> float | None:
        """A number of either kind."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return float(value)
        self.wrong(node, expected, code)
        return None

    def seconds(self, node: Node, low_ms: int, high_ms: int, code: str = "B003") -> float | None:
        """A duration, in seconds."""
        text = node.text if isinstance(node, Scalar) else ""
        ms = units.duration_ms(text)
        if ms is not None and low_ms <= ms <= high_ms:
            return ms / 1000
        bounds = f"from {units.duration_text(low_ms)} to {units.duration_text(high_ms)}"
        meant = units.meant_duration(text) if ms is None else None
        expected = bounds if ms is not None else f"{units.DURATION_FORM}; {bounds}"
        self.error(code, node.span, f"found {described(node)}", expected, f"did you mean {meant}?" if meant else None)
        return None

    def choice(self, node: Node, words: Collection[str], kind: str, code: str = "B003") -> str | None:
        """One of some words."""
        text = node.text if isinstance(node, Scalar) else ""
        if text in words:
            return text
        if text:
            self.unknown(code, node.span, kind, text, words)
        else:
            self.wrong(node, f"one of {', '.join(words)}", code)
        return None

    def items(self, node: Node, expected: str) -> tuple[Node, ...]:
        """What is in a list."""
        if isinstance(node, Sequence):
            return node.items
        self.wrong(node, expected)
        return ()

    def words(self, node: Node) -> dict[str, str]:
        """A text per language; one text alone is the same in each."""
        languages = self.names.languages
        if not isinstance(node, Mapping):
            text = self.text(node, "a text, or one per language: {zh-CN: 大厅, en: Floor}")
            return dict.fromkeys(languages or ("",), text) if text else {}
        found: dict[str, str] = {}
        for entry in node.entries:
            language, text = entry.key.text, self.text(entry.value, "a text")
            if languages is not None and language not in languages:
                self.unknown("B012", entry.key.span, "language", language, languages)
            elif text:
                found[language] = text
        return found


class Slots:
    """Reads one mapping. Call `finish` at the end: it notes the keys nobody asked for."""

    def __init__(self, mapping: Mapping, notes: Notes, owner: str) -> None:
        self.notes = notes
        self.span = mapping.span
        self._mapping = mapping
        self._owner = owner
        self._asked: dict[str, None] = {}

    def node(self, key: str) -> Node | None:
        """The value under a key, or None."""
        self._asked[key] = None
        entry = self._mapping.find(key)
        return entry.value if entry else None

    def at(self, key: str) -> Span:
        """Where a key stands; the whole mapping where it is not written."""
        entry = self._mapping.find(key)
        return entry.key.span if entry else self.span

    def written(self) -> tuple[str, ...]:
        """The keys there are, each once."""
        return tuple(dict.fromkeys(entry.key.text for entry in self._mapping.entries))

    def finish(self) -> None:
        """Note every key that nothing was read from."""
        for entry in self._mapping.entries:
            name = entry.key.text
            if name not in self._asked:
                hint = did_you_mean(name, self._asked)
                expected = None if hint else f"one of {', '.join(self._asked)}"
                self.notes.error("B001", entry.key.span, f"{self._owner} has no '{name}'", expected, hint)
