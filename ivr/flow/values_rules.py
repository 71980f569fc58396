"""Rules about values, with what is known at each step: set before read, fields that exist, types, null, sensitive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.flow.expressions import Expression, dotted
from ivr.flow.facts import State, fact_of, known_to_be, read
from ivr.flow.knowledge import Knowledge, assigned, on_way
from ivr.flow.known import PLACE_TYPES, Known
from ivr.flow.model import (
    Assign,
    Callback,
    Collect,
    Dial,
    Flow,
    Hangup,
    Lookup,
    Menu,
    Play,
    RecordWords,
    Return,
    SayValue,
    Script,
    Step,
    Subflow,
    Ticket,
    Transfer,
    Voicemail,
)
from ivr.flow.paths import exits
from ivr.flow.type_rules import in_words, type_mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Span

Use = Literal["said", "asked", "addressed", "handed", "kept", "run", "dialled", "condition", "filed", "called"]
"""What becomes of a value: spoken, given to a lookup (in its address, too), a subflow, a variable, a script, a
telephone, decided by, written into a row that people read, called back."""

_IN_WORDS: Final = {
    "said": "said to the caller",
    "addressed": "part of an address, which servers log",
    "run": "given to a script",
    "dialled": "dialled",
    "filed": "kept on record",
    "called": "kept on record",
}
_NEVER_NOTHING: Final = frozenset({"said", "called"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One expression where it is evaluated."""

    expression: Expression
    state: State
    use: Use
    name: str = ""
    """The place or argument it fills."""
    wanted: frozenset[str] = frozenset()
    """Types that fit there; empty when any does."""


def value_rules(flow: Flow, knowledge: Knowledge, known: Known) -> Iterator[Diagnostic]:
    """Every mistake with values in one flow, each once."""
    seen: set[tuple[str, Span | None, str]] = set()
    for name, state in knowledge.states[flow.name].items():
        step = flow.steps[name]
        for reading in readings(step, state, knowledge, known):
            for found in _mistakes(reading, flow, step, known.languages):
                key = (found.code, found.span, found.message)
                if key not in seen:
                    seen.add(key)
                    yield found


def readings(step: Step, state: State, knowledge: Knowledge, known: Known) -> Iterator[Reading]:
    """Every expression of a step, with what is known where it is evaluated."""
    if isinstance(step, (Play, Menu, Collect, Voicemail, RecordWords, Hangup)):
        yield from _said(step.message, step.args, state, known)
    elif isinstance(step, Lookup):
        yield from _asked(step, state, known)
    elif isinstance(step, (Callback, Ticket)):
        yield from _filed(step, state, known)
    else:
        yield from _used(step, state)
    for way in exits(step):
        if way.way is not None:
            behind = on_way(step, way, state, knowledge, known)
            if way.way.when is not None:
                yield Reading(way.way.when, behind, "condition")
                behind = known_to_be(behind, way.way.when.tree)
            yield from _kept(way.way.assign, behind)


def _asked(step: Lookup, state: State, known: Known) -> Iterator[Reading]:
    facts = known.lookup(step.lookup)
    takes = facts.takes if facts is not None else {}
    for name, value in step.args.items():
        use: Use = "addressed" if facts is not None and name in facts.in_address else "asked"
        yield Reading(value, state, use, name, frozenset({takes[name]} if name in takes else ()))


def _filed(step: Callback | Ticket, state: State, known: Known) -> Iterator[Reading]:
    if isinstance(step, Callback):
        yield Reading(step.number, state, "called", "number", frozenset({"text"}))
        yield Reading(step.reason, state, "filed", "reason")
        return
    kind = known.ticket(step.kind)
    takes = kind.takes if kind is not None else {}
    for name, value in step.args.items():
        yield Reading(value, state, "filed", name, frozenset({takes[name]} if name in takes else ()))
    if step.recording is not None:
        yield Reading(step.recording, state, "filed", "recording", frozenset({"recording"}))


def _used(step: Step, state: State) -> Iterator[Reading]:
    match step:
        case Subflow():
            for name, value in step.args.items():
                yield Reading(value, state, "handed", name)
        case SayValue():
            yield Reading(step.value, state, "said", "say", PLACE_TYPES[step.kind])
        case Script():
            for value in step.args:
                yield Reading(value, state, "run")
        case Dial() | Transfer():
            yield Reading(step.to, state, "dialled", "dial", frozenset({"text"}))
        case Assign():
            yield from _kept(step.assign, state)
        case Return():
            for name, value in step.values.items():
                yield Reading(value, state, "kept", name)
        case _:
            pass


def _said(message: str | None, args: Mapping[str, Expression], state: State, known: Known) -> Iterator[Reading]:
    places = (known.messages or {}).get(message or "", {})
    for name, value in args.items():
        kinds = [PLACE_TYPES.get(kind, frozenset()) for kind in places.get(name, ())]
        fits = frozenset.intersection(*kinds) if kinds else frozenset()
        yield Reading(value, state, "said", name, fits)


def _kept(assign: Mapping[str, Expression], state: State) -> Iterator[Reading]:
    for name, value in assign.items():
        is_language = name == "language"  # which is in every row about a call
        yield Reading(
            value, state, "filed" if is_language else "kept", name, frozenset({"text"} if is_language else ())
        )
        state = assigned(state, {name: value})


def _mistakes(reading: Reading, flow: Flow, step: Step, languages: tuple[str, ...] | None) -> Iterator[Diagnostic]:
    unknown = False
    for found in _unknown_names(reading, flow, step):
        unknown = True
        yield found
    if unknown:
        return
    for code, message, expected, hint in type_mistakes(reading.expression.tree, reading.state, languages):
        yield Diagnostic(code, "error", reading.expression.at, message, expected, hint)
    fact = fact_of(reading.expression.tree, reading.state)
    at = reading.expression.at
    if fact.is_sensitive and reading.use in _IN_WORDS:
        message = f"'{reading.expression.source}' is sensitive and would be {_IN_WORDS[reading.use]}"
        yield Diagnostic("F027", "error", at, message, "a value that may be known")
    elif reading.wanted and fact.type not in {*reading.wanted, "unknown", "null"}:
        message = f"'{reading.name}' is given {in_words(fact)}"
        yield Diagnostic("F028", "error", at, message, " or ".join(sorted(reading.wanted)))
    elif reading.use in _NEVER_NOTHING and fact.nullable:
        message = f"'{reading.expression.source}' may be nothing here"
        is_name = dotted(reading.expression.tree) is not None
        hint = (
            f"{{when: {reading.expression.source}, then: {step.name}}} lets only a value through" if is_name else None
        )
        yield Diagnostic(
            "F035", "error", at, message, "a value on every way here: on_missing, or a 'when' before", hint
        )


def _unknown_names(reading: Reading, flow: Flow, step: Step) -> Iterator[Diagnostic]:
    for name in sorted(reading.expression.names):
        if read(name, reading.state) is not None:
            continue
        root, _, rest = name.partition(".")
        at = _place(reading.expression, name)
        held = reading.state.get(root)
        if held is not None:
            hint = did_you_mean(rest, held.fields) or _field_hint(name)
            there = ", ".join(held.fields) or "nothing"
            message = f"'{root}' has no field '{rest}'" if held.fields else f"'{root}' has no fields"
            yield Diagnostic("F026", "error", at, message, f"one of {there}" if held.fields else None, hint)
            continue
        writers = _writers(flow, root)
        if writers:
            message = f"'{root}' is not set on every way to '{step.name}'"
            line = f" (line {writers[0].at.line})"
            hint = f"it is set in '{writers[0].name}'{line}"
            if _is_sensitive_collect(writers[0], root):
                hint += "; sensitive values do not outlast a queue, dial or transfer step"
            yield Diagnostic("F025", "error", at, message, None, hint)
        else:
            hint = did_you_mean(root, reading.state) or _text_hint(reading)
            yield Diagnostic("F025", "error", at, f"nothing sets '{root}'", "a variable of this flow", hint)


def _field_hint(name: str) -> str | None:
    return "the calling number is 'call.caller'" if name == "call.from" else None


def _text_hint(reading: Reading) -> str | None:
    """An unquoted word where an expression stands is most often meant as a text."""
    if dotted(reading.expression.tree) != reading.expression.source:
        return None
    return f"""if the text is meant, write "'{reading.expression.source}'\""""


def _place(expression: Expression, name: str) -> Span | None:
    """Where in an expression a name stands."""
    offset = expression.source.find(name)
    if expression.inside is None or offset < 0:
        return expression.at
    return replace(expression.inside, column=expression.inside.column + offset, length=len(name))


def _writers(flow: Flow, name: str) -> list[Step]:
    """The steps that set a variable, in the order of the file."""
    found = []
    for step in flow.steps.values():
        into = getattr(step, "into", None)
        kept = isinstance(step, Assign) and name in step.assign
        on_ways = any(way.way is not None and name in way.way.assign for way in exits(step))
        if into == name or kept or on_ways:
            found.append(step)
    return found


def _is_sensitive_collect(step: Step, name: str) -> bool:
    return isinstance(step, Collect) and step.sensitive and step.into == name
