"""`hotline schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ivr.app.mistakes import MistakeError
from ivr.config.load import load_hotline
from ivr.schema.files import KINDS, PLACE, add_headers, as_json, schemas, write_schemas

if TYPE_CHECKING:
    from pathlib import Path


def schema(folder: Path, into: Path | None, shown: str | None, *, headers: bool) -> None:
    """Write the schemas of a hotline, or print one, or put the lines into its files that lead to them.

    Raises:
        MistakeError: there is no such schema, the settings cannot be read, or a file cannot be written.
    """
    if shown is not None and shown not in KINDS:
        raise MistakeError(f"unknown schema '{shown}'; expected {', '.join(KINDS)}")
    loaded = load_hotline(folder)
    if loaded.hotline is None:
        raise MistakeError(
            f"hotline.yaml cannot be used, so it has no names to offer; hotline check {folder} says why", 1
        )
    if shown is not None:
        typer.echo(as_json(schemas(loaded)[f"{shown}.json"]), nl=False)
        return
    target = into or folder / PLACE
    try:
        written, unchanged = write_schemas(loaded, target)
        changed = add_headers(folder) if headers else []
    except OSError as error:
        raise MistakeError(f"{error.filename or target} cannot be written: {error.strerror or error}") from None
    for name in written:
        typer.echo(f"written    {target / name}")
    for name in changed:
        typer.echo(f"header     {folder / name}")
    typer.echo(f"{len(written)} written, {unchanged} unchanged in {target}")
