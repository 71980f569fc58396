"""A wallboard served for real on loopback, with a made-up bridge and a real SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer

from store.engine import open_store
from tests.store.databases import migrated
from tests.wallboard.floor import (
    SIGNED_IN,
    ZONE,
    Bridge,
    floor,
    made_up_flows,
    made_up_history,
    made_up_reports,
    settings,
)
from wallboard.acting import Acting
from wallboard.app import make_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

    from store.engine import Store

    Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path}/history.db"
    await migrated(url)
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[Bridge]:
    made = Bridge(tmp_path / "feed.sock", floor())
    await made.start()
    yield made
    await made.leave()


def made_up_board(folder: Path, store: Store, zone: str = ZONE) -> web.Application:
    """A wallboard with everything it can have."""
    told, acting = settings(folder / "feed.sock", zone), Acting(socket=folder / "acts.sock")
    return make_app(told, store, made_up_history(zone), made_up_flows(), made_up_reports(), acting=acting)


@pytest.fixture
def zone() -> str:
    """The hotline's clock."""
    return ZONE


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store, zone: str) -> AsyncIterator[Client]:
    async with TestClient(TestServer(made_up_board(tmp_path, store, zone)), headers=SIGNED_IN) as client:
        await bridge.connected.wait()
        yield client
