"""The flow engine: what a call does next. One `step` serves real calls, the simulator, flow tests and replays.

A flow is named steps, one verb each. Entering a step either leads straight on (`set`, `branch`) or asks for something
to be done and waits: a message, keys, a lookup, a queue. What came of it is the next input. So every turn is

    (cursor, input, now)  ->  (cursor, effects)

and of the effects exactly the last waits for an input, or ends the call (`HangUp`, `Rescue`).

What holds for every flow, whatever is in it, and every input, whenever it comes (`tests/ivr/engine/test_machine.py`):

- a call ends: each flow bounds its steps, each step its visits, each question its tries, and the stack of flows has a
  greatest depth;
- `step` does not raise: a defect of the flow, or an input nobody waits for, brings the caller to a person (`Rescue`);
- a caller may hang up at any point; what was said before is kept, and what waits for nobody is still done;
- digits of a `collect` are in no trace, and sensitive ones not in the cursor of the next segment.

The verbs are the table `VERBS`: how a step is entered, and how it takes what came back. A turn that came of the place
alone is not worked out a second time (`ivr.engine.trodden`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ivr.engine import inputs, outside, questions, records
from ivr.engine.cursor import Cursor, Frame, Waiting
from ivr.engine.effects import (
    AskHours,
    Effect,
    HangUp,
    LookUp,
    Record,
    Rescue,
    RunScript,
    Say,
)
from ivr.engine.move import Move
from ivr.engine.trodden import again_or, remember
from ivr.engine.turn import FlowDefect, Go, Onward, Turn
from ivr.flow.model import (
    END,
    Assign,
    Branch,
    Callback,
    Collect,
    Dial,
    Hangup,
    Hours,
    Lookup,
    Menu,
    Play,
    Queue,
    QueueState,
    RecordWords,
    Return,
    SayValue,
    Script,
    Step,
    Subflow,
    Survey,
    Ticket,
    Transfer,
    Voicemail,
)
from ivr.prompts.values_alone import VALUE

__all__ = ["FITS", "VERBS", "Move", "Verb", "begin", "step", "worked_out"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ivr.engine.inputs import CallFacts, Input
    from ivr.flow.model import FlowSet

FITS: Final[Mapping[Waiting, tuple[type[Input], ...]]] = {
    Waiting.START: (inputs.Started,),
    Waiting.SPEECH: (inputs.Spoken,),
    Waiting.KEYS: (inputs.Keys, inputs.Silence),
    Waiting.LOOKUP: (inputs.Found, inputs.LookupLate, inputs.LookupFailed),
    Waiting.SCHEDULE: (inputs.Schedule,),
    Waiting.QUEUE: (inputs.QueueTold,),
    Waiting.RETURN: (inputs.Returned,),
    Waiting.RECORDING: (inputs.Recorded,),
    Waiting.SCRIPT: (inputs.ScriptEnded,),
    Waiting.NOTHING: (),
}
"""Which inputs answer what. `HungUp` fits always; anything else that does not fit is a defect."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the flow language: its word, what entering does, and what an answer does."""

    word: str
    enter: Callable[[Turn, Any], Onward]
    answer: Callable[[Turn, Any, Any], Onward] | None = None
    """None for verbs that never wait."""


def begin(flows: FlowSet, flow_name: str, facts: CallFacts, language: str) -> Cursor:
    """A cursor before the first step of a flow. Its first input is `Started`.

    An unknown flow is a defect like any other: the first `step` answers it with `Rescue`.
    """
    flow = flows.flows.get(flow_name)
    start = flow.start if flow else ""
    return Cursor.of(version=flows.version, stack=(Frame(flow_name, start),), language=language, facts=facts)


def worked_out(flows: FlowSet, cursor: Cursor, event: Input, now: datetime) -> Move:
    """What the call does next, as `step`, whether or not such a turn was made before."""
    turn = Turn(flows, cursor, now)
    try:
        turn.finish(_hung_up(turn) if isinstance(event, inputs.HungUp) else _react(turn, event))
    except FlowDefect as defect:
        turn.trace(_word(turn), "rescued", END, {"reason": str(defect)})
        turn.finish(Rescue(str(defect)))
    move = Move(turn.made(), tuple(turn.effects))
    if turn.by_place:
        remember(flows, cursor, event, move)
    return move


step: Final = again_or(worked_out)
"""What the call does next: of flows, a cursor, what happened and this moment (timezone-aware)."""


# --- one turn --------------------------------------------------------------------------------------------------------


def _react(turn: Turn, event: Input) -> Effect:
    if not isinstance(event, FITS[turn.waiting]):
        raise FlowDefect(f"{turn.place}: {type(event).__name__} while waiting for {turn.waiting}")
    if turn.version != turn.flows.version:
        raise FlowDefect(f"the call began on flows {turn.version}, these are {turn.flows.version}")
    onward = _start(turn, event) if isinstance(event, inputs.Started) else _answer(turn, event)
    while isinstance(onward, Go):
        onward = _leave(turn, onward)
    return onward


def _start(turn: Turn, started: inputs.Started) -> Onward:
    turn.begin_call(started.facts)
    return _enter(turn, turn.flow.start)


def _answer(turn: Turn, event: Input) -> Onward:
    present = turn.present
    answer = VERBS[type(present)].answer
    if answer is None:
        raise FlowDefect(f"{turn.place}: nothing to wait for in this step")
    return answer(turn, present, event)


def _enter(turn: Turn, name: str) -> Onward:
    entered = turn.arrive(name)
    verb = VERBS[type(entered)]
    if turn.gone and verb.answer is not None:
        return _hung_up(turn)  # nobody is there to wait for
    return verb.enter(turn, entered)


def _leave(turn: Turn, go: Go) -> Onward:
    turn.trace(_word(turn), go.outcome, go.to, go.detail, go.way)
    return _come_back(turn, None) if go.to == END else _enter(turn, go.to)


def _come_back(turn: Turn, values: Mapping[str, object] | None, *, sensitive: bool = False) -> Onward:
    """A flow is over: the step that called it goes on, or the call ends."""
    if turn.is_outermost:
        return HangUp()
    turn.ascend()
    caller = turn.present
    if not isinstance(caller, Subflow):
        raise FlowDefect(f"{turn.place}: a flow came back to a step that called none")
    if caller.into is not None:
        turn.set_variable(caller.into, values, sensitive=sensitive)
    return turn.way(caller.then, "returned")


def _hung_up(turn: Turn) -> Effect:
    if turn.waiting is not Waiting.NOTHING:
        turn.trace(_word(turn), "hung up", END)
    return HangUp()


def _word(turn: Turn) -> str:
    try:
        return VERBS[type(turn.present)].word
    except FlowDefect:
        return "unknown"


# --- speaking; asking is in ivr.engine.questions ----------------------------------------------------------------------


def _enter_play(turn: Turn, play: Play) -> Onward:
    return Say((turn.utter(play.message, play.args),), play.interruptible)


def _enter_say(turn: Turn, say: SayValue) -> Onward:
    return Say((turn.utter(say.message, {VALUE: say.value}),), say.interruptible)


def _answer_play(turn: Turn, play: Play | SayValue, spoken: inputs.Spoken) -> Onward:
    if spoken.key and play.interruptible:
        turn.keep_key(spoken.key)
    return turn.way(play.then, "said" if spoken.key is None else "interrupted")


# --- thinking --------------------------------------------------------------------------------------------------------


def _enter_assign(turn: Turn, assign: Assign) -> Onward:
    turn.assign(assign.assign)
    return turn.way(assign.then, "set")


def _enter_branch(turn: Turn, branch: Branch) -> Onward:
    for number, way in enumerate(branch.then, start=1):
        if turn.is_open(way):
            return turn.take(way, f"way {number}", number=number)
    raise FlowDefect(f"{turn.place}: no way of this branch is open")


def _enter_hours(_turn: Turn, hours: Hours) -> Onward:
    return AskHours(hours.schedule)


def _answer_hours(_turn: Turn, hours: Hours, schedule: inputs.Schedule) -> Onward:
    return Go(hours.open, "open") if schedule.is_open else Go(hours.closed, "closed")


def _enter_lookup(turn: Turn, lookup: Lookup) -> Onward:
    meanwhile = None if lookup.meanwhile is None else turn.utter(lookup.meanwhile, {})
    args = turn.evaluate_all(lookup.args)
    return LookUp(lookup.lookup, args, lookup.timeout_ms, lookup.max_age_ms, meanwhile)


def _answer_lookup(
    turn: Turn, lookup: Lookup, answer: inputs.Found | inputs.LookupLate | inputs.LookupFailed
) -> Onward:
    # Null, and so every field of it, unless there is an answer: an older one must not pass for this one.
    turn.set_variable(lookup.into, answer.row if isinstance(answer, inputs.Found) else None)
    match answer:
        case inputs.LookupLate():
            return Go(lookup.on_timeout, "late")
        case inputs.LookupFailed(reason=reason):
            return Go(lookup.on_error, "failed", {"reason": reason})
        case inputs.Found(row=None):
            return turn.way(lookup.then, "missing") if lookup.on_missing is None else Go(lookup.on_missing, "missing")
        case inputs.Found():
            return turn.way(lookup.then, "found")


# --- other flows -----------------------------------------------------------------------------------------------------


def _enter_subflow(turn: Turn, subflow: Subflow) -> Onward:
    flow = turn.flow_named(subflow.flow)
    variables = turn.evaluate_all(subflow.args)
    sensitive = frozenset(name for name, expression in subflow.args.items() if turn.is_sensitive(expression))
    turn.trace("subflow", "entered", f"{flow.name}.{flow.start}")
    turn.descend(flow, variables, sensitive)
    return _enter(turn, flow.start)


def _enter_return(turn: Turn, back: Return) -> Onward:
    values = turn.evaluate_all(back.values)
    sensitive = any(turn.is_sensitive(expression) for expression in back.values.values())
    turn.trace("return", "returned", END)
    return _come_back(turn, values, sensitive=sensitive)


# --- left behind and run ---------------------------------------------------------------------------------------------


def _enter_voicemail(turn: Turn, voicemail: Voicemail) -> Onward:
    greeting = turn.utter(voicemail.message, voicemail.args)
    return Record(voicemail.box, greeting, voicemail.longest_ms, voicemail.silence_ms)


def _answer_voicemail(turn: Turn, voicemail: Voicemail, recorded: inputs.Recorded) -> Onward:
    return turn.way(voicemail.then, "recorded", {"seconds": f"{recorded.seconds:.1f}"})


def _enter_script(turn: Turn, script: Script) -> Onward:
    values = [turn.evaluate(expression) for expression in script.args]
    return RunScript(script.script, tuple("" if value is None else str(value) for value in values))


def _answer_script(turn: Turn, script: Script, ended: inputs.ScriptEnded) -> Onward:
    return turn.way(script.then, "done") if ended.ok else Go(script.on_error, "failed")


# --- the end ---------------------------------------------------------------------------------------------------------


def _enter_hangup(turn: Turn, hangup: Hangup) -> Onward:
    if hangup.message is None:
        return _end(turn)
    return Say((turn.utter(hangup.message, hangup.args),), interruptible=False)


def _answer_hangup(turn: Turn, _hangup: Hangup, _spoken: inputs.Spoken) -> Onward:
    return _end(turn)


def _end(turn: Turn) -> Onward:
    """The call ends here, also in the middle of a subflow."""
    turn.trace("hangup", "ended", END)
    return HangUp()


VERBS: Final[Mapping[type[Step], Verb]] = {
    Play: Verb("play", _enter_play, _answer_play),
    SayValue: Verb("say", _enter_say, _answer_play),
    Menu: Verb("menu", questions.enter_menu, questions.answer_menu),
    Collect: Verb("collect", questions.enter_collect, questions.answer_collect),
    Assign: Verb("set", _enter_assign),
    Branch: Verb("branch", _enter_branch),
    Hours: Verb("hours", _enter_hours, _answer_hours),
    Lookup: Verb("lookup", _enter_lookup, _answer_lookup),
    Subflow: Verb("subflow", _enter_subflow),
    Return: Verb("return", _enter_return),
    Queue: Verb("queue", outside.enter_queue, outside.answer_queue),
    Dial: Verb("dial", outside.enter_dial, outside.answer_dial),
    Voicemail: Verb("voicemail", _enter_voicemail, _answer_voicemail),
    RecordWords: Verb("record", records.enter_record, records.answer_record),
    Survey: Verb("survey", records.enter_survey, records.answer_survey),
    Callback: Verb("callback", records.enter_callback),
    Ticket: Verb("ticket", records.enter_ticket),
    Script: Verb("script", _enter_script, _answer_script),
    Hangup: Verb("hangup", _enter_hangup, _answer_hangup),
    QueueState: Verb("queue_state", outside.enter_queue_state, outside.answer_queue_state),
    Transfer: Verb("transfer", outside.enter_transfer, outside.answer_transfer),
}
