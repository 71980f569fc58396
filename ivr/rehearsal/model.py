"""What a dialogue is once it has been read: the world a call comes into, and what the caller does and hears there.

Times are whole milliseconds and say so in their name; everything remembers the place it was written (`at`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dialplan.source import Span
    from ivr.rehearsal.keeping import Kind

Mood = Literal["row", "missing", "down", "wrong", "slow", "stale"]
"""How a data source answers: with a row, that there is no such thing, not at all, with nonsense, too late, with an
old figure."""
Ending = Literal["finished", "hung_up", "rescued"]
"""How a call can end: led to its end, left by the caller, brought to a person because the flow could not go on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a lookup in the simulated world."""

    mood: Mood = "row"
    row: Mapping[str, object] = field(default_factory=dict)
    """Every field the lookup gives, typed; what the dialogue left out is null, but `as_of` is "just now"."""
    after_ms: int = 0
    """How long the source takes."""


Answers: TypeAlias = "Mapping[str, tuple[Answer, ...]]"
"""Lookup to its answers, one for each time the source is asked; the last is given again and again."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a queue stands in the simulated world; None is not known."""

    waiting: int | None = None
    places: int | None = None
    agents: int | None = None
    free: int | None = None
    longest_wait_s: int | None = None
    expected_wait_s: int | None = None
    ahead: int | None = None
    """Callers ahead of this one; without it nothing is announced to him."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world one call comes into."""

    number: str
    """The number dialled."""
    caller: str = ""
    """The calling number as the trunk sends it; empty is withheld."""
    caller_name: str = ""
    clock: datetime | None = None
    """The moment of the call, aware. None: nothing in the call may ask for it."""
    answers: Answers = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What earlier calls of this number asked to be remembered: menu (`flow.step`) to key."""
    scripts: Mapping[str, bool] = field(default_factory=dict)
    """Classic scripts that end otherwise than well: name to whether they do."""
    lines: Mapping[str, Line] = field(default_factory=dict)
    """Queue to how it stands."""


@dataclass(frozen=True, slots=True)
class Expect:
    """The caller goes on listening until these messages come, one right after the other."""

    messages: tuple[str, ...]
    says: str | None = None
    """The exact sentence, in the language spoken."""
    language: str | None = None
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Hear:
    """The caller goes on listening until exactly this is said, whatever message it is."""

    sentence: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses keys, quickly, whatever is being said."""

    keys: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """The caller hears out what is being said, and then does nothing for so long."""

    ms: int
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller hears out what is being said, and speaks for so long after the tone."""

    ms: int
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The call goes to this queue."""

    queue: str
    priority: int | None = None
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Dialled:
    """This number or endpoint is called for the caller."""

    to: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Transferred:
    """The call is given away to this number or endpoint, for good."""

    to: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class ComesBack:
    """The call comes back from a queue, from being connected, or from a transfer nobody took, with this outcome."""

    outcome: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """The call is in this step now, once everything that happens by itself has happened."""

    flow: str
    step: str
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class SetClock:
    """It is this moment now; no time passes for the call by it."""

    clock: datetime
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class SetBackend:
    """The data sources answer otherwise from now on."""

    answers: Answers
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class SetLines:
    """These queues stand so from now on."""

    lines: Mapping[str, Line]
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Keeps:
    """This is kept for people once what happens by itself has happened; or nothing is kept, at this moment."""

    wanted: tuple[tuple[Kind, Mapping[str, object]], ...]
    """The facts that the last one kept of each kind must have; empty is that nothing is kept."""
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class LeaveCall:
    """The caller hangs up."""

    at: Span | None = None


Act = (
    Expect
    | Hear
    | Press
    | Wait
    | Speak
    | Queued
    | Dialled
    | Transferred
    | ComesBack
    | Stands
    | SetClock
    | SetBackend
    | SetLines
    | Keeps
    | LeaveCall
)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One call as it should go."""

    name: str
    at: Span
    surroundings: Surroundings
    talk: tuple[Act, ...]
    never: tuple[str, ...] = ()
    """Messages the caller must not hear in it."""
    ends: Ending | None = None
    """How the call ends after the talk; None leaves that open."""
    follows: Dialogue | None = None
    """An earlier call of the same caller, whose choices are remembered in this one."""
