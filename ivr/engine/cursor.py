"""Where a call stands in its flows: everything the engine must know to go on, and nothing else.

A cursor is data. It lives in memory during a segment and, sealed, in the call's own channel variables between two
segments; no process holds it, so any process may go on with the call. Sensitive values never outlive a segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from dialplan.made_quickly import made_quickly
from ivr.engine.inputs import CallFacts
from ivr.engine.standing import Frame, Kept, Standing, Waiting
from ivr.engine.values import from_plain, to_plain

__all__ = ["FORMAT", "Cursor", "Frame", "Waiting", "read", "write"]

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 2
"""Version of the plain form below; a cursor written in another one is not read."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Cursor:
    """Where one call stands: `Cursor.of` makes one of all its parts, `but` one with other parts."""

    kept: Kept
    at: Standing
    counts: dict[str, int]
    """How many steps of a flow the call has entered, and how often it has entered each step (`flow.step`); both in one
    mapping, for there is no `.` in the name of a flow. Never changed: a turn makes a new one."""
    traces: int
    """How many traces this call has left."""
    since_s: float
    """When the present step was entered, in seconds of the Unix epoch; 0 where none was yet."""

    @classmethod
    def of(
        cls,
        version: str,
        stack: tuple[Frame, ...],
        language: str,
        facts: CallFacts,
        *,
        waiting: Waiting = Waiting.START,
        segment: int = 1,
        typed_ahead: str = "",
        steps_taken: Mapping[str, int] | None = None,
        visits: Mapping[str, int] | None = None,
        waited: Mapping[str, int] | None = None,
        reached: frozenset[str] = frozenset(),
        traces: int = 0,
        began_ms: int = 0,
        since_ms: int = 0,
    ) -> Cursor:
        """A cursor of these parts; each is told of at the property of its name.

        Raises:
            ValueError: the stack is empty.
        """
        if not stack:
            raise ValueError("cursor without a flow")
        *below, top = stack
        return cls(
            Kept(
                version,
                facts,
                tuple(below),
                top.variables,
                top.sensitive,
                segment,
                waited or {},
                reached,
                began_ms,
            ),
            Standing(top.flow, top.step, language, waiting, top.silent, top.wrong, top.answers, typed_ahead),
            {**(steps_taken or {}), **(visits or {})},
            traces,
            since_ms / 1000,
        )

    @property
    def version(self) -> str:
        """The flow set this call began on, and ends on."""
        return self.kept.version

    @property
    def stack(self) -> tuple[Frame, ...]:
        """The outermost flow first; never empty."""
        return (*self.kept.below, self.top)

    @property
    def language(self) -> str:
        """BCP 47 tag of the language spoken now."""
        return self.at.language

    @property
    def facts(self) -> CallFacts:
        """What is known of the call."""
        return self.kept.facts

    @property
    def waiting(self) -> Waiting:
        """What the call waits for."""
        return self.at.waiting

    @property
    def segment(self) -> int:
        """Which visit of the service this is, counted from 1; each return from a queue or dial begins the next."""
        return self.kept.segment

    @property
    def typed_ahead(self) -> str:
        """Keys pressed during messages and not yet used by a question."""
        return self.at.typed_ahead

    @property
    def steps_taken(self) -> Mapping[str, int]:
        """Flow to how many of its steps this call has entered: the bound on all its loops together."""
        return {name: count for name, count in self.counts.items() if "." not in name}

    @property
    def visits(self) -> Mapping[str, int]:
        """Step (`flow.step`) to how often this call has entered it: the bound on each loop."""
        return {name: count for name, count in self.counts.items() if "." in name}

    @property
    def waited(self) -> Mapping[str, int]:
        """Queue to when this call was first handed to it, in milliseconds of the Unix epoch: the place to be kept."""
        return self.kept.waited

    @property
    def reached(self) -> frozenset[str]:
        """Remembering menus (`flow.step`) this call has come to: the second time they are asked."""
        return self.kept.reached

    @property
    def began_ms(self) -> int:
        """When the call began, in milliseconds of the Unix epoch."""
        return self.kept.began_ms

    @property
    def since_ms(self) -> int:
        """When the present step was entered, in milliseconds of the Unix epoch."""
        return round(self.since_s * 1000)

    @property
    def top(self) -> Frame:
        """The flow in progress."""
        at, kept = self.at, self.kept
        return Frame(at.flow, at.step, kept.variables, kept.sensitive, at.silent, at.wrong, at.answers)

    @property
    def place(self) -> str:
        """The step the call is in, as `flow.step`."""
        return f"{self.at.flow}.{self.at.step}"

    def but(self, **parts: Any) -> Cursor:
        """The same cursor with other parts, named as in `of`."""
        return Cursor.of(**{name: getattr(self, name) for name in _PARTS} | parts)

    def with_top(self, frame: Frame) -> Cursor:
        """The same cursor with another frame on top."""
        return self.but(stack=(*self.kept.below, frame))

    def without_secrets(self) -> Cursor:
        """The same cursor as it may leave the segment: no sensitive value, no key that nobody has asked for yet."""
        return self.but(stack=tuple(frame.without_secrets() for frame in self.stack), typed_ahead="")


_PARTS: Final = (
    "version",
    "stack",
    "language",
    "facts",
    "waiting",
    "segment",
    "typed_ahead",
    "steps_taken",
    "visits",
    "waited",
    "reached",
    "traces",
    "began_ms",
    "since_ms",
)
"""What `Cursor.of` takes."""


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
    return Cursor.of(
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
