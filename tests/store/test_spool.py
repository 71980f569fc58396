"""The spool: rows that wait on disk while the database is away, in order, bounded, through crashes."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.engine import open_store
from store.migrate import upgrade
from store.queries.visits import visit, visits
from store.spool import Spool
from store.writer import Tempo, Writer
from tests.store.samples import a_ring, a_visit, any_row

if TYPE_CHECKING:
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
    await upgrade(url)
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


async def test_what_the_last_process_left_on_disk_is_written_at_once_and_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hotline.db"
    await upgrade(url)
    left = Spool(tmp_path / "spool")
    left.put(a_visit(1))
    left.close()
    store = await open_store(url)
    try:
        async with asyncio.timeout(10), Writer(store, tempo=QUICK, spool=Spool(tmp_path / "spool")) as writer:
            await writer.flush()
            assert [row.ordinal for row in (await visits(store)).rows] == [1]
    finally:
        await store.close()
