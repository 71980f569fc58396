"""One turn of the engine while it is being made: the cursor as it changes, and the effects so far.

The verbs in `ivr.engine.machine` are written in these acts: evaluate, set, say, take a way, leave a trace. A turn
lives as long as one call of `step`; cursors themselves never change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from dialplan.made_quickly import made_quickly
from ivr.engine.cursor import Frame, Waiting
from ivr.engine.draft import Draft
from ivr.engine.effects import (
    Ask,
    AskHours,
    AskQueue,
    DialOut,
    Effect,
    Enqueue,
    HangUp,
    Leaving,
    LookUp,
    Record,
    Remember,
    Rescue,
    RunScript,
    Say,
    Trace,
    TransferOut,
    Utterance,
)
from ivr.flow.model import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Note
    from ivr.engine.inputs import CallFacts
    from ivr.flow.expressions import Expression
    from ivr.flow.model import Flow, FlowSet, Step, Way, Ways

LANGUAGE: Final = "language"
"""The variable that is not one: setting it changes the language spoken to the caller."""

_WAITING: Final[Mapping[type[Effect], Waiting]] = {
    Say: Waiting.SPEECH,
    Ask: Waiting.KEYS,
    LookUp: Waiting.LOOKUP,
    AskHours: Waiting.SCHEDULE,
    AskQueue: Waiting.QUEUE,
    Enqueue: Waiting.RETURN,
    DialOut: Waiting.RETURN,
    TransferOut: Waiting.RETURN,
    Record: Waiting.RECORDING,
    RunScript: Waiting.SCRIPT,
    HangUp: Waiting.NOTHING,
    Rescue: Waiting.NOTHING,
}


class FlowDefect(Exception):  # noqa: N818  - it is not our error but the flow's, and never leaves the engine
    """The flow cannot go on: a step that is not there, an expression that fails, a bound overrun.

    Its text names places of the flow, never a value.
    """


@made_quickly
@dataclass(frozen=True, slots=True)
class Go:
    """The present step is done: leave it for `to`, another step of this flow or `END`."""

    to: str
    outcome: str
    detail: Mapping[str, str] = field(default_factory=dict)
    way: int = 0
    """Which way of the step's `then` it is, counted from 1; 0 where it is none of them."""


Onward = Go | Effect
"""What a verb decides: leave the step, or wait in it for this effect's answer."""


class Turn(Draft):
    """One turn in the making."""

    __slots__ = ("_now", "_now_s", "effects", "flows", "gone")

    def __init__(self, flows: FlowSet, cursor: Cursor, now: datetime) -> None:
        super().__init__(cursor, flows.trodden.places)
        self.flows = flows
        self.effects: list[Effect] = []
        self.gone = False
        """Whether the caller has hung up, and only what waits for nobody is still to be done."""
        self._now = now
        self._now_s = now.timestamp()

    # --- where we are ---

    @property
    def flow(self) -> Flow:
        """The flow in progress."""
        return self.flow_named(self._top.flow)

    def flow_named(self, name: str) -> Flow:
        """The flow of that name, or a defect."""
        if flow := self.flows.flows.get(name):
            return flow
        raise FlowDefect(f"{self.place}: there is no flow '{name}'")

    @property
    def place(self) -> str:
        """The step the call is in, as `flow.step`."""
        return f"{self._top.flow}.{self._top.step}"

    @property
    def present(self) -> Step:
        """The step the call is in."""
        if step := self.flow.steps.get(self._top.step):
            return step
        raise FlowDefect(f"{self._top.flow}: there is no step '{self._top.step}'")

    def arrive(self, name: str) -> Step:
        """Enter a step of the flow in progress, and count it against the flow's bound and its own."""
        flow, top = self.flow, self._top
        counts = self._counts.copy()
        taken = counts[flow.name] = counts.get(flow.name, 0) + 1
        if taken > flow.longest_steps:
            raise FlowDefect(f"{self.place}: more than {flow.longest_steps} steps in flow '{flow.name}'")
        step = flow.steps.get(name)
        if step is None:
            raise FlowDefect(f"{self.place}: there is no step '{name}' to go to")
        place = f"{flow.name}.{name}"
        visits = counts[place] = counts.get(place, 0) + 1
        if visits > step.most_visits:
            raise FlowDefect(f"{self.place}: more than {step.most_visits} visits to step '{name}'")
        self._top = Frame(top.flow, name, top.variables, top.sensitive)
        self._counts = counts
        self._since_s = self._now_s
        return step

    def descend(self, flow: Flow, variables: Mapping[str, object], sensitive: frozenset[str]) -> None:
        """Begin a subflow on top of the flow in progress."""
        self.by_place = False
        if len(self._below) + 1 >= DEEPEST:
            raise FlowDefect(f"{self.place}: more than {DEEPEST} flows stand on each other")
        self._below = (*self._below, self._top)
        self._top = Frame(flow.name, flow.start, variables, sensitive)

    def ascend(self) -> None:
        """Drop the flow in progress; the one below goes on."""
        self.by_place = False
        *below, self._top = self._below
        self._below = tuple(below)

    @property
    def is_outermost(self) -> bool:
        """Whether no other flow called the one in progress."""
        self.by_place = False
        return not self._below

    # --- what is known ---

    def evaluate(self, expression: Expression) -> object:
        """The expression's value now. Names that were never set are null."""
        self.by_place = False
        roots = {name.partition(".")[0] for name in expression.names}
        try:
            return expression.evaluate({name: self._value_of(name) for name in roots})
        except Exception as failure:
            # Whatever an expression raises is the flow's defect. Its text may hold values, so only its kind is kept.
            raise FlowDefect(f"{self.place}: '{expression.source}' failed ({type(failure).__name__})") from failure

    def evaluate_all(self, expressions: Mapping[str, Expression]) -> dict[str, object]:
        """Each expression's value, by name."""
        return {name: self.evaluate(expression) for name, expression in expressions.items()}

    def is_sensitive(self, expression: Expression) -> bool:
        """Whether its value could tell a sensitive one."""
        self.by_place = False
        return any(name.partition(".")[0] in self._top.sensitive for name in expression.names)

    def set_variable(self, name: str, value: object, *, sensitive: bool = False) -> None:
        """Set a variable of the flow in progress, or the language.

        A language that this hotline does not speak (a customer record may name any) leaves the present one.
        """
        self.by_place = False
        if name == LANGUAGE:
            if isinstance(value, str) and value in self.flows.languages:
                self._language = value
            return
        top = self._top
        marked = top.sensitive | {name} if sensitive else top.sensitive - {name}
        self._top = replace(top, variables={**top.variables, name: value}, sensitive=frozenset(marked))

    def assign(self, expressions: Mapping[str, Expression]) -> None:
        """Set variables in order, each seeing the ones before it; what comes of a sensitive value is sensitive."""
        for name, expression in expressions.items():
            self.set_variable(name, self.evaluate(expression), sensitive=self.is_sensitive(expression))

    def first_visit(self) -> bool:
        """Whether the call comes to this step for the first time; it has, from now on."""
        self.by_place = False
        place = self.place
        is_first = place not in self._reached
        self._reached |= {place}
        return is_first

    # --- what is said and pressed ---

    def utter(self, message: str, args: Mapping[str, Expression]) -> Utterance:
        """The message with its values, in the language spoken now."""
        for place, expression in args.items():
            self.refuse_sensitive(expression, f"'{place}' of message '{message}'")
        return Utterance(message, self.evaluate_all(args) if args else {}, self._language)

    def refuse_sensitive(self, expression: Expression, what: str) -> None:
        """A defect when a sensitive value would be said or handed out. The check finds it first; this is the net."""
        if self.is_sensitive(expression):
            raise FlowDefect(f"{self.place}: {what} is sensitive")

    def keep_key(self, key: str) -> None:
        """Keep a key pressed during a message for the next question."""
        self.by_place = False
        self._typed_ahead += key

    def take_typed_ahead(self, most: int, terminator: str) -> str:
        """The keys typed ahead that answer one question: `most` of them, or all up to the terminator right behind."""
        keys = self._typed_ahead
        if not keys:
            return ""
        self.by_place = False
        end = keys.find(terminator) + 1 if terminator else 0
        taken = keys[:end] if 0 < end <= most + 1 else keys[:most]
        self._typed_ahead = keys[len(taken) :]
        return taken

    def drop_typed_ahead(self) -> None:
        """Forget keys typed ahead: after a miss the caller must hear what went wrong."""
        if self._typed_ahead:
            self.by_place = False
            self._typed_ahead = ""

    def miss(self, *, silent: bool) -> int:
        """Count one more silence, or one more wrong entry, at this step; how many there are now."""
        top = self._top
        silences, wrongs = (top.silent + 1, top.wrong) if silent else (top.silent, top.wrong + 1)
        self._top = Frame(top.flow, top.step, top.variables, top.sensitive, silences, wrongs, top.answers)
        return silences if silent else wrongs

    @property
    def answers(self) -> tuple[int, ...]:
        """What the survey at hand has been answered."""
        self.by_place = False
        return self._top.answers

    def answered(self, answer: int) -> None:
        """Keep one more answer of the survey at hand; the next question has all its tries."""
        self.by_place = False
        top = self._top
        self._top = replace(top, answers=(*top.answers, answer), silent=0, wrong=0)

    # --- ways on ---

    def way(self, ways: Ways, outcome: str, detail: Mapping[str, str] | None = None) -> Go:
        """The first way that is open."""
        for number, way in enumerate(ways, start=1):
            if self.is_open(way):
                return self.take(way, outcome, detail, number)
        raise FlowDefect(f"{self.place}: no way on is open after '{outcome}'")

    def is_open(self, way: Way) -> bool:
        """Whether this way may be taken now."""
        return way.when is None or bool(self.evaluate(way.when))

    def take(self, way: Way, outcome: str, detail: Mapping[str, str] | None = None, number: int = 0) -> Go:
        """Do what the way assigns, and go; `number` is its place in the step's `then`."""
        if way.assign:
            self.assign(way.assign)
        return Go(way.then, outcome, detail or {}, number)

    # --- what comes out ---

    def trace(self, verb: str, outcome: str, to: str, detail: Mapping[str, str] | None = None, way: int = 0) -> None:
        """Leave one line of the call's journey about the present step."""
        self._traces += 1
        top = self._top
        took_s = self._now_s - self._since_s if self._since_s else 0.0
        left = Leaving(top.flow, top.step, verb, outcome, to, detail or {}, way)
        self.effects.append(Trace(left, self._traces, self._segment, took_s))

    def remember(self, key: str) -> None:
        """Have this choice remembered for the calling number."""
        self.effects.append(Remember(self.place, key))

    @property
    def visit(self) -> int:
        """Which coming of this call to the present step it is, from 1."""
        self.by_place = False
        return self._counts.get(self.place, 0)

    def note(self, note: Note) -> None:
        """Have this kept for people."""
        self.effects.append(note)

    def finish(self, effect: Effect) -> None:
        """End the turn with the effect that waits, or that ends the call.

        The segment ends with a hand-over: from here on no sensitive value is in the cursor.
        """
        self.effects.append(effect)
        if isinstance(effect, Enqueue) and effect.queue not in self._waited:
            self._waited = {**self._waited, effect.queue: round(self._now_s * 1000)}
        self._waiting = waiting = _WAITING[type(effect)]
        if waiting is Waiting.RETURN or waiting is Waiting.NOTHING:
            self.cursor = self.cursor.without_secrets()

    def begin_call(self, facts: CallFacts) -> None:
        """The call begins now."""
        self.by_place = False
        self._facts = facts
        self._began_ms = round(self._now_s * 1000)

    def begin_segment(self) -> None:
        """The call is back from outside."""
        self.by_place = False
        self._segment += 1

    def _value_of(self, name: str) -> object:
        match name:
            case "call":
                facts = self._facts
                return {
                    "number": facts.number,
                    # Withheld is nothing; a text without characters could be found somewhere, and not be said.
                    "caller": facts.caller or None,
                    "caller_name": facts.caller_name or None,
                    "uniqueid": facts.uniqueid,
                    "linkedid": facts.linkedid,
                }
            case "now":
                return self._now
            case "language":
                return self._language
            case _:
                return self._top.variables.get(name)
