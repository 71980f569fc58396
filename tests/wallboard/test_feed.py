"""The wallboard's end of the feed: it ends when it is told to, whatever the bridge says at that moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami_bridge.messages import Tick, encode
from wallboard.feed import _read
from wallboard.hub import Hub
from wallboard.settings import WallboardSettings


@pytest.mark.parametrize("turns", range(5))
async def test_a_line_that_comes_with_the_end_does_not_keep_it_from_ending(turns: int) -> None:
    hub = Hub(WallboardSettings(host="127.0.0.1", port=0, feed=Path("feed.sock"), time_zone="UTC"))
    reader = asyncio.StreamReader()
    reading = asyncio.create_task(_read(reader, hub))
    for _ in range(3):
        await asyncio.sleep(0)
    reader.feed_data(encode(Tick(node="t-1", seq=1, at=datetime.now(UTC))))
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    done, _ = await asyncio.wait([reading], timeout=2)
    reading.cancel()
    assert done
