"""A call led by hand: words in, what the caller hears and the flow does out. The terminal and the pipe share it. Pure.

Keys are pressed by writing them; everything else is a word. `COMMANDS` is all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from dialplan.diagnostics import did_you_mean
from ivr.flow import units
from ivr.flow.yaml_reader import Mapping as MappingNode
from ivr.flow.yaml_reader import read_yaml
from ivr.rehearsal.backend import NoAnswerGivenError
from ivr.rehearsal.call import Call, NoClockError
from ivr.rehearsal.doings import Asking, Recording
from ivr.rehearsal.keeping import described
from ivr.rehearsal.lines import NoLineGivenError
from ivr.rehearsal.outside import Outside, Queueing
from ivr.rehearsal.reading_acts import OUTCOMES
from ivr.rehearsal.reading_answers import MOODS, read_backend
from ivr.rehearsal.reading_lines import FIGURES, UNKNOWN, read_lines
from ivr.rehearsal.worlds import moods, standing
from ivr.rehearsal.written import MOMENT_FORM, Names, Notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from dialplan.diagnostics import Diagnostic
    from ivr.engine.cursor import Frame
    from ivr.engine.effects import Trace
    from ivr.rehearsal.call import Heard
    from ivr.rehearsal.house import House
    from ivr.rehearsal.keeping import Kept
    from ivr.rehearsal.model import Surroundings

MASK: Final = "•"
HIDDEN: Final = MASK * 4
"""What is shown of a sensitive value: not even its length."""
_KEYS = re.compile(r"[0-9*# ]+")
MOMENT: Final = "%a %Y-%m-%d %H:%M:%S"

Kind = Literal["heard", "step", "info", "wrong", "typed"]


class Line(NamedTuple):
    """One line of what happens."""

    kind: Kind
    text: str
    place: str = ""
    """The step it was said in, or that was left."""


@dataclass(slots=True)
class Trial:
    """One call after another in somebody's hand."""

    house: House
    names: Names
    surroundings: Surroundings
    call: Call | None = None
    is_done: bool = False
    """Whether whoever tries has had enough."""
    _heard: int = 0
    _traced: int = 0
    _dropped: int = 0
    _kept: tuple[Kept, ...] = ()
    """What is kept for people and has been told."""

    # --- the call ----------------------------------------------------------------------------------------------------

    def begin(self) -> list[Line]:
        """Dial."""
        world = self.surroundings
        self._heard = self._traced = self._dropped = 0
        self._kept = ()
        when = f", {world.clock.strftime(MOMENT)}" if world.clock else ""
        lines = [Line("info", f"call from {world.caller or 'a withheld number'} to {world.number}{when}")]

        def dial() -> None:
            self.call = Call(self.house, world)
            self._listen()

        return lines + self._happens(dial)

    def do(self, text: str) -> list[Line]:
        """Do what was typed; what came of it."""
        text = text.strip()
        if not text:
            return []
        if _KEYS.fullmatch(text):
            return self._press(text.replace(" ", ""))
        word, _, rest = text.partition(" ")
        if text in COMMANDS:
            word, rest = text, ""
        command = COMMANDS.get(word)
        typed = Line("typed", text)
        if command is None:
            return [typed, Line("wrong", _unknown("command", word, COMMANDS))]
        return [typed, *command.act(self, rest.strip())]

    def _press(self, keys: str) -> list[Line]:
        call = self.call
        if call is None or call.is_over:
            return [Line("typed", keys), *_over()]
        shown = ""

        def press() -> None:
            nonlocal shown
            for number, key in enumerate(keys):
                if number:
                    call.pause()
                doing = call.doing
                plain = isinstance(doing, Queueing) or (isinstance(doing, Asking) and not doing.effect.sensitive)
                shown += key if plain else MASK
                call.press(key)
            self._listen()

        lines = self._happens(press)
        return [Line("typed", shown), *lines]

    def _listen(self) -> None:
        """Hear what is said until it is somebody's turn; a caller being recorded is not silent by himself."""
        call = self.call
        while call is not None:
            recording = isinstance(call.doing, Recording) and not call.doing.is_speaking
            if recording or not call.listen():
                return

    def _happens(self, happen: Callable[[], None]) -> list[Line]:
        """Let it happen, and tell what was heard and done since the last time."""
        wrong: list[Line] = []
        try:
            happen()
        except NoClockError as missing:
            wrong = [Line("wrong", f"the call depends on {missing.what}; say: clock 2026-11-20 10:00, then: again")]
        except NoAnswerGivenError as missing:
            wrong = [Line("wrong", f"nothing answers '{missing.lookup}'; say: backend {missing.lookup} missing")]
        except NoLineGivenError as missing:
            wrong = [
                Line("wrong", f"nobody tells how '{missing.queue}' stands; say: queue {missing.queue} {{waiting: 0}}")
            ]
        return self._news() + wrong

    def _news(self) -> list[Line]:
        call = self.call
        if call is None:
            return []
        said = call.heard[self._heard :]
        left = call.traces[self._traced :]
        lines = _in_order(said, left)
        lines += [Line("info", f"kept: {described(one.kind, one.facts)}") for one in call.kept if one not in self._kept]
        if len(call.drops) > self._dropped:
            places = ", ".join(dict.fromkeys(place for _, place in call.drops[self._dropped :]))
            lines.append(Line("info", f"a key was pressed where none is taken: {places}"))
        self._heard, self._traced, self._dropped = len(call.heard), len(call.traces), len(call.drops)
        self._kept = tuple(call.kept)
        if call.ending is not None:
            lines.append(Line("info", f"the call has ended: {call.ending.replace('_', ' ')}"))
        elif not isinstance(call.doing, Asking):
            lines.append(Line("info", f"the call waits for {call.doing.waits}"))
        return lines

    # --- what stands beside it ---------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """The step the call is in, as `flow.step`."""
        return self.call.cursor.place if self.call else ""

    @property
    def clock(self) -> datetime | None:
        """The moment it is in the call."""
        call = self.call
        return call.moment("") if call is not None and call.clock is not None else self.surroundings.clock

    def variables(self) -> list[tuple[str, str]]:
        """What the flows know now, the innermost first; sensitive values hidden."""
        if self.call is None:
            return []
        found: list[tuple[str, str]] = [("language", self.call.cursor.language)]
        for frame in reversed(self.call.cursor.stack):
            found += _known(frame)
        return found


def _known(frame: Frame) -> Iterable[tuple[str, str]]:
    for name, value in frame.variables.items():
        if name in frame.sensitive:
            yield f"{frame.flow}.{name}", HIDDEN
        elif isinstance(value, Mapping):
            yield from ((f"{frame.flow}.{name}.{field}", _shown(each)) for field, each in value.items())
        else:
            yield f"{frame.flow}.{name}", _shown(value)


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _in_order(said: list[Heard], left: list[Trace]) -> list[Line]:
    """Sentences and steps as they came: what is said in a step stands before the way out of it."""
    lines: list[Line] = []
    waiting = list(said)
    for trace in left:
        place = f"{trace.flow}.{trace.step}"
        while waiting and any(each.place == place for each in waiting):
            lines.append(_sentence(waiting.pop(0)))
        lines.append(Line("step", trace.outcome, place))
    return lines + [_sentence(each) for each in waiting]


def _sentence(heard: Heard) -> Line:
    return Line("heard", heard.text, heard.place)


def _over() -> list[Line]:
    return [Line("wrong", "the call is over; say: again")]


def _unknown(kind: str, word: str, names: Iterable[str]) -> str:
    hint = did_you_mean(word, names)
    return f"unknown {kind} '{word}'; {hint or 'expected ' + ', '.join(names)}"


# --- commands --------------------------------------------------------------------------------------------------------


def _wait(trial: Trial, text: str) -> list[Line]:
    ms = units.duration_ms(text)
    call = trial.call
    if ms is None:
        return [Line("wrong", f"expected {units.DURATION_FORM}")]
    if call is None or call.is_over:
        return _over()
    return trial._happens(lambda: call.wait(ms))  # noqa: SLF001  - a command is a part of the trial


def _speak(trial: Trial, text: str) -> list[Line]:
    ms = units.duration_ms(text)
    call = trial.call
    if ms is None:
        return [Line("wrong", f"expected {units.DURATION_FORM}")]
    if call is None or not isinstance(call.doing, Recording):
        return [Line("wrong", "nobody records the caller now")]

    def speak() -> None:
        call.speak(ms)
        if not isinstance(call.doing, Recording):
            trial._listen()  # noqa: SLF001  - a command is a part of the trial

    return trial._happens(speak)  # noqa: SLF001  - a command is a part of the trial


def _back(trial: Trial, text: str) -> list[Line]:
    call = trial.call
    if text not in OUTCOMES:
        return [Line("wrong", _unknown("outcome", text, OUTCOMES))]
    came = False

    def come_back() -> None:
        nonlocal came
        came = call is not None and call.come_back(text)
        trial._listen()  # noqa: SLF001  - a command is a part of the trial

    if call is not None and isinstance(call.doing, Outside) and text in call.doing.never:
        return [Line("wrong", "a call that is given away and answered does not come back")]
    lines = trial._happens(come_back)  # noqa: SLF001  - a command is a part of the trial
    return lines if came else [Line("wrong", "the call is in no queue and with no other telephone")]


def _clock(trial: Trial, text: str) -> list[Line]:
    notes = Notes(trial.names)
    root = read_yaml(f'"{text}"'.encode(), "clock").root
    moment = notes.moment(root) if root is not None else None
    if moment is None:
        return [Line("wrong", f"expected {MOMENT_FORM}")]
    trial.surroundings = replace(trial.surroundings, clock=moment)
    if trial.call is not None:
        trial.call.set_clock(moment)
    return [Line("info", f"it is {moment.strftime(MOMENT)}")]


def _backend(trial: Trial, text: str) -> list[Line]:
    lookup, _, answer = text.partition(" ")
    questions = trial.house.questions
    if lookup in MOODS and not answer:
        text = ", ".join(f"{name}: {lookup}" for name in questions)
    elif lookup not in questions:
        return [Line("wrong", _unknown("lookup", lookup, [*questions, *MOODS]))]
    else:
        text = f"{lookup}: {answer or 'missing'}"
    document = read_yaml(f"{{{text}}}".encode(), "backend")
    notes = Notes(trial.names)
    found = read_backend(document.root, notes) if isinstance(document.root, MappingNode) else {}
    if problems := [*document.diagnostics, *notes.diagnostics]:
        return [_mistake(problems[0])]
    answers = {name: each.choices[0] for name, each in found.items()}
    trial.surroundings = replace(trial.surroundings, answers={**trial.surroundings.answers, **answers})
    if trial.call is not None:
        trial.call.backend.change(answers)
    lines = [Line("info", f"{name}: {moods(each)}") for name, each in answers.items()]
    if trial.call is not None and trial.call.backend.keeps_answers:
        lines.append(Line("info", "what has been answered in this call is told again until it is too old ('max_age')"))
    return lines


def _queue(trial: Trial, text: str) -> list[Line]:
    queue, _, figures = text.partition(" ")
    document = read_yaml(f"{{{queue}: {figures or UNKNOWN}}}".encode(), "queue")
    notes = Notes(trial.names)
    lines = read_lines(document.root, notes) if document.root is not None else {}
    if problems := [*document.diagnostics, *notes.diagnostics]:
        return [_mistake(problems[0])]
    trial.surroundings = replace(trial.surroundings, lines={**trial.surroundings.lines, **lines})
    if trial.call is not None:
        trial.call.lines.update(lines)
    return [Line("info", f"queue {name}: {standing(line)}") for name, line in lines.items()]


def _mistake(problem: Diagnostic) -> Line:
    return Line("wrong", "; ".join(filter(None, (problem.message, problem.expected, problem.hint))))


def _from(trial: Trial, text: str) -> list[Line]:
    trial.surroundings = replace(trial.surroundings, caller=text, remembered={})
    return trial.begin()


def _hang_up(trial: Trial, _text: str) -> list[Line]:
    call = trial.call
    return _over() if call is None or call.is_over else trial._happens(call.hang_up)  # noqa: SLF001  - a command is a part of the trial


def _again(trial: Trial, _text: str) -> list[Line]:
    if trial.call is not None:
        trial.surroundings = replace(trial.surroundings, remembered=trial.call.remembered, clock=trial.clock)
    return trial.begin()


def _state(trial: Trial, _text: str) -> list[Line]:
    clock = trial.clock
    told = [("step", trial.place), ("clock", clock.strftime(MOMENT) if clock else "none"), *trial.variables()]
    width = max(len(name) for name, _ in told)
    return [Line("info", f"{name:<{width}}  {value}") for name, value in told]


def _quit(trial: Trial, _text: str) -> list[Line]:
    trial.is_done = True
    return []


def _help(_trial: Trial, _text: str) -> list[Line]:
    width = max(len(command.form) for command in COMMANDS.values())
    told = [Line("info", f"{'0 to 9, *, #':<{width}}  press keys")]
    return told + [Line("info", f"{each.form:<{width}}  {each.what}") for each in COMMANDS.values()]


class Command(NamedTuple):
    """One word that can be typed."""

    form: str
    what: str
    act: Callable[[Trial, str], list[Line]]


COMMANDS: Final[Mapping[str, Command]] = {
    "wait": Command("wait 7s", "let time pass", _wait),
    "speak": Command("speak 5s", "speak while being recorded; # ends it", _speak),
    "back": Command("back answered", "come back from a queue or another telephone", _back),
    "clock": Command("clock 2026-11-20 22:30", "set the clock", _clock),
    "backend": Command(
        "backend LOOKUP slow", f"answer so from now on: {', '.join(MOODS)}, or {{field: value}}", _backend
    ),
    "queue": Command("queue NAME {ahead: 2}", f"so the queue stands from now on: {', '.join(FIGURES)}", _queue),
    "from": Command("from 13800138001", "call anew from this number", _from),
    "again": Command("again", "the same caller calls again", _again),
    "hang up": Command("hang up", "leave the call", _hang_up),
    "state": Command("state", "the step, the clock, and what the flows know", _state),
    "help": Command("help", "these words", _help),
    "quit": Command("quit", "end", _quit),
}
"""Every word that can be typed instead of keys."""
