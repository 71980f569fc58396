"""The plan of the shifts as reports use it: the part that is wanted, and what must be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.reports.wishes import WishError
from store.metrics import COUNTS
from store.metrics.tally import MICROSECOND, MICROSECONDS, NOTHING, Tally, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ivr.config.shifts import Shifts
    from ivr.reports.wishes import Span
    from store.metrics.shifts import Planned

_HOUR_S: Final = 3600


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
        notes.append("there is no plan (shifts/*.csv) for these agents in this range")
    return notes
