"""Verbs that leave something behind for people: `record`, `survey`, `callback`, `ticket`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.flow import model
from ivr.flow.expressions import constant
from ivr.flow.fields import VARIABLE_FORM, Fields, is_variable
from ivr.flow.yaml_reader import Mapping

if TYPE_CHECKING:
    from dialplan.source import Span
    from ivr.flow.defaults import FlowDefaults

_SECOND, _MINUTE, _DAY = 1_000, 60_000, 86_400_000

RECORDING_MS: Final = (_SECOND, 15 * _MINUTE)
SILENCE_MS: Final = (_SECOND, _MINUTE)
USUAL_SILENCE_MS: Final = 5_000
CALLBACK_MS: Final = (_MINUTE, 30 * _DAY)
"""How far away `not_before` and `not_after` may be."""
MOST_QUESTIONS: Final = 9
"""Who has talked to a person answers two or three."""

_KEYS_FORM: Final = "the figures that answer it: 1-5, or [1, 2]"
_QUESTIONS_FORM: Final = "questions by name: {helpful: {message: rate-helpful, keys: 1-5}}"


def record(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`record: describe-fault`: the caller's words into a variable."""
    return model.RecordWords(
        name,
        at,
        message=fields.mention("record", "message") or "",
        args=fields.expressions("with"),
        into=fields.variable("into", needed=True) or "",
        longest_ms=fields.duration("longest", *RECORDING_MS),
        silence_ms=fields.duration("silence", *SILENCE_MS, default=USUAL_SILENCE_MS),
        then=fields.ways(),
    )


def survey(name: str, at: Span, fields: Fields, defaults: FlowDefaults) -> model.Step:
    """`survey: after-talk`: questions that are answered by one figure each."""
    return model.Survey(
        name,
        at,
        survey=fields.text(fields.node("survey"), "the survey's name") or "",
        questions=_questions(fields),
        no_input=fields.tries("no_input", defaults.no_input, first_key=True),
        wrong_input=fields.tries("wrong_input", defaults.wrong_input, first_key=False),
        into=fields.variable("into", needed=False),
        then=fields.ways(),
    )


def _questions(fields: Fields) -> tuple[model.Question, ...]:
    written = fields.mappings("questions", _QUESTIONS_FORM, "{message: …, keys: 1-5}")
    if len(written) > MOST_QUESTIONS:
        message = f"a survey of {len(written)} questions"
        fields.notes.error("F011", written[MOST_QUESTIONS][0].span, message, f"at most {MOST_QUESTIONS}")
    questions = []
    for key, inner in written:
        if not is_variable(key.text):
            message = f"'{key.text}' cannot be a question's name"
            fields.notes.error("F009", key.span, message, VARIABLE_FORM)
        message_name = inner.mention("message", "message") or ""
        keys = inner.figures("keys", _KEYS_FORM)
        inner.finish()
        questions.append(model.Question(key.text, message_name, keys))
    return tuple(questions)


def callback(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`callback: service`: the caller is to be called back by the agents of a queue."""
    queue = fields.mention("callback", "queue") or ""
    number = fields.need("number", expected="the number to call: call.caller, or one that was keyed in")
    reason = fields.node("reason")
    before = fields.duration_or_none("not_before", *CALLBACK_MS)
    after = fields.duration_or_none("not_after", *CALLBACK_MS)
    if before is not None and after is not None and before >= after:
        node = fields.node("not_after")
        fields.wrong(node or reason or Mapping((), at), "a time after 'not_before'", "F011")
    return model.Callback(
        name,
        at,
        queue=queue,
        number=(fields.expression(number) if number is not None else None) or constant(None),
        reason=(fields.value(reason) if reason is not None else None) or constant(""),
        not_before_ms=before,
        not_after_ms=after,
        then=fields.ways(),
    )


def ticket(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`ticket: fault`: a ticket of a kind of the hotline's `tickets`."""
    recording = fields.node("recording")
    colour = fields.node("colour")
    return model.Ticket(
        name,
        at,
        kind=fields.mention("ticket", "ticket") or "",
        colour=fields.text(colour, "a colour of its kind"),
        colour_at=colour.span if colour is not None else at,
        args=fields.expressions("with"),
        recording=fields.expression(recording) if recording is not None else None,
        then=fields.ways(),
    )
