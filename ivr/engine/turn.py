"""One turn of the engine while it is being made: the cursor as it changes, and the effects so far.

The verbs in `ivr.engine.machine` are written in these acts: evaluate, set, say, take a way, leave a trace. A turn
lives as long as one call of `step`; cursors themselves never change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ivr.engine.cursor import Cursor, Frame, Waiting
from ivr.engine.effects import (
    Ask,
    AskHours,
    AskQueue,
    DialOut,
    Effect,
    Enqueue,
    HangUp,
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


class Turn:
    """One turn in the making."""

    def __init__(self, flows: FlowSet, cursor: Cursor, now: datetime) -> None:
        self.flows = flows
        self.cursor = cursor
        self.effects: list[Effect] = []
        self.gone = False
        """Whether the caller has hung up, and only what waits for nobody is still to be done."""
        self._now = now
        self._now_ms = round(now.timestamp() * 1000)

    # --- where we are ---

    @property
    def flow(self) -> Flow:
        """The flow in progress."""
        return self.flow_named(self.cursor.top.flow)

    def flow_named(self, name: str) -> Flow:
        """The flow of that name, or a defect."""
        if flow := self.flows.flows.get(name):
            return flow
        raise FlowDefect(f"{self.cursor.place}: there is no flow '{name}'")

    @property
    def present(self) -> Step:
        """The step the call is in."""
        if step := self.flow.steps.get(self.cursor.top.step):
            return step
        raise FlowDefect(f"{self.cursor.top.flow}: there is no step '{self.cursor.top.step}'")

    def arrive(self, name: str) -> Step:
        """Enter a step of the flow in progress, and count it against the flow's bound and its own."""
        flow = self.flow
        taken = self.cursor.steps_taken.get(flow.name, 0) + 1
        if taken > flow.longest_steps:
            raise FlowDefect(f"{self.cursor.place}: more than {flow.longest_steps} steps in flow '{flow.name}'")
        step = flow.steps.get(name)
        if step is None:
            raise FlowDefect(f"{self.cursor.place}: there is no step '{name}' to go to")
        visits = self.cursor.visits.get(f"{flow.name}.{name}", 0) + 1
        if visits > step.most_visits:
            raise FlowDefect(f"{self.cursor.place}: more than {step.most_visits} visits to step '{name}'")
        here = replace(self.cursor.top, step=name, silent=0, wrong=0, answers=())
        self.cursor = replace(
            self.cursor,
            stack=(*self.cursor.stack[:-1], here),
            steps_taken={**self.cursor.steps_taken, flow.name: taken},
            visits={**self.cursor.visits, f"{flow.name}.{name}": visits},
            since_ms=self._now_ms,
        )
        return step

    def descend(self, flow: Flow, variables: Mapping[str, object], sensitive: frozenset[str]) -> None:
        """Begin a subflow on top of the flow in progress."""
        if len(self.cursor.stack) >= DEEPEST:
            raise FlowDefect(f"{self.cursor.place}: more than {DEEPEST} flows stand on each other")
        frame = Frame(flow.name, flow.start, variables, sensitive)
        self.cursor = replace(self.cursor, stack=(*self.cursor.stack, frame))

    def ascend(self) -> None:
        """Drop the flow in progress; the one below goes on."""
        self.cursor = replace(self.cursor, stack=self.cursor.stack[:-1])

    # --- what is known ---

    def evaluate(self, expression: Expression) -> object:
        """The expression's value now. Names that were never set are null."""
        roots = {name.partition(".")[0] for name in expression.names}
        try:
            return expression.evaluate({name: self._value_of(name) for name in roots})
        except Exception as failure:
            # Whatever an expression raises is the flow's defect. Its text may hold values, so only its kind is kept.
            raise FlowDefect(
                f"{self.cursor.place}: '{expression.source}' failed ({type(failure).__name__})"
            ) from failure

    def evaluate_all(self, expressions: Mapping[str, Expression]) -> dict[str, object]:
        """Each expression's value, by name."""
        return {name: self.evaluate(expression) for name, expression in expressions.items()}

    def is_sensitive(self, expression: Expression) -> bool:
        """Whether its value could tell a sensitive one."""
        return any(name.partition(".")[0] in self.cursor.top.sensitive for name in expression.names)

    def set_variable(self, name: str, value: object, *, sensitive: bool = False) -> None:
        """Set a variable of the flow in progress, or the language.

        A language that this hotline does not speak (a customer record may name any) leaves the present one.
        """
        if name == LANGUAGE:
            if isinstance(value, str) and value in self.flows.languages:
                self.cursor = replace(self.cursor, language=value)
            return
        top = self.cursor.top
        marked = top.sensitive | {name} if sensitive else top.sensitive - {name}
        self.cursor = self.cursor.with_top(
            replace(top, variables={**top.variables, name: value}, sensitive=frozenset(marked))
        )

    def assign(self, expressions: Mapping[str, Expression]) -> None:
        """Set variables in order, each seeing the ones before it; what comes of a sensitive value is sensitive."""
        for name, expression in expressions.items():
            self.set_variable(name, self.evaluate(expression), sensitive=self.is_sensitive(expression))

    def first_visit(self) -> bool:
        """Whether the call comes to this step for the first time; it has, from now on."""
        place = self.cursor.place
        is_first = place not in self.cursor.reached
        self.cursor = replace(self.cursor, reached=self.cursor.reached | {place})
        return is_first

    # --- what is said and pressed ---

    def utter(self, message: str, args: Mapping[str, Expression]) -> Utterance:
        """The message with its values, in the language spoken now."""
        for place, expression in args.items():
            self.refuse_sensitive(expression, f"'{place}' of message '{message}'")
        return Utterance(message, self.evaluate_all(args), self.cursor.language)

    def refuse_sensitive(self, expression: Expression, what: str) -> None:
        """A defect when a sensitive value would be said or handed out. The check finds it first; this is the net."""
        if self.is_sensitive(expression):
            raise FlowDefect(f"{self.cursor.place}: {what} is sensitive")

    def keep_key(self, key: str) -> None:
        """Keep a key pressed during a message for the next question."""
        self.cursor = replace(self.cursor, typed_ahead=self.cursor.typed_ahead + key)

    def take_typed_ahead(self, most: int, terminator: str) -> str:
        """The keys typed ahead that answer one question: `most` of them, or all up to the terminator right behind."""
        keys = self.cursor.typed_ahead
        end = keys.find(terminator) + 1 if terminator else 0
        if not keys:
            return ""
        taken = keys[:end] if 0 < end <= most + 1 else keys[:most]
        self.cursor = replace(self.cursor, typed_ahead=keys[len(taken) :])
        return taken

    def drop_typed_ahead(self) -> None:
        """Forget keys typed ahead: after a miss the caller must hear what went wrong."""
        if self.cursor.typed_ahead:
            self.cursor = replace(self.cursor, typed_ahead="")

    def miss(self, *, silent: bool) -> int:
        """Count one more silence, or one more wrong entry, at this step; how many there are now."""
        top = self.cursor.top
        top = replace(top, silent=top.silent + 1) if silent else replace(top, wrong=top.wrong + 1)
        self.cursor = self.cursor.with_top(top)
        return top.silent if silent else top.wrong

    def answered(self, answer: int) -> None:
        """Keep one more answer of the survey at hand; the next question has all its tries."""
        top = self.cursor.top
        self.cursor = self.cursor.with_top(replace(top, answers=(*top.answers, answer), silent=0, wrong=0))

    # --- ways on ---

    def way(self, ways: Ways, outcome: str, detail: Mapping[str, str] | None = None) -> Go:
        """The first way that is open."""
        for number, way in enumerate(ways, start=1):
            if self.is_open(way):
                return self.take(way, outcome, detail, number)
        raise FlowDefect(f"{self.cursor.place}: no way on is open after '{outcome}'")

    def is_open(self, way: Way) -> bool:
        """Whether this way may be taken now."""
        return way.when is None or bool(self.evaluate(way.when))

    def take(self, way: Way, outcome: str, detail: Mapping[str, str] | None = None, number: int = 0) -> Go:
        """Do what the way assigns, and go; `number` is its place in the step's `then`."""
        self.assign(way.assign)
        return Go(way.then, outcome, detail or {}, number)

    # --- what comes out ---

    def trace(self, verb: str, outcome: str, to: str, detail: Mapping[str, str] | None = None, way: int = 0) -> None:
        """Leave one line of the call's journey about the present step."""
        ordinal = self.cursor.traces + 1
        top = self.cursor.top
        took_ms = max(0, self._now_ms - self.cursor.since_ms) if self.cursor.since_ms else 0
        self.cursor = replace(self.cursor, traces=ordinal)
        self.effects.append(
            Trace(top.flow, top.step, verb, outcome, to, detail or {}, ordinal, self.cursor.segment, took_ms, way)
        )

    def remember(self, key: str) -> None:
        """Have this choice remembered for the calling number."""
        self.effects.append(Remember(self.cursor.place, key))

    @property
    def visit(self) -> int:
        """Which coming of this call to the present step it is, from 1."""
        return self.cursor.visits.get(self.cursor.place, 0)

    def note(self, note: Note) -> None:
        """Have this kept for people."""
        self.effects.append(note)

    def finish(self, effect: Effect) -> None:
        """End the turn with the effect that waits, or that ends the call.

        The segment ends with a hand-over: from here on no sensitive value is in the cursor.
        """
        self.effects.append(effect)
        if isinstance(effect, Enqueue) and effect.queue not in self.cursor.waited:
            self.cursor = replace(self.cursor, waited={**self.cursor.waited, effect.queue: self._now_ms})
        self.cursor = replace(self.cursor, waiting=_WAITING[type(effect)])
        if self.cursor.waiting in {Waiting.RETURN, Waiting.NOTHING}:
            self.cursor = self.cursor.without_secrets()

    def begin_call(self, facts: CallFacts) -> None:
        """The call begins now."""
        self.cursor = replace(self.cursor, facts=facts, began_ms=self._now_ms)

    def begin_segment(self) -> None:
        """The call is back from outside."""
        self.cursor = replace(self.cursor, segment=self.cursor.segment + 1)

    def _value_of(self, name: str) -> object:
        match name:
            case "call":
                facts = self.cursor.facts
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
                return self.cursor.language
            case _:
                return self.cursor.top.variables.get(name)
