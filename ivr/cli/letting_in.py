"""Hashes of passwords, tokens, and one-time links, made and printed."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.owners import give, make_private
from ivr.flow.units import DURATION_FORM, duration_ms
from wallboard.access import passwords, tokens
from wallboard.access.people import Person, Role
from wallboard.links import LONGEST, make_link

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready


def make_hash(into: Path | None) -> None:
    """Ask for a password and print its hash, or write it."""
    if sys.stdin.isatty():
        password = typer.prompt("password", hide_input=True, confirmation_prompt="again", err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise MistakeError(
            f"a password has {passwords.SHORTEST} to {passwords.LONGEST} characters, this one has {len(password)}"
        )
    made = passwords.hash_password(password)
    if into is None:
        typer.echo(made)
    else:
        _write(into, made)
        typer.echo(f"wrote      {into}")


def new_token(into: Path | None) -> None:
    """Print a new token, and its hash or where that is."""
    made = tokens.new_token()
    if into is not None:
        _write(into, tokens.hash_of(made))
    typer.echo(f"token      {made}")
    typer.echo("           shown this once: give it to the program or screen, and keep it nowhere else")
    typer.echo(f"wrote      {into}" if into is not None else f"hash       {tokens.hash_of(made)}")


def link(folder: Path, role: str, name: str, lasting: str) -> None:
    """Print an address that lets somebody in once."""
    try:
        wanted = Role(role)
    except ValueError:
        raise MistakeError(f"unknown role '{role}'; expected {', '.join(Role)}") from None
    ms = duration_ms(lasting)
    if ms is None or not 0 < ms <= LONGEST / timedelta(milliseconds=1):
        raise MistakeError(f"--for is '{lasting}'; expected {DURATION_FORM}, at most 24h")
    typer.echo(address_that_lets_in(load_ready(folder), Person(name, wanted), timedelta(milliseconds=ms)))


def address_that_lets_in(ready: Ready, person: Person, lasting: timedelta) -> str:
    """An address that lets somebody in once.

    Raises:
        MistakeError: the state folder cannot be written.
    """
    kept = ready.places.wallboard
    try:
        make_private(kept)
        secret = make_link(kept, person, datetime.now(UTC) + lasting)
        give(kept, ready.places.state)
    except OSError as error:
        raise cannot_use(kept, error) from None
    wallboard = ready.hotline.wallboard
    return f"{wallboard.address or f'http://{wallboard.listen}'}/sign-in#once={secret}"


def _write(into: Path, text: str) -> None:
    try:
        descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MistakeError(f"{into} is there already; remove it first, or name another file") from None
    except OSError as error:
        raise MistakeError(f"{into} cannot be written: {error.strerror or error}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
