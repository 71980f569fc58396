"""A dialogue played: each act of its talk done on a simulated call, and the first thing that goes another way told.

`DO` says how each act is done. Nothing that is told holds a key the caller pressed: it may be of a PIN.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ivr.rehearsal import model
from ivr.rehearsal.backend import NoAnswerGivenError
from ivr.rehearsal.call import Call, NoClockError
from ivr.rehearsal.doings import Recording
from ivr.rehearsal.edges import edge_of
from ivr.rehearsal.keeping import described
from ivr.rehearsal.lines import NoLineGivenError
from ivr.rehearsal.outside import Dialling, Outside, Queueing, Transferring
from ivr.rehearsal.telling import difference, listed, said_in, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dialplan.source import Span
    from ivr.engine.effects import Trace
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.call import Heard
    from ivr.rehearsal.doing import Doing
    from ivr.rehearsal.edges import Edge
    from ivr.rehearsal.house import House
    from ivr.rehearsal.keeping import Kept
    from ivr.rehearsal.model import Act, Dialogue, Ending

ENDINGS: Final[Mapping[Ending, str]] = {
    "finished": "to be led to its end",
    "hung_up": "the caller to hang up",
    "rescued": "to be brought to a person, out of the flow",
}
"""How an ending reads behind "the call": in a report."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a call went another way than its dialogue."""

    at: Span | None
    expected: str
    """Behind "expected": `to hear 'your-balance'`."""
    found: str
    """What was there instead."""
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one dialogue."""

    dialogue: Dialogue
    failure: Failure | None
    traces: tuple[Trace, ...]
    """The steps on the way, each with the way that was taken out of it."""
    heard: tuple[Heard, ...]
    ending: Ending | None
    """None: the talk was over before the call was."""
    edges: tuple[Edge, ...]
    """Every way taken, in order, as often as it was."""

    @property
    def passed(self) -> bool:
        """Whether it went as written."""
        return self.failure is None


class _Failed(Exception):  # noqa: N818  - it is not an error of ours but the finding a dialogue is for
    def __init__(self, expected: str, found: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self.expected, self.found, self.hint = expected, found, hint


@dataclass(slots=True)
class _Play:
    """A dialogue in progress."""

    call: Call
    flows: FlowSet
    position: int = 0
    """How many sentences were heard up to the last one expected."""
    drops: int = 0
    """How many keys nobody took up to the last one expected."""
    never: int = 0
    """How many sentences have been looked at for what must not be said."""


def play(house: House, dialogue: Dialogue) -> Played:
    """Play one dialogue.

    Raises:
        UnknownEffectError, UnknownOutcomeError: the engine has something that rehearsals do not know; never for
            anything a flow or a dialogue does.
    """
    failure, call = None, None
    at: Span | None = dialogue.at
    try:
        call = Call(house, _remembering(house, dialogue))
        doing = _Play(call, house.flows)
        for act in dialogue.talk:
            at = act.at or dialogue.at
            DO[type(act)](doing, act)
            _refuse_said(doing, dialogue.never)
        at = dialogue.at
        if dialogue.ends is not None:
            _end(doing, dialogue.ends)
            _refuse_said(doing, dialogue.never)
    except _Failed as failed:
        failure = Failure(at, failed.expected, failed.found, failed.hint)
    except NoClockError as missing:
        hint = 'say when the call is: clock: "2026-11-20 10:00"'
        failure = Failure(at, "a clock", f"the call depends on {missing.what}", hint)
    except NoAnswerGivenError as missing:
        hint = f"backend: {{{missing.lookup}: {{…}}}}, or down, slow, missing, wrong"
        failure = Failure(at, f"an answer of '{missing.lookup}'", "the dialogue gives it none", hint)
    except NoLineGivenError as missing:
        hint = f"queues: {{{missing.queue}: {{waiting: 0, free: 1}}}}, or unknown"
        failure = Failure(at, f"how queue '{missing.queue}' stands", "the dialogue does not say", hint)
    traces = tuple(call.traces) if call else ()
    edges = tuple(edge for trace in traces if (edge := edge_of(house.flows, trace)) is not None)
    heard = tuple(call.heard) if call else ()
    return Played(dialogue, failure, traces, heard, call.ending if call else None, edges)


def _remembering(house: House, dialogue: Dialogue) -> model.Surroundings:
    """The world of a call, with what the call it follows asked to be remembered.

    Raises:
        _Failed: that one does not go as written.
    """
    before, world = dialogue.follows, dialogue.surroundings
    if before is None:
        return world
    earlier = Call(house, _remembering(house, before))
    doing = _Play(earlier, house.flows)
    try:
        for act in before.talk:
            DO[type(act)](doing, act)
    except (_Failed, NoClockError, NoAnswerGivenError, NoLineGivenError):
        raise _Failed("the call before it to go as written", f"'{before.name}' does not") from None
    return replace(world, remembered={**earlier.remembered, **world.remembered})


# --- one act each ----------------------------------------------------------------------------------------------------


def _expect(doing: _Play, act: model.Expect) -> None:
    call, wanted = doing.call, act.messages
    begin = doing.position
    while True:
        found = next((n for n in range(begin, len(call.heard) - len(wanted) + 1) if _is_at(call, n, wanted)), None)
        if found is not None:
            break
        begin = max(doing.position, len(call.heard) - len(wanted) + 1)
        if not call.listen():
            raise _Failed(f"to hear {listed(wanted)}", _instead(doing), _why_not(doing, wanted[0]))
    doing.position = found + len(wanted)
    doing.drops = len(call.drops)
    heard = call.heard[found]
    if act.language is not None and heard.language != act.language:
        raise _Failed(f"'{heard.message}' in {act.language}", f"it is said in {heard.language}: {heard.text}")
    if act.says is not None and heard.text != act.says:
        raise _Failed(
            f"'{heard.message}' to say: {act.says}", f"it says: {heard.text}", difference(act.says, heard.text)
        )


def _hear(doing: _Play, act: model.Hear) -> None:
    call, begin = doing.call, doing.position
    while True:
        found = next((n for n in range(begin, len(call.heard)) if call.heard[n].text == act.sentence), None)
        if found is not None:
            break
        begin = len(call.heard)
        if not call.listen():
            raise _Failed(f"to hear: {act.sentence}", _instead(doing), _reason(call))
    doing.position = found + 1
    doing.drops = len(call.drops)


def _press(doing: _Play, act: model.Press) -> None:
    for number, key in enumerate(act.keys, start=1):
        if doing.call.is_over:
            raise _Failed(f"to press key {number} of {len(act.keys)}", _instead(doing))
        if number > 1:
            doing.call.pause()
        doing.call.press(key)


def _wait(doing: _Play, act: model.Wait) -> None:
    if doing.call.is_over:
        raise _Failed("to wait", _instead(doing))
    doing.call.wait(act.ms)


def _speak(doing: _Play, act: model.Speak) -> None:
    _listen_until(doing, lambda: doing.call.doing.waits == "what the caller says", "to be recorded")
    if not doing.call.speak(act.ms):
        raise _Failed("to be recorded", _instead(doing))


def _queued(doing: _Play, act: model.Queued) -> None:
    expected = f"to wait in queue '{act.queue}'"
    _listen_until(doing, lambda: isinstance(doing.call.doing, Queueing), expected)
    queue = doing.call.doing
    if not isinstance(queue, Queueing):
        raise _Failed(expected, _instead(doing))
    if queue.effect.queue != act.queue:
        raise _Failed(expected, f"the call waits in queue '{queue.effect.queue}' ({doing.call.cursor.place})")
    if act.priority is not None and queue.effect.priority != act.priority:
        raise _Failed(f"{expected} with priority {act.priority}", f"its priority is {queue.effect.priority}")


def _dialled(doing: _Play, act: model.Dialled) -> None:
    _rings(doing, act.to, Dialling, f"to be connected to '{act.to}'")


def _transferred(doing: _Play, act: model.Transferred) -> None:
    _rings(doing, act.to, Transferring, f"to be given away to '{act.to}'")


def _rings(doing: _Play, to: str, kind: type[Dialling], expected: str) -> None:
    _listen_until(doing, lambda: isinstance(doing.call.doing, Dialling), expected)
    dial = doing.call.doing
    if not isinstance(dial, Dialling):
        raise _Failed(expected, _instead(doing))
    if type(dial) is not kind or dial.to != to:
        told = "for good" if isinstance(dial, Transferring) else "and the call may come back"
        raise _Failed(expected, f"'{dial.to}' is dialled, {told} ({doing.call.cursor.place})")


def _comes_back(doing: _Play, act: model.ComesBack) -> None:
    _listen_until(doing, lambda: isinstance(doing.call.doing, Outside), "a queue or another telephone")
    if not doing.call.come_back(act.outcome):
        raise _Failed("to come back from a queue or another telephone", _not_back(doing.call.doing) or _instead(doing))


def _not_back(outside: Doing) -> str | None:
    return "a call that is given away and answered does not come back" if isinstance(outside, Transferring) else None


def _stands(doing: _Play, act: model.Stands) -> None:
    place = f"{act.flow}.{act.step}"
    _listen_until(doing, lambda: doing.call.cursor.place == place and not doing.call.is_over, f"to be at '{place}'")


def _set_clock(doing: _Play, act: model.SetClock) -> None:
    doing.call.set_clock(act.clock)


def _set_backend(doing: _Play, act: model.SetBackend) -> None:
    doing.call.backend.change(act.answers)


def _set_lines(doing: _Play, act: model.SetLines) -> None:
    doing.call.lines.update(act.lines)


def _keeps(doing: _Play, act: model.Keeps) -> None:
    call = doing.call
    if not act.wanted and call.kept:
        raise _Failed("nothing to be kept", f"kept is {_all_kept(call)}")
    for kind, facts in act.wanted:
        while not ((last := _last_kept(call, kind)) is not None and last.has(facts)):
            is_silent = isinstance(call.doing, Recording) and not call.doing.is_speaking
            if is_silent or not call.listen():  # silence would be kept as words
                raise _Failed(f"to be kept: {described(kind, facts)}", f"kept is {_all_kept(call)}", _reason(call))


def _last_kept(call: Call, kind: str) -> Kept | None:
    return next((one for one in reversed(call.kept) if one.kind == kind), None)


def _all_kept(call: Call) -> str:
    return "; ".join(described(one.kind, one.facts) for one in call.kept) or "nothing"


def _leave(doing: _Play, _act: model.LeaveCall) -> None:
    if doing.call.is_over:
        raise _Failed("to hang up", _instead(doing))
    doing.call.hang_up()


DO: Final[Mapping[type[Act], Callable[[_Play, Any], None]]] = {
    model.Expect: _expect,
    model.Hear: _hear,
    model.Press: _press,
    model.Wait: _wait,
    model.Speak: _speak,
    model.Queued: _queued,
    model.Dialled: _dialled,
    model.Transferred: _transferred,
    model.ComesBack: _comes_back,
    model.Stands: _stands,
    model.SetClock: _set_clock,
    model.SetBackend: _set_backend,
    model.SetLines: _set_lines,
    model.Keeps: _keeps,
    model.LeaveCall: _leave,
}
"""Every act of a talk, and how it is done."""


def _end(doing: _Play, ending: Ending) -> None:
    while doing.call.listen():
        pass
    if doing.call.ending is None:
        raise _Failed(f"the call {ENDINGS[ending]}", _instead(doing))
    if doing.call.ending != ending:
        raise _Failed(f"the call {ENDINGS[ending]}", _instead(doing), _reason(doing.call))


def _refuse_said(doing: _Play, never: tuple[str, ...]) -> None:
    for heard in doing.call.heard[doing.never :]:
        if heard.message in never:
            raise _Failed(f"never to hear '{heard.message}'", f"it is said in {heard.place}: {heard.text}")
    doing.never = len(doing.call.heard)


# --- what a failure says ---------------------------------------------------------------------------------------------


def _listen_until(doing: _Play, there: Callable[[], bool], expected: str) -> None:
    while not there():
        if not doing.call.listen():
            raise _Failed(expected, _instead(doing), _reason(doing.call))


def _is_at(call: Call, at: int, wanted: tuple[str, ...]) -> bool:
    return all(heard.message == message for heard, message in zip(call.heard[at:], wanted, strict=False))


def _instead(doing: _Play) -> str:
    """What was heard since the last thing expected, and where the call stands now."""
    call = doing.call
    since = [sentence(one) for one in call.heard[doing.position :]]
    told = f"heard {', '.join(since)}; " if since else ""
    if call.ending is not None:
        words = {"finished": "is over", "hung_up": "is over: the caller has hung up", "rescued": "was rescued"}
        return f"{told}the call {words[call.ending]} ({call.cursor.place})"
    return f"{told}the call is in {call.cursor.place} and waits for {call.doing.waits}"


def _why_not(doing: _Play, message: str) -> str | None:
    call = doing.call
    if dropped := call.drops[doing.drops :]:
        places = ", ".join(dict.fromkeys(place for _, place in dropped))
        return f"keys were pressed where none is taken: {places}"
    if call.ending == "rescued":
        return _reason(call)
    if any(one.message == message for one in call.heard[: doing.position]):
        return f"'{message}' was heard earlier in this call"
    return said_in(doing.flows, message)


def _reason(call: Call) -> str | None:
    """Why a call was rescued."""
    return next((trace.detail.get("reason") for trace in reversed(call.traces) if trace.outcome == "rescued"), None)
