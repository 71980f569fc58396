"""`hotline init`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import typer

from ivr.config.load import load_hotline
from ivr.schema.files import PLACE, write_schemas
from ivr.starter.folder import create, files, wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def init(folder: Path, languages: str, number: str, next_commands: Sequence[str]) -> None:
    """Make a new hotline, the schemas for editors with it, and say what to type next.

    Raises:
        MistakeError: something is there already, or what is wanted cannot be.
    """
    made = files(wanted(folder, languages, number))
    create(folder, made)
    write_schemas(load_hotline(folder), folder / PLACE)
    for name in sorted(made):
        typer.echo(f"written    {folder / name}")
    typer.echo("\nnext:")
    for command in next_commands:
        typer.echo(f"  hotline {command} {shlex.quote(str(folder))}")
