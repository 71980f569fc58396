"""A call made once more: the same caller, the same keys, the same answers of the world, through other flows.

Independent of verdicts: here the engine itself (`ivr.engine.machine.step`) leads the call, and each question is
answered by what was answered there before. Where it is asked what it never was, the rerun ends, and has parted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.engine import effects as fx
from ivr.engine.inputs import HungUp, Schedule, Spoken, Started
from ivr.engine.machine import begin, step
from ivr.flow.model import Hangup
from ivr.rehearsal import call as calls
from ivr.rehearsal.player import play
from ivr.rehearsal.replay import PASSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pytest

    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Effect, Trace
    from ivr.engine.inputs import Input
    from ivr.engine.move import Move
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.house import House
    from ivr.rehearsal.model import Dialogue

MOST_TURNS = 1000


@dataclass
class Recording:
    """What one call was asked and told, in order."""

    told: list[tuple[str, Effect | None, Input, datetime]] = field(default_factory=list)
    """The step, what it asked for, what came of it, and when."""
    traces: list[Trace] = field(default_factory=list)
    waits: tuple[str, Effect] | None = None
    """Where it was when its talk was over, and for what it waited there."""

    @property
    def facts(self) -> Started:
        started = self.told[0][2]
        assert isinstance(started, Started)
        return started

    @property
    def is_cut(self) -> bool:
        """Whether the caller left while nobody listened to him."""
        return bool(self.told) and isinstance(self.told[-1][2], HungUp)


@dataclass(frozen=True)
class Made:
    """A call, as far as it asked anybody anything."""

    asked: tuple[str, ...]
    """Each step that waited for somebody, with the queue it led to; the last may be waiting still."""
    ended: bool
    """Whether the flow led it to its end."""


def recorded(monkeypatch: pytest.MonkeyPatch, house: House, dialogue: Dialogue) -> Recording:
    """Play a dialogue, and write down what its call was told."""
    found = Recording()

    def listening(flows: FlowSet, cursor: Cursor, event: Input, now: datetime) -> Move:
        if isinstance(event, Started):  # the call itself: those it follows have begun before it
            found.told.clear()
        asked = waiting.get(cursor.place)
        found.told.append((cursor.place, asked, event, now))
        move = step(flows, cursor, event, now)
        waiting[move.cursor.place] = move.effects[-1]
        found.waits = (move.cursor.place, move.effects[-1])
        return move

    waiting: dict[str, Effect] = {}
    with monkeypatch.context() as patched:
        patched.setattr(calls, "step", listening)
        played = play(house, dialogue)
    assert played.failure is None, played.failure
    found.traces.extend(played.traces)
    return found


def as_it_was(recording: Recording, house: House) -> Made:
    """The call as it was recorded, no further than its talk went."""
    asked = _asked(house.flows, recording.traces)
    assert recording.waits is not None
    place, effect = recording.waits
    if isinstance(effect, fx.HangUp):
        return Made(tuple(asked), ended=not recording.is_cut)
    if isinstance(effect, fx.Rescue):
        return Made((*asked, "a person"), ended=True)
    return Made((*asked, *([_told(house.flows, place)] if _waits(house.flows, place) else [])), ended=False)


def made_again(recording: Recording, house: House, number: str, called: Mapping[str, str] | None = None) -> Made:
    """The same call through a version, in which some steps may be called otherwise."""
    return _Again(recording, house, number, called or {}).made()


class _Again:
    def __init__(self, recording: Recording, house: House, number: str, called: Mapping[str, str]) -> None:
        self._house, self._number = house, number
        self._recording = recording
        self._at_step: dict[str, list[Input]] = defaultdict(list)
        self._of_world: dict[str, list[Input]] = defaultdict(list)
        self._called = called
        self._left_in = self._now(recording.told[-1][0]) if recording.is_cut else None
        for was, asked, told, _ in recording.told[1:]:
            place = self._now(was)
            if (name := _world(asked)) is not None and not isinstance(told, HungUp):
                self._of_world[name].append(told)
            else:
                self._at_step[place].append(told)
        self._clock = recording.told[0][3]

    def _now(self, place: str) -> str:
        return self._called.get(place, place)

    def made(self) -> Made:
        flows = self._house.flows
        facts = self._recording.facts.facts
        cursor = begin(flows, self._house.numbers.get(self._number, "nobody"), facts, flows.languages[0])
        told: Input | None = self._recording.facts
        asked: list[str] = []
        for _ in range(MOST_TURNS):
            assert told is not None
            move = step(flows, cursor, told, self._clock)
            cursor, effect = move.cursor, move.effects[-1]
            asked += _asked(flows, move.effects)
            if isinstance(effect, fx.HangUp):
                return Made(tuple(asked), ended=not isinstance(told, HungUp))
            if isinstance(effect, fx.Rescue):
                return Made((*asked, "a person"), ended=True)
            told = self._answer(cursor.place, effect)
            if told is None:
                return Made((*asked, _told(flows, cursor.place)), ended=False)
        raise AssertionError("a call that never ends")

    def _answer(self, place: str, effect: Effect) -> Input | None:
        """What is told here; None when nobody knows."""
        if place == self._left_in and self._at_step[place] and isinstance(self._at_step[place][0], HungUp):
            return self._at_step[place].pop(0)
        if isinstance(effect, fx.AskHours):
            self._clock = self._moment(place)
            return Schedule(self._house.is_open(effect.schedule, self._clock))
        if (world := _world(effect)) is not None:
            answers = self._of_world[world]
            if not answers:
                return None
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if self._at_step[place]:
            return self._at_step[place].pop(0)
        if isinstance(effect, fx.Say) or not _waits(self._house.flows, place):
            return Spoken()
        return None

    def _moment(self, place: str) -> datetime:
        """When the call came to this step; else it is as late as it was when it was last here or elsewhere."""
        return next((at for was, _, _, at in self._recording.told if self._now(was) == place), self._clock)


def _world(effect: Effect | None) -> str | None:
    """What is asked of the world and not of the caller, by its name."""
    match effect:
        case fx.LookUp(lookup=name):
            return f"lookup {name}"
        case fx.AskQueue(queue):
            return f"queue {queue}"
        case _:
            return None


def _asked(flows: FlowSet, effects: Iterable[Effect]) -> list[str]:
    places = [f"{one.flow}.{one.step}" for one in effects if isinstance(one, fx.Trace)]
    return [_told(flows, place) for place in places if _waits(flows, place)]


def _waits(flows: FlowSet, place: str) -> bool:
    """Whether this step waits for somebody."""
    flow, _, name = place.partition(".")
    return not isinstance(flows.flows[flow].steps[name], (*PASSED, Hangup))


def _told(flows: FlowSet, place: str) -> str:
    flow, _, name = place.partition(".")
    queue = getattr(flows.flows[flow].steps[name], "queue", "")
    return f"{place} {queue}".strip()
