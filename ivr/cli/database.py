"""`hotline db`: the words an admin types; `ivr.cli.serving` and `ivr.cli.keeping` do what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Form = Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")]

database = typer.Typer(help="The history's database.", no_args_is_help=True, rich_markup_mode=None)


@database.command("upgrade")
def upgrade(folder: Folder) -> None:
    """Bring the database to this version's form.

    Nothing is lost, and a second time does nothing. `hotline up` does it by itself.
    """
    from ivr.cli import serving

    serving.db_upgrade(folder)


@database.command("purge")
def purge(
    folder: Folder,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    form: Form = "text",
) -> None:
    """Delete what is past its time, and mask old numbers.

    By `keep` of hotline.yaml, table by table, a few rows at a time beside a running hotline; what is open still is
    never touched. Interrupted, it goes on the next time. The bridge does the same every night.
    """
    from ivr.cli import keeping

    keeping.purge(folder, form, dry_run=dry_run)


@database.command("info")
def info(
    folder: Folder,
    *,
    space: Annotated[
        str | None, typer.Option("--space", help="What it may take in all, where that is not its disk: 200GB.")
    ] = None,
    form: Form = "text",
) -> None:
    """Say how large it is, and when it will be full.

    The database in all, and table by table: rows, size, what comes in a day by the rows' own times, and how long it is
    kept.
    """
    from ivr.cli import extent

    extent.info(folder, form, space)
