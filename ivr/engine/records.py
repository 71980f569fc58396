"""What a call leaves behind for people: the caller's words, answers to a survey, a callback, a ticket.

None of it is waited for. The rows are the runner's to keep (`ivr.runner.ports.Records`); the engine says what is in
them, and which coming to the step they are of, so that the same one told twice is one row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ivr.engine.effects import Ask, CallbackAsked, Record, Surveyed, TicketOpened
from ivr.engine.inputs import Keys, Silence
from ivr.engine.questions import FIRST_KEY_MS
from ivr.engine.turn import FlowDefect, Go, Onward, Turn

if TYPE_CHECKING:
    from ivr.engine.inputs import Recorded
    from ivr.flow.model import Callback, RecordWords, Survey, Ticket, Tries

CALLABLE: Final = re.compile(r"\+?[0-9*#]{2,32}")
"""What can be called back: a number that was told by the network, looked up or keyed in."""


def enter_record(turn: Turn, record: RecordWords) -> Onward:
    """Say what is wanted, and record."""
    return Record(None, turn.utter(record.message, record.args), record.longest_ms, record.silence_ms)


def answer_record(turn: Turn, record: RecordWords, recorded: Recorded) -> Onward:
    """Keep which recording it is; go on, also when the caller has hung up after speaking."""
    turn.gone = recorded.gone
    turn.set_variable(record.into, recorded.recording or None)
    return turn.way(record.then, "recorded", {"seconds": f"{recorded.seconds:.1f}"})


def enter_survey(turn: Turn, survey: Survey) -> Onward:
    """A survey that is asked is on record, whatever becomes of it."""
    turn.note(_surveyed(turn, survey))
    return _put(turn, survey)


def answer_survey(turn: Turn, survey: Survey, heard: Keys | Silence) -> Onward:
    """Keep the answer and put the next question; who does not answer one is asked no more."""
    question = survey.questions[len(turn.answers)]
    if isinstance(heard, Silence):
        return _put_again(turn, survey, survey.no_input, turn.miss(silent=True), "no input")
    if len(heard.keys) != 1 or heard.keys not in question.keys:
        return _put_again(turn, survey, survey.wrong_input, turn.miss(silent=False), "wrong input")
    turn.answered(int(heard.keys))
    turn.note(_surveyed(turn, survey))
    answers = turn.answers
    if len(answers) < len(survey.questions):
        return _put(turn, survey)
    if survey.into is not None:
        names = (question.name for question in survey.questions)
        turn.set_variable(survey.into, dict(zip(names, answers, strict=True)))
    return turn.way(survey.then, "answered", {"answers": str(len(answers))})


def _put(turn: Turn, survey: Survey, first_said: str | None = None) -> Onward:
    question = survey.questions[len(turn.answers)]
    messages = [question.message] if first_said is None else [first_said, question.message]
    after_ms = survey.no_input.after_ms
    return Ask(
        utterances=tuple(turn.utter(message, {}) for message in messages),
        max_keys=1,
        first_key_ms=FIRST_KEY_MS if after_ms is None else after_ms,
        next_key_ms=0,
        terminator="",
        sensitive=False,
        typed_ahead=turn.take_typed_ahead(1, ""),
    )


def _put_again(turn: Turn, survey: Survey, tries: Tries, missed: int, outcome: str) -> Onward:
    turn.drop_typed_ahead()
    if missed >= tries.tries:
        return Go(tries.then, outcome, {"tries": str(missed), "answers": str(len(turn.answers))})
    return _put(turn, survey, first_said=tries.message)


def _surveyed(turn: Turn, survey: Survey) -> Surveyed:
    given = turn.answers
    answers = tuple(
        (question.name, given[place] if place < len(given) else None) for place, question in enumerate(survey.questions)
    )
    return Surveyed(turn.place, survey.survey, answers, turn.visit, turn.cursor.since_ms)


def enter_callback(turn: Turn, callback: Callback) -> Onward:
    """Have the caller called back. What cannot be called is a defect: a person takes the caller now."""
    for expression, what in ((callback.number, "the number to call back"), (callback.reason, "the reason to call")):
        turn.refuse_sensitive(expression, what)
    number, reason = turn.evaluate(callback.number), turn.evaluate(callback.reason)
    if not isinstance(number, str) or not CALLABLE.fullmatch(number):
        raise FlowDefect(f"{turn.place}: the number to call back is no telephone number")
    cursor = turn.cursor
    turn.note(
        CallbackAsked(
            cursor.place,
            callback.queue,
            number,
            "" if reason is None else str(reason),
            entered_ms=cursor.waited.get(callback.queue, cursor.began_ms),
            not_before_ms=callback.not_before_ms,
            not_after_ms=callback.not_after_ms,
        )
    )
    return turn.way(callback.then, "noted", {"queue": callback.queue})


def enter_ticket(turn: Turn, ticket: Ticket) -> Onward:
    """Open a ticket."""
    for name, expression in ticket.args.items():
        turn.refuse_sensitive(expression, f"'{name}' of a ticket")
    recording = None if ticket.recording is None else turn.evaluate(ticket.recording)
    turn.note(
        TicketOpened(
            turn.place,
            ticket.kind,
            ticket.colour,
            turn.evaluate_all(ticket.args),
            None if recording is None else str(recording),
            turn.visit,
        )
    )
    return turn.way(ticket.then, "opened", {"kind": ticket.kind})
