"""What is noted while a file is read: its mistakes, and every name it mentions that must exist somewhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dialplan.diagnostics import Diagnostic

if TYPE_CHECKING:
    from dialplan.source import Span

Kind = Literal["step", "flow", "queue", "lookup", "schedule", "message", "script", "box", "language", "ticket"]
"""What a mentioned name is a name of."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in a flow that stands for something defined elsewhere."""

    kind: Kind
    name: str
    flow: str
    step: str
    """The step that mentions it; empty in the head of the flow."""
    at: Span


@dataclass(slots=True)
class Notes:
    """Filled while one flow is read; `flow` and `step` tell where the reader stands."""

    flow: str = ""
    step: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    def error(self, code: str, at: Span, message: str, expected: str | None = None, hint: str | None = None) -> None:
        """Note a mistake."""
        self.diagnostics.append(Diagnostic(code, "error", at, message, expected=expected, hint=hint))

    def mention(self, kind: Kind, name: str, at: Span) -> None:
        """Note a name that must exist."""
        self.mentions.append(Mention(kind, name, self.flow, self.step, at))
