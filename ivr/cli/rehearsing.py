"""`hotline test`."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from dialplan.diagnostics import has_errors
from dialplan.report import as_text
from ivr.app.mistakes import MistakeError
from ivr.cli.rehearsal_forms import as_json, as_junit
from ivr.cli.rehearsal_text import Colors, report
from ivr.config.dialogues import FOLDER, load_dialogues, names_of
from ivr.config.load import load_hotline
from ivr.rehearsal.house import house_of
from ivr.rehearsal.run import advise, rehearse

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.dialogues import Dialogues
    from ivr.config.load import Loaded
    from ivr.rehearsal.model import Dialogue

FORMS = ("text", "json")
CLEAR = "\x1b[2J\x1b[H"
"""Empties a terminal."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    form: str = "text"
    words: str = ""
    """Only dialogues with these words in their names."""
    min_coverage: float = 0.0
    """Per cent of the ways that must be taken."""
    junit: Path | None = None


def test(folder: Path, wishes: Wishes) -> int:
    """Play the dialogues of a hotline, print what came of them, and say how it went as an exit code.

    Raises:
        MistakeError: it cannot be run: the files have mistakes, there is no dialogue, or a wish is none.
    """
    if wishes.form not in FORMS:
        raise MistakeError(f"unknown format '{wishes.form}'; expected {', '.join(FORMS)}")
    loaded, found = _read(folder)
    chosen = _chosen(found, wishes.words, folder)
    if loaded.hotline is None or loaded.flows is None:
        raise AssertionError("a sound hotline has settings and flows")
    house = house_of(loaded.hotline, loaded.flows, loaded.catalogue)
    began = time.perf_counter()
    rehearsal = rehearse(house, chosen)
    took_s = time.perf_counter() - began
    advice = advise(house, names_of(loaded), rehearsal.coverage)
    if wishes.junit is not None:
        _write(wishes.junit, as_junit(rehearsal, took_s))
    if wishes.form == "json":
        typer.echo(as_json(rehearsal, advice, wishes.min_coverage), nl=False)
    else:
        colors = Colors(on=sys.stdout.isatty())
        typer.echo(
            report(rehearsal, advice, found.sources, min_coverage=wishes.min_coverage, took_s=took_s, colors=colors),
            nl=False,
        )
    return 1 if rehearsal.failed or rehearsal.coverage.per_cent < wishes.min_coverage else 0


def watch(folder: Path, wishes: Wishes) -> None:
    """Play them again whenever a file of the hotline changes, until Ctrl-C."""
    import watchfiles

    while True:
        try:
            test(folder, wishes)
        except MistakeError as mistake:
            typer.echo(str(mistake), err=True)
        typer.echo(f"waiting for changes in {folder}; Ctrl-C ends", err=True)
        changes = watchfiles.watch(folder, watch_filter=_matters)
        if next(changes, None) is None:
            return
        if sys.stdout.isatty():
            typer.echo(CLEAR, nl=False)


def _matters(_change: object, path: str) -> bool:
    """Whether a file that changed is one of a hotline's."""
    return path.endswith((".yaml", ".py"))


def _read(folder: Path) -> tuple[Loaded, Dialogues]:
    loaded = load_hotline(folder)
    found = load_dialogues(loaded)
    problems = (*loaded.diagnostics, *found.diagnostics)
    if has_errors(problems):
        sources = {**loaded.sources, **found.sources}
        told = as_text([each for each in problems if each.severity == "error"], sources, color=sys.stderr.isatty())
        raise MistakeError(f"nothing was played, the hotline's files have mistakes\n{told}".rstrip("\n"))
    return loaded, found


def _chosen(found: Dialogues, words: str, folder: Path) -> tuple[Dialogue, ...]:
    if not found.dialogues:
        raise MistakeError(f"there are no dialogues; expected files {folder / FOLDER}/*.yaml")
    chosen = tuple(each for each in found.dialogues if words.casefold() in each.name.casefold())
    if not chosen:
        raise MistakeError(f"no dialogue has '{words}' in its name")
    return chosen


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MistakeError(f"{path} cannot be written: {error.strerror or error}") from None
