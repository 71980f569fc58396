"""`hotline draw`: a picture of every flow, as SVG and as Mermaid."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app.flow_pictures import words_of
from ivr.app.mistakes import MistakeError
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.drawing.flowchart import chart_of
from ivr.drawing.mermaid import mermaid
from ivr.drawing.svg import svg
from ivr.rehearsal.house import house_of
from ivr.rehearsal.run import rehearse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dialplan.source import Span
    from ivr.config.load import Loaded

PLACE: Final = Path(".hotline") / "pictures"
FORMS: Final = {"svg": svg, "mermaid": mermaid}
_ENDINGS: Final = {"svg": "svg", "mermaid": "mmd"}


def draw(
    folder: Path, into: Path | None, form: str | None, flow: str | None, *, coverage: bool, since: str | None = None
) -> None:
    """Draw the flows of a hotline into files, and say which.

    Args:
        folder: the hotline's.
        into: where the pictures go; None is `PLACE`.
        form: one of `FORMS`; None is all.
        flow: only this one.
        coverage: whether what the dialogues take is counted on the ways.
        since: from when on what callers took is counted there; None does not.

    Raises:
        MistakeError: the hotline has mistakes, there is no such form or flow, the history cannot be read, or nothing
            can be written there.
    """
    if form is not None and form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    loaded = load_hotline(folder)
    if loaded.hotline is None or loaded.flows is None:
        raise MistakeError(as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope).rstrip("\n"), 1)
    flows = loaded.flows.flows
    if flow is not None and flow not in flows:
        near = nearest(flow, list(flows))
        raise MistakeError(f"there is no flow '{flow}'" + (f"; did you mean '{near}'?" if near else ""))
    place = into or folder / PLACE
    taken = _taken(loaded) if coverage else None
    if since is not None:
        from ivr.cli.traffic import taken_by_callers

        taken = taken_by_callers(loaded, since)
    words, link = words_of(loaded.catalogue), _link(folder, place)
    for name in [flow] if flow is not None else flows:
        own = (
            {(step, way): times for (of, step, way), times in taken.items() if of == name}
            if taken is not None
            else None
        )
        chart = chart_of(flows[name], words, own)
        for each in [form] if form is not None else FORMS:
            _write(place / f"{name}.{_ENDINGS[each]}", FORMS[each](chart, link))


def _link(folder: Path, place: Path) -> Callable[[Span], str]:
    """A file of the hotline as it is reached from the picture."""
    base = Path(os.path.relpath(folder.resolve(), place.resolve())).as_posix()
    return lambda at: f"{base}/{at.file}#L{at.line}"


def _taken(loaded: Loaded) -> Mapping[tuple[str, str, str], int]:
    """Flow, step and way to how often the dialogues take it."""
    if loaded.hotline is None or loaded.flows is None:
        raise AssertionError("a sound hotline has settings and flows")
    found = load_dialogues(loaded)
    if any(each.severity == "error" for each in found.diagnostics):
        told = as_text(found.diagnostics, found.sources).rstrip("\n")
        raise MistakeError(f"nothing was played, the dialogues have mistakes\n{told}")
    played = rehearse(house_of(loaded.hotline, loaded.flows, loaded.catalogue), found.dialogues)
    return {(edge.flow, edge.step, edge.way): times for edge, times in played.coverage.taken.items()}


def _write(path: Path, text: str) -> None:
    """A second time without change writes nothing."""
    try:
        if path.is_file() and path.read_text("utf-8") == text:
            typer.echo(f"unchanged  {path}")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MistakeError(f"{path} cannot be written: {error.strerror or error}") from None
    typer.echo(f"written    {path}")
