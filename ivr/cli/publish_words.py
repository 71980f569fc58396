"""`hotline publish`, `rollback`, `versions` and `replay`: the words an admin types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]


def publish(
    folder: Folder,
    *,
    why: Annotated[str, typer.Option("--why", "-m", help="What it is for, in a few words.", metavar="TEXT")],
    share: Annotated[
        str | None, typer.Option("--first", help="Only so many of the new calls at first: 5%.", metavar="SHARE")
    ] = None,
    numbers: Annotated[
        list[str] | None,
        typer.Option("--first-for", help="Only calls from this number at first; may be given again.", metavar="NUMBER"),
    ] = None,
    tolerance: Annotated[
        str,
        typer.Option("--tolerate", help="How many more calls may fail than on the live version.", metavar="SHARE"),
    ] = "5%",
    who: Annotated[
        str | None, typer.Option("--by", help="Who does it; this user unless given.", metavar="NAME")
    ] = None,
) -> None:
    """Let new calls begin with the folder as it is now.

    Checked, rehearsed and spoken first: what fails one of them is not published. Calls in progress end on the version
    they began with. With --first or --first-for some calls go first; when too many of theirs fail, it is taken back by
    itself.
    """
    from ivr.cli import publications

    publications.publish(folder, publications.Wishes(why, share, tuple(numbers or ()), tolerance, who))


def rollback(
    folder: Folder,
    *,
    why: Annotated[str, typer.Option("--why", "-m", help="What went wrong, in a few words.", metavar="TEXT")],
    to: Annotated[
        str | None, typer.Option(help="The version to go back to; the one before unless given.", metavar="VERSION")
    ] = None,
    who: Annotated[
        str | None, typer.Option("--by", help="Who does it; this user unless given.", metavar="NAME")
    ] = None,
) -> None:
    """Take back what was published last.

    A version that goes first is taken back from the calls that have it; with none, new calls begin with the version
    that was live before. A second time goes back one more. Calls in progress end on the version they began with.
    """
    from ivr.cli import publications

    publications.rollback(folder, to, why, who)


def versions(
    folder: Folder,
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
) -> None:
    """Say what was published, and what is live.

    By whom, when and why, with what it changed, the youngest first.
    """
    from ivr.cli import publications

    publications.versions(folder, form)


def replay(
    folder: Folder,
    since: Annotated[
        str, typer.Option("--since", help="A span (90min, 24h, 7d, 2w) or a local date or time.", metavar="WHEN")
    ] = "24h",
    until: Annotated[str | None, typer.Option("--until", help="The same; now unless given.", metavar="WHEN")] = None,
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
) -> None:
    """Lead yesterday's calls through the folder's flows.

    Says which of them would go elsewhere, where and how often. What callers answered then they answer again; what
    cannot be known is undecided, with the reason. Changes nothing. Ends with 1 when a call goes elsewhere.
    """
    from ivr.cli import replaying

    raise typer.Exit(replaying.replay(folder, since, until, form))
