"""What `hotline report` does: understands what is asked for, has it worked out, and shows it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from ivr.app.flow_reports import flows_of
from ivr.app.loading import load_ready
from ivr.app.mailing import addresses, mail, server_of
from ivr.app.mistakes import MistakeError
from ivr.app.plan import exceptions_of
from ivr.app.report_part import abandoned_of, metrics_table
from ivr.reports.forms import as_csv, as_json, as_text
from ivr.reports.html import as_html
from ivr.reports.letters import subject_of, text_of
from ivr.reports.ways import SHOWN
from ivr.reports.wishes import Kind, Span, WishError, form, is_of, separator, span
from ivr.services.mail import Attachment, Letter
from store.metrics import METRICS, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.reports.tables import Table


@dataclass(frozen=True, slots=True)
class Wish:
    """What every report is asked with, as it was typed."""

    folder: Path
    since: str
    until: str
    zone: str | None
    form: str
    output: Path | None
    separator: str | None = None
    bom: bool = False
    mail_to: Sequence[str] = ()


def metrics_report(kind: Kind, wish: Wish, *, by: str, only: Sequence[str], names: str | None) -> None:
    """A report of metrics, shown.

    Raises:
        MistakeError: It cannot be had.
    """
    _report(wish, lambda ready, range_: asyncio.run(metrics_table(ready, kind, range_, by=by, only=only, names=names)))


def abandoned_report(wish: Wish, *, only: Sequence[str], short: bool) -> None:
    """The list of who gave up, shown.

    Raises:
        MistakeError: It cannot be had.
    """
    _report(wish, lambda ready, range_: asyncio.run(abandoned_of(ready, range_, only=only, short=short)))


def exceptions_report(wish: Wish, *, only: Sequence[str]) -> None:
    """The list of exceptions to the plan of the shifts, shown.

    Raises:
        MistakeError: It cannot be had.
    """
    _report(wish, lambda ready, range_: asyncio.run(exceptions_of(ready, range_, only=only)))


def flows_report(wish: Wish, *, only: Sequence[str], by: str) -> None:
    """The list of steps and their ways out, shown.

    Raises:
        MistakeError: It cannot be had.
    """
    _report(wish, lambda ready, range_: asyncio.run(flows_of(ready, range_, only=only, by=by)))


def metrics_list() -> str:
    """Every metric with its formula, those of queues first."""
    lines = [f"edition {VERSION}; docs/metrics.md says what each means, and its source", ""]
    width = max(map(len, METRICS))
    headings: dict[Kind, str] = {"queues": "of queues and hours", "agents": "of agents", "calls": "of calls"}
    for kind, heading in headings.items():
        lines += [heading, ""]
        lines += [f"  {name:<{width}}  {one.formula}" for name, one in METRICS.items() if is_of(kind, one)]
        lines.append("")
    lines += ["of steps", "", *(f"  {name:<{width}}  {METRICS[name].formula}" for name in SHOWN)]
    return "\n".join(lines)


def _report(wish: Wish, made: Callable[[Ready, Span], Table]) -> None:
    try:
        to = addresses(wish.mail_to)
        form(wish.form, to_terminal=wish.output is None and not to and sys.stdout.isatty())
        separator(wish.separator, wish.form, bom=wish.bom)
        ready = load_ready(wish.folder)
        if to:
            server_of(ready)  # told before the database is asked for minutes
        now = datetime.now(UTC)
        asked = span(wish.since, wish.until, ready.hotline.time_zone if wish.zone is None else wish.zone, now)
        table = made(ready, asked)
        told = _written(wish, table, wish.form)
        if to:
            _mail(ready, wish, table, told, now)
        if wish.output is not None or not to:
            _show(wish, table, told)
    except WishError as wrong:
        raise MistakeError(str(wrong)) from None


def _mail(ready: Ready, wish: Wish, table: Table, told: bytes, now: datetime) -> None:
    """The report as a letter: the form that is asked for as its attachment, a page to print where none is."""
    to = addresses(wish.mail_to)
    kind = "html" if wish.form == "table" else wish.form
    body = told if kind == wish.form else _written(wish, table, kind)
    name = f"{table.title}-{table.span.since.astimezone(table.span.zone):%Y-%m-%d}.{kind}"
    language = ready.hotline.languages[0]
    hotline = ready.hotline.title.get(language) or ready.hotline.name
    letter = Letter(
        to=to,
        subject=subject_of(table, hotline, language),
        text=text_of(table, hotline, language, [name]),
        language=language,
        attachments=[Attachment(name=name, kind=_KINDS[kind], body=body)],
    )
    mail(ready, letter, now)
    typer.echo(f"sent       {name} to {', '.join(to)}", err=True)


_KINDS: Final = {
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _written(wish: Wish, table: Table, form: str) -> bytes:
    match form:
        case "xlsx":
            from ivr.reports.workbook import as_workbook

            return as_workbook(table)
        case "csv":
            mark = "\ufeff" if wish.bom else ""
            return f"{mark}{as_csv(table, separator(wish.separator, wish.form, bom=wish.bom))}\n".encode()
        case "json":
            return f"{as_json(table)}\n".encode()
        case "html":
            return f"{as_html(table)}\n".encode()
        case _:
            return f"{as_text(table)}\n".encode()


def _show(wish: Wish, table: Table, told: bytes) -> None:
    if wish.output is not None:
        try:
            wish.output.write_bytes(told)
        except OSError as error:
            raise WishError("R011", f"{wish.output} cannot be written: {error.strerror or error}") from None
        typer.echo(f"written    {wish.output}", err=True)
        return
    if wish.form == "csv":  # the notes would be rows there
        for note in table.notes:
            typer.echo(note, err=True)
    typer.echo(told, nl=False)
