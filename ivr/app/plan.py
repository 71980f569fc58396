"""The plan of the shifts as reports use it: the part that is wanted, and what must be said of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ivr.app.former import former_agents
from ivr.app.opened import opened_store
from ivr.config.shifts import load_shifts
from ivr.reports.exceptions import exceptions_table
from ivr.reports.wishes import WishError, named
from store.intervals import Interval
from store.metrics import COUNTS
from store.metrics.tally import MICROSECOND, MICROSECONDS, NOTHING, Tally, total
from store.queries.planned import plan_deviations, plan_tallies
from store.queries.recalls import agent_ever

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.app.loading import Ready
    from ivr.config.shifts import Shifts
    from ivr.reports.tables import Table
    from ivr.reports.wishes import Span
    from store.metrics.shifts import Planned

_HOUR_S: Final = 3600
_COUNTED: Final = ("planned_s",)
NO_PLAN: Final = "there is no plan (shifts/*.csv) for these agents in this range"


def planned(shifts: Shifts, counts: Sequence[str], only: Sequence[str]) -> Mapping[str, Sequence[Planned]]:
    """The plan of the agents asked for; nothing where no figure is made of it.

    Raises:
        WishError: It has errors (R014).
    """
    if not any(COUNTS[name].source == "shifts" for name in counts):
        return {}
    if not shifts.is_sound:
        place = next(one.place for one in shifts.diagnostics if one.severity == "error")
        raise WishError("R014", f"the plan of the shifts has errors, the first at {place}; `hotline check` tells them")
    return {agent: plan for agent, plan in shifts.plan.items() if not only or agent in only}


async def exceptions_of(ready: Ready, span: Span, *, only: Sequence[str]) -> Table:
    """Who did something else than planned, when, and for how long.

    Raises:
        WishError: There is no such agent (R009), or the plan has errors (R014).
        MistakeError: The database cannot be had.
    """
    shifts, now, former = load_shifts(ready.loaded), datetime.now(UTC), former_agents(ready.hotline)
    asked_for, only = only, former.now(only)
    async with opened_store(ready) as store:
        past = [name for name in only if name not in ready.hotline.agents and await agent_ever(store, name)]
        named("agent", only, [*ready.hotline.agents, *shifts.plan, *past])
        plan, whole = planned(shifts, _COUNTED, only), Interval(span.since, span.until)
        found = await plan_deviations(store, plan, whole, now, formerly=former.present)
        tallies = await plan_tallies(store, plan, [whole], now, formerly=former.present)
    notes = notes_of_plan(shifts, tallies, plan, _COUNTED, span=span, now=now)
    return exceptions_table(span, found, [*former.notes(asked_for, ()), *notes], is_planned=NO_PLAN not in notes)


def notes_of_plan(
    shifts: Shifts,
    tallies: Mapping[tuple[str, int], Tally],
    plan: Mapping[str, Sequence[Planned]],
    counts: Sequence[str],
    *,
    span: Span,
    now: datetime,
) -> list[str]:
    """Whose plan nobody saw kept or broken, and that there is none: each in words, never as a nought."""
    if not any(COUNTS[name].source == "shifts" for name in counts):
        unsound = "the plan of the shifts has errors, so nothing is compared with it; `hotline check` tells them"
        return [] if shifts.is_sound else [unsound]
    notes = []
    some = False
    for agent, mine in plan.items():
        due = sum(
            (max(min(one.end, span.until, now) - max(one.begin, span.since), NOTHING) // MICROSECOND for one in mine), 0
        )
        some = some or due > 0
        seen = total(tally for (name, _), tally in tallies.items() if name == agent).counts.get("planned_s", 0)
        missed = (due - seen) / MICROSECONDS
        if missed >= 1:
            notes.append(f"{missed / _HOUR_S:,.1f} h of the plan of {agent} were seen by nobody; they are in no figure")
    if not some:
        notes.append(NO_PLAN)
    return notes
