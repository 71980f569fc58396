"""Stretches of time that nobody saw: where a bridge was away and neither queue_log nor CEL could tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, union

from store.intervals import Interval
from store.schema import AGENT_INTERVALS, GAPS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.engine import Store


async def unseen(store: Store, since: datetime, until: datetime) -> list[Interval]:
    """The stretches of a range that nobody saw, joined, oldest first; one that goes on ends at `until`.

    They are the gaps of the bridges that queue_log has not filled in, and what is left of those it has: stretches in
    which an agent's state is `unknown`. While a bridge sees the switch each agent is in a known state.
    """
    agent, gap = AGENT_INTERVALS.c, GAPS.c
    statement = union(
        select(agent.started_at.label("begin"), agent.ended_at.label("end")).where(
            agent.state == "unknown", agent.started_at < until, or_(agent.ended_at.is_(None), agent.ended_at > since)
        ),
        select(gap.since, gap.until).where(
            gap.settled.is_(False), gap.since < until, or_(gap.until.is_(None), gap.until > since)
        ),
    )
    async with store.reading() as connection:
        found = [(one[0], one[1]) for one in await connection.execute(statement)]
    return joined([Interval(max(begin, since), min(end or until, until)) for begin, end in found])


def joined(stretches: Iterable[Interval]) -> list[Interval]:
    """Stretches that touch or overlap as one, in order. Pure."""
    whole: list[Interval] = []
    for one in sorted(stretches, key=lambda each: each.begin):
        if whole and one.begin <= whole[-1].end:
            whole[-1] = Interval(whole[-1].begin, max(whole[-1].end, one.end))
        else:
            whole.append(one)
    return whole
