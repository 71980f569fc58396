"""`hotline render` and `hotline prompts`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from dialplan.report import as_text
from ivr.app import speech
from ivr.app.asterisk_files import write_asterisk_files
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError

if TYPE_CHECKING:
    from pathlib import Path


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
    ready = load_ready(folder)
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
