"""`hotline acts`: who did what, when, and what came of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from ami_bridge.acts.asked import ACTS
from ami_bridge.acts.outcome import RESULT_OF
from ami_bridge.messages import mask_name
from dialplan.diagnostics import did_you_mean
from ivr.app.ledger_part import moment
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.opened import database_mistake, opened_store
from store.errors import StoreUnavailable
from store.queries.acts import acts as acts_of
from store.queries.pages import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from store.act_rows import Act


def acts(folder: Path, since: str, who: str | None, act: str | None, form: str) -> None:
    """Prints the acts since then, the oldest first.

    Raises:
        MistakeError: A word is not understood, or the database does not serve.
    """
    if form not in {"text", "json"}:
        raise MistakeError(f"--format: '{form}' is no form; expected text or json")
    if act is not None and act not in ACTS:
        hint = did_you_mean(act, ACTS) or f"expected {', '.join(ACTS)}"
        raise MistakeError(f"--act: '{act}' is no act; {hint}")
    ready = load_ready(folder)
    begin = moment(since, ready.hotline.time_zone, datetime.now(UTC))
    try:
        found = asyncio.run(_found(ready, begin, who, act))
    except StoreUnavailable as away:
        raise database_mistake(ready, away) from None
    if form == "json":
        typer.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1))
    else:
        typer.echo(as_text(found, ZoneInfo(ready.hotline.time_zone)))


async def _found(ready: Ready, since: datetime, who: str | None, act: str | None) -> list[Act]:
    found: list[Act] = []
    async with opened_store(ready) as store:
        after = None
        while True:
            page = await acts_of(store, since, who=who, kind=act, limit=MOST_ROWS, after=after)
            found += page.rows
            after = page.next
            if after is None:
                return found[::-1]


def as_text(found: Sequence[Act], zone: ZoneInfo) -> str:
    """A line for each: when, who, what, about whom, what came of it, and in which words."""
    if not found:
        return "nobody did anything"
    rows = [
        (
            f"{one.asked_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            f"{_line(one.who)} ({one.role})",
            one.act,
            mask_name(one.target),
            one.code or "not answered",
        )
        for one in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row, one in zip(rows, found, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"{cells}  {_line(mask_name(one.words or ''))}".rstrip())
    return "\n".join(lines)


def _line(text: str) -> str:
    """Text that does nothing to a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _plain(one: Act) -> dict[str, object]:
    told: dict[str, object] = asdict(one)
    del told["digest"]
    told["arguments"] = json.loads(one.arguments)
    told["result"] = None if one.code is None else RESULT_OF.get(one.code, "refused")  # type: ignore[call-overload]  # any text
    told["asked_at"] = one.asked_at.isoformat()
    told["answered_at"] = one.answered_at.isoformat() if one.answered_at else None
    return told
