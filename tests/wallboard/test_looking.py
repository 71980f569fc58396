"""Live feeds of people who are signed out, and of an account that has very many."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSServerHandshakeError

from tests.wallboard.floor import floor
from tests.wallboard.people import PEOPLE, PROGRAM, REGISTER, SCREEN, origin_of, served, signed_in, told
from tests.wallboard.test_slow_viewers import LONG_LINE, deaf, viewers
from wallboard import routes
from wallboard.access.register import Token
from wallboard.access.tokens import hash_of
from wallboard.looking import SIGNED_OUT
from wallboard.outlets import MOST_BUFFERED
from wallboard.reception import RECEPTION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import ClientWebSocketResponse

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

MINE = {"Authorization": f"Bearer {PROGRAM}"}


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store) -> AsyncIterator[Client]:
    async with served(told(tmp_path), store) as client:
        await bridge.connected.wait()
        yield client


async def shown_out(socket: ClientWebSocketResponse) -> None:
    async with asyncio.timeout(60):
        async for _ in socket:
            pass
    assert socket.close_code == SIGNED_OUT


async def test_a_viewer_that_does_not_read_keeps_nobody_else_signed_in(
    board: Client, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_S", 600.0)  # which would drop it sooner or later
    with deaf(board, MINE["Authorization"]):
        await viewers(board, 1)
        async with asyncio.timeout(60):
            for number in range(10_000):
                bridge.tell_queues(replace(floor().queues[0], waiting=LONG_LINE, target=number / 10_000))
                await asyncio.sleep(0)
                (transport,) = (each.transport for each in board.server.handler.connections)
                if transport is not None and transport.get_write_buffer_size() > MOST_BUFFERED:
                    break
        await board.post("/sign-in/secret", data={"secret": SCREEN}, headers=origin_of(board))
        screen = await board.ws_connect("/api/v1/live")
        board.app[RECEPTION].replace(replace(REGISTER, tokens=()))
        await shown_out(screen)
        await viewers(board, 0)


async def test_a_pass_that_fails_is_not_the_last(board: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reception, passes = board.app[RECEPTION], list[object]()
    show_out = reception.show_out

    def failing_once(boards: object) -> None:
        passes.append(boards)
        if len(passes) == 1:
            raise ValueError
        show_out(boards)  # type: ignore[arg-type]  # the boards, as they came

    monkeypatch.setattr(reception, "show_out", failing_once)
    socket = await board.ws_connect("/api/v1/live", headers=MINE)
    reception.replace(replace(REGISTER, tokens=()))
    await shown_out(socket)
    assert len(passes) > 1


async def test_a_token_of_the_same_name_and_worth_is_another_one(board: Client) -> None:
    socket = await board.ws_connect("/api/v1/live", headers=MINE)
    changed = tuple(
        replace(each, token_hash=hash_of("hotline_anew")) if each.board is None else each for each in REGISTER.tokens
    )
    board.app[RECEPTION].replace(replace(REGISTER, tokens=changed))
    await shown_out(socket)


def at_most(board: Client, of_a_session: int, of_an_account: int) -> None:
    looking = board.app[RECEPTION].looking
    looking.most_of_a_session, looking.most_of_an_account = of_a_session, of_an_account


async def test_one_session_has_so_many_feeds_and_one_account_so_many(board: Client) -> None:
    at_most(board, 2, 3)
    feeds = []
    for count in (2, 1):
        signed_in(board, PEOPLE["viewer"])
        feeds += [await board.ws_connect("/api/v1/live") for _ in range(count)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await board.ws_connect("/api/v1/live")
        assert refused.value.status == 503
    signed_in(board, PEOPLE["admin"])
    feeds.append(await board.ws_connect("/api/v1/live"))
    await feeds[0].close()
    await viewers(board, 3)
    signed_in(board, PEOPLE["viewer"])
    await board.ws_connect("/api/v1/live")


async def test_a_program_has_so_many_feeds(board: Client) -> None:
    at_most(board, 1, 2)  # a token has no session
    other = Token("other", hash_of("hotline_other"), ("read",))
    board.app[RECEPTION].replace(replace(REGISTER, tokens=(*REGISTER.tokens, other)))
    for _ in range(2):
        await board.ws_connect("/api/v1/live", headers=MINE)
    with pytest.raises(WSServerHandshakeError):
        await board.ws_connect("/api/v1/live", headers=MINE)
    await board.ws_connect("/api/v1/live", headers={"Authorization": "Bearer hotline_other"})
