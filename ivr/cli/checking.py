"""`hotline check`."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from ivr.app.mistakes import MistakeError
from ivr.cli.entry import FORMS, SCHEMAS, shown
from ivr.cli.verdicts import Verdict, verdict_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ivr.config.dialogues import Dialogues
    from ivr.config.load import Loaded


def check(folder: Path, form: str, *, cache: bool = True) -> int:
    """Print every diagnostic; 1 when there is an error among them, else 0.

    Raises:
        MistakeError: there is no such form, or no such folder.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    if not folder.is_dir():
        raise MistakeError(f"{folder} is no folder; expected a hotline's, with its hotline.yaml")

    def make() -> Verdict:
        return judged(folder)

    verdict = verdict_for(folder, make, schemas=folder / SCHEMAS, environ=os.environ) if cache else make()
    typer.echo(shown(verdict, form, color=sys.stdout.isatty()), nl=False)
    return 1 if verdict.errors else 0


def judged(folder: Path) -> Verdict:
    """The verdict on a folder, made anew."""
    with _collector_at_rest():
        return _judged(folder)


def _judged(folder: Path) -> Verdict:
    from dialplan.diagnostics import has_errors
    from dialplan.report import as_github, as_json, as_text
    from ivr.config.alarms import load_alarms
    from ivr.config.boards import load_boards
    from ivr.config.checked import check_hotline
    from ivr.config.dialogues import load_dialogues
    from ivr.config.shifts import load_shifts

    loaded = check_hotline(folder)
    tests = load_dialogues(loaded)
    refresh_schemas(folder, loaded, tests)
    boards, alarms = load_boards(loaded), load_alarms(loaded)
    shifts = load_shifts(loaded)
    found = (
        *loaded.diagnostics, *tests.diagnostics, *boards.diagnostics, *shifts.diagnostics, *alarms.diagnostics
    )  # fmt: skip
    sources = {**loaded.sources, **tests.sources, **boards.sources, **shifts.sources, **alarms.sources}
    scope = f"{loaded.scope}, {_dialogues(len(tests.dialogues))}" if tests.sources else loaded.scope
    if boards.sources:
        scope += ", 1 board" if len(boards.sources) == 1 else f", {len(boards.sources)} boards"
    if shifts.sources:
        scope += f", shifts of {len(shifts.plan)} agent{'' if len(shifts.plan) == 1 else 's'}"
    return Verdict(
        text=as_text(found, sources, scope=scope).rstrip("\n"),
        colored=as_text(found, sources, color=True, scope=scope).rstrip("\n"),
        json=as_json(found),
        github=as_github(found),
        errors=has_errors(found),
    )


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No search for garbage while a check builds its trees: there is none, and looking takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def refresh_schemas(folder: Path, loaded: Loaded, tests: Dialogues) -> None:
    """Where `hotline schema` has been before, editors are to know today's names, of files with mistakes too."""
    place = folder / SCHEMAS
    if loaded.hotline is None or not place.is_dir():
        return
    from ivr.schema.files import write_schemas

    try:
        write_schemas(loaded, place, tests)
    except OSError:
        pass  # a checkout that cannot be written is checked all the same


def _dialogues(count: int) -> str:
    return "1 dialogue" if count == 1 else f"{count} dialogues"
