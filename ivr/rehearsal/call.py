"""One call in the simulated world: the engine, a telephone in somebody's hand, and a clock that moves when told to.

Speech takes no time; keys come a fifth of a second apart; everything else takes what the flow and the dialogue say.
The same engine (`ivr.engine.machine.step`) leads real calls, so what is heard here is what a caller hears.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ivr.engine import cursor as cursors
from ivr.engine import effects as fx
from ivr.engine.giving_up import given_up
from ivr.engine.inputs import CallFacts, Started
from ivr.engine.machine import begin, step
from ivr.engine.play_script import NOON
from ivr.prompts.values import CannotSay
from ivr.rehearsal.backend import Backend
from ivr.rehearsal.doing import Doing
from ivr.rehearsal.doings import DOINGS, Over, Recording
from ivr.rehearsal.keeping import kept_of
from ivr.rehearsal.lines import NoLineGivenError
from ivr.rehearsal.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ivr.engine.effects import Effect, Trace, Utterance
    from ivr.engine.inputs import Input
    from ivr.engine.machine import Move
    from ivr.rehearsal.house import House
    from ivr.rehearsal.keeping import Kept
    from ivr.rehearsal.model import Ending, Line, Surroundings

KEY_MS: Final = 200
"""From one key to the next: 100 ms of tone, and as long again."""
MOST_TURNS: Final = 100_000
"""Turns of one call that no flow can need: ten thousand steps, each with its questions."""


class NoClockError(Exception):
    """The call needs the time, and the dialogue does not say it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class UnknownEffectError(Exception):
    """The engine wants something done that nothing here does: the two have drifted apart."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that was begun."""

    message: str
    text: str
    language: str
    place: str
    """The step it was said in, as `flow.step`."""


class Call:
    """A call from its answer to its end."""

    def __init__(self, house: House, surroundings: Surroundings) -> None:
        self.house = house
        self.surroundings = surroundings
        self.backend = Backend(house.questions, dict(surroundings.answers))
        self.clock = surroundings.clock
        """The moment at which `now_ms` was 0."""
        self.now_ms = 0
        """Milliseconds since the call was answered."""
        self.heard: list[Heard] = []
        self.traces: list[Trace] = []
        self.remembered: dict[str, str] = dict(surroundings.remembered)
        self.lines: dict[str, Line] = dict(surroundings.lines)
        self.kept: list[Kept] = []
        """What is kept for people, the latest last."""
        self.drops: list[tuple[str, str]] = []
        """Keys nobody took, each with the step it was pressed in; digits only where they tell nothing."""
        self.ending: Ending | None = None
        caller = house.calling_number(surroundings.caller)
        uniqueid = "rehearsal-1.1"
        facts = CallFacts(
            surroundings.number,
            caller,
            surroundings.caller_name,
            uniqueid,
            uniqueid,
            dict(self.remembered) if caller else {},
        )
        self.cursor = begin(house.flows, house.numbers[surroundings.number], facts, house.flows.languages[0])
        self.effect: Effect = fx.HangUp()
        self.doing: Doing = Doing(self)
        self._tell(Started(facts))

    # --- the clock ---------------------------------------------------------------------------------------------------

    def moment(self, wanted_by: str) -> datetime:
        """The wall clock.

        Raises:
            NoClockError: the dialogue has none, and something depends on it.
        """
        if self.clock is None:
            raise NoClockError(wanted_by)
        return self.clock + timedelta(milliseconds=self.now_ms)

    def moment_of_lookup(self, lookup: str) -> datetime:
        """The clock that an answer's age is counted by; any will do where the answer does not tell its age.

        Raises:
            NoClockError: it tells its age, and the dialogue has no clock.
        """
        dated = self.house.questions[lookup].as_of is not None
        return self.moment(f"the lookup '{lookup}', whose answer says how old it is") if dated else self._any_moment()

    def line(self, queue: str) -> Line:
        """How a queue stands.

        Raises:
            NoLineGivenError: the dialogue does not say.
        """
        if queue not in self.lines:
            raise NoLineGivenError(queue)
        return self.lines[queue]

    def set_clock(self, moment: datetime) -> None:
        """It is this moment now."""
        self.clock = moment - timedelta(milliseconds=self.now_ms)

    # --- what the caller does ----------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return isinstance(self.doing, Over)

    def listen(self) -> bool:
        """Let the next thing happen that happens while the caller only listens; False when it is the caller's turn."""
        if self.doing.is_speaking:
            self._then(self.doing.listen)
            return True
        if self.doing.goes_on and self.doing.due_ms is not None:
            self._come_due()
            return True
        return False

    def settle(self) -> None:
        """Hear out what is being said; stop where the caller is asked, recorded, or waits for somebody or something."""
        while self.doing.is_speaking:
            self._then(self.doing.listen)

    def press(self, key: str) -> None:
        """Press one key now."""
        self._then(lambda: self.doing.key(key))

    def pause(self) -> None:
        """From one key of a row to the next."""
        self._pass(KEY_MS, listening=False)

    def wait(self, ms: int) -> None:
        """Hear out what is being said, then do nothing for so long."""
        self.settle()
        self._pass(ms, listening=True)

    def hang_up(self) -> None:
        """Leave."""
        if self.is_over:
            return
        told = self.doing.hang_up()
        if told is None:
            self.doing = Over(self, fx.HangUp())
        else:
            self._tell(told)
        self.ending = "hung_up"

    def speak(self, ms: int) -> bool:
        """Hear out what is being said, and speak; whether anything records it."""
        self.settle()
        recording = self.doing
        if isinstance(recording, Recording):
            self._then(lambda: recording.speak(ms))
            return True
        return False

    def come_back(self, outcome: str) -> bool:
        """Come back from a queue or a talk; whether the call is in one, and may come back so."""
        outside = self.doing
        if isinstance(outside, Outside) and outcome not in outside.never:
            self._then(lambda: outside.comes_back(outcome))
            return True
        return False

    # --- what doings tell us -----------------------------------------------------------------------------------------

    def hear(self, utterance: Utterance) -> None:
        """A sentence begins.

        Raises:
            CannotSay: it cannot be spoken.
        """
        text = self.house.said(utterance)
        self.heard.append(Heard(utterance.message, text, utterance.language, self.cursor.place))

    def dropped(self, key: str) -> None:
        """A key that nobody takes."""
        self.drops.append((key, self.cursor.place))

    def keep(self, kept: Kept) -> str:
        """Something is kept for people, in the place of the same thing kept before; which recording it is, if one."""
        if kept.key:
            self.kept = [one for one in self.kept if (one.kind, one.key) != (kept.kind, kept.key)]
        self.kept.append(kept)
        return f"recording-{sum(one.kind == 'recording' for one in self.kept)}"

    @property
    def recordings(self) -> dict[str, int]:
        """Each recording that a step may refer to, and its milliseconds."""
        lengths = [one.facts["length"] for one in self.kept if one.kind == "recording"]
        return {f"recording-{number}": ms for number, ms in enumerate(lengths, start=1) if isinstance(ms, int)}

    # --- the engine --------------------------------------------------------------------------------------------------

    def _pass(self, ms: int, *, listening: bool) -> None:
        """Let time pass, and happen what is due in it; what is said meanwhile takes none."""
        end_ms = self.now_ms + ms
        while not self.is_over and self.doing.due_ms is not None and self.doing.due_ms <= end_ms:
            self._come_due()
            if listening:
                self.settle()
        self.now_ms = max(self.now_ms, end_ms)

    def _come_due(self) -> None:
        self.now_ms = max(self.now_ms, self.doing.due_ms or 0)
        self._then(self.doing.expire)

    def _then(self, happen: Callable[[], Input | None]) -> None:
        """Let something happen, and tell the engine what came of it."""
        try:
            told = happen()
        except CannotSay:
            told = self._give_up()
        if told is not None:
            self._tell(told)

    def _tell(self, event: Input) -> None:
        """Tell the engine, do what it wants, and again, until something takes time or somebody's turn has come."""
        told: Input | None = event
        for _ in range(MOST_TURNS):
            if told is None:
                return
            self._take(step(self.house.flows, self.cursor, told, self._engine_clock()))
            try:
                told = self._begin()
            except CannotSay:
                told = self._give_up()
        raise AssertionError("a call that never ends")

    def _give_up(self) -> Input | None:
        """The runner's own rescue: the engine does not know what can be said (`ivr.runner.runner`)."""
        self._take(given_up(self.house.flows, self.cursor, "a sentence could not be said", self._engine_clock()))
        return self._begin()

    def _take(self, move: Move) -> None:
        self.cursor = move.cursor
        *records, self.effect = move.effects
        for record in records:
            KEPT[type(record)](self, record)

    def _begin(self) -> Input | None:
        """Begin what the engine wants; what is known at once."""
        effect = self.effect
        for utterance in _spoken(effect):
            self.house.said(utterance)  # what cannot be said is found before anything is
        kind = DOINGS.get(type(effect))
        if kind is None:
            raise UnknownEffectError(f"nothing rehearses {type(effect).__name__}")
        if isinstance(effect, fx.Enqueue | fx.DialOut | fx.TransferOut):
            self.cursor = cursors.read(cursors.write(self.cursor))  # as it comes back from the switch
        self.doing = kind(self, effect)  # type: ignore[call-arg]  # every class of the table takes its own effect
        if isinstance(effect, fx.HangUp | fx.Rescue):
            self.ending = "finished" if isinstance(effect, fx.HangUp) else "rescued"
        return self.doing.begin()

    def _engine_clock(self) -> datetime:
        return self.moment("'now' in a flow") if self.house.reads_now else self._any_moment()

    def _any_moment(self) -> datetime:
        return (self.clock or NOON) + timedelta(milliseconds=self.now_ms)


def _spoken(effect: Effect) -> tuple[Utterance, ...]:
    """What an effect is going to say, whatever its kind; what was typed ahead of a question leaves its speech out."""
    if getattr(effect, "typed_ahead", ""):
        return ()
    one = getattr(effect, "utterance", None)
    several: tuple[Utterance, ...] = getattr(effect, "utterances", ())
    return several if one is None else (*several, one)


def _keep_trace(call: Call, effect: fx.Trace) -> None:
    call.traces.append(effect)


def _remember(call: Call, effect: fx.Remember) -> None:
    if call.cursor.facts.caller:
        call.remembered[effect.step] = effect.key


def _keep_note(call: Call, effect: fx.Note) -> None:
    call.keep(kept_of(effect, call.recordings, call.house.usual_colours))


KEPT: Final[Mapping[type[Effect], Callable[[Call, Any], None]]] = {
    fx.Trace: _keep_trace,
    fx.Remember: _remember,
    fx.Surveyed: _keep_note,
    fx.CallbackAsked: _keep_note,
    fx.TicketOpened: _keep_note,
}
"""Effects that wait for nothing; a test compares this with the engine's own list."""
