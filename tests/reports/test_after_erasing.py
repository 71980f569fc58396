"""One caller erased, or numbers masked: every report says what it said before, and nothing is left of the number."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivr.app.abandoned import abandoned_in
from ivr.app.report_part import limits, metrics_in
from ivr.reports.ways import ways_table
from ivr.reports.wishes import DEFAULT_METRICS, Kind, is_of
from ivr.services.calling_number import normalise
from store.masking import mask_numbers
from store.masks import fresh_mask, masked
from store.metrics import METRICS
from store.one_caller import Caller, Held, erase, held
from store.queries.flow_counts import ways_taken
from store.queries.pages import fetch, where
from store.records import Callback
from store.rows import EvidenceLine, Journey, JourneyStep, Remembered, RingAttempt, Visit, Voicemail
from store.schema import TABLE_OF
from tests.reports.days import a_day
from tests.reports.test_against_the_slow_way import hotline, span_of
from tests.store.databases import write_all
from tests.store.samples import a_callback, a_recording, a_survey, a_ticket

if TYPE_CHECKING:
    from ivr.config.model import Hotline
    from ivr.reports.tables import Table
    from store.engine import Store
    from store.rows import Row

__all__ = ["hotline"]
NUMBER = "13800138000"
SPELT = (NUMBER, f"86{NUMBER}", f"+86{NUMBER}")
DAY = span_of("2026-11-21", "Asia/Shanghai")
KEY = "hash-of-the-number"


def the_day() -> list[Row]:
    """A day on which one caller, spelt in three ways, called often, and left something of every kind."""
    rows = a_day(DAY.since, 300, 7)
    spelt = [
        dataclasses.replace(row, caller=SPELT[place % 3], caller_name=f"Mei {NUMBER}", transferred_to=f"{NUMBER}@out")
        if isinstance(row, Visit) and row.caller == NUMBER
        else row
        for place, row in enumerate(rows)
    ]
    return [*spelt, *of_every_kind()]


def of_every_kind() -> list[Row]:
    """What one caller may leave in each table, and beside it what another left."""
    theirs: dict[str, Any] = {"node": "t-1", "caller": SPELT[1]}
    channel, at = "0.1", DAY.since
    return [
        Journey(
            id="t-1/0.1", call_id="0.1", channel_id=channel, number="100", flow="main", flow_version="v", started_at=at,
            ended_at=at, **theirs,
        ),
        JourneyStep(
            journey_id="t-1/0.1", ordinal=1, node="t-1", segment=1, flow="main", step="account", verb="collect",
            outcome="ok", at=at, detail=json.dumps({"number": NUMBER}),
        ),
        dataclasses.replace(a_survey(1), **theirs, channel_id=channel, asked_at=at),
        dataclasses.replace(a_callback(1), **theirs, number_to_call=SPELT[1], asked_at=at),
        dataclasses.replace(a_callback(3), id="other", caller="13900139000", number_to_call=SPELT[2], asked_at=at),
        dataclasses.replace(a_ticket(1), **theirs, channel_id=channel, fields=json.dumps({"phone": NUMBER})),
        dataclasses.replace(a_recording(1), **theirs, channel_id=channel),
        Voicemail(id="t-1/m1", call_id="0.1", box="b", path="m1.wav", recorded_at=at, seconds=3, **theirs),
        Remembered(caller_key=KEY, step="main.language", node="t-1", key="en", updated_at=at),
        Remembered(caller_key="another's", step="main.language", node="t-1", key="en", updated_at=at),
        EvidenceLine(
            id="1", node="t-1", channel_id=channel, at=at, source="ami", text="AgentConnect DestUniqueid=9.9 Queue=x"
        ),
        EvidenceLine(id="2", node="t-1", channel_id="9.9", at=at, source="ami", text="Hold"),
        EvidenceLine(id="3", node="t-1", channel_id="another", at=at, source="ami", text="Hold"),
    ]  # fmt: skip


CALLER = Caller(
    digits=f"86{NUMBER}",
    is_theirs=lambda told: normalise(told.partition("@")[0], "CN") == f"86{NUMBER}",
    key=KEY,
    masks=frozenset({masked(b"k", f"86{NUMBER}")}),
)


async def every_report(store: Store, hotline: Hotline) -> dict[str, object]:
    """All reports with all their metrics, by all their intervals; of who gave up without the number."""
    found: dict[str, object] = {}
    kinds: dict[Kind, tuple[str, ...]] = {
        "queues": ("queue", "hour"),
        "agents": ("agent", "hour"),
        "hours": ("hour",),
        "calls": ("flow", "hour"),
    }
    for kind, cuts in kinds.items():
        names = ",".join(name for name, metric in METRICS.items() if is_of(kind, metric))
        assert set(DEFAULT_METRICS[kind]) <= set(names.split(","))
        for by in cuts:
            made = await metrics_in(store, hotline, kind, DAY, by=by, only=(), names=names)
            found[f"{kind} by {by}"] = (made.rows, made.total, made.notes)
    found["flows"] = ways_table(DAY, await ways_taken(store, DAY.since, DAY.until)).rows
    short = {name: limit.short_abandon_s for name, limit in limits(hotline).items()}
    made = await abandoned_in(store, DAY, only=(), short_s=short)
    found["abandoned"] = (without(made, "caller"), made.notes)
    return found


def without(table: Table, name: str) -> list[tuple[object, ...]]:
    place = [column.name for column in table.columns].index(name)
    return [(*row[:place], *row[place + 1 :]) for row in table.rows]


async def everything(store: Store) -> str:
    """All of the database as text."""
    async with store.reading() as connection:
        return "\n".join([repr(await fetch(connection, kind, where(kind))) for kind in TABLE_OF])


async def found_in(store: Store) -> Held:
    return await held(store, CALLER)


async def test_everything_of_one_caller_is_found_in_every_spelling(store: Store) -> None:
    made = the_day()
    await write_all(store, made)
    found = await found_in(store)
    assert found.numbers == set(SPELT)
    visits = {row.id for row in made if isinstance(row, Visit) and row.caller in SPELT}
    assert {row.id for row in found.of(Visit)} == visits
    assert {name: len(rows) for name, rows in found.rows.items() if name not in {"visits", "ring_attempts"}} == {
        "journeys": 1,
        "journey_steps": 1,
        "surveys": 1,
        "callbacks": len([row for row in made if isinstance(row, Callback) and row.caller in SPELT]) + 1,
        "tickets": 1,
        "recordings": 1,
        "voicemails": 1,
        "remembered": 1,
        "evidence_lines": 2,
    }
    assert all(row.visit_id in visits for row in found.of(RingAttempt))


async def test_erased_nothing_is_left_of_the_caller_and_every_report_is_the_same(
    store: Store, hotline: Hotline
) -> None:
    await write_all(store, the_day())
    before, others = await every_report(store, hotline), await everything(store)
    assert before["abandoned"] != ([], ())
    assert before["flows"]
    assert NUMBER in others
    await erase(store, await found_in(store), fresh_mask, {"r1.wav"})
    assert await every_report(store, hotline) == before
    left = await everything(store)
    assert NUMBER not in left
    assert KEY not in left
    assert "r1.wav" not in left
    assert "m1.wav" in left, "its file is still there"
    assert "another's" in left
    again = await found_in(store)
    assert (again.count, again.numbers) == (0, frozenset())


async def test_masked_once_a_caller_is_found_and_erased_all_the_same(store: Store, hotline: Hotline) -> None:
    await write_all(store, the_day())
    whole = (await found_in(store)).count

    async def at_once(_: float) -> None: ...

    def mask(number: str) -> str:
        return masked(b"k", normalise(number, "CN") or number)

    now = datetime.now(UTC) + timedelta(days=1)
    await mask_numbers(store, now, now + timedelta(days=9), mask, pause=at_once)
    assert (await found_in(store)).count == whole
    before = await every_report(store, hotline)
    await erase(store, await found_in(store), fresh_mask, set())
    assert NUMBER not in await everything(store)
    assert masked(b"k", f"86{NUMBER}") not in await everything(store)
    assert await every_report(store, hotline) == before


@pytest.mark.parametrize("name", ["visits", "journeys", "surveys", "callbacks", "tickets", "recordings", "voicemails"])
def test_each_table_with_a_number_has_a_row_in_this_test(name: str) -> None:
    assert any(TABLE_OF[type(row)].name == name for row in the_day())
