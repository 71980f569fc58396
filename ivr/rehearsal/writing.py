"""A dialogue as the YAML an admin would write, and a proposal that has been played before it is made."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ivr.flow.units import duration_ms, duration_text
from ivr.flow.yaml_reader import schema
from ivr.rehearsal import model
from ivr.rehearsal.keeping import LENGTHS
from ivr.rehearsal.player import play
from ivr.rehearsal.reading import read_dialogues
from ivr.rehearsal.reading_answers import AFTER
from ivr.rehearsal.reading_kept import NOTHING
from ivr.rehearsal.reading_lines import FIGURES, UNKNOWN, WAITS
from ivr.rehearsal.resolving import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ivr.rehearsal.edges import Edge
    from ivr.rehearsal.house import House
    from ivr.rehearsal.model import Act, Answer, Dialogue, Line
    from ivr.rehearsal.written import Names

_PLAIN = re.compile(r"[^\W\d_][\w ,;.()/-]*", re.UNICODE)
"""Texts that need no quotes anywhere in YAML."""
MOMENT: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A dialogue nobody has written yet."""

    edge: Edge
    """The way it takes."""
    text: str
    """As it would stand in a file of `tests/`."""


def proposal(house: House, names: Names, edge: Edge, dialogue: Dialogue) -> Proposal | None:
    """The dialogue as text, when that text is read without a mistake, passes, and takes the way; else None."""
    text = as_yaml(dialogue)
    reading = read_dialogues({"proposal.yaml": text.encode()}, names)
    dialogues, between = resolve(reading, names)
    if reading.diagnostics or between or len(dialogues) != 1:
        return None
    played = play(house, dialogues[0])
    return Proposal(edge, text) if played.passed and edge in played.edges else None


def as_yaml(dialogue: Dialogue) -> str:
    """One dialogue, without what it takes from others."""
    return "\n".join([f"{_scalar(dialogue.name)}:", *(f"  {line}" for line in _body(dialogue))]) + "\n"


def _body(dialogue: Dialogue) -> Iterator[str]:
    world = dialogue.surroundings
    yield f"from: {json.dumps(world.caller) if world.caller else 'withheld'}"
    yield f'to: "{world.number}"'
    if world.clock is not None:
        yield f'clock: "{world.clock.strftime(MOMENT)}"'
    for name, table in (("remembered", world.remembered), ("scripts", _scripts(world.scripts))):
        if table:
            yield f"{name}: {_flow_mapping(table)}"
    if world.answers:
        yield from _written(model.SetBackend(world.answers))
    if world.lines:
        yield from _written(model.SetLines(world.lines))
    if dialogue.never:
        yield f"never: [{', '.join(dialogue.never)}]"
    yield "talk:" if dialogue.talk else "talk: []"
    for act in dialogue.talk:
        for number, line in enumerate(_written(act)):
            yield f"  {'  ' if number else '- '}{line}"
    if dialogue.ends is not None:
        yield f"ends: {dialogue.ends.replace('_', ' ')}"


def _written(act: Act) -> list[str]:
    return WRITTEN[type(act)](act)


def _expect(act: model.Expect) -> list[str]:
    said = act.messages[0] if len(act.messages) == 1 else f"[{', '.join(act.messages)}]"
    lines = [f"expect: {said}"]
    if act.says is not None:
        lines.append(f"says: {_scalar(act.says)}")
    if act.language is not None:
        lines.append(f"language: {act.language}")
    return lines


def _queued(act: model.Queued) -> list[str]:
    return [f"queued: {act.queue}", *([f"priority: {act.priority}"] if act.priority is not None else [])]


def _line(line: Line) -> str:
    figures = {name: getattr(line, key) for name, key in FIGURES.items()}
    told = {name: f"{n}s" if name in WAITS else n for name, n in figures.items() if n is not None}
    return _flow_mapping(told) if told else UNKNOWN


def _kept(act: model.Keeps) -> list[str]:
    if not act.wanted:
        return [f"kept: {NOTHING}"]
    return ["kept:", *(f"  {kind}: {_kept_facts(kind, facts)}" for kind, facts in act.wanted)]


def _kept_facts(kind: str, facts: Mapping[str, object]) -> str:
    if kind == "recording":
        return duration_text(cast("int", facts["length"]))
    written = {
        name: duration_text(value) if name in LENGTHS and isinstance(value, int) else value
        for name, value in facts.items()
    }
    return _flow_mapping(written)


WRITTEN: Final[Mapping[type[Act], Callable[..., list[str]]]] = {
    model.Expect: _expect,
    model.Hear: lambda act: [f"hear: {_scalar(act.sentence)}"],
    model.Press: lambda act: [f"press: {act.keys if act.keys[0].isdigit() else json.dumps(act.keys)}"],
    model.Wait: lambda act: [f"wait: {duration_text(act.ms)}"],
    model.Speak: lambda act: [f"speak: {duration_text(act.ms)}"],
    model.Queued: _queued,
    model.Dialled: lambda act: [f"dialled: {_scalar(act.to)}"],
    model.Transferred: lambda act: [f"transferred: {_scalar(act.to)}"],
    model.ComesBack: lambda act: [f"comes back: {act.outcome}"],
    model.Stands: lambda act: [f"at: {act.flow}.{act.step}"],
    model.SetClock: lambda act: [f'clock: "{act.clock.strftime(MOMENT)}"'],
    model.SetBackend: lambda act: [
        "backend:",
        *(f"  {lookup}: {_answers(answers)}" for lookup, answers in act.answers.items()),
    ],
    model.SetLines: lambda act: ["queues:", *(f"  {queue}: {_line(line)}" for queue, line in act.lines.items())],
    model.Keeps: _kept,
    model.LeaveCall: lambda _act: ["hang up"],
}
"""Every act, and its lines."""


def _answers(answers: tuple[Answer, ...]) -> str:
    written = [_answer(each) for each in answers]
    return written[0] if len(written) == 1 else f"[{', '.join(written)}]"


def _answer(answer: Answer) -> str:
    if answer.mood != "row":
        return answer.mood
    fields = {name: value for name, value in answer.row.items() if value is not None}
    late = {AFTER: duration_text(answer.after_ms)} if answer.after_ms else {}
    return _flow_mapping({**fields, **late})


def _flow_mapping(table: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in table.items()) + "}"


def _scripts(scripts: Mapping[str, bool]) -> dict[str, object]:
    return {name: "done" if ok else "failed" for name, ok in scripts.items()}


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return _flow_mapping(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = str(value)
    plain = (
        (_PLAIN.fullmatch(text) or duration_ms(text) is not None)
        and text == text.strip()
        and schema(text) == text
        and "," not in text
    )
    return text if plain else json.dumps(text, ensure_ascii=False)
