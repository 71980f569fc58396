"""A call of yesterday through a version of today: would it go the same way? Pure: no I/O, no clock.

A journey tells which way out of each step was taken, not what was looked up and not which digits were pressed. So a
call is led through the new flows by what its caller and the world did then, and only as far as that can be known:

- an answer (a key, silence, a queue's end, what a lookup came to) is given again where the same step asks again;
- opening hours are worked out anew, for the moment the call came to them;
- a way with a condition is taken again where the conditions are the same and nothing they read is set otherwise;
- a step that waits for nobody (a sentence, an assignment) may be new, gone or elsewhere: the caller hears something
  else and still goes the same way.

Where that is not enough the verdict is `undecided`, and says why; it never guesses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from ivr.engine.effects import TURNED_AWAY
from ivr.flow.model import (
    END,
    Assign,
    Branch,
    Hangup,
    Hours,
    Menu,
    Play,
    QueueState,
    Return,
    SayValue,
    Step,
    Subflow,
)
from ivr.flow.paths import exits
from ivr.rehearsal.edges import AFTER, KEY, NONE, THEN, UnknownOutcomeError, told_way, ways_of
from ivr.rehearsal.steps_told import ASKS, LEADS_OUT, asked_by, number_of, says_the_same, set_by, thens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ivr.flow.model import FlowSet

Kind = Literal["same", "elsewhere", "undecided"]
PASSED: Final = (Play, SayValue, Assign, Branch, Hours, QueueState, Subflow, Return)
"""Steps that wait for nobody outside: a call is at its next answer whether it has passed more or fewer of them."""
MOST_PASSED: Final = 10_000
"""More than any call may enter steps: a circle of steps that wait for nobody ends here."""
_DROPPED: Final = ("hung up", "rescued")


@dataclass(frozen=True, slots=True)
class Passed:
    """One line of a journey."""

    flow: str
    step: str
    outcome: str
    to: str | None
    at: datetime

    @property
    def place(self) -> str:
        """`flow.step`."""
        return f"{self.flow}.{self.step}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call would go the same way."""

    kind: Kind
    at: str = ""
    """The last step it came to as before; empty where the way is the same to its end."""
    why: str = ""
    """What is otherwise there, or what cannot be known."""


SAME: Final = Verdict("same")


@dataclass(frozen=True, slots=True)
class Version:
    """A version, as far as calls are led by it."""

    flows: FlowSet
    entry: Mapping[str, str]
    """Number dialled to flow."""
    is_open: Callable[[str, datetime], bool]
    """Whether a schedule is open at a moment."""


class _Known(Exception):  # noqa: N818 - the end of a walk, and no error
    def __init__(self, kind: Kind, at: str, why: str) -> None:
        super().__init__(why)
        self.verdict = Verdict(kind, at, why)


def replayed(
    number: str,
    journey: Sequence[Passed],
    old: FlowSet | None,
    new: Version,
    called: Mapping[str, str] = MappingProxyType({}),
) -> Verdict:
    """What would become of a call.

    Args:
        number: what it dialled.
        journey: its steps in order.
        old: the flows it went through; None when that version is not kept any more.
        new: the version it is to go through.
        called: steps of the old flows that have another name in the new ones, as `flow.step`.
    """
    if old is None:
        return Verdict("undecided", "", "the version it went through is not kept any more")
    if not journey:
        return SAME  # hung up before the first step
    if journey[0].step == TURNED_AWAY:
        return SAME  # the number was closed by hand; no version leads such a call
    flow = new.flows.flows.get(new.entry.get(number, journey[0].flow))
    if flow is None:
        return Verdict("elsewhere", "", f"nothing answers {number} with flow '{journey[0].flow}'")
    try:
        return _Walk(tuple(journey), old, new, called).lead(flow.name, flow.start)
    except _Known as end:
        return end.verdict
    except UnknownOutcomeError as drifted:
        return Verdict("undecided", "", str(drifted))


@dataclass(slots=True)
class _Walk:
    journey: tuple[Passed, ...]
    old: FlowSet
    new: Version
    called: Mapping[str, str] = field(default_factory=dict)
    here: int = 0
    """The next line of the journey."""
    flow: str = ""
    step: str = ""
    callers: list[tuple[str, str]] = field(default_factory=list)
    """Steps whose subflows the call is in."""
    otherwise: set[str] = field(default_factory=set)
    """Variables that hold, or may hold, something else than they did."""
    last: str = ""
    """Where the call was last as before."""

    def lead(self, flow: str, step: str) -> Verdict:
        """Walk from a step of the new flows to the end, or to where it parts from the journey."""
        self.flow, self.step = flow, step
        for _ in range(MOST_PASSED):
            present, line = self._present(), self._line()
            if line is None and (self._is_cut() or not isinstance(present, PASSED)):
                return self._parts(f"{self.flow}.{self.step}") if self._leads_away(present) else SAME
            if line is not None:
                self.last = line.place
                if line.outcome in _DROPPED:
                    return SAME if line.outcome == "hung up" else self._unknown("the call was rescued there")
            self._note_changes(present, line)
            if not self._go(present, line):
                return SAME if self._is_told() else self._parts("the end")
        return self._unknown("the new flow goes round in a circle")

    # --- where the call is -------------------------------------------------------------------------------------------

    def _present(self) -> Step:
        found = self.new.flows.flows[self.flow].steps.get(self.step)
        if found is None:
            raise AssertionError(f"a checked flow leads to a step that is not there: {self.flow}.{self.step}")
        return found

    def _line(self) -> Passed | None:
        """The journey's line about the present step, when it is next, or next behind steps that wait for nobody."""
        for at in range(self.here, len(self.journey)):
            line = self.journey[at]
            if self._now_called(line.flow, line.step) == f"{self.flow}.{self.step}":
                if type(self._was(line)) is not type(self._present()):
                    return None
                self.here = at + 1
                return line
            if not isinstance(self._was(line), PASSED) or line.outcome in _DROPPED:
                return None
        return None

    def _now_called(self, flow: str, step: str | None) -> str:
        """What a step of the old flows is called in the new ones."""
        return self.called.get(f"{flow}.{step}", f"{flow}.{step}")

    def _was(self, line: Passed) -> Step | None:
        flow = self.old.flows.get(line.flow)
        return flow.steps.get(line.step) if flow else None

    def _is_told(self) -> bool:
        """Whether nothing but what waits for nobody is left of the journey."""
        return all(isinstance(self._was(line), PASSED) for line in self.journey[self.here :])

    def _is_cut(self) -> bool:
        """Whether the journey stops here though its flow would have gone on: the caller left while nobody listened."""
        rest = self.journey[self.here :]
        if rest:
            return self._is_told() and rest[-1].outcome == "hung up"
        last = self.journey[-1]
        return last.to != END or last.outcome == "handed over"

    def _leads_away(self, present: Step) -> bool:
        """Whether the call would be asked something it was not; when it was cut off, was not about to be."""
        if not self._is_cut():
            return True
        last = self.journey[-1]
        flow = self.old.flows.get(last.flow)
        bound_for = flow.steps.get(last.to or "") if flow else None
        if bound_for is None or last.outcome == "handed over" or isinstance(bound_for, PASSED):
            return False
        return not isinstance(present, PASSED) and f"{self.flow}.{self.step}" != self._now_called(last.flow, last.to)

    def _parts(self, now: str) -> Verdict:
        """The call goes elsewhere than it did."""
        waiting = [line for line in self.journey[self.here :] if not isinstance(self._was(line), PASSED)]
        last = self.journey[-1]
        about_to = f"{last.flow}.{last.to}" if last.to not in {None, END} else "the end"
        was = waiting[0].place if waiting else about_to
        said = self.journey[self.here - 1].outcome if self.here else ""
        return Verdict("elsewhere", self.last, f"{said}: {now}, was {was}" if said else f"{now}, was {was}")

    def _unknown(self, why: str) -> Verdict:
        return Verdict("undecided", self.last or f"{self.flow}.{self.step}", why)

    def _stop(self, why: str) -> _Known:
        return _Known("undecided", self.last or f"{self.flow}.{self.step}", why)

    def _at_a_loss(self, present: Step, why: str) -> _Known:
        """Nobody knows which way is taken; it is known all the same when none of them leads to where the call went."""
        left = [line for line in self.journey[self.here :] if not isinstance(self._was(line), PASSED)]
        waiting = [self._now_called(line.flow, line.step) for line in left]
        asked = self._may_ask(present)
        if not waiting or not asked or waiting[0] in asked:
            return self._stop(why)
        return _Known("elsewhere", self.last, f"{' or '.join(sorted(asked))}, was {waiting[0]}")

    def _may_ask(self, present: Step) -> set[str]:
        """The steps of this flow that may be the next to wait for somebody; none when the flow may be left before."""
        flow, found, seen = self.new.flows.flows[self.flow], set[str](), set[str]()
        work = [each.then for each in exits(present)]
        while work:
            name = work.pop()
            step = flow.steps.get(name)
            if step is None or isinstance(step, Return | Subflow):
                return set()
            if name not in seen and isinstance(step, PASSED):
                work += [each.then for each in exits(step)]
            elif name not in seen:
                found.add(f"{self.flow}.{name}")
            seen.add(name)
        return found

    # --- what is known there -----------------------------------------------------------------------------------------

    def _note_changes(self, present: Step, line: Passed | None) -> None:
        """Remember what is set otherwise than it was: by another step, or the same with other words in it."""
        was = None if line is None else self._was(line)
        if was is not None and says_the_same(present, was):
            return
        for part in (present, was):
            self.otherwise |= set_by(part) if part is not None else set()
        if isinstance(present, Return) and self.callers:
            flow, step = self.callers[-1]
            self.otherwise |= set_by(self.new.flows.flows[flow].steps[step])

    def _go(self, present: Step, line: Passed | None) -> bool:
        """Go on to the next step; False when the call is over."""
        match present:
            case Hangup():
                return False
            case Return():
                return self._back()
            case Subflow() if line is None or line.outcome == "entered":
                self.callers.append((self.flow, self.step))
                self.flow, self.step = present.flow, self.new.flows.flows[present.flow].start
                return True
            case Hours() if line is not None or self.here:
                at = (line or self.journey[max(self.here - 1, 0)]).at
                then = present.open if self.new.is_open(present.schedule, at) else present.closed
            case _ if line is None:
                then = self._unasked(present)
            case _:
                then = self._answered(present, line)
        return self._arrive(then)

    def _arrive(self, then: str) -> bool:
        if then == END:
            return self._back()
        self.step = then
        return True

    def _back(self) -> bool:
        """The flow is over: to the step that called it, whose own line tells how it went on."""
        if not self.callers:
            return False
        self.flow, self.step = self.callers.pop()
        caller = self._present()
        line = self._line()
        if line is None or not isinstance(caller, Subflow):
            ways = exits(caller)
            if len(ways) != 1:
                raise self._stop("what a subflow comes back with is not known")
            return self._arrive(ways[0].then)
        return self._arrive(self._answered(caller, line))

    def _unasked(self, present: Step) -> str:
        """The way on from a step the call did not come to before."""
        ways = exits(present)
        if len(ways) == 1:
            return ways[0].then
        raise self._at_a_loss(present, f"{self.flow}.{self.step} is new, and which way is taken there is not known")

    def _answered(self, present: Step, line: Passed) -> str:
        """The way on from a step when what was answered there is answered again."""
        was = self._was(line)
        if was is None:
            raise AssertionError("a line that matched has a step")
        self._refuse_other_question(present, was)
        way = told_way(was, line.outcome, number_of(was, line.outcome, line.to))
        if way == NONE:
            return self.step  # handed over: its next line tells how it came back
        offered = {name: each.then for name, each in zip(ways_of(present), exits(present), strict=True)}
        if way.startswith(KEY) and way not in offered:
            raise _Known("elsewhere", self.last, f"{way} is not on offer any more")
        if way.startswith(AFTER) and way not in offered:
            way = f"{AFTER}failed"
        if (
            way == "wrong_input"
            and isinstance(present, Menu)
            and isinstance(was, Menu)
            and present.keys.keys() - was.keys.keys()
        ):
            raise self._stop("which wrong keys were pressed is not kept, and there are new keys")
        if way.startswith(THEN):
            return self._same_condition(present, was, way)
        if way not in offered:
            raise self._stop(f"there is no way '{way}' any more")
        return offered[way]

    def _refuse_other_question(self, present: Step, was: Step) -> None:
        """Another question is answered otherwise; who asks elsewhere hears something else."""
        for kind, words in ASKS.items():
            if isinstance(present, kind):
                now, then = (tuple(asked_by(step, name) for name in words) for step in (present, was))
                if now != then and kind in LEADS_OUT:
                    raise _Known("elsewhere", self.last, f"{now[0]} instead of {then[0]}")
                if now != then:
                    raise self._stop(f"it asks for something else: {', '.join(words)}")

    def _same_condition(self, present: Step, was: Step, way: str) -> str:
        """The same of several ways, when nothing its conditions read has changed."""
        now, then = thens(present), thens(was)
        if len(now) == 1:
            return now[0].then
        if [each.when for each in now] != [each.when for each in then]:
            raise self._at_a_loss(present, "its conditions are others")
        number = int(way.removeprefix(THEN) or 0)
        if not number:
            raise self._at_a_loss(present, "which of its ways was taken is not kept")
        read = {name for each in now if each.when is not None for name in each.when.names}
        if changed := sorted(name for name in read if name.split(".")[0] in self.otherwise):
            raise self._at_a_loss(present, f"{changed[0]} is set otherwise before")
        return now[number - 1].then
