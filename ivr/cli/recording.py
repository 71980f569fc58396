"""`hotline prompts` with `--list`, `--script` or `--import`: what is there, what a talent reads, what was recorded."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app import speech
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.prompts.build import states
from ivr.prompts.catalogue import ALL
from ivr.prompts.importing import import_recordings
from ivr.prompts.recordings import recording_names
from ivr.prompts.synthesis import SynthesisError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.prompts.build import State
    from ivr.prompts.compose import Fragment

STATES: Final = ("missing", "stale", "recorded", "voice")
FORMS: Final = ("text", "json")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    only: str | None = None
    """One of `STATES`."""
    language: str | None = None
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch of speech."""

    said: Fragment
    file: str
    """The recording that would say it, below `prompts`."""
    state: State
    ms: int


def show(folder: Path, wishes: Wishes) -> None:
    """Print everything the hotline can say, each with its state.

    Raises:
        MistakeError: a wish is none, or the speech program is missing.
    """
    if wishes.form not in FORMS:
        raise MistakeError(f"unknown format '{wishes.form}'; expected {', '.join(FORMS)}")
    found = _entries(load_ready(folder), wishes)
    if wishes.form == "json":
        told = [
            {"file": e.file, "language": e.said.language, "state": e.state, "ms": e.ms, "text": e.said.text}
            for e in found
        ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    widest = max((len(each.file) for each in found), default=0)
    for each in found:
        typer.echo(f"{each.state:<8}  {each.ms / 1000:6.1f} s  {each.file:<{widest}}  {each.said.text}")
    counts = ", ".join(f"{sum(each.state == state for each in found)} {state}" for state in STATES)
    typer.echo(f"{len(found)} sounds: {counts}")


def script(folder: Path, into: Path, wishes: Wishes) -> None:
    """Write what a voice talent is to read, as CSV or Markdown by the file's ending.

    Raises:
        MistakeError: another ending, a wish that is none, or the file cannot be written.
    """
    forms = {".csv": _as_csv, ".md": _as_markdown}
    if into.suffix not in forms:
        raise MistakeError(f"--script: found '{into.name}'; expected a file that ends in {' or '.join(forms)}")
    found = _entries(load_ready(folder), wishes)
    try:
        into.write_text(forms[into.suffix](found), encoding="utf-8", newline="")
    except OSError as error:
        raise MistakeError(f"{into} cannot be written: {error.strerror or error}") from None
    typer.echo(f"written    {into}: {len(found)} recordings to make")


def take_in(folder: Path, incoming: Path) -> None:
    """Import recordings, or say what is wrong with each and import none.

    Raises:
        MistakeError: there is no such folder, a recording cannot be used (exit code 1), or nothing can be written.
    """
    if not incoming.is_dir():
        raise MistakeError(f"--import: {incoming} is no folder; expected one with en/welcome.wav and the like")
    ready = load_ready(folder)
    try:
        done = import_recordings(ready.catalogue, incoming, folder / "prompts", speech.settings(ready).level_db)
    except OSError as error:
        raise MistakeError(f"the recordings cannot be imported: {error}") from None
    if done.diagnostics:
        typer.echo(as_text(done.diagnostics, ready.loaded.sources).rstrip("\n"), err=True)
    if any(each.severity == "error" for each in done.diagnostics):
        raise MistakeError("nothing was imported", 1)
    for name in done.written:
        typer.echo(f"written    {folder / 'prompts' / name}")
    typer.echo(
        f"{len(done.written)} imported, {done.unchanged} unchanged; `hotline prompts {folder}` makes sounds of them"
    )


def _entries(ready: Ready, wishes: Wishes) -> list[Entry]:
    if wishes.only is not None and wishes.only not in STATES:
        raise MistakeError(f"--only: found '{wishes.only}'; expected {', '.join(STATES)}")
    languages = (*ready.catalogue.languages, ALL)
    if wishes.language is not None and wishes.language not in languages:
        near = nearest(wishes.language, languages)
        hint = f"; did you mean '{near}'?" if near else f"; expected {', '.join(languages)}"
        raise MistakeError(f"the hotline does not speak '{wishes.language}'{hint}")
    try:
        found = states(ready.catalogue, ready.places.sounds, speech.settings(ready), ready.folder / "prompts")
    except SynthesisError as failed:
        raise MistakeError(str(failed)) from None
    names = recording_names(ready.catalogue)
    entries = [Entry(said, names[said], *state) for said, state in found.items()]
    return [
        each
        for each in sorted(entries, key=lambda each: each.file)
        if wishes.only in {None, each.state} and wishes.language in {None, each.file.partition("/")[0]}
    ]


def _as_csv(entries: Sequence[Entry]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["file", "language", "text", "state"])
    rows.writerows([each.file, each.said.language, each.said.text, each.state] for each in entries)
    return out.getvalue()


def _as_markdown(entries: Sequence[Entry]) -> str:
    lines = ["# Recording script", "", "One WAV file for each line, under exactly this name."]
    for language in dict.fromkeys(each.said.language for each in entries):
        lines += ["", f"## {language}", "", "| file | read |", "| --- | --- |"]
        own = (each for each in entries if each.said.language == language)
        lines += [f"| `{each.file}` | {each.said.text.replace('|', chr(92) + '|')} |" for each in own]
    return "\n".join([*lines, ""])
