"""What callers did, laid on the flows as they are now."""

from __future__ import annotations

import pytest

from ivr.config.load import load_hotline
from ivr.rehearsal.edges import Edge
from ivr.rehearsal.traffic import traffic
from store.queries.passages import Passage
from tests.ivr.flow.surroundings import SMALL


@pytest.mark.parametrize(
    ("passed", "way"),
    [
        (Passage("main", "greet", "said", "open_now", 3), "then"),
        (Passage("main", "greet", "interrupted", "open_now", 3), "then"),
        (Passage("main", "open_now", "closed", "voicemail", 3), "closed"),
        (Passage("main", "menu", "key 0", "person", 3), "key 0"),
        (Passage("main", "menu", "no input", "person", 3), "no_input"),
        (Passage("main", "menu", "key 7", "person", 3), None),
        (Passage("main", "menu", "hung up", "end", 3), None),
        (Passage("main", "menu", "sang", "end", 3), None),
        (Passage("main", "gone", "said", "end", 3), None),
        (Passage("gone", "menu", "said", "end", 3), None),
    ],
)
def test_a_step_is_counted_on_the_way_it_was_left_by(passed: Passage, way: str | None) -> None:
    flows = load_hotline(SMALL, {}).flows
    assert flows is not None
    taken, others = traffic(flows, [passed, passed])
    assert (dict(taken), others) == (({Edge("main", passed.step, way): 6}, 0) if way else ({}, 6))
