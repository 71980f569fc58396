"""The dialogues of a hotline's folder, `tests/*.yaml`: read, checked against the hotline, and made whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dialplan.diagnostics import Diagnostic
from ivr.flow.known import TicketFacts
from ivr.flow.model import Survey
from ivr.flow.yaml_reader import LARGEST_FILE
from ivr.prompts.values_alone import is_value_alone
from ivr.rehearsal.backend import Question
from ivr.rehearsal.masking import masked
from ivr.rehearsal.reading import read_dialogues
from ivr.rehearsal.resolving import resolve
from ivr.rehearsal.written import Names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dialplan.source import Source
    from ivr.config.load import Loaded
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.model import Dialogue

FOLDER = "tests"


@dataclass(frozen=True, slots=True)
class Dialogues:
    """What came of the folder `tests`."""

    dialogues: tuple[Dialogue, ...]
    """Every dialogue that could be read, its variants one by one."""
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    """What stands in the files, for reports: keys of entries are masked."""


def load_dialogues(loaded: Loaded) -> Dialogues:
    """Read `tests/*.yaml` of a hotline that has been loaded, sound or not. No folder is no dialogues."""
    files: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for path in _listed(loaded.folder / FOLDER):
        name = f"{FOLDER}/{path.name}"
        if path.suffix not in {".yaml", ".yml", ".YAML", ".YML"}:
            continue
        if path.suffix != ".yaml":
            problems.append(Diagnostic("C009", "warning", None, "the file is not read", f"{path.stem}.yaml", file=name))
            continue
        try:
            with path.open("rb") as file:
                files[name] = file.read(LARGEST_FILE + 1)
        except OSError as error:
            message = f"the file cannot be read ({error.strerror or type(error).__name__})"
            problems.append(Diagnostic("C009", "error", None, message, "a readable file", file=name))
    names = names_of(loaded)
    reading = read_dialogues(files, names)
    dialogues, between = resolve(reading, names)
    sources = {name: replace(source, text=masked(source.text)) for name, source in reading.sources.items()}
    return Dialogues(dialogues, (*problems, *reading.diagnostics, *between), sources)


def names_of(loaded: Loaded) -> Names:
    """What dialogues may name; nothing is said about what could not be read."""
    hotline, flows = loaded.hotline, loaded.flows
    steps = frozenset(f"{flow.name}.{step}" for flow in flows.flows.values() for step in flow.steps) if flows else None
    if hotline is None:
        return Names(steps=steps)
    return Names(
        frozenset(name for name in loaded.catalogue.names if not is_value_alone(name)) or None,
        frozenset(hotline.queues),
        steps,
        frozenset(path.stem for path in _listed(loaded.folder / "scripts") if path.suffix == ".py"),
        tuple(hotline.numbers),
        hotline.languages,
        {
            name: Question(each.source, tuple(each.takes), each.gives, each.as_of)
            for name, each in hotline.lookups.items()
        },
        frozenset(hotline.voicemail),
        {name: TicketFacts(each.takes, tuple(each.within_ms)) for name, each in hotline.tickets.items()},
        _surveyed(flows) if flows else None,
        ZoneInfo(hotline.time_zone),
    )


def _surveyed(flows: FlowSet) -> dict[str, str]:
    """Every question of every survey, with the figures that answer it."""
    found: dict[str, str] = {}
    for flow in flows.flows.values():
        for step in flow.steps.values():
            for question in step.questions if isinstance(step, Survey) else ():
                found[question.name] = "".join(dict.fromkeys(found.get(question.name, "") + question.keys))
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError:
        return []
