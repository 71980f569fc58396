"""`hotline render` and `hotline prompts`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app import speech
from ivr.app.asterisk_files import write_asterisk_files
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready


def render(folder: Path, into: Path | None, *, only_generated: bool) -> None:
    """Write Asterisk's files and say what changed."""
    ready = load_ready(folder)
    target = into or ready.places.state / "asterisk"
    written, unchanged = write_asterisk_files(ready, target, only_generated=only_generated)
    for name in written:
        typer.echo(f"written    {target / name}")
    typer.echo(f"{len(written)} written, {unchanged} unchanged in {target}")


def prompts(folder: Path) -> None:
    """Build the prompts and show how far it is."""
    _built(load_ready(folder))


def listen(folder: Path, into: Path, language: str | None) -> None:
    """Build the prompts, then write each sentence and a page to listen to them.

    Raises:
        MistakeError: the hotline does not speak this language, a recording cannot be used, or nothing can be written.
    """
    from ivr.app.listening import PAGE, write_listening

    ready = load_ready(folder)
    languages = ready.catalogue.languages
    if language is not None and language not in languages:
        near = nearest(language, languages)
        hint = f"; did you mean '{near}'?" if near else f"; expected {', '.join(languages)}"
        raise MistakeError(f"the hotline does not speak '{language}'{hint}")
    _built(ready)
    try:
        found = write_listening(ready, into, languages if language is None else (language,))
    except OSError as error:
        raise MistakeError(f"{error.filename or into} cannot be written or read: {error.strerror or error}") from None
    minutes = sum(each.seconds for each in found) / 60
    typer.echo(f"written    {into / PAGE}: {len(found)} sentences, {minutes:.1f} minutes")


def _built(ready: Ready) -> None:
    terminal = sys.stderr.isatty()

    def progress(made: int, to_make: int) -> None:
        if terminal:
            typer.echo(f"\r{made} of {to_make} sounds", nl=made == to_make, err=True)
        elif made in {0, to_make}:
            typer.echo(f"{made} of {to_make} sounds", err=True)

    report = speech.build_draft(ready, progress)
    if report.diagnostics:
        typer.echo(as_text(report.diagnostics, ready.loaded.sources).rstrip("\n"), err=True)
    if not report.complete:
        raise MistakeError("some recordings cannot be used; nothing else is missing", 1)
    typer.echo(
        f"{report.total} sounds in {ready.places.sounds}: {report.made} made, {report.kept} kept, "
        f"{report.recorded} spoken by a person, {report.speech_ms / 60_000:.1f} minutes in all"
    )
