"""The parts a cursor is made of: the frames, what a step on the way leaves alone, and where the call stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from dialplan.made_quickly import made_quickly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.inputs import CallFacts


class Waiting(StrEnum):
    """What a call waits for: decides which inputs fit (`ivr.engine.machine.FITS`)."""

    START = "start"
    SPEECH = "speech"
    KEYS = "keys"
    LOOKUP = "lookup"
    SCHEDULE = "schedule"
    QUEUE = "queue"
    RETURN = "return"
    RECORDING = "recording"
    SCRIPT = "script"
    NOTHING = "nothing"
    """The engine is done with this call."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Frame:
    """One flow in progress; subflows stand on the frame that called them."""

    flow: str
    step: str
    """The step the call is in; in a frame below the top, the `subflow` step that is being run."""
    variables: Mapping[str, object] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    """Names of variables whose values must not leave this segment, be said or be written anywhere."""
    silent: int = 0
    """How often this step's question was met by silence since the step was entered."""
    wrong: int = 0
    """How often it was answered by something not on offer since the step was entered."""
    answers: tuple[int, ...] = ()
    """What a survey has been answered since the step was entered. No survey lasts longer than its segment."""

    def without_secrets(self) -> Frame:
        """The same frame with every sensitive variable null."""
        return replace(
            self,
            variables={name: None if name in self.sensitive else value for name, value in self.variables.items()},
        )


@made_quickly
@dataclass(frozen=True, slots=True)
class Kept:
    """What a turn that comes of the place alone leaves as it is (`ivr.engine.trodden`): one object for all of them."""

    version: str
    facts: CallFacts
    below: tuple[Frame, ...]
    """The frames under the flow in progress, the outermost first."""
    variables: Mapping[str, object]
    """Of the flow in progress, as in `Frame`."""
    sensitive: frozenset[str]
    segment: int
    waited: Mapping[str, int]
    reached: frozenset[str]
    began_ms: int


Place: TypeAlias = tuple[str, str, str, Waiting, int, int]


@made_quickly
@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call stands, whoever calls; and which turns were made from here before."""

    flow: str
    step: str
    language: str
    waiting: Waiting
    silent: int
    wrong: int
    answers: tuple[int, ...] = ()
    """These six as in `Frame` and `Cursor`."""
    typed_ahead: str = ""
    turns: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """By what was heard; filled where the standing is one of the flows' own (`ivr.engine.trodden.remember`)."""
    home: object = field(default=None, compare=False, repr=False)
    """The memory of flows it belongs to (`FlowSet.trodden`); None for one that was made for a single cursor."""

    @property
    def place(self) -> Place:
        """What tells it from every other one that no caller has typed or answered anything at."""
        return (self.flow, self.step, self.language, self.waiting, self.silent, self.wrong)
