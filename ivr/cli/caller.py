"""`hotline caller`: the words an admin types; `ivr.cli.caller_data` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Number = Annotated[str, typer.Argument(help="The calling number, with or without its country code.", metavar="NUMBER")]

caller = typer.Typer(
    help="What is held about one caller: given out, or erased.", no_args_is_help=True, rich_markup_mode=None
)


@caller.command("export")
def export(
    folder: Folder,
    number: Number,
    into: Annotated[Path, typer.Option("--to", help="The new file, readable by you alone.", metavar="FILE")],
) -> None:
    """Write everything that is held about one caller into a file.

    As JSON: every row of every table, in clear, and where recordings and messages lie.
    """
    from ivr.cli import caller_data

    caller_data.export(folder, number, into)


@caller.command("erase")
def erase(
    folder: Folder,
    number: Number,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is held about one caller, for good.

    The number becomes a mask in every row, files of recordings and messages are deleted, what was remembered is
    forgotten, lines of evidence go. Every total of every report stays as it is.
    """
    from ivr.cli import caller_data

    caller_data.erase(folder, number, ask=not yes)
