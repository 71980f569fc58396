"""`hotline draw --traffic`: how often callers took each way, from the history."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from ivr.app.ledger_part import moment
from ivr.app.loading import ready_of
from ivr.app.mistakes import MistakeError
from ivr.app.opened import opened_store
from ivr.rehearsal.traffic import traffic
from store.queries.flow_counts import ways_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.config.load import Loaded
    from store.metrics.ways import WayTaken


def taken_by_callers(loaded: Loaded, since: str) -> Mapping[tuple[str, str, str], int]:
    """Flow, step and way to how often callers took it; says how many ways that are in all.

    Raises:
        MistakeError: the time is none or is not over, or the history cannot be read.
    """
    ready, now = ready_of(loaded), datetime.now(UTC)
    began = moment(since, ready.hotline.time_zone, now)
    if began >= now:
        raise MistakeError(f"--since {since} is not over yet")

    async def asked() -> tuple[WayTaken, ...]:
        async with opened_store(ready) as store:
            return await ways_taken(store, began, now)

    found, others = traffic(ready.flows, asyncio.run(asked()))
    local = began.astimezone(ZoneInfo(ready.hotline.time_zone))
    more = f"; {others:,} steps more ended a call, or are of other versions" if others else ""
    typer.echo(f"counted    {found.total():,} steps of calls since {local:%Y-%m-%d %H:%M}{more}")
    return {(edge.flow, edge.step, edge.way): times for edge, times in found.items()}
