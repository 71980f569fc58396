"""Figures of rows that are looked at one by one: never more of them in memory than a portion, whatever the range."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from store.intervals import Interval
from store.metrics.callers import Stay, judged
from store.metrics.tally import Tally, of_stretches
from store.queries import counted
from store.queries.counted import AT_ONCE, caller_tallies, state_tallies
from tests.store.databases import databases, engine_name, sqlite_threads_end, store, url, write_all
from tests.store.metrics.test_tally import stretch
from tests.store.samples import NOON, a_visit

if TYPE_CHECKING:
    import pytest

    from store.engine import Store

__all__ = ["databases", "engine_name", "sqlite_threads_end", "store", "url"]
MINUTE = timedelta(minutes=1)
DAYS = [Interval(NOON + timedelta(days=n), NOON + timedelta(days=n + 1)) for n in range(2)]


async def test_stretches_are_read_in_portions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [stretch("available" if n % 2 else "paused", float(n), float(n + 1)) for n in range(2 * AT_ONCE + 7)]
    await write_all(store, made)
    sizes: list[int] = []

    def looked_at(some: Any, *others: Any) -> Any:
        sizes.append(len(some))
        return of_stretches(some, *others)

    monkeypatch.setattr(counted, "of_stretches", looked_at)
    found = await state_tallies(store, DAYS, NOON)
    assert sizes == [AT_ONCE, AT_ONCE, 7]
    assert found == of_stretches(made, DAYS, NOON)


async def test_callers_are_judged_one_by_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [
        a_visit(n, call_id=f"{n // 2}", caller=f"{n % 40}", entered_at=NOON + n * MINUTE, outcome="answered")
        for n in range(AT_ONCE + 40)
    ]
    await write_all(store, made)
    asked: list[set[str]] = []

    def looked_at(stays: Any, *others: Any) -> Any:
        asked.append({stay.caller for stay in stays})
        return judged(stays, *others)

    monkeypatch.setattr(counted, "judged", looked_at)
    week, now = timedelta(days=7), NOON + timedelta(days=30)
    found = await caller_tallies(store, DAYS, week, now)
    assert sorted(asked, key=min) == sorted(({f"{n}"} for n in range(40)), key=min)
    stays = [
        Stay(caller=one.caller, call_id=one.call_id, queue=one.queue, entered_at=one.entered_at, answered=True)
        for one in made
    ]
    whole: dict[tuple[str, int], Tally] = {}
    for call in judged(stays, week, now):
        key = (call.queue, int(call.began_at >= DAYS[1].begin))
        whole[key] = whole.get(key, Tally()) + call.tally
    assert found == whole
