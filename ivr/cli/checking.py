"""`hotline check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from dialplan.diagnostics import has_errors
from dialplan.report import as_github, as_json, as_text
from ivr.app.mistakes import MistakeError
from ivr.config.checked import check_hotline
from ivr.schema.files import PLACE, write_schemas

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.load import Loaded

FORMS = ("text", "json", "github")


def check(folder: Path, form: str) -> int:
    """Print every diagnostic; 1 when there is an error among them, else 0.

    Raises:
        MistakeError: there is no such form.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    loaded = check_hotline(folder)
    _refresh_schemas(folder, loaded)
    match form:
        case "json":
            typer.echo(as_json(loaded.diagnostics))
        case "github":
            typer.echo(as_github(loaded.diagnostics), nl=bool(loaded.diagnostics))
        case _:
            color = sys.stdout.isatty()
            typer.echo(as_text(loaded.diagnostics, loaded.sources, color=color, scope=loaded.scope).rstrip("\n"))
    return 1 if has_errors(loaded.diagnostics) else 0


def _refresh_schemas(folder: Path, loaded: Loaded) -> None:
    """Where `hotline schema` has been before, editors are to know today's names, of files with mistakes too."""
    place = folder / PLACE
    if loaded.hotline is None or not place.is_dir():
        return
    try:
        write_schemas(loaded, place)
    except OSError:
        pass  # a checkout that cannot be written is checked all the same
