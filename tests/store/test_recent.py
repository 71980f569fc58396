"""The last hours, added up alike by both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.metrics import Tally
from store.queries.recent import Handled, Quarter, Spent, handled, quarters, spent
from tests.store.databases import write_all
from tests.store.samples import NOON, a_visit, at
from tests.store.test_queries import an_interval

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import Outcome, Visit

HOUR = timedelta(hours=1)


def entered(number: int, seconds: float, outcome: Outcome | None, **more: object) -> Visit:
    plain = {"node": "gz-1", "queue": "general", "entered_at": at(seconds), "talk_s": None, "wrap_up_s": None}
    return a_visit(number, outcome=outcome, **(plain | more))


async def test_visits_are_counted_in_the_quarter_they_entered(store: Store) -> None:
    await write_all(
        store,
        [
            entered(1, 0, "answered"),
            entered(2, 899.9, "abandoned"),
            entered(3, 900, None),
            entered(4, 900, "answered", node="gz-2"),
            entered(5, -1, "answered"),
        ],
    )
    assert await quarters(store, NOON, NOON + HOUR, node="gz-1") == [
        Quarter(queue="general", begins_at=NOON, entered=2, answered=1, abandoned=1),
        Quarter(queue="general", begins_at=at(900), entered=1, answered=0, abandoned=0),
    ]


async def test_a_talk_that_goes_on_and_a_wrap_up_not_known_are_not_guessed(store: Store) -> None:
    await write_all(
        store,
        [
            entered(1, 0, "answered", talk_s=60.0, wrap_up_s=10.0),
            entered(2, 1, "answered", talk_s=30.0),
            entered(3, 2, "answered"),
            entered(4, 3, "abandoned"),
        ],
    )
    counts = {"handled": 2, "talk_sum_s": 90_000_000, "wrap_up_sum_s": 10_000_000}
    nothing = dict.fromkeys(("holds", "hold_sum_s", "transferred"), 0)
    assert await handled(store, NOON, NOON + HOUR) == [Handled(queue="general", tally=Tally({**counts, **nothing}))]


async def test_what_an_agent_did_is_cut_at_the_ends_of_the_range(store: Store) -> None:
    await write_all(
        store,
        [
            an_interval("1001", "available", -50, 10.7),
            an_interval("1001", "on_queue_call", 10.7, 40.2),
            an_interval("1001", "available", 40.2, None),
            an_interval("1002", "paused", -50, -1),
            an_interval("1003", "paused", 10, 20, node="gz-2"),
        ],
    )
    assert await spent(store, NOON, at(100), node="gz-1") == [
        Spent(agent="1001", state="available", seconds=70.0),
        Spent(agent="1001", state="on_queue_call", seconds=30.0),
    ]
