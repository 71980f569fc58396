"""A folder that is followed is read again for each change, and once for what was saved before the watch began."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ivr.app import reloading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest


async def read_again(monkeypatch: pytest.MonkeyPatch, *told: set[str]) -> int:
    """How often the folder is read while the watch says this; an empty set is five seconds without a change."""
    readings = []

    async def awatch(*_: object, yield_on_timeout: bool, **__: object) -> AsyncIterator[set[str]]:
        for changes in told:
            if changes or yield_on_timeout:
                yield changes

    async def taken_up(ready: Any, _: object) -> Any:
        readings.append(ready)
        return ready

    monkeypatch.setattr(reloading, "awatch", awatch)
    monkeypatch.setattr(reloading, "_taken_up", taken_up)
    ready: Any = SimpleNamespace(folder=Path("x"), places=SimpleNamespace(state=Path("y")))
    releases: Any = None
    await reloading.follow(ready, releases, asyncio.Event())
    return len(readings)


async def test_what_was_saved_before_the_watch_began_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await read_again(monkeypatch, set(), set(), set()) == 1


async def test_each_change_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await read_again(monkeypatch, {"a"}, set(), {"b"}) == 2
