"""The data sources of the simulated world: as slow, as wrong and as far away as the dialogue says.

Around the answers stands what stands around the real ones (`ivr.services.lookups`): answers are kept for as long as
the flow allows, a figure that is too old is refused, and a source that fails again and again is left in peace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ivr.engine.inputs import Found, LookupFailed, LookupLate
from ivr.services import breaker
from ivr.services.answers import NoAnswer, refuse_stale
from ivr.services.breaker import Circuit, Limits
from ivr.services.kept import Answer as KeptAnswer
from ivr.services.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.effects import LookUp
    from ivr.rehearsal.model import Answer, Answers

LIMITS: Final = Limits()
_MINUTE: Final = timedelta(minutes=1)


class NoAnswerGivenError(Exception):
    """The flow asks a lookup that the dialogue says nothing of."""

    def __init__(self, lookup: str) -> None:
        super().__init__(lookup)
        self.lookup = lookup


@dataclass(frozen=True, slots=True)
class Question:
    """One lookup of the hotline, as far as its answers go (`ivr.config.model.Lookup`)."""

    source: str
    takes: tuple[str, ...]
    gives: Mapping[str, str]
    """Field to type."""
    as_of: str | None = None
    """The field that tells how old the answer is."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An answer on its way."""

    told: Found | LookupLate | LookupFailed
    after_ms: int = 0


@dataclass(slots=True)
class Backend:
    """The sources of one call; calls of the same caller one after the other may share it."""

    questions: Mapping[str, Question]
    answers: dict[str, tuple[Answer, ...]]
    _asked: dict[str, int] = field(default_factory=dict)
    _circuits: dict[str, Circuit] = field(default_factory=dict)
    _kept: Kept = field(default_factory=Kept)

    @property
    def keeps_answers(self) -> bool:
        """Whether anything that was answered may be told again without asking."""
        return len(self._kept) > 0

    def change(self, answers: Answers) -> None:
        """Answer these lookups so from now on."""
        for lookup, row in answers.items():
            self.answers[lookup] = row
            self._asked.pop(lookup, None)

    def ask(self, effect: LookUp, now: datetime) -> Coming:
        """What comes of a question put now, and when.

        Raises:
            NoAnswerGivenError: the dialogue does not say what this lookup answers.
        """
        question = self.questions[effect.lookup]
        max_age = timedelta(milliseconds=effect.max_age_ms)
        key = self._kept.key(effect.lookup, effect.args)
        if (row := self._kept.find(key, max_age, now)) is not None:
            return Coming(Found(row))
        circuit, permit = breaker.admit(self._circuits.get(question.source, Circuit()), LIMITS, now.timestamp())
        if permit is None:
            return Coming(LookupFailed("circuit_open"))
        answer = self._next(effect.lookup)
        took_ms = effect.timeout_ms if answer.mood == "slow" else min(answer.after_ms, effect.timeout_ms)
        late = took_ms >= effect.timeout_ms
        ended = now + timedelta(milliseconds=took_ms)
        if late or answer.mood == "down":
            circuit = breaker.fail(circuit, permit, LIMITS, ended.timestamp())
        else:
            circuit = breaker.succeed(circuit, permit)
        self._circuits[question.source] = circuit
        told = LookupLate() if late else self._told(question, answer, key, max_age, ended)
        return Coming(told, took_ms)

    def _next(self, lookup: str) -> Answer:
        if not (given := self.answers.get(lookup)):
            raise NoAnswerGivenError(lookup)
        number = self._asked.get(lookup, 0)
        self._asked[lookup] = number + 1
        return given[min(number, len(given) - 1)]

    def _told(
        self, question: Question, answer: Answer, key: bytes, max_age: timedelta, now: datetime
    ) -> Found | LookupFailed:
        match answer.mood:
            case "missing":
                return Found(None)
            case "down":
                return LookupFailed("unreachable")
            case "wrong":
                return LookupFailed("bad_answer")
        row = {name: answer.row.get(name) for name in question.gives}
        if question.as_of is not None and row[question.as_of] is None:
            row[question.as_of] = now.replace(second=0, microsecond=0)
        if answer.mood == "stale" and question.as_of is not None:
            row[question.as_of] = now - max_age - _MINUTE
        as_of = row[question.as_of] if question.as_of is not None else None
        try:
            refuse_stale(question, row, max_age, now)
        except NoAnswer as failure:
            return LookupFailed(failure.reason)
        if max_age:
            self._kept.keep(key, KeptAnswer(row, as_of if isinstance(as_of, datetime) else now))
        return Found(row)
