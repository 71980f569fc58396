"""What is known around the dialogues of a hotline, and one mapping of their files read key by key.

Nothing is raised for a mistake: each becomes a diagnostic (codes T…, `ivr.rehearsal.codes`) at its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.flow import units
from ivr.flow.fields import described
from ivr.flow.yaml_reader import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from collections.abc import Mapping as Table
    from datetime import tzinfo

    from dialplan.source import Span
    from ivr.flow.known import TicketFacts
    from ivr.flow.yaml_reader import Node
    from ivr.rehearsal.backend import Question

MOMENT_FORM = 'a moment: "2026-11-20 10:00"'
_FEW = 8
"""Names that are listed when none of them is near."""


@dataclass(frozen=True, slots=True)
class Names:
    """Everything a dialogue may name. What could not be read is None, and then nothing is said about it."""

    messages: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    steps: frozenset[str] | None = None
    """As `flow.step`."""
    scripts: frozenset[str] | None = None
    numbers: tuple[str, ...] | None = None
    """The first is dialled where a dialogue does not say."""
    languages: tuple[str, ...] | None = None
    questions: Table[str, Question | None] | None = None
    """A lookup that could not be read is None."""
    boxes: frozenset[str] | None = None
    tickets: Table[str, TicketFacts | None] | None = None
    """A kind that could not be read is None."""
    surveyed: Table[str, str] | None = None
    """Question of a survey to the figures that answer it."""
    zone: tzinfo = UTC
    """The hotline's: what clocks in dialogues show."""
    unread_flows: frozenset[str] = frozenset()
    """Flows that could not be read whole: their steps may be there."""


@dataclass(slots=True)
class Notes:
    """Filled while files are read."""

    names: Names
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(
        self, code: str, at: Span | None, message: str, expected: str | None = None, hint: str | None = None
    ) -> None:
        """Note a mistake."""
        self.diagnostics.append(Diagnostic(code, "error", at, message, expected=expected, hint=hint))

    def wrong(self, node: Node, expected: str, code: str = "T003") -> None:
        """Note that a value is not of the kind that is needed."""
        self.error(code, node.span, f"found {described(node)}", expected)

    def unknown(self, code: str, at: Span, kind: str, name: str, names: Collection[str]) -> None:
        """Note a name that nothing has."""
        hint = did_you_mean(name, sorted(names))
        few = f"one of {', '.join(sorted(names))}" if 0 < len(names) <= _FEW else None
        self.error(code, at, f"unknown {kind} '{name}'", None if hint else few, hint)

    def must_exist(self, code: str, node: Node, kind: str, name: str, names: Collection[str] | None) -> str:
        """A name, noted when nothing has it."""
        if names is not None and name not in names:
            self.unknown(code, node.span, kind, name, names)
        return name

    def step_must_exist(self, node: Node, name: str) -> None:
        """A step, noted when its flow was read and has none of this name."""
        if name.partition(".")[0] not in self.names.unread_flows:
            self.must_exist("T007", node, "step", name, self.names.steps)

    # -- single values ------------------------------------------------------------------------------------------------

    def text(self, node: Node, expected: str) -> str | None:
        """A text; numbers count as the text they were written as."""
        empty = isinstance(node, Scalar) and node.value is None and not node.quoted
        if isinstance(node, Scalar) and node.text and not empty and not isinstance(node.value, bool):
            return node.text
        self.wrong(node, expected)
        return None

    def duration(self, node: Node) -> int:
        """Milliseconds."""
        text = node.text if isinstance(node, Scalar) else ""
        ms = units.duration_ms(text)
        if ms is None:
            meant = units.meant_duration(text)
            hint = f"did you mean {meant}?" if meant else None
            self.error("T012", node.span, f"found {described(node)}", units.DURATION_FORM, hint)
        return ms or 0

    def moment(self, node: Node) -> datetime | None:
        """A moment by the hotline's clocks."""
        try:
            if isinstance(node, Scalar) and " " in node.text:
                found = datetime.fromisoformat(node.text)
                return found if found.tzinfo else found.replace(tzinfo=self.names.zone)
        except ValueError:
            pass  # told below, with everything else that is no moment
        self.wrong(node, MOMENT_FORM, "T012")
        return None


class Slots:
    """Reads one mapping. Call `finish` at the end: it notes the keys nobody asked for."""

    def __init__(self, mapping: Mapping, notes: Notes, owner: str, at: Span | None = None) -> None:
        self.at = at or mapping.span
        self.notes = notes
        self._mapping = mapping
        self._owner = owner
        self._asked: dict[str, None] = {}

    def node(self, key: str) -> Node | None:
        """The value under a key, or None."""
        self._asked[key] = None
        entry = self._mapping.find(key)
        return entry.value if entry else None

    def finish(self, known: Iterable[str] = ()) -> None:
        """Note every key that nothing was read from; `known` are words that would have been right as well."""
        names = [*self._asked, *(name for name in known if name not in self._asked)]
        for entry in self._mapping.entries:
            name = entry.key.text
            if name not in self._asked:
                hint = did_you_mean(name, names)
                expected = None if hint else f"one of {', '.join(names)}"
                self.notes.error("T001", entry.key.span, f"{self._owner} has no '{name}'", expected, hint)
