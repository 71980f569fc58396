"""One flow file into a `Flow`: every mistake noted at its place, all at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.flow.defaults import FlowDefaults
from ivr.flow.fields import RESERVED, Fields, described, is_variable
from ivr.flow.given_twice import with_repeated
from ivr.flow.model import END, Flow, Step
from ivr.flow.notes import Mention, Notes
from ivr.flow.verbs import HINTS, NO_VERBS, VERBS, read_step, verb_of
from ivr.flow.yaml_reader import Document, Entry, Mapping, Node, Scalar, Sequence, read_yaml

if TYPE_CHECKING:
    from dialplan.source import Source, Span

STEPS_BOUNDS: Final = (10, 10_000)
"""What `longest_steps` may be."""
FLOW_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""A flow's name travels in the dialplan and in an AGI address."""
STEP_NAME: Final = re.compile(r"[^\W\d][\w-]{0,59}")
"""A step's name travels in traces only; any alphabet will do."""


@dataclass(frozen=True, slots=True)
class FlowReading:
    """What came of one file."""

    name: str
    """The flow's name, which is the file's."""
    flow: Flow | None
    """The flow as far as it could be read (steps whose verb is not known are missing); None when there is nothing."""
    step_names: frozenset[str]
    """Every step that is written there, readable or not."""
    mentions: tuple[Mention, ...]
    diagnostics: tuple[Diagnostic, ...]
    source: Source
    root: Node | None = None
    """The file as YAML."""


def load_flow(data: bytes, file: str, defaults: FlowDefaults | None = None) -> FlowReading:
    """Read one file of `flows/`; nothing is raised.

    Args:
        data: the file's bytes.
        file: its name as the admin knows it, `flows/main.yaml`; its stem is the flow's name.
        defaults: what the hotline gives its flows.
    """
    document = with_repeated(read_yaml(data, file), levels=1)
    notes = Notes(flow=PurePosixPath(file).stem)
    flow, names = None, frozenset[str]()
    if isinstance(document.root, Mapping):
        flow, names = _flow(document.root, notes, defaults or FlowDefaults())
    elif document.root is not None:
        notes.error("F003", document.root.span, f"found {described(document.root)}", "flow, start and steps")
    return FlowReading(
        notes.flow, flow, names, tuple(notes.mentions), _all(document, notes), document.source, document.root
    )


def _all(document: Document, notes: Notes) -> tuple[Diagnostic, ...]:
    return (*document.diagnostics, *notes.diagnostics)


def _flow(root: Mapping, notes: Notes, defaults: FlowDefaults) -> tuple[Flow, frozenset[str]]:
    fields = Fields(root, notes, "the flow")
    _named(fields, notes)
    takes = _takes(fields)
    longest = fields.whole("longest_steps", *STEPS_BOUNDS, defaults.longest_steps)
    start = fields.target("start") or END
    entries = _step_entries(fields)
    steps = {}
    for entry in entries:
        step = _step(entry, notes, defaults)
        if step is not None:
            steps[step.name] = step
    notes.step = ""
    fields.finish()
    names = frozenset(entry.key.text for entry in entries)
    return Flow(notes.flow, start, steps, fields.at, takes, longest), names


def _named(fields: Fields, notes: Notes) -> None:
    """The name inside must be the name outside: what is read aloud is what is called."""
    node = fields.need("flow", expected=f"flow: {notes.flow}")
    name = fields.text(node, f"flow: {notes.flow}")
    if node is None or name is None:
        return
    if name != notes.flow:
        notes.error("F010", node.span, f"the flow calls itself '{name}'", f"'{notes.flow}', as its file")
    elif not FLOW_NAME.fullmatch(name):
        expected = "small Latin letters, digits, - and _, at most 40"
        notes.error("F009", node.span, f"'{name}' cannot be a flow's name", expected)


def _takes(fields: Fields) -> tuple[str, ...]:
    node = fields.node("takes")
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        fields.wrong(node, "a list of variables: [account]")
        return ()
    names = []
    for item in node.items:
        name = fields.text(item, "the name of a variable")
        if name is not None and (not is_variable(name) or name in RESERVED or name == "language"):
            fields.notes.error("F009", item.span, f"'{name}' cannot be a variable", "a name of your own")
        elif name is not None:
            names.append(name)
    return tuple(names)


def _step_entries(fields: Fields) -> list[Entry]:
    node = fields.need("steps", expected="steps: the name of each step, and its verb")
    if node is None:
        return []
    if not isinstance(node, Mapping) or not node.entries:
        fields.wrong(node, "at least one step")
        return []
    return list(node.entries)


def _step(entry: Entry, notes: Notes, defaults: FlowDefaults) -> Step | None:
    name, at = entry.key.text, entry.key.span
    notes.step = name
    if name == END or not STEP_NAME.fullmatch(name):
        expected = f"letters, digits, - and _, and not '{END}'"
        notes.error("F009", at, f"'{name}' cannot be a step's name", expected)
    if not isinstance(entry.value, Mapping):
        notes.error("F003", entry.value.span, f"found {described(entry.value)}", f"a verb: {', '.join(VERBS)}")
        return None
    verb = _verb(entry.value, notes, at)
    if verb is None:
        return None
    fields = Fields(entry.value, notes, f"'{verb}'", at)
    step = read_step(verb, name, at, fields, defaults)
    fields.finish(dict(HINTS))
    return step


def _verb(mapping: Mapping, notes: Notes, at: Span) -> str | None:
    """The verb of a step, which stands first and alone."""
    keys = [entry.key for entry in mapping.entries]
    verb = verb_of([key.text for key in keys])
    if verb is None:
        first: Scalar | None = keys[0] if keys else None
        found = f"unknown verb '{first.text}'" if first else "a step without a verb"
        hint = NO_VERBS.get(first.text) or did_you_mean(first.text, VERBS) if first else None
        notes.error("F004", first.span if first else at, found, f"one of {', '.join(VERBS)}", hint)
        return None
    if keys[0].text != verb:
        place = next(key.span for key in keys if key.text == verb)
        notes.error("F005", place, f"the verb '{verb}' does not stand first", "the verb as the first key of its step")
    return verb
