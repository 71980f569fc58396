"""What `hotline db info` does: has the database measured, and says when it will be full."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ivr.app.keeping import retention
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.opened import database_mistake, opened_store
from ivr.cli.keeping import refuse_form
from store.errors import StoreUnavailable
from store.extent import bytes_a_day, days_seen, full_at, rows_a_day
from store.migrate import head
from store.queries.extent import room
from store.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.app.loading import Ready
    from store.extent import Room

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_SIZE: Final = re.compile(r"(\d{1,9})(?:\.(\d))? ?(kB|MB|GB|TB)", re.IGNORECASE)
_KIND_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ring_attempts": "visits",
        "journey_steps": "steps",
        "agent_intervals": "agents",
        "membership_intervals": "agents",
        "gaps": "agents",
        "evidence_lines": "evidence",
    }
)
"""The word of `keep` for tables that are called otherwise."""


def info(folder: Path, form: str, space: str | None) -> None:
    """The database's size, growth and the day it is full, shown.

    Raises:
        MistakeError: A word is not understood, or the database does not serve.
    """
    refuse_form(form)
    bound = None if space is None else _bytes(space)
    ready = load_ready(folder)
    now = datetime.now(UTC)
    where, found = asyncio.run(_measured(ready, now))
    if bound is not None:
        found = replace(found, free=max(bound - found.size, 0))
    typer.echo(as_json(where, found, now) if form == "json" else as_text(where, found, now, ready))


def _bytes(told: str) -> int:
    found = _SIZE.fullmatch(told)
    if found is None:
        raise MistakeError(f"--space does not understand '{told}'; expected a size such as 200GB or 1.5TB")
    unit = [one.lower() for one in _UNITS].index(found[3].lower())
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    return tenths * int(1000**unit) // 10


async def _measured(ready: Ready, now: datetime) -> tuple[str, Room]:
    keep = retention(ready.hotline.keep)
    kinds = {one.name for one in fields(Retention)}
    names = {table: _KIND_OF.get(table, table) for table in (*_KIND_OF, *kinds)}
    kept: dict[str, timedelta | None] = {table: getattr(keep, kind) for table, kind in names.items()}
    async with opened_store(ready) as store:
        try:
            return f"{store.address.shown}, schema {head()}", await room(store, kept, now)
        except StoreUnavailable as away:
            raise database_mistake(ready, away) from None


def size(count: float) -> str:
    """Bytes for people: `1.2 GB`."""
    unit = 0
    while count >= 999.5 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - what rounds to four digits is the next unit's
        count, unit = count / 1000, unit + 1
    return f"{count:.1f} {_UNITS[unit]}" if unit else f"{count:.0f} B"


def as_text(where: str, found: Room, now: datetime, ready: Ready) -> str:
    """The whole in four lines, then a line for each table that has a row."""
    zone, days = ZoneInfo(ready.hotline.time_zone), days_seen(found, now)
    lines = [
        where,
        f"size       {size(found.size)}" + (f", {size(found.unused)} of it unused" if found.unused else ""),
        "free       " + ("not known from here; say how much it may take with --space" if found.free is None else
                         size(found.free)),
        "grows      " + _grows(found, days),
        f"full       {_full(found, now, days, zone)}",
    ]  # fmt: skip
    head_ = ("table", "rows", "size", "rows a day", "a day", "oldest", "kept")
    told = [
        (
            one.table,
            f"{one.rows:,}",
            "–" if one.size is None else size(one.size),
            f"{rows_a_day(one, days):,.0f}" if one.oldest and days else "–",
            size(bytes_a_day(one, days)) if one.oldest and days and one.size is not None else "–",
            f"{one.oldest.astimezone(zone):%Y-%m-%d}" if one.oldest else "–",
            "–" if one.oldest is None else f"{one.kept.days}d" if one.kept is not None else "forever",
        )
        for one in found.tables
        if one.rows
    ]
    if not told:
        return "\n".join([*lines, "", "no table has a row yet"])
    wide = [max(len(row[place]) for row in (head_, *told)) for place in range(len(head_))]
    body = [
        "  ".join(f"{cell:<{w}}" if place in {0, 5, 6} else f"{cell:>{w}}" for place, (cell, w) in enumerate(pairs))
        for pairs in (list(zip(row, wide, strict=True)) for row in (head_, *told))
    ]
    return "\n".join([*lines, "", *(line.rstrip() for line in body)])


def _grows(found: Room, days: float) -> str:
    if not any(one.size for one in found.tables):
        return "not known: this SQLite does not tell the size of tables"
    grows = sum(bytes_a_day(one, days) for one in found.tables)
    return f"{size(grows)} a day, as in the last {days:.0f} days" if days else "not known yet"


def _full(found: Room, now: datetime, days: float, zone: ZoneInfo) -> str:
    if found.free is None or not any(one.size for one in found.tables):
        return "not known"
    if not days:
        return "not known yet: there is less than a day of rows"
    at = full_at(found, now)
    return "not within ten years" if at is None else f"{at.astimezone(zone):%Y-%m-%d}"


def as_json(where: str, found: Room, now: datetime) -> str:
    """The same for programs, every table; sizes in bytes."""
    days = days_seen(found, now)
    at = full_at(found, now)
    return json.dumps(
        {
            "database": where,
            "size": found.size,
            "unused": found.unused,
            "free": found.free,
            "days_seen": round(days, 2),
            "bytes_a_day": round(sum(bytes_a_day(one, days) for one in found.tables)),
            "full_at": at and at.isoformat(),
            "tables": [
                {
                    "table": one.table,
                    "rows": one.rows,
                    "size": one.size,
                    "rows_a_day": round(rows_a_day(one, days), 2),
                    "bytes_a_day": round(bytes_a_day(one, days)),
                    "oldest": one.oldest and one.oldest.isoformat(),
                    "kept_days": None if one.kept is None else one.kept / timedelta(days=1),
                }
                for one in found.tables
            ],
        },
        indent=2,
    )
