"""Written dialogues made whole: what one takes from the one it is `like`, which call it follows, its variants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final

from ivr.rehearsal import model
from ivr.rehearsal.reading_acts import AnyOutcome, AsThere, ChangedBackend
from ivr.rehearsal.written import Names, Notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.diagnostics import Diagnostic
    from dialplan.source import Span
    from ivr.rehearsal.model import Act, Answer, Dialogue
    from ivr.rehearsal.reading import Reading, WrittenDialogue
    from ivr.rehearsal.reading_acts import WrittenAct
    from ivr.rehearsal.reading_answers import WrittenAnswers

MOST_VARIANTS: Final = 100
"""Dialogues one written one may stand for."""

_Resolved = tuple[model.Surroundings, tuple["Act", ...], tuple[str, ...]]
"""The world, the talk, and what must never be said."""


@dataclass(slots=True)
class _Resolver:
    written: Mapping[str, WrittenDialogue]
    notes: Notes
    whole: dict[str, list[Dialogue]] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)

    def of(self, name: str) -> list[Dialogue]:
        """A dialogue's variants, the first of which others are like."""
        if name not in self.whole:
            self.under_way.append(name)
            self.whole[name] = list(self._variants(self.written[name]))
            self.under_way.pop()
        return self.whole[name]

    def named(self, name: str | None, at: Span | None) -> Dialogue | None:
        """The dialogue another one names; noted when there is none, or when it comes back to itself."""
        if name is None or at is None:
            return None
        if name not in self.written:
            self.notes.unknown("T008", at, "dialogue", name, self.written)
            return None
        if name in self.under_way:
            circle = " → ".join(f"'{each}'" for each in (*self.under_way[self.under_way.index(name) :], name))
            self.notes.error("T015", at, f"dialogues in a circle: {circle}", "one that builds on no other")
            return None
        return next(iter(self.of(name)), None)

    def _variants(self, written: WrittenDialogue) -> Iterator[Dialogue]:
        like = self.named(written.like, written.like_at)
        follows = self.named(written.follows, written.follows_at)
        acts = self._talk(written, like)
        answers = [(name, each) for name, each in written.answers.items()]
        choices: list[list[object]] = [list(each.choices) for _, each in answers]
        choices += [list(act.outcomes) for act in acts if isinstance(act, AnyOutcome)]
        if prod(map(len, choices)) > MOST_VARIANTS:
            message = f"'{written.name}' stands for {prod(map(len, choices))} dialogues"
            self.notes.error("T002", written.at, message, f"at most {MOST_VARIANTS}; some of them as others' 'like'")
            return
        for chosen in product(*choices):
            given = dict(zip((name for name, _ in answers), chosen, strict=False))
            outcomes = iter(chosen[len(answers) :])
            surroundings = self._surroundings(written, like, given)  # type: ignore[arg-type]  # choices of answers
            talk = tuple(_whole_act(act, outcomes, surroundings) for act in acts)
            never = written.never if written.never is not None else (like.never if like else ())
            yield model.Dialogue(
                written.name + _suffix(choices, chosen), written.at, surroundings, talk, never, written.ends, follows
            )

    def _talk(self, written: WrittenDialogue, like: Dialogue | None) -> tuple[WrittenAct, ...]:
        if written.talk is None:
            return like.talk if like else ()
        if not written.talk or not isinstance(first := written.talk[0], AsThere):
            return written.talk
        if like is None:
            if written.like is None:
                message = "the talk of which dialogue?"
                self.notes.error("T014", first.at, message, "like: the name of a dialogue")
            return written.talk[1:]
        if first.until is None:
            return (*like.talk, *written.talk[1:])
        for number, act in enumerate(like.talk):
            if isinstance(act, model.Expect) and first.until in act.messages:
                return (*like.talk[:number], *written.talk[1:])
        message = f"'{written.like}' never expects '{first.until}'"
        self.notes.error("T014", first.at, message, "a message that is expected there")
        return written.talk[1:]

    def _surroundings(
        self, written: WrittenDialogue, like: Dialogue | None, given: Mapping[str, tuple[Answer, ...]]
    ) -> model.Surroundings:
        numbers = self.notes.names.numbers or ("",)
        base = like.surroundings if like else model.Surroundings(numbers[0])
        own = {
            "number": written.number,
            "caller": written.caller,
            "caller_name": written.caller_name,
            "clock": written.clock,
            "remembered": written.remembered,
            "scripts": written.scripts,
        }
        answers = {
            **base.answers,
            **{name: later(base.answers, name, written.answers[name], given[name]) for name in given},
        }
        lines = {**base.lines, **written.lines}
        changed = {name: value for name, value in own.items() if value is not None}
        return replace(base, answers=answers, lines=lines, **changed)  # type: ignore[arg-type]  # each under its own name


def later(
    before: Mapping[str, tuple[Answer, ...]], name: str, written: WrittenAnswers, given: tuple[Answer, ...]
) -> tuple[Answer, ...]:
    """What is written of a lookup, on top of what it answered before."""
    if written.only_after_ms is None:
        return given
    return tuple(replace(each, after_ms=written.only_after_ms) for each in before.get(name, given))


def resolve(reading: Reading, names: Names) -> tuple[tuple[Dialogue, ...], tuple[Diagnostic, ...]]:
    """Every dialogue whole, in the order of the files, and what is wrong between them."""
    resolver = _Resolver({each.name: each for each in reading.dialogues}, Notes(names))
    dialogues = [dialogue for each in reading.dialogues for dialogue in resolver.of(each.name)]
    return tuple(dialogues), tuple(dict.fromkeys(resolver.notes.diagnostics))


def _whole_act(act: WrittenAct, outcomes: Iterator[object], surroundings: model.Surroundings) -> Act:
    match act:
        case AnyOutcome(at=at):
            return model.ComesBack(str(next(outcomes)), at)
        case ChangedBackend(answers=answers, at=at):
            return model.SetBackend(
                {name: later(surroundings.answers, name, each, each.choices[0]) for name, each in answers.items()}, at
            )
        case AsThere():
            raise AssertionError("the talk of another dialogue has been put in its place")
        case _:
            return act


def _suffix(choices: list[list[object]], chosen: tuple[object, ...]) -> str:
    words = [_word(one) for one, among in zip(chosen, choices, strict=True) if len(among) > 1]
    return f" ({', '.join(words)})" if words else ""


def _word(choice: object) -> str:
    if isinstance(choice, tuple) and isinstance(answer := choice[0], model.Answer):
        return answer.mood if answer.mood != "row" else ", ".join(f"{n}: {v}" for n, v in answer.row.items())
    return str(choice)
