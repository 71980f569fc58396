"""What callers did, laid on the flows as they are now."""

from __future__ import annotations

import pytest

from ivr.config.load import load_hotline
from ivr.rehearsal.edges import Edge
from ivr.rehearsal.traffic import traffic
from store.metrics.ways import WayTaken
from tests.ivr.flow.surroundings import SMALL


@pytest.mark.parametrize(
    ("passed", "way"),
    [
        (WayTaken("main", "v", "greet", "menu", "said", "open_now", 3), "then"),
        (WayTaken("main", "v", "greet", "menu", "interrupted", "open_now", 3), "then"),
        (WayTaken("main", "v", "open_now", "menu", "closed", "voicemail", 3), "closed"),
        (WayTaken("main", "v", "menu", "menu", "key 0", "person", 3), "key 0"),
        (WayTaken("main", "v", "menu", "menu", "no input", "person", 3), "no_input"),
        (WayTaken("main", "v", "menu", "menu", "key 7", "person", 3), None),
        (WayTaken("main", "v", "menu", "menu", "hung up", "end", 3), None),
        (WayTaken("main", "v", "menu", "menu", "sang", "end", 3), None),
        (WayTaken("main", "v", "gone", "menu", "said", "end", 3), None),
        (WayTaken("gone", "v", "menu", "menu", "said", "end", 3), None),
    ],
)
def test_a_step_is_counted_on_the_way_it_was_left_by(passed: WayTaken, way: str | None) -> None:
    flows = load_hotline(SMALL, {}).flows
    assert flows is not None
    taken, others = traffic(flows, [passed, passed])
    assert (dict(taken), others) == (({Edge("main", passed.step, way): 6}, 0) if way else ({}, 6))
