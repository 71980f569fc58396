"""The feed's socket: who reads gets everything, who does not is dropped."""

from __future__ import annotations

import asyncio
import socket
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ami_bridge.feed import Feed, FeedTaken
from ami_bridge.messages import Delta, Knowledge, QueueView, Snapshot, Tick, decode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

AT = datetime(2026, 11, 21, tzinfo=UTC)


def whole() -> Snapshot:
    return Snapshot(node="n", seq=7, at=AT, knowledge=Knowledge(state="complete", since=AT))


@pytest.fixture
async def feed(tmp_path: Path) -> AsyncIterator[Feed]:
    made = Feed(tmp_path / "feed.sock", whole, backlog_bytes=100_000)
    await made.open()
    yield made
    await made.close()


async def test_each_reader_gets_the_snapshot_first_and_then_what_follows(feed: Feed) -> None:
    readers = [await asyncio.open_unix_connection(str(feed.path)) for _ in range(3)]
    for reader, _ in readers:
        assert decode(await reader.readline()) == whole()
    assert feed.readers == 3
    feed.publish(Tick(node="n", seq=8, at=AT))
    for reader, writer in readers:
        assert decode(await reader.readline()).seq == 8
        writer.close()


async def test_a_reader_who_does_not_read_is_dropped_and_the_others_never_notice(feed: Feed) -> None:
    lazy, lazy_writer = await asyncio.open_unix_connection(str(feed.path), limit=1024)
    good, good_writer = await asyncio.open_unix_connection(str(feed.path), limit=1 << 24)
    await good.readline()
    big = tuple(QueueView(name=f"q{n}", title="x" * 200) for n in range(200))
    for seq in range(8, 60):
        feed.publish(Delta(node="n", seq=seq, at=AT, queues=big))
        assert decode(await good.readline()).seq == seq
    assert feed.dropped == 1
    assert feed.readers == 1
    assert not lazy.at_eof()
    lazy_writer.close()
    good_writer.close()


async def test_a_reader_that_leaves_is_forgotten(feed: Feed) -> None:
    reader, writer = await asyncio.open_unix_connection(str(feed.path))
    await reader.readline()
    writer.close()
    async with asyncio.timeout(60):
        while feed.readers:  # noqa: ASYNC110 - the feed tells nobody that a reader left
            await asyncio.sleep(0)


async def test_the_socket_is_for_owner_and_group_only_and_goes_with_the_feed(tmp_path: Path) -> None:
    feed = Feed(tmp_path / "feed.sock", whole, backlog_bytes=1)
    await feed.open()
    assert stat.S_IMODE(feed.path.stat().st_mode) == 0o660
    await feed.close()
    assert not feed.path.exists()


async def test_a_socket_left_behind_is_taken_over_and_a_served_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    feed = Feed(path, whole, backlog_bytes=1)
    await feed.open()
    with pytest.raises(FeedTaken, match="another bridge is serving this socket"):
        await Feed(path, whole, backlog_bytes=1).open()
    await feed.close()
