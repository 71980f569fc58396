"""`hotline report calls` and `report flows`: what callers did in the flows, asked of the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.app.opened import opened_store
from ivr.reports.tables import table_of
from ivr.reports.ways import WORDS, ways_table
from ivr.reports.wishes import WHOLE, cut_of_ways, named
from store.queries.flow_counts import call_tallies, flow_ever, hung_up_at, ways_taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ivr.app.loading import Ready
    from ivr.config.model import Hotline
    from ivr.reports.tables import Asked, Table
    from ivr.reports.wishes import Span
    from store.engine import Store


async def calls_in(store: Store, hotline: Hotline, asked: Asked, by: str) -> Table:
    """Calls by the flow they began with; `asked.names` are the flows that are wanted, all where it is empty.

    Raises:
        WishError: There is no such flow (R012).
        StoreUnavailable: The database does not serve.
    """
    begun = list(dict.fromkeys(hotline.numbers.values()))
    await known(store, asked.names, begun)
    tallies = await call_tallies(store, asked.pieces, flows=asked.names)
    there = sorted({name for name, _ in tallies} - set(begun))
    rows = list(dict.fromkeys(asked.names)) or [*begun, *there]
    places = await hung_up_at(store, asked.span.since, asked.span.until, flows=asked.names)
    notes = []
    if places:
        told = ", ".join(f"{one.place or 'before any step'} ({one.calls:,})" for one in places)
        notes = [f"callers hung up most often in {told}"]
    whole = replace(asked, names=rows, notes=(*notes, *asked.span.odd_days))
    return table_of(whole, tallies, named="flow", by_time=by != WHOLE["calls"])


async def known(store: Store, asked: Sequence[str], flows: Iterable[str]) -> None:
    """See that each flow asked for is in the hotline's folder or at least in its history.

    Raises:
        WishError: One is not (R012).
    """
    there = list(flows)
    named("flow", asked, [*there, *[name for name in asked if name not in there and await flow_ever(store, name)]])


async def flows_of(ready: Ready, span: Span, *, only: Sequence[str], by: str = "version") -> Table:
    """How often each step was entered, and each way out of it taken, told apart as `by` says.

    Raises:
        WishError: There is no such flow (R012), or nothing of that name to tell them apart by (R008, R010).
        MistakeError: The database cannot be had.
    """
    cut = cut_of_ways(by, WORDS, span)  # a slip is told before the database is opened
    async with opened_store(ready) as store:
        await known(store, only, ready.flows.flows)
        taken = await ways_taken(
            store,
            span.since,
            span.until,
            flows=only,
            pieces=cut,
            by_version=by == "version",
            by_language=by == "language",
        )
        return ways_table(span, taken, by, cut)
