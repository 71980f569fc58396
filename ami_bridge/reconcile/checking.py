"""The store asked and put right: visits of queue_log held against the ledger, a portion at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ami_bridge.reconcile.repairing import Ledger, repair
from store.queries.ledger import visits_of_channels
from store.queries.visits import visits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import datetime

    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.comparing import Difference
    from ami_bridge.reconcile.names import AgentNames
    from ami_bridge.reconcile.repairing import Repair
    from store.engine import Store
    from store.rows import Visit
    from store.writer import Writer

AT_ONCE: Final = 500
"""Visits compared in one go."""


@dataclass(slots=True)
class Checked:
    """What comparing many visits gave.

    Attributes:
        visits: How many visits of the log were compared.
        repaired: How many visits got a row anew, those the ledger had not among them.
        added: How many of these it had not.
        differences: Where the two differed, before any repair.
        missing: Visits of the log the ledger had no row of, before any repair.
        not_in_log: Rows the log should know and does not.
        matched: The ids of rows that both know.
    """

    visits: int = 0
    repaired: int = 0
    added: int = 0
    differences: list[Difference] = field(default_factory=list)
    missing: list[LoggedVisit] = field(default_factory=list)
    not_in_log: list[Visit] = field(default_factory=list)
    matched: set[str] = field(default_factory=set)

    def add(self, found: Repair) -> None:
        """One portion's."""
        self.visits += found.visits
        self.added += len(found.missing)
        self.repaired += len({one.id if hasattr(one, "id") else one.visit_id for one in found.rows})
        self.differences += found.differences
        self.missing += found.missing
        self.matched |= found.matched


async def compared(store: Store, node: str, logged: Sequence[LoggedVisit], names: AgentNames) -> Repair:
    """Compares some visits of the log with what the ledger has of their channels.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    rows, attempts = await visits_of_channels(store, node, (visit.channel_id for visit in logged))
    return repair(node, Ledger(rows, attempts), logged, names, names.shown)


async def put_right(
    store: Store, node: str, logged: Iterable[LoggedVisit], names: AgentNames, writer: Writer
) -> Checked:
    """Compares and repairs, portion by portion; each is in the database before the next is compared.

    Args:
        store: The ledger.
        node: The Asterisk.
        logged: What the log tells; read on as it is needed.
        names: Who is meant by a name.
        writer: The way into the ledger.
    """
    total = Checked()
    for portion in portions(logged):
        found = await compared(store, node, portion, names)
        for row in found.rows:
            writer.put(row)
        if found.rows:
            await writer.flush()
        total.add(found)
    return total


def portions(logged: Iterable[LoggedVisit], size: int = AT_ONCE) -> Iterable[list[LoggedVisit]]:
    """The visits in lists of ``size``, the last one shorter; longer where one channel's would be parted."""
    portion: list[LoggedVisit] = []
    for visit in logged:
        if len(portion) >= size and visit.channel_id != portion[-1].channel_id:
            yield portion
            portion = []
        portion.append(visit)
    if portion:
        yield portion


async def rows_between(store: Store, node: str, since: datetime, until: datetime) -> AsyncIterator[Visit]:
    """The ledger's visits that entered in a range, those refused at the door left out: the log is silent on them."""
    after: str | None = None
    while True:
        page = await visits(store, since, until, node=node, limit=1000, after=after)
        for row in page.rows:
            if row.outcome not in {"full", "join_empty"}:
                yield row
        after = page.next
        if after is None:
            return
