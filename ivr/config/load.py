"""One hotline's folder, read and checked: `hotline.yaml`, `flows/*.yaml`, `prompts/*.yaml`, `scripts/*.py`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, did_you_mean, has_errors
from dialplan.source import Source
from ivr.config.addresses import unusable_addresses
from ivr.config.people_rules import people_rules
from ivr.config.read import FILE, Settings, read_settings
from ivr.config.recorded import recorded
from ivr.config.regular import read_regular, refuse_others, told
from ivr.config.rules import in_address, setting_rules
from ivr.config.script_files import files_beside, imported_files
from ivr.config.version import version_of
from ivr.flow.check import check_flows, given_to_messages
from ivr.flow.defaults import FlowDefaults, TriesDefaults
from ivr.flow.given_twice import with_repeated
from ivr.flow.known import Known, LookupFacts, TicketFacts
from ivr.flow.load import FlowReading, load_flow
from ivr.flow.model import Flow, FlowSet, SayValue, Voicemail
from ivr.flow.yaml_reader import LARGEST_FILE, Document, decode, read_yaml
from ivr.flow.yaml_reader import Mapping as MappingNode
from ivr.prompts.agreement import agreed_places
from ivr.prompts.catalogue import ALL, Catalogue, load_catalogue
from ivr.prompts.tokens import can_speak
from ivr.prompts.values_alone import with_values

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from dialplan.diagnostics import Severity
    from dialplan.source import Span
    from ivr.config.model import Defaults, Hotline
    from ivr.config.readable import Readable
    from ivr.flow.yaml_reader import Node

    ReadPrompts = Callable[
        [Mapping[str, Source], Mapping[str, Collection[str]]], tuple[Catalogue, tuple[Diagnostic, ...]]
    ]

_MASK: Final = "•"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a folder. With an error among the diagnostics nothing of it may take calls."""

    folder: Path
    hotline: Hotline | None
    """None when `hotline.yaml` cannot be used at all."""
    flows: FlowSet | None
    """Every flow; None when there is an error anywhere."""
    catalogue: Catalogue
    """Every sentence that could be read, and every kind of value that a flow says alone."""
    diagnostics: tuple[Diagnostic, ...]
    root: Node | None = field(repr=False)
    """`hotline.yaml` as it was written, to tell a setting's line; a secret that was written there is in it still."""
    sources: Mapping[str, Source]
    """Every file by its name in diagnostics; secrets written in clear are masked."""
    scope: str
    """What was looked at, for the last line of a report: `3 flows, 41 messages, 3 languages`."""
    readings: tuple[FlowReading, ...] = ()
    """Every flow as far as it could be read."""
    known: Known = field(default_factory=Known)
    """The names flows may use."""
    settings: Readable | None = field(default=None, repr=False)
    """What is right of `hotline.yaml`, also when something else in it is wrong; secrets as in `root`."""

    @property
    def is_sound(self) -> bool:
        """Whether it may take calls."""
        return not has_errors(self.diagnostics)


def load_hotline(
    folder: Path,
    environ: Mapping[str, str] | None = None,
    read_prompts: ReadPrompts = load_catalogue,
    *,
    kept: bool = False,
) -> Loaded:
    """Read and check one hotline; every mistake of every file at once, nothing raised for any of them.

    Args:
        folder: the hotline's folder.
        environ: where settings of this machine come from (`ivr.config.environment`); None is this process's.
        read_prompts: how messages are read.
        kept: whether it is a version that was published (`ivr.config.read.read_settings`).
    """
    files = _Files(folder)
    data = files.read(FILE)
    document = with_repeated(read_yaml(data, FILE)) if data is not None else Document(None, (), Source(FILE, ""))
    environ = os.environ if environ is None else environ
    settings = read_settings(document, environ, kept=kept)
    files.keep(_masked(document.source, settings.diagnostics))
    readings = _flows(files, settings)
    given = given_to_messages(readings)
    catalogue, said = _prompts(files, settings.readable, lambda texts: read_prompts(texts, given))
    scripts = {path.stem: path for path in files.listed("scripts", ".py")}
    problems = [*files.diagnostics, *settings.diagnostics, *said]
    problems += [each for reading in readings for each in reading.diagnostics]
    known = _known(settings, catalogue, given, files.sources, scripts, broken=has_errors(said))
    ruled = tuple(setting_rules(settings.readable, settings.place, {each.name for each in readings}, known))
    files.keep(_masked(files.sources[FILE], ruled))
    problems += [*ruled, *unusable_addresses(settings.readable.hotline, settings.place, environ)]
    boards = {path.stem for path in (folder / "boards").glob("*.yaml")}
    problems += people_rules(settings.readable, settings.place, folder, boards, environ)
    problems += check_flows(readings, known)
    flows = None
    if settings.hotline is not None and not has_errors(problems):
        heard = scripts | imported_files(folder / "scripts")
        bodies = {name: files.digest(path) for name, path in heard.items()}
        bodies |= {name: digest.encode() for name, digest in files_beside(folder / "scripts").items()}
        spoken = recorded(with_values(catalogue, _said_alone(readings)), folder / "prompts")
        version = version_of(document.root, readings, catalogue, bodies, spoken)
        flows = _flow_set(version, readings, settings.hotline)
    scope = (
        f"{_count(readings, 'flow')}, {_count(catalogue.names, 'message')}, {_count(catalogue.languages, 'language')}"
    )
    return Loaded(
        folder=folder,
        hotline=settings.hotline,
        flows=flows,
        catalogue=with_values(catalogue, _said_alone(readings)),
        diagnostics=tuple(problems),
        root=document.root,
        sources=files.sources,
        scope=scope,
        readings=tuple(readings),
        known=known,
        settings=settings.readable,
    )


class _Files:
    """Reads the folder; notes what cannot be read, and keeps each text for the report."""

    def __init__(self, folder: Path) -> None:
        self.sources: dict[str, Source] = {}
        self.diagnostics: list[Diagnostic] = []
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, one more than may be at most; None when there is none."""
        try:
            return read_regular(self._folder / name, self._folder, LARGEST_FILE + 1)
        except FileNotFoundError:
            near = did_you_mean(name, [path.name for path in self._listed(self._folder)])
            if not self._folder.is_dir():
                self._say(name, f"there is no folder {self._folder}", "a hotline's folder")
            else:
                self._say(name, "the file is not there", f"a file {name} in {self._folder}", near)
        except OSError as error:
            self._say(name, f"the file cannot be read ({told(error)})", "a readable file of this folder")
        return None

    def keep(self, source: Source) -> None:
        """Keep a text for the report."""
        self.sources[source.name] = source

    def text(self, name: str) -> Source | None:
        """A file as text, kept for the report; None when it cannot be read or decoded."""
        data = self.read(name)
        if data is None:
            return None
        text, problems = decode(data, name)
        self.diagnostics += problems
        if text is None:
            return None
        self.keep(Source(name, text))
        return self.sources[name]

    def listed(self, folder: str, ending: str) -> list[Path]:
        """The files of a folder with this ending, sorted; near misses (`.yml`) are told."""
        found = []
        for path in self._entries(self._folder / folder):
            if path.name.startswith("."):
                continue
            if path.suffix == ending:
                found += self._kept(path, f"{folder}/{path.name}")
            elif path.suffix in {".yml", ".YAML", ".YML"} and ending == ".yaml":
                self._say(f"{folder}/{path.name}", "the file is not read", f"{path.stem}.yaml", severity="warning")
        return found

    def _kept(self, path: Path, name: str) -> list[Path]:
        """The path, when a file of this folder is there; else it is told: to leave it out silently would be a guess."""
        try:
            refuse_others(path, self._folder)
        except OSError as error:
            self._say(name, f"the file cannot be read ({told(error)})", "a readable file of this folder")
            return []
        return [path]

    def digest(self, path: Path) -> bytes:
        """The bytes of a script, for the version; empty when it cannot be read (its step then fails, and says so)."""
        try:
            return path.read_bytes()
        except OSError:
            return b""

    def missing_flow(self) -> None:
        """Note that a hotline without a flow takes no call."""
        there = (self._folder / "flows").is_dir()
        message = "this folder has no flow in it" if there else "there is no folder of flows"
        self._say("flows", message, "at least one flow: flows/main.yaml")

    def _listed(self, folder: Path) -> list[Path]:
        return [path for path in self._entries(folder) if path.is_file()]

    def _entries(self, folder: Path) -> list[Path]:
        try:
            return sorted(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self._say(folder.name, f"the folder cannot be read ({told(error)})", "a readable folder")
            return []

    def _say(
        self, name: str, message: str, expected: str, hint: str | None = None, *, severity: Severity = "error"
    ) -> None:
        if not any(each.file == name and each.code == "C009" for each in self.diagnostics):
            found = Diagnostic("C009", severity, None, message, expected=expected, hint=hint, file=name)
            self.diagnostics.append(found)


def _flows(files: _Files, settings: Settings) -> list[FlowReading]:
    defaults = flow_defaults(settings.defaults) if settings.defaults is not None else _ANY_DEFAULTS
    readings = []
    for path in files.listed("flows", ".yaml"):
        name = f"flows/{path.name}"
        data = files.read(name)
        if data is not None:
            reading = load_flow(data, name, defaults)
            files.keep(reading.source)
            readings.append(reading)
    if not readings and settings.document.root is not None:
        files.missing_flow()
    return readings


_ANY_DEFAULTS: Final = FlowDefaults(TriesDefaults(tries=3, after_ms=5_000), TriesDefaults(tries=3))
"""In the place of defaults that cannot be read: flows are not blamed for what they inherit."""


def flow_defaults(defaults: Defaults) -> FlowDefaults:
    """What this hotline's flows inherit."""
    silence, wrong = defaults.no_input, defaults.wrong_input
    return FlowDefaults(
        TriesDefaults(silence.tries, silence.then, silence.message, silence.after_ms),
        TriesDefaults(wrong.tries, wrong.then, wrong.message),
        defaults.inter_digit_ms,
        defaults.longest_steps,
        defaults.most_visits,
        defaults.first_digit_ms,
    )


def _prompts(
    files: _Files,
    settings: Readable,
    read_prompts: Callable[[Mapping[str, Source]], tuple[Catalogue, tuple[Diagnostic, ...]]],
) -> tuple[Catalogue, tuple[Diagnostic, ...]]:
    """The messages of the languages the hotline speaks; of all that are there when it is not known which it does."""
    there = {path.stem for path in files.listed("prompts", ".yaml")}
    whole = settings.whole("languages")
    languages = settings.hotline.languages if whole else tuple(sorted(filter(can_speak, there - {ALL})))
    for language in sorted(there - {*languages, ALL}) if whole else ():
        message = f"the hotline does not speak '{language}'"
        hint = did_you_mean(language, [*languages, ALL])
        expected = f"one of {', '.join(languages)}, or {ALL}"
        name = f"prompts/{language}.yaml"
        files.diagnostics.append(Diagnostic("C005", "warning", None, message, expected, hint, file=name))
    wanted = [*languages, *([ALL] if ALL in there else [])]
    texts = {language: files.text(f"prompts/{language}.yaml") for language in dict.fromkeys(wanted)}
    return read_prompts({language: source for language, source in texts.items() if source is not None})


def _known(
    settings: Settings,
    catalogue: Catalogue,
    given: Mapping[str, Collection[str]],
    sources: Mapping[str, Source],
    scripts: Mapping[str, Path],
    *,
    broken: bool,
) -> Known:
    """What flows may use; `broken` says whether a sentence could not be read."""
    readable, hotline = settings.readable, settings.readable.hotline
    lookups: dict[str, LookupFacts | None] = dict.fromkeys(readable.names["lookups"] or ())
    lookups |= {
        name: LookupFacts(each.takes, each.gives, each.as_of, in_address(each))
        for name, each in hotline.lookups.items()
    }
    tickets: dict[str, TicketFacts | None] = dict.fromkeys(readable.names["tickets"] or ())
    tickets |= {name: TicketFacts(each.takes, tuple(each.within_ms)) for name, each in hotline.tickets.items()}
    entries = {flow: settings.place("numbers", number) for number, flow in hotline.numbers.items()}
    messages = {
        name: {
            place: frozenset(str(kind) for kind in kinds)
            for place, kinds in agreed_places(catalogue.messages, name, given).items()
        }
        for name in catalogue.names
    }
    return Known(
        languages=hotline.languages if readable.whole("languages") else None,
        entries=entries if readable.whole("numbers") else None,
        queues=readable.names["queues"],
        schedules=readable.names["hours"],
        scripts=frozenset(scripts),
        boxes=readable.names["voicemail"],
        tickets=tickets if readable.names["tickets"] is not None else None,
        lookups=lookups if readable.names["lookups"] is not None else None,
        messages=messages or None,  # none at all: the files that are missing are told, not each sentence
        unreadable_messages=frozenset(_written_messages(sources)) - set(messages) if broken else frozenset(),
    )


def _said_alone(readings: list[FlowReading]) -> dict[str, Span]:
    """What says the values that flows say alone, each with its first use."""
    said: dict[str, Span] = {}
    for reading in readings:
        for step in reading.flow.steps.values() if reading.flow else ():
            if isinstance(step, SayValue):
                said.setdefault(step.message, step.at)
    return said


def _written_messages(sources: Mapping[str, Source]) -> Iterator[str]:
    """Every message that is written somewhere, readable or not: its own file tells what is wrong with it."""
    waiting = [
        ("", read_yaml(source.text.encode(), name).root)
        for name, source in sources.items()
        if name.startswith("prompts/")
    ]
    while waiting:
        outer, node = waiting.pop()
        for entry in node.entries if isinstance(node, MappingNode) else ():
            name = f"{outer}{entry.key.text}"
            yield name
            waiting.append((f"{name}.", entry.value))


def _flow_set(version: str, readings: list[FlowReading], hotline: Hotline) -> FlowSet:
    flows = {reading.name: _bounded(reading.flow, hotline) for reading in readings if reading.flow is not None}
    return FlowSet(version, flows, hotline.languages)


def _bounded(flow: Flow, hotline: Hotline) -> Flow:
    """The flow with no recording longer than its box lets it be, whatever a step says."""
    steps = {
        name: replace(step, longest_ms=min(step.longest_ms, hotline.voicemail[step.box].longest_ms))
        if isinstance(step, Voicemail)
        else step
        for name, step in flow.steps.items()
    }
    return replace(flow, steps=steps)


def _masked(source: Source, diagnostics: tuple[Diagnostic, ...]) -> Source:
    """The text with every secret that was written in it made unreadable: reports show lines of it."""
    lines = source.text.split("\n")
    for diagnostic in diagnostics:
        if diagnostic.code == "C010" and diagnostic.span is not None:
            at, line = diagnostic.span, lines[diagnostic.span.line - 1]
            start, stop = at.column - 1, at.column - 1 + at.length
            lines[at.line - 1] = line[:start] + _MASK * len(line[start:stop]) + line[stop:]
    return replace(source, text="\n".join(lines))


def _count(things: object, noun: str) -> str:
    number = len(things) if isinstance(things, (list, tuple)) else 0
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
