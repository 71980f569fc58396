"""`hotline report`: the words an admin types; `ivr.cli.reporting` does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Since = Annotated[
    str, typer.Option("--from", help="today, yesterday, a span back (7d), a date or time.", metavar="WHEN")
]
Until = Annotated[str, typer.Option("--to", help="The same; what is there is no longer in it.", metavar="WHEN")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only this queue; may be repeated.", metavar="NAME")]
Agents = Annotated[list[str] | None, typer.Option("--agent", help="Only this agent; may be repeated.", metavar="ID")]
Flows = Annotated[list[str] | None, typer.Option("--flow", help="Only this flow; may be repeated.", metavar="NAME")]
Metrics = Annotated[
    str | None,
    typer.Option("--metrics", help="These, with commas between; `report metrics` lists all.", metavar="NAMES"),
]
Zone = Annotated[str | None, typer.Option("--zone", help="Another clock than the hotline's.", metavar="ZONE")]
Form = Annotated[str, typer.Option("--format", help="table, csv, json, html or xlsx.", metavar="FORM")]
Bom = Annotated[bool, typer.Option("--bom", help="Of csv: with a mark by which Excel knows UTF-8.")]
Separator = Annotated[str | None, typer.Option("--separator", help="Of csv: , ; or tab between cells.", metavar="CHAR")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Into this file.", metavar="FILE")]

MailTo = Annotated[
    list[str] | None,
    typer.Option("--mail-to", help="Mail it there; may be repeated.", metavar="ADDRESS"),
]

report = typer.Typer(
    help="The figures of queues, agents and flows, each by its name.", no_args_is_help=True, rich_markup_mode=None
)


@report.command("queues")
def queues(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    by: Annotated[str, typer.Option("--by", help="queue, 5m, 15m, 30m, hour or day.", metavar="WHAT")] = "queue",
    queue: Queues = None,
    metrics: Metrics = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """What became of the callers of each queue.

    A visit belongs to the interval in which it entered. docs/metrics.md says what each figure means.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.metrics_report("queues", wish, by=by, only=queue or (), names=metrics)


@report.command("agents")
def agents(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    by: Annotated[str, typer.Option("--by", help="agent, 5m, 15m, 30m, hour or day.", metavar="WHAT")] = "agent",
    agent: Agents = None,
    metrics: Metrics = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """What each agent did.

    A visit belongs to the interval in which it was answered; states are cut at the interval's ends.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.metrics_report("agents", wish, by=by, only=agent or (), names=metrics)


@report.command("hours")
def hours(
    folder: Folder,
    *,
    since: Since = "7d",
    until: Until = "now",
    queue: Queues = None,
    metrics: Metrics = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """The hours of the day, over all days of the range.

    The hour is the one the clock shows, in DST nights, too.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.metrics_report("hours", wish, by="hour", only=queue or (), names=metrics)


@report.command("abandoned")
def abandoned(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    queue: Queues = None,
    short: Annotated[bool, typer.Option("--short", help="Those who hung up at once, too.")] = False,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """Who gave up waiting, and what became of him since.

    Whether he called again and was answered, by whom, or asked to be called back. Numbers are masked; the call's id
    opens the call (`hotline ledger call`).
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.abandoned_report(wish, only=queue or (), short=short)


@report.command("calls")
def calls(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    by: Annotated[str, typer.Option("--by", help="flow, 5m, 15m, 30m, hour or day.", metavar="WHAT")] = "flow",
    flow: Flows = None,
    metrics: Metrics = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """What became of the calls of each flow.

    How many were contained, queued, handed on or rescued, how long they were in the flow, and where callers hung up. A
    call belongs to the flow and the interval it began in.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.metrics_report("calls", wish, by=by, only=flow or (), names=metrics)


@report.command("flows")
def flows(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    by: Annotated[
        str, typer.Option("--by", help="version, step, language, 5m, 15m, 30m, hour or day.", metavar="WHAT")
    ] = "version",
    flow: Flows = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """How often each step was entered, and each way out of it taken.

    By flow, version and step, hang-ups among them; of the calls that began in the range. `step` takes all versions
    together, as languages and intervals do. Steps are kept for
    `keep.steps` of hotline.yaml.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.flows_report(wish, only=flow or (), by=by)


@report.command("exceptions")
def exceptions(
    folder: Folder,
    *,
    since: Since = "today",
    until: Until = "now",
    agent: Agents = None,
    zone: Zone = None,
    form: Form = "table",
    bom: Bom = False,
    separator: Separator = None,
    output: Output = None,
    mail_to: MailTo = None,
) -> None:
    """Who did something else than planned, for a minute or more.

    By the plan of the shifts (shifts/*.csv). docs/shifts.md says what keeps a plan.
    """
    from ivr.cli import reporting

    wish = reporting.Wish(folder, since, until, zone, form, output, separator, bom=bom, mail_to=mail_to or ())
    reporting.exceptions_report(wish, only=agent or ())


@report.command("metrics")
def metrics_there_are() -> None:
    """Every metric: name, formula, and the reports that have it."""
    from ivr.cli import reporting

    typer.echo(reporting.metrics_list())
