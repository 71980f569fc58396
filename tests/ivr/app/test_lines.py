"""One look at the bridge's feed: what it tells of a queue, and what is said when it does not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.messages import Knowledge, QueueView, Snapshot, Tick, WaitingCaller, encode
from ivr.app import lines
from ivr.app.lines import BridgeLines, line_of
from ivr.runner.ports import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def waiting(seconds: float) -> WaitingCaller:
    return WaitingCaller(
        visit_id="v", position=1, caller="", caller_name="", vip=False, language="", priority=0,
        entered_at=NOW - timedelta(seconds=seconds),
    )  # fmt: skip


SHOT = Snapshot(
    node="gz-1",
    seq=1,
    at=NOW,
    knowledge=Knowledge(state="complete", since=NOW),
    queues=(
        QueueView(name="sales", title="", waiting=(waiting(12.9), waiting(95.7)), expected_wait_s=61.2),
        QueueView(name="quiet", title=""),
    ),
)


@asynccontextmanager
async def bridge(path: Path, *said: bytes) -> AsyncIterator[None]:
    """A feed that says this to whoever comes, and leaves the connection open."""
    done = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(said)
        await done.wait()
        writer.close()

    server = await asyncio.start_unix_server(serve, path=path)
    try:
        yield
    finally:
        done.set()
        server.close()


def test_the_longest_wait_is_that_of_now_and_the_expected_one_is_rounded_up() -> None:
    assert line_of(SHOT, "sales") == Line(longest_wait=95, expected_wait=62)
    assert line_of(SHOT, "quiet") == Line(longest_wait=0, expected_wait=None)
    assert line_of(SHOT, "unheard-of") == Line()


@pytest.mark.parametrize("state", ["catching_up", "blind"])
def test_a_bridge_that_does_not_know_everything_tells_nothing(state: str) -> None:
    shot = replace(SHOT, knowledge=Knowledge(state=state, since=NOW))  # type: ignore[arg-type]  # of the two others
    assert line_of(shot, "sales") == Line()


async def test_the_feeds_first_line_is_read(tmp_path: Path) -> None:
    async with bridge(tmp_path / "feed", encode(SHOT)):
        assert await BridgeLines(tmp_path / "feed").line("sales") == Line(95, 62)


@pytest.mark.parametrize(
    "said", [(), (b"no message\n",), (encode(Tick(node="gz-1", seq=2, at=NOW)),)], ids=["silence", "noise", "a tick"]
)
async def test_a_bridge_that_does_not_answer_costs_little_and_nothing_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(lines, "LOOK_S", 0.05)
    async with bridge(tmp_path / "feed", *said):
        assert await BridgeLines(tmp_path / "feed").line("sales") == Line()


async def test_a_bridge_that_is_away_is_no_trouble(tmp_path: Path) -> None:
    assert await BridgeLines(tmp_path / "none").line("sales") == Line()
