"""A dialogue between a caller and a flow, written and read like a play.

    assert (
        PlayScript(flows, "main", facts)
        << Heard("choose-language")
        >> Keys("1")
        << Remember("main.language", "1")
        << Heard("main-menu")
        >> HungUp()
        << HangUp()
    )

`>>` is what the world does (an input), `<<` what the engine must answer (an effect, a class of effects, or `Heard`).
The play begins by itself with `Started`. A mismatch shows both sides; a play that nobody asserted says so. Lines of
the journey (`Trace`) are left out unless the play asks for them (`traces=True`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from ivr.engine.effects import Ask, Effect, Record, Say, Trace
from ivr.engine.inputs import Started
from ivr.engine.machine import Move, begin, step

if TYPE_CHECKING:
    from ivr.engine.cursor import Cursor
    from ivr.engine.inputs import CallFacts, Input
    from ivr.flow.model import FlowSet

NOON: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When plays take place where nothing else is said: a Friday."""

COLUMN: Final = 60
"""Characters of the left side of a mismatch."""


@dataclass(frozen=True, slots=True, init=False)
class Heard:
    """Expects these messages, spoken one after the other by one effect, whatever else it says."""

    messages: tuple[str, ...]

    def __init__(self, *messages: str) -> None:
        object.__setattr__(self, "messages", messages)

    def agrees(self, effect: Effect) -> bool:
        """Whether this effect speaks these messages."""
        match effect:
            case Say(utterances=said) | Ask(utterances=said):
                return tuple(utterance.message for utterance in said) == self.messages
            case Record(utterance=said_once):
                return (said_once.message,) == self.messages
            case _:
                return False


Expected: TypeAlias = "Effect | type[Effect] | Heard"


class PlayScript:
    """A play of one call; see the module."""

    def __init__(
        self, flows: FlowSet, flow_name: str, facts: CallFacts, *, now: datetime = NOON, traces: bool = False
    ) -> None:
        self._played = False
        self._flows = flows
        self._now = now
        self._traces = traces
        self._scenes: list[tuple[Input, list[Expected]]] = [(Started(facts), [])]
        self.cursor: Cursor = begin(flows, flow_name, facts, flows.languages[0])
        """Where the call stands; after the play, where it ended."""

    def __rshift__(self, event: Input) -> Self:
        """Have this happen to the call."""
        self._scenes.append((event, []))
        return self

    def __lshift__(self, expected: Expected) -> Self:
        """Expect this effect next."""
        self._scenes[-1][1].append(expected)
        return self

    def __bool__(self) -> bool:
        """Play it; true when every effect came as expected.

        Raises:
            AssertionError: it went another way; the text shows both sides.
        """
        self._played = True
        lines: list[str] = []
        for event, expected in self._scenes:
            actual = self._play(event)
            lines.append(f">> {event!r}")
            lines += [_side_by_side(wanted, got) for wanted, got in zip_longest(expected, actual)]
            if len(expected) != len(actual) or not all(map(_agrees, expected, actual)):
                heading = f"   {'expected':<{COLUMN}} | actual"
                raise AssertionError("\n".join(["the call took another way", heading, *lines]))
        return True

    def __del__(self) -> None:
        """A play without `assert` would prove nothing."""
        if not self._played:
            raise AssertionError("a PlayScript was written but never asserted")

    def _play(self, event: Input) -> list[Effect]:
        move: Move = step(self._flows, self.cursor, event, self._now)
        self.cursor = move.cursor
        return [effect for effect in move.effects if self._traces or not isinstance(effect, Trace)]


def _agrees(expected: Expected, actual: Effect) -> bool:
    match expected:
        case type():
            return isinstance(actual, expected)
        case Heard():
            return expected.agrees(actual)
        case _:
            return expected == actual


def _side_by_side(expected: Expected | None, actual: Effect | None) -> str:
    agrees = expected is not None and actual is not None and _agrees(expected, actual)
    wanted = "" if expected is None else expected.__name__ if isinstance(expected, type) else repr(expected)
    got = "" if actual is None else repr(actual)
    return f"{' ' if agrees else '!'}< {wanted:<{COLUMN}} | {got}"
