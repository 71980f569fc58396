"""What is past its time goes, what is open or young stays; cut off anywhere and run again, the end is the same."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from store import purging, records, rows
from store.engine import open_store
from store.errors import StoreUnavailable
from store.masking import mask_numbers, unmasked
from store.masks import MARK, fresh_mask, masked
from store.partitions import MONTHLY
from store.purging import AT_ONCE, past, purge
from store.queries.pages import fetch, where
from store.retention import NUMBERED, Retention, rules
from store.schema import TABLE_OF
from tests.store.databases import write_all
from tests.store.samples import NOON, a_callback, a_journey, a_recording, a_ring, a_step, a_survey, a_ticket, a_visit
from tests.store.test_partitions import parts

if TYPE_CHECKING:
    from store.engine import Store
    from store.rows import Row
    from tests.store.databases import Databases

DAY = timedelta(days=1)
WEEK = 7 * DAY
EVERYTHING = Retention(**{field.name: 100 * DAY for field in dataclasses.fields(Retention)})
KEY = b"k"
CALLER = "8613800138000"


def of_age(age: timedelta, *, goes_on: bool = False) -> list[Row]:
    """A row of every kind that has an age, of that age at noon; `goes_on` leaves open what can be open."""
    at = NOON - age
    end = None if goes_on else at + timedelta(minutes=5)
    due = NOON + DAY if goes_on else at + DAY
    second = f"{at.timestamp():.0f}.{int(goes_on)}"
    key = f"gz-1/{second}"
    return [
        a_visit(
            id=f"{key}/1",
            channel_id=second,
            call_id=second,
            caller=CALLER,
            caller_name="Mei",
            entered_at=at,
            ended_at=end,
            outcome="abandoned",
        ),
        a_ring(visit_id=f"{key}/1", started_at=at, ended_at=at, result="no_answer"),
        a_journey(id=key, channel_id=second, call_id=second, caller=CALLER, started_at=at, ended_at=end),
        a_step(1, journey_id=key, at=at),
        a_step(2, journey_id=key, at=at),
        rows.AgentInterval(
            id=rows.interval_id("gz-1", f"10{int(goes_on)}", at),
            node="gz-1",
            agent="1001",
            state="available",
            started_at=at,
            ended_at=end,
        ),
        rows.MembershipInterval(
            id=f"{key}/m", node="gz-1", agent="1001", queue="vip", started_at=at, ended_at=end, evidence="ami"
        ),
        rows.Gap(node="gz-1", since=at, until=end, settled=not goes_on),
        dataclasses.replace(a_callback(1), id=f"{key}/c", caller=CALLER, asked_at=at, not_after=due),
        dataclasses.replace(a_ticket(1), id=f"{key}/t", caller=CALLER, opened_at=at, due_at=due, recording=f"{key}/r"),
        dataclasses.replace(a_recording(1), id=f"{key}/r", caller=CALLER, recorded_at=at, path=f"{second}.wav"),
    ]


def never_open(age: timedelta) -> list[Row]:
    """A row of every kind that is over as it is written."""
    at = NOON - age
    key = f"gz-1/{at.timestamp():.0f}.9"
    return [
        dataclasses.replace(a_survey(1), id=f"{key}/s", asked_at=at),
        rows.Voicemail(
            id=f"{key}/v", node="gz-1", call_id="c", box="b", path=f"{key}.wav", recorded_at=at, seconds=1.0
        ),
        rows.Remembered(caller_key=key, step="main.language", node="gz-1", key="en", updated_at=at),
        rows.EvidenceLine(id=key, node="gz-1", channel_id="c", at=at, source="ami", text="QueueCallerJoin"),
    ]


async def contents(store: Store) -> dict[str, set[Row]]:
    found: dict[str, set[Row]] = {}
    async with store.reading() as connection:
        for kind, table in TABLE_OF.items():
            found[table.name] = set(await fetch(connection, kind, where(kind)))
    return {name: there for name, there in found.items() if there}


async def counts(store: Store) -> dict[str, int]:
    return {name: len(there) for name, there in (await contents(store)).items()}


async def at_once(_: float) -> None:
    """No pause: the tests have no live writer."""


async def purged(store: Store, keep: Retention = EVERYTHING) -> dict[str, int]:
    done = await purge(store, rules(keep, "gz-1", NOON), pause=at_once)
    return {one.table: one.rows for one in done if one.rows}


async def test_a_dry_run_says_what_goes_and_changes_nothing(store: Store) -> None:
    await write_all(store, [*of_age(200 * DAY), *of_age(101 * DAY), *never_open(150 * DAY), *of_age(99 * DAY)])
    before = await contents(store)
    told = await past(store, rules(EVERYTHING, "gz-1", NOON))
    assert await contents(store) == before
    done = await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=at_once)
    assert [(one.table, one.rows, one.oldest, one.newest) for one in done] == [
        (one.table, one.rows, one.oldest, one.newest) for one in told
    ]
    visits = next(one for one in done if one.table == "visits")
    assert (visits.rows, visits.oldest, visits.newest) == (2, NOON - 200 * DAY, NOON - 101 * DAY)


async def test_the_old_goes_and_the_young_stays(store: Store) -> None:
    young = [*of_age(99 * DAY), *never_open(99 * DAY)]
    await write_all(store, young)
    stays = await contents(store)
    await write_all(store, [*of_age(101 * DAY), *never_open(101 * DAY)])
    gone = await purged(store)
    assert await contents(store) == stays
    assert gone == {name: len(there) for name, there in stays.items()}, "a kind of row had no rule"
    assert await purged(store) == {}


async def test_what_is_open_is_never_touched_and_keeps_what_belongs_to_it(store: Store) -> None:
    await write_all(store, of_age(400 * DAY, goes_on=True))
    before = await contents(store)
    assert {"visits", "ring_attempts", "journey_steps", "recordings"} <= set(before)
    assert await purged(store) == {}
    await mask_numbers(store, NOON, NOON, lambda _: "masked:x", pause=at_once)
    after = await contents(store)
    assert {name for name in before if before[name] != after[name]} == {"recordings"}, "a recording is never open"


async def test_what_is_kept_for_ever_stays(store: Store) -> None:
    await write_all(store, [*of_age(4000 * DAY), *never_open(4000 * DAY)])
    before = await counts(store)
    assert await purged(store, Retention()) == {}
    assert await purged(store, Retention(steps=WEEK)) == {"journey_steps": 2}
    assert await counts(store) == {name: count for name, count in before.items() if name != "journey_steps"}


async def test_more_than_one_portion_goes_and_cut_off_anywhere_the_rest_goes_the_next_time(store: Store) -> None:
    many = [a_step(n, journey_id=f"gz-1/j{n % 7}", at=NOON - 200 * DAY) for n in range(2 * AT_ONCE + 3)]
    await write_all(store, [*many, *of_age(99 * DAY)])

    async def cut(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=cut)
    assert (await counts(store))["journey_steps"] == len(many) - AT_ONCE + 2
    assert await purged(store) == {"journey_steps": len(many) - AT_ONCE}
    assert (await counts(store))["journey_steps"] == 2


async def test_between_two_portions_another_process_writes(store: Store, url: str) -> None:
    await write_all(store, [a_step(n, journey_id="gz-1/j", at=NOON - 200 * DAY) for n in range(3 * AT_ONCE)])
    other = await open_store(url)
    written = 0

    async def live_writer(_: float) -> None:
        nonlocal written
        written += 1
        await write_all(other, [a_visit(written)])

    await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=live_writer)
    await other.close()
    assert written == 3
    assert await counts(store) == {"visits": 3}


async def test_a_row_written_anew_between_the_look_and_the_deletion_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = of_age(101 * DAY)[0]
    assert isinstance(old, rows.Visit)
    await write_all(store, [dataclasses.replace(old, id=f"gz-1/1.{n}/1") for n in range(2)])
    look = purging.next_rows

    async def look_and_let_another_write(*asked: Any) -> Any:
        found = await look(*asked)
        if any("gz-1/1.0/1" in row for row in found):
            await write_all(store, [dataclasses.replace(old, id="gz-1/1.0/1", ended_at=None)])
        return found

    monkeypatch.setattr(purging, "next_rows", look_and_let_another_write)
    await purged(store)
    assert {row.id for row in (await contents(store))["visits"] if isinstance(row, rows.Visit)} == {"gz-1/1.0/1"}


async def test_files_go_first_and_a_row_whose_file_stays_is_kept(store: Store) -> None:
    await write_all(store, [dataclasses.replace(a_recording(n), recorded_at=NOON - 200 * DAY) for n in range(4)])
    asked: list[str] = []

    def erase(path: str) -> bool:
        asked.append(path)
        return path != "r2.wav"

    done = await purge(store, rules(EVERYTHING, "gz-1", NOON), erase=erase, pause=at_once)
    told = next(one for one in done if one.table == "recordings")
    assert (told.rows, told.left, sorted(asked)) == (3, 1, ["r0.wav", "r1.wav", "r2.wav", "r3.wav"])
    assert {row.id for row in (await contents(store))["recordings"] if isinstance(row, records.Recording)} == {"r2"}


async def test_files_and_evidence_of_another_asterisk_are_its_own_hotlines(store: Store) -> None:
    theirs = [dataclasses.replace(row, node="gz-2") for row in never_open(200 * DAY)]
    await write_all(store, theirs)
    assert await purged(store) == {"surveys": 1, "remembered": 1}
    assert set(await counts(store)) == {"voicemails", "evidence_lines"}


async def test_numbers_are_masked_in_old_rows_and_a_caller_stays_one(store: Store) -> None:
    def mask(number: str) -> str:
        return masked(KEY, number)

    other = a_visit(9, caller="8613900139000", entered_at=NOON - 200 * DAY, ended_at=NOON - 199 * DAY)
    withheld = a_visit(10, caller="", entered_at=NOON - 200 * DAY, ended_at=NOON - 199 * DAY)
    await write_all(store, [*of_age(200 * DAY), *of_age(101 * DAY), *of_age(99 * DAY), other, withheld])
    told = await unmasked(store, NOON - 100 * DAY, NOON)
    done = await mask_numbers(store, NOON - 100 * DAY, NOON, mask, pause=at_once)
    assert [(one.table, one.rows) for one in done] == [(one.table, one.rows) for one in told]
    assert {one.table: one.rows for one in done if one.rows} == {
        "visits": 3,
        "journeys": 2,
        "callbacks": 2,
        "tickets": 2,
        "recordings": 2,
    }
    visits = [row for row in (await contents(store))["visits"] if isinstance(row, rows.Visit)]
    found = {(row.caller[:7], row.caller_name) for row in visits if row.entered_at < NOON - 100 * DAY}
    assert found == {("", ""), (MARK, "")}
    assert len({row.caller for row in visits}) == 4, "of two callers two masks, the young row's number, and none"
    assert not any(one.rows for one in await mask_numbers(store, NOON - 100 * DAY, NOON, mask, pause=at_once))


async def test_a_dry_run_counts_no_numbers_of_rows_that_go(store: Store) -> None:
    await write_all(store, [*of_age(200 * DAY), *of_age(50 * DAY), *of_age(5 * DAY)])
    keep = dataclasses.replace(EVERYTHING, numbers=30 * DAY)
    told = await unmasked(store, NOON - 30 * DAY, NOON, rules(keep, "gz-1", NOON))
    await purged(store, keep)
    done = await mask_numbers(store, NOON - 30 * DAY, NOON, lambda _: "masked:x", pause=at_once)
    assert [(one.table, one.rows) for one in told] == [(one.table, one.rows) for one in done]
    assert {one.table: one.rows for one in done if one.rows}["visits"] == 1


def test_a_mask_is_one_for_a_number_and_a_key_and_tells_neither() -> None:
    mask = masked(KEY, "8613800138000")
    assert mask == masked(KEY, "8613800138000") == masked(KEY, mask)
    assert len({mask, masked(b"other", "8613800138000"), masked(KEY, "8613800138001"), fresh_mask()}) == 4
    assert masked(KEY, "") == ""


def test_every_table_with_a_caller_is_known_to_have_numbers() -> None:
    with_caller = {table.name for table in TABLE_OF.values() if {"caller", "number_to_call"} & set(table.c.keys())}
    assert {one.table.name for one in NUMBERED} == with_caller


@pytest.mark.postgres
class TestOnPostgresql:
    async def test_months_past_their_time_are_dropped_whole(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        old = [*of_age(200 * DAY), *never_open(200 * DAY)]
        await write_all(store, [*old, *of_age(101 * DAY), *of_age(99 * DAY), *of_age(200 * DAY, goes_on=True)])
        done = await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=at_once)
        told = {one.table: (one.rows, one.months) for one in done if one.table in MONTHLY}
        left = {table: {name for name, count in (await parts(store, table)).items() if count} for table in MONTHLY}
        await store.close()
        # the open call's month of rings, steps and intervals stays; that of evidence has nothing open
        assert told["evidence_lines"] == (1, 1)
        assert told["journey_steps"] == (4, 0)
        assert all(len(names) == 2 for table, names in left.items() if table != "evidence_lines")

    async def test_a_month_somebody_reads_is_not_waited_for_but_swept(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        await write_all(store, never_open(200 * DAY))
        async with store.reading() as connection:
            await connection.execute(select(func.count()).select_from(TABLE_OF[rows.EvidenceLine]))
            done = await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=at_once)
        told = next(one for one in done if one.table == "evidence_lines")
        assert (told.rows, told.months) == (1, 0)
        assert "evidence_lines" not in await contents(store)
        await store.close()


async def test_a_database_that_is_away_is_told(store: Store) -> None:
    async with store.writing() as connection:
        await connection.exec_driver_sql("DROP TABLE tickets")
    with pytest.raises(StoreUnavailable):
        await purge(store, rules(EVERYTHING, "gz-1", NOON), pause=at_once)
