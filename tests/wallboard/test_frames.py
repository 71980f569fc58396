"""Frames made once for all: every length, packed and not, as a client of another make reads them."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSMsgType

from tests.wallboard.floor import floor, waiting
from tests.wallboard.test_slow_viewers import LONG_LINE
from wallboard.frames import Message
from wallboard.routes import HUB

if TYPE_CHECKING:
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

LONG = json.dumps([f"queue-{n}" for n in range(500)]).encode()


def test_a_packed_frame_holds_the_text_and_is_much_smaller() -> None:
    message = Message(LONG)
    frame = message.frame(packed=True)
    assert frame[0] == 0xC1, "final, RSV1, text"
    assert frame[1:2] + frame[2:4] == b"\x7e" + (len(frame) - 4).to_bytes(2, "big")
    assert zlib.decompressobj(-15).decompress(frame[4:] + b"\x00\x00\xff\xff") == LONG
    assert len(frame) * 2 < len(LONG)
    assert message.frame(packed=True) is frame, "made once"


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_tells_its_length(size: int, head: int) -> None:
    frame = Message(b"x" * size).frame(packed=False)
    assert (frame[0], len(frame)) == (0x81, head + size)
    told = frame[1] if head == 2 else int.from_bytes(frame[2:head], "big")
    assert told == size


def test_what_fits_into_a_packet_is_not_packed() -> None:
    assert Message(b'{"type":"pulse"}').frame(packed=True)[0] == 0x81


@pytest.mark.parametrize("window", [0, 9, 15])
async def test_a_client_that_unpacks_and_one_that_does_not_are_told_the_same(
    board: Client, bridge: Bridge, window: int
) -> None:
    """Aiohttp's client asks for as large a window as it is told to; 0 asks for none of it."""
    sockets = [await board.ws_connect("/api/v1/live", compress=asked) for asked in (window, 0)]
    found: list[list[str]] = [[], []]
    for number in range(5):
        bridge.tell_queues(replace(floor().queues[0], waiting=LONG_LINE, target=number / 1000))
    for socket, texts in zip(sockets, found, strict=True):
        while len(texts) < 5:
            message = await socket.receive(timeout=60)
            assert message.type is WSMsgType.TEXT, message
            if json.loads(message.data)["type"] == "change":
                texts.append(message.data)
    assert found[0] == found[1]
    assert board.app[HUB].viewers == 2


async def test_one_who_comes_in_the_middle_needs_nothing_of_what_was_told_before(board: Client, bridge: Bridge) -> None:
    early = await board.ws_connect("/api/v1/live", compress=15)
    long = replace(floor().queues[0], waiting=(waiting("first", floor().at), *LONG_LINE))
    bridge.tell_queues(long)
    while json.loads((await early.receive(timeout=60)).data)["type"] != "change":
        pass
    late = await board.ws_connect("/api/v1/live", compress=15)
    hello = json.loads((await late.receive(timeout=60)).data)
    assert len(next(queue for queue in hello["queues"] if queue["name"] == long.name)["waiting"]) == len(long.waiting)
