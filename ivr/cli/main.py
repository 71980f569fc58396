"""`hotline`: the words an admin types. Exit codes: 0 all is well, 1 findings in the hotline, 2 anything else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ivr.app.mistakes import MistakeError
from ivr.cli.alarms import alarms
from ivr.cli.caller import caller
from ivr.cli.database import database
from ivr.cli.hours import hours
from ivr.cli.ledger import ledger as proof
from ivr.cli.people import token, user
from ivr.cli.publish_words import publish, replay, rollback, versions
from ivr.cli.report import report as figures

Folder = Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")]
Level = Annotated[str, typer.Option("--log", help="debug, info, warning or error.", metavar="LEVEL")]
Reload = Annotated[
    bool,
    typer.Option("--reload", help="For development: take up what is saved, for new calls and on boards."),
]

app = typer.Typer(
    help="Telephony and IVR control for Asterisk: flows as text, exact queue history, a live wallboard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(database, name="db")
app.add_typer(caller, name="caller")
app.add_typer(proof, name="ledger")
app.add_typer(hours, name="hours")
app.add_typer(figures, name="report")
app.add_typer(alarms, name="alarms")
app.add_typer(user, name="user")
app.add_typer(token, name="token")


def _version(wanted: bool) -> None:
    if wanted:
        from ivr.cli.entry import version_told

        typer.echo(version_told())
        raise typer.Exit


@app.callback()
def hotline(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Telephony and IVR control for Asterisk: flows as text, exact queue history, a live wallboard."""


@app.command()
def check(
    folder: Folder,
    form: Annotated[str, typer.Option("--format", help="text, json or github.", metavar="FORM")] = "text",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Check anew even if nothing has changed.")] = False,
) -> None:
    """Say every mistake in a hotline's files at once.

    Each with its place, what was expected and the nearest valid name. Ends with 1 when there is an error.
    """
    from ivr.cli import checking

    raise typer.Exit(checking.check(folder, form, cache=not no_cache))


@app.command("test")
def rehearse(
    folder: Folder,
    *,
    words: Annotated[
        str, typer.Option("-k", help="Only dialogues with these words in their names.", metavar="WORDS")
    ] = "",
    min_coverage: Annotated[
        float,
        typer.Option(help="Per cent of all ways out of steps that must be taken.", metavar="PER_CENT", min=0, max=100),
    ] = 0,
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report into this file.", metavar="FILE")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Play them again whenever a file changes.")] = False,
) -> None:
    """Play the dialogues of the folder tests/ without a telephone.

    In milliseconds, without Asterisk, database or network. Says where a call went another way than written, which ways
    out of steps no dialogue takes, and proposes a dialogue for one of them. Ends with 1 when one failed or too few ways
    are taken, with 2 when nothing could be played.
    """
    from ivr.cli import rehearsing

    wishes = rehearsing.Wishes(form, words, min_coverage, junit)
    if watch:
        rehearsing.watch(folder, wishes)
        return
    raise typer.Exit(rehearsing.test(folder, wishes))


@app.command("try")
def try_call(
    folder: Folder,
    *,
    caller: Annotated[
        str | None, typer.Option("--from", help="The calling number, or withheld.", metavar="NUMBER")
    ] = None,
    number: Annotated[str | None, typer.Option("--to", help="The number dialled.", metavar="NUMBER")] = None,
    clock: Annotated[str | None, typer.Option(help='When it is: "2026-11-20 22:30".', metavar="MOMENT")] = None,
    like: Annotated[
        str | None, typer.Option(help="The dialogue whose world the call comes into.", metavar="NAME")
    ] = None,
) -> None:
    """Call the hotline in the terminal, without a telephone.

    You read what a caller hears, press keys, set the clock, and make the data sources slow, down or wrong; beside it
    stand the step and what the flow knows. In a pipe it reads a line at a time and writes lines.
    """
    from ivr.cli import trying

    trying.try_call(folder, trying.Wishes(caller, number, clock, like))


@app.command()
def diff(
    old: Annotated[
        str, typer.Argument(help="A folder, git:REV (the other one as it was then), or REV:DIR.", metavar="OLD")
    ],
    new: Annotated[str, typer.Argument(help="The same for the new version.", metavar="NEW")],
    form: Annotated[str, typer.Option("--format", help="text, json or markdown.", metavar="FORM")] = "text",
) -> None:
    """Say what is different between two versions, by meaning.

    Steps, ways, prompts, queues, hours, lookups, numbers; which dialled numbers and prompts are affected; and which
    dialogues go another way when both versions play them. Ends with 0 when nothing is different, 1 when something is,
    2 when they could not be compared.
    """
    from ivr.cli import diffing

    raise typer.Exit(diffing.diff(old, new, form))


@app.command()
def draw(
    folder: Folder,
    *,
    into: Annotated[
        Path | None, typer.Option(help="Folder for the pictures; .hotline/pictures/ unless given.", metavar="FOLDER")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="svg or mermaid; both unless given.", metavar="FORM")
    ] = None,
    flow: Annotated[str | None, typer.Option(help="Only this flow.", metavar="NAME")] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show on each way how often the dialogues take it.")
    ] = False,
    traffic: Annotated[bool, typer.Option("--traffic", help="Show on each way how often callers took it.")] = False,
    since: Annotated[
        str | None, typer.Option(help="For --traffic: calls from then on; 24h unless given.", metavar="TIME")
    ] = None,
) -> None:
    """Draw each flow.

    Steps with the first words they say, ways with their keys, each step a link to its line; light, dark and legible on
    paper. A second time without change writes nothing.
    """
    if coverage and traffic:
        raise MistakeError("--coverage and --traffic are two counts for one place; expected one of them")
    if since is not None and not traffic:
        raise MistakeError("--since is from when --traffic counts; expected both")
    from ivr.cli import drawing

    drawing.draw(folder, into, form, flow, coverage=coverage, since=(since or "24h") if traffic else None)


@app.command()
def render(
    folder: Folder,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Asterisk's configuration folder; asterisk/ in the state folder unless given.", metavar="FOLDER"
        ),
    ] = None,
    only_generated: Annotated[
        bool, typer.Option("--only-generated", help="Leave out the configuration we ship: you have your own.")
    ] = False,
) -> None:
    """Write what Asterisk needs.

    Dialplan, queues, telephones and trunks, the AMI user. A second time without change writes nothing; files written by
    hand are never touched.
    """
    from ivr.cli import rendering

    rendering.render(folder, into, only_generated=only_generated)


@app.command()
def prompts(
    folder: Folder,
    *,
    listed: Annotated[bool, typer.Option("--list", help="List every sound with its state; make none.")] = False,
    script: Annotated[
        Path | None, typer.Option(help="Write what a voice talent reads into this .csv or .md.", metavar="FILE")
    ] = None,
    incoming: Annotated[
        Path | None, typer.Option("--import", help="Take in recordings, laid out as prompts/ is.", metavar="FOLDER")
    ] = None,
    listen: Annotated[
        Path | None, typer.Option(help="Write each sentence and a page to listen to them into this.", metavar="FOLDER")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="For --list, --script: missing, stale, recorded or voice.", metavar="STATE")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="For --list, --script, --listen: one language; all is what is shared.",
            metavar="TAG",
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="For --list: text or json.", metavar="FORM")] = "text",
) -> None:
    """Make every sound the hotline can say.

    What is there already is kept, and a recording in the prompts folder wins over the machine's voice. With --list,
    --script or --import: say what is there, write what is to be recorded, take in what was. With --listen: make what
    is missing, then write every sentence into a folder, with a page to listen to them.
    """
    if listed + sum(each is not None for each in (script, incoming, listen)) > 1:
        raise MistakeError("--list, --script, --import and --listen are four errands; expected one of them")
    from ivr.cli import recording, rendering

    wishes = recording.Wishes(only, language, form)
    if listed:
        recording.show(folder, wishes)
    elif script is not None:
        recording.script(folder, script, wishes)
    elif incoming is not None:
        recording.take_in(folder, incoming)
    elif listen is not None:
        rendering.listen(folder, listen, language)
    else:
        rendering.prompts(folder)


for word in (publish, rollback, versions, replay):
    app.command()(word)


@app.command()
def up(folder: Folder, level: Level = "info", reload: Reload = False) -> None:
    """Run the whole hotline until Ctrl-C.

    AGI server, bridge and wallboard, each a process of its own, each started again if it ends.
    """
    from ivr.cli import serving

    serving.up(folder, level, reload=reload)


@app.command()
def agi(folder: Folder, level: Level = "info", reload: Reload = False) -> None:
    """Run the AGI server alone.

    It leads callers through the flows.
    """
    from ivr.cli import serving

    serving.agi(folder, level, reload=reload)


@app.command()
def bridge(folder: Folder, level: Level = "info") -> None:
    """Run the bridge alone.

    It watches Asterisk, writes the history and feeds the wallboard.
    """
    from ivr.cli import serving

    serving.bridge(folder, level)


@app.command()
def wallboard(folder: Folder, level: Level = "info", reload: Reload = False) -> None:
    """Run the wallboard alone.

    The page for ops, its API and its metrics.
    """
    from ivr.cli import serving

    serving.wallboard(folder, level, reload=reload)


@app.command()
def schema(
    folder: Folder,
    into: Annotated[
        Path | None, typer.Option(help="Folder for the schemas; .hotline/schema/ unless given.", metavar="FOLDER")
    ] = None,
    shown: Annotated[
        str | None,
        typer.Option("--print", help="Print one instead: flow, hotline, prompts, dialogues or board.", metavar="KIND"),
    ] = None,
    headers: Annotated[
        bool, typer.Option("--headers", help="Put the line that names its schema into each file that has none.")
    ] = False,
) -> None:
    """Write JSON Schemas with this hotline's names, for editors.

    They complete queues, messages, steps and languages, and underline what is misspelt. A second time without change
    writes nothing; from then on `hotline check` keeps them up to date.
    """
    from ivr.cli import schemas

    schemas.schema(folder, into, shown, headers=headers)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new folder; the hotline is called like it.", metavar="DIR")],
    languages: Annotated[
        str, typer.Option(help="Languages callers choose from, the first being the usual one.", metavar="TAGS")
    ] = "zh-CN,en",
    number: Annotated[str, typer.Option(help="The number callers dial.", metavar="NUMBER")] = "10000",
) -> None:
    """Make a new hotline folder, small and right.

    A menu, opening hours, a queue and voicemail, to be made yours. Nothing that is there is overwritten.
    """
    from ivr.cli import starting

    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    starting.init(folder, languages, number, [word for word in ("check", "test", "prompts", "up") if word in known][:3])


@app.command()
def acts(
    folder: Annotated[Path, typer.Argument(help="The hotline's folder, with its hotline.yaml.", metavar="DIR")],
    since: Annotated[
        str, typer.Option("--since", help="A span (90min, 24h, 7d, 2w) or a local date or time.", metavar="WHEN")
    ] = "24h",
    who: Annotated[str | None, typer.Option("--who", help="Only this person's.", metavar="NAME")] = None,
    act: Annotated[str | None, typer.Option("--act", help="Only this act: pause, listen …", metavar="ACT")] = None,
    form: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORM")] = "text",
) -> None:
    """Show what supervisors did, the oldest first.

    When, who, what, about whom, and what came of it; also what was refused.
    """
    from ivr.cli import acts as audit

    audit.acts(folder, since, who, act, form)


def main() -> None:
    """The program. A user's mistake is one line (or one report) on standard error, never a traceback."""
    try:
        app(prog_name="hotline", standalone_mode=True)
    except MistakeError as mistake:
        typer.echo(f"hotline: {mistake}" if mistake.exit_code != 1 else str(mistake), err=True)
        sys.exit(mistake.exit_code)


if __name__ == "__main__":
    main()
