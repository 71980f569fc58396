"""How much room the database takes, how it grows, and when it is full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store import rows
from store.extent import Extent, Room, bytes_a_day, days_seen, full_at, rows_a_day
from store.queries.extent import BORN, room
from store.schema import TABLE_OF
from tests.store.databases import write_all
from tests.store.samples import NOON, a_step, a_visit

if TYPE_CHECKING:
    from store.engine import Store

DAY = timedelta(days=1)


def a_room(free: int | None = 10_000, *, kept: timedelta | None = None, age: float = 100) -> Room:
    """1,000 rows of 10 bytes, 280 of them of the last four weeks: ten rows, 100 bytes a day."""
    table = Extent(table="visits", rows=1_000, size=10_000, oldest=NOON - age * DAY, lately=280, kept=kept)
    return Room(tables=[table], size=12_000, unused=2_000, free=free)


def test_growth_is_told_by_the_last_four_weeks() -> None:
    found = a_room()
    assert days_seen(found, NOON) == 28
    assert (rows_a_day(found.tables[0], 28), bytes_a_day(found.tables[0], 28)) == (10, 100)
    assert days_seen(a_room(age=3.5), NOON) == 3.5
    assert days_seen(a_room(age=0.9), NOON) == 0


@pytest.mark.parametrize(
    ("found", "days"),
    [
        (a_room(), 120),  # 10,000 free and 2,000 unused, 100 a day
        (a_room(0), 20),
        (a_room(10**9), None),
        (a_room(None), None),
        (a_room(age=0.5), None),
        (a_room(kept=200 * DAY), None),  # never more than 20,000
        (a_room(kept=230 * DAY), 120),  # up to 23,000
        (a_room(kept=10 * DAY), None),  # it has more than it will have, and gives nothing back
    ],
)
def test_it_is_full_when_what_comes_has_no_room(found: Room, days: int | None) -> None:
    assert full_at(found, NOON) == (None if days is None else NOON + days * DAY)


async def test_tables_are_measured(store: Store) -> None:
    made = [a_visit(n, id=f"{n}", entered_at=NOON - n * DAY) for n in range(60)]
    await write_all(store, [*made, *(a_step(n, at=NOON - DAY) for n in range(2_000)), rows.BridgeState(node="t-1")])
    found = await room(store, {"visits": 90 * DAY}, NOON)
    of = {one.table: one for one in found.tables}
    assert set(of) == {table.name for table in TABLE_OF.values()}
    visits, steps = of["visits"], of["journey_steps"]
    assert (visits.rows, visits.oldest, visits.lately, visits.kept) == (60, NOON - 59 * DAY, 29, 90 * DAY)
    assert (steps.rows, steps.lately, steps.kept) == (2_000, 2_000, None)
    assert (of["bridge_state"].rows, of["bridge_state"].oldest) == (1, None)
    assert steps.size
    assert visits.size
    assert steps.size > visits.size > 0
    assert found.tables[0].table == "journey_steps"
    assert found.size >= steps.size + visits.size
    assert found.free


async def test_room_that_was_given_back_is_unused(store: Store) -> None:
    if store.kind != "sqlite":
        return
    await write_all(store, [a_step(n) for n in range(2_000)])
    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM journey_steps")
    assert (await room(store, {}, NOON)).unused > 50_000


def test_each_instant_that_tells_when_a_row_came_is_there() -> None:
    for table, column in BORN.items():
        assert column in next(one for one in TABLE_OF.values() if one.name == table).c
