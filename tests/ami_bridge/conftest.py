"""Shared by the bridge's tests: transcripts, a scripted switch, a link to it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ami_bridge.client import AmiLink, LinkSettings
from ami_bridge.testing import ScriptedManager

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SECRET = "s3cret"
TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts" / "ami").glob("*.txt"))


def quick(port: int, **over: object) -> LinkSettings:
    """Settings that do not make a test wait."""
    fields: dict[str, object] = {
        "port": port,
        "secret": SECRET,
        "connect_s": 2.0,
        "login_s": 2.0,
        "answer_s": 2.0,
        "ping_every_s": 30.0,
        "ping_answer_s": 0.3,
        "backoff_first_s": 0.01,
        "backoff_cap_s": 0.05,
        "refused_every_s": 0.2,
        "stable_after_s": 0.0,
    }
    return LinkSettings(**(fields | over))  # type: ignore[arg-type]  # fields are given by name as a test wants them


@pytest.fixture
async def switch() -> AsyncIterator[ScriptedManager]:
    async with ScriptedManager(secret=SECRET) as manager:
        yield manager


@pytest.fixture
async def linked(switch: ScriptedManager) -> AsyncIterator[Callable[..., AmiLink]]:
    """Makes running links and ends them."""
    links: list[tuple[AmiLink, asyncio.Task[object]]] = []

    def make(*, events: tuple[str, ...] = ("T",), variables: tuple[str, ...] = (), **over: object) -> AmiLink:
        link = AmiLink(quick(switch.port, **over), events=events, variables=variables)
        links.append((link, link.connect()))
        return link

    yield make
    for link, running in links:
        link.close()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(running, 60)
