"""Counts made of plain records, added, and read as metrics. Pure; the time is an argument.

Seconds are kept as whole microseconds: a sum of parts is then exactly the whole, in whatever order they were added.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from store.metrics.counts import COUNTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from store.intervals import Interval
    from store.metrics.counts import Count
    from store.metrics.definitions import Metric
    from store.rows import AgentInterval, RingAttempt, Visit

MICROSECONDS: Final = 1_000_000
MICROSECOND: Final = timedelta(microseconds=1)
NOTHING: Final = timedelta(0)
_OF_VISITS: Final = tuple(count for count in COUNTS.values() if count.source == "visits")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by name: numbers, and times in whole microseconds. What is not in it is 0, or a longest of nothing."""

    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __add__(self, other: Self) -> Tally:
        merged = dict(self.counts)
        for name, value in other.counts.items():
            merged[name] = _merged(COUNTS[name], merged[name], value) if name in merged else value
        return Tally(merged)


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    whole = Tally()
    for tally in tallies:
        whole += tally
    return whole


def of_visit(visit: Visit, threshold_s: float, short_abandon_s: float) -> Tally:
    """What one visit counts for, by its queue's limits in seconds."""
    bounds = {"threshold_s": threshold_s, "short_abandon_s": short_abandon_s}
    found = {}
    for count in _OF_VISITS:
        if not _holds(count, visit, bounds):
            continue
        seconds = None if count.adds is None else getattr(visit, count.adds)
        if count.adds is None:
            found[count.name] = 1
        elif seconds is not None:
            found[count.name] = microseconds(seconds)
    return Tally(found)


def of_stretches(
    stretches: Iterable[AgentInterval], pieces: Sequence[Interval], now: datetime
) -> dict[tuple[str, int], Tally]:
    """The time each agent was in each state, by agent and the number of the interval; none where it was none.

    Args:
        stretches: In any order; what lies outside the intervals does not count.
        pieces: Intervals in order, none overlapping.
        now: Until when a stretch that goes on has lasted.
    """
    begins = [piece.begin for piece in pieces]
    spent: dict[tuple[str, int], Counter[str]] = {}
    for one in stretches:
        end = one.ended_at or now
        for place in range(max(bisect_right(begins, one.started_at) - 1, 0), bisect_left(begins, end)):
            lasted = min(end, pieces[place].end) - max(one.started_at, begins[place])
            if lasted > NOTHING:
                spent.setdefault((one.agent, place), Counter())[f"{one.state}_s"] += lasted // MICROSECOND
    return {key: Tally(dict(found)) for key, found in spent.items()}


def of_rings(rings: Iterable[RingAttempt]) -> Tally:
    """What ringings count for; those that go on for nothing yet."""
    over: Counter[str] = Counter()
    for ring in rings:
        if ring.result is not None:
            over["rung"] += 1
            over["missed"] += ring.result == "no_answer"
            over["refused"] += ring.result in {"refused", "busy"}
    return Tally(dict(over))


def value_of(metric: Metric, tally: Tally) -> float | None:
    """The metric's value: a share from 0 to 1, seconds, or a count; None where there is nothing to judge."""
    return reading(metric)(tally)


def reading(metric: Metric) -> Callable[[Tally], float | None]:
    """`value_of` of one metric, made ready for many tallies: a long report spends much of its time here."""
    unit = MICROSECONDS if metric.unit == "seconds" else 1
    longest = [name for name in metric.counts if COUNTS[name].fold == "longest"]
    if metric.bottom:
        return _quotient(metric, unit)
    if longest:
        return _known(longest, _sum(metric, unit))
    return _sum(metric, unit)


def _sum(metric: Metric, unit: int) -> Callable[[Tally], float]:
    match _signed(metric.top):
        case [(1, name)] if unit == 1:
            return lambda tally: tally.counts.get(name, 0)
        case [(1, name)]:
            return lambda tally: tally.counts.get(name, 0) / unit
    top = _adding(metric.top)
    return lambda tally: top(tally.counts) / unit if unit > 1 else top(tally.counts)


def _known(names: Sequence[str], value: Callable[[Tally], float]) -> Callable[[Tally], float | None]:
    """A value that there is only where these counts are: the longest of nothing is none."""
    if len(names) == 1:
        [name] = names
        return lambda tally: value(tally) if name in tally.counts else None
    return lambda tally: value(tally) if all(name in tally.counts for name in names) else None


def _quotient(metric: Metric, unit: int) -> Callable[[Tally], float | None]:
    above, below = _signed(metric.top), _signed(metric.bottom)
    if max(len(above), len(below)) <= 2:  # noqa: PLR2004 - nearly all are: read without a call for each part
        (_, plus), (top_sign, top) = [*above, (0, "")][:2]
        (_, whole), (less_sign, less) = [*below, (0, "")][:2]

        def of_two(tally: Tally) -> float | None:
            count = tally.counts.get
            divided_by = count(whole, 0) + less_sign * count(less, 0)
            return (count(plus, 0) + top_sign * count(top, 0)) / (divided_by * unit) if divided_by > 0 else None

        return of_two
    top_of, bottom_of = _adding(metric.top), _adding(metric.bottom)

    def of_many(tally: Tally) -> float | None:
        divided_by = bottom_of(tally.counts) * unit
        return top_of(tally.counts) / divided_by if divided_by > 0 else None

    return of_many


def microseconds(seconds: float) -> int:
    """Seconds as they are kept."""
    return round(seconds * MICROSECONDS)


def _signed(terms: Sequence[str]) -> list[tuple[int, str]]:
    """Sign and name of each term; the first is always added."""
    return [(1 if term[0] == "+" else -1, term[1:]) for term in terms]


def _adding(terms: Sequence[str]) -> Callable[[Mapping[str, int]], int]:
    """The sum of the terms."""
    signed = _signed(terms)
    return lambda counts: sum([sign * counts.get(name, 0) for sign, name in signed])


def _merged(count: Count, one: int, other: int) -> int:
    return max(one, other) if count.fold == "longest" else one + other


def _holds(count: Count, visit: Visit, bounds: Mapping[str, float]) -> bool:
    if count.waiting and visit.outcome is not None:
        return False
    if count.outcomes is not None and visit.outcome not in count.outcomes:
        return False
    if count.bound is not None:
        wait, bound = visit.wait_s, bounds[count.bound]
        if wait is None or not (wait <= bound if count.bound == "threshold_s" else wait < bound):
            return False
    known = all(getattr(visit, name) is not None for name in count.known)
    return known and all(getattr(visit, name) is None for name in count.unknown)
