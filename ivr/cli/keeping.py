"""What `hotline db purge` does: has what is past its time deleted, and says what went."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ivr.app.keeping import Purged, purgeable, purged
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.opened import database_mistake, opened_store
from ivr.publishing.book import BrokenRecordError
from ivr.services.key_files import KeyFileError
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from store.purging import Past

FORMS: Final = ("text", "json")


def purge(folder: Path, form: str, *, dry_run: bool) -> None:
    """Delete and mask what is past its time, or say what would be; shown.

    Raises:
        MistakeError: The form is none, or the database, a key or a record cannot be used.
    """
    refuse_form(form)
    ready = load_ready(folder)
    done = asyncio.run(_purged(ready, dry_run=dry_run))
    zone = ZoneInfo(ready.hotline.time_zone)
    typer.echo(as_json(done, zone, dry_run=dry_run) if form == "json" else as_text(done, zone, dry_run=dry_run))


def refuse_form(form: str) -> None:
    """See that the form is one of two.

    Raises:
        MistakeError: It is not.
    """
    if form not in FORMS:
        raise MistakeError(f"there is no format '{form}'; expected {' or '.join(FORMS)}")


async def _purged(ready: Ready, *, dry_run: bool) -> Purged:
    async with opened_store(ready) as store:
        try:
            return await (purgeable if dry_run else purged)(ready, store, datetime.now(UTC))
        except StoreUnavailable as away:
            raise database_mistake(ready, away) from None
        except (KeyFileError, BrokenRecordError) as wrong:
            raise MistakeError(str(wrong)) from None
        except OSError as error:
            where = error.filename or ready.places.published
            raise MistakeError(f"{where} cannot be used: {error.strerror or error}") from None


def as_text(done: Purged, zone: ZoneInfo, *, dry_run: bool) -> str:
    """A line for each table in which something went, and the whole in a sentence."""
    lines = _table(done.deleted, "deleted" if not dry_run else "to delete", zone)
    hidden = _table(done.masked, "numbers masked" if not dry_run else "numbers to mask", zone)
    left = sum(one.left for one in done.deleted)
    said = [*lines, *([""] if lines and hidden else []), *hidden]
    rows, masks = (sum(one.rows for one in each) for each in (done.deleted, done.masked))
    whole = [f"{_rows(rows)} deleted" if not dry_run else f"{_rows(rows)} would be deleted"]
    if done.masked:
        whole.append(f"{_rows(masks)} masked" if not dry_run else f"{_rows(masks)} would be masked")
    if done.publications:
        whole.append(f"records of publishing: {done.publications:,}")
    said += [""] if said else []
    said.append("; ".join(whole) + ("; nothing was changed" if dry_run else ""))
    if left:
        said.append(f"{_rows(left)} left, since a file could not be removed; the log says which")
    return "\n".join(said)


def _rows(count: int) -> str:
    return f"{count:,} row" + ("" if count == 1 else "s")


def _table(found: Sequence[Past], heading: str, zone: ZoneInfo) -> list[str]:
    told = [
        (one.table, f"{one.rows:,}", _moment(one.oldest, zone), _moment(one.newest, zone), _months(one))
        for one in found
        if one.rows
    ]
    if not told:
        return []
    head = (heading, "rows", "oldest", "newest", "")
    wide = [max(len(row[place]) for row in (head, *told)) for place in range(len(head))]
    return [
        f"{name:<{wide[0]}}  {rows:>{wide[1]}}  {oldest:<{wide[2]}}  {newest:<{wide[3]}}  {months}".rstrip()
        for name, rows, oldest, newest, months in (head, *told)
    ]


def _moment(instant: datetime | None, zone: ZoneInfo) -> str:
    return "" if instant is None else f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _months(one: Past) -> str:
    return f"in {one.months} whole month{'' if one.months == 1 else 's'}" if one.months else ""


def as_json(done: Purged, zone: ZoneInfo, *, dry_run: bool) -> str:
    """The same for programs, every table."""

    def told(found: Sequence[Past]) -> list[dict[str, object]]:
        return [
            {
                "table": one.table,
                "rows": one.rows,
                "oldest": one.oldest and one.oldest.astimezone(zone).isoformat(),
                "newest": one.newest and one.newest.astimezone(zone).isoformat(),
                "whole_months": one.months,
                "left": one.left,
            }
            for one in found
        ]

    whole = {
        "dry_run": dry_run,
        "deleted": told(done.deleted),
        "masked": told(done.masked),
        "publications": done.publications,
    }
    return json.dumps(whole, indent=2)
