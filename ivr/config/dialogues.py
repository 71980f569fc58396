"""The dialogues of a hotline's folder, `tests/*.yaml`: read, checked against the hotline, and made whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.config.regular import read_regular, told
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
    names: tuple[str, ...] = ()
    """The name of every dialogue that is written there."""


def load_dialogues(loaded: Loaded) -> Dialogues:
    """Read `tests/*.yaml` of a hotline that has been loaded, sound or not. No folder is no dialogues."""
    files: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for path in _entries(loaded.folder / FOLDER, problems):
        name = f"{FOLDER}/{path.name}"
        if path.suffix not in {".yaml", ".yml", ".YAML", ".YML"}:
            continue
        if path.suffix != ".yaml":
            problems.append(Diagnostic("C009", "warning", None, "the file is not read", f"{path.stem}.yaml", file=name))
            continue
        try:
            files[name] = read_regular(path, loaded.folder, LARGEST_FILE + 1)
        except OSError as error:
            message = f"the file cannot be read ({told(error)})"
            problems.append(Diagnostic("C009", "error", None, message, "a readable file of this folder", file=name))
    names = names_of(loaded)
    reading = read_dialogues(files, names)
    dialogues, between = resolve(reading, names)
    sources = {name: replace(source, text=masked(source.text)) for name, source in reading.sources.items()}
    written = tuple(each.name for each in reading.dialogues)
    return Dialogues(dialogues, (*problems, *reading.diagnostics, *between), sources, written)


def names_of(loaded: Loaded) -> Names:
    """What dialogues may name; nothing is said about what could not be read."""
    unread = _unread_flows(loaded)
    steps = frozenset(f"{each.name}.{step}" for each in loaded.readings for step in each.step_names)
    written = frozenset(name for name in loaded.catalogue.names if not is_value_alone(name))
    messages = written | loaded.known.unreadable_messages if loaded.known.messages is not None else None
    scripts = frozenset(path.stem for path in _listed(loaded.folder / "scripts") if path.suffix == ".py")
    settings = loaded.settings
    if settings is None:
        return Names(messages, None, steps, scripts, unread_flows=unread)
    hotline, names = settings.hotline, settings.names
    questions: dict[str, Question | None] = dict.fromkeys(names["lookups"] or ())
    questions |= {
        name: Question(each.source, tuple(each.takes), each.gives, each.as_of) for name, each in hotline.lookups.items()
    }
    tickets: dict[str, TicketFacts | None] = dict.fromkeys(names["tickets"] or ())
    tickets |= {name: TicketFacts(each.takes, tuple(each.within_ms)) for name, each in hotline.tickets.items()}
    return Names(
        messages,
        names["queues"],
        steps,
        scripts,
        tuple(hotline.numbers) if settings.whole("numbers") else None,
        hotline.languages if settings.whole("languages") else None,
        questions if names["lookups"] is not None else None,
        names["voicemail"],
        tickets if names["tickets"] is not None else None,
        _surveyed(loaded),
        ZoneInfo(hotline.time_zone),
        unread,
    )


def _unread_flows(loaded: Loaded) -> frozenset[str]:
    """Flows of which not every step is known: files that are no YAML, hold something twice, or cannot be opened."""
    files = {each.file or "" for each in loaded.diagnostics if each.code == "C009" and each.severity == "error"}
    closed = {PurePosixPath(file).stem for file in files if file.startswith("flows/")}
    broken = {
        each.name
        for each in loaded.readings
        if not each.step_names or has_errors(found for found in each.diagnostics if found.code.startswith("Y"))
    }
    return frozenset(closed | broken)


def _surveyed(loaded: Loaded) -> dict[str, str] | None:
    """Every question of every survey, with the figures that answer it; None when a flow has something unreadable."""
    if any(reading.flow is None or has_errors(reading.diagnostics) for reading in loaded.readings):
        return None
    found: dict[str, str] = {}
    for reading in loaded.readings:
        for step in reading.flow.steps.values() if reading.flow is not None else ():
            for question in step.questions if isinstance(step, Survey) else ():
                found[question.name] = "".join(dict.fromkeys(found.get(question.name, "") + question.keys))
    return found


def _entries(folder: Path, problems: list[Diagnostic]) -> list[Path]:
    """Everything in the folder but what is hidden; no folder is nothing."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        if folder.is_symlink():
            problems.append(_no_folder(folder, "it leads nowhere"))
    except OSError as error:
        problems.append(_no_folder(folder, error.strerror or type(error).__name__))
    return []


def _no_folder(folder: Path, why: str) -> Diagnostic:
    message = f"the folder cannot be read ({why})"
    return Diagnostic("C009", "error", None, message, "a readable folder", file=folder.name)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError:
        return []
