"""Where a call stands in its flows: everything the engine must know to go on, and nothing else.

A cursor is data. It lives in memory during a segment and, sealed, in the call's own channel variables between two
segments; no process holds it, so any process may go on with the call. Sensitive values never outlive a segment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

from dialplan.made_quickly import made_quickly
from ivr.engine.inputs import CallFacts
from ivr.engine.values import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 2
"""Version of the plain form below; a cursor written in another one is not read."""


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
class Cursor:
    """Where one call stands."""

    version: str
    """The flow set this call began on, and ends on."""
    stack: tuple[Frame, ...]
    """The outermost flow first; never empty."""
    language: str
    """BCP 47 tag of the language spoken now."""
    facts: CallFacts
    waiting: Waiting = Waiting.START
    segment: int = 1
    """Which visit of the service this is, counted from 1; each return from a queue or dial begins the next."""
    typed_ahead: str = ""
    """Keys pressed during messages and not yet used by a question."""
    steps_taken: Mapping[str, int] = field(default_factory=dict)
    """Flow to how many of its steps this call has entered: the bound on all its loops together."""
    visits: Mapping[str, int] = field(default_factory=dict)
    """Step (`flow.step`) to how often this call has entered it: the bound on each loop."""
    waited: Mapping[str, int] = field(default_factory=dict)
    """Queue to when this call was first handed to it, in milliseconds of the Unix epoch: the place to be kept."""
    reached: frozenset[str] = frozenset()
    """Remembering menus (`flow.step`) this call has come to: the second time they are asked."""
    traces: int = 0
    """How many traces this call has left."""
    began_ms: int = 0
    """When the call began, in milliseconds of the Unix epoch."""
    since_ms: int = 0
    """When the present step was entered, in milliseconds of the Unix epoch."""

    @property
    def top(self) -> Frame:
        """The flow in progress."""
        return self.stack[-1]

    @property
    def place(self) -> str:
        """The step the call is in, as `flow.step`."""
        return f"{self.top.flow}.{self.top.step}"

    def with_top(self, frame: Frame) -> Cursor:
        """The same cursor with another frame on top."""
        return replace(self, stack=(*self.stack[:-1], frame))

    def without_secrets(self) -> Cursor:
        """The same cursor as it may leave the segment: no sensitive value, no key that nobody has asked for yet."""
        return replace(self, stack=tuple(frame.without_secrets() for frame in self.stack), typed_ahead="")


def write(cursor: Cursor) -> dict[str, object]:
    """The cursor as plain JSON data, short names, without its secrets.

    Raises:
        TypeError: a variable holds what no flow may hold.
    """
    kept = cursor.without_secrets()
    facts = kept.facts
    return {
        "f": FORMAT,
        "v": kept.version,
        "s": [_write_frame(frame) for frame in kept.stack],
        "l": kept.language,
        "c": [facts.number, facts.caller, facts.caller_name, facts.uniqueid, facts.linkedid, dict(facts.remembered)],
        "w": kept.waiting.value,
        "g": kept.segment,
        "n": dict(kept.steps_taken),
        "k": dict(kept.visits),
        "q": dict(kept.waited),
        "r": sorted(kept.reached),
        "t": kept.traces,
        "b": kept.began_ms,
        "m": kept.since_ms,
    }


def read(plain: Mapping[str, object]) -> Cursor:
    """The cursor that `write` wrote.

    Raises:
        ValueError: this is not a cursor of this format.
    """
    if plain.get("f") != FORMAT:
        raise ValueError(f"cursor format {plain.get('f')!r}, expected {FORMAT}")
    try:
        return _read(plain)
    except (KeyError, TypeError, IndexError, AttributeError) as broken:
        raise ValueError("cursor with a part missing or of the wrong kind") from broken


def _write_frame(frame: Frame) -> list[object]:
    return [
        frame.flow,
        frame.step,
        {name: to_plain(value) for name, value in frame.variables.items()},
        sorted(frame.sensitive),
        frame.silent,
        frame.wrong,
    ]


def _read_frame(plain: list[object]) -> Frame:
    flow, step, variables, sensitive, silent, wrong = plain
    return Frame(
        flow=str(flow),
        step=str(step),
        variables={str(name): from_plain(value) for name, value in cast("dict[str, object]", variables).items()},
        sensitive=frozenset(map(str, cast("list[object]", sensitive))),
        silent=int(cast("int", silent)),
        wrong=int(cast("int", wrong)),
    )


def _read(plain: Mapping[str, object]) -> Cursor:
    *texts, remembered = cast("list[object]", plain["c"])
    number, caller, caller_name, uniqueid, linkedid = map(str, texts)
    choices = {str(place): str(key) for place, key in cast("dict[str, object]", remembered).items()}
    stack = tuple(_read_frame(frame) for frame in cast("list[list[object]]", plain["s"]))
    if not stack:
        raise ValueError("cursor without a flow")
    return Cursor(
        version=str(plain["v"]),
        stack=stack,
        language=str(plain["l"]),
        facts=CallFacts(number, caller, caller_name, uniqueid, linkedid, choices),
        waiting=Waiting(str(plain["w"])),
        segment=int(cast("int", plain["g"])),
        steps_taken={str(flow): int(count) for flow, count in cast("dict[str, int]", plain["n"]).items()},
        visits={str(place): int(count) for place, count in cast("dict[str, int]", plain["k"]).items()},
        waited={str(queue): int(since) for queue, since in cast("dict[str, int]", plain["q"]).items()},
        reached=frozenset(map(str, cast("list[object]", plain["r"]))),
        traces=int(cast("int", plain["t"])),
        began_ms=int(cast("int", plain["b"])),
        since_ms=int(cast("int", plain["m"])),
    )
