"""What the engine wants done. Each step of the engine yields effects; the last one, and only it, waits for an input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialplan.made_quickly import made_quickly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.flow.model import Announce


TURNED_AWAY: Final = "(closed)"
"""The step of a caller of a closed number, in the place of his flow's first; no step of a flow can be called so."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Utterance:
    """One message with the values of its places, to be spoken in `language`."""

    message: str
    args: Mapping[str, object]
    language: str


@made_quickly
@dataclass(frozen=True, slots=True)
class Say:
    """Speak. Answered by `Spoken`."""

    utterances: tuple[Utterance, ...]
    interruptible: bool


@made_quickly
@dataclass(frozen=True, slots=True)
class Ask:
    """Speak and take keys; any key interrupts the speech. Answered by `Keys` or `Silence`."""

    utterances: tuple[Utterance, ...]
    max_keys: int
    """Where the entry ends by itself."""
    first_key_ms: int
    next_key_ms: int
    terminator: str
    """`#` ends the entry and is not part of it; empty takes every key as it is."""
    sensitive: bool
    typed_ahead: str = ""
    """Keys already given while something else was spoken: they come first, and the speech is left out."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask a data source. Answered by `Found`, `LookupLate` or `LookupFailed`."""

    lookup: str
    args: Mapping[str, object]
    timeout_ms: int
    max_age_ms: int
    meanwhile: Utterance | None


@dataclass(frozen=True, slots=True)
class AskHours:
    """Whether this schedule is open now. Answered by `Schedule`; calendars are data the engine does not hold."""

    schedule: str


@dataclass(frozen=True, slots=True)
class AskQueue:
    """How this queue stands now. Answered by `QueueTold`."""

    queue: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Hand the call to a queue. The segment ends; the call comes back with `Returned`."""

    queue: str
    priority: int
    longest_ms: int
    exit_keys: str = ""
    """Keys that lead out of the line, one after the other: `19`."""
    announce: Announce | None = None
    """What the caller is told of the line while he waits."""


@dataclass(frozen=True, slots=True)
class DialOut:
    """Connect the call to a number. The segment ends; the call comes back with `Returned`."""

    to: str
    ring_ms: int


@dataclass(frozen=True, slots=True)
class TransferOut:
    """Connect the call to a number for good. The segment ends; the call comes back with `Returned` if that failed."""

    to: str
    ring_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller. Answered by `Recorded`, or `HungUp` with what was said kept."""

    box: str | None
    """The voicemail box it is for; None when a later step may refer to it."""
    utterance: Utterance
    longest_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class RunScript:
    """Run a classic AGI script. Answered by `ScriptEnded`."""

    script: str
    args: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep for this calling number that at menu `step` (`flow.step`) `key` was chosen. Waits for nothing."""

    step: str
    key: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Keep what a survey has come to, in the place of what was kept of it before. Waits for nothing."""

    step: str
    """The step (`flow.step`) that asked."""
    survey: str
    answers: tuple[tuple[str, int | None], ...]
    """Question and answer, in the order asked; None where there is none (yet)."""
    visit: int
    """Which coming of this call to the step it is, from 1: with it, the same survey is the same row."""
    asked_ms: int
    """When the first question was asked, in milliseconds of the Unix epoch."""


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """Keep that the caller is to be called back; one for each queue of a call. Waits for nothing."""

    step: str
    queue: str
    number: str = field(repr=False)
    reason: str
    entered_ms: int
    """When the caller first entered that queue in this call, or else began it, in milliseconds of the Unix epoch."""
    not_before_ms: int | None
    """Milliseconds from now."""
    not_after_ms: int | None


@dataclass(frozen=True, slots=True)
class TicketOpened:
    """Keep a ticket. Waits for nothing."""

    step: str
    kind: str
    colour: str | None
    """None is the usual one of its kind."""
    fields: Mapping[str, object] = field(repr=False)
    recording: str | None
    visit: int
    """As in `Surveyed`."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Leaving:
    """What a line of the journey says of a step and the way it was left by: the same whoever calls, and whenever."""

    flow: str
    step: str
    verb: str
    outcome: str
    """Which way was taken, in the flow's words: `key 1`, `no input`, `late`, `open`, `answered`, …"""
    to: str
    """The step gone to."""
    detail: Mapping[str, str]
    way: int = field(default=0, compare=False)
    """Which of the ways of the step's `then` was taken, counted from 1; 0 where it has none."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the call's journey. Waits for nothing; never holds a sensitive value or a caller's digits."""

    left: Leaving
    ordinal: int = field(default=0, compare=False)
    """Which trace of the call this is, counted from 1 over all its segments."""
    segment: int = field(default=1, compare=False)
    """The segment of the call it was left in, counted from 1."""
    took_s: float = field(default=0.0, compare=False)
    """Seconds since the step was entered; below 0 where the clock was set back."""

    @property
    def took_ms(self) -> int:
        """Milliseconds since the step was entered; 0 where the clock was set back."""
        return max(0, round(self.took_s * 1000))

    @property
    def flow(self) -> str:
        """As in `Leaving`."""
        return self.left.flow

    @property
    def step(self) -> str:
        """As in `Leaving`."""
        return self.left.step

    @property
    def verb(self) -> str:
        """As in `Leaving`."""
        return self.left.verb

    @property
    def outcome(self) -> str:
        """As in `Leaving`."""
        return self.left.outcome

    @property
    def to(self) -> str:
        """As in `Leaving`."""
        return self.left.to

    @property
    def detail(self) -> Mapping[str, str]:
        """As in `Leaving`."""
        return self.left.detail

    @property
    def way(self) -> int:
        """As in `Leaving`."""
        return self.left.way


@dataclass(frozen=True, slots=True)
class Rescue:
    """The flow has run out of its bounds or met a defect: bring the caller to a person. The engine is done."""

    reason: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. The engine is done."""


Note = Surveyed | CallbackAsked | TicketOpened
"""What is kept for people."""
Effect = (
    Say
    | Ask
    | LookUp
    | AskHours
    | AskQueue
    | Enqueue
    | DialOut
    | TransferOut
    | Record
    | RunScript
    | Remember
    | Note
    | Trace
    | Rescue
    | HangUp
)
