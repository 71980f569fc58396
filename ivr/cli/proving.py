"""What `hotline ledger` does: is the history what Asterisk's own log says, and years of logs taken in."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ami_bridge.messages import mask, mask_name
from ami_bridge.queue_log.lines import REASONS
from ivr.app.cel_file import cel_file
from ivr.app.ledger_part import evidence_of, moment, run_import, run_verify
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.cli import proving_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ami_bridge.reconcile.comparing import Difference
    from ami_bridge.reconcile.comparing_agents import AgentDifference
    from ami_bridge.reconcile.importing import Progress
    from ami_bridge.reconcile.verifying import Verdict
    from ami_bridge.reconcile.verifying_calls import CallVerdict
    from store.queries.visits import VisitStory
    from store.rows import EvidenceLine

FORMS: Final = ("text", "json")
SHOWN: Final = 200
"""Rows of the table; a history that differs in more is a case for `--format json`."""
TELL_EVERY_S: Final = 0.5


def verify(folder: Path, since: str, form: str, logs: Sequence[Path], *, cel: Sequence[Path], node: str | None) -> int:
    """Prints where history and what Asterisk logged differ; the exit code.

    Raises:
        MistakeError: They cannot be compared.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    ready = load_ready(folder)
    zone = ready.hotline.time_zone
    begin = moment(since, zone, datetime.now(UTC))
    verdict, calls = asyncio.run(run_verify(ready, begin, node, logs, cel))
    if form == "json":
        typer.echo(as_json(verdict, calls))
    else:
        typer.echo(as_text(verdict, ZoneInfo(zone)))
        place = None if logs or node else cel_file(ready.hotline)
        typer.echo(proving_calls.as_text(calls, place, begin, ZoneInfo(zone)))
    wrong = verdict.differences or verdict.agent_differences or (calls is not None and calls.differences)
    return 1 if wrong else 0


def import_logs(folder: Path, files: Sequence[Path], node: str | None) -> None:
    """Takes the files in and prints what that did.

    Raises:
        MistakeError: A file is not there, or cannot be taken in.
    """
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise MistakeError(f"there is no file {missing[0]}; expected files of Asterisk's queue_log")
    teller = _Teller()
    progress, aside = asyncio.run(run_import(load_ready(folder), files, node, teller.tell))
    teller.end()
    typer.echo(told(progress, aside))


def evidence(folder: Path, visit: str) -> None:
    """Prints one visit and what it came from.

    Raises:
        MistakeError: There is no such visit.
    """
    ready = load_ready(folder)
    story, lines = asyncio.run(evidence_of(ready, visit))
    typer.echo(as_time_line(story, lines, ZoneInfo(ready.hotline.time_zone)))


def as_time_line(story: VisitStory, lines: Sequence[EvidenceLine], zone: ZoneInfo) -> str:
    """The visit in words, then everything in the order it happened; what we made of it stands among what was said."""
    row = story.visit
    ours: list[tuple[datetime, str, str]] = [
        (row.entered_at, "=", f"entered {row.queue}, place {_shown(row.position, zone)}")
    ]
    for ring in story.rings:
        ours.append((ring.started_at, "=", f"{ring.agent} is rung (attempt {ring.ordinal})"))
        if ring.ended_at is not None:
            ours.append((ring.ended_at, "=", f"{ring.agent}: {ring.result}"))
    if row.answered_at is not None:
        ours.append(
            (row.answered_at, "=", f"answered by {row.agent} {row.agent_name} after {_shown(row.wait_s, zone)}")
        )
    if row.ended_at is not None:
        by = f", by {row.ended_by}" if row.ended_by else ""
        if row.transfer:
            by += (
                f" ({row.transfer}, to {mask_name(row.transferred_to) if row.transferred_to else 'a number not told'})"
            )
        ours.append((row.ended_at, "=", f"over: {row.outcome}{by}"))
    said = [(line.at, line.source, line.text) for line in lines]
    head = [
        f"{row.id}  {mask(row.caller) or 'number withheld'}  {row.queue}  {row.outcome or 'waiting'}",
        f"rests on: {row.evidence}",
        "",
    ]
    table = [
        f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f"  {source:<9}  {text}"
        for at, source, text in sorted([*ours, *said], key=lambda one: (one[0], one[1] == "="))
    ]
    none = ["", "no line is kept of it: it is older than keep.evidence, or was imported"] if not said else []
    return "\n".join([*head, *table, *none])


def as_text(verdict: Verdict, zone: ZoneInfo) -> str:
    """The table of differences and the sentence below it."""
    rows = [(one.visit_id, one.field, _shown(one.ledger, zone), _shown(one.log, zone)) for one in verdict.differences]
    head = ("visit", "field", "ledger", "queue_log")
    lines = _table((head, *rows[:SHOWN]))
    if len(rows) > SHOWN:
        lines.append(f"… and {len(rows) - SHOWN:,} more; --format json has them all")
    hint = []
    if any((one.field, one.ledger) == ("visit", "not there") for one in verdict.differences):
        hint = ["`hotline ledger import` takes in what the ledger has not"]
    told = [*(lines if rows else []), *([""] if rows else []), *_agents(verdict, zone)]
    return "\n".join([*told, _sentence(verdict, zone), *_agents_sentence(verdict), *hint])


def _agents(verdict: Verdict, zone: ZoneInfo) -> list[str]:
    """The table of agents, and an empty line below it; nothing where they do not differ."""
    rows = [
        (one.agent, one.queue or "–", _shown(one.since, zone), _shown(one.until, zone), one.ledger, one.log)
        for one in verdict.agent_differences
    ]
    if not rows:
        return []
    head = ("agent", "queue", "from", "to", "ledger", "queue_log")
    more = [f"… and {len(rows) - SHOWN:,} more; --format json has them all"] if len(rows) > SHOWN else []
    return [*_table((head, *rows[:SHOWN])), *more, ""]


def _agents_sentence(verdict: Verdict) -> list[str]:
    if not verdict.agents and not verdict.places:
        return []
    agents = f"{verdict.agents:,} agent{'s' if verdict.agents != 1 else ''}"
    places = f"their {verdict.places:,} place{'s' if verdict.places != 1 else ''} in queues"
    count = len(verdict.agent_differences)
    if not count:
        return [f"no difference in what {agents} did, nor in {places}"]
    return [f"{count:,} difference{'s' if count != 1 else ''} in what {agents} did and in {places}"]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _sentence(verdict: Verdict, zone: ZoneInfo) -> str:
    since = f"since {verdict.since.astimezone(zone):%Y-%m-%d %H:%M}"
    visits = f"{verdict.visits:,} visit{'s' if verdict.visits != 1 else ''}"
    if not verdict.differences:
        said = f"no difference in {visits} {since}"
    else:
        count = len(verdict.differences)
        said = f"{count:,} difference{'s' if count != 1 else ''} in {verdict.differing:,} of {visits} {since}"
    said += f" ({verdict.lines:,} lines read"
    if verdict.set_aside:
        said += f", set aside: {_reasons(verdict.set_aside)}"
    if verdict.clock_steps:
        said += f", the log's clock went back {verdict.clock_steps} times"
    return said + ")"


def as_json(verdict: Verdict, calls: CallVerdict | None = None) -> str:
    """The same for programs."""
    return json.dumps(
        {
            "node": verdict.node,
            "since": verdict.since.isoformat(),
            "until": verdict.until.isoformat(),
            "visits": verdict.visits,
            "differences": [_as_fields(one) for one in verdict.differences],
            "agents": verdict.agents,
            "places": verdict.places,
            "agent_differences": [_agent_fields(one) for one in verdict.agent_differences],
            "lines": verdict.lines,
            "set_aside": verdict.set_aside,
            "clock_steps": verdict.clock_steps,
            "cel": proving_calls.as_fields(calls),
        },
        ensure_ascii=False,
        indent=2,
    )


def _agent_fields(one: AgentDifference) -> dict[str, object]:
    times = {"since": one.since.isoformat(), "until": one.until.isoformat()}
    return {"agent": one.agent, "queue": one.queue or None, **times, "ledger": one.ledger, "log": one.log}


def _as_fields(one: Difference) -> dict[str, object]:
    values = {"ledger": one.ledger, "log": one.log}
    plain = {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}
    return {"visit": one.visit_id, "field": one.field, **plain}


def _shown(value: object, zone: ZoneInfo) -> str:
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        case float():
            return f"{round(value, 1):g} s"
        case _:
            return str(value)


def _reasons(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{counts[reason]:,} because {words}" for reason, words in REASONS.items() if counts.get(reason))


def told(progress: Progress, aside: Path) -> str:
    """What an import did, in a few lines."""
    done = progress.done
    if progress.files and progress.skipped == progress.files:
        return f"nothing new in {_files(progress.files)} since the last import"
    right = done.visits - done.repaired
    read = f"{done.visits:,} visits in {progress.lines:,} lines of {_files(progress.files)}"
    lines = [f"{read}: {done.added:,} new, {done.repaired - done.added:,} put right, {right:,} there already"]
    if progress.agents:
        lines.append(f"what {progress.agents:,} agent{'s' if progress.agents != 1 else ''} did was worked out of it")
    if progress.skipped:
        lines.append(f"{_files(progress.skipped)} had nothing new since the last import")
    if progress.still_open:
        lines.append(f"{progress.still_open:,} visits were not over at the end of the log, and wait for a later file")
    if progress.set_aside:
        lines.append(f"set aside: {_reasons(progress.set_aside)}; kept in {aside}")
    return "\n".join(lines)


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"


class _Teller:
    """Progress on standard error: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._next = 0.0
        self._terminal = sys.stderr.isatty()
        self._said = False

    def tell(self, progress: Progress) -> None:
        """Say how far it is, if it is time."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (TELL_EVERY_S if self._terminal else 20 * TELL_EVERY_S)
        per_second = progress.lines / max(now - self._began, 0.001)
        line = (
            f"{progress.file} ({progress.number} of {progress.files})  {progress.read / 1e6:,.1f} MB  "
            f"{progress.lines:,} lines  {progress.done.visits:,} visits  {per_second:,.0f} lines/s"
        )
        typer.echo(f"\r\x1b[K{line}" if self._terminal else line, err=True, nl=not self._terminal)
        self._said = True

    def end(self) -> None:
        """The line is done with."""
        if self._said and self._terminal:
            typer.echo("", err=True)
