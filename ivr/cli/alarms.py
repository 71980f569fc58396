"""`hotline alarms`: the words an admin types; `ivr.cli.alarming` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]

alarms = typer.Typer(help="Who is told when something is wrong.", no_args_is_help=True, rich_markup_mode=None)


@alarms.command("list")
def list_all(
    folder: Folder, form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text"
) -> None:
    """Say what would be told to whom on what.

    Each rule of alarms.yaml and each that is built in: what it watches, when it fires and is over, and its senders.
    """
    from ivr.cli import alarming

    alarming.list_rules(folder, form)


@alarms.command("test")
def test(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="A sender, or a rule: then each of its senders.", metavar="NAME")],
) -> None:
    """Send a test message, once, and say what came of it.

    Ends with 0 when every sender delivered, with 1 when one did not.
    """
    from ivr.cli import alarming

    raise typer.Exit(alarming.try_out(folder, name))
