"""Logs taken into the ledger, and the proof that it is what they say: any pieces, any interruption, any repetition."""

from __future__ import annotations

import gzip
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

import pytest

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.lines import as_text
from ami_bridge.queue_log.reading import log_file, pieces
from ami_bridge.reconcile.importing import AnotherAsteriskError, Import, Progress
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying import Verdict, verify
from store.engine import open_store
from store.queries.visits import visits
from store.writer import Writer
from tests.ami_bridge.replaying import FOLDER, ledger
from tests.ami_bridge.test_queue_log_history import at, lines
from tests.ami_bridge.test_reconcile import STAFFED
from tests.ami_bridge.test_transcripts import EXPECTED
from tests.store.databases import migrated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from ami_bridge.queue_log.reading import LogFile
    from store.engine import Store
    from store.rows import Visit

LATER = at(10_000_000)
TWO = """
    0 c q NONE ENTERQUEUE '' 138 1; 9 c q NONE ABANDON 1 1 9
    20 d q NONE ENTERQUEUE '' 139 1; 60 d q NONE ABANDON 1 1 40
"""


@dataclass
class Folder:
    """Keeps what is set aside below a folder."""

    path: Path

    def open(self, log: LogFile, offset: int) -> IO[bytes]:
        del offset
        return (self.path / f"aside-{log.head[:6]}").open("ab")


class Book:
    """A ledger on SQLite."""

    def __init__(self, folder: Path, store: Store, writer: Writer) -> None:
        self.folder, self.store, self.writer = folder, store, writer
        self.names = AgentNames(STAFFED)

    def importing(self, tell: Callable[[Progress], None] = lambda _: None, until: datetime = LATER) -> Import:
        return Import(self.store, self.writer, "gz-1", self.names, Folder(self.folder), until, tell)

    async def take(self, *paths: Path) -> Progress:
        return await self.importing().run(paths)

    async def check(self, *paths: Path, since: datetime | None = None) -> Verdict:
        return await verify(self.store, "gz-1", paths, self.names, since=since or at(-900_000), until=LATER)

    async def rows(self) -> tuple[Visit, ...]:
        return (await visits(self.store, limit=1000)).rows


@asynccontextmanager
async def book(folder: Path) -> AsyncIterator[Book]:
    url = f"sqlite:///{folder}/hotline.db"
    await migrated(url)
    store = await open_store(url)
    async with Writer(store) as writer:
        yield Book(folder, store, writer)
    await store.close()


def recorded() -> bytes:
    """The recorded scenes' logs in the order they happened."""
    told = [line for scene in EXPECTED for line in ledger(scene) if isinstance(line, LedgerLine)]
    return b"".join(as_text(line).encode() + b"\n" for line in sorted(told, key=lambda line: line.at))


def log_of(folder: Path, text: str, name: str = "queue_log") -> Path:
    path = folder / name
    path.write_text("".join(as_text(line) + "\n" for line in lines(text)), "utf-8")
    return path


async def test_what_is_imported_is_what_the_log_says_and_a_second_time_nothing(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_bytes(recorded())
    async with book(tmp_path) as mine:
        before = await mine.check(log)
        assert (before.visits, before.differing) == (15, 15)
        done = (await mine.take(log)).done
        assert (done.visits, done.added) == (15, 15)
        verdict = await mine.check(log)
        assert (verdict.visits, verdict.differences) == (15, [])
        rows = await mine.rows()
        again = await mine.take(log)
        assert (again.skipped, again.done.visits) == (1, 0)
        assert await mine.rows() == rows


@pytest.mark.parametrize("cut_at", [0.1, 0.35, 0.5, 0.72, 0.9])
async def test_pieces_of_any_kind_and_in_any_order_give_the_same_history(tmp_path: Path, cut_at: float) -> None:
    whole = recorded()
    cut = whole.index(b"\n", int(len(whole) * cut_at)) + 1
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    packed = tmp_path / "queue_log.1.gz"
    packed.write_bytes(gzip.compress(whole[:cut]))
    rest = tmp_path / "queue_log"
    rest.write_bytes(whole[cut:])
    async with book(tmp_path / "one") as pieced, book(tmp_path / "two") as at_once:
        await pieced.take(rest, packed)
        log = tmp_path / "all"
        log.write_bytes(whole)
        await at_once.take(log)
        assert await pieced.rows() == await at_once.rows()


@pytest.mark.parametrize("stop_after", [1, 2, 3, 5])
async def test_an_interrupted_import_goes_on_and_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    monkeypatch.setattr("ami_bridge.reconcile.importing.AT_ONCE", 2)
    monkeypatch.setattr("ami_bridge.queue_log.history.LINGER_LINES", 3)
    log = tmp_path / "queue_log"
    log.write_bytes(recorded())
    count = 0

    def stop(_: Progress) -> None:
        nonlocal count
        count += 1
        if count == stop_after:
            raise KeyboardInterrupt

    (tmp_path / "two").mkdir()
    async with book(tmp_path) as mine, book(tmp_path / "two") as straight:
        taking = mine.importing(stop)
        taking._history.linger = 3
        with pytest.raises(KeyboardInterrupt):
            await taking.run([log])
        await mine.writer.flush()
        begun = len(await mine.rows())
        assert 0 < begun < 15
        going_on = await mine.take(log)
        assert going_on.lines < len(recorded().splitlines())
        await straight.take(log)
        assert await mine.rows() == await straight.rows()


async def test_visits_not_over_wait_for_the_file_that_tells_their_end(tmp_path: Path) -> None:
    first = log_of(tmp_path, "0 c q NONE ENTERQUEUE '' 138 1; 4 c q 客服1001 RINGNOANSWER 3000", "queue_log.0")
    async with book(tmp_path) as mine:
        assert (await mine.take(first)).still_open == 1
        assert await mine.rows() == ()
        then = log_of(tmp_path, "9 c q NONE ABANDON 1 1 9")
        await mine.take(first, then)
        (row,) = await mine.rows()
        assert (row.entered_at, row.caller, row.rings, row.outcome) == (at(0), "138", 1, "abandoned")


async def test_lines_that_are_no_facts_are_counted_and_kept(tmp_path: Path) -> None:
    log = log_of(tmp_path, "0 c q NONE ENTERQUEUE '' 138 1; 9 c q NONE ABANDON 1 1 9")
    log.write_bytes(
        b"1795|cut\n" + log.read_bytes() + b"1795301600|c|q|NONE|CONECT|1\n2026-11-21 10:00|c|q|a|ABANDON\n"
    )
    async with book(tmp_path) as mine:
        progress = await mine.take(log)
        assert progress.set_aside == {"cut": 1, "unknown_verb": 1, "no_time": 1}
        aside = tmp_path / f"aside-{log_file(log).head[:6]}"
        assert [line.split(b" ", 3)[2:] for line in aside.read_bytes().splitlines()] == [
            [b"cut", b"1795|cut"],
            [b"unknown_verb", b"1795301600|c|q|NONE|CONECT|*"],
            [b"no_time", b"2026-11-21 10:00|c|q|a|ABANDON"],
        ]


async def test_the_log_of_another_asterisk_is_refused_whole(tmp_path: Path) -> None:
    mine_log = log_of(
        tmp_path,
        "0 c q NONE ENTERQUEUE '' 138 1; 50 c q NONE ABANDON 1 1 50; 99 NONE NONE NONE CONFIGRELOAD",
    )
    other = log_of(
        tmp_path, "-9 x q NONE ENTERQUEUE '' 139 1; 50 x q NONE ABANDON 1 1 59; 99 NONE NONE NONE CONFIGRELOAD", "other"
    )
    async with book(tmp_path) as mine:
        await mine.take(mine_log)
        with pytest.raises(
            AnotherAsteriskError, match=r"other is of another Asterisk than 'gz-1': of 1 visits .* 0 are"
        ):
            await mine.take(other)
        assert [row.channel_id for row in await mine.rows()] == ["c"]


async def test_a_running_bridges_own_visits_are_left_to_it(tmp_path: Path) -> None:
    log = log_of(tmp_path, TWO)
    async with book(tmp_path) as mine:
        await mine.importing(until=at(30)).run([log])
        assert [row.channel_id for row in await mine.rows()] == ["c"]


async def test_verify_tells_the_visit_the_field_and_both_values(tmp_path: Path) -> None:
    log = log_of(tmp_path, TWO)
    async with book(tmp_path) as mine:
        await mine.take(log)
        (d, c) = await mine.rows()
        mine.writer.put(replace(c, outcome="timed_out", ended_by="system"))
        mine.writer.put(replace(d, id="gz-1/e/1", channel_id="e", entered_at=at(25)))
        await mine.writer.flush()
        verdict = await mine.check(log)
        assert [(one.visit_id, one.field, one.ledger, one.log) for one in verdict.differences] == [
            ("gz-1/c/1", "outcome", "timed_out", "abandoned"),
            ("gz-1/c/1", "ended_by", "system", "caller"),
            ("gz-1/e/1", "visit", "q, abandoned", "not there"),
        ]
        assert (await mine.check(log, since=at(30))).visits == 0


def test_the_pieces_of_a_log_are_found_oldest_first_and_old_ones_left_out(tmp_path: Path) -> None:
    names = ["queue_log", "queue_log.0", "queue_log-20261121.gz", "queue_log.bak", "messages"]
    for age, name in enumerate(names):
        path = tmp_path / name
        path.write_bytes(b"x")
        stamp = at(-1000 * age).timestamp()
        os.utime(path, (stamp, stamp))
    assert [path.name for path in pieces(tmp_path / "queue_log")] == [
        "queue_log-20261121.gz",
        "queue_log.0",
        "queue_log",
    ]
    assert [path.name for path in pieces(tmp_path / "queue_log", at(-1500))] == ["queue_log.0", "queue_log"]


def test_a_file_is_known_again_by_its_first_line(tmp_path: Path) -> None:
    source = FOLDER / "asterisk-22.10.1-answered.queue_log"
    packed = tmp_path / "q.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    assert replace(log_file(packed), path=source) == log_file(source)
    assert log_file(source).first_at is not None
