"""`hotline report abandoned`: who gave up, and what became of each since, one caller's calls in memory at a time."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.reports.recalls import Recall, Since, abandoned_table
from ivr.reports.wishes import WishError
from store.queries.recalls import given_up, visits_since, wishes_since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.reports.tables import Table
    from ivr.reports.wishes import Span
    from store.engine import Store
    from store.rows import Visit

MOST_LISTED: Final = 50_000
"""Callers who gave up that one list holds. Nobody calls more of them back; the database has them all."""


async def abandoned_in(
    store: Store,
    span: Span,
    *,
    only: Sequence[str],
    short_s: Mapping[str, float] | None,
    present: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """The list of who gave up in a range.

    Args:
        store: The database.
        span: The range.
        only: Their queues; all when empty.
        short_s: By queue, how soon somebody must have hung up to be left out; None lists all.
        present: Of queues that were renamed the name they have now, by the former one.

    Raises:
        WishError: More gave up than a list holds (R010).
        StoreUnavailable: The database does not serve.
    """
    found = await given_up(store, span.since, span.until, queues=only, most=MOST_LISTED)
    if len(found) > MOST_LISTED:
        raise WishError(
            "R010",
            f"more than {MOST_LISTED:,} callers gave up in this range; expected a shorter one, or one --queue",
        )
    of_caller: dict[str, list[Visit]] = {}
    for one in found:
        if one.caller:
            of_caller.setdefault(one.caller, []).append(one)
    wishes = await wishes_since(store, span.since, of_caller.keys()) if of_caller else {}
    recalls: dict[str, Recall] = {}
    if of_caller:
        async for caller, visits in visits_since(store, span.since, span.until, queues=only):
            since = Since([_now(one, present) for one in visits], wishes.get(caller, ()))
            recalls |= {one.id: since.recall(one) for one in of_caller.get(caller, ())}
    return abandoned_table(span, [_now(one, present) for one in found], recalls, short_s)


def _now(visit: Visit, present: Mapping[str, str]) -> Visit:
    """The visit under the name its queue has now."""
    return replace(visit, queue=present[visit.queue]) if visit.queue in present else visit
