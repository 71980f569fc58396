"""What `hotline caller` does: gives out what is held about one caller, or has it erased, and says what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from ivr.app.caller_data import as_data, caller_of, erased, held_of, refuse_open
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.opened import opened_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.app.caller_data import Erased
    from ivr.app.loading import Ready


def export(folder: Path, number: str, into: Path) -> None:
    """Write all of it into a new file.

    Raises:
        MistakeError: It is no number, the file is there or cannot be made, or the database does not serve.
    """
    ready = load_ready(folder)
    told = asyncio.run(_data(ready, number))
    text = json.dumps(told, ensure_ascii=False, indent=1, default=datetime.isoformat)
    try:
        descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MistakeError(f"{into} is there already; expected a new file") from None
    except OSError as error:
        raise MistakeError(f"{into} cannot be written: {error.strerror or error}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
    counts = {table: len(rows) for table, rows in told["rows"].items()}
    typer.echo(f"written    {into}: {_in_words(counts)}, {_files(len(told['files']))}")


async def _data(ready: Ready, number: str) -> dict[str, Any]:
    caller = caller_of(ready, number)
    async with opened_store(ready) as store:
        return as_data(ready, number, await held_of(ready, store, caller), datetime.now(UTC))


def erase(folder: Path, number: str, *, ask: bool) -> None:
    """Erase it, once it was confirmed.

    Raises:
        MistakeError: It is no number, nobody can be asked, a call goes on, or the database does not serve.
    """
    ready = load_ready(folder)
    if ask and not sys.stdin.isatty():
        raise MistakeError("an erasure cannot be taken back and has to be confirmed; say it again with --yes")
    done = asyncio.run(_erased(ready, number, ask=ask))
    if done is None:
        typer.echo("nothing was erased")
        return
    typer.echo(f"erased     {_in_words(done.rows)}, {_files(done.files)}")
    for path in done.left:
        typer.echo(f"left       {path}: remove this file by hand")
    if not done.overwritten:
        typer.echo("left       older states of the rows, in SQLite's file, since somebody reads them: say it again")


async def _erased(ready: Ready, number: str, *, ask: bool) -> Erased | None:
    caller = caller_of(ready, number)
    async with opened_store(ready) as store:
        found = await held_of(ready, store, caller)
        refuse_open(found, datetime.now(UTC))
        if ask and found.count:
            typer.echo(f"held       {_in_words({table: len(rows) for table, rows in sorted(found.rows.items())})}")
            if not typer.confirm("Erase all of it? It cannot be taken back."):
                return None
            found = await held_of(ready, store, caller)  # he may have called while nobody answered here
        return await erased(ready, store, found)


def _in_words(counts: Mapping[str, int]) -> str:
    """`4 rows (2 journeys, 2 visits)`."""
    whole = sum(counts.values())
    parts = ", ".join(f"{count:,} {table}" for table, count in counts.items())
    return f"{whole:,} row{'' if whole == 1 else 's'}" + (f" ({parts})" if parts else "")


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"
