"""The counts of visits as SQL: as expressions for the queries here, and as text for whoever asks the database himself.

The text runs as it stands on SQLite and PostgreSQL; a test runs all of it on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, and_, cast, func, true

from store.metrics.counts import COUNTS
from store.rows import OUTCOMES
from store.schema import VISITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from store.metrics.counts import Count
    from store.metrics.definitions import Metric

_IN_TEXT: Final = {"sum": "coalesce(sum({}) FILTER (WHERE {}), 0.0)", "longest": "max({}) FILTER (WHERE {})"}


def expression(count: Count, bounds: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """The aggregate of a count of visits, labelled with its name: a number, or whole microseconds.

    Args:
        count: The count.
        bounds: The limits of the visit's queue in seconds, by name.
    """
    column = None if count.adds is None else VISITS.c[count.adds]
    condition = _condition(count, bounds)
    if column is None:
        return func.count().filter(condition).label(count.name)
    whole = func.max(column) if count.fold == "longest" else func.sum(column)
    # The database adds floats; over a million visits that stays far below the millisecond.
    return cast(func.round(whole.filter(condition) * 1_000_000), BigInteger).label(count.name)


def _condition(count: Count, bounds: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    visit = VISITS.c
    parts: list[ColumnElement[bool]] = []
    if count.waiting:
        parts.append(visit.outcome.is_(None))
    if count.outcomes == OUTCOMES:
        parts.append(visit.outcome.is_not(None))
    elif count.outcomes is not None:
        one = count.outcomes[0] if len(count.outcomes) == 1 else None
        parts.append(visit.outcome == one if one else visit.outcome.in_(count.outcomes))
    if count.bound == "threshold_s":
        parts.append(visit.wait_s <= bounds[count.bound])
    elif count.bound is not None:
        parts.append(visit.wait_s < bounds[count.bound])
    parts += [visit[name].is_not(None) for name in count.known]
    parts += [visit[name].is_(None) for name in count.unknown]
    return and_(true(), *parts)


def metric_text(metric: Metric) -> str | None:
    """The metric over rows of `visits`, with `:threshold_s` and `:short_abandon_s`; None where it is not of visits."""
    if any(COUNTS[name].source != "visits" for name in metric.counts):
        return None
    if not metric.bottom:
        return _sum_text(metric.top)
    return f"1.0 * {_sum_text(metric.top)}\n  / nullif({_sum_text(metric.bottom)}, 0)"


def _sum_text(terms: tuple[str, ...]) -> str:
    told = "".join(
        f"{'' if not place else ' + ' if term[0] == '+' else ' - '}{_count_text(COUNTS[term[1:]])}"
        for place, term in enumerate(terms)
    )
    return f"({told})" if len(terms) > 1 else told


def _count_text(count: Count) -> str:
    parts: list[str] = []
    if count.waiting:
        parts.append("outcome IS NULL")
    if count.outcomes == OUTCOMES:
        parts.append("outcome IS NOT NULL")
    elif count.outcomes is not None and len(count.outcomes) == 1:
        parts.append(f"outcome = '{count.outcomes[0]}'")
    elif count.outcomes is not None:
        parts.append(f"outcome IN ({', '.join(repr(one) for one in count.outcomes)})")
    if count.bound is not None:
        parts.append(f"wait_s {'<=' if count.bound == 'threshold_s' else '<'} :{count.bound}")
    parts += [f"{name} IS NOT NULL" for name in count.known]
    parts += [f"{name} IS NULL" for name in count.unknown]
    where = " AND ".join(parts)
    if count.adds is None:
        return f"count(*) FILTER (WHERE {where})" if where else "count(*)"
    return _IN_TEXT[count.fold].format(count.adds, where)
