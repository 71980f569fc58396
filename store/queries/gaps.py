"""Stretches of time that nobody saw: where a bridge was away and neither queue_log nor CEL could tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from store.intervals import Interval
from store.schema import AGENT_INTERVALS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.engine import Store


async def unseen(store: Store, since: datetime, until: datetime) -> list[Interval]:
    """The stretches of a range in which at least one agent was seen by nobody, joined, oldest first.

    Agents are the witnesses: while the bridge sees the switch each of them is in a known state, so a stretch in the
    state `unknown` is a stretch of ours, not of theirs. One that goes on ends at `until`.
    """
    column = AGENT_INTERVALS.c
    statement = (
        select(column.started_at, column.ended_at)
        .where(
            column.state == "unknown",
            column.started_at < until,
            or_(column.ended_at.is_(None), column.ended_at > since),
        )
        .distinct()
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
