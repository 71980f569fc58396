"""What `hotline replay` prints."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ivr.app.ledger_part import moment
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.replay_part import run_replay

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.app.replay_part import Replay

FORMS: Final = ("text", "json")
_WORDS: Final = {"same": "the same way", "elsewhere": "elsewhere", "undecided": "undecided"}


def replay(folder: Path, since: str, until: str | None, form: str) -> int:
    """Lead the calls of the history through a folder's flows, print what would become of them; the exit code.

    Raises:
        MistakeError: a wish is none, the folder has mistakes, or the history cannot be read.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    ready, now = load_ready(folder), datetime.now(UTC)
    began = moment(since, ready.hotline.time_zone, now)
    end = moment(until, ready.hotline.time_zone, now) if until is not None else now
    if end <= began:
        raise MistakeError(f"--until {until} is not behind --since {since}")
    watch = time.perf_counter()
    told = asyncio.run(run_replay(ready, began, end))
    took_s = time.perf_counter() - watch
    if form == "json":
        typer.echo(as_json(told, ready))
    elif not told.calls:
        typer.echo(f"no call began between {_local(began, ready)} and {_local(end, ready)}; nothing was replayed")
    else:
        typer.echo(as_text(told, ready, since=_local(began, ready), until=_local(end, ready), took_s=took_s))
    return 1 if any(verdict.kind == "elsewhere" for verdict in told.verdicts) else 0


def as_text(told: Replay, ready: Ready, *, since: str, until: str, took_s: float) -> str:
    """A line for how many went which way, then a line for each place and reason, the most frequent first."""
    began = ", ".join(f"{name or 'an unknown version'} ({count:,})" for name, count in told.versions.most_common())
    lines = [
        f"{_calls(told.calls)} from {since} to {until} through version {ready.flows.version}, in {took_s:.1f} s",
        f"they began on {began}",
        "",
    ]
    kinds: Counter[str] = Counter()
    for verdict, count in told.verdicts.items():
        kinds[verdict.kind] += count
    width = max(len(f"{count:,}") for count in kinds.values())
    for kind, words in _WORDS.items():
        if not kinds[kind]:
            continue
        lines.append(f"{kinds[kind]:>{width},}  {words}")
        rows = [(verdict, count) for verdict, count in told.verdicts.most_common() if verdict.kind == kind != "same"]
        for verdict, count in rows:
            at = f"{verdict.at}  " if verdict.at else ""
            lines.append(f"{count:>{width + 2},}  {at}{verdict.why}   e.g. {told.examples[verdict]}")
    return "\n".join(lines)


def as_json(told: Replay, ready: Ready) -> str:
    """The same for programs."""
    rows = [
        {"kind": each.kind, "at": each.at, "why": each.why, "calls": count, "example": told.examples[each]}
        for each, count in told.verdicts.most_common()
    ]
    said = {"version": ready.flows.version, "calls": told.calls, "began_on": dict(told.versions), "verdicts": rows}
    return json.dumps(said, ensure_ascii=False, indent=2)


def _calls(count: int) -> str:
    return f"{count:,} call{'' if count == 1 else 's'}"


def _local(at: datetime, ready: Ready) -> str:
    return f"{at.astimezone(ZoneInfo(ready.hotline.time_zone)):%Y-%m-%d %H:%M}"
