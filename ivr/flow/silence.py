"""Calls that end without a word: before the caller has heard anything (F040), or after he was asked or waited (F041).

A word is a message or a value that is said, or what an agent says. What was said before a question, a recording or a
wait counts no more once that is over: who has pressed a key, spoken or waited, and is cut off, does not know whether
it was meant. What is not known here (a script that runs) may speak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from dialplan.diagnostics import Diagnostic
from ivr.flow.model import (
    END,
    Collect,
    Dial,
    Hangup,
    Menu,
    Play,
    Queue,
    RecordWords,
    Return,
    SayValue,
    Script,
    Step,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from ivr.flow.paths import Exit, exits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ivr.flow.known import Known
    from ivr.flow.model import Flow

Heard = Literal["nothing", "no word", "a word"]
"""What a caller has heard: nothing at all, no word since he was asked or waited, or a word."""

_UNHEARD: Final = frozenset({"after empty", "after full", "after withdrawn", "after failed", "after busy"})
"""Outcomes of a queue or a dialled number in which the caller has heard neither music nor ringing."""
_PLAIN: Final = frozenset({"then", "hangup", "return"})
"""Ways out of a step that need not be told."""
_MOST_TOLD: Final = 10
"""Steps of a way that are told; of a longer one its end."""


class _Place(NamedTuple):
    """A step that a call can come to, and what its caller has heard by then."""

    flow: str
    entered: Heard
    """What he had heard when this flow began: one that is run from several places is followed for each."""
    step: str
    heard: Heard


class _Known(NamedTuple):
    """What is known of a caller at a place or at the end of a flow."""

    heard: Heard
    since: str
    """The step that asked him or let him wait last, with the way out of it."""


def silent_ends(flows: Mapping[str, Flow], known: Known) -> Iterator[Diagnostic]:
    """F040 and F041: steps at which a call may end without a word, with the shortest way there.

    Args:
        flows: flows without mistakes; none of them runs itself.
        known: the numbers, and the flows they lead to.
    """
    told: set[tuple[str, str, bool]] = set()
    for entry in known.entries or {}:
        if entry not in flows or (known.entries or {})[entry] is None:
            continue
        calls = _Calls(flows, entry)
        calls.follow()
        for place, ways in calls.ends.items():
            for asked in (False, True):
                kinds = {kind: since for kind, since in ways.items() if bool(since) == asked}
                if kinds and (place.flow, place.step, asked) not in told:
                    told.add((place.flow, place.step, asked))
                    yield _diagnostic(calls, place, kinds)


def _diagnostic(calls: _Calls, place: _Place, kinds: Mapping[str, str]) -> Diagnostic:
    step = calls.flows[place.flow].steps[place.step]
    by = "" if _PLAIN & set(kinds) else f" ({_listed(kinds)})"
    since = next(iter(kinds.values()))
    way = f"the way there: {calls.way_to(place)}"
    if not since:
        message = f"a call can end at '{step.name}'{by} before the caller has heard anything"
        return Diagnostic("F040", "warning", step.at, message, "a message before it, or 'hangup: goodbye'", way)
    after = "" if since.startswith(f"'{step.name}'") else f" after {since}"
    message = f"a call can end at '{step.name}'{by} without a word{after}"
    return Diagnostic("F041", "warning", step.at, message, "a message before the end, or 'hangup: goodbye'", way)


def _listed(kinds: Iterable[str]) -> str:
    """Ways out of a step: `after timed_out, empty`."""
    first, *others = kinds
    same = f"{first.partition(' ')[0]} "
    return ", ".join([first, *(kind.removeprefix(same) if " " in first else kind for kind in others)])


@dataclass(slots=True)
class _Calls:
    """Every place that the calls of one number can come to."""

    flows: Mapping[str, Flow]
    entry: str
    ends: dict[_Place, dict[str, str]] = field(default_factory=dict)
    """A place at which the call may end without a word, to the ways out of it that do, each with what was last."""
    _before: dict[_Place, tuple[_Place, str] | None] = field(default_factory=dict)
    """A place to the one that led to it first, and the way out of that one."""
    _since: dict[_Place, str] = field(default_factory=dict)
    _waiting: list[_Place] = field(default_factory=list)
    _runs: dict[tuple[str, Heard], list[_Place]] = field(default_factory=dict)
    """A flow to the steps that run it."""
    _ended: dict[tuple[str, Heard], dict[Heard, str]] = field(default_factory=dict)
    """A flow to what its callers may have heard at its end."""

    def follow(self) -> None:
        """Go wherever a call can go, nearest first."""
        self._come(self.entry, "nothing", self.flows[self.entry].start, _Known("nothing", ""), None)
        for place in self._waiting:  # which grows meanwhile
            step = self.flows[place.flow].steps[place.step]
            known = _Known(place.heard, self._since[place])
            match step:
                case Hangup(message=None):
                    self._end_call(place, "hangup", known)
                case Return():
                    self._end_flow(place, "return", known)
                case Subflow() if step.flow in self.flows:
                    self._runs.setdefault((step.flow, place.heard), []).append(place)
                    self._come(step.flow, place.heard, self.flows[step.flow].start, known, (place, "run"))
                    for heard, since in self._ended.get((step.flow, place.heard), {}).items():
                        self._leave(place, step, _Known(heard, since))
                case _:
                    self._leave(place, step, known)

    def way_to(self, place: _Place) -> str:
        """The shortest way to a place, step by step."""
        parts = [self._named(place, "")]
        at = self._before[place]
        while at is not None:
            parts.append(self._named(*at))
            at = self._before[at[0]]
        shown = parts[::-1]
        return " → ".join(shown if len(shown) <= _MOST_TOLD else ["…", *shown[-_MOST_TOLD:]])

    def _named(self, place: _Place, kind: str) -> str:
        name = place.step if place.flow == self.entry else f"{place.flow}.{place.step}"
        return name if kind in {"", "then", "run"} else f"{name} ({kind})"

    def _leave(self, place: _Place, step: Step, known: _Known) -> None:
        for way in exits(step):
            after = _after(step, way, known)
            if way.then == END:
                self._end_flow(place, way.kind, after)
            else:
                self._come(place.flow, place.entered, way.then, after, (place, way.kind))

    def _come(self, flow: str, entered: Heard, step: str, known: _Known, before: tuple[_Place, str] | None) -> None:
        place = _Place(flow, entered, step, known.heard)
        if step in self.flows[flow].steps and place not in self._before:
            self._before[place] = before
            self._since[place] = known.since
            self._waiting.append(place)

    def _end_flow(self, place: _Place, kind: str, known: _Known) -> None:
        key = (place.flow, place.entered)
        if place.flow == self.entry:
            self._end_call(place, kind, known)
        elif known.heard not in self._ended.setdefault(key, {}):
            self._ended[key][known.heard] = known.since
            for caller in self._runs[key]:
                self._leave(caller, self.flows[caller.flow].steps[caller.step], known)

    def _end_call(self, place: _Place, kind: str, known: _Known) -> None:
        if known.heard != "a word":
            self.ends.setdefault(place, {}).setdefault(kind, known.since)


def _after(step: Step, way: Exit, known: _Known) -> _Known:
    """What is known of the caller on one way out of a step."""
    since = f"'{step.name}'" if way.kind == "then" else f"'{step.name}' ({way.kind})"
    match step:
        case Play() | SayValue():
            return known._replace(heard="a word")
        case Menu() | Collect() | Survey() | Voicemail() | RecordWords():
            return _Known("no word", since)
        case Script() if way.kind == "then":
            return known._replace(heard="a word")
        case Queue() | Dial() | Transfer():
            if way.kind == "after answered":
                return known._replace(heard="a word")
            if known.heard == "nothing" and way.kind in _UNHEARD:
                return known
            return _Known("no word", since)
        case _:
            return known
