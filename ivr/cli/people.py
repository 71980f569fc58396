"""`hotline user` and `hotline token`: the words an admin types; `ivr.cli.letting_in` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Into = Annotated[
    Path | None,
    typer.Option("--into", help="Write the hash into this file, which only its owner may read.", metavar="FILE"),
]

user = typer.Typer(help="Who signs in at the wallboard.", no_args_is_help=True, rich_markup_mode=None)
token = typer.Typer(help="Tokens of programs and screens.", no_args_is_help=True, rich_markup_mode=None)


@user.callback()
def user_words() -> None:
    """Who signs in at the wallboard."""


@token.callback()
def token_words() -> None:
    """Tokens of programs and screens."""


@user.command("hash")
def make_hash(into: Into = None) -> None:
    """Make the hash of a password.

    The password is asked for twice and shown nowhere; in a pipe it is the first line. The hash goes where `password` of
    the user in hotline.yaml says.
    """
    from ivr.cli import letting_in

    letting_in.make_hash(into)


@user.command("link")
def link(
    folder: Folder,
    *,
    role: Annotated[str, typer.Option(help="viewer, supervisor or admin.", metavar="ROLE")] = "viewer",
    name: Annotated[str, typer.Option(help="What they are called while they are in.", metavar="NAME")] = "guest",
    lasting: Annotated[
        str, typer.Option("--for", help="How long it may be used, at most 24h.", metavar="DURATION")
    ] = "15min",
) -> None:
    """Print an address that lets somebody in at the wallboard, once.

    For a first look, or when nobody remembers a password. Whoever may write the hotline's state folder may do this.
    """
    from ivr.cli import letting_in

    letting_in.link(folder, role, name, lasting)


@token.command("new")
def new(into: Into = None) -> None:
    """Make a token of a program or a screen, and show it once.

    What is kept is its hash, where `secret` of the token in hotline.yaml says.
    """
    from ivr.cli import letting_in

    letting_in.new_token(into)
