"""Agents put right from queue_log: their places in queues before a bridge begins, what they did in gaps afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain.model import empty_state
from ami_bridge.domain.reducer import apply
from ami_bridge.past import Past, last_stretches, restore
from ami_bridge.reconcile.filling import facts_by_agent, refilled
from store.queries.agent_history import members_now, open_gap, replace_stretches, told_of_agents, unsettled_gaps
from store.queries.bridge import bridge_state
from store.rows import Gap

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.domain.model import Rules
    from store.engine import Store
    from store.writer import Writer

READ_AFTER: Final = timedelta(seconds=5)
"""How long after a gap its lines are surely read and their rows written."""


async def catch_up_members(
    store: Store, writer: Writer, rules: Rules, lines: Iterable[LedgerLine], now: datetime
) -> None:
    """Who was added, removed, paused, or given another penalty since the last bridge stopped.

    The lines go through the reducer, as those of a running bridge do while AMI tells nothing; lines of before the gap
    change nothing there, and so the same lines twice change nothing.

    The gap is written first of all. Its beginning is told by the stretches the last bridge wrote, and the lines may
    begin one of an agent never seen before, which whoever asks afterwards would take for a moment somebody saw.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    past = Past(
        bridge=await bridge_state(store, rules.node),
        intervals=await last_stretches(store, rules.node, now),
        members=await members_now(store, rules.node),
        gap=await open_gap(store, rules.node),
    )
    since = past.unseen_since()
    if since is None:
        return
    if past.gap is None:
        writer.put(Gap(node=rules.node, since=since, cause="bridge"))
        await writer.flush()
    state = restore(empty_state(rules, since), past, since)
    for line in lines:
        state, changes = apply(state, line, line.at)
        for row in changes.rows:
            writer.put(row)
    await writer.flush()


async def fill_gaps(store: Store, writer: Writer, node: str, now: datetime, settled: timedelta) -> int:
    """Fills in what agents did in the gaps that are over; how many agents' stretches were put right.

    Each gap is looked at until ``settled`` after its end: until then a visit in it may still be repaired.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    count = 0
    for gap in await unsettled_gaps(store, node):
        if gap.until is None or now < gap.until + READ_AFTER:
            continue
        await writer.flush()
        count += await fill(store, node, gap.since, gap.until)
        if now >= gap.until + settled:
            writer.put(replace(gap, settled=True))
    return count


async def fill(store: Store, node: str, since: datetime, until: datetime) -> int:
    """Fills in one stretch of time nobody saw; how many agents' stretches were put right.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    told = await told_of_agents(store, node, since, until)
    known = facts_by_agent(told.talks, told.rings, told.memberships)
    wrong = refilled(node, since, until, known, told.intervals)
    if wrong:
        await replace_stretches(store, node, since, until, wrong)
    return len(wrong)
