"""A dialogue for a way that none takes: the shortest row of things that happen to a call, found through the engine.

Breadth first over where calls can stand, so what is found first is shortest. Calls that know and wait for the same are
one; the search is bounded, and says whether it has seen everything (then nobody can take the way) or has given up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ivr.engine import effects as fx
from ivr.engine.inputs import CallFacts, Started
from ivr.engine.machine import begin, step
from ivr.engine.play_script import NOON
from ivr.rehearsal import model
from ivr.rehearsal.choices import CHOICES, Choice, Words, expectation
from ivr.rehearsal.edges import edge_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dialplan.source import Span
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Effect
    from ivr.engine.machine import Move
    from ivr.rehearsal.edges import Edge
    from ivr.rehearsal.house import House

MOST_STATES: Final = 20_000
"""Places of calls that are looked at."""
A_CALLER: Final = "13800138000"
_MOST_UNNOTICED: Final = 10
"""Lookups, schedules and scripts in a row, for each flow, that are followed until something is heard."""
_HALF_HOUR: Final = timedelta(minutes=30)
_MOST_HALF_HOURS: Final = 48 * 400
"""A year and more: every holiday is in it."""

Constraints = frozenset[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Node:
    """Where a call can stand, and how it came there."""

    cursor: Cursor
    effect: Effect
    caller: str
    before: _Node | None = None
    choice: Choice | None = None
    """What happened to `before`."""
    constraints: Constraints = frozenset()
    """Schedules asked since the caller last did something: one moment must do for all of them."""
    kept: Mapping[tuple[str, str], Choice] = field(default_factory=dict)
    """Lookups that need not be asked again."""


@dataclass(slots=True)
class _Draft:
    """A dialogue while a row of choices is written down."""

    talk: list[model.Act] = field(default_factory=list)
    answers: dict[str, list[model.Answer]] = field(default_factory=dict)
    scripts: dict[str, bool] = field(default_factory=dict)
    lines: dict[str, model.Line] = field(default_factory=dict)
    """How queues stand when the call begins."""
    lines_now: dict[str, model.Line] = field(default_factory=dict)
    first_clock: datetime | None = None
    """The moment of the call: nothing before asks for the hours."""
    clock: datetime | None = None
    """The moment it is now."""


@dataclass(frozen=True, slots=True)
class Search:
    """What came of it."""

    found: Mapping[Edge, model.Dialogue]
    """A dialogue for each way that was found; not played yet."""
    complete: bool
    """Whether everything was seen: then what was not found cannot be taken."""


class Seeker:
    """Looks through the flows of one house."""

    def __init__(self, house: House, at: Span, most_states: int = MOST_STATES) -> None:
        self._house = house
        self._at = at
        self._words = Words.of(house)
        self._most = most_states
        self._moments: dict[Constraints, datetime | None] = {}

    def search(self, wanted: Collection[Edge], *, one_is_enough: bool = False) -> Search:
        """Dialogues for as many of these ways as can be found, or for the first."""
        missing = set(wanted)
        found: dict[Edge, model.Dialogue] = {}
        seen: set[str] = set()
        waiting: deque[_Node] = deque()
        for node, edges in self._starts():
            self._note(node, edges, missing, found)
            waiting.append(node)
        while waiting and missing:
            node = waiting.popleft()
            key = _key(node)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > self._most:
                return Search(found, complete=False)
            for after, edges in self._onward(node):
                self._note(after, edges, missing, found)
                waiting.append(after)
            if found and one_is_enough:
                break
        return Search(found, complete=not waiting)

    def _note(self, node: _Node, edges: list[Edge], missing: set[Edge], found: dict[Edge, model.Dialogue]) -> None:
        for edge in edges:
            if edge in missing and (dialogue := self._dialogue(edge, node)) is not None:
                missing.discard(edge)
                found[edge] = dialogue

    # --- going on ----------------------------------------------------------------------------------------------------

    def _starts(self) -> Iterator[tuple[_Node, list[Edge]]]:
        known = [str(each) for each in self._words.constants.get("caller", ()) if isinstance(each, str)]
        for number, flow in self._house.numbers.items():
            for caller in (A_CALLER, *(each if len(each) > 6 else f"{each}91234567" for each in known), ""):  # noqa: PLR2004  - a beginning of a number made whole
                facts = CallFacts(number, self._house.calling_number(caller))
                cursor = begin(self._house.flows, flow, facts, self._house.flows.languages[0])
                move = step(self._house.flows, cursor, Started(facts), NOON)
                yield _Node(move.cursor, move.effects[-1], caller), self._edges(move)

    def _onward(self, node: _Node) -> Iterator[tuple[_Node, list[Edge]]]:
        for choice in self._choices(node):
            constraints = _constraints(node, choice)
            if choice.schedule is not None and self._moment(constraints) is None:
                continue
            move = step(self._house.flows, node.cursor, choice.told, NOON)
            kept = node.kept
            if isinstance(node.effect, fx.LookUp) and _is_kept(node.effect, choice):
                kept = {**kept, _asked(node.effect): choice}
            yield _Node(move.cursor, move.effects[-1], node.caller, node, choice, constraints, kept), self._edges(move)

    def _choices(self, node: _Node) -> Iterator[Choice]:
        effect = node.effect
        if isinstance(effect, fx.LookUp) and (again := node.kept.get(_asked(effect))) is not None:
            yield replace(again, answer=None)
            return
        yield from CHOICES[type(effect)](self._house, self._words, node.cursor, effect)

    def _edges(self, move: Move) -> list[Edge]:
        traces = (effect for effect in move.effects if isinstance(effect, fx.Trace))
        return [edge for trace in traces if (edge := edge_of(self._house.flows, trace)) is not None]

    def _moment(self, constraints: Constraints) -> datetime | None:
        """A moment at which these schedules are open and closed as wanted; during the day if it can be."""
        if constraints not in self._moments:
            begin_at = NOON.astimezone(self._house.zone).replace(hour=10, minute=0)
            self._moments[constraints] = (
                next(
                    (
                        moment
                        for n in range(_MOST_HALF_HOURS)
                        if all(
                            self._house.is_open(name, moment := begin_at + n * _HALF_HOUR) == wanted
                            for name, wanted in constraints
                        )
                    ),
                    None,
                )
                if constraints
                else begin_at
            )
        return self._moments[constraints]

    # --- a row of choices as a dialogue ------------------------------------------------------------------------------

    def _dialogue(self, edge: Edge, last: _Node) -> model.Dialogue | None:
        """The dialogue of a way that was taken on arriving at `last`."""
        settled = self._settled(last)
        if settled is None or (told := expectation(settled.effect)) is None:
            return None
        acts, ending = told
        draft = _Draft()
        for node, choice in _row(settled):
            self._write(draft, node, choice)
        surroundings = model.Surroundings(
            settled.cursor.facts.number,
            settled.caller,
            clock=draft.first_clock or self._moment(frozenset()),
            answers={name: _shortened(each) for name, each in draft.answers.items()},
            scripts={name: ok for name, ok in draft.scripts.items() if not ok},
            lines=draft.lines,
        )
        name = f"{edge.flow}.{edge.step} is left by {edge.way}"
        talk = (*draft.talk, *_unsaid(draft.talk, acts))
        return model.Dialogue(name, self._at, surroundings, talk, ends=ending)

    def _settled(self, node: _Node) -> _Node | None:
        """The next place that a dialogue can tell of; until then all goes its usual way."""
        for _ in range(len(self._house.flows.flows) * _MOST_UNNOTICED):
            if expectation(node.effect) is not None:
                return node
            after = next(self._onward(node), None)
            if after is None:
                return None
            node = after[0]
        return None

    def _write(self, draft: _Draft, node: _Node, choice: Choice) -> None:
        """Add one thing that happens."""
        if choice.answer is not None and isinstance(node.effect, fx.LookUp):
            draft.answers.setdefault(node.effect.lookup, []).append(choice.answer)
        if choice.script is not None:
            draft.scripts[choice.script[0]] = choice.script[1]
        if choice.line is not None:
            queue, line = choice.line
            if queue not in draft.lines_now:
                draft.lines[queue] = line
            elif draft.lines_now[queue] != line:
                draft.talk.insert(max(0, len(draft.talk) - 1), model.SetLines({queue: line}))
            draft.lines_now[queue] = line
        if choice.schedule is not None:
            constraints = _constraints(node, choice)
            wanted = self._moment(constraints)
            if draft.clock is None or not draft.talk:
                draft.first_clock = draft.clock = wanted
            elif wanted is not None and not self._suits(draft.clock, constraints):
                draft.clock = wanted
                draft.talk.insert(len(draft.talk) - 1, model.SetClock(wanted))
        draft.talk += choice.acts

    def _suits(self, clock: datetime | None, constraints: Constraints) -> bool:
        return clock is not None and all(
            self._house.is_open(schedule, clock) == wanted for schedule, wanted in constraints
        )


def _constraints(node: _Node, choice: Choice) -> Constraints:
    if choice.schedule is not None:
        return node.constraints | {choice.schedule}
    return frozenset() if choice.acts else node.constraints


def _row(last: _Node) -> list[tuple[_Node, Choice]]:
    row = []
    node: _Node | None = last
    while node is not None and node.before is not None and node.choice is not None:
        row.append((node.before, node.choice))
        node = node.before
    return row[::-1]


def _unsaid(talk: list[model.Act], acts: tuple[model.Act, ...]) -> tuple[model.Act, ...]:
    """The last expectation, unless the talk ends with it."""
    return acts if not talk or not acts or talk[-1] != acts[0] else ()


def _shortened(answers: list[model.Answer]) -> tuple[model.Answer, ...]:
    """The answers without those at the end that only say the same again."""
    while len(answers) > 1 and answers[-1] == answers[-2]:
        answers.pop()
    return tuple(answers)


def _asked(effect: fx.LookUp) -> tuple[str, str]:
    return effect.lookup, repr(sorted(effect.args.items(), key=lambda item: item[0]))


def _is_kept(effect: fx.LookUp, choice: Choice) -> bool:
    return bool(effect.max_age_ms) and choice.answer is not None and choice.answer.mood == "row"


def _key(node: _Node) -> str:
    """What makes two places of calls different: what is known, waited for, and kept; not how long it took."""
    cursor = node.cursor
    frames = [(f.flow, f.step, sorted(f.variables.items()), f.silent, f.wrong, f.answers) for f in cursor.stack]
    kept = sorted((asked, repr(choice.told)) for asked, choice in node.kept.items())
    return repr(
        (frames, cursor.language, cursor.waiting, sorted(cursor.reached), cursor.facts, kept, sorted(node.constraints))
    )
