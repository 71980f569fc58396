"""`hotline ledger`: the words an admin types; `ivr.cli.proving` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Node = Annotated[str | None, typer.Option("--node", help="Another Asterisk than the hotline's own.", metavar="NAME")]

ledger = typer.Typer(
    help="The history, proved: held against Asterisk's own logs.", no_args_is_help=True, rich_markup_mode=None
)


@ledger.command("verify")
def verify(
    folder: Folder,
    since: Annotated[
        str, typer.Option("--since", help="A span (90min, 24h, 7d, 2w) or a local date or time.", metavar="WHEN")
    ] = "24h",
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="These files instead of the hotline's queue_log.", metavar="FILE")
    ] = None,
    *,
    cel: Annotated[
        list[Path] | None, typer.Option("--cel", help="These files instead of the hotline's CEL.", metavar="FILE")
    ] = None,
    node: Node = None,
) -> None:
    """Compare the history with queue_log and CEL.

    Prints where they differ: the visit, the field, what the ledger says and what the log says; then each call, in
    words. Changes nothing. Ends with 0 when nothing differs, 1 when something does, 2 when they could not be compared.
    """
    from ivr.cli import proving

    raise typer.Exit(proving.verify(folder, since, form, log or (), cel=cel or (), node=node))


@ledger.command("import")
def import_logs(
    folder: Folder,
    files: Annotated[
        list[Path], typer.Argument(help="Files of queue_log, plain or packed (gz, bz2, xz).", metavar="FILE")
    ],
    node: Node = None,
) -> None:
    """Take queue_log files of any Asterisk into the history.

    They are read oldest first, whatever their order here. Interrupted, it goes on where it was; repeated, it changes
    nothing. Lines that are no facts are counted and kept in a file beside the database.
    """
    from ivr.cli import proving

    proving.import_logs(folder, files, node)


@ledger.command("evidence")
def evidence(
    folder: Folder,
    visit: Annotated[str, typer.Argument(help="The visit's id: node/channel/ordinal.", metavar="VISIT")],
) -> None:
    """Show one visit and the lines it came from.

    Both stand on one time line, the lines as AMI and queue_log told them. Numbers are masked, and keys a caller pressed
    are not there. Lines are kept for `keep.evidence` of hotline.yaml.
    """
    from ivr.cli import proving

    proving.evidence(folder, visit)


@ledger.command("call")
def call(
    folder: Folder,
    named: Annotated[str, typer.Argument(help="The call's id, or the id of one of its visits.", metavar="CALL")],
) -> None:
    """Show one call from its first step to its last.

    Flow, queues, agents' phones, and what the caller left (message, survey, callback, ticket) stand on one time line.
    Numbers are masked.
    """
    from ivr.cli import calls

    calls.call(folder, named)
