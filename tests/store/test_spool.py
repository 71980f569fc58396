"""The spool: rows that wait on disk while the database is away, in order, bounded, through crashes."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from store import queries, rows
from store.engine import open_store
from store.queries.visits import visit, visits
from store.spool import Spool
from store.writer import Tempo, Writer
from tests.store.databases import migrated
from tests.store.samples import a_callback, a_ring, a_step, a_survey, a_ticket, a_visit, any_row, at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.engine import Store
    from store.rows import Row

QUICK = Tempo(linger_s=0.0, first_pause_s=0.001, longest_pause_s=0.001)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_row(), max_size=30), st.integers(100, 3000))
def test_rows_come_back_as_they_went_in_and_in_order(put: list[Row], segment: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.spool.SEGMENT_BYTES", segment)
        spool = Spool(Path(folder) / "s")
        for row in put:
            assert spool.put(row)
        spool.close()
        again = Spool(Path(folder) / "s")
        found: list[Row] = []
        while again:
            found.extend(again.oldest())
            again.forget()
        assert found == put
        assert again.size == 0
        assert list((Path(folder) / "s").glob("*")) == []


def test_a_full_spool_takes_no_more_and_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=1200)
    taken = [spool.put(a_visit(ordinal)) for ordinal in range(1, 6)]
    assert taken[0]
    assert not taken[-1]
    assert spool.size <= 1200
    spool.close()
    (segment,) = tmp_path.glob("*.rows")
    segment.write_bytes(segment.read_bytes() + b'["visits",{"id":"to')
    again = Spool(tmp_path)
    assert again.oldest() == [a_visit(ordinal) for ordinal, fits in enumerate(taken, 1) if fits]
    assert again.unreadable == 1


class Away:
    """A database that is away until it is told to come back."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, True
        self.address, self.kind, self.reading = store.address, store.kind, store.reading

    def writing(self) -> object:
        if self.away:
            raise ConnectionRefusedError(111, "Connection refused")
        return self.store.writing()


async def opened(folder: Path) -> Store:
    url = f"sqlite:///{folder}/hotline.db"
    await migrated(url)
    return await open_store(url)


async def test_an_hour_without_the_database_costs_no_row_no_order_and_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.SPOOL_FROM", 50)
    monkeypatch.setattr("store.spool.SEGMENT_BYTES", 20_000)
    store = await opened(tmp_path)
    away = Away(store)
    writer = Writer(away, tempo=QUICK, spool=Spool(tmp_path / "spool"))  # type: ignore[arg-type]  # as far as it is used
    writer.start()
    for ordinal in range(1, 501):
        writer.put(a_visit(ordinal))
        writer.put(a_visit(ordinal, queue="vip"))  # the newer version must win, whatever way each took
        assert writer.state.backlog <= 50
    assert writer.state.spool_bytes > 0
    away.away = False
    await writer.flush()
    assert writer.state.spool_bytes == 0
    assert dict(writer.state.dropped) == {}
    found = (await visits(store, limit=1000)).rows
    assert {row.ordinal for row in found} == set(range(1, 501))
    assert {row.queue for row in found} == {"vip"}
    assert await writer.close() == {}
    await store.close()


async def test_what_waits_when_the_process_ends_is_written_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.SPOOL_FROM", 3)
    store = await opened(tmp_path)
    away = Away(store)
    first = Writer(away, tempo=QUICK, spool=Spool(tmp_path / "spool"))  # type: ignore[arg-type]  # as far as it is used
    first.start()
    for row in (a_visit(1), a_ring(1), a_visit(2), a_visit(1, queue="vip"), a_visit(3)):
        first.put(row)
    assert await first.close(deadline_s=0.05) == {}
    away.away = False
    async with Writer(store, tempo=QUICK, spool=Spool(tmp_path / "spool")) as second:
        second.put(a_visit(4))
        await second.flush()
    found = (await visits(store)).rows
    assert {row.ordinal: row.queue for row in found} == {1: "vip", 2: "general", 3: "general", 4: "general"}
    assert len((await visit(store, a_visit(1).id)).rings) == 1  # type: ignore[union-attr]  # it is there, as seen above
    await store.close()


async def test_a_full_disk_is_said_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.writer.SPOOL_FROM", 1)
    store = await opened(tmp_path)
    away = Away(store)
    spool = Spool(tmp_path / "spool", most_bytes=600)
    writer = Writer(away, tempo=QUICK, spool=spool)  # type: ignore[arg-type]  # as far as it is used
    for ordinal in range(1, 6):
        writer.put(a_visit(ordinal))
    assert writer.state.dropped["visits"] >= 3
    spool.close()
    await store.close()


def a_line(number: int) -> rows.EvidenceLine:
    return rows.EvidenceLine(
        id=f"{number:032}", node="gz-1", channel_id="c", at=at(number), source="ami", text="AgentConnect Queue=vip"
    )


def everything_in(spool: Spool) -> list[Row]:
    found: list[Row] = []
    while spool:
        found.extend(spool.oldest())
        spool.forget()
    return found


def test_what_callers_left_takes_the_room_of_evidence_then_of_steps_and_what_went_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.spool.SEGMENT_BYTES", 2_000)
    spool = Spool(tmp_path, most_bytes=13_800)
    for number in range(12):
        assert spool.put(a_line(number))
        assert spool.put(a_step(number))
        assert spool.put(a_visit(number))
    valued = [a_callback(n) for n in range(5)] + [a_ticket(n) for n in range(5)] + [a_survey(n) for n in range(4)]
    taken = [spool.put(row) for row in valued]
    assert all(taken)
    assert spool.size <= 13_800
    found = everything_in(spool)
    assert [row for row in found if type(row) in {type(one) for one in valued}] == valued
    left = Counter(type(row).__name__ for row in found)
    assert spool.given_up == {"evidence_lines": 12, "journey_steps": 12 - left["JourneyStep"]}
    assert 0 < left["JourneyStep"] < 12, "no step needed to go, or all: the case shows no order"
    assert left["Visit"] == 12


def filled(folder: Path, put: Iterable[Row]) -> int:
    """A spool that another process left there; its size."""
    spool = Spool(folder)
    assert all(spool.put(row) for row in put)
    spool.close()
    return spool.size


def test_a_visits_last_row_takes_the_room_of_those_that_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=filled(tmp_path, [a_visit(7), a_visit(7), a_visit(6, ended_at=at(1))]))
    assert not spool.put(a_line(1)), "a line of evidence took a visit's room"
    assert spool.put(a_visit(8, ended_at=at(9), outcome="answered"))
    assert [row.ordinal for row in everything_in(spool) if isinstance(row, rows.Visit)] == [6, 8]
    assert spool.given_up == {"visits": 2}


def test_no_room_is_made_in_what_is_just_being_written(tmp_path: Path) -> None:
    lines = [a_line(number) for number in range(5)]
    spool = Spool(tmp_path, most_bytes=filled(tmp_path, lines))
    assert spool.oldest() == lines
    assert not spool.put(a_ticket(1))
    spool.forget()
    assert spool.put(a_ticket(1))
    assert spool.given_up == {}
    spool.close()


def test_room_is_made_in_what_an_earlier_process_left(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=filled(tmp_path, [a_line(number) for number in range(5)]))
    assert spool.put(a_ticket(1))
    assert spool.given_up == {"evidence_lines": 5}
    assert everything_in(spool) == [a_ticket(1)]


async def test_what_the_spool_gave_up_is_part_of_the_writers_health(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.SPOOL_FROM", 1)
    store = await opened(tmp_path)
    spool = Spool(tmp_path / "spool", most_bytes=2_000)
    writer = Writer(Away(store), spool=spool)  # type: ignore[arg-type]  # as far as it is used
    with capture_logs() as told:
        for number in range(1, 16):
            writer.put(a_line(number))
        writer.put(a_ticket(1))
    assert set(writer.state.dropped) == {"evidence_lines"}
    assert writer.state.dropped["evidence_lines"] > 1
    assert {"event": "rows dropped, no room", "log_level": "error"}.items() <= told[-1].items()
    spool.close()
    await store.close()


async def test_what_the_last_process_left_on_disk_is_written_at_once_and_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hotline.db"
    await migrated(url)
    left = Spool(tmp_path / "spool")
    left.put(a_visit(1))
    left.close()
    store = await open_store(url)
    try:
        async with asyncio.timeout(60), Writer(store, tempo=QUICK, spool=Spool(tmp_path / "spool")) as writer:
            await writer.flush()
            assert [row.ordinal for row in (await visits(store)).rows] == [1]
    finally:
        await store.close()


async def test_segments_whose_rows_all_made_room_hold_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.SPOOL_FROM", 1)
    monkeypatch.setattr("store.spool.SEGMENT_BYTES", 300)
    store = await opened(tmp_path)
    away = Away(store)
    spool = Spool(tmp_path / "spool", most_bytes=3_000)
    writer = Writer(away, tempo=QUICK, spool=spool)  # type: ignore[arg-type]  # as far as it is used
    for number in range(12):
        writer.put(a_line(number))
    tickets = [a_ticket(number) for number in range(5)]
    for ticket in tickets:
        writer.put(ticket)
    assert spool.given_up["evidence_lines"] > 3, "no segment was emptied"
    away.away = False
    writer.start()
    async with asyncio.timeout(60):
        await writer.flush()
    assert await writer.close() == {}
    assert {ticket.id for ticket in (await queries.tickets(store)).rows} == {ticket.id for ticket in tickets}
    await store.close()
