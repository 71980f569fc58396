"""A viewer that never reads costs bounded memory, slows nobody, and is dropped; one that comes new is whole at once."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ami_bridge.messages import Delta, Removed
from tests.wallboard.floor import NOW, SIGNED_IN, floor, settings, waiting
from tests.wallboard.test_board import live_hello, told
from wallboard import routes
from wallboard.fragments import Fragments
from wallboard.hub import MOST_UNREAD
from wallboard.payloads import call, queue
from wallboard.routes import HUB

if TYPE_CHECKING:
    import pytest

    from ami_bridge.messages import CallView, QueueView
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge
    from wallboard.payloads import Json
    from wallboard.settings import WallboardSettings

LONG_LINE = tuple(waiting(f"w{n}", datetime(2026, 11, 20, tzinfo=UTC)) for n in range(500))
"""A change of this line is 85 kB: well above the 64 KiB at which aiohttp waits for the transport after one frame."""


def deaf(board: Client, authorization: str = SIGNED_IN["Authorization"]) -> socket.socket:
    """A browser that asks for the feed and never reads a byte of it."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", board.port))
    made.sendall(
        f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{board.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: {authorization}\r\n\r\n".encode()
    )
    return made


async def viewers(board: Client, count: int) -> None:
    async with asyncio.timeout(60):
        while board.app[HUB].viewers != count:  # noqa: ASYNC110 - the other end has no event for us
            await asyncio.sleep(0.01)


async def test_a_viewer_that_never_reads_costs_bounded_memory_and_slows_nobody(
    board: Client, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        routes, "HEARTBEAT_S", 600.0
    )  # it is not to be dropped before the end, however busy the machine
    reader, hello = await live_hello(board)
    with deaf(board):
        await viewers(board, 2)
        hub = board.app[HUB]
        long = replace(floor().queues[0], waiting=LONG_LINE)
        written = MOST_UNREAD * 6
        for number in range(written):
            bridge.tell_queues(replace(long, target=number / 1000))
            change = await told(reader, "change")
            assert change["queues"][0]["target"] == number / 1000
        assert change["seq"] >= hello["seq"] + written, "nothing was left out for the one who reads"
        (slow,) = [each for each in hub._viewers if each.missed]
        assert slow.unread <= MOST_UNREAD
        assert slow.missed >= 2
        transports = [protocol.transport for protocol in board.server.handler.connections]
        buffered = [each.get_write_buffer_size() for each in transports if each is not None]
        size = len(json.dumps(change))
        assert max(buffered) < 64 * 1024 + 4 * size, "what the kernel does not take is not piled up here"


async def test_a_viewer_that_never_reads_is_dropped(
    board: Client, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_S", 0.4)
    with deaf(board):
        await viewers(board, 1)
        for number in range(100):
            bridge.tell_queues(replace(floor().queues[0], waiting=LONG_LINE, target=number / 1000))
        await viewers(board, 0)


def test_an_object_is_encoded_once_however_often_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []

    def counted(view: QueueView, of: WallboardSettings) -> Json:
        encoded.append(view.name)
        return queue(view, of)

    monkeypatch.setattr("wallboard.payloads.queue", counted)
    fragments, snapshot = Fragments(settings(Path("/nowhere"))), floor()
    first, second = (json.loads(fragments.hello({"seq": n}, snapshot)) for n in (1, 2))
    assert first["queues"] == second["queues"]
    assert encoded == ["general", "vip"]
    changed = replace(snapshot, queues=(replace(snapshot.queues[0], target=0.5), snapshot.queues[1]))
    assert json.loads(fragments.hello({"seq": 3}, changed))["queues"][0]["target"] == 0.5
    assert encoded == ["general", "vip", "general"]
    fragments.hello({"seq": 4}, replace(snapshot, queues=()))
    assert json.loads(fragments.hello({"seq": 5}, snapshot))["queues"] == first["queues"], "what was gone comes anew"


def test_what_a_change_removes_is_forgotten_though_no_viewer_comes_for_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []

    def counted(view: CallView) -> Json:
        encoded.append(view.call_id)
        return call(view)

    monkeypatch.setattr("wallboard.payloads.call", counted)
    fragments, caller = Fragments(settings(Path("/nowhere"))), floor().calls[0]
    comes = Delta(node="gz-1", seq=1, at=NOW, calls=(caller,))
    fragments.change({"seq": 1}, comes)
    fragments.change({"seq": 2}, replace(comes, calls=()))
    fragments.change({"seq": 3}, comes)
    assert encoded == [caller.call_id], "kept while it is there"
    fragments.change({"seq": 4}, Delta(node="gz-1", seq=2, at=NOW, removed=Removed(calls=(caller.call_id,))))
    fragments.change({"seq": 5}, comes)
    assert encoded == [caller.call_id] * 2, "and not once it is gone"
