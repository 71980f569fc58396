"""What may happen to a call next, as a search through a flow tries it: the likely first, and one of each kind.

`CHOICES` has an entry for every effect that waits. Each choice knows the acts of a dialogue that bring it about.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ivr.engine import effects as fx
from ivr.engine import inputs
from ivr.flow.check_digits import CHECK_DIGITS
from ivr.flow.expressions import dotted
from ivr.flow.model import Collect, Dial, Menu, Queue, Survey, Transfer
from ivr.flow.units import KEYS
from ivr.prompts.values import Money
from ivr.prompts.values_alone import is_value_alone
from ivr.rehearsal import model
from ivr.rehearsal.house import expressions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ivr.engine.cursor import Cursor
    from ivr.engine.inputs import Input
    from ivr.rehearsal.house import House

MOST_ROWS: Final = 48
"""Rows of one lookup that are tried; with more fields than that allows, one field at a time differs."""
MOST_LINES: Final = 240
"""The same for the figures of a queue: flows compare several of them at once."""
DIGITS: Final = "1234567890123456789012345678901234567890"
Value = TypeVar("Value")
SPOKEN_MS: Final = 3000
A_RECORDING: Final = "recording-1"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may happen."""

    told: Input
    acts: tuple[model.Act, ...] = ()
    """What a caller does to have it so."""
    answer: model.Answer | None = None
    """What the lookup answers for it."""
    schedule: tuple[str, bool] | None = None
    """Which schedule must be open or closed for it."""
    script: tuple[str, bool] | None = None
    """How a classic script must end for it."""
    line: tuple[str, model.Line] | None = None
    """How a queue must stand for it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the flows compare with: the values that make a difference."""

    constants: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """The last part of a name (`tier` of `customer.tier`) to the values it is compared with."""
    read: frozenset[str] = frozenset()
    """The last parts of all names read."""

    @classmethod
    def of(cls, house: House) -> Words:
        """Gathered from every expression of every flow."""
        constants: dict[str, dict[object, None]] = {}
        read: set[str] = set()
        for flow in house.flows.flows.values():
            for expression in expressions_of(flow):
                read |= {name.rpartition(".")[2] for name in expression.names}
                for name, value in _compared(expression.tree):
                    constants.setdefault(name, {})[value] = None
        return cls({name: tuple(values) for name, values in constants.items()}, frozenset(read))


def _compared(tree: ast.AST) -> Iterator[tuple[str, object]]:
    """Names and the constants beside them, in comparisons and in the functions on texts."""
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            parts = list(node.args)
        names = [name.rpartition(".")[2] for part in parts if (name := dotted(part))]
        for part in parts:
            for constant in ast.walk(part):
                if isinstance(constant, ast.Constant) and constant.value is not None:
                    yield from ((name, constant.value) for name in names)


def _said(house: House, words: Words, cursor: Cursor, effect: fx.Say) -> Iterator[Choice]:
    del house, words, cursor, effect
    yield Choice(inputs.Spoken())


def _asked(house: House, words: Words, cursor: Cursor, effect: fx.Ask) -> Iterator[Choice]:
    step = house.flows.flows[cursor.top.flow].steps[cursor.top.step]
    heard = () if effect.typed_ahead else (model.Expect((effect.utterances[-1].message,)),)
    if isinstance(step, Menu):
        wrong = next((key for key in KEYS if key not in step.keys), None)
        for key in (*step.keys, *([wrong] if wrong is not None else [])):
            yield Choice(inputs.Keys(key), (*heard, model.Press(key)))
    elif isinstance(step, Survey):
        question = step.questions[len(cursor.top.answers)]
        keys = question.keys if question.name in words.read else question.keys[:1]
        wrong = next((key for key in KEYS if key not in question.keys), None)
        for key in (*keys, *([wrong] if wrong is not None else [])):
            yield Choice(inputs.Keys(key), (*heard, model.Press(key)))
    elif isinstance(step, Collect):
        for keys in _entries(step, words):
            yield Choice(inputs.Keys(keys), (*heard, *_pressed(keys, step, effect)))
    yield Choice(inputs.Silence(), (*heard, model.Wait(effect.first_key_ms)))


def _entries(step: Collect, words: Words) -> Iterator[str]:
    """An entry that fits, those the flow compares with, and one that is too short."""
    known = [str(value) for value in words.constants.get(step.into, ()) if str(value).isdigit()]
    fitting = [value for value in known if step.min_length <= len(value) <= step.max_length]
    made = [_checked(DIGITS[:length], step.check_digit) for length in (step.min_length, step.max_length)]
    yield from dict.fromkeys([*fitting, *made])
    if step.check_digit is not None:
        yield f"{made[0][:-1]}{(int(made[0][-1]) + 1) % 10 if made[0][-1].isdigit() else 0}"
    if step.min_length > 1 or step.terminator == "#":
        yield DIGITS[: step.min_length - 1]


def _checked(digits: str, scheme: str | None) -> str:
    """The digits with the last one right."""
    if scheme is None:
        return digits
    check = CHECK_DIGITS[scheme]
    return next((keys for key in check.keys if check.number_of(keys := digits[:-1] + key) is not None), digits)


def _pressed(keys: str, step: Collect, effect: fx.Ask) -> Iterator[model.Act]:
    """The entry on the keypad: closed by its terminator, or by waiting, where it does not end by itself."""
    ends_itself = len(keys) >= effect.max_keys
    closed = "#" if step.terminator == "#" and not ends_itself else ""
    if keys + closed:
        yield model.Press(keys + closed)
    if not ends_itself and not closed:
        yield model.Wait(effect.next_key_ms)


def _looked_up(house: House, words: Words, cursor: Cursor, effect: fx.LookUp) -> Iterator[Choice]:
    del cursor
    for row in _rows(house, words, effect.lookup):
        yield Choice(inputs.Found(row), answer=model.Answer("row", row))
    yield Choice(inputs.Found(None), answer=model.Answer("missing"))
    yield Choice(inputs.LookupLate(), answer=model.Answer("slow"))
    yield Choice(inputs.LookupFailed("unreachable"), answer=model.Answer("down"))


def _rows(house: House, words: Words, lookup: str) -> Iterator[dict[str, object]]:
    question = house.questions[lookup]
    values: dict[str, list[object]] = {
        name: _values(name, kind, words) if name != question.as_of else [None] for name, kind in question.gives.items()
    }
    yield from _each_row(values, MOST_ROWS)


def _each_row(values: Mapping[str, list[Value]], most: int) -> Iterator[dict[str, Value]]:
    """Rows of these values: every one, or if that were too many, with one field at a time that differs."""
    if prod(map(len, values.values())) <= most:
        yield from (dict(zip(values, row, strict=True)) for row in product(*values.values()))
        return
    usual = {name: several[0] for name, several in values.items()}
    yield usual
    for name, several in values.items():
        yield from ({**usual, name: other} for other in several[1:])


def _values(name: str, kind: str, words: Words) -> list[object]:
    """Values of one field that could make a difference; the usual first."""
    if name not in words.read:
        return [None]
    known = words.constants.get(name, ())
    usual: list[object] = {
        "text": ["other" if known else DIGITS[:6]],
        "number": [1, 0],
        "money": [Money(Decimal("12.30"), "CNY")],
        "date": [date(2026, 11, 20)],
        "datetime": [],
        "boolean": [True, False],
    }[kind]  # type: ignore[assignment]  # lists of one kind each
    own: list[object] = []
    if kind == "text":
        own = [value for value in known if isinstance(value, str)]
    if kind == "number":
        numbers = [value for value in known if isinstance(value, int | Decimal) and not isinstance(value, bool)]
        own = [each for value in numbers for each in (value, value + 1, value - 1)]
    return list(dict.fromkeys([*usual, *own, None]))


def _hours(house: House, words: Words, cursor: Cursor, effect: fx.AskHours) -> Iterator[Choice]:
    del house, words, cursor
    for is_open in (True, False):
        yield Choice(inputs.Schedule(is_open), schedule=(effect.schedule, is_open))


def _line(house: House, words: Words, cursor: Cursor, effect: fx.AskQueue) -> Iterator[Choice]:
    del house, cursor
    figures = {each.name: _figures(each.name, words) for each in fields(inputs.QueueTold)}
    for row in _each_row(figures, MOST_LINES):
        told = inputs.QueueTold(**row)
        line = model.Line(told.waiting, told.places, told.agents, told.free, told.longest_wait, told.expected_wait)
        yield Choice(told, line=(effect.queue, line))


def _figures(name: str, words: Words) -> list[int | None]:
    """Figures of a queue that could make a difference; none is less than nothing, or a part of one."""
    return [n for n in _values(name, "number", words) if n is None or (isinstance(n, int) and n >= 0)]


def _queued(house: House, words: Words, cursor: Cursor, effect: fx.Enqueue) -> Iterator[Choice]:
    del words
    step = house.flows.flows[cursor.top.flow].steps[cursor.top.step]
    for outcome in step.after if isinstance(step, Queue) else ():
        yield Choice(inputs.Returned(outcome), (model.Queued(effect.queue), model.ComesBack(outcome)))
    for key in effect.exit_keys:
        yield Choice(inputs.Returned("left_by_key", key), (model.Queued(effect.queue), model.Press(key)))


def _dialled(house: House, words: Words, cursor: Cursor, effect: fx.DialOut) -> Iterator[Choice]:
    del words
    step = house.flows.flows[cursor.top.flow].steps[cursor.top.step]
    for outcome in step.after if isinstance(step, Dial) else ():
        yield Choice(inputs.Returned(outcome), (model.Dialled(effect.to), model.ComesBack(outcome)))


def _transferred(house: House, words: Words, cursor: Cursor, effect: fx.TransferOut) -> Iterator[Choice]:
    del words
    step = house.flows.flows[cursor.top.flow].steps[cursor.top.step]
    for outcome in step.after if isinstance(step, Transfer) else ():
        yield Choice(inputs.Returned(outcome), (model.Transferred(effect.to), model.ComesBack(outcome)))


def _recorded(house: House, words: Words, cursor: Cursor, effect: fx.Record) -> Iterator[Choice]:
    del house, words, cursor
    for ms, which in ((SPOKEN_MS, A_RECORDING), (0, "")) if effect.box is None else ((SPOKEN_MS, ""),):
        acts = (model.Expect((effect.utterance.message,)), model.Speak(ms), model.Press("#"))
        yield Choice(inputs.Recorded(ms / 1000, which), acts)


def _script(house: House, words: Words, cursor: Cursor, effect: fx.RunScript) -> Iterator[Choice]:
    del house, words, cursor
    for ok in (True, False):
        yield Choice(inputs.ScriptEnded(ok), script=(effect.script, ok))


def _nothing(house: House, words: Words, cursor: Cursor, effect: fx.Effect) -> Iterator[Choice]:
    del house, words, cursor, effect
    yield from ()


CHOICES: Final[Mapping[type[fx.Effect], Callable[[House, Words, Cursor, Any], Iterator[Choice]]]] = {
    fx.Say: _said,
    fx.Ask: _asked,
    fx.LookUp: _looked_up,
    fx.AskHours: _hours,
    fx.AskQueue: _line,
    fx.Record: _recorded,
    fx.RunScript: _script,
    fx.Enqueue: _queued,
    fx.DialOut: _dialled,
    fx.TransferOut: _transferred,
    fx.HangUp: _nothing,
    fx.Rescue: _nothing,
}
"""Every effect that ends a turn, and what may come of it."""


def expectation(effect: fx.Effect) -> tuple[tuple[model.Act, ...], model.Ending | None] | None:
    """How a dialogue tells that the call has come to this effect; None for one that nobody notices."""
    match effect:
        case fx.Say(utterances=(said,)) if is_value_alone(said.message):
            return None
        case fx.Say(utterances=said) | fx.Ask(utterances=said, typed_ahead=""):
            return (model.Expect((said[0].message,)),), None
        case fx.Record(utterance=one):
            return (model.Expect((one.message,)),), None
        case fx.Enqueue(queue=queue):
            return (model.Queued(queue),), None
        case fx.DialOut(to=to):
            return (model.Dialled(to),), None
        case fx.TransferOut(to=to):
            return (model.Transferred(to),), None
        case fx.HangUp():
            return (), "finished"
        case fx.Rescue():
            return (), "rescued"
        case _:
            return None
