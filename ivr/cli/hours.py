"""`hotline hours`: the words an admin types; `ivr.cli.explaining` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]

hours = typer.Typer(help="Opening hours, explained.", no_args_is_help=True, rich_markup_mode=None)


@hours.callback()
def words() -> None:
    """Opening hours, explained."""


@hours.command("explain")
def explain(
    folder: Folder,
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", help="2026-12-31T23:30 in the hotline's zone, or with +08:00; now unless given.", metavar="MOMENT"
        ),
    ] = None,
    number: Annotated[
        str | None,
        typer.Option("--number", help="Only the schedules callers of this number can meet.", metavar="NUMBER"),
    ] = None,
    days: Annotated[int, typer.Option("--days", help="Days of the preview.", metavar="DAYS", min=0, max=400)] = 30,
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
) -> None:
    """Say why a schedule is open or closed at a moment.

    The rule that wins with its line, and those it wins over; when it opens or closes next, also over nights, holidays
    and changes to summer time; and the coming days.
    """
    from ivr.cli import explaining

    explaining.explain(folder, explaining.Wishes(at, number, days, form))
