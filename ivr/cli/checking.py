"""`hotline check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from dialplan.diagnostics import has_errors
from dialplan.report import as_github, as_json, as_text
from ivr.app.mistakes import MistakeError
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline

if TYPE_CHECKING:
    from pathlib import Path

FORMS = ("text", "json", "github")


def check(folder: Path, form: str) -> int:
    """Print every diagnostic; 1 when there is an error among them, else 0.

    Raises:
        MistakeError: there is no such form.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    loaded = load_hotline(folder)
    tests = load_dialogues(loaded)
    diagnostics = (*loaded.diagnostics, *tests.diagnostics)
    match form:
        case "json":
            typer.echo(as_json(diagnostics))
        case "github":
            typer.echo(as_github(diagnostics), nl=bool(diagnostics))
        case _:
            scope = f"{loaded.scope}, {_dialogues(len(tests.dialogues))}" if tests.sources else loaded.scope
            sources = {**loaded.sources, **tests.sources}
            typer.echo(as_text(diagnostics, sources, color=sys.stdout.isatty(), scope=scope).rstrip("\n"))
    return 1 if has_errors(diagnostics) else 0


def _dialogues(count: int) -> str:
    return "1 dialogue" if count == 1 else f"{count} dialogues"
