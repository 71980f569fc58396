"""`hotline report`: the figures asked of the database, for the hotline's own queues, agents and clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ivr.app.abandoned import abandoned_in
from ivr.app.flow_reports import calls_in
from ivr.app.former import former_agents, former_queues
from ivr.app.opened import opened_store
from ivr.app.plan import notes_of_plan, planned
from ivr.config.shifts import Shifts, load_shifts
from ivr.reports.tables import Asked, Table, by_hour_of_day, table_of
from ivr.reports.wishes import DEFAULT_METRICS, OF_A_PLAN, WHOLE, Kind, Span, metrics, named, pieces
from store.metrics import COUNTS
from store.metrics.tally import MICROSECONDS, Tally
from store.queries.counted import caller_tallies, ring_tallies, state_tallies, visit_tallies
from store.queries.planned import plan_tallies
from store.queries.recalls import agent_ever, last_entered
from store.queries.totals import Limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.app.loading import Ready
    from ivr.config.model import Hotline
    from store.engine import Store
    from store.intervals import Interval

COMES_BACK_WITHIN: Final = timedelta(days=7)
"""How long after a call another one of the same caller is of the same matter."""
Tallies = dict[tuple[str, int], Tally]


async def metrics_table(
    ready: Ready, kind: Kind, span: Span, *, by: str, only: Sequence[str], names: str | None
) -> Table:
    """A report of metrics.

    Raises:
        WishError: What is asked for is not there (R005, R006, R008 to R010).
        MistakeError: The database cannot be had.
    """
    metrics(kind, names), pieces(kind, by, span)  # a slip is told before the database is opened
    async with opened_store(ready) as store:
        shifts = load_shifts(ready.loaded) if kind == "agents" else Shifts()
        return await metrics_in(store, ready.hotline, kind, span, by=by, only=only, names=names, shifts=shifts)


async def metrics_in(
    store: Store,
    hotline: Hotline,
    kind: Kind,
    span: Span,
    *,
    by: str,
    only: Sequence[str],
    names: str | None,
    shifts: Shifts | None = None,
    now: datetime | None = None,
) -> Table:
    """The same of an opened database.

    Args:
        store: The database.
        hotline: The settings.
        kind: Which report.
        span: Its range.
        by: Its intervals.
        only: The queues, agents or flows that are wanted; all when empty.
        names: The metrics that are wanted; those of `DEFAULT_METRICS` where it is None.
        shifts: The plan of the agents, where there is one.
        now: Until when things have happened; this moment unless said.

    Raises:
        WishError: What is asked for is not there (R005, R006, R008 to R010), or the plan has errors (R014).
        StoreUnavailable: The database does not serve.
    """
    if names is None and kind == "agents" and shifts is not None and shifts.plan and shifts.is_sound:
        names = ",".join((*DEFAULT_METRICS[kind], *OF_A_PLAN))
    now = now or datetime.now(UTC)
    wanted, cut = metrics(kind, names), pieces(kind, by, span)
    counts = tuple(dict.fromkeys(count for metric in wanted for count in metric.counts))
    if kind == "calls":
        return await calls_in(store, hotline, Asked(title=kind, span=span, pieces=cut, names=only, metrics=wanted), by)
    former = former_agents(hotline) if kind == "agents" else former_queues(hotline)
    asked_for, only = only, former.now(only)
    await _known(hotline, store, kind, only)
    if kind == "agents":
        plan = planned(shifts or Shifts(), counts, only)
        found = await _of_agents(store, hotline, cut, counts, former.ever(only), now=now)
        tallies = former.merged(found)
        _merge(tallies, await plan_tallies(store, plan, cut, now, formerly=former.present))
        told: Iterable[str] = dict.fromkeys((*hotline.agents, *sorted(plan)))
    else:
        found = await queue_tallies(store, cut, counts, limits(hotline), former.ever(only), now=now)
        tallies = former.merged(found)
        told = hotline.queues
    there = {name for name, _ in tallies}
    rows = list(dict.fromkeys(only)) or [*told, *sorted(there - set(told))]
    notes = (
        [
            *_notes_of_agents(tallies),
            *notes_of_plan(shifts or Shifts(), tallies, plan, counts, span=span, now=now),
        ]
        if kind == "agents"
        else await _notes_of_queues(hotline, store, span, rows, there)
    )
    renamed = former.notes(asked_for, {name for name, _ in found})
    said = (*renamed, *notes, *span.odd_days)
    asked = Asked(title=kind, span=span, pieces=cut, names=rows, metrics=wanted, notes=said)
    if kind == "hours":
        return by_hour_of_day(asked, tallies)
    return table_of(asked, tallies, named="agent" if kind == "agents" else "queue", by_time=by != WHOLE[kind])


async def abandoned_of(ready: Ready, span: Span, *, only: Sequence[str], short: bool) -> Table:
    """Who gave up waiting, and what became of him.

    Raises:
        WishError: There is no such queue (R006), or more gave up than a list holds (R010).
        MistakeError: The database cannot be had.
    """
    former = former_queues(ready.hotline)
    asked_for, only = only, former.now(only)
    async with opened_store(ready) as store:
        await _known(ready.hotline, store, "queues", only)
        short_s = None if short else {name: limit.short_abandon_s for name, limit in limits(ready.hotline).items()}
        table = await abandoned_in(store, span, only=former.ever(only), short_s=short_s, present=former.present)
    return replace(table, notes=(*former.notes(asked_for, ()), *table.notes))


def limits(hotline: Hotline) -> dict[str, Limit]:
    """What each queue calls in time, by its name and by those it had."""
    return {
        called: Limit(queue.service_level.answer_within_ms / 1000, queue.short_abandon_ms / 1000)
        for name, queue in hotline.queues.items()
        for called in (name, *queue.formerly)
    }


async def _known(hotline: Hotline, store: Store, kind: Kind, asked: Sequence[str]) -> None:
    """See that what is asked for is in the hotline's settings or at least in its history."""
    if kind == "agents":
        past = [name for name in asked if name not in hotline.agents and await agent_ever(store, name)]
        named("agent", asked, [*hotline.agents, *past])
    else:
        past = [name for name in asked if name not in hotline.queues and await last_entered(store, name)]
        named("queue", asked, [*hotline.queues, *past])


async def queue_tallies(
    store: Store,
    cut: Sequence[Interval],
    counts: Sequence[str],
    known: Mapping[str, Limit],
    only: Sequence[str],
    *,
    now: datetime,
) -> Tallies:
    """The counts of queues by queue and interval: of visits, and of callers who came back where these are wanted."""
    of_visits = [name for name in counts if COUNTS[name].source == "visits"]
    # Asked for in any case: it says which queues had anybody at all.
    tallies = await visit_tallies(store, cut, of_visits or ("entered",), limits=known, queues=only)
    if len(of_visits) < len(counts):
        found = await caller_tallies(store, cut, COMES_BACK_WITHIN, now)
        _merge(tallies, {key: tally for key, tally in found.items() if not only or key[0] in only})
    return tallies


async def _of_agents(
    store: Store,
    hotline: Hotline,
    cut: Sequence[Interval],
    counts: Sequence[str],
    only: Sequence[str],
    *,
    now: datetime,
) -> Tallies:
    of_visits = [name for name in counts if COUNTS[name].source == "visits"]
    tallies: Tallies = {}
    if of_visits:
        _merge(tallies, await visit_tallies(store, cut, of_visits, limits=limits(hotline), by_agent=True, agents=only))
    if any(COUNTS[name].source == "ring_attempts" for name in counts):
        _merge(tallies, await ring_tallies(store, cut, agents=only))
    if any(COUNTS[name].source == "agent_intervals" for name in counts):
        _merge(tallies, await state_tallies(store, cut, now, agents=only))
    return tallies


def _merge(into: Tallies, found: Tallies) -> None:
    for key, tally in found.items():
        into[key] = into[key] + tally if key in into else tally


async def _notes_of_queues(
    hotline: Hotline, store: Store, span: Span, rows: Sequence[str], there: set[str]
) -> list[str]:
    """By which limits it was counted, and when those queues were last entered that were not in this range."""
    notes = [limits_in_words(limits(hotline), rows)]
    for name in rows:
        if name not in there:
            ever = [await last_entered(store, one) for one in former_queues(hotline).ever([name])]
            last = max((one for one in ever if one is not None), default=None)
            since = f"; it was last entered at {last.astimezone(span.zone):%Y-%m-%d %H:%M}" if last else ", nor ever"
            notes.append(f"nobody entered {name} in this range{since}")
    return notes


def limits_in_words(known: Mapping[str, Limit], rows: Sequence[str]) -> str:
    """What is in time, as a reader must know it."""
    by_limit: dict[Limit, list[str]] = {}
    for name in rows:
        by_limit.setdefault(known.get(name, Limit()), []).append(name)
    told = [
        f"within {limit.threshold_s:g} s is in time, under {limit.short_abandon_s:g} s a short abandon"
        + (f" ({', '.join(names)})" if len(by_limit) > 1 else "")
        for limit, names in by_limit.items()
    ]
    return "; ".join(told)


def _notes_of_agents(tallies: Tallies) -> list[str]:
    unseen = sum(tally.counts.get("unknown_s", 0) for tally in tallies.values())
    if not unseen:
        return []
    return [f"{unseen / MICROSECONDS:,.0f} s of what agents did were seen by nobody (`unknown`); they are in no figure"]
