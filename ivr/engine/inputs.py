"""What a call tells the engine: the only things that can happen to a flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call when it begins. `call.<field>` in expressions."""

    number: str
    """The number dialled (DNIS)."""
    caller: str
    """The calling number (ANI) in E.164 without `+` where it could be normalised; empty when withheld (then
    `call.caller` is null)."""
    caller_name: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What earlier calls of this number asked to be remembered: menu step (`flow.step`) to the key chosen."""


@dataclass(frozen=True, slots=True)
class Started:
    """The call has been answered and stands at the start of its flow."""

    facts: CallFacts


@dataclass(frozen=True, slots=True)
class Spoken:
    """A `Say` ended; `key` is the key that interrupted it, or None."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """An `Ask` ended with these keys (terminator removed)."""

    keys: str
    ended: Literal["length", "terminator", "timeout"] = "length"


@dataclass(frozen=True, slots=True)
class Silence:
    """An `Ask` ended without a key."""


@dataclass(frozen=True, slots=True)
class Found:
    """A lookup answered. `row` is None when the source says there is no such thing."""

    row: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class LookupLate:
    """The lookup's own deadline passed."""


@dataclass(frozen=True, slots=True)
class LookupFailed:
    """The lookup failed, or its answer was older than allowed."""

    reason: str
    """For the trace: `refused`, `stale`, `circuit_open`, `bad_answer`, …; never data."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The answer to `AskHours`."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class QueueTold:
    """The answer to `AskQueue`; what could not be known is None, and never guessed."""

    waiting: int | None = None
    """Callers in the line now."""
    places: int | None = None
    """Callers who may still enter; None where the queue has no bound, too."""
    agents: int | None = None
    """Agents signed on."""
    free: int | None = None
    """Of these, those who could take a call at this moment."""
    longest_wait: int | None = None
    """Seconds the caller waits who has waited longest; 0 when nobody waits."""
    expected_wait: int | None = None
    """Seconds within which most callers were answered of late (`ami_bridge.domain.waits`)."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The call came back from a segment outside (queue, dial, transfer): the outcome in the flow's words."""

    outcome: str
    key: str = ""
    """With `left_by_key`: which key."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something was recorded."""

    seconds: float
    recording: str = ""
    """Which recording it is, of a `record` step; empty when there is nothing to be heard on it."""
    gone: bool = False
    """Whether the caller hung up after speaking."""


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """A classic script ended; not ok when it failed or was not there."""

    ok: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone."""


Input = (
    Started
    | Spoken
    | Keys
    | Silence
    | Found
    | LookupLate
    | LookupFailed
    | Schedule
    | QueueTold
    | Returned
    | Recorded
    | ScriptEnded
    | HungUp
)
