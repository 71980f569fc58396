"""Ways out of steps counted, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.metrics.ways import WayTaken
from store.queries.flow_counts import ways_taken
from store.rows import journey_id
from store.writer import Writer
from tests.store.samples import NOON, a_journey, a_step, at

if TYPE_CHECKING:
    from store.engine import Store


async def test_each_way_is_counted_for_calls_that_began_in_the_range(store: Store) -> None:
    async with Writer(store) as writer:
        for number in range(4):
            name = journey_id("gz-1", f"c{number}")
            began = at(60 * number)
            writer.put(a_journey(id=name, call_id=f"c{number}", channel_id=f"c{number}", started_at=began))
            late = began + timedelta(hours=9)
            writer.put(a_step(1, journey_id=name, step="menu", outcome="key 1", to_step="bye", at=late))
            writer.put(a_step(2, journey_id=name, step="bye", outcome="hung up", to_step=None, at=late))
        writer.put(a_step(3, journey_id=journey_id("gz-1", "c1"), step="menu", outcome="key 2", to_step="bye"))
        await writer.flush()
    assert await ways_taken(store, at(60), at(180)) == (
        WayTaken("main", "sha256:ab", "bye", "say", "hung up", "", 2),
        WayTaken("main", "sha256:ab", "menu", "say", "key 1", "bye", 2),
        WayTaken("main", "sha256:ab", "menu", "say", "key 2", "bye", 1),
    )
    assert await ways_taken(store, NOON - timedelta(days=1), NOON) == ()
