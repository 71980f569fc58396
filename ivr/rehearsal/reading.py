"""The files of a hotline's `tests/` as dialogues; every mistake of every file noted at its place, nothing raised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ivr.flow.fields import described
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence, read_yaml
from ivr.rehearsal.reading_acts import WrittenAct, messages_of, read_talk
from ivr.rehearsal.reading_answers import WrittenAnswers, read_backend
from ivr.rehearsal.reading_lines import read_lines
from ivr.rehearsal.written import Names, Notes, Slots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Table
    from datetime import datetime

    from dialplan.diagnostics import Diagnostic
    from dialplan.source import Source, Span
    from ivr.flow.yaml_reader import Entry, Node
    from ivr.rehearsal.model import Ending, Line

LONGEST_NAME: Final = 200
"""Characters of a dialogue's name: a sentence."""
ENDINGS: Final[Table[str, Ending]] = {"finished": "finished", "hung up": "hung_up", "rescued": "rescued"}
"""How a call can end, in the words of a dialogue."""
SCRIPT_ENDS: Final = ("done", "failed")


@dataclass(frozen=True, slots=True)
class WrittenDialogue:
    """One dialogue as it stands in its file; None is not written there."""

    name: str
    at: Span
    like: str | None = None
    like_at: Span | None = None
    follows: str | None = None
    follows_at: Span | None = None
    number: str | None = None
    caller: str | None = None
    caller_name: str | None = None
    clock: datetime | None = None
    answers: Table[str, WrittenAnswers] = field(default_factory=dict)
    remembered: Table[str, str] | None = None
    scripts: Table[str, bool] | None = None
    lines: Table[str, Line] = field(default_factory=dict)
    never: tuple[str, ...] | None = None
    talk: tuple[WrittenAct, ...] | None = None
    ends: Ending | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of all files."""

    dialogues: tuple[WrittenDialogue, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Table[str, Source]


def read_dialogues(files: Table[str, bytes], names: Names) -> Reading:
    """Read the files of `tests/`.

    Args:
        files: name as the admin knows it (`tests/balance.yaml`) to its bytes.
        names: what they may name.
    """
    notes = Notes(names)
    sources: dict[str, Source] = {}
    found: dict[str, WrittenDialogue] = {}
    for file, data in files.items():
        document = read_yaml(data, file)
        sources[file] = document.source
        notes.diagnostics += document.diagnostics
        if document.root is None:
            continue
        for dialogue in _file(document.root, notes):
            first = found.setdefault(dialogue.name, dialogue)
            if first is not dialogue:
                message = f"'{dialogue.name}' is the name of another dialogue"
                notes.error("T009", dialogue.at, message, "a name of its own", f"that one is in {first.at}")
    return Reading(tuple(found.values()), tuple(notes.diagnostics), sources)


def _file(root: Node, notes: Notes) -> Iterable[WrittenDialogue]:
    if not isinstance(root, Mapping):
        hint = "write 'name:' and not '- name:'" if isinstance(root, Sequence) else None
        notes.error("T003", root.span, f"found {described(root)}", "dialogues by their names", hint)
        return
    for entry in root.entries:
        if (dialogue := _dialogue(entry, notes)) is not None:
            yield dialogue


def _dialogue(entry: Entry, notes: Notes) -> WrittenDialogue | None:
    name, at = entry.key.text, entry.key.span
    if not name or len(name) > LONGEST_NAME:
        notes.error("T003", at, f"a name of {len(name)} characters", f"a sentence of at most {LONGEST_NAME}")
    if not isinstance(entry.value, Mapping):
        notes.wrong(entry.value, "from, clock, backend, talk, …")
        return None
    slots = Slots(entry.value, notes, "a dialogue", at)
    like, like_at = _named(slots, "like", notes)
    follows, follows_at = _named(slots, "follows", notes)
    number, caller, caller_name = (_plain(slots, key, notes) for key in ("to", "from", "from_name"))
    if number is not None and notes.names.numbers is not None and number not in notes.names.numbers:
        notes.unknown("T013", (slots.node("to") or entry.value).span, "number", number, notes.names.numbers)
    clock_node, backend, talk = slots.node("clock"), slots.node("backend"), slots.node("talk")
    never, ends = slots.node("never"), slots.node("ends")
    remembered, scripts, queues = slots.node("remembered"), slots.node("scripts"), slots.node("queues")
    dialogue = WrittenDialogue(
        name,
        at,
        like,
        like_at,
        follows,
        follows_at,
        number,
        caller,
        caller_name,
        None if clock_node is None else notes.moment(clock_node),
        {} if backend is None else read_backend(backend, notes),
        None if remembered is None else _remembered(remembered, notes),
        None if scripts is None else _scripts(scripts, notes),
        {} if queues is None else read_lines(queues, notes),
        None if never is None else messages_of(never, notes),
        None if talk is None else tuple(read_talk(talk, notes)),
        None if ends is None else _ending(ends, notes),
    )
    slots.finish()
    if isinstance(talk, Sequence) and not talk.items and ends is None:
        notes.wrong(talk, "acts, or how the call ends by itself: ends: finished")
    if talk is None and like is None:
        notes.error("T002", at, "a dialogue without 'talk'", "talk: what the caller does and hears")
    return dialogue


def _named(slots: Slots, key: str, notes: Notes) -> tuple[str | None, Span | None]:
    node = slots.node(key)
    return (None, None) if node is None else (notes.text(node, "the name of a dialogue"), node.span)


def _plain(slots: Slots, key: str, notes: Notes) -> str | None:
    node = slots.node(key)
    return None if node is None else notes.text(node, "a telephone number, or withheld" if key == "from" else "a text")


def _remembered(node: Node, notes: Notes) -> dict[str, str]:
    if not isinstance(node, Mapping):
        notes.wrong(node, "menus with the key chosen: {main.language: 1}")
        return {}
    found = {}
    for entry in node.entries:
        notes.step_must_exist(entry.key, entry.key.text)
        found[entry.key.text] = notes.text(entry.value, "a telephone key") or ""
    return found


def _scripts(node: Node, notes: Notes) -> dict[str, bool]:
    if not isinstance(node, Mapping):
        notes.wrong(node, "scripts with how they end: {echo-number: failed}")
        return {}
    found = {}
    for entry in node.entries:
        notes.must_exist("T018", entry.key, "script", entry.key.text, notes.names.scripts)
        how = entry.value.text if isinstance(entry.value, Scalar) else ""
        if how not in SCRIPT_ENDS:
            notes.error("T016", entry.value.span, f"found {described(entry.value)}", " or ".join(SCRIPT_ENDS))
        found[entry.key.text] = how != "failed"
    return found


def _ending(node: Node, notes: Notes) -> Ending | None:
    word = notes.text(node, "finished, hung up or rescued")
    if word is None:
        return None
    if word not in ENDINGS:
        notes.unknown("T016", node.span, "ending", word, ENDINGS)
    return ENDINGS.get(word)
