"""`hotline`: the words an admin types. Exit codes: 0 all is well, 1 findings in the hotline, 2 anything else."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from ivr.app.mistakes import MistakeError
from ivr.cli import checking, rendering, serving
from ivr.cli.ledger import ledger as proof

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Level = Annotated[str, typer.Option("--log", help="debug, info, warning or error.", metavar="LEVEL")]

app = typer.Typer(
    help="Telephony and IVR control for Asterisk: flows as text, exact queue history, a live wallboard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
database = typer.Typer(help="The history's database.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(database, name="db")
app.add_typer(proof, name="ledger")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hotline {version('hotline')}")
        raise typer.Exit


@app.callback()
def hotline(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Telephony and IVR control for Asterisk: flows as text, exact queue history, a live wallboard."""


@app.command()
def check(
    folder: Folder,
    form: Annotated[str, typer.Option("--format", help="text, json or github.", metavar="FORM")] = "text",
) -> None:
    """Say every mistake in a hotline's files at once.

    Each with its place, what was expected and the nearest valid name. Ends with 1 when there is an error.
    """
    raise typer.Exit(checking.check(folder, form))


@app.command()
def render(
    folder: Folder,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Asterisk's configuration folder; asterisk/ in the state folder unless given.", metavar="FOLDER"
        ),
    ] = None,
    only_generated: Annotated[
        bool, typer.Option("--only-generated", help="Leave out the configuration we ship: you have your own.")
    ] = False,
) -> None:
    """Write what Asterisk needs.

    Dialplan, queues, telephones and trunks, the AMI user. A second time without change writes nothing; files written by
    hand are never touched.
    """
    rendering.render(folder, into, only_generated=only_generated)


@app.command()
def prompts(folder: Folder) -> None:
    """Make every sound the hotline can say.

    What is there already is kept, and a recording in the prompts folder wins over the machine's voice.
    """
    rendering.prompts(folder)


@app.command()
def up(folder: Folder, level: Level = "info") -> None:
    """Run the whole hotline until Ctrl-C.

    AGI server, bridge and wallboard, each a process of its own, each started again if it ends.
    """
    serving.up(folder, level)


@app.command()
def agi(folder: Folder, level: Level = "info") -> None:
    """Run the AGI server alone.

    It leads callers through the flows.
    """
    serving.agi(folder, level)


@app.command()
def bridge(folder: Folder, level: Level = "info") -> None:
    """Run the bridge alone.

    It watches Asterisk, writes the history and feeds the wallboard.
    """
    serving.bridge(folder, level)


@app.command()
def wallboard(folder: Folder, level: Level = "info") -> None:
    """Run the wallboard alone.

    The page for ops, its API and its metrics.
    """
    serving.wallboard(folder, level)


@database.command("upgrade")
def db_upgrade(folder: Folder) -> None:
    """Bring the database to this version's form.

    Nothing is lost, and a second time does nothing. `hotline up` does it by itself.
    """
    serving.db_upgrade(folder)


def main() -> None:
    """The program. A user's mistake is one line (or one report) on standard error, never a traceback."""
    try:
        app(prog_name="hotline", standalone_mode=True)
    except MistakeError as mistake:
        typer.echo(f"hotline: {mistake}" if mistake.exit_code != 1 else str(mistake), err=True)
        sys.exit(mistake.exit_code)


if __name__ == "__main__":
    main()
